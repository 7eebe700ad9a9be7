//! Every known way to fail ends in its remedy, with the log of servicing and from the trace alone.

use sample_traces::{
    Options, SCENARIOS,
    evaluate::{judge, scenarios},
};

#[test]
fn every_scenario_of_a_known_signature_ends_in_its_remedy() {
    let rules = timeline::Rules::built_in();
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
