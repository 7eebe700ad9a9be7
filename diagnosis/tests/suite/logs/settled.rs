//! Failures that a later record settles: the line goes on saying that something failed, and no verdict rests on it.

use diagnosis::{Outcome, Rules, diagnose};
use timeline::{Case, Timeline};

use super::common::tell;

/// The lines that say that something failed, and whether the diagnosis holds their failures for settled.
fn failures(file: &str, content: &str) -> Vec<(u64, bool)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    std::fs::write(&path, content).unwrap();
    let case = Case::open(&[path]);
    let timeline = Timeline::new(&case);
    let settled = diagnose(&timeline, &Rules::built_in()).faults.settled;
    let failed = timeline.scans[0].lines.iter().filter(|line| line.failed);
    failed.map(|line| (line.line, settled.why(line).is_some())).collect()
}

/// A run of dism that adds a package, with or without a failure.
fn run(hour: u32, package: &str, fails: bool) -> String {
    let begin = format!(
        "2024-03-12 {hour:02}:00:00, Info                  DISM   DISM.EXE: Executing command line: dism /online /add-package /packagepath:{package}\r\n"
    );
    let failure = format!(
        "2024-03-12 {hour:02}:00:09, Error                 DISM   DISM Package Manager: PID=1 TID=2 Failed finalizing changes. - CDISMPackageManager::Internal_Finalize(hr:0x800f0922)\r\n"
    );
    if fails { begin + &failure } else { begin }
}

#[test]
fn a_dism_command_that_succeeds_later() {
    let again = run(3, "a.cab", true) + &run(4, "a.cab", true) + &run(5, "a.cab", false);
    assert_eq!(failures("dism.log", &again), [(2, true), (4, true)]);
    let told = tell("dism again", &[("dism.log", again)]);
    assert_eq!((told.outcome, told.fault), (Outcome::NotEnoughEvidence, None));
    // Another command says nothing of it, nor a run before it.
    for other in [
        run(3, "a.cab", true) + &run(4, "b.cab", false),
        run(2, "a.cab", false) + &run(3, "a.cab", true),
        // A run whose command line the log does not have.
        run(3, "a.cab", true).split_inclusive('\n').next_back().unwrap().to_owned() + &run(4, "a.cab", false),
    ] {
        let failures = failures("dism.log", &other);
        assert!(matches!(failures[..], [(_, false)]), "{failures:?} {other}");
        let told = tell("dism other", &[("dism.log", other)]);
        assert_eq!(told.outcome, Outcome::FailureWithoutOperation, "{}", told.summary);
    }
}

#[test]
fn an_upgrade_that_goes_through() {
    let failed = "\
2024-03-28 11:52:21, Error                 MIG    Plugin {x}: 0x80070005\r\n\
2024-03-28 11:54:45, Error                 MOUPG  CSetupManager::Execute(222): Result = 0xC1900101\r\n";
    let result = |code| {
        format!(
            "2024-03-28 11:55:48, Info                  MOUPG  Finalize: Reporting result value: [{code}]\r\n"
        )
    };
    let done = format!("{failed}{}", result("0x0"));
    assert_eq!(failures("setupact.log", &done), [(2, true)]);
    let told = tell("upgrade done", &[("setupact.log", done.clone())]);
    let said = "The logs of Windows Setup show no failure, and they tell nothing of a monthly update.";
    assert_eq!(told.summary, said);
    // What fails after it is of another run.
    let later = done + &failed.replace("2024-03-28", "2024-03-29");
    assert_eq!(failures("setupact.log", &later), [(2, true), (5, false)]);
    let bad = format!("{failed}{}", result("0xC1900101"));
    assert_eq!(failures("setupact.log", &bad), [(2, false), (3, false)]);
    let told = tell("upgrade failed", &[("setupact.log", bad)]);
    assert!(told.summary.contains("ended with 0xC1900101"), "{}", told.summary);
}

/// Records of the update client as they are copied from the event viewer.
fn record(hour: u32, id: u32, text: &str) -> String {
    format!(
        "Log Name:      System\r\nSource:        Microsoft-Windows-WindowsUpdateClient\r\nDate:          3/13/2025 {hour}:00:00 AM\r\n\
         Event ID:      {id}\r\nDescription:\r\n{text}\r\n\r\n"
    )
}

#[test]
fn an_update_that_is_installed_later() {
    let failure = |hour, kb: &str| {
        record(
            hour,
            20,
            &format!(
                "Installation Failure: Windows failed to install the following update with error 0x80070643: An Update ({kb})."
            ),
        )
    };
    let success = |hour, kb: &str| {
        record(
            hour,
            19,
            &format!(
                "Installation Successful: Windows successfully installed the following update: An Update ({kb})"
            ),
        )
    };
    let all_settled = |records: &[String]| {
        let failures = failures("events.txt", &records.concat());
        assert!(!failures.is_empty());
        failures.iter().all(|(_, settled)| *settled)
    };
    assert!(all_settled(&[failure(1, "KB5000001"), success(2, "KB5000001")]));
    // The viewer lists the latest first, too.
    assert!(all_settled(&[success(2, "KB5000001"), failure(1, "KB5000001")]));
    assert!(!all_settled(&[failure(1, "KB5000001"), success(2, "KB5000002")]));
    assert!(!all_settled(&[success(1, "KB5000001"), failure(2, "KB5000001")]));
    let both = [failure(1, "KB5000001"), success(2, "KB5000001"), failure(3, "KB5000002")].concat();
    let told = tell("installed later", &[("events.txt", both)]);
    assert!(told.summary.contains("KB5000002") && !told.summary.contains("KB5000001"), "{}", told.summary);
}

#[test]
fn an_update_waits_until_windows_starts_or_it_ends() {
    let waits = |hour| {
        record(
            hour,
            21,
            "Restart Required: To complete the installation of the following updates, the computer must be restarted within 15 minutes: - An Update (KB5000001)",
        )
    };
    let start = |hour| {
        record(hour, 12, "The operating system started at system time 2025-03-13T05:00:00.000000000Z.")
            .replace("WindowsUpdateClient", "Kernel-General")
    };
    let pending = |name: &str, records: &[String]| {
        let told = tell(name, &[("events.txt", records.concat())]);
        told.summary.contains("A restart is pending, says events.txt")
    };
    assert!(pending("waits", &[waits(2)]));
    assert!(pending("waits again", &[waits(2), start(3), waits(4)]));
    assert!(!pending("waits no more", &[waits(2), start(3)]));
}
