//! What people post beside CBS.log, and lines that name something only with the line before them. The texts are
//! synthetic, in the form of published posts.

use super::common::{cbs, tell};

/// A post: its file, what the summary says, the rule of a remedy or the command of its first step, and the near miss, of
/// which the summary does not say so.
struct Post {
    file: &'static str,
    text: &'static str,
    says: &'static str,
    rule: &'static str,
    near: (&'static str, &'static str),
}

const POSTS: &[Post] = &[
    Post {
        file: "screen.txt",
        text: "Fatal error C0190003 applying update operation 19505 of 247778 (amd64_microsoft\n",
        says: "oqexec.exe failed with 0xC0190003",
        rule: "BR-0402",
        near: ("C0190003", "C0000034"),
    },
    Post {
        file: "CBS.log",
        text: "C:\\Windows\\system32\\wbem\\example.mof (1): error SYNTAX 0X8004402f: Error creating temporary file\n",
        says: "wbem\\example.mof",
        rule: "BR-0209",
        near: ("0X8004402f: Error creating temporary file", "0X80044001: Unexpected token"),
    },
    Post {
        file: "CBS.log",
        text: "Only package owners can remove package: Package_10_for_KB5000001~31bf3856ad364e35~amd64~~10.0.1.2565 [HRESULT = 0x80070005 - E_ACCESSDENIED]\n",
        says: "he removal of the package KB5000001 failed",
        rule: "BR-0535",
        near: ("Only package owners can remove package: ", "Failed to resolve package "),
    },
    Post {
        file: "CBS.log",
        text: "Error CBS Failed to call external evaluate applicability on package: Package_4_for_KB5000002~31bf3856ad364e35~amd64~~6.1.1.1, Update: Trigger_1 [HRESULT = 0x80070057 - E_INVALIDARG]\n",
        says: "the search could not tell whether KB5000002 applies",
        rule: "BR-0635",
        near: ("0x80070057 - E_INVALIDARG", "0x800f0805 - CBS_E_INVALID_PACKAGE"),
    },
    Post {
        file: "WindowsUpdate.log",
        text: "Agent -- WARNING: Failed to evaluate Installable rule, Owner = UpdateId, hr = 0x800706D9\n",
        says: "the search could not tell whether an update applies",
        rule: "BR-0634",
        near: ("0x800706D9", "0x80070057"),
    },
    Post {
        file: "notes.txt",
        text: "- `Failed uninstalling driver updates [HRESULT = 0x800719e4 - ERROR_LOG_FULL]`\n- `Startup: Failed while processing non-critical driver operations queue`\n",
        says: "ERROR_LOG_FULL",
        rule: "BR-0401",
        near: ("0x800719e4 - ERROR_LOG_FULL", "0x80070057 - E_INVALIDARG"),
    },
    Post {
        file: "uso.txt",
        text: "*Download finished* -> [Results] : {85604fae}:2021-01 Update for Windows (KB5000003):hr=0x8024001e;\n",
        says: "the download of 2021-01 Update for Windows (KB5000003) failed with 0x8024001E",
        rule: "BR-0636",
        near: ("0x8024001e", "0x80240438"),
    },
    Post {
        file: "event.txt",
        text: "Installation Failure: Windows failed to install the following update with error 0x80073d02: 9ABCDEFGHIJK-ExampleAB.Player.\n",
        says: "the update of the Microsoft Store app ExampleAB.Player failed",
        rule: "BR-0633",
        near: ("0x80073d02: 9ABCDEFGHIJK-ExampleAB.Player", "0x80070643: 2024-01 Update (KB5000004)"),
    },
    Post {
        file: "setupact.log",
        text: "Error SP CMountWIM::DoExecute: Failed to mount WIM file C:\\x\\winre.wim. Error 0xC1420121[gle=0xc1420121]\n",
        says: "Windows Setup",
        rule: "BR-0641",
        near: ("xC1420121", "xC1420127"),
    },
    Post {
        file: "ReAgent.log",
        text: "2024-01-10 08:14:05, Warning               [WinREUpdateInstaller.exe] Failed to service WinRE: not enough free space 0x80070070\n\
               2024-01-10 08:14:05, Error                 [WinREUpdateInstaller.exe] Update failed with 0x80070643\n",
        says: "The recovery environment (WinRE) could not be updated, says ReAgent.log: Failed to service WinRE",
        rule: "BR-0601",
        near: ("[WinREUpdateInstaller.exe]", "MOUPG "),
    },
    Post {
        file: "CBS.log",
        text: "2020-05-04 20:40:52, Info                  CBS    DriverUpdateInstallUpdates failed [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]\n\
               2020-05-04 20:40:52, Error                 CBS    Shtd: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]\n",
        says: "DriverUpdateInstallUpdates failed with 3",
        rule: "BR-0110",
        near: ("0x80070003 - ERROR_PATH_NOT_FOUND", "0x8007000d - ERROR_INVALID_DATA"),
    },
    Post {
        file: "CBS.log",
        text: "2024-02-14 09:00:01, Error                 CBS    Failed to load the COMPONENTS hive. [HRESULT = 0x800703f1 - ERROR_BADDB]\n",
        says: "The component store could not be opened (1009 / 0x800703F1)",
        rule: "BR-0418",
        near: ("0x800703f1 - ERROR_BADDB", "0x80070057 - E_INVALIDARG"),
    },
    Post {
        file: "CBS.log",
        text: "2024-02-14 09:00:01, Error                 CSI    00000012 (F) 8000FFFF [Error,Facility=(0000),Code=65535 (0xffff)] #101# from CCSDirectTransaction::CryptCATAdminAddCatalog(...)[gle=0x8000ffff]\n\
               2024-02-14 09:00:02, Error                 CBS    Failed to stage execution chain. [HRESULT = 0x8000ffff - E_UNEXPECTED]\n",
        says: "0x8000FFFF",
        rule: "BR-0419",
        near: ("CryptCATAdminAddCatalog", "ExampleCall"),
    },
    Post {
        file: "CBS.log",
        text: "2024-02-14 09:00:02, Error                 CBS    Failed to stage execution chain. [HRESULT = 0x80071a2d - ERROR_TRANSACTION_NOT_ACTIVE]\n",
        says: "6701",
        rule: "BR-0420",
        near: ("0x80071a2d - ERROR_TRANSACTION_NOT_ACTIVE", "0x80070057 - E_INVALIDARG"),
    },
];

#[test]
fn posts_are_read_and_have_their_remedy() {
    for (number, post) in POSTS.iter().enumerate() {
        let told = tell(&format!("post {number}"), &[(post.file, post.text.to_owned())]);
        assert!(told.summary.contains(post.says), "{number}: {}", told.summary);
        let has = |rules: &[String]| rules.iter().any(|rule| rule == post.rule);
        assert!(has(&told.remedies), "{number}: {:?} {:?}", told.remedies, told.steps);
        let (part, other) = post.near;
        let near = tell(&format!("near post {number}"), &[(post.file, post.text.replace(part, other))]);
        assert!(!has(&near.remedies), "{number}: {:?}", near.remedies);
    }
}

#[test]
fn a_payload_that_cannot_be_put_together_is_damage_of_its_component() {
    let regenerates = "I CSI 00003179 Regenerating payload files from delta files on component: [l:91 ml:140]'amd64_example-runtime_31bf3856ad364e35_10.0.1.1_none_0a18eccab82c677e'";
    let fails = "E CSI 0000317a (F) onecore\\base\\wcp\\componentstore\\deltastore.cpp(3503): Error STATUS_INVALID_PARAMETER originated in function ComponentStore::CRawStoreLayout::RecursivelyRegenerateComponentPayload expression: Parameter check failed[gle=0x80004005]";
    let told = tell("payload", &[("CBS.log", cbs(&[regenerates, fails]))]);
    assert!(told.summary.contains("amd64_example-runtime_31bf3856ad364e35"), "{}", told.summary);
    assert!(told.steps[0].starts_with("Repair the component store"), "{:?}", told.steps);
    let told = tell("payload well", &[("CBS.log", cbs(&[regenerates]))]);
    assert!(!told.summary.contains("damaged"), "{}", told.summary);
}

#[test]
fn an_installer_is_quoted() {
    let said = "Win32Error 183: Channel Example/Operational is already owned by publisher Example-UI";
    let logged = format!("E CSI 00000b31 (F) Logged @2025/12/14:07:11:20.122 : [ml:164]'{said}'");
    let failed = "F CSI 00000b35 (F) Failed execution of queue item Installer: Events ({3bb9fd2b-351e-4b9c-b1fc-ed0758805998}) with HRESULT HRESULT_FROM_WIN32(183).  Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; installer is reliable[gle=0x80004005]";
    let told = tell("quoted installer", &[("CBS.log", cbs(&[&logged, failed]))]);
    assert!(told.summary.contains(&format!("saying {said}")), "{}", told.summary);
    let told =
        tell("silent installer", &[("CBS.log", cbs(&["I CSI 00000b31 Logged @: [l:5]'enter'", failed]))]);
    assert!(!told.summary.contains("saying"), "{}", told.summary);
}

#[test]
fn sfc_that_could_not_run_has_a_next_step() {
    for (said, step) in [
        ("Windows Resource Protection could not start the repair service.", "sc.exe qc TrustedInstaller"),
        ("There is a system repair pending which requires reboot to complete.", "shutdown /r /t 60"),
        ("Windows Resource Protection could not perform the requested operation.", "chkdsk C: /scan"),
    ] {
        let told = tell("sfc", &[("sfc.txt", format!("C:\\>sfc /scannow\r\n\r\n{said}\r\n"))]);
        assert!(told.steps.first().is_some_and(|s| s.ends_with(step)), "{said}: {:?}", told.steps);
    }
    let good = "Windows Resource Protection did not find any integrity violations.";
    let told = tell("sfc good", &[("sfc.txt", format!("C:\\>sfc /scannow\r\n\r\n{good}\r\n"))]);
    assert!(told.steps.is_empty(), "{:?}", told.steps);
}

#[test]
fn a_driver_queue_is_placed_only_by_what_the_lines_show() {
    let load = "I CBS Doqi: Failed loading driver operations queue. [HRESULT = 0x80070490 - ERROR_NOT_FOUND]";
    let driver = "I CBS INSTALL index: 55, phase: 2, result 2, inf: example.inf";
    for lines in [&[load][..], &[driver]] {
        let told = tell("bare queue", &[("CBS.log", cbs(lines))]);
        assert_eq!(told.phase, timeline::PhaseName::Unknown, "{lines:?}");
    }
    let startup = "I CBS Startup: Initializing driver operations queue.";
    let told = tell("queue at startup", &[("CBS.log", cbs(&[startup, driver]))]);
    assert_eq!(told.phase, timeline::PhaseName::StartupDrivers);
}

#[test]
fn a_check_that_counts_more_than_it_names() {
    let list = "Checking System Update Readiness.\n(p) CSI Payload Corrupt (n) amd64_a_31bf3856ad364e35_10.0.1.1_none_0123456789abcdef\\a.dll\n\nSummary:\nOperation: Detect and Repair\nOperation result: 0x800f081f\n";
    let totals = "Total Detected Corruption: 10\nTotal Repaired Corruption: 0\n";
    let said = "counted 10 and repaired 0";
    let told = tell("counts", &[("CBS.log", format!("{list}{totals}"))]);
    assert!(told.summary.contains(said), "{}", told.summary);
    let told = tell("counts one", &[("CBS.log", format!("{list}{}", totals.replace("10", "1")))]);
    assert!(!told.summary.contains("counted"), "{}", told.summary);
}

#[test]
fn a_report_of_a_removal_says_so() {
    let report = |start: &str, target: &str| {
        let line = format!(
            "I CBS WER: Generating failure report for package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5, status: 0x80070422, failure source: CSI Other, start state: {start}, target state: {target}, client id: Software Explorer"
        );
        tell("report", &[("CBS.log", cbs(&[&line]))]).summary
    };
    assert!(
        report("Installed", "Absent").contains("he removal of the package"),
        "{}",
        report("Installed", "Absent")
    );
    for (start, target) in [("Absent", "Installed"), ("Absent", "Absent"), ("Staged", "Installed")] {
        assert!(!report(start, target).contains("removal"), "{start} {target}");
    }
}

#[test]
fn error_reports_and_the_history_of_settings_name_the_update() {
    for (file, text, says) in [
        (
            "Report.wer",
            "Event Name: CbsPackageServicingFailure2\nP1: 10.0.17763.1518\nP2: Package_for_RollupFix\nP3: 17763.1577.1.8\nP4: amd64\nP5: unknown\nP6: 80073701\n",
            "the update Package_for_RollupFix 17763.1577.1.8 failed with 14081",
        ),
        (
            "history.txt",
            "2024-05 Cumulative Update for Windows 11 (KB5000005)\nFailed to install on 5/15/2024 - 0x800f0922\n",
            "(KB5000005) failed with 0x800F0922",
        ),
        (
            "event.txt",
            "Log Name: Application\nSource: Application Error\nEvent ID: 1000\nDescription:\nFaulting application name: TiWorker.exe, version: 10.0.1.1, time stamp: 0x1\nFaulting module name: wcp.dll, version: 10.0.1.1, time stamp: 0x1\nException code: 0xc0000005\n",
            "a program of servicing crashed: TiWorker.exe in wcp.dll (0xC0000005)",
        ),
    ] {
        let told = tell("error reports and history", &[(file, text.to_owned())]);
        assert!(told.summary.contains(says), "{file}: {}", told.summary);
    }
    let good = "2024-05 Cumulative Update for Windows 11 (KB5000005)\nSuccessfully installed on 5/15/2024\n";
    let told = tell("good history", &[("history.txt", good.to_owned())]);
    assert!(!told.summary.contains(" failed with"), "{}", told.summary);
}
