//! Every known way to fail leads to its remedy, with the log of servicing and from the trace alone.

use diagnosis::{Diagnosis, Rules, diagnose};
use sample_traces::{Options, SCENARIOS, make, scenario};
use timeline::{Case, Timeline};
use trials::evaluate::{judge, scenarios};

#[test]
fn every_scenario_of_a_known_signature_ends_in_its_remedy() {
    let rules = diagnosis::Rules::built_in();
    let folder = tempfile::tempdir().unwrap();
    let mut known = std::collections::BTreeSet::new();
    for scenario in SCENARIOS {
        for with_log in [false, true] {
            let options = Options { seed: 41, noise: 1_000, ..Options::default() };
            let case = scenarios(scenario, options, folder.path(), None, with_log).unwrap();
            let judged = judge(&case, &rules);
            assert_ne!(judged.remedy, Some(false), "{}", judged.complaint());
            known.extend(judged.remedy.and(scenario.signature));
        }
    }
    assert_eq!(known.len(), 20, "every signature has a scenario: {known:?}");
}

/// The diagnosis of the trace alone, and who had the object of the failing operation open.
fn diagnosis(name: &str) -> (Diagnosis, Option<String>) {
    let made =
        make(scenario(name).unwrap(), Options { seed: 41, noise: 1_000, ..Options::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("boot.pml");
    std::fs::write(&trace, made.pml).unwrap();
    let case = Case::open(&[trace]);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, &Rules::built_in());
    let holder = diagnosis.verdict.failing.and_then(|at| diagnosis.candidates[at].holder);
    let holder = holder.and_then(|h| timeline.process(h.process)).map(|p| p.name.clone());
    (diagnosis, holder)
}

/// Another's open explains a SHARING VIOLATION. For an ACCESS DENIED it says only who else was at the file.
#[test]
fn who_had_the_file_open_is_told_for_what_it_is() {
    let places = |diagnosis: &Diagnosis, name: &str| {
        let in_chain = diagnosis.chain.iter().any(|link| link.what.en.contains(name));
        (in_chain, diagnosis.remedies.iter().position(|r| r.title.en.contains(name)))
    };
    let (held, holder) = diagnosis("driver-file-in-use");
    let holder = holder.unwrap();
    assert_eq!(places(&held, &holder), (true, Some(0)));
    assert_eq!(held.remedies[0].title.en, format!("Keep {holder} away from the file"));
    let (beside, holder) = diagnosis("driver-queue-access-denied");
    let holder = holder.unwrap();
    assert_eq!(places(&beside, &holder), (false, Some(1)));
    assert!(beside.remedies[1].text.en.contains("An open alone gives SHARING VIOLATION"));
    assert_eq!(diagnosis("driver-file-denied").1, None);
}
