//! Scenarios whose cause is no operation. The report names what is missing, and what to do.

use diagnosis::{Diagnosis, Outcome, Rules, diagnose};
use sample_traces::{Made, Options, make, scenario};
use timeline::{Case, Timeline};

/// Asks about the trace of a scenario, without its log.
fn ask(name: &str, then: impl Fn(&Diagnosis)) {
    for seed in [31, 32] {
        let Made { pml, .. } = make(scenario(name).unwrap(), Options { seed, ..Options::default() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boot.pml");
        std::fs::write(&path, pml).unwrap();
        let case = Case::open(&[path]);
        let diagnosis = diagnose(&Timeline::new(&case), &Rules::built_in());
        assert_eq!(diagnosis.verdict.outcome, Outcome::FailureWithoutOperation, "{name}");
        then(&diagnosis);
    }
}

fn missing(diagnosis: &Diagnosis) -> String {
    let missing = diagnosis.verdict.missing.as_ref().unwrap();
    let evidence: Vec<_> = missing.evidence.iter().map(|e| e.words.en.as_str()).collect();
    format!("{}\n{}", missing.what.en, evidence.join("\n"))
}

#[test]
fn a_wait_is_named_with_the_service_that_was_asked_for() {
    ask("service-never-answers", |d| {
        let text = missing(d);
        assert!(text.contains("the answer of a service, perhaps CmService: TiWorker.exe"), "{text}");
        assert!(text.contains("did nothing for 300 s before the failure"), "{text}");
    });
}

#[test]
fn a_library_brought_into_poqexec_is_named() {
    ask("poqexec-hooked", |d| {
        let text = missing(d);
        assert!(text.contains("a library that is not Windows' own was loaded into it"), "{text}");
        assert!(d.verdict.summary.en.contains("ends with status 0xC0000005"), "{}", d.verdict.summary.en);
        assert!(d.remedies.iter().any(|r| r.rule == "BR-0317"), "{:?}", d.remedies);
    });
    // A healthy poqexec has none.
    let Made { pml, .. } = make(scenario("healthy").unwrap(), Options::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("boot.pml");
    std::fs::write(&path, pml).unwrap();
    let case = Case::open(&[path]);
    let diagnosis = diagnose(&Timeline::new(&case), &Rules::built_in());
    assert!(diagnosis.rules.is_empty(), "{:?}", diagnosis.rules);
}

#[test]
fn a_disabled_service_that_an_installer_needs_is_named() {
    ask("http-disabled", |d| {
        let text = missing(d);
        assert!(text.contains("HTTP is disabled (Start = 4)"), "{text}");
    });
}
