//! A failing boot compared with a good one of another machine, with other process ids, at another time.

use diagnosis::{
    Baseline, Candidate, Diagnosis, Rules,
    compare::{Comparison, Difference, DifferenceKind},
    diagnose, diagnose_beside,
};
use pml_reader::{PmlFile, write::write_subset};
use sample_traces::{Made, Options, Outcome, SCENARIOS, Scenario, make, scenario};
use timeline::{Case, Timeline};

fn baseline(good: &Case) -> Baseline<'_> {
    let timeline = Timeline::new(good);
    let diagnosis = diagnose(&timeline, &Rules::default());
    Baseline::new(timeline, diagnosis)
}

fn options(seed: u64) -> Options {
    Options { seed, is_64bit: true, noise: 600 }
}

/// The boots that go well.
fn healthy() -> impl Iterator<Item = &'static Scenario> {
    SCENARIOS.iter().filter(|s| s.outcome() == Outcome::NoFailure)
}

/// Diagnoses `bad` with `good` as baseline, with or without their CBS.log.
fn beside(good: &Made, bad: &Made, logs: bool, see: &mut dyn FnMut(&Timeline<'_>, &Diagnosis, &Diagnosis)) {
    let folder = tempfile::tempdir().unwrap();
    let case = |name: &str, made: &Made| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.pml")), &made.pml).unwrap();
        if logs {
            std::fs::write(folder.join("CBS.log"), &made.cbs_log).unwrap();
        }
        Case::open(&[folder])
    };
    let (good, bad) = (case("good", good), case("bad", bad));
    let baseline = baseline(&good);
    let timeline = Timeline::new(&bad);
    let rules = Rules::built_in();
    let alone = diagnose(&timeline, &rules);
    see(&timeline, &alone, &diagnose_beside(&timeline, &rules, Some(&baseline)));
}

/// The good boot of the same work.
fn twin(bad: &Scenario) -> &'static Scenario {
    let uninstalls = bad.name.starts_with("driver-queue") || bad.name.contains("uninstall");
    scenario(if uninstalls { "healthy-uninstall" } else { "healthy" }).unwrap()
}

fn telling(comparison: &Comparison) -> &[Difference] {
    &comparison.differences[..comparison.telling]
}

#[test]
fn the_operation_that_failed_is_among_the_few_telling_differences() {
    let failing = SCENARIOS.iter().filter(|s| s.outcome() == Outcome::FailingOperation);
    for bad in failing.step_by(test_data::stride()) {
        for (seed, logs) in [(17, true), (18, false)] {
            let good = make(twin(bad), options(seed + 900)).unwrap();
            let made = make(bad, options(seed)).unwrap();
            beside(&good, &made, logs, &mut |timeline, alone, diagnosis| {
                let (name, label) = (bad.name, &made.label);
                let comparison = diagnosis.comparison.as_ref().unwrap();
                assert!(!comparison.baseline_failed, "{name}");
                let is_it = |d: &&Difference| {
                    Some(&d.path) == label.path.as_ref() && Some(&d.operation) == label.operation.as_ref()
                };
                let row = telling(comparison).iter().find(is_it);
                assert!(comparison.telling <= 4, "{name}: {comparison:#?}");
                let Some(row) = row else { panic!("{name} {logs}: {comparison:#?}") };
                let status = label.status.unwrap();
                assert!(row.bad.starts_with(&status_codes::NamedResult(status).to_string()), "{name}");
                // The row points to the first try.
                let event = timeline.event(row.event.unwrap()).unwrap();
                assert_eq!((event.status, Some(&event.path)), (status, label.path.as_ref()), "{name}");
                // The good boot never takes a right answer away.
                let right = |d: &Diagnosis| {
                    let at = d.verdict.failing.and_then(|at| d.candidates.get(at));
                    at.is_some_and(|c| Some(c.event.id.index) == label.index.map(|i| i as u64))
                };
                assert!(right(diagnosis) || !right(alone), "{name} {logs}");
            });
        }
    }
}

#[test]
fn a_missing_key_that_the_good_boot_has_is_named() {
    let bad = scenario("driver-service-key-missing").unwrap();
    let (good, made) = (make(twin(bad), options(5)).unwrap(), make(bad, options(6)).unwrap());
    beside(&good, &made, true, &mut |_, _, diagnosis| {
        let candidate = &diagnosis.candidates[diagnosis.verdict.failing.unwrap()];
        assert_eq!(Some(&candidate.event.path), made.label.path.as_ref());
        assert!(candidate.features.iter().any(|f| f.name == "succeeds-in-good"));
        let rows = telling(diagnosis.comparison.as_ref().unwrap());
        assert!(rows.iter().any(|d| d.kind == DifferenceKind::DifferentResult
            && d.good.starts_with("SUCCESS")
            && d.bad.starts_with("NAME NOT FOUND")));
    });
}

#[test]
fn a_service_that_never_answers_shows_as_a_wait() {
    let bad = scenario("service-never-answers").unwrap();
    let (good, made) = (make(twin(bad), options(5)).unwrap(), make(bad, options(6)).unwrap());
    beside(&good, &made, false, &mut |_, _, diagnosis| {
        let comparison = diagnosis.comparison.as_ref().unwrap();
        let pause = telling(comparison).iter().find(|d| d.operation == "pause").expect("a pause");
        assert_eq!((pause.kind, pause.process.as_str()), (DifferenceKind::Slower, "TiWorker.exe"));
        let seconds: f64 = pause.bad.trim_end_matches(" s").parse().unwrap();
        // Whatever else TiWorker does in these 300 seconds cuts the pause.
        assert!((10.0..=310.0).contains(&seconds), "{seconds}");
    });
}

#[test]
fn good_beside_good_differs_in_nothing_that_tells() {
    for (one, seed) in healthy().zip(40..) {
        let good = make(twin(one), options(seed + 500)).unwrap();
        let made = make(one, options(seed)).unwrap();
        beside(&good, &made, seed % 2 == 0, &mut |_, _, diagnosis| {
            assert_eq!(diagnosis.verdict.outcome, diagnosis::Outcome::NoFailure, "{}", one.name);
            let comparison = diagnosis.comparison.as_ref().unwrap();
            // This one does wait longer, and goes well all the same.
            let waits = one.name == "healthy-slow-service";
            let rows = telling(comparison);
            assert!(
                rows.iter().all(|d| waits && d.kind == DifferenceKind::Slower),
                "{}: {rows:#?}",
                one.name
            );
            let is_data = |d: &&Difference| d.kind == DifferenceKind::DifferentData;
            let data = comparison.differences.iter().filter(is_data).count();
            let others = comparison.total - comparison.telling - data;
            assert!(others <= 12 && data <= 20, "{}: {comparison:#?}", one.name);
        });
    }
}

#[test]
fn a_boot_beside_itself_does_not_differ() {
    for one in SCENARIOS.iter().step_by(7) {
        let made = make(one, options(9)).unwrap();
        beside(&made, &made, true, &mut |_, alone, diagnosis| {
            let comparison = diagnosis.comparison.as_ref().unwrap();
            assert_eq!((comparison.total, comparison.left_out), (0, 0), "{}: {comparison:#?}", one.name);
            // A boot that failed says nothing of what is harmless.
            let failed = one.outcome() != Outcome::NoFailure;
            assert_eq!(comparison.baseline_failed, failed, "{}", one.name);
            assert_eq!(diagnosis.verdict.outcome, alone.verdict.outcome, "{}", one.name);
        });
    }
}

#[test]
fn the_same_error_in_a_good_boot_counts_against_a_candidate() {
    for name in ["driver-file-denied", "poqexec-key-denied", "installer-state-denied"] {
        let made = make(scenario(name).unwrap(), options(21)).unwrap();
        // A boot in which the operation fails as well, and nothing comes of it.
        let log = PmlFile::from_vec(made.pml.clone()).unwrap();
        let until = made.label.index.unwrap() + 1;
        let mut pml = std::io::Cursor::new(Vec::new());
        write_subset(&log, 0..until, &mut pml).unwrap();
        let good = Made { pml: pml.into_inner(), ..make(scenario("healthy").unwrap(), options(21)).unwrap() };
        beside(&good, &made, false, &mut |_, alone, diagnosis| {
            let named = alone.verdict.failing.map(|at| &alone.candidates[at].event.path);
            assert_eq!(named, made.label.path.as_ref(), "{name}");
            let of = |d: &Diagnosis| {
                let same = |c: &&Candidate| Some(&c.event.path) == made.label.path.as_ref();
                d.candidates.iter().find(same).cloned().unwrap()
            };
            let feature = of(diagnosis).features.iter().find(|f| f.name == "fails-in-good-too").cloned();
            assert_eq!(feature.map(|f| f.score), Some(-12.0), "{name}");
            assert!(of(diagnosis).score < of(alone).score - 11.0, "{name}");
            assert_eq!(diagnosis.verdict.failing, None, "{name}: {:?}", diagnosis.verdict.summary);
        });
    }
}

#[test]
fn real_logs_beside_themselves_do_not_differ() {
    for name in ["LogFileUTC64Filesystem.PML", "LogfileTests64bitUTC.PML", "LogfileTests32bitUTC.PML"] {
        let Some(bytes) = test_data::bytes(&format!("pml/{name}")) else { continue };
        let kept = tempfile::tempdir().unwrap();
        let path = kept.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let (good, bad) = (Case::open(std::slice::from_ref(&path)), Case::open(&[path]));
        let baseline = baseline(&good);
        let diagnosis = diagnose_beside(&Timeline::new(&bad), &Rules::built_in(), Some(&baseline));
        let comparison = diagnosis.comparison.unwrap();
        assert_eq!((comparison.total, comparison.left_out), (0, 0), "{name}: {comparison:#?}");
    }
}

/// The boot with one character of a text changed that servicing reads once from the registry. Returns the value's path.
fn with_other_data(made: &Made) -> (Made, String) {
    let log = PmlFile::from_vec(made.pml.clone()).unwrap();
    let reads = log.events().flatten().filter(|event| {
        let process = event.process().map(|p| p.name().to_string());
        event.operation().name() == "RegQueryValue" && process.as_deref() == Some("smss.exe")
    });
    let mut texts = reads.filter_map(|event| {
        let value = pml_reader::detail::registry::value(&event)?;
        let at: Vec<usize> = made
            .pml
            .windows(value.data.len())
            .enumerate()
            .filter(|(_, bytes)| value.data.len() > 40 && *bytes == value.data)
            .map(|(at, _)| at)
            .collect();
        let mut path = String::new();
        event.push_path(&mut path);
        (at.len() == 1).then(|| (at[0], path))
    });
    let (at, path) = texts.next_back().expect("a text that stands once in the log");
    let mut pml = made.pml.clone();
    // The 21st character: a volume before it could be another machine's.
    pml[at + 40] += 1;
    (Made { pml, cbs_log: made.cbs_log.clone(), label: made.label.clone() }, path)
}

#[test]
fn data_that_differs_is_found_first_and_other_data_is_not() {
    let good = make(scenario("healthy").unwrap(), options(31)).unwrap();
    let (bad, path) = with_other_data(&good);
    beside(&good, &bad, true, &mut |_, _, diagnosis| {
        let comparison = diagnosis.comparison.as_ref().unwrap();
        let [row] = &comparison.differences[..] else { panic!("{comparison:#?}") };
        assert_eq!((row.kind, &row.path), (DifferenceKind::DifferentData, &path));
        assert_eq!((row.process.as_str(), row.operation.as_str()), ("smss.exe", "RegQueryValue"));
        assert!(row.good.starts_with("Type: REG_MULTI_SZ") && row.good != row.bad, "{row:#?}");
        assert!(row.event.is_some() && comparison.telling == 0);
        assert!(comparison.data.compared > 10, "{:?}", comparison.data);
    });
    // A boot that failed, beside itself with other data.
    let failing = make(scenario("driver-queue-access-denied").unwrap(), options(32)).unwrap();
    let (other, path) = with_other_data(&failing);
    beside(&failing, &other, false, &mut |_, _, diagnosis| {
        let rows = &diagnosis.comparison.as_ref().unwrap().differences;
        assert_eq!(rows.first().map(|d| (d.kind, &d.path)), Some((DifferenceKind::DifferentData, &path)));
    });
}
