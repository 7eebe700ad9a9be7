//! What a boot did: its operations by actor, operation and path, with their results by phase.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    actors::Actors,
    aligned::Aligned,
    data::Data,
    waits::{Life, join_lives},
};
use crate::ordinary::ordinary;
use timeline::{
    Done, EventId, FileTime, Gather, Kind, PhaseName, ProcessId, Role, Ticks, Timeline, is_error, query::Row,
};

/// Entries of a profile. Servicing processes of real logs of 50,000 events have some 2,000; a large update's reboot some
/// hundred thousand.
const MAX_ENTRIES: usize = 1 << 19;
/// Results that an entry distinguishes, by phase. Real ones have up to five.
const MAX_RESULTS: usize = 32;
/// STATUS_SUCCESS. Data that an operation cut off has another status.
const SUCCESS: u32 = 0;

/// What makes operations the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) actor: u32,
    pub(super) name: &'static str,
    /// What the operation does: an open to read is another than one to delete.
    pub(super) kind: Kind,
    /// Hash of the path in lower case.
    path: u64,
}

/// An operation of an actor on a path.
#[derive(Debug)]
pub(super) struct Entry {
    /// As first recorded.
    pub(super) path: String,
    pub(super) process: Option<ProcessId>,
    pub(super) first: (FileTime, EventId),
    /// The latest time and its status.
    pub(super) last: (FileTime, EventId, u32),
    pub(super) slowest: (Ticks, FileTime, EventId),
    pub(super) results: Vec<Seen>,
}

/// A result of an operation in a phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) phase: PhaseName,
    pub(super) status: u32,
    pub(super) count: u64,
    pub(super) time: FileTime,
    pub(super) event: EventId,
}

/// The operations of a boot.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) entries: HashMap<Key, Entry>,
    /// The life of each process that services updates.
    pub(super) lives: HashMap<ProcessId, Life>,
    /// The data that was read.
    pub(super) data: Data,
    /// Operations that found no room.
    pub(super) left_out: u64,
    text: String,
}

/// What a pass over a boot knows beforehand.
struct Pass<'a> {
    actors: &'a Actors,
    boot: usize,
    roles: Vec<Role>,
    phases: Aligned<'a>,
    /// Whether both boots record what an open asks for.
    kinds: bool,
    /// Whether the data of all processes is wanted.
    all_data: bool,
}

impl Profile {
    /// Goes once through all operations of a boot.
    pub(super) fn of(
        timeline: &Timeline<'_>,
        phases: Aligned<'_>,
        actors: &Actors,
        boot: usize,
        (kinds, all_data): (bool, bool),
    ) -> Self {
        let roles: Vec<Role> = timeline.processes.iter().map(|p| p.role).collect();
        let pass = Pass { actors, boot, roles, phases, kinds, all_data };
        let mut profile = timeline.gather(&pass);
        let wanted = |id| all_data || pass.role(id).services_updates();
        profile.data.take_versions(timeline, wanted);
        profile
    }

    /// The entry of an operation.
    pub(super) fn get(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(key)
    }
}

impl Key {
    /// The key of an operation; `path` is in lower case.
    pub(super) fn new(actor: u32, name: &'static str, kind: Kind, path: &str) -> Self {
        // The keys of this hasher are fixed, so that parts made by different threads join.
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        Self { actor, name, kind, path: hasher.finish() }
    }
}

/// The kind that distinguishes operations. An open that only looks is a query. If one boot does not record what an
/// open asks for, all opens are one kind.
pub(super) fn kind_key(kind: Kind, looks_only: bool, kinds: bool) -> Kind {
    match kind {
        Kind::FileOpen | Kind::FileCreate if !kinds => Kind::FileOpen,
        Kind::FileOpen if looks_only => Kind::FileQuery,
        _ => kind,
    }
}

/// Operations that say nothing of their own: ends of what was begun, and what is compared by process.
fn is_told_elsewhere(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::FileClose
            | Kind::KeyClose
            | Kind::ProcessCreate
            | Kind::ProcessStart
            | Kind::ProcessExit
            | Kind::Other
    )
}

impl Pass<'_> {
    fn role(&self, process: ProcessId) -> Role {
        self.roles.get(process.0 as usize).copied().unwrap_or(Role::Other)
    }
}

impl Gather for Pass<'_> {
    type Part = Profile;

    fn take<R: Row>(&self, done: &Done<'_, R>, part: &mut Profile) {
        let Some(process) = done.process else { return };
        let role = self.role(process);
        let (status, time) = (done.outcome(), done.time());
        let services = role.services_updates();
        if (services || self.all_data) && status == SUCCESS {
            part.data.take(done, process);
        }
        if services {
            part.lives.entry(process).or_default().see(time, done.id, done.duration());
        } else if !is_error(status) {
            return;
        }
        let kind = done.kind();
        if is_told_elsewhere(kind) {
            return;
        }
        let Some(actor) = self.actors.get(self.boot, process) else { return };
        let mut text = std::mem::take(&mut part.text);
        text.clear();
        done.push_path(&mut text);
        if !text.is_empty() && (services || ordinary(role, kind, status, &text, None).is_none()) {
            part.add(self, done, process, actor, &mut text);
        }
        part.text = text;
    }

    fn join(&self, mut earlier: Profile, later: Profile) -> Profile {
        earlier.left_out += later.left_out;
        join_lives(&mut earlier.lives, later.lives);
        earlier.data.join(later.data);
        for (key, entry) in later.entries {
            let full = earlier.entries.len() >= MAX_ENTRIES;
            match earlier.entries.entry(key) {
                Slot::Occupied(mut slot) => slot.get_mut().join(entry),
                Slot::Vacant(_) if full => earlier.left_out += 1,
                Slot::Vacant(slot) => {
                    slot.insert(entry);
                }
            }
        }
        earlier
    }
}

impl Profile {
    fn add<R: Row>(
        &mut self,
        pass: &Pass<'_>,
        done: &Done<'_, R>,
        process: ProcessId,
        actor: u32,
        text: &mut str,
    ) {
        let (time, event, status) = (done.time(), done.id, done.outcome());
        let original = text.to_owned();
        text.make_ascii_lowercase();
        let kind = done.kind();
        let looks_only = kind == Kind::FileOpen && pass.kinds && done.looks_only();
        let key = Key::new(actor, done.name(), kind_key(kind, looks_only, pass.kinds), text);
        let full = self.entries.len() >= MAX_ENTRIES;
        let slowest = (done.duration().unwrap_or_default(), time, event);
        let seen = Seen { phase: pass.phases.at(time), status, count: 1, time, event };
        match self.entries.entry(key) {
            Slot::Occupied(mut slot) => slot.get_mut().see(seen, slowest),
            Slot::Vacant(_) if full => self.left_out += 1,
            Slot::Vacant(slot) => {
                slot.insert(Entry {
                    path: original,
                    process: Some(process),
                    first: (time, event),
                    last: (time, event, status),
                    slowest,
                    results: vec![seen],
                });
            }
        }
    }
}

impl Entry {
    fn see(&mut self, seen: Seen, slowest: (Ticks, FileTime, EventId)) {
        self.first = self.first.min((seen.time, seen.event));
        if (seen.time, seen.event) >= (self.last.0, self.last.1) {
            self.last = (seen.time, seen.event, seen.status);
        }
        if slowest.0 > self.slowest.0 {
            self.slowest = slowest;
        }
        self.count(seen);
    }

    fn count(&mut self, seen: Seen) {
        let same = |r: &&mut Seen| (r.phase, r.status) == (seen.phase, seen.status);
        if let Some(known) = self.results.iter_mut().find(same) {
            known.count += seen.count;
            if (seen.time, seen.event) < (known.time, known.event) {
                (known.time, known.event) = (seen.time, seen.event);
            }
        } else if self.results.len() < MAX_RESULTS {
            self.results.push(seen);
        }
    }

    fn join(&mut self, later: Self) {
        self.first = self.first.min(later.first);
        self.last = self.last.max(later.last);
        if later.slowest.0 > self.slowest.0 {
            self.slowest = later.slowest;
        }
        later.results.into_iter().for_each(|seen| self.count(seen));
    }

    /// Whether it never failed.
    pub(super) fn only_well(&self) -> bool {
        self.results.iter().all(|r| !is_error(r.status))
    }

    /// Whether its last try succeeded.
    pub(super) fn ends_well(&self) -> bool {
        !is_error(self.last.2)
    }
}

/// Whether all traces of a boot record what an open asks for.
pub(super) fn tells_kinds(timeline: &Timeline<'_>) -> bool {
    timeline.case.inputs.iter().all(|i| i.source.tells_access())
}
