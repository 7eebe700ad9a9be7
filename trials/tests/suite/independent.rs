//! The diagnosis compared with cases of another generator, which knows none of bootrace's code: tests/independent.

use trials::evaluate::{Judged, judge, under};

fn share(judged: &[Judged], part: impl Fn(&Judged) -> Option<bool>) -> f64 {
    let asked: Vec<bool> = judged.iter().filter_map(part).collect();
    assert!(asked.len() > 50, "{} cases", asked.len());
    asked.iter().filter(|right| **right).count() as f64 / asked.len() as f64
}

/// With logs. The noise comes from real traces if they are at hand.
#[test]
fn cases_of_another_generator() {
    let folder = tempfile::tempdir().unwrap();
    if !test_data::program(test_data::PYTHON, &["--version"]) {
        return;
    }
    trials::independent::make(folder.path(), &(71..72), 3_000).unwrap();
    let rules = diagnosis::Rules::built_in();
    let judged: Vec<Judged> = under(folder.path()).unwrap().iter().map(|case| judge(case, &rules)).collect();
    let complaints: String = judged.iter().map(Judged::complaint).collect();
    assert!(judged.iter().all(|j| !j.false_verdict), "{complaints}");
    for (what, least, share) in [
        ("outcome", 0.80, share(&judged, |j| Some(j.outcome))),
        ("operation first", 0.75, share(&judged, |j| j.named)),
        ("among three", 0.99, share(&judged, |j| j.among_three)),
        ("phase", 0.95, share(&judged, |j| j.phase)),
        ("code", 0.95, share(&judged, |j| j.code)),
        ("remedy", 0.92, share(&judged, |j| j.remedy)),
    ] {
        println!("{what}: {share:.3}");
        assert!(share >= least, "{what}: {share:.3} of {} cases\n{complaints}", judged.len());
    }
}
