//! Rivals: two errors of servicing, each of which may have made the update fail.

use std::collections::HashSet;

use timeline::Timeline;

use super::{
    candidate::Candidate,
    features::NAMEABLE,
    link::{Link, Objection},
    log_step::LogStep,
};

/// Adds an objection to a candidate that only one of two things ties to the failure: the end of its thread's work, or
/// the step that a log says failed. Then another error that explains the failure as well stands against it.
pub(super) fn judge(timeline: &Timeline<'_>, step: Option<&LogStep>, candidates: &mut [Candidate]) {
    let in_step = |c: &Candidate| {
        let process = timeline.process_of(&c.event);
        step.zip(process).is_some_and(|(step, process)| step.holds(&c.event, process))
    };
    let rivals = |candidate: &Candidate, other: &Candidate| {
        if candidate.links.contains(&Link::LogStep) {
            in_step(other) && is_rival_in_step(candidate, other)
        } else {
            is_rival(timeline, candidate, other)
        }
    };
    let is_rivalled = |candidate: &Candidate| {
        candidate.is_eligible()
            && candidate.links.iter().all(|link| matches!(link, Link::WorkStopped | Link::LogStep))
            && candidates.iter().any(|other| rivals(candidate, other))
    };
    let rivalled: HashSet<_> =
        candidates.iter().filter(|c| is_rivalled(c)).map(|candidate| candidate.event.id).collect();
    for candidate in candidates.iter_mut().filter(|candidate| rivalled.contains(&candidate.event.id)) {
        candidate.objections.push(Objection::Rival);
        candidate.objections.sort_unstable();
    }
}

/// Whether another error explains the failure as well. The same result of the same operation is another attempt under
/// another name. An installer queue goes on after an error, so the last one need not be decisive.
fn is_rival(timeline: &Timeline<'_>, candidate: &Candidate, other: &Candidate) -> bool {
    let role = |c: &Candidate| timeline.process_of(&c.event).map(|process| process.role);
    let kind = |c: &Candidate| (c.event.name, c.event.status);
    other.event.time < candidate.event.time
        && other.objections.is_empty()
        && other.score >= NAMEABLE
        && kind(other) != kind(candidate)
        && role(other) == role(candidate)
}

/// Whether another error of the same step explains the failure as well: nothing shows that it is harmless.
fn is_rival_in_step(candidate: &Candidate, other: &Candidate) -> bool {
    let is_harmless = |objection: &Objection| {
        matches!(
            objection,
            Objection::MadeUpFor
                | Objection::Habit
                | Objection::Norm
                | Objection::NotServicing
                | Objection::ProbingSite
        )
    };
    other.event.path != candidate.event.path
        && other.score >= NAMEABLE
        && !other.objections.iter().any(is_harmless)
}
