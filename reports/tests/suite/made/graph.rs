//! The graph of the failed rename.

use reports::model::*;

use super::{at, event, line};

pub(super) fn graph() -> Graph {
    let node = |id: &str, kind, label: &str, detail: &str, trust, evidence| GraphNode {
        id: id.into(),
        kind: Some(kind),
        label: label.into(),
        detail: detail.into(),
        time: match id {
            "rename" => at(41_318),
            "line" => at(41_321),
            "rollback" => at(44_102),
            _ => None,
        },
        trust: Some(trust),
        evidence,
        failing: id == "rename",
    };
    let edge = |from: &str, to: &str, kind: &str, trust| GraphEdge {
        from: from.into(),
        to: to.into(),
        kind: kind.into(),
        trust: Some(trust),
        evidence: None,
    };
    Graph {
        near: Some(8),
        nodes: vec![
            node(
                "service",
                NodeKind::Service,
                "acmefilter",
                "automatic",
                Trust::Recorded,
                event("boot.pml", 702_331),
            ),
            node(
                "acme",
                NodeKind::Process,
                "acmefilter.exe (1520)",
                "",
                Trust::Recorded,
                event("boot.pml", 700_018),
            ),
            node(
                "file",
                NodeKind::Object,
                "cpu.inf",
                r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_6f1c2bd1a6b0cc0d\cpu.inf",
                Trust::Recorded,
                event("boot.pml", 911_004),
            ),
            node("smss", NodeKind::Process, "smss.exe (312)", "", Trust::Recorded, event("boot.pml", 20_442)),
            node(
                "poqexec",
                NodeKind::Process,
                "poqexec.exe (1204)",
                "",
                Trust::Recorded,
                event("boot.pml", 120_114),
            ),
            node(
                "rename",
                NodeKind::Operation,
                "SetRenameInformationFile",
                "ACCESS DENIED (0xC0000022)",
                Trust::Recorded,
                event("boot.pml", 918_273),
            ),
            node(
                "line",
                NodeKind::LogLine,
                "CBS.log:18233",
                "Startup: driver queue failed 0x80070005",
                Trust::Recorded,
                line("CBS.log", 18_233),
            ),
            node(
                "rollback",
                NodeKind::Phase,
                "rollback",
                "@44.102s",
                Trust::Recorded,
                line("CBS.log", 18_240),
            ),
        ],
        edges: vec![
            edge("service", "acme", "starts", Trust::Recorded),
            edge("acme", "file", "holds open", Trust::Inferred),
            edge("smss", "poqexec", "starts", Trust::Recorded),
            edge("poqexec", "rename", "does", Trust::Recorded),
            edge("file", "rename", "blocks", Trust::Inferred),
            edge("rename", "line", "reported as", Trust::Correlated),
            edge("line", "rollback", "leads to", Trust::Recorded),
            edge("poqexec", "rollback", "exits 0xC0000022", Trust::Correlated),
        ],
    }
}
