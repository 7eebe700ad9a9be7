//! Rivals: two errors of servicing, each of which may have made the update fail.

use timeline::Timeline;

use super::{
    candidate::Candidate,
    features::NAMEABLE,
    link::{Link, Objection},
};

/// Adds an objection where only the end of a thread's work ties a candidate to the failure, while another installer, or
/// another driver's library, met an error that is as grave. An installer queue goes on after an error: its last one need
/// not be the decisive one.
pub(super) fn judge(timeline: &Timeline<'_>, candidates: &mut [Candidate]) {
    let rivals: Vec<bool> = candidates
        .iter()
        .map(|candidate| {
            candidate.is_eligible()
                && candidate.links == [Link::WorkStopped]
                && candidates.iter().any(|other| is_rival(timeline, candidate, other))
        })
        .collect();
    for (candidate, _) in candidates.iter_mut().zip(rivals).filter(|(_, rival)| *rival) {
        candidate.objections.push(Objection::Rival);
        candidate.objections.sort_unstable();
    }
}

fn is_rival(timeline: &Timeline<'_>, candidate: &Candidate, other: &Candidate) -> bool {
    let role = |c: &Candidate| timeline.process_of(&c.event).map(|process| process.role);
    let library = |c: &Candidate| c.call.as_ref()?.installer.as_ref().map(|module| module.path.clone());
    let is_before = other.event.time < candidate.event.time;
    let (own, theirs) = (library(candidate), library(other));
    is_before
        && (own != theirs || own.is_none() && theirs.is_none())
        && other.objections.is_empty()
        && other.score >= NAMEABLE
        && role(other) == role(candidate)
}
