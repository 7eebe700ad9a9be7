//! The other outcomes.

use reports::model::*;

use super::{at, base, boot_poq, known, line, span};

/// An installer waited for a service that never answered: no operation failed.
pub fn absent_service() -> Report {
    let full = boot_poq();
    Report {
        verdict: Verdict {
            outcome: Some(Outcome::FailureWithoutOperation),
            summary: Text::new(
                "The Container Installer waited 300 s for CmService, which never started; no operation failed before the rollback.",
                "Container Installer 等待 CmService 300 秒，但该服务从未启动；回滚之前没有任何操作失败。",
            ),
            phase: Some(Phase::StartupInstallers),
            hresult: "0x800706D9".into(),
            hresult_name: "EPT_S_NOT_REGISTERED".into(),
            confidence: Some(Confidence {
                level: Some(ConfidenceLevel::Medium),
                measured: None,
                reasons: vec![known(
                    Trust::Correlated,
                    line("CBS.log", 18_901),
                    "Container Installer reports 800706d9 after 300 s",
                    "Container Installer 在 300 秒后报告 800706d9",
                )],
            }),
            missing: Some(Missing {
                what: Text::new(
                    "CmService never reached the state running",
                    "CmService 从未进入 running 状态",
                ),
                evidence: vec![known(
                    Trust::Recorded,
                    Some(Evidence {
                        source: "System.evtx".into(),
                        index: Some(4_410),
                        ..Evidence::default()
                    }),
                    "event 7001: its dependency did not start",
                    "事件 7001：其依赖项未启动",
                )],
            }),
            remedies: vec![Remedy {
                rule: "BR-0012".into(),
                title: Text::new(
                    "repair the service that CmService depends on",
                    "修复 CmService 所依赖的服务",
                ),
                ..Remedy::default()
            }],
            not_covered: vec![Text::new(
                "no ETW trace: service states are from System.evtx",
                "没有 ETW 跟踪：服务状态取自 System.evtx",
            )],
            next_capture: Some(NextCapture {
                title: Text::new(
                    "to see the dependency fail: an ETW autologger over the next reboot",
                    "若要看到依赖项失败：在下次重启时使用 ETW 自动记录器",
                ),
                command: "bootrace capture arm --etw".into(),
            }),
            ..Verdict::default()
        },
        chain: vec![
            ChainLink {
                what: Text::new("rollback", "回滚"),
                time: at(344_020),
                trust: Some(Trust::Recorded),
                evidence: line("CBS.log", 18_930),
                ..ChainLink::default()
            },
            ChainLink {
                what: Text::new(
                    "Container Installer failed 0x800706D9",
                    "Container Installer 失败 0x800706D9",
                ),
                time: at(343_008),
                duration: span(1_012),
                trust: Some(Trust::Recorded),
                evidence: line("CBS.log", 18_901),
                ..ChainLink::default()
            },
            ChainLink {
                what: Text::new("CmService did not start", "CmService 未启动"),
                time: at(42_700),
                duration: span(300_308),
                trust: Some(Trust::Recorded),
                evidence: Some(Evidence {
                    source: "System.evtx".into(),
                    index: Some(4_410),
                    ..Evidence::default()
                }),
                ..ChainLink::default()
            },
        ],
        phases: full.phases,
        services: full.services,
        coverage: full.coverage,
        ..base()
    }
}

/// A healthy boot.
pub fn no_failure() -> Report {
    let full = boot_poq();
    Report {
        verdict: Verdict {
            outcome: Some(Outcome::NoFailure),
            covered: vec![Text::new("one boot from smss.exe to the desktop", "一次从 smss.exe 到桌面的启动")],
            not_covered: vec![
                Text::new("no servicing log was given", "未提供服务日志"),
                Text::new(
                    "the shutdown before this boot is not in a boot log",
                    "启动日志不包含此次启动之前的关机",
                ),
            ],
            next_capture: Some(NextCapture {
                title: Text::new(
                    "if an update did fail: a boot log of the reboot that fails, with CBS.log",
                    "如果更新确实失败：采集失败的那次重启的启动日志以及 CBS.log",
                ),
                command: "bootrace capture arm".into(),
            }),
            ..Verdict::default()
        },
        inputs: base().inputs.into_iter().take(1).collect(),
        processes: full.processes,
        failures: full.failures,
        histogram: full.histogram,
        services: full.services,
        phases: full.phases.into_iter().take(1).collect(),
        ..base()
    }
}

/// Nothing but a damaged log.
pub fn not_enough_evidence() -> Report {
    Report {
        verdict: Verdict {
            outcome: Some(Outcome::NotEnoughEvidence),
            phase: Some(Phase::Unknown),
            not_covered: vec![Text::new("no trace of the reboot was given", "未提供重启过程的跟踪")],
            next_capture: Some(NextCapture {
                title: Text::new(
                    "a boot log of the next try to install the update",
                    "下一次尝试安装更新时的启动日志",
                ),
                command: "bootrace capture arm".into(),
            }),
            ..Verdict::default()
        },
        inputs: vec![Input {
            path: "CBS.log".into(),
            kind: "cbs-log".into(),
            bytes: Some(812),
            records: Some(3),
            bad_records: Some(1),
            ..Input::default()
        }],
        coverage: vec![Coverage {
            input: "CBS.log".into(),
            what: Text::new("line cut by the end of the file", "行被文件末尾截断"),
            count: Some(1),
            offset: Some(801),
            ..Coverage::default()
        }],
        ..Report::new()
    }
}
