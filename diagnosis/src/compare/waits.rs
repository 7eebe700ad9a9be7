//! Waits: stretches in which a process of servicing does nothing, slow operations, long phases, services that take
//! long.

use std::collections::HashMap;

use timeline::{EventId, FileTime, ProcessId, Ticks};

/// Stretches without an event that are remembered.
pub(super) const PAUSE: Ticks = Ticks::seconds(1);
/// How many of them a process has at most; the longest stay.
const MAX_PAUSES: usize = 64;

/// A wait has to be at least so long to be worth a row …
const GROWN: Ticks = Ticks::seconds(5);
/// … and so many times as long as in the good boot.
const TIMES: u64 = 3;

/// Whether a wait grew enough to be telling.
pub(super) fn grew(good: Ticks, bad: Ticks) -> bool {
    bad.0 >= good.0.saturating_add(GROWN.0) && bad.0 >= good.0.saturating_mul(TIMES)
}

/// When a process did something, and when not.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    span: Option<(FileTime, FileTime)>,
    /// The event that ended last.
    last: Option<EventId>,
    /// From the end of an event on: how long, when, and after which event.
    pub(super) pauses: Vec<(Ticks, FileTime, EventId)>,
}

impl Life {
    pub(super) fn see(&mut self, time: FileTime, event: EventId, took: Option<Ticks>) {
        let end = time.plus(took.unwrap_or_default());
        self.pause_until(time);
        let (first, last) = self.span.unwrap_or((time, end));
        if self.last.is_none() || end >= last {
            self.last = Some(event);
        }
        self.span = Some((first.min(time), last.max(end)));
    }

    fn pause_until(&mut self, time: FileTime) {
        let (Some((_, last)), Some(event)) = (self.span, self.last) else { return };
        let pause = time.since(last);
        if pause >= PAUSE {
            self.pauses.push((pause, last, event));
            self.trim();
        }
    }

    fn trim(&mut self) {
        if self.pauses.len() > MAX_PAUSES {
            self.pauses
                .sort_unstable_by_key(|(pause, time, event)| (std::cmp::Reverse(*pause), *time, *event));
            self.pauses.truncate(MAX_PAUSES / 2);
        }
    }

    fn join(&mut self, later: Self) {
        let Some((first, end)) = later.span else { return };
        self.pause_until(first);
        let (begin, last) = self.span.unwrap_or((first, end));
        if self.last.is_none() || end >= last {
            self.last = later.last;
        }
        self.span = Some((begin.min(first), last.max(end)));
        self.pauses.extend(later.pauses);
        self.trim();
    }
}

/// Joins the lives in one part of a trace with those in the part that follows.
pub(super) fn join_lives(earlier: &mut HashMap<ProcessId, Life>, later: HashMap<ProcessId, Life>) {
    for (process, life) in later {
        earlier.entry(process).or_default().join(life);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use timeline::SourceId;

    fn event(index: u64) -> EventId {
        EventId { source: SourceId(0), index }
    }

    #[test]
    fn a_pause_is_found_within_a_part_and_between_parts() {
        let at = |seconds: u64| FileTime(seconds * 10_000_000);
        let mut first = Life::default();
        first.see(at(1), event(0), Some(Ticks::seconds(2)));
        first.see(at(2), event(1), None);
        // From the end of event 0, at 3, to 5.
        first.see(at(5), event(2), None);
        let mut second = Life::default();
        second.see(at(40), event(3), None);
        first.join(second);
        first.join(Life::default());
        let expected = vec![(Ticks::seconds(2), at(3), event(0)), (Ticks::seconds(35), at(5), event(2))];
        assert_eq!(first.pauses, expected);
    }

    #[test]
    fn only_a_wait_that_grew_much_counts() {
        let s = Ticks::seconds;
        assert!(grew(s(0), s(5)) && grew(s(10), s(30)));
        assert!(!grew(s(0), s(4)) && !grew(s(20), s(30)) && !grew(s(3), s(7)));
    }
}
