//! Did AppXSVC or App Readiness cause it? Every failure gets an answer, with the reason.

use diagnosis::{Diagnosis, Outcome, Rules, diagnose};
use sample_traces::{Made, Options, SCENARIOS, make, scenario};
use timeline::{Case, Timeline};

fn ask(name: &str, then: impl Fn(&Diagnosis)) {
    let Made { pml, cbs_log, .. } =
        make(scenario(name).unwrap(), Options { noise: 1_000, ..Options::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = [folder.path().join("boot.pml"), folder.path().join("CBS.log")];
    std::fs::write(&files[0], pml).unwrap();
    std::fs::write(&files[1], cbs_log).unwrap();
    for files in [&files[..], &files[..1]] {
        let case = Case::open(files);
        then(&diagnose(&Timeline::new(&case), &Rules::built_in()));
    }
}

fn said(diagnosis: &Diagnosis, name: &str) -> String {
    let service = diagnosis.services.iter().find(|s| s.name == name);
    service.unwrap_or_else(|| panic!("{name} is not told of")).words.en.clone()
}

#[test]
fn every_failure_says_whether_the_two_had_to_do_with_it() {
    for scenario in SCENARIOS.iter().step_by(test_data::stride()) {
        ask(scenario.name, |d| {
            let failed =
                matches!(d.verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
            for name in ["AppXSvc", "AppReadiness"] {
                let said = said(d, name);
                let answers =
                    ["ties it to the failure", "names it", "needs it", "waited for", "of its process"];
                assert_eq!(answers.iter().any(|a| said.contains(a)), failed, "{}: {said}", scenario.name);
            }
        });
    }
}

#[test]
fn the_reason_is_the_one_that_holds() {
    ask("driver-queue-access-denied", |d| {
        let said = said(d, "AppReadiness");
        assert!(said.contains("the operation that failed is TiWorker.exe's"), "{said}");
    });
    ask("service-never-answers", |d| {
        let service = d.services.iter().find(|s| s.name == "CmService");
        if let Some(service) = service {
            let said = &service.words.en;
            assert!(said.contains("needs it") || said.contains("it may be what was waited for"), "{said}");
        }
    });
}
