//! Logs other than those of servicing: DISM, Windows Setup, drivers, package lists.

use diagnosis::{FaultKind, Outcome};
use timeline::PhaseName;

use super::common::{cbs, tell};

const GOOD: &[&str] = &[
    "I CBS Session: 31102_1 initialized by client WindowsUpdateAgent, external staging directory: (null), external registry directory: (null)",
    "I CBS Session: 31102_1 finalized. Reboot required: no [HRESULT = 0x00000000 - S_OK]",
];

const DISM: &str = "\
2024-03-12 05:00:00, Info                  DISM   DISM.EXE: Executing command line: dism /online /enable-feature /featurename:NetFx3\r\n\
2024-03-12 05:00:09, Error                 DISM   DISM Package Manager: PID=1 TID=2 Failed finalizing changes. - CDISMPackageManager::Internal_Finalize(hr:0x800f0950)\r\n";

#[test]
fn a_dism_command_that_failed_is_told_before_any_restart() {
    let told = tell("dism alone", &[("dism.log", DISM.to_owned())]);
    assert_eq!((told.outcome, told.phase), (Outcome::FailureWithoutOperation, PhaseName::Unknown));
    assert_eq!((told.fault, told.code), (Some(FaultKind::Dism), Some(0x800F_0950)));
    assert_eq!(told.remedies.first().map(String::as_str), Some("BR-0502"));
    assert!(told.summary.contains("/featurename:NetFx3") && told.summary.contains("before any restart"));
}

#[test]
fn the_last_word_is_that_of_cbs() {
    let good = cbs(GOOD);
    let before = DISM.replace("2024-03-12 05", "2024-03-12 03");
    let told = tell("dism before", &[("CBS.log", good.clone()), ("dism.log", before)]);
    assert_eq!(told.outcome, Outcome::NoFailure);
    let told = tell("dism after", &[("CBS.log", good), ("dism.log", DISM.to_owned())]);
    assert_eq!((told.outcome, told.fault), (Outcome::FailureWithoutOperation, Some(FaultKind::Dism)));
}

const SETUP: &str = "\
2024-03-28 11:54:45, Error                 SP     Operation failed: Add drivers. Error: 0xC1900101[gle=0x000000b7]\r\n\
2024-03-28 11:54:46, Info                  MOUPG  Install result: 0xC1900101 - 0x30018\r\n\
2024-03-28 11:54:47, Info                  SP     Initiating rollback/uninstall, phase = 3\r\n";

#[test]
fn windows_setup_makes_no_verdict_of_an_update() {
    let told = tell("setup", &[("setupact.log", SETUP.to_owned())]);
    assert_eq!(
        (told.outcome, told.phase, told.reported),
        (Outcome::NotEnoughEvidence, PhaseName::Unknown, None)
    );
    for part in ["Windows Setup", "0xC1900101", "SP_EXECUTION_FIRST_BOOT", "nothing of a monthly update"] {
        assert!(told.summary.contains(part), "{part}: {}", told.summary);
    }
    let told = tell("setup beside", &[("CBS.log", cbs(GOOD)), ("setupact.log", SETUP.to_owned())]);
    assert_eq!(told.outcome, Outcome::NoFailure);
}

#[test]
fn drivers_that_servicing_did_not_install_are_told_by_name() {
    let section = "\
>>>  [Device Install (Hardware initiated) - USB\\VID_0A5C&PID_21E8]\r\n\
>>>  Section start 2024/03/12 05:31:17.934\r\n\
!!!  sto: Failed to import driver package 'C:\\x\\example.inf'. Error = 0xE0000247\r\n\
<<<  Section end 2024/03/12 05:31:18.216\r\n\
<<<  [Exit status: FAILURE(0xe0000247)]\r\n";
    let told = tell("device", &[("setupapi.dev.log", section.to_owned())]);
    assert_eq!(told.outcome, Outcome::NotEnoughEvidence);
    assert!(told.summary.contains("VID_0A5C") && told.summary.contains("0xE0000247"), "{}", told.summary);
    // Done, and a restart is needed.
    let done = section
        .replace("FAILURE(0xe0000247)", "FAILURE(0x00000bc2)")
        .replace("!!!  sto: Failed", "     sto: Did");
    assert!(!tell("device done", &[("setupapi.dev.log", done)]).summary.contains("VID_0A5C"));
    // The transaction that it shares with poqexec makes it servicing's.
    let shared = section.replace("!!!  sto", "     sto: Transaction = CbsDriversAndPrimitives\r\n!!!  sto");
    assert_eq!(tell("device shared", &[("setupapi.dev.log", shared)]).fault, Some(FaultKind::Setup));
}

#[test]
fn a_package_list_says_that_a_restart_is_pending() {
    let list = "\r\nVersión: 10.0.17763.1697\r\n\r\n\
Identidad de paquete : Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2\r\nEstado : Instalación pendiente\r\n\r\n\
Identidad de paquete : Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.2114.1.13\r\nEstado : Desinstalación pendiente\r\n";
    let told = tell("list", &[("packages.txt", list.to_owned())]);
    let pending = "A restart is pending, says packages.txt: install pending: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2; \
        uninstall pending: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.2114.1.13.";
    assert!(told.summary.contains(pending), "{}", told.summary);
}

const COPIED: &str = "\
Log Name:      System\r\n\
Source:        Microsoft-Windows-WindowsUpdateClient\r\n\
Event ID:      20\r\n\
Description:\r\n\
Installation Failure: Windows failed to install the following update with error 0x80070643: An Update (KB1234567).\r\n";

#[test]
fn copied_records_tell_what_failed_and_no_reboot() {
    let told = tell("copied", &[("events.txt", COPIED.to_owned())]);
    assert_eq!(told.outcome, Outcome::NotEnoughEvidence);
    for part in
        ["events.txt says that the update An Update (KB1234567) failed", "0x80070643", "at its reboot"]
    {
        assert!(told.summary.contains(part), "{part}: {}", told.summary);
    }
    let crash = "Log Name: System\r\nSource: Microsoft-Windows-WER-SystemErrorReporting\r\nEvent ID: 1001\r\nDescription:\r\n\
        The computer has rebooted from a bugcheck. The bugcheck was: 0x00000124 (0x0).\r\n";
    let told = tell("crash", &[("events.txt", crash.to_owned())]);
    assert!(
        told.summary.contains("Windows crashed") && told.summary.contains("0x00000124"),
        "{}",
        told.summary
    );
}

#[test]
fn the_update_client_tells_a_download_from_an_installation() {
    let log = "2019/06/05 11:07:51.0950566 1092  10968 DownloadManager Windows failed to download from http://x.example/a/file.exe to local path = C:\\x with error 0x80070070\r\n";
    let told = tell("download", &[("WindowsUpdate.log", log.to_owned())]);
    let said = "WindowsUpdate.log says that the download of file.exe failed with 112 / 0x80070070: no reboot came to that.";
    assert_eq!((told.outcome, told.summary.as_str()), (Outcome::NotEnoughEvidence, said));
}

#[test]
fn sfc_says_how_the_system_files_are() {
    let output = "\r\nVerification 100% complete.\r\n\r\nWindows Resource Protection found corrupt files but was unable to fix some of them.\r\n";
    let told = tell("sfc", &[("sfc.txt", output.to_owned())]);
    assert_eq!(told.outcome, Outcome::NotEnoughEvidence);
    assert!(told.summary.contains("The system files are damaged, says sfc.txt"), "{}", told.summary);
    // A restore that completed does not say that anything was damaged.
    let restored = "The restore operation completed successfully.\r\n";
    let told = tell("restored", &[("dism.txt", restored.to_owned())]);
    assert!(told.summary.contains("The component store is whole, says dism.txt"), "{}", told.summary);
}

#[test]
fn errors_that_good_upgrades_have_are_no_result() {
    let noise = "Error MIG Failed to create CBS session 9. hr = 0x8007045B[gle=0x000003f0]\r\n";
    let told = tell("noise", &[("setupact.log", noise.to_owned())]);
    assert!(told.summary.contains("state no result. Their last error is 0x8007045B"), "{}", told.summary);
    let fatal = format!("{noise}Info SP Will add an extra error: 0x8007045B\r\n");
    let told = tell("fatal", &[("setupact.log", fatal)]);
    assert!(told.summary.contains("ended with 0x8007045B"), "{}", told.summary);
    assert!(told.summary.contains("Failed to create CBS session 9"), "{}", told.summary);
}

#[test]
fn a_list_of_a_store_check_needs_no_header() {
    let list = "Checking System Update Readiness.\r\n(f)\tCBS MUM Missing\t0x00000002\tservicing\\packages\\Package_for_KB1234567~31bf3856ad364e35~amd64~~6.0.1.6.mum\r\n";
    let told = tell("checksur", &[("CheckSUR.log", list.to_owned())]);
    assert!(told.summary.contains("is damaged, in 1 object: Package_for_KB1234567"), "{}", told.summary);
    let fixed = format!(
        "{list}(fix)\tCBS MUM Missing\tCBS File Replaced\tPackage_for_KB1234567~31bf3856ad364e35~amd64~~6.0.1.6.mum from Cabinet: C:\\x.cab.\r\n"
    );
    let told = tell("checksur fixed", &[("CheckSUR.log", fixed)]);
    assert!(told.summary.contains("1 damaged file was repaired"), "{}", told.summary);
}

#[test]
fn what_a_shutdown_undoes_is_no_rollback() {
    let told = tell(
        "shutdown",
        &[(
            "CBS.log",
            cbs(&[
                "E CBS Shtd: Failed while processing driver operations queue. hr: 0x800705aa",
                "I CBS Shtd: Failure occurred during shutdown processing after drivers were processed.  Attempting to undo driver operations.  Driver operations will be tried again on startup of Trusted Installer",
            ]),
        )],
    );
    assert_eq!((told.phase, told.code), (PhaseName::Shutdown, Some(0x8007_05AA)));
    assert!(!told.summary.contains("rolled back"), "{}", told.summary);
}

#[test]
fn a_copy_and_the_beginning_of_a_log_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, part) = (format!("{}{}", cbs(GOOD), cbs(GOOD)), cbs(GOOD));
    let paths: Vec<_> = ["a.log", "b.log", "c.log"].iter().map(|name| folder.path().join(name)).collect();
    for (path, log) in paths.iter().zip([&part, &whole, &whole]) {
        std::fs::write(path, log).unwrap();
    }
    let case = timeline::Case::open(&paths);
    assert_eq!(case.inputs.iter().map(|input| input.path.as_str()).collect::<Vec<_>>(), ["b.log"]);
    let told: Vec<String> = case.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "a.log: it holds nothing that b.log does not hold; it counts once",
            "c.log: it holds nothing that b.log does not hold; it counts once",
        ]
    );
}

#[test]
fn a_folder_names_what_was_not_understood() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("CBS.log"), cbs(GOOD)).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "nothing of use\r\n").unwrap();
    std::fs::write(folder.path().join("logs.7z"), b"7z\xBC\xAF\x27\x1C\0\x04").unwrap();
    let case = timeline::Case::open(&[folder.path().to_owned()]);
    assert_eq!(case.not_understood.len(), 1);
    assert!(case.not_understood[0].0.ends_with("/notes.txt"));
    let [error] = case.unreadable.as_slice() else { panic!("{:?}", case.unreadable) };
    assert!(
        error.to_string().ends_with("this is a 7-Zip archive, which bootrace does not open; unpack it first")
    );
}

#[test]
fn what_another_machine_says_is_set_aside() {
    let export = |host: &str, services: &str| {
        format!(
            "Windows Registry Editor Version 5.00\r\n\r\n\
             [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName]\r\n\
             \"ComputerName\"=\"{host}\"\r\n\r\n{services}"
        )
    };
    let disabled = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\TrustedInstaller]\r\n\"Start\"=dword:00000004\r\n";
    let line = "E CBS Startup: Failed while processing primitive operations queue. [HRESULT = 0x800f0922]";
    let case = |second: &str| {
        [("CBS.log", cbs(&[line])), ("a.reg", export("PC-A", "")), ("b.reg", export(second, disabled))]
    };
    let same = tell("same machine", &case("pc-a"));
    assert_eq!(same.mixture, "");
    assert!(same.rules.contains(&"BR-0223".to_owned()), "{:?}", same.rules);
    let other = tell("other machine", &case("PC-B"));
    let said = "The inputs are of different machines: a.reg is of PC-A, b.reg of PC-B, which is set aside. This verdict rests on CBS.log.";
    assert_eq!(other.mixture, said);
    assert!(!other.rules.contains(&"BR-0223".to_owned()), "{:?}", other.rules);
}
