//! What the report of the failed rename decides, and what else was considered.

use reports::model::*;

use super::{at, event, known, line};

/// The verdict that names this operation.
pub(super) fn verdict(failing: Operation) -> Verdict {
    Verdict {
        outcome: Some(Outcome::FailingOperation),
        summary: Text::new(
            "poqexec.exe could not rename a pending file to cpu.inf: ACCESS DENIED, because acmefilter.exe held it.",
            "poqexec.exe 无法将待处理文件重命名为 cpu.inf：拒绝访问 (ACCESS_DENIED, 0x80070005)，因为 acmefilter.exe 占用了它。",
        ),
        phase: Some(Phase::BootPoq),
        hresult: "0x80070005".into(),
        hresult_name: "E_ACCESSDENIED".into(),
        confidence: Some(Confidence {
            level: Some(ConfidenceLevel::High),
            measured: None,
            reasons: vec![
                known(
                    Trust::Correlated,
                    line("CBS.log", 18_233),
                    "CBS.log:18233 says 0x80070005 for the same path 3 ms later",
                    "CBS.log:18233 在 3 毫秒后对同一路径报告 0x80070005",
                ),
                known(
                    Trust::Recorded,
                    event("boot.pml", 918_273),
                    "the operation is the last of poqexec.exe on that path",
                    "这是 poqexec.exe 对该路径的最后一次操作",
                ),
                known(
                    Trust::Inferred,
                    event("boot.pml", 911_004),
                    "acmefilter.exe opened the target without delete sharing 416 ms earlier",
                    "acmefilter.exe 在 416 毫秒前以不共享删除的方式打开了目标",
                ),
            ],
        }),
        failing_operation: Some(failing),
        remedies: vec![
            Remedy {
                rule: "BR-0007".into(),
                title: Text::new("remove acmefilter from the boot path", "将 acmefilter 移出启动路径"),
                text: Text::new(
                    "Set the service acmefilter to manual start, or uninstall it, and restart.",
                    "将服务 acmefilter 设为手动启动或卸载它，然后重新启动。",
                ),
                command: "fltmc filters".into(),
                reference: "https://learn.microsoft.com/windows-hardware/drivers/ifs/".into(),
            },
            Remedy {
                rule: "BR-0007".into(),
                title: Text::new("install KB5041578 again", "重新安装 KB5041578"),
                text: Text::new(
                    "The component store is unharmed: the update can be installed as it is.",
                    "组件存储未受损：可直接重新安装更新。",
                ),
                command: "fltmc filters".into(),
                reference: String::new(),
            },
        ],
        not_covered: vec![Text::new("no network events (boot log)", "没有网络事件（启动日志）")],
        ..Verdict::default()
    }
}

/// This operation and one that is only a probe.
pub(super) fn candidates(failing: Operation) -> Vec<Candidate> {
    vec![
        Candidate {
            operation: failing,
            rank: Some(1),
            score: Some(0.94),
            features: vec![
                Feature {
                    name: "code-match".into(),
                    score: Some(0.4),
                    text: Text::new("0x80070005 in CBS.log", "CBS.log 中的 0x80070005"),
                },
                Feature {
                    name: "actor".into(),
                    score: Some(0.2),
                    text: Text::new("poqexec.exe services Windows", "poqexec.exe 属于服务堆栈"),
                },
                Feature {
                    name: "mutation".into(),
                    score: Some(0.2),
                    text: Text::new("a rename changes the system", "重命名会改变系统"),
                },
            ],
            ..Candidate::default()
        },
        Candidate {
            operation: Operation {
                source: "boot.pml".into(),
                index: Some(917_811),
                time: at(41_102),
                process: "poqexec.exe".into(),
                pid: Some(1204),
                tid: Some(1208),
                operation: "CreateFile".into(),
                path: r"C:\Windows\System32\acpi.inf".into(),
                result: "NAME NOT FOUND".into(),
                status: "0xC0000034".into(),
                ..Operation::default()
            },
            rank: Some(2),
            score: Some(0.21),
            features: vec![Feature {
                name: "noise".into(),
                score: Some(-0.4),
                text: Text::new("a probe that also succeeds in good boots", "在正常启动中也会出现的探测"),
            }],
            ..Candidate::default()
        },
    ]
}
