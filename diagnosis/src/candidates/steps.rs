//! What the processes of servicing did, step by step: one pass over their operations.

use std::collections::HashSet;

use status_codes::status;
use timeline::{
    Done, Event, EventId, FileTime, Gather, Kind, OpenFacts, ProcessId, Role, Servicing, SourceId, Timeline,
    is_error, query::Row,
};

use super::habits::{self, Habits, Miss};
use crate::{needed::is_missing, ordinary, text_hash::hash};

/// What a step is to the work of servicing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum StepKind {
    /// It changed a file or a key.
    Change,
    /// It gave a file a name: a change, or the way back.
    Move,
    /// It took away what the process had made itself, or gave the old file its name back.
    Undo,
    /// It took away a file that is made only for a while.
    CleanUp,
    /// It set times, attributes or rights of a file, or opened it for no more.
    Attributes,
    /// It read or opened something.
    Read,
    /// It read the identity of an entry of the driver queue.
    Entry,
    /// It closed something.
    Close,
    /// It wrote to a log of servicing.
    Log,
    /// It noted servicing's state, or gathered an error report.
    Report,
    /// It failed.
    Failure,
}

impl StepKind {
    /// Whether it changed something for good.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Change | Self::Attributes)
    }
}

/// A step of a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) time: FileTime,
    pub(crate) id: EventId,
    pub(crate) tid: u32,
    pub(crate) kind: StepKind,
    /// Hash of the object's path in lower case; of a move, that of the new name. For a failure it is the number of its
    /// kind. 0 if neither matters.
    pub(crate) hash: u64,
}

/// The steps of each servicing process, in order of time.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// By the process's position in the timeline.
    by_process: Vec<Vec<Step>>,
    /// First and last event of each source.
    spans: Vec<(FileTime, FileTime)>,
    pub(crate) habits: Habits,
    /// Steps with the status SUCCESS, those on files and those in the registry.
    successes: [u64; 2],
    text: String,
}

/// Whether a path in lower case is the identity of an entry of the driver queue: `...\DriverOperations\2\Identity`.
pub(super) fn is_entry(path: &str) -> bool {
    path.ends_with(r"\identity") && path.contains(r"\component based servicing\driveroperations\")
}

/// The number of an event's object.
pub(super) fn object_of(event: &Event) -> u64 {
    hash(&event.path.to_ascii_lowercase())
}

/// The number of the kind of an event that failed.
pub(super) fn kind_of(role: Role, event: &Event) -> u64 {
    habits::key(role, event.name, event.status, event.kind, &event.path.to_ascii_lowercase())
}

/// Whether an error that a thread met before is another try of an event at a new temporary file: who finds its name
/// taken tries the next one.
pub(super) fn is_another_try(event: &Event, process: Option<ProcessId>, tid: u32) -> bool {
    event.status == status::OBJECT_NAME_COLLISION
        && event.path.to_ascii_lowercase().ends_with(".tmp")
        && (event.process, event.tid) == (process, tid)
}

/// Whether a result is one of a search. Who looks for a file in several places, or for a name that is free, makes one
/// attempt under several names.
pub(super) fn is_search(status: u32) -> bool {
    is_missing(status) || status == status::OBJECT_NAME_COLLISION
}

/// A thread that tries again may have prepared that. One that works between its tries so often does not try again: it
/// does without.
const OFTEN: usize = 2;
/// So does one that may not note servicing's state, and makes so many changes until it notes it again.
const MUCH: usize = 10;

/// Steps of a thread that are looked at before an error.
const LOOKED_BACK: usize = 64;

/// An operation with a result: role of the process, operation, status.
pub(super) type Failed = (Role, &'static str, u32);

/// What a pass knows beforehand.
struct Pass {
    roles: Vec<Role>,
    /// The failures whose kinds matter.
    failed: HashSet<Failed>,
}

impl Steps {
    /// Goes once through the operations of servicing. The kinds of failures are told of those like `failed`.
    pub(super) fn gather(timeline: &Timeline<'_>, failed: HashSet<Failed>) -> Self {
        let roles = timeline.processes.iter().map(|p| p.role).collect();
        // What the session manager did is asked only where its own errors are.
        let all = failed.iter().any(|(role, ..)| *role == Role::SessionManager);
        let pass = Pass { roles, failed };
        let whose = if all { Servicing::All } else { Servicing::Workers };
        let mut steps: Self = timeline.gather_servicing(&pass, whose);
        if !all && !steps.show_success() {
            steps = timeline.gather_servicing(&pass, Servicing::All);
        }
        for list in &mut steps.by_process {
            list.sort_by_key(|step| (step.time, step.id));
            tell_undoing_apart(list);
        }
        steps.spans = timeline.scans.iter().map(|s| s.first.zip(s.last).unwrap_or_default()).collect();
        steps
    }

    /// The steps of a process later than `from` and not later than `to`, as one source has them: what another trace of
    /// the same time recorded is left out, the next part of a log is not.
    pub(crate) fn between(
        &self,
        source: SourceId,
        process: ProcessId,
        from: FileTime,
        to: FileTime,
    ) -> impl DoubleEndedIterator<Item = &Step> {
        let list = self.by_process.get(process.0 as usize).map_or(&[][..], Vec::as_slice);
        let begin = list.partition_point(|step| step.time <= from);
        let end = list.partition_point(|step| step.time <= to);
        let within = list.get(begin..end.max(begin)).unwrap_or_default();
        within.iter().filter(move |step| step.id.source == source || !self.overlap(step.id.source, source))
    }

    /// Whether two sources recorded the same time.
    fn overlap(&self, one: SourceId, other: SourceId) -> bool {
        let span = |source: SourceId| self.spans.get(usize::from(source.0));
        span(one).zip(span(other)).is_some_and(|(one, other)| one.0 < other.1 && other.0 < one.1)
    }

    /// On how many other objects of its kind a process with this role met an event's result before, and went on.
    pub(super) fn alike(&self, role: Role, event: &Event) -> usize {
        let others = self
            .habits
            .others(kind_of(role, event), object_of(event))
            .filter(|miss| miss.time < event.time && !is_another_try(event, Some(miss.process), miss.tid));
        let status = event.status;
        others.filter(|miss| self.went_on(miss, status, event.time)).count()
    }

    /// Whether the thread that met an error with a status succeeded with something before `end`. In a search it did so
    /// before it met another error of the kind.
    pub(super) fn went_on(&self, miss: &Miss, status: u32, end: FileTime) -> bool {
        let later =
            self.between(miss.source, miss.process, miss.time, end).filter(|step| step.tid == miss.tid);
        let mut own = later.filter(|step| match step.kind {
            StepKind::Failure => is_search(status) && step.hash == miss.key,
            kind => kind.is_change() || matches!(kind, StepKind::Read | StepKind::Entry),
        });
        own.next().is_some_and(|step| step.kind != StepKind::Failure)
    }

    /// Whether the thread of an error met it at this object before, and changed other things for good until it met it
    /// again. `tries` are the times of the error, the last one included.
    pub(super) fn went_on_between(&self, process: ProcessId, event: &Event, tries: &[FileTime]) -> bool {
        let object = object_of(event);
        let own = |from, to| {
            let steps = self.between(event.id.source, process, from, to);
            steps.filter(|step| step.tid == event.tid && step.hash != object && step.hash != 0)
        };
        let Some((first, last)) = tries.first().zip(tries.last()) else { return false };
        let taken_back: HashSet<u64> = own(*first, *last)
            .filter(|step| matches!(step.kind, StepKind::Undo | StepKind::CleanUp))
            .map(|step| step.hash)
            .collect();
        let changes = |(from, to): (&FileTime, &FileTime)| {
            own(*from, *to).filter(|step| step.kind.is_change() && !taken_back.contains(&step.hash)).count()
        };
        let between: Vec<usize> = tries.iter().zip(tries.iter().skip(1)).map(changes).collect();
        let worked = between.iter().filter(|changes| **changes > 0).count();
        let notes_state = ordinary::books(&event.path.to_ascii_lowercase()).state;
        worked >= OFTEN || notes_state && between.iter().any(|changes| *changes >= MUCH)
    }

    /// Whether the thread of an event was reporting when it happened: it noted servicing's state, and did no work since.
    pub(super) fn was_reporting(&self, process: ProcessId, event: &Event) -> bool {
        // Who may not note servicing's state notes it no less.
        if ordinary::books(&event.path.to_ascii_lowercase()).state {
            return false;
        }
        let before = FileTime(event.time.0.saturating_sub(1));
        let earlier = self.between(event.id.source, process, FileTime(0), before);
        let own = earlier.rev().filter(|step| step.tid == event.tid);
        let object = object_of(event);
        let telling = |step: &&Step| {
            !matches!(step.kind, StepKind::Close | StepKind::Log | StepKind::Failure) && step.hash != object
        };
        own.take(LOOKED_BACK).find(telling).is_some_and(|step| step.kind == StepKind::Report)
    }

    /// Whether servicing succeeded with files and in the registry. A trace of failures alone does not show what came
    /// after one, and one without a sort of operations may lack the one that failed.
    pub(crate) fn show_success(&self) -> bool {
        self.successes.iter().all(|count| *count > 0)
    }
}

/// What a process takes away is undone only where it made that itself; else it is a change. Where it took away what it
/// had made, the old file gets its name back. `list` is in order of time.
fn tell_undoing_apart(list: &mut [Step]) {
    let mut made: HashSet<u64> = HashSet::new();
    let mut undone: HashSet<u64> = HashSet::new();
    for step in list {
        step.kind = match step.kind {
            StepKind::Undo if made.contains(&step.hash) => StepKind::Undo,
            StepKind::Move if undone.contains(&step.hash) => StepKind::Undo,
            StepKind::Undo | StepKind::Move => StepKind::Change,
            other => other,
        };
        match step.kind {
            StepKind::Change => drop(made.insert(step.hash)),
            StepKind::Undo => drop(undone.insert(step.hash)),
            _ => {}
        }
    }
}

/// Ends of the names of files that are made only for a while, lower case. SetupAPI makes a missing
/// precompiled INF anew.
const SCRATCH: [&str; 2] = [".tmp", ".pnf"];

/// The right to delete.
const DELETE: u32 = 0x1_0000;
/// FILE_DELETE_ON_CLOSE.
const DELETE_ON_CLOSE: u32 = 0x1000;

fn is_scratch(path: &str) -> bool {
    SCRATCH.iter().any(|end| path.ends_with(end))
}

/// Whether an operation touches only times, attributes or rights of a file.
fn is_of_attributes(kind: Kind, open: Option<OpenFacts>) -> bool {
    let opens =
        |open: OpenFacts| open.desired_access != 0 && open.desired_access & DELETE == 0 && !open.uses_data();
    matches!(kind, Kind::FileSetInfo | Kind::FileSetSecurity)
        || kind == Kind::FileCreate && open.is_some_and(opens)
}

impl Gather for Pass {
    type Part = Steps;

    fn take<R: Row>(&self, done: &Done<'_, R>, part: &mut Steps) {
        let Some(process) = done.process else { return };
        let role = self.roles.get(process.0 as usize).copied().unwrap_or(Role::Other);
        if !role.services_updates() {
            return;
        }
        let kind = done.kind();
        if matches!(kind, Kind::ProcessStart | Kind::ProcessExit | Kind::Other) {
            return;
        }
        let (time, tid, id) = (done.time(), done.tid().unwrap_or_default(), done.id);
        let failed = is_error(done.outcome());
        if done.outcome() == 0 && !matches!(kind, Kind::ImageLoad | Kind::ProcessCreate) {
            let [on_files, in_registry] = &mut part.successes;
            *if kind.is_registry() { in_registry } else { on_files } += 1;
        }
        let (what, hash) = if matches!(kind, Kind::FileClose | Kind::KeyClose) {
            (StepKind::Close, 0)
        } else if kind == Kind::ProcessCreate {
            // Who runs a program goes on.
            (StepKind::Change, 0)
        } else {
            let mut path = std::mem::take(&mut part.text);
            path.clear();
            done.push_path(&mut path);
            path.make_ascii_lowercase();
            let books = ordinary::books(&path);
            let what = if books.log {
                StepKind::Log
            } else if !matches!(kind, Kind::KeyLoad | Kind::KeyUnload) && books.state || books.aftermath {
                StepKind::Report
            } else if failed {
                StepKind::Failure
            } else if kind.mutates() && !done.looks_only() {
                // Whether it undoes the process's own work shows when all steps are known.
                let open = done.open();
                // An open to delete is no more than that, unless closing it deletes.
                let to_delete = kind == Kind::FileCreate && open.is_some_and(|open| open.only_deletes());
                let at_close = open.is_some_and(|open| open.options & DELETE_ON_CLOSE != 0);
                let deletes = matches!(kind, Kind::FileDelete | Kind::KeyDelete | Kind::ValueDelete)
                    || to_delete && at_close;
                match kind {
                    _ if to_delete && !at_close => StepKind::Read,
                    _ if deletes && !kind.is_registry() && is_scratch(&path) => StepKind::CleanUp,
                    _ if deletes => StepKind::Undo,
                    Kind::FileRename | Kind::FileLink => StepKind::Move,
                    _ if is_of_attributes(kind, open) => StepKind::Attributes,
                    _ => StepKind::Change,
                }
            } else if is_entry(&path) {
                StepKind::Entry
            } else {
                StepKind::Read
            };
            let target = if what == StepKind::Move { done.target() } else { None };
            let object = target.map_or_else(|| hash(&path), |target| hash(&target.to_ascii_lowercase()));
            let step = if what != StepKind::Failure {
                (what, object)
            } else if self.failed.contains(&(role, done.name(), done.outcome())) {
                let key = habits::key(role, done.name(), done.outcome(), kind, &path);
                part.habits.add(Miss { key, object: hash(&path), time, source: id.source, process, tid });
                (what, key)
            } else {
                (what, 0)
            };
            part.text = path;
            step
        };
        let place = process.0 as usize;
        if part.by_process.len() <= place {
            part.by_process.resize_with(place + 1, Vec::new);
        }
        if let Some(steps) = part.by_process.get_mut(place) {
            steps.push(Step { time, id, tid, kind: what, hash });
        }
    }

    fn join(&self, mut earlier: Steps, later: Steps) -> Steps {
        if earlier.by_process.len() < later.by_process.len() {
            earlier.by_process.resize_with(later.by_process.len(), Vec::new);
        }
        for (earlier, later) in earlier.by_process.iter_mut().zip(later.by_process) {
            if earlier.is_empty() {
                *earlier = later;
            } else {
                earlier.extend(later);
            }
        }
        earlier.habits.join(later.habits);
        for (count, more) in earlier.successes.iter_mut().zip(later.successes) {
            *count += more;
        }
        earlier
    }
}

#[cfg(test)]
mod tests {
    use super::{EventId, FileTime, SourceId, Step, StepKind, tell_undoing_apart};

    #[test]
    fn a_process_undoes_what_it_made_itself() {
        let step = |(number, (kind, hash)): (usize, &(StepKind, u64))| Step {
            time: FileTime(number as u64),
            id: EventId { source: SourceId(0), index: number as u64 },
            tid: 1,
            kind: *kind,
            hash: *hash,
        };
        let made = [
            (StepKind::Change, 1),
            (StepKind::Read, 2),
            (StepKind::Undo, 1),
            (StepKind::Undo, 2),
            (StepKind::Move, 1),
            (StepKind::Move, 3),
        ];
        let mut list: Vec<Step> = made.iter().enumerate().map(step).collect();
        tell_undoing_apart(&mut list);
        let kinds: Vec<StepKind> = list.iter().map(|step| step.kind).collect();
        let (change, undo) = (StepKind::Change, StepKind::Undo);
        assert_eq!(kinds, [change, StepKind::Read, undo, change, undo, change]);
    }
}
