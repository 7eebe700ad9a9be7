//! The same boot as Process Monitor and as ETW record it: one verdict.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use diagnosis::{Outcome, Rules, diagnose};
use etl_reader::{EtlFile, Summary};
use pml_reader::PmlFile;
use rayon::prelude::*;
use sample_traces::{EtlForm, Label, Options, SCENARIOS, Scenario, etl_twin, make};
use timeline::{Case, Timeline};

/// If the form has no event for the failing operation, the failure is seen, and no operation is blamed for it.
const NOT_CARRIED: &[(&str, EtlForm, &str)] =
    &[("poqexec-security-denied", EtlForm::Kernel, "the kernel logger has no event of SetSecurityFile")];

/// What a verdict says, in the words of both kinds of trace.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    outcome: Outcome,
    phase: &'static str,
    /// Process, operation, path, status.
    failing: Option<(String, &'static str, String, u32)>,
    /// How often it was tried.
    tries: u64,
}

fn ask(files: &[&Path]) -> Said {
    let paths: Vec<_> = files.iter().map(|f| f.to_path_buf()).collect();
    let case = Case::open(&paths);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, &Rules::built_in());
    let verdict = &diagnosis.verdict;
    let candidate = verdict.failing.and_then(|at| diagnosis.candidates.get(at));
    let failing = candidate.map(|c| {
        let process = timeline.process_of(&c.event).map_or("?", |p| p.name.as_str());
        (process.to_owned(), c.event.name, c.event.path.clone(), c.event.status)
    });
    let tries = candidate.map_or(0, |c| c.tries);
    Said { outcome: verdict.outcome, phase: verdict.phase.name(), failing, tries }
}

/// A scenario's files.
struct Boot {
    folder: tempfile::TempDir,
    label: Label,
    log: PmlFile,
}

impl Boot {
    fn of(scenario: &'static Scenario, seed: u64) -> Self {
        let options = Options { seed, is_64bit: !seed.is_multiple_of(3), noise: 600 };
        let made = make(scenario, options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("boot.pml"), &made.pml).unwrap();
        std::fs::write(folder.path().join("CBS.log"), &made.cbs_log).unwrap();
        Self { folder, label: made.label, log: PmlFile::from_vec(made.pml).unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the twin; its path, and what it leaves out.
    fn twin(&self, form: EtlForm) -> (PathBuf, BTreeSet<&'static str>) {
        let twin = etl_twin(&self.log, form).unwrap();
        let path = self.path(&format!("{form:?}.etl"));
        std::fs::write(&path, &twin.bytes).unwrap();
        (path, twin.left_out.into_keys().collect())
    }
}

/// The scenarios whose twins are made. The one whose operation a form leaves out is among them.
fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    let is_chosen = |(at, s): &(usize, &Scenario)| {
        at.is_multiple_of(test_data::stride()) || NOT_CARRIED.iter().any(|(name, ..)| *name == s.name)
    };
    SCENARIOS.iter().enumerate().filter(is_chosen).map(|(_, s)| s)
}

/// Calls `look` for these scenarios with each seed, in parallel.
fn each<T: Send>(seeds: &[u64], look: impl Fn(&'static Scenario, Boot) -> T + Sync) -> Vec<T> {
    let chosen: Vec<&'static Scenario> = scenarios().collect();
    let all = chosen.into_par_iter().flat_map_iter(|s| seeds.iter().map(move |seed| (s, *seed)));
    all.map(|(scenario, seed)| look(scenario, Boot::of(scenario, seed))).collect()
}

#[test]
fn twins_have_the_verdict_of_their_log() {
    // Machines of both pointer sizes.
    let judged = each(&[1, 3], |scenario, boot| {
        let (pml, log) = (boot.path("boot.pml"), boot.path("CBS.log"));
        let mut not_carried = BTreeSet::new();
        let mut judged = 0;
        for form in EtlForm::ALL {
            let (etl, left_out) = boot.twin(form);
            let is_left_out = boot.label.operation.as_deref().is_some_and(|o| left_out.contains(o));
            for with_log in [false, true] {
                let ask = |trace: &Path| if with_log { ask(&[trace, &log]) } else { ask(&[trace]) };
                let (right, said) = (ask(&pml), ask(&etl));
                judged += 1;
                if is_left_out {
                    not_carried.insert((scenario.name, form));
                    assert_eq!(right.outcome, Outcome::FailingOperation, "{} {form:?}", scenario.name);
                    let unnamed =
                        Said { outcome: Outcome::FailureWithoutOperation, failing: None, tries: 0, ..right };
                    assert_eq!(said, unnamed, "{} {form:?}", scenario.name);
                } else {
                    assert_eq!(said, right, "{} {form:?}, with CBS.log {with_log}", scenario.name);
                }
            }
        }
        (not_carried, judged)
    });
    assert_eq!(judged.iter().map(|(_, judged)| judged).sum::<usize>(), scenarios().count() * 2 * 2 * 2);
    let found: BTreeSet<_> = judged.into_iter().flat_map(|(not_carried, _)| not_carried).collect();
    assert_eq!(found, NOT_CARRIED.iter().map(|(name, form, _)| (*name, *form)).collect());
}

#[test]
fn a_case_of_both_says_what_the_log_says() {
    let count = each(&[1], |scenario, boot| {
        let (pml, log) = (boot.path("boot.pml"), boot.path("CBS.log"));
        for form in EtlForm::ALL {
            let (etl, _) = boot.twin(form);
            assert_eq!(ask(&[&pml, &etl]), ask(&[&pml]), "{} {form:?}", scenario.name);
            // The order of the inputs is not the order of what they tell.
            assert_eq!(ask(&[&etl, &pml, &log]), ask(&[&pml, &log]), "{} {form:?}", scenario.name);
        }
        let case = Case::open(&[pml.clone(), boot.twin(EtlForm::Kernel).0]);
        let (both, one) = (Timeline::new(&case), Case::open(&[pml]));
        let one = Timeline::new(&one);
        let names = |t: &Timeline<'_>| {
            let processes = t.processes.iter();
            processes.map(|p| (p.pid, p.name.clone(), p.failures)).collect::<Vec<_>>()
        };
        assert_eq!(names(&both), names(&one), "{}", scenario.name);
        let failures = |t: &Timeline<'_>| t.failures().map(|g| g.count).sum::<u64>();
        assert_eq!(failures(&both), failures(&one), "{}", scenario.name);
    });
    assert_eq!(count.len(), scenarios().count());
}

/// An autologger that keeps several files makes a new one at each boot: `name.etl`, `name.etl.001` …
#[test]
fn the_files_of_an_autologger_are_each_a_boot() {
    let boot = |name: &str, seed| Boot::of(sample_traces::scenario(name).unwrap(), seed);
    let (good, bad) = (boot("healthy", 4), boot("poqexec-rename-fails", 5));
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("boot.etl"), folder.path().join("boot.etl.001"));
    std::fs::copy(good.twin(EtlForm::Kernel).0, &first).unwrap();
    std::fs::copy(bad.twin(EtlForm::Kernel).0, &second).unwrap();
    let said = ask(&[folder.path()]);
    assert_eq!(said.failing, ask(&[&second]).failing);
    assert!(said.failing.is_some());
    assert_eq!(ask(&[&first]).outcome, Outcome::NoFailure);
    let case = Case::open(&[folder.path().to_path_buf()]);
    assert_eq!(case.inputs.len(), 2);
    let processes = |paths: &[PathBuf]| Timeline::new(&Case::open(paths)).processes.len();
    let each = processes(&[first]) + processes(&[second]);
    assert_eq!(processes(&[folder.path().to_path_buf()]), each);
}

#[test]
fn what_the_forms_leave_out() {
    let boot = Boot::of(sample_traces::scenario("driver-queue-access-denied").unwrap(), 1);
    // Fast I/O that is declined, memory mappings and Process Monitor's own sampling are in no event of ETW.
    let common = ["CreateFileMapping", "Process Profiling", "QueryOpen"];
    assert_eq!(boot.twin(EtlForm::Manifest).1, common.into());
    let by_kernel: BTreeSet<_> =
        common.into_iter().chain(["QueryEAFile", "QuerySecurityFile", "SetSecurityFile"]).collect();
    assert_eq!(boot.twin(EtlForm::Kernel).1, by_kernel);
}

#[test]
fn the_label_of_a_twin_points_to_its_record() {
    let boot = Boot::of(sample_traces::scenario("poqexec-rename-fails").unwrap(), 1);
    for form in EtlForm::ALL {
        let twin = etl_twin(&boot.log, form).unwrap();
        let label = twin.label(&boot.label, &boot.log).unwrap();
        let file = EtlFile::from_bytes(&twin.bytes).unwrap();
        assert_eq!(label.events as u64, Summary::of(&file).records);
        assert_eq!(Summary::of(&file).damaged, 0);
        let path = boot.path("labelled.etl");
        std::fs::write(&path, &twin.bytes).unwrap();
        let case = Case::open(&[path]);
        let timeline = Timeline::new(&case);
        let diagnosis = diagnose(&timeline, &Rules::built_in());
        let failing = &diagnosis.candidates[diagnosis.verdict.failing.unwrap()].event;
        assert_eq!(usize::try_from(failing.id.index).ok(), label.index);
        let detail = timeline.detail(failing.id);
        let target = failing.target.as_ref().unwrap();
        assert_eq!(detail, format!("FileName: {target}"));
    }
}

const WALK: &str = "
import sys
from dissect.etl.etl import ETL
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        print(sum(1 for record in ETL(file) if record.header.timestamp))
";

#[test]
fn twins_are_walked_by_dissect() {
    if !test_data::python_module("dissect.etl") {
        return;
    }
    each(&[3], |scenario, boot| {
        let (paths, counts): (Vec<PathBuf>, Vec<String>) = EtlForm::ALL
            .into_iter()
            .map(|form| {
                let path = boot.twin(form).0;
                let records = Summary::of(&EtlFile::open(&path).unwrap()).records;
                (path, records.to_string())
            })
            .unzip();
        let output = Command::new(test_data::PYTHON).args(["-c", WALK]).args(&paths).output().unwrap();
        assert!(output.status.success(), "{}: {}", scenario.name, String::from_utf8_lossy(&output.stderr));
        let walked = String::from_utf8_lossy(&output.stdout);
        assert_eq!(walked.lines().collect::<Vec<_>>(), counts, "{}", scenario.name);
    });
}
