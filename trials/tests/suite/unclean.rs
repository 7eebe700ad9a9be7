//! A log that was not closed says what the clean one says. A log that was cut off names the operation that failed, or
//! none.

use diagnosis::Outcome;
use pml_reader::PmlFile;
use rayon::prelude::*;
use sample_traces::{Made, Options, SCENARIOS, make};

/// What the diagnosis says about a log, alone or with its CBS.log.
struct Said {
    outcome: Outcome,
    /// Process, operation, path, target, status and time of what is named.
    operation: Option<String>,
    all: String,
    not_covered: String,
}

fn said(log: &[u8], cbs_log: Option<&str>) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut files = vec![write("boot.pml", log)];
    files.extend(cbs_log.map(|text| write("CBS.log", text.as_bytes())));
    let case = timeline::Case::open(&files);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    let timeline = timeline::Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&timeline, &diagnosis::Rules::built_in());
    let v = &diagnosis.verdict;
    let operation = v.failing.map(|at| {
        let e = &diagnosis.candidates[at].event;
        let process = timeline.process_of(e).map(|p| (p.name.clone(), p.pid));
        format!("{:?}", (process, e.name, &e.path, &e.target, e.status, e.time))
    });
    Said {
        outcome: v.outcome,
        all: format!("{:?} {:?} {:?} {operation:?}", v.outcome, v.phase, v.hresult),
        operation,
        not_covered: format!("{:?}", v.not_covered),
    }
}

fn without_offsets(log: &[u8]) -> Vec<u8> {
    let mut log = log.to_vec();
    log[0x248..0x268].fill(0);
    log[0x3A0..0x3A8].fill(0);
    log
}

/// As Process Monitor leaves it when it is killed: without its tables too.
fn killed(log: &[u8]) -> Vec<u8> {
    let end = PmlFile::from_vec(log.to_vec()).unwrap().header().offsets_offset;
    let mut log = without_offsets(log);
    log.truncate(usize::try_from(end).unwrap());
    log[0x234..0x238].fill(0);
    log
}

#[test]
fn every_scenario_has_its_verdict_without_offsets_and_names_nothing_else_where_it_is_cut() {
    let wrong: Vec<String> = SCENARIOS
        .par_iter()
        .zip(0..SCENARIOS.len())
        .step_by(test_data::stride())
        .flat_map_iter(|(scenario, number)| {
            let options = Options { seed: 17, is_64bit: number % 4 != 3, noise: 1_200 };
            let Made { pml, cbs_log, .. } = make(scenario, options).unwrap();
            let mut wrong = Vec::new();
            for cbs_log in [None, Some(cbs_log.as_str())] {
                let clean = said(&pml, cbs_log);
                let mut note = |what: &str, other: &Said| {
                    let log = if cbs_log.is_some() { " with CBS.log" } else { "" };
                    wrong.push(format!("{}{log}, {what}:\n  {}\n  {}", scenario.name, clean.all, other.all));
                };
                for (what, log) in [("without offsets", without_offsets(&pml)), ("killed", killed(&pml))] {
                    let other = said(&log, cbs_log);
                    // Behind the last whole record of a log that was killed something may have gone wrong yet.
                    let careful = what == "killed"
                        && (clean.outcome, other.outcome) == (Outcome::NoFailure, Outcome::NotEnoughEvidence);
                    let same = other.all == clean.all || careful;
                    if !same || !other.not_covered.contains("was not closed cleanly") {
                        note(what, &other);
                    }
                }
                for tenths in [6, 9] {
                    let other = said(&pml[..pml.len() / 10 * tenths], cbs_log);
                    let another = other.operation.is_some() && other.operation != clean.operation;
                    let good = other.outcome == Outcome::NoFailure && clean.outcome != Outcome::NoFailure;
                    if another || good || !other.not_covered.contains("is cut off") {
                        note(&format!("cut at {tenths} tenths"), &other);
                    }
                }
            }
            wrong
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
