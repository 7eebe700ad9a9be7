//! Synthetic reports, one for each outcome and one of hostile names, as the diagnosis would fill them.

#![allow(dead_code, unreachable_pub)]

mod boot_poq;
mod graph;
mod outcomes;
mod rows;
mod system;
mod verdict;

use reports::model::*;

pub use boot_poq::boot_poq;
pub use outcomes::{absent_service, no_failure, not_enough_evidence};

/// Zero of the made clocks: 2024-08-20T05:12:03Z.
const ORIGIN: u64 = 133_686_043_230_000_000;

/// A time so many milliseconds after the origin.
pub fn at(milliseconds: i64) -> Option<Time> {
    Some(Time::from_filetime(ORIGIN.checked_add_signed(milliseconds * 10_000).expect("within FILETIME")))
}

fn span(milliseconds: u64) -> Option<Span> {
    Some(Span::from_ticks(milliseconds * 10_000))
}

fn event(source: &str, index: u64) -> Option<Evidence> {
    Some(Evidence { source: source.into(), index: Some(index), ..Evidence::default() })
}

fn line(source: &str, line: u64) -> Option<Evidence> {
    Some(Evidence { source: source.into(), line: Some(line), ..Evidence::default() })
}

fn because(en: &str, zh: &str) -> Option<Evidence> {
    Some(Evidence { text: Text::new(en, zh), ..Evidence::default() })
}

fn known(trust: Trust, evidence: Option<Evidence>, en: &str, zh: &str) -> Evidence {
    Evidence { trust: Some(trust), text: Text::new(en, zh), ..evidence.unwrap_or_default() }
}

fn base() -> Report {
    Report {
        machine: Some(Machine {
            name: "SRV-APP-07".into(),
            os: "Windows Server 2019 Standard".into(),
            build: "17763.6054".into(),
            architecture: "x64".into(),
            time_zone: "China Standard Time (UTC+08:00)".into(),
        }),
        clock: Some(Clock {
            origin: at(0),
            origin_what: Text::new("first event of the boot log", "启动日志的第一个事件"),
            origin_evidence: None,
            start: at(-3_600_000),
            end: at(212_400),
            log_utc_offset_minutes: Some(480),
            evidence: Some(known(
                Trust::Recorded,
                line("CBS.log", 17_902),
                "CSI lines print UTC beside the local time of the line",
                "CSI 行在本地时间旁打印 UTC",
            )),
        }),
        inputs: vec![
            Input {
                path: "boot.pml".into(),
                kind: "pml".into(),
                sha256: "9f2b1c6f3d0f4b7a8e52c1d07734ab95e6a1f0c3b2d4958677889900aabbccdd".into(),
                bytes: Some(1_462_118_400),
                records: Some(3_394_683),
                bad_records: Some(12),
                lost: Some(0),
                first: at(0),
                last: at(212_400),
            },
            Input {
                path: "CBS.log".into(),
                kind: "cbs-log".into(),
                sha256: "5c0de1a9b8f7766554433221100ffeeddccbbaa998877665544332211000a1b2".into(),
                bytes: Some(4_215_776),
                records: Some(18_224),
                bad_records: Some(0),
                lost: None,
                first: at(-3_600_000),
                last: at(180_020),
            },
        ],
        ..Report::new()
    }
}

/// Names that attack a page, a terminal and a layout.
pub fn hostile() -> Report {
    let script = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>.exe";
    let quotes = r#"C:\"'`<b>&amp;&#60;{{7*7}}</td></svg>\x.txt"#;
    let direction = "C:\\gpj\u{202e}exe.tnemucod\u{200f}\u{2066}\\\u{0}nul\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\r\nnext";
    let long = format!("C:\\{}", "长name\\".repeat(32_764 / 6));
    let mut report = boot_poq();
    for (position, row) in report.evidence.iter_mut().enumerate() {
        match position % 4 {
            0 => row.path = direction.into(),
            1 => row.path = quotes.into(),
            2 => row.path = long.clone(),
            _ => row.process = script.into(),
        }
        row.detail = format!("{script} {direction}");
    }
    if let Some(operation) = &mut report.verdict.failing_operation {
        operation.process = script.into();
        operation.operation = format!("Set<i>{direction}");
        operation.path = direction.into();
        operation.target_path = long.clone();
        operation.result = "DENIED\u{1b}[0m".into();
        operation.command_line = quotes.into();
    }
    report.verdict.leads = report.verdict.failing_operation.iter().cloned().collect();
    report.verdict.phase = Some(Phase::from("boot-<b>\u{202e}"));
    report.verdict.summary = Text::new(script, direction);
    report.machine.get_or_insert_default().name = script.into();
    report.inputs.push(Input { path: direction.into(), kind: script.into(), ..Input::default() });
    report.chain.iter_mut().for_each(|link| link.what = Text::plain(format!("{script}{direction}")));
    report.processes.iter_mut().for_each(|process| process.name = format!("{script}{}", process.name));
    report.services.iter_mut().for_each(|service| service.name = direction.into());
    report.findings.iter_mut().for_each(|finding| finding.reference = "javascript:alert(1)".into());
    if let Some(graph) = &mut report.graph {
        graph.nodes.iter_mut().for_each(|node| node.label = Text::plain(script));
        graph.nodes.iter_mut().for_each(|node| node.detail = long.clone());
    }
    report
}

/// Every made report with a name for its folder.
pub fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("boot-poq", boot_poq()),
        ("absent-service", absent_service()),
        ("no-failure", no_failure()),
        ("not-enough-evidence", not_enough_evidence()),
        ("hostile", hostile()),
    ]
}
