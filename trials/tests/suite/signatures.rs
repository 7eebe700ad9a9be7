//! Signatures group causes: a small version of what `trials signatures` measures.

use sample_traces::{SCENARIOS, Scenario};
use trials::signatures::{Score, cases, score};

#[test]
fn one_cause_has_one_signature_on_all_machines_and_no_other_cause_has_it() {
    let all = std::env::var_os("BOOTRACE_ALL_SCENARIOS").is_some();
    let every = if all { 1 } else { 3 };
    let scenarios: Vec<&'static Scenario> = SCENARIOS.iter().step_by(every).collect();
    let found = cases(&scenarios, 61..63, 400).unwrap();
    let Score { cases, causes, groups, pure, logs, machines, .. } = score(&found, |keys| &keys.signature);
    assert_eq!(found.len(), scenarios.len() * 2 * 4);
    assert!(cases > 80 && causes > 10, "{cases} failing cases with {causes} causes");
    assert!(pure * 100 >= cases * 97, "{pure} of {cases} are of the commonest cause of their group");
    assert!(groups * 10 <= causes * 12, "{groups} groups for {causes} causes");
    for (of, same) in [logs, machines] {
        assert!(of >= cases / 2, "{of} pairs");
        assert!(same * 100 >= of * 90, "{same} of {of} pairs have one signature");
    }
    let by_path = score(&found, |keys| &keys.path);
    assert!(by_path.groups > groups, "the exact path splits causes: {} groups", by_path.groups);
    let by_code = score(&found, |keys| &keys.code);
    assert!(by_code.pure < pure, "a code alone mixes causes");
    let healthy: Vec<_> = found.iter().filter(|one| one.cause.is_none()).collect();
    assert!(!healthy.is_empty() && healthy.iter().all(|one| one.keys.signature.is_empty()));
}
