//! Synthetic reports, one for each outcome and one of hostile names, as the diagnosis would fill them.

#![allow(dead_code, unreachable_pub)]

use reports::model::*;

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
        verdict: Verdict {
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
            failing_operation: Some(failing.clone()),
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
        },
        candidates: vec![
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
        ],
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
        phases: phases(),
        gaps: vec![Gap {
            start: at(120_000),
            end: at(131_500),
            source: "boot.pml".into(),
            lost: None,
            what: Text::new("restart after the rollback", "回滚后的重新启动"),
            ..Gap::default()
        }],
        services: services(),
        processes: processes(),
        packages: vec![
            package(
                "Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6189.1.12",
                "KB5041578",
                "install-pending",
                None,
            ),
            package(
                "Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6054.1.9",
                "KB5040430",
                "installed",
                at(-2_851_200_000),
            ),
            package(
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
        evidence: evidence(source, target),
        failures: failures(),
        histogram: Some(histogram()),
        graph: Some(graph()),
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

fn phases() -> Vec<PhaseSpan> {
    let phase = |name, boot, start, end, trust, evidence| PhaseSpan {
        name: Some(name),
        boot: Some(boot),
        start: at(start),
        end: at(end),
        trust: Some(trust),
        evidence,
    };
    vec![
        phase(
            Phase::BootRenames,
            1,
            6_200,
            9_800,
            Trust::Inferred,
            because("first event of smss.exe", "smss.exe 的第一个事件"),
        ),
        phase(Phase::BootPoq, 1, 9_800, 41_319, Trust::Recorded, event("boot.pml", 120_114)),
        phase(Phase::StartupDrivers, 1, 41_319, 44_102, Trust::Recorded, line("CBS.log", 18_101)),
        phase(Phase::Rollback, 1, 44_102, 120_000, Trust::Recorded, line("CBS.log", 18_240)),
        phase(Phase::BootPoq, 2, 139_000, 171_000, Trust::Recorded, event("boot.pml", 2_411_980)),
        phase(Phase::Rollback, 2, 171_000, 180_020, Trust::Recorded, line("CBS.log", 18_411)),
    ]
}

fn services() -> Vec<Service> {
    let state = |time, state: &str, trust, evidence| ServiceState {
        time: at(time),
        state: state.into(),
        trust: Some(trust),
        evidence,
    };
    vec![
        Service {
            name: "TrustedInstaller".into(),
            display_name: "Windows Modules Installer".into(),
            start_type: "automatic".into(),
            states: vec![
                state(0, "stopped", Trust::Inferred, because("no process yet", "尚无进程")),
                state(39_002, "start-pending", Trust::Inferred, event("boot.pml", 880_120)),
                state(39_410, "running", Trust::Inferred, event("boot.pml", 890_777)),
            ],
            assessment: Text::new(
                "automatic while an update is pending: as it should be",
                "更新挂起期间为自动：正常",
            ),
            severity: Some(Severity::Ok),
        },
        Service {
            name: "AppXSvc".into(),
            display_name: "AppX Deployment Service (AppXSVC)".into(),
            start_type: "manual".into(),
            states: vec![state(
                0,
                "stopped",
                Trust::Inferred,
                because("no host process in the trace", "跟踪中没有宿主进程"),
            )],
            assessment: Text::new("not running is its normal state", "未运行是其正常状态"),
            severity: Some(Severity::Note),
        },
        Service {
            name: "AppReadiness".into(),
            display_name: "App Readiness".into(),
            start_type: "manual".into(),
            states: vec![
                state(0, "stopped", Trust::Inferred, because("no host process yet", "尚无宿主进程")),
                state(60_300, "running", Trust::Inferred, event("boot.pml", 1_330_212)),
                state(98_700, "stopped", Trust::Recorded, event("boot.pml", 1_902_650)),
            ],
            assessment: Text::new("ran after the failure: no part in it", "在失败之后运行：与失败无关"),
            severity: Some(Severity::Note),
        },
        Service {
            name: "acmefilter".into(),
            display_name: "Acme Filter Agent".into(),
            start_type: "automatic".into(),
            states: vec![
                state(0, "stopped", Trust::Inferred, None),
                state(30_500, "running", Trust::Recorded, event("boot.pml", 702_331)),
            ],
            assessment: Text::new(
                "its process holds the target of the failed rename",
                "其进程占用了失败重命名的目标",
            ),
            severity: Some(Severity::Cause),
        },
    ]
}

fn processes() -> Vec<Process> {
    let process = |pid,
                   parent,
                   name: &str,
                   role,
                   start: Option<i64>,
                   end: Option<i64>,
                   exit: &str,
                   events,
                   failures| Process {
        pid: Some(pid),
        parent: Some(parent),
        name: name.into(),
        command_line: format!(r"C:\Windows\System32\{name}"),
        image_path: format!(r"C:\Windows\System32\{name}"),
        role,
        start: start.and_then(at),
        end: end.and_then(at),
        exit_status: exit.into(),
        events: Some(events),
        failures: Some(failures),
    };
    let servicing = || Some(ProcessRole::Servicing);
    vec![
        process(4, 0, "System", None, None, None, "", 1_204_220, 18_002),
        process(312, 4, "smss.exe", servicing(), Some(6_100), None, "", 40_118, 212),
        process(1204, 312, "poqexec.exe", servicing(), Some(9_810), Some(41_330), "0xC0000022", 61_422, 418),
        process(604, 312, "wininit.exe", None, Some(20_400), None, "", 9_204, 77),
        process(712, 604, "services.exe", servicing(), Some(21_900), None, "", 210_044, 9_120),
        process(
            1520,
            712,
            "acmefilter.exe",
            Some(ProcessRole::Interferer),
            Some(30_420),
            None,
            "",
            88_210,
            1_904,
        ),
        process(
            2210,
            712,
            "TrustedInstaller.exe",
            servicing(),
            Some(39_002),
            Some(180_100),
            "0x00000000",
            20_551,
            610,
        ),
        process(
            2318,
            840,
            "TiWorker.exe",
            servicing(),
            Some(39_600),
            Some(179_800),
            "0x80070005",
            402_117,
            20_145,
        ),
        process(
            840,
            712,
            "svchost.exe",
            Some(ProcessRole::ServiceHost),
            Some(24_000),
            None,
            "",
            120_008,
            4_210,
        ),
        process(3004, 840, "drvinst.exe", servicing(), Some(42_000), Some(43_800), "0x00000000", 18_110, 350),
    ]
}

fn package(identity: &str, kb: &str, state: &str, install_time: Option<Time>) -> Package {
    let version = identity.rsplit("~~").next().unwrap_or_default();
    Package {
        identity: identity.into(),
        kb: kb.into(),
        version: version.into(),
        state: state.into(),
        install_time,
    }
}

fn evidence(source: &str, target: &str) -> Vec<EvidenceRow> {
    let row = |relation,
               time,
               index,
               process: (&str, u32, u32),
               operation: &str,
               path: &str,
               result: (&str, &str)| EvidenceRow {
        relation: Some(relation),
        time: at(time),
        source: "boot.pml".into(),
        index: Some(index),
        process: process.0.into(),
        pid: Some(process.1),
        tid: Some(process.2),
        operation: operation.into(),
        path: path.into(),
        result: result.0.into(),
        status: result.1.into(),
        ..EvidenceRow::default()
    };
    let poqexec = ("poqexec.exe", 1204, 1208);
    let acme = ("acmefilter.exe", 1520, 1544);
    let success = ("SUCCESS", "0x00000000");
    let mut rows = vec![
        EvidenceRow {
            note: Text::new(
                "opened without delete sharing, and never closed",
                "以不共享删除的方式打开，且从未关闭",
            ),
            detail: "Desired Access: Generic Read, Disposition: Open, ShareMode: Read, OpenResult: Opened"
                .into(),
            ..row(Relation::SamePath, 40_902, 911_004, acme, "CreateFile", target, success)
        },
        row(Relation::SamePath, 40_903, 911_019, acme, "ReadFile", target, success),
    ];
    for step in 0..12 {
        let path =
            format!(r"C:\Windows\WinSxS\Temp\PendingRenames\b04f7e2a91d8da01c61b00000c0550{step:02x}.cdf-ms");
        rows.push(row(
            Relation::SameThread,
            41_200 + step * 9,
            917_900 + step.unsigned_abs() * 31,
            poqexec,
            "SetRenameInformationFile",
            &path,
            success,
        ));
    }
    rows.push(row(Relation::SameHandle, 41_316, 918_270, poqexec, "CreateFile", source, success));
    rows.push(EvidenceRow {
        target_path: target.into(),
        detail: format!("ReplaceIfExists: True, FileName: {target}"),
        note: Text::new("the operation that failed", "失败的操作"),
        ..row(
            Relation::Failing,
            41_318,
            918_273,
            poqexec,
            "SetRenameInformationFile",
            source,
            ("ACCESS DENIED", "0xC0000022"),
        )
    });
    rows.push(row(Relation::SameThread, 41_319, 918_277, poqexec, "CreateFile", target, success));
    rows.push(row(
        Relation::SameHandle,
        41_319,
        918_279,
        poqexec,
        "QueryAttributeInformationVolume",
        target,
        ("BUFFER OVERFLOW", "0x80000005"),
    ));
    rows.push(row(Relation::SameHandle, 41_320, 918_281, poqexec, "CloseFile", target, success));
    for (time, number, text) in [
        (
            41_321,
            18_233,
            "2024-08-20 13:12:44, Error                 CBS    Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070005 - E_ACCESSDENIED]",
        ),
        (
            41_322,
            18_234,
            "2024-08-20 13:12:44, Info                  CBS    Setting ExecuteState key to: CbsExecuteStateFailed",
        ),
        (
            44_102,
            18_240,
            "2024-08-20 13:12:47, Info                  CBS    Startup: Changes to be rolled back, because drivers failed.",
        ),
    ] {
        rows.push(EvidenceRow {
            relation: Some(Relation::Log),
            time: at(time),
            source: "CBS.log".into(),
            line: Some(number),
            detail: text.into(),
            ..EvidenceRow::default()
        });
    }
    rows
}

fn failures() -> Vec<FailureGroup> {
    let probing =
        Text::new("probing: programs ask for names that need not exist", "探测：程序会查询不一定存在的名称");
    let group =
        |process: &str, operation: &str, result: &str, status: &str, count, path: &str, benign: &Text| {
            FailureGroup {
                process: process.into(),
                operation: operation.into(),
                result: result.into(),
                status: status.into(),
                count: Some(count),
                example_path: path.into(),
                first: at(10_500),
                last: at(170_000),
                benign: benign.clone(),
            }
        };
    let none = Text::default();
    vec![
        group(
            "TiWorker.exe",
            "RegOpenKey",
            "NAME NOT FOUND",
            "0xC0000034",
            14_220,
            r"HKLM\COMPONENTS\DerivedData\Components",
            &probing,
        ),
        group(
            "services.exe",
            "RegQueryValue",
            "NAME NOT FOUND",
            "0xC0000034",
            8_804,
            r"HKLM\System\CurrentControlSet\Services\acmefilter\Group",
            &probing,
        ),
        group(
            "System",
            "QueryDirectory",
            "NO MORE FILES",
            "0x80000006",
            4_115,
            r"C:\Windows\System32",
            &Text::new("the end of a listing", "列表结束"),
        ),
        group(
            "acmefilter.exe",
            "CreateFile",
            "SHARING VIOLATION",
            "0xC0000043",
            118,
            r"C:\Windows\System32\config\COMPONENTS",
            &none,
        ),
        group(
            "poqexec.exe",
            "SetRenameInformationFile",
            "ACCESS DENIED",
            "0xC0000022",
            1,
            r"C:\Windows\WinSxS\Temp\PendingRenames\b04f7e2a91d8da01c71b00000c0550a1.cdf-ms",
            &none,
        ),
    ]
}

fn histogram() -> Histogram {
    // A hump at each boot, nothing in the gap, and failures that follow at a tenth.
    let events = (0..106_u64).map(|bin| match bin {
        60..=65 => 0,
        _ => 9_000 + (bin * 7_919 % 13) * 2_400 + if bin % 66 < 24 { 26_000 } else { 0 },
    });
    let events: Vec<_> = events.collect();
    let failures =
        events.iter().zip(0..).map(|(events, bin): (&u64, u64)| events / 12 * (bin % 5 + 1) / 4).collect();
    Histogram { start: at(0), bin: span(2_000), events, failures }
}

fn graph() -> Graph {
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
