//! poqexec.exe could not rename a file: the whole report.

use reports::model::*;

use super::verdict::{candidates, verdict};
use super::{at, base, because, event, graph, known, line, rows, span, system};

/// poqexec.exe could not rename a file: a filter driver's service held it.
pub fn boot_poq() -> Report {
    let source = r"C:\Windows\WinSxS\Temp\PendingRenames\b04f7e2a91d8da01c71b00000c0550a1.cdf-ms";
    let target = r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_6f1c2bd1a6b0cc0d\cpu.inf";
    let failing = Operation {
        source: "boot.pml".into(),
        index: Some(918_273),
        time: at(41_318),
        duration: Some(Span::from_ticks(184)),
        process: "poqexec.exe".into(),
        pid: Some(1204),
        tid: Some(1208),
        command_line: r"C:\Windows\System32\poqexec.exe /display_progress \SystemRoot\WinSxS\pending.xml"
            .into(),
        image_path: r"C:\Windows\System32\poqexec.exe".into(),
        operation: "SetRenameInformationFile".into(),
        path: source.into(),
        target_path: target.into(),
        result: "ACCESS DENIED".into(),
        status: "0xC0000022".into(),
        hresult: "0x80070005".into(),
        detail: format!("ReplaceIfExists: True, FileName: {target}"),
    };
    Report {
        incident: Some(Incident {
            headline: Text::new(
                "Cumulative update 17763.6189 (KB5041578) was rolled back: poqexec.exe may not rename cpu.inf (ACCESS DENIED), because acmefilter.exe holds it open",
                "累积更新 17763.6189 (KB5041578) 已回滚：poqexec.exe 无法重命名 cpu.inf，拒绝访问 (ACCESS DENIED)，原因是acmefilter.exe 占用了它",
            ),
            headline_says_summary: false,
            update: Some(Update {
                identity: "Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6189.1.10".into(),
                kb: "KB5041578".into(),
                version: "17763.6189.1.10".into(),
                kind: Some(UpdateKind::Cumulative),
                evidence: line("CBS.log", 18_236),
            }),
            boot_start: at(0),
            boot_end: at(212_400),
            ending: Some(Ending::RolledBack),
            ending_time: at(44_102),
            ending_evidence: line("CBS.log", 18_240),
            culprits: vec![Culprit {
                kind: Some(CulpritKind::FileHolder),
                name: "acmefilter.exe".into(),
                trust: Some(Trust::Correlated),
                evidence: event("boot.pml", 911_004),
                ..Culprit::default()
            }],
            why: vec![known(
                Trust::Correlated,
                event("boot.pml", 911_004),
                "acmefilter.exe holds it open",
                "acmefilter.exe 占用了它",
            )],
        }),
        verdict: verdict(failing.clone()),
        candidates: candidates(failing),
        chain: vec![
            ChainLink {
                node: "rollback".into(),
                what: Text::new("rollback", "回滚"),
                time: at(44_102),
                duration: None,
                trust: Some(Trust::Recorded),
                evidence: line("CBS.log", 18_240),
            },
            ChainLink {
                node: "line".into(),
                what: Text::new(
                    "Startup: driver queue failed 0x80070005",
                    "Startup：驱动队列失败 0x80070005",
                ),
                time: at(41_321),
                duration: span(2_781),
                trust: Some(Trust::Recorded),
                evidence: line("CBS.log", 18_233),
            },
            ChainLink {
                node: "rename".into(),
                what: Text::new("rename → ACCESS DENIED", "重命名 → ACCESS DENIED"),
                time: at(41_318),
                duration: span(3),
                trust: Some(Trust::Recorded),
                evidence: event("boot.pml", 918_273),
            },
            ChainLink {
                node: "acme".into(),
                what: Text::new("the file is held by acmefilter.exe", "文件被 acmefilter.exe 占用"),
                time: at(40_902),
                duration: None,
                trust: Some(Trust::Inferred),
                evidence: because("open without delete sharing", "以不共享删除的方式打开"),
            },
        ],
        phases: system::phases(),
        gaps: vec![Gap {
            start: at(120_000),
            end: at(131_500),
            source: "boot.pml".into(),
            lost: None,
            what: Text::new("restart after the rollback", "回滚后的重新启动"),
            ..Gap::default()
        }],
        services: system::services(),
        processes: system::processes(),
        packages: vec![
            system::package(
                "Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6189.1.12",
                "KB5041578",
                "install-pending",
                None,
            ),
            system::package(
                "Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6054.1.9",
                "KB5040430",
                "installed",
                at(-2_851_200_000),
            ),
            system::package(
                "Package_for_ServicingStack_6177~31bf3856ad364e35~amd64~~17763.6177.1.2",
                "KB5041577",
                "installed",
                at(-4_000_000),
            ),
        ],
        findings: vec![
            Finding {
                rule: "BR-0007".into(),
                severity: Some(Severity::Cause),
                title: Text::new(
                    "A program started at boot holds a file that the update replaces",
                    "启动时运行的程序占用了更新要替换的文件",
                ),
                action: Text::new(
                    "Remove acmefilter from the boot path, then install KB5041578 again.",
                    "将 acmefilter 移出启动路径，然后重新安装 KB5041578。",
                ),
                reference: "https://learn.microsoft.com/windows-hardware/drivers/ifs/".into(),
                evidence: vec![
                    known(
                        Trust::Recorded,
                        event("boot.pml", 911_004),
                        "CreateFile with ShareMode: Read by acmefilter.exe",
                        "acmefilter.exe 的 CreateFile，ShareMode: Read",
                    ),
                    known(
                        Trust::Correlated,
                        line("CBS.log", 18_233),
                        "the same code and path",
                        "代码与路径相同",
                    ),
                ],
            },
            Finding {
                rule: "BR-0021".into(),
                severity: Some(Severity::Note),
                title: Text::new(
                    "AppXSvc did not run: that is its normal state",
                    "AppXSvc 未运行：这是其正常状态",
                ),
                action: Text::default(),
                reference: String::new(),
                evidence: vec![known(
                    Trust::Recorded,
                    event("boot.pml", 40_218),
                    "Start is 3 (manual)",
                    "Start 为 3（手动）",
                )],
            },
        ],
        coverage: vec![
            Coverage {
                input: "boot.pml".into(),
                what: Text::new("events that could not be decoded", "无法解码的事件"),
                count: Some(12),
                offset: Some(1_034_221_184),
                consequence: Text::new("none of them is of a servicing process", "均不属于服务进程"),
            },
            Coverage {
                input: "boot.pml".into(),
                what: Text::new("network events", "网络事件"),
                count: Some(0),
                offset: None,
                consequence: Text::new("a boot log holds none", "启动日志不包含此类事件"),
            },
            Coverage {
                input: "System.evtx".into(),
                what: Text::new("not given", "未提供"),
                count: None,
                offset: None,
                consequence: Text::new("services are judged by the trace alone", "仅凭跟踪判断服务状态"),
            },
        ],
        evidence: rows::evidence(source, target),
        failures: rows::failures(),
        histogram: Some(rows::histogram()),
        graph: Some(graph::graph()),
        compare: Some(Compare {
            baseline: "good-boot.pml".into(),
            aligned_on: Text::new("start of poqexec.exe", "poqexec.exe 的启动"),
            baseline_failed: false,
            says: Text::new("in the good boot the same operation succeeds", "在正常启动中相同的操作成功"),
            telling: Some(2),
            total: Some(4),
            left_out: 0,
            data_compared: Some(1_204),
            data_noise: Some(37),
            data_left_out: 0,
            rows: vec![
                CompareRow {
                    difference: Some(Difference::DifferentResult),
                    weight: Some(DifferenceWeight::Telling),
                    phase: Some(Phase::BootPoq),
                    process: "poqexec.exe".into(),
                    operation: "SetRenameInformationFile".into(),
                    path: source.into(),
                    good: "SUCCESS".into(),
                    bad: "ACCESS DENIED".into(),
                    time: at(41_318),
                    source: "boot.pml".into(),
                    index: Some(918_273),
                },
                CompareRow {
                    difference: Some(Difference::DifferentData),
                    weight: Some(DifferenceWeight::Minor),
                    phase: Some(Phase::BootPoq),
                    process: "poqexec.exe".into(),
                    operation: "RegQueryValue".into(),
                    path: r"HKLM\System\CurrentControlSet\Services\TrustedInstaller\Start".into(),
                    good: "Type: REG_DWORD, Length: 4, Data: 3".into(),
                    bad: "Type: REG_DWORD, Length: 4, Data: 4".into(),
                    time: at(41_100),
                    source: "boot.pml".into(),
                    index: Some(910_002),
                },
                CompareRow {
                    difference: Some(Difference::Slower),
                    weight: Some(DifferenceWeight::Telling),
                    phase: Some(Phase::StartupDrivers),
                    process: "TiWorker.exe".into(),
                    operation: "CreateFile".into(),
                    path: r"C:\Windows\System32\DriverStore".into(),
                    good: "0.012 s".into(),
                    bad: "2.781 s".into(),
                    time: at(43_900),
                    ..CompareRow::default()
                },
                CompareRow {
                    difference: Some(Difference::OnlyInBad),
                    weight: Some(DifferenceWeight::Minor),
                    phase: Some(Phase::BootPoq),
                    process: "acmefilter.exe".into(),
                    operation: "CreateFile".into(),
                    path: target.into(),
                    good: String::new(),
                    bad: "SUCCESS".into(),
                    time: at(40_902),
                    source: "boot.pml".into(),
                    index: Some(702_331),
                },
            ],
        }),
        omitted: vec![Omission {
            section: "evidence".into(),
            shown: Some(22),
            total: Some(1_846),
            command: "bootrace events boot.pml --where 'pid is 1204'".into(),
        }],
        ..base()
    }
}
