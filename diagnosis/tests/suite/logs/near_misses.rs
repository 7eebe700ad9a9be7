//! Logs that look like failures and are none, and failures that look like others.

use super::common::{cbs, tell, tell_with};
use diagnosis::{FaultKind, Outcome, Rules};
use timeline::PhaseName;

const AI: &str = "I CSI 00000c70 Begin executing advanced installer phase 38 index 4 (sequence 75)\n    Old component: (null)\n    New component: (null)\n    Install mode: install\n    Smart installer: false\n    Installer ID: {9edf0f01-ef44-4c87-ac5a-8aad730137ab}\n    Installer name: 'Container Installer'";
const QUEUE: &str = "I CBS Startup: Processing advanced operation queue, startupPhase: 0";
const WELL: &str = "I CBS Startup: Processing complete. [HRESULT = 0x00000000 - S_OK]";
const AGAIN: &str =
    "I CBS Startup: Processing complete. [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]";

#[test]
fn a_healthy_reboot() {
    let told = tell(
        "healthy",
        &[(
            "CBS.log",
            cbs(&[
                "I CBS Shtd: Begin shutdown processing.",
                "I CBS Shtd: Shutdown processing complete.",
                "I CBS TI: --- Initializing Trusted Installer ---",
                "I CBS Startup: current ExecuteState is CbsExecuteStatePrimitives",
                "I CBS Startup: Initializing driver operations queue.",
                "I CBS         INSTALL index: 53, phase: 1, result 0, inf: machine.inf",
                "I CBS Startup: Processing primitive operations queue.",
                "I CBS Running poqexec with: C:\\Windows\\System32\\poqexec.exe /noreboot /transaction 3012 /display_progress \\SystemRoot\\WinSxS\\pending.xml",
                "I CBS Poqexec.exe completed. [HRESULT = 0x00000000 - S_OK]",
                "I CBS Failed to report poqexec status. [HRESULT = 0x80070490 - ERROR_NOT_FOUND]",
                "I CBS Startup: Primitive operations completed successfully.",
                AGAIN,
                QUEUE,
                AI,
                "I CSI 00000c73 End executing advanced installer (sequence 75)\n    Completion status: S_OK ",
                WELL,
            ]),
        )],
    );
    assert_eq!(told.outcome, Outcome::NoFailure, "{told:#?}");
    assert!(told.rules.is_empty() && told.remedies.is_empty() && told.fault.is_none());
}

#[test]
fn a_failure_that_is_ignored() {
    let failed = |ignored: &str| {
        format!(
            "F CSI 00000c71 (F) Failed execution of queue item Installer: Container Installer ({{9edf0f01-ef44-4c87-ac5a-8aad730137ab}}) with HRESULT HRESULT_FROM_WIN32(1753).  {ignored}[gle=0x80004005]"
        )
    };
    let log = |line: &str| {
        cbs(&[
            QUEUE,
            AI,
            "I CSI 00000c73 End executing advanced installer (sequence 75)\n    Completion status: HRESULT_FROM_WIN32(1753) ",
            line,
            WELL,
        ])
    };
    let ignored =
        tell("ignored", &[("CBS.log", log(&failed("Failure will be ignored: installer is unreliable")))]);
    assert_eq!((ignored.outcome, ignored.fault), (Outcome::NoFailure, None), "{ignored:#?}");
    let counted = tell(
        "not ignored",
        &[("CBS.log", log(&failed("Failure will not be ignored: A rollback will be initiated")))],
    );
    assert_eq!(counted.outcome, Outcome::FailureWithoutOperation);
    assert_eq!(counted.fault, Some(FaultKind::Installer));
}

#[test]
fn an_installer_that_asks_for_a_restart() {
    let log = cbs(&[
        QUEUE,
        AI,
        "I CSI 00000c73 End executing advanced installer (sequence 75)\n    Completion status: HRESULT_FROM_WIN32(3010) ",
        WELL,
    ]);
    let told = tell("installer asks for a restart", &[("CBS.log", log)]);
    assert_eq!((told.outcome, told.fault), (Outcome::NoFailure, None), "{told:#?}");
}

#[test]
fn a_program_that_ends_well_with_another_code_than_zero() {
    let log = cbs(&[
        QUEUE,
        "I CSI 0000004f Done with generic command 2; CreateProcess returned 0, CPAW returned S_OK\n    Process exit code 3010 (0x00000bc2) resulted in success? TRUE",
        WELL,
    ]);
    let told = tell("generic command", &[("CBS.log", log)]);
    assert_eq!((told.outcome, told.fault), (Outcome::NoFailure, None), "{told:#?}");
}

#[test]
fn the_success_of_the_second_boot_clears_nothing() {
    let first = [
        QUEUE,
        AI,
        "F CSI 00000c71 (F) Failed execution of queue item Installer: Container Installer ({9edf0f01-ef44-4c87-ac5a-8aad730137ab}) with HRESULT HRESULT_FROM_WIN32(1753).  Failure will not be ignored: A rollback will be initiated[gle=0x80004005]",
        "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
        AGAIN,
    ];
    let second = [
        QUEUE,
        AI,
        "I CSI 00000041 End executing advanced installer (sequence 75)\n    Completion status: S_OK ",
        WELL,
    ];
    let told = tell("second boot", &[("CBS.log", cbs(&[&first[..], &second].concat()))]);
    assert_eq!(told.outcome, Outcome::FailureWithoutOperation);
    assert_eq!(
        (told.fault, told.boot, told.phase),
        (Some(FaultKind::Installer), 1, PhaseName::StartupInstallers)
    );
    assert_eq!(told.reported, Some(0x800F_0922));
    // A driver that the second boot puts back, and that fails at that, is not what failed.
    let driver = ["I CBS         INSTALL index: 7, phase: 1, result 2, inf: cpu.inf", WELL];
    let told = tell("second boot fails", &[("CBS.log", cbs(&[&first[..], &[QUEUE], &driver].concat()))]);
    assert_eq!(told.fault, Some(FaultKind::Installer), "{told:#?}");
}

#[test]
fn a_restart_that_is_required_is_no_failure_by_itself() {
    let told = tell("restart required", &[("CBS.log", cbs(&[QUEUE, AGAIN]))]);
    assert_eq!(told.fault, None);
    assert_ne!(told.outcome, Outcome::FailureWithoutOperation);
    assert_ne!(told.outcome, Outcome::FailingOperation);
    assert!(told.rules.is_empty());
}

#[test]
fn an_update_that_waits_for_its_restart() {
    let pending = [
        "I CSI 00000006 Pending transaction content must be resolved, cannot begin another transaction yet",
        "I CBS Failed to get transaction analysis because of pending operations. Disposition from Analyze: 0x1 [HRESULT = 0x80070bc9 - ERROR_FAIL_REBOOT_REQUIRED]",
    ];
    let restart = ["I CBS Startup: Processing primitive operations queue.", WELL];
    let told = tell("pending, then restarted", &[("CBS.log", cbs(&[pending, restart].concat()))]);
    assert_eq!((told.outcome, told.fault), (Outcome::NoFailure, None), "{told:#?}");
    let told = tell("restarted, then pending", &[("CBS.log", cbs(&[restart, pending].concat()))]);
    assert_eq!((told.fault, told.phase), (Some(FaultKind::Pending), PhaseName::Staging));
    // The line alone, with nothing that failed for it, is the ordinary state.
    let told = tell("pending line alone", &[("CBS.log", cbs(&[restart[0], restart[1], pending[0]]))]);
    assert_eq!((told.outcome, told.fault), (Outcome::NoFailure, None), "{told:#?}");
}

#[test]
fn damage_of_the_store_is_no_failed_reboot() {
    let log = cbs(&[
        "E CSI 00000021 (F) Hydration failed for component Microsoft-Windows-Example, version 10.0.22621.1 on file example.dll with NTSTATUS -2146498304",
        WELL,
    ]);
    let told = tell("hydration", &[("CBS.log", log)]);
    assert_eq!((told.outcome, told.fault), (Outcome::NoFailure, None), "{told:#?}");
    assert!(told.summary.contains("component store is damaged"), "{}", told.summary);
}

/// CBS closes its log at many of its starts, and a folder lists CBS.log before CbsPersist_….log.
#[test]
fn a_log_goes_on_in_the_next_one() {
    let first = [
        "I CBS Startup: Initializing driver operations queue.",
        "I CBS DriverUpdateInstallUpdates failed [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
        "E CBS Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
        AGAIN,
    ];
    let second = [
        "I CBS Startup: Initializing driver operations queue.",
        "I CBS         INSTALL index: 7, phase: 1, result 2, inf: cpu.inf",
        "I CBS Startup: Processing complete. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
    ];
    let later = cbs(&second).replace(" 04:10:", " 04:12:");
    let told = tell("two logs", &[("CBS.log", later), ("CbsPersist_20240312.log", cbs(&first))]);
    assert_eq!((told.fault, told.boot), (Some(FaultKind::DriverCall), 1), "{told:#?}");
    assert_eq!((told.code, told.phase), (Some(0x8007_0003), PhaseName::StartupDrivers));
}

const SETUP: &str = r"[Device Install Log]
     OS Version = 10.0.18363

[BeginLog]

>>>  [Install Driver Updates]
>>>  Section start 2024/03/12 04:10:01.850
      cmd: C:\WINDOWS\winsxs\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.18362.651_none_x\TiWorker.exe -Embedding
     sto: Transaction        = CbsDriversAndPrimitives
!    inf: Unable to load INF: 'C:\WINDOWS\System32\DriverStore\FileRepository\netathrx.inf_amd64_220db23f5419ea8d\netathrx.inf'(00000003)
!!!  inf: Invalid INF 'C:\WINDOWS\System32\DriverStore\FileRepository\netathrx.inf_amd64_220db23f5419ea8d\netathrx.inf', parsing error on line 0. Code = 1002
!!!  sto: Failed to get version info for driver update 'C:\WINDOWS\System32\DriverStore\FileRepository\netathrx.inf_amd64_220db23f5419ea8d\netathrx.inf'. Error = 0x00000003
<<<  Section end 2024/03/12 04:10:02.069
<<<  [Exit status: FAILURE(0x00000003)]
";

/// Kind 3 of the published ones: CBS.log has the code, setupapi.dev.log the INF.
#[test]
fn the_driver_log_names_the_inf() {
    let shutdown = [
        "I CBS Shtd: Begin shutdown processing.",
        "I CBS Doqe: [Forward] Installing driver updates, Count 644",
        "E CBS Shtd: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
        "I CBS Shtd: Shutdown processing complete.",
    ];
    let both = tell("03 both", &[("CBS.log", cbs(&shutdown)), ("setupapi.dev.log", SETUP.to_owned())]);
    assert_eq!(both.outcome, Outcome::FailureWithoutOperation);
    assert_eq!((both.fault, both.phase), (Some(FaultKind::Setup), PhaseName::Shutdown), "{both:#?}");
    assert_eq!((both.item.as_str(), both.code), ("Install Driver Updates (netathrx.inf)", Some(0x8007_0003)));
    assert_eq!(both.rules, ["BR-0101", "BR-0109"]);
    // Alone it does not say whether that was at shutdown or after the restart.
    let alone = tell("03 alone", &[("setupapi.dev.log", SETUP.to_owned())]);
    assert_eq!((alone.fault, alone.phase), (Some(FaultKind::Setup), PhaseName::Unknown));
    assert_eq!(alone.rules, ["BR-0101", "BR-0109"]);
    // What is older than CBS.log belongs to another attempt.
    let old = SETUP.replace("2024/03/12", "2023/03/12");
    let told = tell("03 old", &[("CBS.log", cbs(&shutdown)), ("setupapi.dev.log", old)]);
    assert_eq!((told.fault, told.phase), (Some(FaultKind::Stage), PhaseName::Shutdown), "{told:#?}");
}

fn start_type(service: &str, start: u32) -> String {
    format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\{service}]\r\n\"Type\"=dword:00000020\r\n\"Start\"=dword:{start:08x}\r\n\"ImagePath\"=\"%SystemRoot%\\\\System32\\\\svchost.exe -k {service} -p\"\r\n"
    )
}

#[test]
fn a_disabled_service_is_told_and_a_stopped_one_is_not() {
    let failed = cbs(&[
        QUEUE,
        "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
    ]);
    for (service, rule) in [("AppReadiness", "BR-0221"), ("AppXSvc", "BR-0222")] {
        let with = |start| {
            tell(
                &format!("{service} {start}"),
                &[("CBS.log", failed.clone()), ("services.reg", start_type(service, start))],
            )
        };
        assert_eq!(with(4).rules, [rule, "BR-0214"]);
        assert_eq!(with(3).rules, ["BR-0214"]);
    }
    let told = tell("TI 4", &[("CBS.log", failed), ("services.reg", start_type("TrustedInstaller", 4))]);
    assert_eq!(told.rules, ["BR-0214", "BR-0223"]);
}

#[test]
fn codes_alone() {
    for (code, rule, count) in
        [("0x80073712", "BR-0409", 3), ("0x800f0831", "BR-0409", 3), ("0x80070011", "BR-0412", 2)]
    {
        let line =
            format!("E CBS Exec: Failed to commit CSI transaction to execute changes. [HRESULT = {code}]");
        let told = tell(code, &[("CBS.log", cbs(&[line.as_str()]))]);
        assert!(
            told.rules.iter().any(|id| id == rule) && told.rules.len() == count,
            "{code}: {:?}",
            told.rules
        );
    }
}

#[test]
fn a_failed_queue_of_primitives_is_no_driver_queue() {
    let line = "E CBS Startup: Failed while processing primitive operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]";
    assert_eq!(tell("primitives", &[("CBS.log", cbs(&[line]))]).rules, ["BR-0414"]);
    let line = "E CBS Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]";
    assert_eq!(tell("drivers", &[("CBS.log", cbs(&[line]))]).rules, ["BR-0110"]);
}

/// A list of codes holds if any of them is met, at any place in the list.
#[test]
fn rules_of_ones_own() {
    let rule = |codes: &str| {
        format!(
            "[[rule]]\nid = \"X-1\"\ntrust = \"inferred\"\ntitle = {{ en = \"a\", zh = \"b\" }}\ncause = {{ en = \"a\", zh = \"b\" }}\nremedy = {{ en = \"a\", zh = \"b\" }}\nmatch = {{ fault = [\"driver\"], item = [\"CPU.INF\"], code = [{codes}] }}\n"
        )
    };
    let log = cbs(&["I CBS         UNINSTALL index: 12, phase: 1, result 5, inf: cpu.inf"]);
    for (codes, holds) in [
        (r#""5""#, true),
        (r#""0x80070005""#, true),
        (r#""2", "3", "5""#, true),
        (r#""0x80070002", "0x80070003", "0x80070005""#, true),
        (r#""2", "0x80070003""#, false),
    ] {
        let mut rules = Rules::default();
        rules.add(std::path::Path::new("own.toml"), &rule(codes)).unwrap();
        let told = tell_with("own rules", &[("CBS.log", log.clone())], &rules);
        assert_eq!(told.rules.len(), usize::from(holds), "{codes}");
    }
}
