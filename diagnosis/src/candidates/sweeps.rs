//! Sweeps: a thread meets one result on one object after another. What it went on from, did not stop it.

use std::collections::HashSet;

use timeline::{Event, Ticks};

use super::{
    candidate::Candidate,
    link::{Link, Objection},
    steps::is_search,
};

/// Objects of a sweep at least.
const OBJECTS: usize = 3;
/// From one of them to the next.
const SOON: Ticks = Ticks::seconds(1);

/// Adds an objection to each candidate of a sweep, unless a log names it. `holds` says whether an error belongs to the step
/// that a log says failed: what the next step meets is no part of its sweep.
pub(super) fn judge(candidates: &mut [Candidate], holds: impl Fn(&Event) -> bool) {
    let is_named =
        |c: &Candidate| [Link::LogObjectAndCode, Link::LogObject].iter().any(|l| c.links.contains(l));
    let can_be = |c: &Candidate| c.is_eligible() && !is_named(c) && !is_search(c.event.status);
    let is_of_one = |c: &&Candidate| {
        let in_step = holds(&c.event);
        let others = candidates.iter().map(|c| &c.event).filter(|e| !in_step || holds(e));
        can_be(c) && sweep(&c.event, others) >= OBJECTS
    };
    let found: HashSet<_> = candidates.iter().filter(is_of_one).map(|candidate| candidate.event.id).collect();
    for candidate in candidates.iter_mut().filter(|candidate| found.contains(&candidate.event.id)) {
        candidate.objections.push(Objection::Habit);
        candidate.objections.sort_unstable();
    }
}

/// On how many objects the thread of an event met its result in a row, the event's own counted.
fn sweep<'e>(event: &Event, events: impl Iterator<Item = &'e Event>) -> usize {
    let what = |e: &Event| (e.process, e.tid, e.name, e.status);
    let mut alike: Vec<&Event> = events.filter(|e| what(e) == what(event)).collect();
    alike.sort_by_key(|e| (e.time, e.id));
    let own = alike.iter().position(|e| e.id == event.id).unwrap_or(0);
    let follows = |pair: &[&Event]| matches!(pair, [one, next] if next.time.since(one.end()) <= SOON);
    let pairs: Vec<bool> = alike.windows(2).map(follows).collect();
    let (before, after) = pairs.split_at(own.min(pairs.len()));
    1 + before.iter().rev().take_while(|follows| **follows).count()
        + after.iter().take_while(|follows| **follows).count()
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Link, Objection, judge};
    use status_codes::status;
    use timeline::{Event, EventId, FileTime, SourceId};

    fn errors(status: u32, times: &[u64]) -> Vec<Candidate> {
        let error = |(number, seconds): (usize, &u64)| {
            let event = Event {
                id: EventId { source: SourceId(0), index: number as u64 },
                time: FileTime(seconds * 10_000_000),
                path: format!(r"C:\{number}"),
                status,
                ..Event::blank()
            };
            Candidate { links: vec![Link::WorkStopped], ..Candidate::new(event) }
        };
        times.iter().enumerate().map(error).collect()
    }

    fn objected(mut candidates: Vec<Candidate>) -> Vec<bool> {
        judge(&mut candidates, |_| false);
        candidates.iter().map(|c| c.objections.contains(&Objection::Habit)).collect()
    }

    #[test]
    fn three_objects_in_a_row_are_a_sweep() {
        assert_eq!(objected(errors(status::ACCESS_DENIED, &[10, 11, 12])), [true; 3]);
        assert_eq!(objected(errors(status::ACCESS_DENIED, &[10, 11])), [false; 2]);
        assert_eq!(objected(errors(status::ACCESS_DENIED, &[10, 11, 20])), [false; 3]);
    }

    #[test]
    fn one_name_after_another_is_a_search() {
        assert_eq!(objected(errors(status::OBJECT_NAME_COLLISION, &[10, 11, 12])), [false; 3]);
    }

    #[test]
    fn what_the_next_step_meets_is_no_part_of_the_sweep() {
        let mut candidates = errors(status::ACCESS_DENIED, &[10, 11, 12]);
        judge(&mut candidates, |event| event.id.index == 0);
        let objected: Vec<bool> = candidates.iter().map(|c| !c.objections.is_empty()).collect();
        assert_eq!(objected, [false, true, true]);
    }

    #[test]
    fn what_a_log_names_stays() {
        let mut named = errors(status::ACCESS_DENIED, &[10, 11, 12]);
        named[2].links.push(Link::LogObject);
        assert_eq!(objected(named), [true, true, false]);
    }
}
