//! Logs that Windows wrote. They are outside the project. If they are absent, the tests say so and pass.

use std::path::{Path, PathBuf};

use super::common::tell_paths;
use diagnosis::{Diagnosis, FaultKind, Outcome, Rules, diagnose};
use timeline::{Case, Fact, PhaseName, Timeline};

/// The log of this name, unpacked. `None` if it cannot be had.
fn log(name: &str) -> Option<PathBuf> {
    let bytes = test_data::bytes(&format!("logs/{name}"))?;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    Some(path)
}

fn with<T>(path: &Path, look: impl FnOnce(&Timeline<'_>, &Diagnosis) -> T) -> T {
    let case = Case::open(&[path.to_owned()]);
    assert!(case.unreadable.is_empty());
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, &Rules::built_in());
    look(&timeline, &diagnosis)
}

/// What the log's own lines with both times say the wall clock is ahead of UTC, in minutes.
fn ahead(path: &Path) -> Vec<i64> {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let of_day = |clock: &str| -> Option<i64> {
        let mut parts = clock.splitn(3, ':');
        let mut next = || parts.next()?.get(..2)?.parse::<i64>().ok();
        Some((next()? * 60 + next()?) * 60 + next()?)
    };
    let mut found: Vec<i64> = text
        .lines()
        .filter_map(|line| {
            let local = of_day(line.get(11..19)?)?;
            let (_, at) = line.split_once('@')?;
            // `2023/5/17:15:25:12.358`
            let utc = of_day(at.split_once(':')?.1)?;
            at.starts_with("20").then(|| (local - utc).rem_euclid(86_400))
        })
        .map(|seconds| {
            let seconds = if seconds > 43_200 { seconds - 86_400 } else { seconds };
            (seconds + 450).div_euclid(900) * 15
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn a_rollback_after_a_service_that_did_not_answer() {
    let Some(path) = log("cbs-26100-container-installer-rollback.log") else { return };
    let told = tell_paths(std::slice::from_ref(&path), &Rules::built_in());
    assert_eq!(told.outcome, Outcome::FailureWithoutOperation);
    assert_eq!((told.phase, told.boot), (PhaseName::StartupInstallers, 1));
    assert_eq!((told.fault, told.item.as_str()), (Some(FaultKind::Installer), "Container Installer"));
    assert_eq!(told.binary.as_deref(), Some("containerai.dll"));
    assert_eq!((told.code, told.reported), (Some(0x8007_06D9), Some(0x800F_0922)));
    assert_eq!(told.took.unwrap().as_seconds().round(), 300.0);
    assert!(told.missing.contains("answer of a service"), "{}", told.missing);
    assert_eq!(told.remedies, ["BR-0203", "BR-0213"]);
    assert!(told.summary.contains("1753 / 0x800706D9"), "{}", told.summary);
    with(&path, |timeline, diagnosis| {
        let clock = timeline.scans[0].clock.as_ref().unwrap();
        assert_eq!(clock.minutes(), 120);
        assert_eq!(ahead(&path), [120]);
        // What happens in the second boot takes the update back, though it ends in S_OK.
        let rollback: Vec<_> = diagnosis.phases.iter().filter(|p| p.name == PhaseName::Rollback).collect();
        assert_eq!(rollback.iter().map(|p| p.boot).collect::<Vec<_>>(), [2]);
    });
}

#[test]
fn a_damaged_store_without_a_failed_reboot() {
    let Some(path) = log("cbs-22621-hydration-errors.log") else { return };
    with(&path, |timeline, diagnosis| {
        assert_eq!(diagnosis.verdict.outcome, Outcome::NoFailure, "{:#?}", diagnosis.faults.first());
        assert_eq!(timeline.scans[0].clock.as_ref().unwrap().minutes(), -420);
        assert_eq!(ahead(&path), [-420]);
        let damaged: Vec<&str> = diagnosis.faults.state.damaged().map(|d| d.object.file_name()).collect();
        assert!(damaged.iter().any(|name| name.ends_with(".dll")), "{damaged:?}");
        // SFC put this one back, and said so.
        let repaired: Vec<&str> = diagnosis.faults.state.repaired().map(|d| d.object.file_name()).collect();
        assert!(repaired.contains(&"dnsapi.dll"), "{repaired:?}");
        assert!(diagnosis.verdict.caution.is_some());
        let poqexec =
            timeline.scans[0].lines.iter().find(|l| matches!(l.fact, Fact::Poqexec { .. })).unwrap();
        assert!(!poqexec.failed && poqexec.text.contains("/transaction 40592"));
        assert!(diagnosis.rules.is_empty());
        assert_eq!(diagnosis.remedies.len(), 1);
        // Six boots are in the log, servicing had work in three of them.
        assert_eq!(diagnosis.phases.iter().map(|p| p.boot).max(), Some(3));
    });
}

#[test]
fn a_clean_log() {
    let Some(path) = log("cbs-2025-clean-setupexecute.log") else { return };
    with(&path, |_, diagnosis| {
        assert_eq!(diagnosis.verdict.outcome, Outcome::NoFailure);
        assert!(diagnosis.faults.all.is_empty() && diagnosis.rules.is_empty());
    });
}
