//! A raw boot log has the verdict of the log that Process Monitor makes of it.

use pml_reader::PmlFile;
use sample_traces::{Options, SCENARIOS, make, pmb};

/// What the diagnosis says of a file.
fn verdict(folder: &std::path::Path, name: &str, bytes: &[u8]) -> (String, String) {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let case = timeline::Case::open(&[path]);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    let timeline = timeline::Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&timeline, &diagnosis::Rules::built_in());
    let v = &diagnosis.verdict;
    let operation = v.failing.map(|at| {
        let e = &diagnosis.candidates[at].event;
        let process = timeline.process_of(e).map(|p| (p.name.clone(), p.pid));
        (
            process,
            e.name,
            e.path.to_lowercase(),
            e.target.as_ref().map(|t| t.to_lowercase()),
            e.status,
            e.time,
        )
    });
    let said = format!("{:?} {:?} {:?} {operation:?}", v.outcome, v.phase, v.hresult);
    (said, format!("{:?}", v.not_covered))
}

#[test]
fn scenarios_as_raw_logs_have_the_verdicts_of_their_twins() {
    let folder = tempfile::tempdir().unwrap();
    for (scenario, is_64bit) in
        SCENARIOS.iter().step_by(test_data::stride()).zip([true, true, true, false].into_iter().cycle())
    {
        let log = make(scenario, Options { seed: 11, is_64bit, noise: 1_500 }).unwrap().pml;
        let raw = pmb::write(&PmlFile::from_vec(log.clone()).unwrap());
        let (twin, _) = verdict(folder.path(), "boot.pml", &log);
        let (said, beside) = verdict(folder.path(), "Procmon.pmb", &raw);
        assert_eq!(said, twin, "{}", scenario.name);
        assert!(beside.contains("a raw boot log"), "{}: {beside}", scenario.name);
    }
}
