//! Excerpts as people post them: a few lines, without dates, without the lines that tell how the work ended. What the
//! lines say plainly is said. The texts are synthetic, in the form of published articles and posts.

use super::common::tell;
use diagnosis::{FaultKind as Fault, Outcome};

/// An excerpt, and what fails in it.
struct Excerpt {
    log: &'static str,
    fault: Fault,
    /// What the name of the failed thing contains.
    item: &'static str,
    code: Option<u32>,
    /// What the summary contains.
    says: &'static str,
}

const EXCERPTS: &[Excerpt] = &[
    Excerpt {
        log: "2022-12-28 07:15:27, Error CSI 0000000a (F) HRESULT_FROM_WIN32(ERROR_SXS_ASSEMBLY_MISSING) #8110# from Windows::ServicingAPI::CCSITransaction::ICSITransaction_PinDeployment(Flags = 0, a = Example-LanguagePack, version 10.0.14393.0, culture [l:5]'nl-NL', cb = (null), s = (null), rid = 'Microsoft-Windows-Example-Package~31bf3856ad364e35~amd64~nl-NL~10.0.14393.0.Example', rah = (null), disp = 0)[gle=0x80073701]\n",
        fault: Fault::Package,
        item: "Microsoft-Windows-Example-Package",
        code: Some(0x8007_3701),
        says: "Microsoft-Windows-Example-Package (nl-NL) 10.0.14393.0",
    },
    Excerpt {
        log: "2016-04-12 03:29:39, Error CSI 00000019 (F) HRESULT_FROM_WIN32(ERROR_SXS_ASSEMBLY_MISSING) #519947# from Windows::ServicingAPI::CCSITransaction::ICSITransaction_InstallDeployment(Flags = 0, a = fe9c22555b6f13ab, Version = 6.1.7601.18658, cb = (null), rid = [77]\"Package_30_for_KB5000001~31bf3856ad364e35~x86~~6.1.1.1.5000001-83_neutral_GDR\", rah = [1]\"1\", disp = 0)[gle=0x80073701]\n",
        fault: Fault::Package,
        item: "Package_30_for_KB5000001",
        code: Some(0x8007_3701),
        says: "KB5000001",
    },
    Excerpt {
        log: "Info CSI 00000040 Destination File: [l:92{46}]\"C:\\Windows\\System32\\Example\\a.vch\"\n\
              Error CSI 00000056@2017/8/17:10:38:49.206 (F) base\\wcp\\plugins\\iefileinstallai\\iefileinstallai.cpp(453): Error HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND) originated in function Windows::WCP::IEFileInstallAI::IEFileInstallAI::InstallFile expression: fSuccess\n",
        fault: Fault::Installer,
        item: "IEFileInstallAI",
        code: Some(0x8007_0003),
        says: "C:\\Windows\\System32\\Example\\a.vch",
    },
    Excerpt {
        log: "SQM: Reporting selectable update change for package: Microsoft-Windows-Example-Package~31bf3856ad364e35~amd64~~6.3.9600.16384, update: Example-Role, start: Installed, applicable: Resolved, target: Resolved, client id: DISM Package Manager Provider, download status: 0x0 (S_OK),reboot required: False, overall result:0x800f0922 (CBS_E_INSTALLERS_FAILED)\n\
              Failed to perform operation.  [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]\n",
        fault: Fault::Feature,
        item: "Example-Role",
        code: Some(0x800F_0922),
        says: "removal of the feature Example-Role",
    },
    Excerpt {
        log: "Info CBS INSTALL index: 12, phase: 2, result 2, inf: example.inf\n\
              Info CBS Doqe: Failed installing driver updates [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]\n",
        fault: Fault::Driver,
        item: "example.inf",
        code: Some(0x8007_0002),
        says: "example.inf",
    },
    Excerpt {
        log: "Info CSI 000000fb Begin executing advanced installer phase 50 (0x00000032) index 0 (sequence 0)\n\
              Error CSI 000000fc@2018/9/29:08:45:29.414 (F) Failed in StartService for [14]\"example_clr_32\" with error code 2[gle=0x80004005]\n",
        fault: Fault::Service,
        item: "example_clr_32",
        code: Some(0x8007_0002),
        says: "example_clr_32",
    },
    Excerpt {
        log: "Info CBS Failed to find file: x86_microsoft-windows-example_31bf3856ad364e35_7.1.7601.1_none_0123456789abcdefexample.dll [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]\n",
        fault: Fault::File,
        item: "example.dll",
        code: Some(0x8007_0002),
        says: "example.dll of x86_microsoft-windows-example",
    },
    Excerpt {
        log: "> 2025-08-29 09:45:14, Info CBS Failed to pin deployment while resolving Update: Microsoft-Windows-Example-Package~31bf3856ad364e35~amd64~de-DE~10.0.20348.2652.Example-Deployment from file: (null) [HRESULT = 0x80073701 - ERROR_SXS_ASSEMBLY_MISSING]\n",
        fault: Fault::Package,
        item: "Microsoft-Windows-Example-Package",
        code: Some(0x8007_3701),
        says: "Microsoft-Windows-Example-Package (de-DE) 10.0.20348.2652",
    },
    Excerpt {
        log: "2016-10-31 11:25:11, Info CSI 000000eb Over-removing a TLC, s/b internal error 0e471cf709070f76, Version = 6.1.7601.23455, pA = PROCESSOR_ARCHITECTURE_AMD64 (9), Culture neutral\n\
              2016-10-31 11:25:11, Error CBS Exec: Failed to commit CSI transaction to execute changes. [HRESULT = 0x80070308 - ERROR_REQUEST_OUT_OF_SEQUENCE]\n",
        fault: Fault::Commit,
        item: "",
        code: Some(0x8007_0308),
        says: "the store's entry of 0e471cf709070f76, Version = 6.1.7601.23455 is incomplete",
    },
    Excerpt {
        log: "2025-11-19 15:59:25, Info                  CBS   \n\
              =================================\n\
              Checking System Update Readiness.\n\
              (p) CSI Payload Corrupt   amd64_microsoft-windows-example_31bf3856ad364e35_10.0.14393.0_none_0123456789abcdef\\example.dll\n\
              Repair failed: Missing replacement payload.\n\
              Summary:\n\
              Operation: Detect and Repair\n\
              Operation result: 0x800f0906\n\
              Total Detected Corruption: 1\n\
              Total Repaired Corruption: 0\n\
              2025-11-19 15:59:25, Info                  CBS    CheckSur: hrStatus: 0x800f0906 [CBS_E_DOWNLOAD_FAILURE], download Result: 0x80240438 [Unknown Error]\n\
              2025-11-19 15:59:25, Info                  CBS    Failed to run Detect and repair. [HRESULT = 0x800f0906 - CBS_E_DOWNLOAD_FAILURE]\n",
        fault: Fault::Repair,
        item: "",
        code: Some(0x800F_0906),
        says: "damaged, in 1 object: example.dll",
    },
    // The list of a check stands before the first line that has a head.
    Excerpt {
        log: "(p) CSI Payload Corrupt   amd64_microsoft-windows-example_31bf3856ad364e35_10.0.14393.0_none_0123456789abcdef\\example.dll\n\
              Total Detected Corruption: 1\n\
              Total Repaired Corruption: 0\n\
              2025-11-19 15:59:25, Info                  CBS    CheckSur: hrStatus: 0x800f0906 [CBS_E_DOWNLOAD_FAILURE], download Result: 0x80240438 [Unknown Error]\n",
        fault: Fault::Repair,
        item: "",
        code: Some(0x800F_0906),
        says: "damaged, in 1 object: example.dll",
    },
    // Bare messages of an article, in a list.
    Excerpt {
        log: "- Failed to pin deployment while resolving Update: Microsoft-Windows-Example-Package~31bf3856ad364e35~amd64~it-IT~10.0.20348.1.Example from file: (null) [HRESULT = 0x80073701 - ERROR_SXS_ASSEMBLY_MISSING]\n\
              - another sentence\n",
        fault: Fault::Package,
        item: "Microsoft-Windows-Example-Package",
        code: Some(0x8007_3701),
        says: "Microsoft-Windows-Example-Package (it-IT) 10.0.20348.1",
    },
    // Records whose line breaks were lost.
    Excerpt {
        log: "2022-01-12 08:15:10, Info                  CBS    Startup: Processing advanced operation queue, startupPhase: 0 2022-01-12 08:16:30, Error      [0x018049] CSI    00000c11 (F) Failed execution of queue item Installer: Example Installer ({11111111-2222-3333-4444-555555555555}) with HRESULT HRESULT_FROM_WIN32(1114).  Failure will not be ignored[gle=0x80004005]2022-01-12 08:16:31, Error                 CBS    Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]\n",
        fault: Fault::Installer,
        item: "Example Installer",
        code: Some(0x8007_045A),
        says: "installer Example Installer failed",
    },
    // The folder that a delta needs is the cause of the file that cannot be made.
    Excerpt {
        log: "2025-03-11 09:02:11, Error                 CSI    0000012a (F) Hydration failed for component Microsoft-Windows-Example, version 10.0.22621.3000, arch amd64, nonSxS, pkt {l:8 b:31bf3856ad364e35} on file example.dll with NTSTATUS NTSTATUS_FROM_WIN32(774). Matching Component = Microsoft-Windows-Example, version 10.0.22621.1, arch amd64, nonSxS, pkt {l:8 b:31bf3856ad364e35}. FileHasForwardReverseDeltas = true[gle=0x80004005]\n\
              2025-03-11 09:02:11, Error                 CSI    0000012b (F) Component directory missing. Dir: \\SystemRoot\\WinSxS\\amd64_microsoft-windows-example_31bf3856ad364e35_10.0.22621.1_none_1234567890abcdef[gle=0x80004005]\n\
              2025-03-11 09:02:12, Error                 CBS    Failed to process single phase execution. [HRESULT = 0x800f0983 - PSFX_E_MATCHING_COMPONENT_DIRECTORY_MISSING]\n",
        fault: Fault::File,
        item: "amd64_microsoft-windows-example",
        code: None,
        says: "of the component store could not be found",
    },
    // What was unpacked has no name.
    Excerpt {
        log: "2024-01-10 03:14:10, Info                  DPX    DpxException hr=0x80070070 code=0x01096d \"Failed to write file\"\n\
              2024-01-10 03:14:10, Error                 CBS    Failed to process single phase execution. [HRESULT = 0x80070070 - ERROR_DISK_FULL]\n",
        fault: Fault::File,
        item: "",
        code: Some(0x8007_0070),
        says: "The files of the package could not be unpacked (112 / 0x80070070)",
    },
    // Servicing hangs in the installer that began and never ended.
    Excerpt {
        log: "2022-10-12 03:10:01, Info                  CSI    00000010 Begin executing advanced installer phase 38 index 55 (sequence 90)\n    Old component: [l:0]''\n    New component: [l:42]'NetFx4-Example, Version=4.0.1.0, Culture=neutral'\n    Install mode: install\n    Installer ID: {11111111-2222-3333-4444-555555555555}\n    Installer name: 'Example NGEN'\n\
              2022-10-12 06:10:01, Error                 CBS    Startup: A possible hang was detected on the last boot. [HRESULT = 0x800f0920 - CBS_E_HANG_DETECTED]\n",
        fault: Fault::Hang,
        item: "Example NGEN",
        code: Some(0x800F_0920),
        says: "while the installer Example NGEN, for NetFx4-Example",
    },
];

#[test]
fn each_excerpt_says_what_failed() {
    for (number, excerpt) in EXCERPTS.iter().enumerate() {
        let told = tell(&format!("excerpt-{number}"), &[("CBS.log", excerpt.log.to_owned())]);
        assert_eq!(told.outcome, Outcome::FailureWithoutOperation, "{}", excerpt.log);
        assert_eq!((told.fault, told.code), (Some(excerpt.fault), excerpt.code), "{}", excerpt.log);
        assert!(told.item.contains(excerpt.item), "{:?} {}", told.item, excerpt.log);
        assert!(told.summary.contains(excerpt.says), "{:?} {}", told.summary, excerpt.log);
    }
}

#[test]
fn a_call_that_failed_is_quoted_where_nothing_tells_what_came_of_it() {
    let log = "Error CSI 00000056@2017/8/17:10:38:49.206 (F) base\\wcp\\plugins\\example.cpp(453): Error HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND) originated in function Example::InstallFile expression: fSuccess\n";
    let told = tell("excerpt-call", &[("CBS.log", log.to_owned())]);
    assert_eq!(told.outcome, Outcome::NotEnoughEvidence);
    assert!(
        told.summary.contains("line 1") && told.summary.contains("Example::InstallFile"),
        "{}",
        told.summary
    );
}

/// A package is resolved while Windows runs: no reboot has a part in it.
#[test]
fn a_package_that_cannot_be_resolved_fails_before_the_restart() {
    for line in [
        "Failed to resolve package 'Package_1_for_KB5000001~31bf3856ad364e35~amd64~~10.0.1.2' [HRESULT = 0x800f0831 - CBS_E_STORE_CORRUPTION]",
        "Failed to pin deployment while resolving Update: Package_1_for_KB5000001~31bf3856ad364e35~amd64~~10.0.1.2.x from file: (null) [HRESULT = 0x80073701 - ERROR_SXS_ASSEMBLY_MISSING]",
        "Store corruption, manifest missing for package: Package_1_for_KB5000001~31bf3856ad364e35~amd64~~10.0.1.2",
    ] {
        let log = format!("2024-03-12 04:20:00, Error                 CBS    {line}\n");
        let told = tell("excerpt-resolve", &[("CBS.log", log)]);
        assert_eq!(told.phase, timeline::PhaseName::Staging, "{line}");
        assert!(told.summary.contains("before any restart"), "{}", told.summary);
    }
}

/// Of two sessions that failed the last is the question; the first has no part in it.
#[test]
fn an_earlier_attempt_is_no_link_of_the_chain() {
    let session = |day: u32, id: &str, code: &str, kb: &str| {
        format!(
            "2023-03-0{day} 09:00:00, Info                  CBS    Exec: Session processing started.  Client: WindowsUpdateAgent, Session(Store): {id}\n\
             2023-03-0{day} 09:01:00, Error                 CBS    Failed to process single phase execution. [HRESULT = {code}]\n\
             2023-03-0{day} 09:01:00, Info                  CBS    WER: Generating failure report for package: Package_for_{kb}~31bf3856ad364e35~amd64~~1.1.1.1, status: {code}, failure source: Stage, start state: Absent, target state: Installed, client id: WindowsUpdateAgent\n\
             2023-03-0{day} 09:01:00, Info                  CBS    Session: {id} finalized. Reboot required: no [HRESULT = {code}]\n"
        )
    };
    let log = session(1, "31011111_1", "0x80070005", "KB5000001")
        + &session(2, "31011222_2", "0x80073712", "KB5000002");
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("chain-of-two-sessions.log");
    std::fs::write(&path, log).unwrap();
    let case = timeline::Case::open(&[path]);
    let read = timeline::Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&read, &diagnosis::Rules::built_in());
    assert!(diagnosis.verdict.summary.en.contains("KB5000002"), "{:?}", diagnosis.verdict.summary);
    assert!(!diagnosis.signs.is_empty());
    for sign in &diagnosis.signs {
        assert!(!sign.words.en.contains("0x80070005"), "{}", sign.words.en);
    }
}

#[test]
fn a_role_that_is_added_is_no_removal() {
    let log = "2019-03-05 10:01:12, Info CBS Reporting selectable update change for package: P~31bf3856ad364e35~amd64~~10.0.17763.1, update: Example-Role, start: Resolved, applicable: Resolved, target: Installed, reboot required: False, overall result:0x800f0922 (CBS_E_INSTALLERS_FAILED)\n";
    let told = tell("a role is added", &[("CBS.log", log.to_owned())]);
    assert_eq!((told.fault, told.item.as_str()), (Some(Fault::Feature), "Example-Role"));
    assert!(!told.summary.contains("removal"), "{}", told.summary);
}

/// Windows 7 has no DISM /RestoreHealth; later versions have no readiness tool.
#[test]
fn the_repair_is_the_one_that_this_windows_has() {
    let of = |version: &str| {
        let log = format!(
            "2016-04-12 03:29:39, Error CBS Failed to resolve package 'Package_3_for_KB5000001~31bf3856ad364e35~amd64~~{version}.1.0' [HRESULT = 0x800f0831 - CBS_E_STORE_CORRUPTION]\n"
        );
        let name = format!("a repair for {version}");
        tell(&name, &[("CBS.log", log)]).steps.join("\n")
    };
    assert!(of("6.1").contains("Readiness Tool") && !of("6.1").contains("/RestoreHealth"), "{}", of("6.1"));
    assert!(
        !of("10.0").contains("Readiness Tool") && of("10.0").contains("/RestoreHealth"),
        "{}",
        of("10.0")
    );
}
