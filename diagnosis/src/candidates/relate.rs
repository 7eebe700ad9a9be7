//! Joins attempts to candidates, and finds what else happened to their objects.

use std::collections::HashMap;

use status_codes::status;
use timeline::{Event, FileTime, Kind, ProcessId, Role, Ticks, Timeline, object_name};

use super::candidate::{Candidate, Holder};
use crate::signs::Sign;

/// Earlier attempts of a candidate that are remembered.
const MAX_EARLIER: usize = 4;

/// Joins attempts of one process at the same object with the same result. The last stands for all.
pub(super) fn group(suspects: Vec<Event>) -> Vec<Candidate> {
    let mut by_key: HashMap<(Option<ProcessId>, &'static str, u32, String), usize> = HashMap::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for event in suspects {
        let key = (event.process, event.name, event.status, object_name(&event.path));
        match by_key.get(&key).and_then(|at| candidates.get_mut(*at)) {
            Some(candidate) => {
                candidate.tries += 1;
                if candidate.earlier.len() == MAX_EARLIER {
                    candidate.earlier.remove(0);
                }
                candidate.earlier.push(std::mem::replace(&mut candidate.event, event).id);
            }
            None => {
                by_key.insert(key, candidates.len());
                candidates.push(Candidate::new(event));
            }
        }
    }
    candidates
}

/// Within this time after an error an open for attributes only counts as its follow-up.
const REOPEN_WITHIN: Ticks = Ticks::seconds(2);

/// Finds what else happened to the candidates' objects. `touching` is in order of time. What a worker does after it showed
/// the failure takes work back, and makes up for nothing.
pub(super) fn relate(
    candidates: &mut [Candidate],
    touching: &[Event],
    timeline: &Timeline<'_>,
    signs: &[Sign],
) {
    let mut by_path: HashMap<String, Vec<&Event>> = HashMap::new();
    for event in touching {
        by_path.entry(object_name(&event.path)).or_default().push(event);
    }
    for candidate in candidates {
        let Some(events) = by_path.get(&object_name(&candidate.event.path)) else { continue };
        let error = &candidate.event;
        let after = || events.iter().filter(|e| (e.time, e.id) > (error.time, error.id));
        let failed = failed_at(error, timeline, signs);
        let looks = |e: &&&Event| {
            e.tid == error.tid && e.process == error.process && e.open.is_some_and(|o| o.attributes_only())
        };
        candidate.reopened = after()
            .take_while(|e| e.time.since(error.end()) <= REOPEN_WITHIN)
            .filter(looks)
            .find(|e| !e.failed())
            .map(|e| e.id);
        candidate.lesser = after()
            .take_while(|e| e.time.since(error.end()) <= REOPEN_WITHIN)
            // What the rollback makes is no less than what was wanted.
            .filter(|e| !e.kind.mutates() || failed.is_none_or(|failed| e.time <= failed))
            .filter(|e| e.tid == error.tid && e.process == error.process && !e.failed())
            .filter(|e| makes_do(error, e))
            .find(|e| reads_or_writes(e) != (true, false) || !replaces(timeline, error))
            .map(|e| e.id);
        candidate.later_success = after()
            .take_while(|e| failed.is_none_or(|failed| e.time <= failed))
            .filter(|e| e.process == error.process && !e.failed())
            .find(|e| makes_up(error, e))
            .map(|e| e.id);
        candidate.holder = holder(events, error, timeline);
    }
}

/// When the worker that met an error showed the failure.
fn failed_at(error: &Event, timeline: &Timeline<'_>, signs: &[Sign]) -> Option<FileTime> {
    let is_worker = timeline.process_of(error).is_some_and(|process| process.role == Role::TiWorker);
    let own = |sign: &&Sign| is_worker && sign.process == error.process && sign.time >= error.time;
    signs.iter().find(own).map(|sign| sign.time)
}

/// Whether a success of the same process on the same path makes up for the error: the same kind of operation, or an open
/// that asks for as much.
fn makes_up(error: &Event, success: &Event) -> bool {
    // Of queries each asks for something else.
    let alike = error.kind.mutates() || error.open.is_some() || error.name == success.name;
    if success.kind != error.kind || !alike {
        return false;
    }
    match (error.open, success.open) {
        // The rights to a key are others.
        (Some(wanted), Some(got))
            if !error.kind.is_registry() && wanted.uses_data() && !wanted.only_reads() =>
        {
            got.uses_data() && !got.only_reads()
        }
        (Some(wanted), Some(got)) => !got.attributes_only() || wanted.attributes_only(),
        _ => true,
    }
}

/// Whether a success on the same path shows that the caller made do with less than it was refused: it opened the key,
/// or what is in the file.
fn makes_do(error: &Event, success: &Event) -> bool {
    match error.kind {
        Kind::FileOpen | Kind::FileCreate => success.open.is_some_and(|open| open.uses_data()),
        Kind::KeyOpen | Kind::KeyCreate => matches!(success.kind, Kind::KeyOpen | Kind::KeyCreate),
        _ => false,
    }
}

/// Reading data, GENERIC_READ, GENERIC_ALL.
const READ: u32 = 0x1 | 0x8000_0000 | 0x1000_0000;
/// Writing and appending data, GENERIC_WRITE, GENERIC_ALL.
const WRITE: u32 = 0x2 | 0x4 | 0x4000_0000 | 0x1000_0000;

/// Whether an open of a file is one to read it, and one to write it.
fn reads_or_writes(event: &Event) -> (bool, bool) {
    let access = event.open.map_or(0, |open| open.desired_access);
    (access & READ != 0, access & WRITE != 0)
}

/// Whether an open was to put new content in the place of what was in the file. Reading the old content is nothing of
/// that.
fn replaces(timeline: &Timeline<'_>, error: &Event) -> bool {
    const REPLACING: [&str; 3] = ["Disposition: Overwrite", "Disposition: Supersede", "Disposition: Create"];
    let detail = || timeline.detail(error.id);
    error.kind == Kind::FileCreate
        && reads_or_writes(error) == (false, true)
        && REPLACING.iter().any(|words| detail().contains(words))
}

/// Whether the error can come from another open of the object, if it is worth a look at all. A conflict of share
/// modes is a SHARING VIOLATION, never an ACCESS DENIED. A rename, link or delete over an open or mapped file can be
/// denied as well.
fn is_of_sharing(error: &Event) -> Option<bool> {
    match error.status {
        _ if error.kind.is_registry() => None,
        status::SHARING_VIOLATION
        | status::DELETE_PENDING
        | status::CANNOT_DELETE
        | status::USER_MAPPED_FILE
        | status::TRANSACTIONAL_CONFLICT => Some(true),
        status::ACCESS_DENIED => {
            Some(matches!(error.kind, Kind::FileRename | Kind::FileLink | Kind::FileDelete))
        }
        _ => None,
    }
}

/// The process, other than the failing one, whose open of the object was not closed when the operation failed. If
/// there are several, it is the one that shared least.
fn holder(events: &[&Event], error: &Event, timeline: &Timeline<'_>) -> Option<Holder> {
    let explains = is_of_sharing(error)?;
    let mut open: HashMap<ProcessId, Vec<Holder>> = HashMap::new();
    for event in events.iter().take_while(|e| e.time <= error.time) {
        let Some(process) = event.process.filter(|p| Some(*p) != error.process) else { continue };
        match event.kind {
            Kind::FileOpen | Kind::FileCreate if !event.failed() => {
                let Some(facts) = event.open.filter(|o| !o.attributes_only()) else { continue };
                let holder =
                    Holder { process, event: event.id, time: event.time, share: facts.share, explains };
                open.entry(process).or_default().push(holder);
            }
            // Process Monitor does not tell handles apart: a close ends the oldest open.
            Kind::FileClose => {
                if let Some(list) = open.get_mut(&process)
                    && !list.is_empty()
                {
                    list.remove(0);
                }
            }
            _ => {}
        }
    }
    let alive = |h: &Holder| {
        timeline
            .process(h.process)
            .is_some_and(|p| p.end.is_none_or(|end| end >= error.time) && p.role != Role::System)
    };
    open.into_values().flatten().filter(alive).min_by_key(|h| (h.share, h.event))
}
