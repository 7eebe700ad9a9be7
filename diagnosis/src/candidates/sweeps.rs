//! Sweeps: a thread meets one result on one object after another. What it went on from, did not stop it.

use std::collections::HashSet;

use timeline::{Event, FileTime};

use super::{
    candidate::Candidate,
    link::{Link, Objection},
    steps::{StepKind, Steps, is_search},
};

/// Objects of a sweep at least.
const OBJECTS: usize = 3;

/// Adds an objection to each candidate of a sweep, unless a log names it with its code.
pub(super) fn judge(steps: &Steps, candidates: &mut [Candidate]) {
    let can_be = |c: &Candidate| c.is_eligible() && !c.links.contains(&Link::LogObjectAndCode);
    let is_of_one = |candidate: &&Candidate| {
        let event = &candidate.event;
        can_be(candidate) && !is_search(event.status) && sweep(steps, event, candidates) >= OBJECTS
    };
    let found: HashSet<_> = candidates.iter().filter(is_of_one).map(|candidate| candidate.event.id).collect();
    for candidate in candidates.iter_mut().filter(|candidate| found.contains(&candidate.event.id)) {
        candidate.objections.push(Objection::Habit);
        candidate.objections.sort_unstable();
    }
}

/// On how many objects the thread of an event met its result without doing work in between, the event's own counted.
fn sweep(steps: &Steps, event: &Event, candidates: &[Candidate]) -> usize {
    let what = |e: &Event| (e.process, e.tid, e.name, e.status);
    let mut alike: Vec<&Event> =
        candidates.iter().map(|c| &c.event).filter(|e| what(e) == what(event)).collect();
    alike.sort_by_key(|e| (e.time, e.id));
    let own = alike.iter().position(|e| e.id == event.id).unwrap_or(0);
    let adjoin = |pair: &[&Event]| matches!(pair, [one, next] if !worked(steps, one, next.time));
    let pairs: Vec<bool> = alike.windows(2).map(adjoin).collect();
    let (before, after) = pairs.split_at(own.min(pairs.len()));
    1 + before.iter().rev().take_while(|adjoins| **adjoins).count()
        + after.iter().take_while(|adjoins| **adjoins).count()
}

/// Whether the thread of an error did work between it and another.
fn worked(steps: &Steps, error: &Event, until: FileTime) -> bool {
    let Some(process) = error.process else { return true };
    let between = steps.between(error.id.source, process, error.time, until);
    between
        .filter(|step| step.tid == error.tid)
        .any(|step| matches!(step.kind, StepKind::Change | StepKind::Read | StepKind::Report))
}
