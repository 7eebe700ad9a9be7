//! What other processes do for an installer or a driver that a log says failed.

use crate::outcomes::{FILE, Rows, WRITE, installer};

const SERVICE: &str = r"HKLM\System\CurrentControlSet\Services\wisvc";
const REPOSITORY: &str = r"C:\Windows\System32\wbem\Repository\INDEX.BTR";

/// A CBS.log in which a function failed.
fn failed(function: &str, code: u32) -> String {
    installer(
        &format!(
            "Logged @: [l:70 ml:71]'Plugin service.cpp(144): {function} failed. HR=0x{:08X}.'",
            0x8007_0000 | code
        ),
        code,
    )
}

#[test]
fn a_service_is_refused_what_the_log_says_it_was_asked_for() {
    let judged = |function: &str| {
        let refused = |rows: &mut Rows| {
            rows.add(
                "services.exe",
                300,
                "RegCreateKey",
                SERVICE,
                "KEY DELETED",
                "Desired Access: All Access",
            );
        };
        Rows::new().then(refused).noted().judged_at(SERVICE, Some(&failed(function, 1018)))
    };
    assert_eq!(judged("CreateServiceW(WiSvc)"), (true, vec![]));
    assert!(!judged("CreateServiceW(diagsvc)").0, "another service");
    assert!(!judged("LsaAddAccountRights(WiSvc)").0, "another process serves that");
    assert!(!judged("OpenProcessToken").0);
}

#[test]
fn a_service_works_for_a_user_too() {
    let judged = |account: &str| {
        let detail = format!("{WRITE}{account}");
        let refused = |rows: &mut Rows| {
            rows.add("svchost.exe", 900, "CreateFile", REPOSITORY, "ACCESS DENIED", &detail)
        };
        let log = failed("IWbemServices::PutClass", 5);
        Rows::new().then(refused).noted().judged_at(REPOSITORY, Some(&log)).0
    };
    assert!(judged(""));
    assert!(judged(", Impersonating: S-1-5-18"));
    assert!(!judged(", Impersonating: S-1-5-21-3342872944-2787259111-3767985002-1001"));
}

#[test]
fn a_method_of_wmi_is_no_operation_of_the_worker() {
    let log = failed("IWbemLocator::ConnectServer", 5);
    assert_eq!(Rows::new().refused().judged_beside(Some(&log)), (false, vec!["other-call"]));
}

#[test]
fn trusted_installer_puts_a_file_in_place_that_the_worker_has_read() {
    let judged = |source: &str| {
        let mut rows = Rows::new();
        rows.worker("ReadFile", source, "SUCCESS", "Offset: 0, Length: 4,096");
        rows.add("TrustedInstaller.exe", 500, "CreateFile", FILE, "ACCESS DENIED", WRITE);
        rows.noted().judged_beside(Some(&installer("Something is wrong", 5))).0
    };
    assert!(judged(r"C:\Windows\WinSxS\amd64_shell_1\shell32.dll"));
    assert!(!judged(r"C:\Windows\WinSxS\amd64_shell_1\other.dll"));
}

#[test]
fn drvinst_works_for_the_driver_that_the_worker_is_at() {
    let judged = |read: &str, exit: u32| {
        let mut rows = Rows::new();
        rows.worker("ReadFile", read, "SUCCESS", "Offset: 0, Length: 4,096");
        rows.add("drvinst.exe", 800, "Process Start", "", "SUCCESS", "Parent PID: 400");
        let inf = r"C:\Windows\System32\DriverStore\FileRepository\pci.inf_amd64_1\pci.inf";
        rows.add("drvinst.exe", 800, "ReadFile", inf, "SUCCESS", "Offset: 0, Length: 4,096");
        rows.add("drvinst.exe", 800, "CreateFile", FILE, "ACCESS DENIED", WRITE);
        let ends = format!("Exit Status: {exit}, User Time: 0.0 seconds");
        rows.add("drvinst.exe", 800, "Process Exit", "", "SUCCESS", &ends);
        rows.noted().judged().0
    };
    let own = r"C:\Windows\System32\DriverStore\FileRepository\pci.inf_amd64_1\pci.inf";
    assert!(judged(own, 5));
    assert!(!judged(own, 2), "another code");
    assert!(!judged(r"C:\Windows\System32\DriverStore\FileRepository\usb.inf_amd64_1\usb.inf", 5));
}

#[test]
fn a_key_that_the_log_says_could_not_be_opened_is_looked_at() {
    let key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WINEVT\Publishers\{256ef42a-ca8a-b9f3-eb87-22d5299476d0}";
    let judged = |function: &str| {
        let missed =
            |rows: &mut Rows| rows.worker("RegOpenKey", key, "NAME NOT FOUND", "Desired Access: Read");
        Rows::new().then(missed).noted().judged_at(key, Some(&failed(function, 2))).0
    };
    assert!(judged("RegOpenKeyExW({256ef42a-ca8a-b9f3-eb87-22d5299476d0})"));
    assert!(!judged("RegOpenKeyExW({00000000-ca8a-b9f3-eb87-22d5299476d0})"));
    assert!(!judged("OpenEventW({256ef42a-ca8a-b9f3-eb87-22d5299476d0})"));
}

/// A CBS.log in which an installer fails at a file, with the time of its end.
fn timed(file: &str) -> String {
    let trace = "CSI    0000000b@2024/05/03:07:00:00.420 CSI Advanced installer perf trace:\n    \
        CSIPERF:AIDONE;{d4c4a7be-2f4b-4d0a-b5cb-21e0c3a0b7cd};Microsoft-Windows-Hal, version 10.0.17763.6189, arch amd64;419000";
    let end = "CSI    0000000c End executing";
    let log = installer(&format!("Failed to create file [l:39]'{file}' [0x80070005]"), 5);
    let utc =
        "2024-05-03 07:00:00, Info                  CBS    Universal Time is: 2024-05-03 07:00:00.000\n";
    format!(
        "{utc}{}",
        log.replace(end, &format!("{trace}\n2024-05-03 07:00:00, Info                  {end}"))
    )
}

#[test]
fn a_line_names_another_object_that_the_trace_does_not_have() {
    assert_eq!(Rows::new().refused().judged_beside(Some(&timed(FILE))), (true, vec![]));
    let other = Rows::new().refused().judged_beside(Some(&timed(r"C:\Windows\System32\en-US\other.dll")));
    assert_eq!(other, (false, vec!["other-object"]));
}

#[test]
fn a_service_works_for_the_very_file_that_a_function_was_called_for() {
    let catalog = r"C:\Windows\System32\CatRoot\{F750E6C3}\Package_12_for_KB5041578.cat";
    let judged = |function: &str| {
        let refused =
            |rows: &mut Rows| rows.add("svchost.exe", 900, "CreateFile", catalog, "ACCESS DENIED", WRITE);
        Rows::new().then(refused).noted().judged_at(catalog, Some(&failed(function, 5))).0
    };
    assert!(judged("CryptCATAdminAddCatalog(Package_12_for_KB5041578.cat)"));
    assert!(!judged("CryptCATAdminAddCatalog(Package_13_for_KB5041578.cat)"));
    assert!(!judged("CryptCATAdminAddCatalog"));
}

#[test]
fn a_service_missed_the_task_whose_number_it_read_last() {
    let cache = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache";
    let missed = format!(r"{cache}\Tasks\{{127ab76c-230e-5c12-ee9e-e8ee186d8544}}");
    let judged = |read: &[&str]| {
        let mut rows = Rows::new();
        for task in read {
            let id = format!(r"{cache}\Tree\Microsoft\Windows\{task}\Id");
            rows.add("svchost.exe", 900, "RegQueryValue", &id, "SUCCESS", "Type: REG_SZ, Length: 78");
        }
        rows.add("svchost.exe", 900, "RegOpenKey", &missed, "NAME NOT FOUND", "Desired Access: Read");
        let log = failed(r"ITaskFolder::GetTask(\Microsoft\Windows\Defrag\ScheduledDefrag)", 2);
        rows.noted().judged_at(&missed, Some(&log.replace("MOF Installer", "Task Scheduler"))).0
    };
    assert!(judged(&[r"Maps\MapsUpdateTask", r"Defrag\ScheduledDefrag"]));
    assert!(!judged(&[r"Defrag\ScheduledDefrag", r"Maps\MapsUpdateTask"]));
}

#[test]
fn the_error_that_was_handed_on_is_the_one_that_ended_the_installer() {
    let other = r"C:\ProgramData\Microsoft\Windows\Caches\4f3a.dat";
    let judged = |handed_on: u32| {
        let mut rows = Rows::new();
        for file in [FILE, other] {
            rows.worker("CreateFile", file, "ACCESS DENIED", WRITE);
            rows.worker("WriteFile", crate::outcomes::CBS_LOG, "SUCCESS", "Offset: 900, Length: 80");
        }
        let opened = |number: u32, file: &str| {
            format!(
                r#"STATUS_ACCESS_DENIED #{number}# from SysCreateFile(oa = @0xa1->OBJECT_ATTRIBUTES {{s:48; rd:NULL; on:[39]"\??\{file}"; a:(OBJ_CASE_INSENSITIVE)}})[gle=0xd0000022]"#
            )
        };
        let words = [
            opened(500, FILE),
            opened(900, other),
            format!(
                "STATUS_ACCESS_DENIED #{}# from CFileInstaller::Open(...)[gle=0xd0000022]",
                handed_on - 1
            ),
            format!(
                "STATUS_ACCESS_DENIED #{}# from CFileInstaller::Process(...)[gle=0xd0000022]",
                handed_on - 2
            ),
        ];
        let joined = words.join("\n2024-05-03 07:00:00, Error                 CSI    00000010 (F) ");
        rows.judged_at(other, Some(&installer(&joined, 5)))
    };
    assert_eq!(judged(900), (true, vec![]));
    let (_, objections) = judged(500);
    assert_eq!(objections, ["rival"], "the first was handed on");
}
