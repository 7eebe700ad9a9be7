//! What one thread's share of a scan found, from any file with Process Monitor's events.

use std::collections::HashMap;

use pml_reader::Operation;

use crate::model::{EventId, FileTime, Kind, Process, ProcessId, Role, SourceId, Words, is_error};
use crate::{
    notes::{self, Note},
    query::Row,
    scan::{Caveat, FailureGroup, Kept, Scan, Silence},
    watch::{self, Mark},
};

/// Bins of the histogram.
const BINS: usize = 240;
/// Groups of failures that a scan tells apart; real logs have some hundreds.
const MAX_GROUPS: usize = 1 << 16;
/// Events that a scan keeps, the latest; the failing reboot of a real machine has some ten thousands.
const MAX_KEPT: usize = 1 << 20;

/// What all threads of a scan know beforehand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    source: SourceId,
    roles: &'a [Role],
    first: u64,
    /// Ticks of a bin.
    width: u64,
    notes: &'a notes::Writer,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(
        source: SourceId,
        roles: &'a [Role],
        (first, last): (FileTime, FileTime),
        notes: &'a notes::Writer,
    ) -> Self {
        let width = (last.since(first).0 / BINS as u64).max(1) + 1;
        Self { source, roles, first: first.0, width, notes }
    }
}

/// One thread's share; joined in the order of the file.
#[derive(Default)]
pub(crate) struct Share {
    events: u64,
    bad: u64,
    first_bad: Option<String>,
    span: Option<(FileTime, FileTime)>,
    by_process: Vec<(u64, u64)>,
    classes: [u64; 8],
    failures: HashMap<(Operation, u32, Option<ProcessId>), FailureGroup>,
    bins: Vec<(u64, u64)>,
    kept: Vec<(u64, Kept)>,
    /// Events that were kept until later ones took their room.
    let_go: u64,
    /// Failures that belong to no group, because there are too many groups.
    ungrouped: u64,
    exits: Vec<(usize, FileTime, u32)>,
    /// Of each servicing process that works by itself, and of each of its threads: the first and last event, and the
    /// longest silence between two.
    activity: HashMap<(usize, Option<u32>), Activity>,
    /// Kernel sequence numbers: the first, the last, and how many are missing between.
    sequence: Option<(u32, u32, u64)>,
}

/// When a process did something.
#[derive(Debug, Clone, Copy)]
struct Activity {
    first: FileTime,
    last: FileTime,
    silence: (FileTime, FileTime),
}

impl Activity {
    /// Joins with what the process did later.
    fn join(self, later: Self) -> Self {
        let between = (self.last, later.first);
        let longer = |a: (FileTime, FileTime), b: (FileTime, FileTime)| {
            if b.1.since(b.0) > a.1.since(a.0) { b } else { a }
        };
        Self {
            first: self.first.min(later.first),
            last: self.last.max(later.last),
            silence: longer(longer(self.silence, between), later.silence),
        }
    }
}

/// Class of the profiling events that Process Monitor makes of every process each second.
const PROFILING: u32 = 4;

const CLASSES: [&str; 8] =
    ["<Unknown>", "Process", "Registry", "File System", "Profiling", "Network", "IPC", "<Unknown>"];

impl Share {
    /// Counts a record that cannot be read.
    pub(crate) fn damaged(&mut self, what: impl FnOnce() -> String) {
        self.bad += 1;
        self.first_bad.get_or_insert_with(what);
    }

    /// Counts an event, and keeps its number where the diagnosis may want it.
    pub(crate) fn take(&mut self, row: &impl Row, operation: Operation, frame: &Frame<'_>) {
        let (time, status, kind) = (row.time(), row.outcome(), row.kind());
        self.events += 1;
        let (from, to) = self.span.unwrap_or((time, time));
        self.span = Some((from.min(time), to.max(time)));
        let failed = is_error(status);
        if self.bins.is_empty() {
            self.bins = vec![(0, 0); BINS];
        }
        let bin = usize::try_from(time.0.saturating_sub(frame.first) / frame.width).unwrap_or(usize::MAX);
        if let Some((events, failures)) = self.bins.get_mut(bin.min(BINS - 1)) {
            *events += 1;
            *failures += u64::from(failed);
        }
        if let Some(class) = self.classes.get_mut((operation.class as usize).min(7)) {
            *class += 1;
        }
        let process = row.process().map(ProcessId);
        let slot = process.map(|process| process.0 as usize);
        if let Some(slot) = slot {
            if self.by_process.len() < frame.roles.len() {
                self.by_process = vec![(0, 0); frame.roles.len()];
            }
            if let Some((events, failures)) = self.by_process.get_mut(slot) {
                *events += 1;
                *failures += u64::from(failed);
            }
        }
        let role = slot.and_then(|s| frame.roles.get(s)).copied().unwrap_or(Role::Other);
        frame.notes.set(row.place(), Note::new(role, kind, status == 0, || row.tail()));
        if failed {
            let event = EventId { source: frame.source, index: row.index() };
            self.count_failure(operation, status, process, event, time);
        }
        if let Some(slot) = slot.filter(|_| role.works_alone() && operation.class != PROFILING) {
            let now = Activity { first: time, last: time, silence: (time, time) };
            for who in std::iter::once(None).chain(row.tid().map(Some)) {
                self.activity.entry((slot, who)).and_modify(|known| *known = known.join(now)).or_insert(now);
            }
        }
        match kind {
            Kind::ProcessExit => {
                if let (Some(slot), Some(status)) = (slot, row.exit_status()) {
                    self.exits.push((slot, time, status));
                }
                self.keep(row, Kept::Lifecycle);
            }
            Kind::ProcessCreate | Kind::ProcessStart => self.keep(row, Kept::Lifecycle),
            _ => {
                let foreign = || watch::may_be_foreign(role, kind) && watch::is_foreign(&row.path());
                let known = |mark: &Mark| *mark != Mark::AppLeftover || watch::is_leftover(&row.path());
                let mark = row.mark(role, kind).filter(known);
                if let Some(mark) = mark.or_else(|| foreign().then_some(Mark::ForeignImage)) {
                    self.keep(row, Kept::Marked(mark));
                }
                // A name that tells something can be what the error is about.
                if failed && watch::is_suspect(role, kind, status, || row.path()) {
                    self.keep(row, Kept::Suspect { status });
                }
            }
        }
    }

    fn keep(&mut self, row: &impl Row, kept: Kept) {
        self.kept.push((row.index(), kept));
        // In large steps, because each moves what remains.
        if self.kept.len() >= 2 * MAX_KEPT {
            self.let_go_of_the_earliest();
        }
    }

    /// Updates fail late in a trace: where there is no room for all events, the latest are kept.
    fn let_go_of_the_earliest(&mut self) {
        let many = self.kept.len().saturating_sub(MAX_KEPT);
        self.let_go += many as u64;
        self.kept.drain(..many);
    }

    /// Counts a failure.
    fn count_failure(
        &mut self,
        operation: Operation,
        status: u32,
        process: Option<ProcessId>,
        example: EventId,
        time: FileTime,
    ) {
        let key = (operation, status, process);
        if self.failures.len() >= MAX_GROUPS && !self.failures.contains_key(&key) {
            self.ungrouped += 1;
            return;
        }
        let operation = operation.name();
        let new = FailureGroup { process, operation, status, count: 0, example, first: time, last: time };
        let group = self.failures.entry(key).or_insert(new);
        group.count += 1;
        group.last = group.last.max(time);
    }

    /// Counts a kernel sequence number.
    pub(crate) fn count_sequence(&mut self, number: u32) {
        self.sequence = Some(match self.sequence {
            Some((first, last, missing)) => {
                (first, number, missing + u64::from(number.saturating_sub(last).saturating_sub(1)))
            }
            None => (number, number, 0),
        });
    }

    /// Joins a share with the one that follows it in the file.
    pub(crate) fn join(mut self, later: Self) -> Self {
        self.events += later.events;
        self.bad += later.bad;
        self.first_bad = self.first_bad.or(later.first_bad);
        self.span = match (self.span, later.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        add_pairs(&mut self.by_process, later.by_process);
        add_pairs(&mut self.bins, later.bins);
        self.classes.iter_mut().zip(later.classes).for_each(|(a, b)| *a += b);
        for (key, group) in later.failures {
            if let Some(mine) = self.failures.get_mut(&key) {
                mine.count += group.count;
                mine.first = mine.first.min(group.first);
                mine.last = mine.last.max(group.last);
            } else if self.failures.len() < MAX_GROUPS {
                self.failures.insert(key, group);
            } else {
                self.ungrouped += group.count;
            }
        }
        self.kept.extend(later.kept);
        self.let_go += later.let_go;
        self.ungrouped += later.ungrouped;
        self.let_go_of_the_earliest();
        self.exits.extend(later.exits);
        for (who, activity) in later.activity {
            self.activity.entry(who).and_modify(|known| *known = known.join(activity)).or_insert(activity);
        }
        self.sequence = match (self.sequence, later.sequence) {
            (Some((first, last, a)), Some((next, end, b))) => {
                Some((first, end, a + b + u64::from(next.saturating_sub(last).saturating_sub(1))))
            }
            (a, b) => a.or(b),
        };
        self
    }

    /// What there was no room for.
    fn caveats(&self) -> Vec<Caveat> {
        let cut = |count: u64, what: Words, consequence: Words, hides| Caveat {
            verdict: None,
            what,
            count: Some(count),
            offset: None,
            consequence,
            hides,
        };
        let let_go = cut(
            self.let_go,
            Words::new(
                "events that could matter, the earliest in this trace",
                "可能重要的事件（此跟踪中最早的部分）",
            ),
            Words::new(
                "only the later ones were examined; an earlier cause is not found",
                "仅检查了其后的事件；更早的原因无法找到",
            ),
            true,
        );
        let ungrouped = cut(
            self.ungrouped,
            Words::new("failed operations of too many different kinds", "种类过多的失败操作"),
            Words::new("the table of failures does not count them", "失败统计表未将其计入"),
            false,
        );
        [let_go, ungrouped].into_iter().filter(|caveat| caveat.count > Some(0)).collect()
    }

    /// The whole scan, with the counts of its processes.
    pub(crate) fn scan(mut self, mut processes: Vec<Process>) -> Scan {
        self.let_go_of_the_earliest();
        let caveats = self.caveats();
        for (process, (events, failures)) in processes.iter_mut().zip(&self.by_process) {
            (process.events, process.failures) = (*events, *failures);
        }
        for (slot, time, status) in self.exits {
            if let Some(process) = processes.get_mut(slot) {
                process.exit_status = Some(status);
                process.end.get_or_insert(time);
            }
        }
        let mut silences: Vec<_> = self
            .activity
            .into_iter()
            .map(|((slot, thread), a)| Silence {
                process: ProcessId::at(slot),
                thread,
                from: a.silence.0,
                to: a.silence.1,
            })
            .filter(|s| s.to.since(s.from) >= Silence::LEAST)
            .collect();
        silences.sort_unstable();
        let mut failures: Vec<_> = self.failures.into_values().collect();
        failures.sort_by_key(|g| (std::cmp::Reverse(g.count), g.example));
        Scan {
            processes,
            events: self.events,
            bad: self.bad,
            first_bad: self.first_bad,
            first: self.span.map(|s| s.0),
            last: self.span.map(|s| s.1),
            missing: self.sequence.map_or(0, |(_, _, missing)| missing),
            failures,
            histogram: self.bins,
            classes: CLASSES.into_iter().zip(self.classes).filter(|(_, n)| *n > 0).collect(),
            kept: self.kept,
            caveats,
            silences,
            ..Scan::default()
        }
    }
}

fn add_pairs(into: &mut Vec<(u64, u64)>, from: Vec<(u64, u64)>) {
    if into.is_empty() {
        *into = from;
        return;
    }
    for (a, b) in into.iter_mut().zip(from) {
        a.0 += b.0;
        a.1 += b.1;
    }
}
