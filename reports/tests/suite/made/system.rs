//! What ran on the synthetic machine: phases, services, processes, packages.

use reports::model::*;

use super::{at, because, event, line};

pub(super) fn phases() -> Vec<PhaseSpan> {
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

pub(super) fn services() -> Vec<Service> {
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

pub(super) fn processes() -> Vec<Process> {
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

pub(super) fn package(identity: &str, kb: &str, state: &str, install_time: Option<Time>) -> Package {
    let version = identity.rsplit("~~").next().unwrap_or_default();
    Package {
        identity: identity.into(),
        kb: kb.into(),
        version: version.into(),
        state: state.into(),
        install_time,
    }
}
