//! Every scenario as a capture would record it by ETW alone: filtered by the masks of the plan, a file a session, with the
//! facts of the machine beside them. The verdict is that of the scenario's Process Monitor log.

use std::path::{Path, PathBuf};

use diagnosis::{Outcome, Rules, diagnose};
use pml_reader::PmlFile;
use rayon::prelude::*;
use sample_traces::{Mask, Options, SCENARIOS, Scenario, captured, make};
use timeline::{Case, Timeline};
use trace_capture::facts::Facts;
use trace_capture::sessions::{STANDARD, Session};

/// Scenarios whose failing operation no event of these sessions shows.
const NOT_SHOWN: &[&str] = &[];

/// Outcome; process, operation, path and status.
type Said = (Outcome, Option<(String, &'static str, String, u32)>);

fn ask(inputs: &[PathBuf]) -> Said {
    let case = Case::open(inputs);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, &Rules::built_in());
    let candidate = diagnosis.verdict.failing.and_then(|at| diagnosis.candidates.get(at));
    let failing = candidate.map(|c| {
        let process = timeline.process_of(&c.event).map_or("?", |p| p.name.as_str());
        (process.to_owned(), c.event.name, c.event.path.clone(), c.event.status)
    });
    (diagnosis.verdict.outcome, failing)
}

fn masks(session: &Session) -> Vec<Mask> {
    let masks = session.providers.iter().map(|p| Mask {
        provider: p.guid.trim_matches(['{', '}']).parse().unwrap(),
        keywords: p.keywords,
        leave_out: p.leave_out.to_vec(),
    });
    masks.collect()
}

/// What the log says, and what the files of the sessions say.
fn both(scenario: &'static Scenario, folder: &Path) -> (Said, Said) {
    let made = make(scenario, Options { seed: 1, is_64bit: true, noise: 600 }).unwrap();
    let (pml, log) = (folder.join("boot.pml"), folder.join("CBS.log"));
    std::fs::write(&pml, &made.pml).unwrap();
    std::fs::write(&log, &made.cbs_log).unwrap();
    let bundle = folder.join("bundle");
    for below in ["traces", "capture", "Windows/Logs/CBS"] {
        std::fs::create_dir_all(bundle.join(below)).unwrap();
    }
    std::fs::copy(&log, bundle.join("Windows/Logs/CBS/CBS.log")).unwrap();
    let facts = Facts { volumes: vec![(r"\Device\HarddiskVolume3".into(), "C:".into())], ..Facts::default() };
    std::fs::write(bundle.join("capture/machine.json"), serde_json::to_vec(&facts).unwrap()).unwrap();
    let file = PmlFile::from_vec(made.pml).unwrap();
    for session in STANDARD {
        let trace = captured(&file, masks(session)).unwrap();
        std::fs::write(bundle.join("traces").join(format!("{}.etl.001", session.name)), trace.bytes).unwrap();
    }
    (ask(&[pml, log]), ask(&[bundle]))
}

#[test]
fn the_sessions_of_the_plan_say_what_process_monitor_says() {
    let judged: Vec<_> = SCENARIOS
        .par_iter()
        .map(|scenario| {
            let folder = tempfile::tempdir().unwrap();
            (scenario.name, both(scenario, folder.path()))
        })
        .collect();
    let mut differ = Vec::new();
    for (name, (right, said)) in &judged {
        if right != said {
            eprintln!("{name}: {right:?}\n    {said:?}");
            differ.push(*name);
        }
    }
    assert_eq!(differ, NOT_SHOWN);
    let healthy = judged.iter().filter(|(_, (right, _))| right.0 == Outcome::NoFailure).count();
    assert!(healthy >= 15 && judged.len() >= 59, "{healthy} healthy of {}", judged.len());
}

/// The test above can fail: without FILEIO and QueryValue, operations are missing.
#[test]
fn narrow_masks_lose_failures() {
    let lost = ["poqexec-security-denied", "driver-identity-missing"].map(|name| {
        let scenario = sample_traces::scenario(name).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let made = make(scenario, Options { seed: 1, is_64bit: true, noise: 600 }).unwrap();
        let file = PmlFile::from_vec(made.pml).unwrap();
        let mut inputs = Vec::new();
        for (session, (wide, narrow)) in STANDARD.iter().zip([(0, 0), (0x1CF0, 0x1CD0), (0x7744, 0x7344)]) {
            let mut masks = masks(session);
            for mask in masks.iter_mut().filter(|m| m.keywords == wide && wide != 0) {
                mask.keywords = narrow;
            }
            inputs.push(folder.path().join(format!("{}.etl", session.name)));
            std::fs::write(inputs.last().unwrap(), captured(&file, masks).unwrap().bytes).unwrap();
        }
        let pml = folder.path().join("boot.pml");
        std::fs::write(&pml, make(scenario, Options { seed: 1, is_64bit: true, noise: 600 }).unwrap().pml)
            .unwrap();
        ask(&inputs).1 != ask(&[pml]).1
    });
    assert_eq!(lost, [true, true]);
}
