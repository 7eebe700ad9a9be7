//! Sweeps: a thread meets one result on one object after another. What it went on from, did not stop it.

use std::collections::HashSet;

use status_codes::status;
use timeline::{Event, FileTime};

use super::{
    candidate::Candidate,
    link::{Link, Objection},
    steps::{StepKind, Steps},
};
use crate::needed::is_missing;

/// Other objects that a thread met a result on before, one right after the other.
const OTHERS: usize = 2;

/// Adds an objection to each candidate that ends a sweep, unless a log names it with its code.
pub(super) fn judge(steps: &Steps, candidates: &mut [Candidate]) {
    let can_be = |c: &Candidate| c.is_eligible() && !c.links.contains(&Link::LogObjectAndCode);
    let ends_one = |candidate: &&Candidate| {
        can_be(candidate) && !is_search(candidate.event.status) && others(steps, candidate, candidates) >= OTHERS
    };
    let found: HashSet<_> = candidates.iter().filter(ends_one).map(|candidate| candidate.event.id).collect();
    for candidate in candidates.iter_mut().filter(|candidate| found.contains(&candidate.event.id)) {
        candidate.objections.push(Objection::Habit);
        candidate.objections.sort_unstable();
    }
}

/// Who looks for a file in several places, or for a name that is free, makes one attempt under several names.
fn is_search(status: u32) -> bool {
    is_missing(status) || status == status::OBJECT_NAME_COLLISION
}

/// How many other objects came right before.
fn others(steps: &Steps, candidate: &Candidate, candidates: &[Candidate]) -> usize {
    let event = &candidate.event;
    let what = |e: &Event| (e.process, e.tid, e.name, e.status);
    let is_like = |e: &&Event| e.time < event.time && what(e) == what(event) && e.path != event.path;
    let mut earlier: Vec<&Event> = candidates.iter().map(|c| &c.event).filter(is_like).collect();
    earlier.sort_by_key(|e| std::cmp::Reverse((e.time, e.id)));
    let mut next = event;
    let adjoining = earlier.into_iter().take_while(|e| {
        let adjoins = !worked(steps, e, next.time);
        next = e;
        adjoins
    });
    adjoining.count()
}

/// Whether the thread of an error did work between it and another.
fn worked(steps: &Steps, error: &Event, until: FileTime) -> bool {
    let Some(process) = error.process else { return true };
    let between = steps.between(error.id.source, process, error.time, until);
    between
        .filter(|step| step.tid == error.tid)
        .any(|step| matches!(step.kind, StepKind::Change | StepKind::Read | StepKind::Report))
}
