//! A log that Process Monitor wrote in parts (`boot.pml`, `boot-1.pml`, …) says what the whole log says.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use pml_reader::{PmlFile, write::write_subset};
use sample_traces::{Options, SCENARIOS, make};

/// What the diagnosis says about files, in words that do not depend on the number of an event or a source.
fn verdict(files: &[PathBuf]) -> String {
    let case = timeline::Case::open(files);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    assert_eq!(case.inputs.len(), files.len());
    let timeline = timeline::Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&timeline, &diagnosis::Rules::built_in());
    let v = &diagnosis.verdict;
    let operation = v.failing.map(|at| {
        let e = &diagnosis.candidates[at].event;
        let process = timeline.process_of(e).map(|p| (p.name.clone(), p.pid, p.exit_status));
        (process, e.name, e.path.clone(), e.target.clone(), e.status, e.time)
    });
    format!("{:?} {:?} {:?} {operation:?}", v.outcome, v.phase, v.hresult)
}

/// The log in `count` parts, each with the processes that its events need.
fn parts(folder: &Path, log: &PmlFile, count: usize) -> Vec<PathBuf> {
    let size = log.len().div_ceil(count);
    (0..count)
        .map(|part| {
            let events = part * size..((part + 1) * size).min(log.len());
            let (out, _) = write_subset(log, events, Cursor::new(Vec::new())).unwrap();
            let name = if part == 0 { "boot.pml".to_owned() } else { format!("boot-{part}.pml") };
            let path = folder.join(name);
            std::fs::write(&path, out.into_inner()).unwrap();
            path
        })
        .collect()
}

#[test]
fn parts_of_a_log_have_the_verdict_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let chosen = SCENARIOS.iter().step_by(test_data::stride());
    for (scenario, count) in chosen.zip([2, 3, 5].into_iter().cycle()) {
        let log = make(scenario, Options { seed: 21, is_64bit: true, noise: 1_200 }).unwrap().pml;
        let whole = folder.path().join("whole.pml");
        std::fs::write(&whole, &log).unwrap();
        let expected = verdict(&[whole]);
        let said = verdict(&parts(folder.path(), &PmlFile::from_vec(log).unwrap(), count));
        if said != expected {
            wrong.push(format!("{} in {count} parts:\n  {expected}\n  {said}", scenario.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), SCENARIOS.len(), wrong.join("\n"));
}

#[test]
fn processes_go_on_from_part_to_part() {
    let folder = tempfile::tempdir().unwrap();
    let log = make(&SCENARIOS[0], Options { seed: 3, is_64bit: true, noise: 800 }).unwrap().pml;
    let log = PmlFile::from_vec(log).unwrap();
    let case = timeline::Case::open(&parts(folder.path(), &log, 4));
    let timeline = timeline::Timeline::new(&case);
    let mut seen: Vec<_> =
        timeline.processes.iter().filter(|p| p.pid > 4).map(|p| (p.pid, p.start, p.name.clone())).collect();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all, "a process that is in two parts is one");
    let events: u64 = timeline.processes.iter().map(|p| p.events).sum();
    assert_eq!(events, log.len() as u64);
}
