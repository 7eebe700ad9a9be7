//! What a trace shows that lacks what a log has, and a log that lacks what a trace shows.

use diagnosis::{Rules, diagnose};
use timeline::{Case, Timeline};

use crate::outcomes::{FILE, Rows, WRITE, installer};

/// A CBS.log of one day in which an installer fails at a file.
fn log(day: &str, file: &str, code: u32) -> String {
    let words = format!("Failed to create file [l:39]'{file}' [0x8007{code:04x}]");
    let utc =
        "2024-05-03 07:00:00, Info                  CBS    Universal Time is: 2024-05-03 07:00:00.000\n";
    format!("{utc}{}", installer(&words, code)).replace("2024-05-03", day)
}

#[test]
fn a_log_of_another_day_says_nothing_of_the_recorded_boot() {
    let judged = |day: &str| {
        let other = r"C:\Windows\System32\en-US\other.dll";
        Rows::new().refused().judged_beside(Some(&log(day, other, 2)))
    };
    assert_eq!(judged("2024-04-12"), (true, vec![]));
    assert_eq!(judged("2024-05-03"), (false, vec!["contradicted"]));
}

#[test]
fn a_trace_without_successes_names_what_a_log_names_with_its_code() {
    let judged =
        |file: &str| Rows::new().refused().failures_only().judged_beside(Some(&log("2024-05-03", file, 5)));
    assert_eq!(judged(FILE), (true, vec![]));
    assert!(judged(r"C:\Windows\System32\en-US\other.dll").1.contains(&"not-covered"));
}

#[test]
fn a_service_that_could_not_be_started_ended_with_what_it_was_refused() {
    let file = r"C:\ProgramData\Microsoft\Windows\Own\State.db";
    let judged = |service: &str, ends: bool| {
        let mut rows = Rows::new();
        let line = r"Parent PID: 300, Command line: C:\Windows\System32\svchost.exe -k AppReadiness -p -s AppReadiness";
        rows.add("svchost.exe", 900, "Process Start", "", "SUCCESS", line);
        rows.add("svchost.exe", 900, "CreateFile", file, "ACCESS DENIED", WRITE);
        if ends {
            rows.add(
                "svchost.exe",
                900,
                "Process Exit",
                "",
                "SUCCESS",
                "Exit Status: 5, User Time: 0.0 seconds",
            );
        }
        let words = format!(
            "Logged @: [l:70 ml:71]'Svc service.cpp(272): StartServiceW({service}) failed. HR=0x80070005.'"
        );
        rows.noted().judged_at(file, Some(&installer(&words, 5))).0
    };
    assert!(judged("AppReadiness", true));
    assert!(!judged("AppReadiness", false), "its process runs on");
    assert!(!judged("wisvc", true));
}

#[test]
fn a_function_that_the_installer_calls_itself_fails_in_no_service() {
    let judged = |process: &str, pid: u32| {
        let words = format!(
            "Logged @: [l:70 ml:71]'Plugin file.cpp(133): CreateFileW({FILE}) failed. HR=0x80070005.'"
        );
        let refused = |rows: &mut Rows| rows.add(process, pid, "CreateFile", FILE, "ACCESS DENIED", WRITE);
        Rows::new().then(refused).noted().judged_beside(Some(&installer(&words, 5)))
    };
    assert_eq!(judged("TiWorker.exe", 600), (true, vec![]));
    assert_eq!(judged("svchost.exe", 900), (false, vec!["other-call"]));
}

#[test]
fn a_program_that_goes_on_to_change_things_was_not_stopped() {
    let judged = |changes: u32| {
        let mut rows = Rows::new();
        rows.add("lodctr.exe", 700, "Process Start", "", "SUCCESS", "Parent PID: 600");
        rows.add("lodctr.exe", 700, "CreateFile", FILE, "ACCESS DENIED", WRITE);
        for number in 0..changes {
            let value = format!(r"HKLM\SOFTWARE\Own\State{number}");
            rows.add(
                "lodctr.exe",
                700,
                "RegSetValue",
                &value,
                "SUCCESS",
                "Type: REG_DWORD, Length: 4, Data: 1",
            );
        }
        rows.add("lodctr.exe", 700, "Process Exit", "", "SUCCESS", "Exit Status: 1, User Time: 0.0 seconds");
        rows.noted().judged()
    };
    assert_eq!(judged(2), (true, vec![]));
    assert_eq!(judged(7), (false, vec!["carried-on"]));
}

#[test]
fn poqexec_ends_with_the_status_of_the_source_that_is_missing() {
    let source = r"C:\Windows\WinSxS\Temp\PendingRenames\b70915d19f7caf6d.cdf-ms";
    let judged = |exit_status: i32| {
        let mut rows = Rows::new();
        rows.add("poqexec.exe", 350, "Process Start", "", "SUCCESS", "Parent PID: 300");
        let moved = r"C:\Windows\WinSxS\Temp\PendingRenames\6dcbd9874b23a4d4.cdf-ms";
        rows.add(
            "poqexec.exe",
            350,
            "SetRenameInformationFile",
            moved,
            "SUCCESS",
            r"ReplaceIfExists: True, FileName: C:\Windows\WinSxS\a",
        );
        rows.add(
            "poqexec.exe",
            350,
            "CreateFile",
            source,
            "NAME NOT FOUND",
            "Desired Access: Read Attributes, Delete, Disposition: Open",
        );
        rows.add(
            "poqexec.exe",
            350,
            "WriteFile",
            r"C:\Windows\WinSxS\poqexec.log",
            "SUCCESS",
            "Offset: 0, Length: 80",
        );
        let ends = format!("Exit Status: {exit_status}, User Time: 0.0 seconds");
        rows.add("poqexec.exe", 350, "Process Exit", "", "SUCCESS", &ends);
        rows.judged_at(source, None).0
    };
    // STATUS_OBJECT_NAME_NOT_FOUND, STATUS_ACCESS_DENIED.
    assert!(judged(-1_073_741_772));
    assert!(!judged(-1_073_741_790));
}

#[test]
fn the_last_reboot_that_failed_counts_whatever_is_known_of_it() {
    let old = log("2024-04-28", FILE, 5);
    let new = [
        "Info                  CBS    TI: --- Initializing Trusted Installer ---",
        "Info                  CBS    Exec: Session: 31501275_293262181, package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6189.1.11",
        "Info                  CBS    Exec: Execution complete",
        "Info                  CBS    Shtd: Begin shutdown processing.",
        "Info                  CBS    Shtd: Shutdown processing complete.",
        "Info                  CBS    TI: --- Initializing Trusted Installer ---",
        "Info                  CBS    TI: Last boot time: 2024-05-03 06:59:50.500",
        "Info                  CBS    Startup: Initializing driver operations queue.",
        "Error                 CBS    Failed during startup processing [HRESULT = 0x800705aa - ERROR_NO_SYSTEM_RESOURCES]",
        "Info                  CBS    WER: Generating failure report for package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6189.1.11, status: 0x800705aa, failure source: CBS Other, start state: Staged, target state: Installed, client id: WindowsUpdateAgent",
        "Info                  CBS    Startup: Processing complete. [HRESULT = 0x800705aa - ERROR_NO_SYSTEM_RESOURCES]",
    ];
    let new: String = new.iter().map(|line| format!("2024-05-03 07:00:00, {line}\n")).collect();
    let case = Case::from_bytes(vec![("CBS.log".to_owned(), Ok(format!("{old}{new}").into_bytes()))]);
    let diagnosis = diagnose(&Timeline::new(&case), &Rules::built_in());
    assert_eq!(diagnosis.faults.first().and_then(|fault| fault.code), Some(0x8007_05AA));
}
