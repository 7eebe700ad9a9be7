//! Rivals: two errors of servicing, each of which may have made the update fail.

use std::collections::HashSet;

use timeline::Timeline;

use super::{
    candidate::Candidate,
    features::NAMEABLE,
    link::{Link, Objection},
};

/// Adds an objection if a candidate's only link is the end of its thread's work, and the same process met another
/// error before that weighs enough. An installer queue goes on after an error, so the last one need not be decisive.
pub(super) fn judge(timeline: &Timeline<'_>, candidates: &mut [Candidate]) {
    let is_rivalled = |candidate: &Candidate| {
        candidate.is_eligible()
            && candidate.links == [Link::WorkStopped]
            && candidates.iter().any(|other| is_rival(timeline, candidate, other))
    };
    let rivalled: HashSet<_> =
        candidates.iter().filter(|c| is_rivalled(c)).map(|candidate| candidate.event.id).collect();
    for candidate in candidates.iter_mut().filter(|candidate| rivalled.contains(&candidate.event.id)) {
        candidate.objections.push(Objection::Rival);
        candidate.objections.sort_unstable();
    }
}

/// Whether another error explains the failure as well. The same result of the same operation is another attempt under
/// another name.
fn is_rival(timeline: &Timeline<'_>, candidate: &Candidate, other: &Candidate) -> bool {
    let role = |c: &Candidate| timeline.process_of(&c.event).map(|process| process.role);
    let kind = |c: &Candidate| (c.event.name, c.event.status);
    other.event.time < candidate.event.time
        && other.objections.is_empty()
        && other.score >= NAMEABLE
        && kind(other) != kind(candidate)
        && role(other) == role(candidate)
}
