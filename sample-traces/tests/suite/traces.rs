//! Every scenario makes a whole log in which its label is true.

use std::collections::{HashMap, HashSet};

use pml_reader::{PmlFile, PmlModule, STATUS_PENDING, TICKS_PER_SECOND};
use sample_traces::{Made, Options, Outcome, SCENARIOS, Scenario, make};
use servicing_logs::cbs::CbsLog;
use status_codes::HResult;

/// Process index of System.
const SYSTEM: u32 = 1;

/// Both pointer sizes, several seeds.
fn variants() -> impl Iterator<Item = Options> {
    [(1, true), (2, false), (77, true)].into_iter().map(|(seed, is_64bit)| Options {
        seed,
        is_64bit,
        noise: 300,
    })
}

fn all() -> impl Iterator<Item = (&'static Scenario, Options, Made, PmlFile)> {
    SCENARIOS.iter().flat_map(|scenario| {
        variants().map(move |options| {
            let made = make(scenario, options).unwrap();
            let log = PmlFile::from_vec(made.pml.clone()).unwrap();
            (scenario, options, made, log)
        })
    })
}

#[test]
fn the_labels_are_true_of_the_logs() {
    for (scenario, options, made, log) in all() {
        let (label, name) = (&made.label, scenario.name);
        assert_eq!(label.events, log.len());
        assert_eq!(label.outcome, scenario.outcome());
        assert_eq!(label.index.is_some(), label.outcome == Outcome::FailingOperation, "{name}");
        assert_eq!(label.phase.is_some(), label.outcome != Outcome::NoFailure, "{name}");
        let Some(index) = label.index else { continue };
        let failing = log.event(index).unwrap();
        assert_eq!(Some(failing.operation().name()), label.operation.as_deref(), "{name} {options:?}");
        assert_eq!(Some(failing.path()), label.path, "{name}");
        assert_eq!(Some(failing.status()), label.status, "{name}");
        assert!(failing.status() >> 30 == 3, "{name}: {:#x}", failing.status());
        // Nothing makes up for it afterwards: the same thread never succeeds with the same operation on the same path.
        let healed = (index + 1..log.len()).map(|i| log.event(i).unwrap()).any(|e| {
            e.tid() == failing.tid()
                && e.operation() == failing.operation()
                && e.path() == failing.path()
                && e.status() == 0
                && e.detail() == failing.detail()
        });
        assert!(!healed, "{name}");
    }
}

#[test]
fn the_codes_of_the_log_are_the_codes_of_the_trace() {
    // The program's own code, the queue's own code, MOF's own code, and the limit of GetTempFileName.
    let own = ["command-fails", "driver-identity-missing", "mof-disk-full", "temp-exhausted"];
    for scenario in
        SCENARIOS.iter().filter(|s| s.outcome() == Outcome::FailingOperation && !own.contains(&s.name))
    {
        let label = make(scenario, Options { noise: 0, ..Options::default() }).unwrap().label;
        let win32 = HResult(label.hresult.unwrap()).win32().unwrap();
        let statuses: HashSet<u32> = win32.ntstatuses().map(|m| m.ntstatus.0).collect();
        assert!(
            statuses.contains(&label.status.unwrap()),
            "{}: {:#x} is not {:#x}",
            scenario.name,
            label.status.unwrap(),
            win32.0
        );
    }
}

#[test]
fn the_logs_are_whole() {
    for (scenario, options, _, log) in all() {
        let name = scenario.name;
        assert!(log.problems().is_empty(), "{name}: {:?}", log.problems());
        assert_eq!(log.header().wide(), options.is_64bit);
        let modules: HashMap<u32, Vec<PmlModule<'_>>> =
            log.processes().map(|p| (p.raw.index, p.modules().collect())).collect();
        let (mut time, mut sequence) = (Default::default(), 0);
        for event in log.events().map(Result::unwrap) {
            assert!(event.detail_error().is_none(), "{name}: {}", event.operation().name());
            assert!(event.time() >= time && event.sequence() > sequence, "{name}");
            (time, sequence) = (event.time(), event.sequence());
            assert_ne!(event.status(), STATUS_PENDING);
            let process = event.process().expect("every process is in the table");
            assert!(process.start().unwrap() <= event.time(), "{name}: {} before its start", process.name());
            for frame in event.frames() {
                let kernel = frame > log.header().max_user_address;
                let index = if kernel { SYSTEM } else { process.raw.index };
                assert!(
                    modules[&index].iter().any(|m| m.contains(frame)),
                    "{name}: {frame:#x} of {}",
                    process.name()
                );
            }
        }
        let mut busy = HashSet::new();
        for process in log.processes() {
            assert!(busy.insert((process.raw.pid, process.raw.start)), "{name}");
            for pair in modules[&process.raw.index].windows(2) {
                assert!(
                    pair[0].base + u64::from(pair[0].size) <= pair[1].base,
                    "{name}: {:x?} {:x?}",
                    pair[0],
                    pair[1]
                );
            }
        }
    }
}

#[test]
fn the_log_of_servicing_tells_the_same_boot() {
    for (scenario, _, made, log) in all() {
        let name = scenario.name;
        let text = CbsLog::new(made.cbs_log.as_bytes());
        let scan = text.events();
        assert_eq!(scan.counts.malformed, 0, "{name}");
        assert!(scan.counts.records > 20, "{name}: {}", scan.counts.records);
        assert_eq!(scan.counts.errors > 0, scenario.outcome() != Outcome::NoFailure, "{name}");
        // Line times are local, CSI's are UTC: the machine's offset lies between them, to the second.
        assert!(!scan.counts.clock.is_empty());
        let half_hour = 1800 * TICKS_PER_SECOND.cast_signed();
        let half_hours = |ticks: i64| (ticks + half_hour / 2).div_euclid(half_hour);
        let ahead: HashSet<i64> =
            scan.counts.clock.iter().map(|c| half_hours(c.local.ahead_of(c.utc))).collect();
        assert_eq!(ahead.len(), 1, "{name}: {ahead:?}");
        // Each line is a WriteFile of the trace; together they are the log.
        let written: u32 = log
            .events()
            .map(Result::unwrap)
            .filter(|e| e.operation().name() == "WriteFile" && e.path().ends_with(r"\CBS.log"))
            .filter_map(|e| e.raw_extra().and_then(|x| x.first_chunk().map(|b| u32::from_le_bytes(*b))))
            .sum();
        assert_eq!(written as usize, made.cbs_log.len(), "{name}");
    }
}

#[test]
fn the_same_seed_makes_the_same_trace_and_another_seed_another() {
    for options in variants() {
        let scenario = &SCENARIOS[0];
        let (one, two) = (make(scenario, options).unwrap(), make(scenario, options).unwrap());
        assert!(one.pml == two.pml && one.cbs_log == two.cbs_log && one.label == two.label);
        let other = make(scenario, Options { seed: options.seed + 1, ..options }).unwrap();
        assert!(other.pml != one.pml && other.cbs_log != one.cbs_log);
    }
}

#[test]
fn there_are_scenarios_of_every_signature() {
    let names: HashSet<&str> = SCENARIOS.iter().map(|s| s.name).collect();
    assert_eq!(names.len(), SCENARIOS.len());
    let failing = SCENARIOS.iter().filter(|s| s.outcome() != Outcome::NoFailure).count();
    assert!(failing >= 40, "{failing}");
    assert!(SCENARIOS.len() - failing >= 15, "{}", SCENARIOS.len() - failing);
    for signature in 1..=20 {
        assert!(SCENARIOS.iter().any(|s| s.signature == Some(signature)), "signature {signature}");
    }
}
