//! Rivals: two errors of servicing, each of which may have made the update fail.

use std::collections::HashSet;

use timeline::{Role, Timeline};

use super::{
    candidate::Candidate,
    features::NAMEABLE,
    link::{Link, Objection},
    log_step::LogSteps,
};

/// Adds an objection to a candidate that only one of two things ties to the failure: the end of its thread's work, or
/// the step that a log says failed. Then another error that explains the failure as well stands against it. What other
/// boots say takes none away.
pub(super) fn judge(timeline: &Timeline<'_>, steps: &LogSteps, candidates: &mut [Candidate]) {
    let in_step =
        |c: &Candidate| timeline.process_of(&c.event).is_some_and(|process| steps.hold(&c.event, process));
    let rivals = |candidate: &Candidate, other: &Candidate| {
        if candidate.links.contains(&Link::LogStep) {
            in_step(other) && is_rival_in_step(candidate, other)
        } else {
            is_rival(timeline, candidate, other)
        }
    };
    let by_little = |candidate: &Candidate| {
        candidate.links.iter().all(|link| matches!(link, Link::WorkStopped | Link::LogStep))
    };
    let is_rivalled = |candidate: &Candidate| {
        let stands_against = |other| {
            outdoes(candidate, other)
                || by_little(candidate) && rivals(candidate, other)
                || outlives(timeline, candidate, other)
                || is_named_instead(candidate, other)
        };
        candidate.is_eligible() && candidates.iter().any(stands_against)
    };
    let rivalled: HashSet<_> =
        candidates.iter().filter(|c| is_rivalled(c)).map(|candidate| candidate.event.id).collect();
    // Of two errors in the step neither is the only one.
    let is_alone = |candidate: &Candidate| {
        !candidates.iter().any(|other| in_step(other) && is_rival_in_step(candidate, other))
    };
    let alone: HashSet<_> = candidates.iter().filter(|c| is_alone(c)).map(|c| c.event.id).collect();
    for candidate in candidates.iter_mut().filter(|c| c.links.len() > 1 && !alone.contains(&c.event.id)) {
        candidate.links.retain(|link| *link != Link::LogStep);
    }
    for candidate in candidates.iter_mut().filter(|candidate| rivalled.contains(&candidate.event.id)) {
        candidate.objections.push(Objection::Rival);
        candidate.objections.sort_unstable();
    }
}

/// Whether a process that ended with the status of an ordinary result met the same result later where it is not ordinary.
fn outdoes(candidate: &Candidate, other: &Candidate) -> bool {
    let is_ordinary = |c: &Candidate| c.features.iter().any(|feature| feature.name == "ordinary");
    candidate.links.contains(&Link::ExitStatus)
        && is_ordinary(candidate)
        && !is_ordinary(other)
        && other.event.process == candidate.event.process
        && other.event.status == candidate.event.status
        && other.event.time > candidate.event.time
}

/// Whether the worker met an error of its own that stopped it, after the program had ended that a candidate is of. It went
/// on after that program, so either may be decisive.
fn outlives(timeline: &Timeline<'_>, candidate: &Candidate, other: &Candidate) -> bool {
    let process = |c: &Candidate| timeline.process_of(&c.event);
    let Some((program, worker)) = process(candidate).zip(process(other)) else { return false };
    !candidate.links.iter().any(|link| link.is_of_log())
        && (program.role, worker.role) == (Role::ServicingChild, Role::TiWorker)
        && other.links.contains(&Link::WorkStopped)
        && other.objections.is_empty()
        && program.end.is_some_and(|end| end < other.event.time)
}

/// Whether a log has only the code of a candidate, and names what another error with that code belongs to. Servicing went
/// on after that one, as it does when it cleans up: neither is sure.
fn is_named_instead(candidate: &Candidate, other: &Candidate) -> bool {
    let has = |c: &Candidate, link| c.links.contains(&link);
    let is_coded = other.report.as_ref().is_some_and(|report| report.code.is_some());
    has(candidate, Link::LogCode)
        && !has(candidate, Link::ExitStatus)
        && (has(other, Link::LogObjectAndCode) && other.event.time < candidate.event.time
            || has(other, Link::LogObject) && is_coded)
        && other.objections.iter().all(|objection| *objection == Objection::CarriedOn)
}

/// Whether another error explains the failure as well. The same result of the same operation is another attempt under
/// another name. An installer queue goes on after an error, so neither the first nor the last need be decisive.
fn is_rival(timeline: &Timeline<'_>, candidate: &Candidate, other: &Candidate) -> bool {
    // A program that the worker runs works for it.
    let role = |c: &Candidate| {
        let role = timeline.process_of(&c.event).map(|process| process.role);
        role.map(|role| if role == Role::ServicingChild { Role::TiWorker } else { role })
    };
    let kind = |c: &Candidate| (c.event.name, c.event.status);
    let is_tied = !other.links.is_empty();
    (other.event.time < candidate.event.time || is_tied)
        && other.objections.is_empty()
        && other.own_score() >= NAMEABLE
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
        && other.own_score() >= NAMEABLE
        && !other.objections.iter().any(is_harmless)
}

#[cfg(test)]
mod tests {
    use super::{Candidate, NAMEABLE, Objection, is_rival_in_step};
    use crate::{candidates::candidate::FeatureHit, others};
    use timeline::{Event, Words};

    #[test]
    fn another_error_of_the_step_is_a_rival_unless_something_shows_that_it_is_harmless() {
        let error = |path: &str, objections: &[Objection]| Candidate {
            score: NAMEABLE,
            objections: objections.to_vec(),
            ..Candidate::new(Event { path: path.to_owned(), ..Event::blank() })
        };
        let candidate = error(r"C:\a", &[]);
        assert!(is_rival_in_step(&candidate, &error(r"C:\b", &[])));
        assert!(is_rival_in_step(&candidate, &error(r"C:\b", &[Objection::CarriedOn])));
        assert!(!is_rival_in_step(&candidate, &error(r"C:\a", &[])), "another attempt");
        for harmless in [Objection::MadeUpFor, Objection::Habit, Objection::Norm, Objection::NotServicing] {
            assert!(!is_rival_in_step(&candidate, &error(r"C:\b", &[harmless])), "{harmless:?}");
        }
        let weak = Candidate { score: NAMEABLE - 1.0, ..error(r"C:\b", &[]) };
        assert!(!is_rival_in_step(&candidate, &weak));
    }

    #[test]
    fn other_boots_take_no_rival_away() {
        let among = |own: f64, fleet: f64| Candidate {
            score: own + fleet,
            features: vec![FeatureHit { name: others::HEALTHY_TOO, score: fleet, words: Words::default() }],
            ..Candidate::new(Event { path: r"C:\b".to_owned(), ..Event::blank() })
        };
        let candidate = Candidate::new(Event { path: r"C:\a".to_owned(), ..Event::blank() });
        assert!(is_rival_in_step(&candidate, &among(NAMEABLE, -6.0)));
    }
}
