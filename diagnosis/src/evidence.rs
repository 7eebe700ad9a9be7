//! The events around the failing operation that a reader wants to see.

use crate::{candidates::Candidate, ordinary::benign};
use timeline::{Event, Kind, Role, Timeline, object_name};

/// Why an event is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The failing operation itself.
    Failing,
    /// On the same file or key.
    SamePath,
    /// By the same thread.
    SameThread,
    /// Near in time.
    Nearby,
}

/// Events of the same path that are shown: the nearest before and after.
const SAME_PATH: usize = 24;
/// Events before and after the failing one that are looked at.
const AROUND: u64 = 400;
/// Of those, how many of the same thread are shown on each side.
const SAME_THREAD: usize = 10;
/// And how many others.
const NEARBY: usize = 5;

/// The events around a candidate, in order of time. `touching` is what touches the objects of candidates.
pub(crate) fn around(
    timeline: &Timeline<'_>,
    candidate: &Candidate,
    touching: &[Event],
) -> Vec<(Relation, Event)> {
    let failing = &candidate.event;
    let mut shown: Vec<(Relation, Event)> = vec![(Relation::Failing, failing.clone())];
    let is_same = |e: &&Event| object_name(&e.path) == object_name(&failing.path) && e.id != failing.id;
    let same: Vec<&Event> = touching.iter().filter(is_same).collect();
    let middle = same.partition_point(|e| (e.time, e.id) < (failing.time, failing.id));
    let from = middle.saturating_sub(SAME_PATH / 2);
    let holder = candidate.holder.map(|h| h.event);
    let near = same
        .into_iter()
        .enumerate()
        .filter(|(i, e)| (from..middle + SAME_PATH / 2).contains(i) || holder == Some(e.id));
    shown.extend(near.map(|(_, e)| (Relation::SamePath, e.clone())));
    let near = timeline.near(failing, AROUND);
    let middle = near.partition_point(|e| (e.time, e.id) < (failing.time, failing.id));
    let (before, after) = near.split_at(middle);
    shown.extend(side(timeline, failing, &mut before.iter().rev()));
    shown.extend(side(timeline, failing, &mut after.iter().filter(|e| e.id != failing.id)));
    shown.sort_by_key(|(relation, e)| (e.time, e.id, *relation));
    shown.dedup_by_key(|(_, e)| e.id);
    shown
}

/// Of the events on one side of the failing one, nearest first, those worth a row.
fn side(
    timeline: &Timeline<'_>,
    failing: &Event,
    events: &mut dyn Iterator<Item = &Event>,
) -> Vec<(Relation, Event)> {
    let (mut thread, mut others) = (Vec::new(), Vec::new());
    for event in events {
        if event.process == failing.process && event.tid == failing.tid {
            if thread.len() < SAME_THREAD {
                thread.push((Relation::SameThread, event.clone()));
            }
        } else if others.len() < NEARBY && tells(timeline, event) {
            others.push((Relation::Nearby, event.clone()));
        }
    }
    thread.extend(others);
    thread
}

/// Whether an event of another thread is worth a row.
fn tells(timeline: &Timeline<'_>, event: &Event) -> bool {
    let role = timeline.process_of(event).map_or(Role::Other, |p| p.role);
    matches!(event.kind, Kind::ProcessCreate | Kind::ProcessStart | Kind::ProcessExit)
        || event.kind.mutates()
        || event.failed() && benign(role, event).is_none()
}
