//! What two traces of one boot both record. A process in both is one process, and an operation in both is one
//! operation.

use std::collections::{HashMap, VecDeque};

use crate::{
    model::{Event, FileTime, Process, ProcessId, Role, SourceId, Ticks},
    scan::{FailureGroup, Scan},
};

/// Two traces' times of one start lie within this of each other. Process ids are not used again as fast.
const SAME_START: Ticks = Ticks::seconds(1);
/// Two traces' times of one operation lie within this of each other: one may have taken the time from a clock that ticks
/// 64 times a second, and the start of the operation at another depth of the system.
const SAME_TIME: Ticks = Ticks(1_000_000);
/// The parts of a log follow each other within this; a machine takes longer to start again.
const ADJOINING: Ticks = Ticks::seconds(3);

/// The processes of a case so far, by process id.
#[derive(Debug, Default)]
pub(crate) struct Known {
    by_pid: HashMap<u32, Vec<ProcessId>>,
    /// By process: the first and the last event of the traces that told of it.
    spans: Vec<Span>,
}

/// The times of a trace's first and last event.
type Span = Option<(FileTime, FileTime)>;

impl Known {
    /// Takes a source's processes into `all`, each where the same one stands already, or behind the others; where each went.
    /// What has no start ran when its trace began. `apart` tells that no other trace is of the same time, as with the parts of a
    /// log: then its events are others.
    pub(crate) fn take(
        &mut self,
        list: Vec<Process>,
        span: Span,
        apart: bool,
        all: &mut Vec<Process>,
    ) -> Vec<ProcessId> {
        let before = all.len();
        let mut places = Vec::with_capacity(list.len());
        let mut taken = vec![false; before];
        let mut parents = Vec::with_capacity(list.len());
        for mut process in list {
            let parent = process.parent.take();
            let of_pid = self.by_pid.get(&process.pid).map(Vec::as_slice).unwrap_or_default();
            let found = of_pid.iter().copied().find(|id| {
                let at = id.0 as usize;
                let spans = (self.spans.get(at).copied().flatten(), span);
                taken.get(at) == Some(&false)
                    && all.get(at).is_some_and(|known| is_same(known, &process, spans))
            });
            let place = found.unwrap_or(ProcessId::at(all.len()));
            match all.get_mut(place.0 as usize) {
                Some(known) => {
                    if let Some(taken) = taken.get_mut(place.0 as usize) {
                        *taken = true;
                    }
                    complete(known, process, apart);
                    if let Some(told) = self.spans.get_mut(place.0 as usize) {
                        *told = told.zip(span).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).or(*told).or(span);
                    }
                }
                None => all.push(process),
            }
            places.push(place);
            parents.push((place, parent));
        }
        for (place, parent) in parents {
            let parent = parent.and_then(|parent| places.get(parent.0 as usize)).copied();
            if let Some(process) = all.get_mut(place.0 as usize) {
                process.parent = process.parent.or(parent.filter(|parent| *parent != place));
            }
        }
        for (number, process) in all.iter().enumerate().skip(before) {
            self.by_pid.entry(process.pid).or_default().push(ProcessId::at(number));
            self.spans.push(span);
        }
        places
    }
}

/// Whether a process of another source is this one; the spans are those of their traces.
fn is_same(known: &Process, other: &Process, spans: (Span, Span)) -> bool {
    if known.known_pid().is_none() || !known.name.eq_ignore_ascii_case(&other.name) {
        return false;
    }
    if let (Some(a), Some(b)) = (known.start, other.start) {
        return a.since(b).max(b.since(a)) <= SAME_START;
    }
    // One of them ran before its trace began. The same id and name in another boot is another process.
    let (Some(mine), Some(theirs)) = spans else { return false };
    let ran = |process: &Process, span: (FileTime, FileTime)| {
        let (from, to) = (process.start.unwrap_or(FileTime(0)), process.end.unwrap_or(FileTime(u64::MAX)));
        from <= span.0.plus(SAME_START) && to >= span.0
    };
    mine.0 <= theirs.1.plus(ADJOINING)
        && theirs.0 <= mine.1.plus(ADJOINING)
        && (known.start.is_some() || ran(other, mine))
        && (other.start.is_some() || ran(known, theirs))
}

/// Whether all that one trace records is before what the other does; what records nothing is.
pub(crate) fn are_apart(one: &Scan, other: &Scan) -> bool {
    let before = |a: &Scan, b: &Scan| a.last.zip(b.first).is_none_or(|(last, first)| last <= first);
    before(one, other) || before(other, one)
}

/// Adds what another source knows of a process. Unless they are apart, events of both are the same events: the larger count
/// stands.
fn complete(known: &mut Process, other: Process, apart: bool) {
    let texts = [
        (&mut known.image_path, other.image_path),
        (&mut known.command_line, other.command_line),
        (&mut known.user, other.user),
        (&mut known.company, other.company),
    ];
    for (mine, theirs) in texts {
        if mine.is_empty() {
            *mine = theirs;
        }
    }
    if known.role == Role::Other {
        known.role = other.role;
    }
    known.start = known.start.or(other.start);
    known.end = known.end.or(other.end);
    known.exit_status = known.exit_status.or(other.exit_status);
    let both = |a: u64, b: u64| if apart { a + b } else { a.max(b) };
    known.events = both(known.events, other.events);
    known.failures = both(known.failures, other.failures);
}

/// Takes away the failures that an earlier source counted too; of each the larger count stays.
pub(crate) fn count_once(earlier: &mut [FailureGroup], later: &mut Vec<FailureGroup>) {
    if earlier.is_empty() {
        return;
    }
    let key = |g: &FailureGroup| (g.process, g.operation, g.status);
    let mut known: HashMap<_, &mut FailureGroup> =
        earlier.iter_mut().filter(|g| g.process.is_some()).map(|g| (key(g), g)).collect();
    later.retain(|group| match known.get_mut(&key(group)) {
        Some(mine) => {
            mine.count = mine.count.max(group.count);
            false
        }
        None => true,
    });
}

/// Of events in order of time, those that no other source has as well. Of two that are one the better told stays, and else
/// that of the earlier source.
pub(crate) fn once<T>(
    items: Vec<T>,
    event_of: impl Fn(&T) -> &Event,
    tells_more: impl Fn(SourceId) -> bool,
) -> Vec<T> {
    let Some(first) = items.first().map(|item| event_of(item).id.source) else { return items };
    if items.iter().all(|item| event_of(item).id.source == first) {
        return items;
    }
    type Key = (Option<ProcessId>, &'static str, u32, String);
    // By what an operation is: those that have no other yet, and where they stand.
    let mut open: HashMap<Key, VecDeque<usize>> = HashMap::new();
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        let event = event_of(&item);
        let key = (event.process, event.name, event.status, event.path.to_ascii_lowercase());
        let waiting = open.entry(key).or_default();
        let at = |at: &usize| kept.get(*at).map(&event_of);
        let is_over = |e: &Event| event.time.since(e.time) > SAME_TIME;
        while waiting.front().and_then(at).is_some_and(is_over) {
            waiting.pop_front();
        }
        // Those that wait are of one source: the first of another one would have met its like.
        let other = waiting.front().and_then(at).is_some_and(|e| e.id.source != event.id.source);
        let met = if other && event.process.is_some() { waiting.pop_front() } else { None };
        match met.and_then(|at| kept.get_mut(at)) {
            Some(same) => {
                let rank = |e: &Event| (!tells_more(e.id.source), e.id.source);
                if rank(event) < rank(event_of(same)) {
                    *same = item;
                }
            }
            None => {
                waiting.push_back(kept.len());
                kept.push(item);
            }
        }
    }
    kept.sort_by_key(|item| (event_of(item).time, event_of(item).id));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventId;

    fn process(pid: u32, name: &str, start: Option<u64>, end: Option<u64>) -> Process {
        Process {
            pid,
            parent_pid: 4,
            name: name.to_owned(),
            start: start.map(|s| FileTime(s * 10_000_000)),
            end: end.map(|s| FileTime(s * 10_000_000)),
            role: Role::of_name(name),
            events: 3,
            failures: 1,
            ..Process::blank()
        }
    }

    fn span(from: u64, to: u64) -> Span {
        Some((FileTime(from * 10_000_000), FileTime(to * 10_000_000)))
    }

    #[test]
    fn the_processes_of_two_traces() {
        let (mut known, mut all) = (Known::default(), Vec::new());
        let mut child = process(40, "a.exe", Some(100), Some(200));
        child.parent = Some(ProcessId(0));
        let list = vec![process(4, "System", Some(1), None), child, process(60, "c.exe", Some(300), None)];
        let places = known.take(list, span(2, 400), false, &mut all);
        assert_eq!(places, [0, 1, 2].map(ProcessId));
        // Another trace: in another order, with what the first does not know, an id that is used again, a stranger.
        let mut same = process(40, "A.EXE", Some(100), None);
        (same.events, same.command_line) = (9, "a -x".to_owned());
        same.parent = Some(ProcessId(3));
        let list = vec![
            process(40, "a.exe", Some(250), None),
            same,
            process(60, "d.exe", Some(300), None),
            process(4, "System", None, None),
        ];
        let places = known.take(list, span(90, 400), false, &mut all);
        assert_eq!(places, [3, 1, 4, 0].map(ProcessId));
        assert_eq!(all.len(), 5);
        assert_eq!((all[1].events, all[1].failures, all[1].command_line.as_str()), (9, 1, "a -x"));
        assert_eq!((all[1].parent, all[1].end), (Some(ProcessId(0)), Some(FileTime(2_000_000_000))));
        // The next part of the last log, and another boot's process that ran before its trace.
        let places = known.take(vec![process(4, "System", None, None)], span(400, 500), true, &mut all);
        assert_eq!(places, [ProcessId(0)]);
        let places = known.take(vec![process(4, "System", None, None)], span(900, 950), true, &mut all);
        assert_eq!(places, [ProcessId(5)]);
    }

    fn event(source: u16, milliseconds: u64, path: &str) -> Event {
        Event {
            id: EventId { source: SourceId(source), index: milliseconds },
            time: FileTime(milliseconds * 10_000),
            process: Some(ProcessId(1)),
            path: path.to_owned(),
            ..Event::blank()
        }
    }

    #[test]
    fn an_operation_that_two_traces_record() {
        let events = vec![
            event(0, 10, "a"),
            event(1, 15, "A"),
            // Tried again at once: each attempt has its own other.
            event(1, 20, "a"),
            event(0, 25, "a"),
            event(1, 30, "b"),
            // Too late to be the same.
            event(0, 500, "b"),
        ];
        let kept = once(events.clone(), |e| e, |_| true);
        let ids: Vec<_> = kept.iter().map(|e| (e.id.source.0, e.id.index)).collect();
        assert_eq!(ids, [(0, 10), (0, 25), (1, 30), (0, 500)]);
        let kept = once(events, |e| e, |source| source.0 == 1);
        let ids: Vec<_> = kept.iter().map(|e| (e.id.source.0, e.id.index)).collect();
        assert_eq!(ids, [(1, 15), (1, 20), (1, 30), (0, 500)]);
        let one = vec![event(0, 1, "a"), event(0, 2, "a")];
        assert_eq!(once(one, |e| e, |_| true).len(), 2);
    }
}
