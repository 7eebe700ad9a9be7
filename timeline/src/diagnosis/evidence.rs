//! The events around the failing operation that a reader wants to see.

use super::{Candidate, benign};
use crate::{
    Timeline,
    model::{Event, EventId, Kind},
};

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

/// The events around a candidate, in order of time.
pub(crate) fn around(timeline: &Timeline<'_>, candidate: &Candidate) -> Vec<(Relation, Event)> {
    let failing = &candidate.event;
    let mut shown: Vec<(Relation, Event)> = vec![(Relation::Failing, failing.clone())];
    let mut same: Vec<Event> = timeline.touching(&[failing.path.to_ascii_lowercase()]);
    same.retain(|e| e.id != failing.id);
    let middle = same.partition_point(|e| (e.time, e.id) < (failing.time, failing.id));
    let from = middle.saturating_sub(SAME_PATH / 2);
    let holder = candidate.holder.map(|h| h.event);
    let near = same
        .into_iter()
        .enumerate()
        .filter(|(i, e)| (from..middle + SAME_PATH / 2).contains(i) || holder == Some(e.id));
    shown.extend(near.map(|(_, e)| (Relation::SamePath, e)));
    let index = failing.id.index;
    let side = |indexes: &mut dyn Iterator<Item = u64>| {
        let (mut thread, mut others) = (Vec::new(), Vec::new());
        for index in indexes {
            let Some(event) = timeline.event(EventId { index, ..failing.id }) else { continue };
            if event.process == failing.process && event.tid == failing.tid {
                if thread.len() < SAME_THREAD {
                    thread.push((Relation::SameThread, event));
                }
            } else if others.len() < NEARBY && tells(&event) {
                others.push((Relation::Nearby, event));
            }
        }
        thread.extend(others);
        thread
    };
    shown.extend(side(&mut (index.saturating_sub(AROUND)..index).rev()));
    shown.extend(side(&mut (index + 1..=index + AROUND)));
    shown.sort_by_key(|(relation, e)| (e.time, e.id, *relation));
    shown.dedup_by_key(|(_, e)| e.id);
    shown
}

/// Whether an event of another thread is worth a row.
fn tells(event: &Event) -> bool {
    matches!(event.kind, Kind::ProcessCreate | Kind::ProcessStart | Kind::ProcessExit)
        || event.kind.mutates()
        || event.failed() && benign(event.kind, event.status, &event.path).is_none()
}
