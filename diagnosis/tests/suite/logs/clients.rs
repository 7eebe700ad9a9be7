//! What the logs of the update client, of Configuration Manager, of the readiness tool and of SetupDiag say, to the next
//! step.

use super::common::{Told, cbs, tell};
use diagnosis::Outcome;

fn told(name: &str, file: &str, content: &str) -> Told {
    let told = tell(name, &[(file, content.to_owned())]);
    assert_eq!(told.outcome, Outcome::NotEnoughEvidence, "{name}: {}", told.summary);
    told
}

#[track_caller]
fn says(told: &Told, parts: &[&str]) {
    for part in parts {
        assert!(told.summary.contains(part), "{part:?} is not in {:?}", told.summary);
    }
}

const LIST: &str = "\r\n   ProviderName: Microsoft-Windows-Servicing\r\n\r\n\
    TimeCreated                     Id LevelDisplayName Message\r\n\
    -----------                     -- ---------------- -------\r\n";

fn list(rows: &[&str]) -> String {
    rows.iter().fold(LIST.to_owned(), |list, row| list + row + "\r\n")
}

const FAILED: &str = "3/13/2025 2:11:05 AM 3 Error Package KB5000001 failed to be changed to the Installed state. Status: 0x800f0922.";
const WAITS: &str = "3/13/2025 1:58:10 AM 4 Information A reboot is necessary before package KB5000001 can be changed to the Installed state.";
const INSTALLED: &str =
    "3/13/2025 3:00:00 AM 2 Information Package KB5000001 was successfully changed to the Installed state.";

#[test]
fn a_package_that_failed_at_the_restart_it_waited_for() {
    let told = told("setup-list-failed", "list.txt", &list(&[FAILED, WAITS]));
    says(&told, &["KB5000001 failed with 0x800F0922 at the restart that it had waited for"]);
    assert!(!told.summary.contains("A restart is pending"), "{}", told.summary);
}

#[test]
fn a_package_that_was_installed_in_the_end_did_not_fail() {
    let told = told("setup-list-good", "list.txt", &list(&[INSTALLED, FAILED, WAITS]));
    says(&told, &["list.txt says that KB5000001 was installed, and tells of no failure."]);
    assert!(!told.summary.contains("pending"), "{}", told.summary);
}

#[test]
fn a_package_that_waits_for_a_restart() {
    let told = told("setup-list-waits", "list.txt", &list(&[WAITS]));
    says(&told, &["A restart is pending, says list.txt: KB5000001."]);
    assert!(told.steps.first().unwrap().starts_with("Restart the machine"), "{:?}", told.steps);
}

#[test]
fn the_update_of_the_recovery_environment_has_its_own_step() {
    let event = |kb: &str| {
        format!(
            "Installation Failure: Windows failed to install the following update with error 0x80070643: An Update ({kb}).\n"
        )
    };
    let winre = told("winre", "events.txt", &event("KB5034441"));
    assert_eq!(winre.remedies.first().map(String::as_str), Some("BR-0601"));
    let other = told("no-winre", "events.txt", &event("KB5000001"));
    assert_eq!(other.remedies, ["BR-0602"]);
}

#[test]
fn a_search_that_failed_leads_to_the_server() {
    let line = "<![LOG[Scan failed with error = 0x80244021.]LOG]!><time=\"10:01:00.010-120\" date=\"05-17-2023\" component=\"WUAHandler\" context=\"\" type=\"3\" thread=\"1\" file=\"a.cpp:1\">\n";
    let told = told("scan", "WUAHandler.log", line);
    says(&told, &["the search for updates failed with 0x80244021: no reboot came to that"]);
    assert_eq!(told.remedies.first().map(String::as_str), Some("BR-0605"));
}

#[test]
fn what_the_readiness_tool_counted() {
    let log = |summary: &str| {
        format!(
            "Checking System Update Readiness.\nBinary Version 6.1.7601.22471\n\nSummary:\nSeconds executed: 450\n{summary}\n"
        )
    };
    let damaged = told(
        "surt-damaged",
        "CheckSUR.log",
        &log(" Found 10 errors\n Fixed 4 errors\n  CSI Manifest Missing Total count: 6"),
    );
    says(
        &damaged,
        &["the component store is damaged: its check found 10 errors and repaired 4, which leaves 6."],
    );
    assert!(damaged.steps.first().unwrap().contains("KB947821"), "{:?}", damaged.steps);
    let repaired = told("surt-repaired", "CheckSUR.log", &log("Found 10 errors\nFixed 10 errors"));
    says(&repaired, &["found 10 errors and repaired all of them"]);
    assert!(repaired.steps.is_empty(), "{:?}", repaired.steps);
    let good = told("surt-good", "CheckSUR.log", &log(" No errors detected"));
    says(&good, &["found no errors"]);
}

#[test]
fn what_setup_diag_found() {
    let xml = "<LogErrorLine>2025-01-08 14:32:26, Error                 MOUPG  CSetupManager::ExecuteInstallMode(1096): Result = 0xC190020E</LogErrorLine>\n\
        <FailureData>Error: SetupDiag reports abrupt down-level failure.Last Operation: Error: 0xC190020E - 0x4001E</FailureData>\n\
        <FailureDetails>DiskSpace = 20003, ErrorCode = 0xC190020E, ExCode = 0x4001E</FailureDetails>\n\
        <Remediation>You must free up at least \"20003\" MB.</Remediation>\n";
    let failed = told("setup-diag", "results.xml", xml);
    says(&failed, &["0xC190020E", "abrupt down-level failure", "You must free up at least"]);
    assert_eq!(failed.remedies.first().map(String::as_str), Some("BR-0621"));
    let good = told("setup-diag-good", "results.log", "SetupDiag reports successful upgrade found.\n");
    says(&good, &["show no failure"]);
}

#[test]
fn the_missing_package_and_not_the_update_that_needs_it() {
    let missing = "Microsoft-Windows-Example-Package~31bf3856ad364e35~amd64~~10.0.26100.1";
    let update = "Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.2894.1.14";
    let code = "[HRESULT = 0x800736b3 - ERROR_SXS_ASSEMBLY_NOT_FOUND]";
    let lines = [
        format!(
            "I CBS Failed to pin deployment while resolving Update: {missing}.aa from file: (null) {code}"
        ),
        format!("E CBS Failed to stage execution package: {update} {code}"),
        format!("E CBS Failed to process single phase execution. {code}"),
        format!(
            "I CBS WER: Generating failure report for package: {update}, status: 0x800736b3, failure source: CSI Other, start state: Absent, target state: Installed, client id: x"
        ),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let told = tell("pin-missing", &[("CBS.log", cbs(&lines))]);
    assert!(told.item.starts_with("Microsoft-Windows-Example-Package"), "{}", told.item);
    assert_eq!(told.remedies.first().map(String::as_str), Some("BR-0523"));
}

#[test]
fn the_lists_of_secure_boot() {
    let event = "Log Name:      System\r\nSource:        Microsoft-Windows-TPM-WMI\r\nDate:          2/14/2024 9:12:44 AM\r\n\
        Event ID:      1796\r\nDescription:\r\nThe Secure Boot update failed to update a Secure Boot variable.\r\n\r\n";
    let alone = told("secure-boot", "events.txt", event);
    says(&alone, &["Secure Boot (DB/DBX) failed"]);
    assert_eq!(alone.remedies, ["BR-0612"]);
    let update = event
        .replace("TPM-WMI", "WindowsUpdateClient")
        .replace("1796", "20")
        .replace("The Secure Boot update failed to update a Secure Boot variable.", "Installation Failure: Windows failed to install the following update with error 0x80070643: An Update (KB5000001).");
    let both = told("secure-boot-and-update", "events.txt", &format!("{update}{event}"));
    says(&both, &["KB5000001"]);
}
