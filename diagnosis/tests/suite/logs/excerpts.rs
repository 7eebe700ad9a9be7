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
