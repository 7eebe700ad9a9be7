//! Process Monitor logs.

use std::collections::HashMap;

use pml_reader::{
    EventClass, PmlEvent, PmlFile, Style,
    detail::{self, filesystem, process},
    file_operation as file, process_operation, registry_operation as registry,
};
use rayon::prelude::*;

use super::{FailureGroup, Kept, Machine, Problem, Scan, watch};
use crate::model::{
    Event, EventId, FileTime, Kind, OpenFacts, Process, ProcessId, Role, SourceId, Ticks, inherit_roles,
    is_error,
};

/// Bins of the histogram.
const BINS: usize = 240;
/// Groups of failures that a scan tells apart; real logs have some hundreds.
const MAX_GROUPS: usize = 1 << 16;
/// Events that a scan keeps; the failing reboot of a real machine has some ten thousands.
const MAX_KEPT: usize = 1 << 20;

/// An open Process Monitor log.
#[derive(Debug)]
pub struct PmlSource {
    /// The log.
    pub file: PmlFile,
}

/// What one thread's share of a scan found; joined in the order of the file.
#[derive(Default)]
struct Share {
    events: u64,
    bad: u64,
    first_bad: Option<(usize, String)>,
    span: Option<(FileTime, FileTime)>,
    by_process: Vec<(u64, u64)>,
    classes: [u64; 8],
    failures: HashMap<(u32, u16, u8, u32, u32), FailureGroup>,
    bins: Vec<(u64, u64)>,
    kept: Vec<(u64, Kept)>,
    exits: Vec<(usize, FileTime, u32)>,
    /// Kernel sequence numbers: the first, the last, and how many are missing between.
    sequence: Option<(u32, u32, u64)>,
}

const CLASSES: [&str; 8] =
    ["<Unknown>", "Process", "Registry", "File System", "Profiling", "Network", "IPC", "<Unknown>"];

impl PmlSource {
    pub(crate) fn scan(&self, id: SourceId) -> Scan {
        let mut processes = self.processes();
        let roles: Vec<Role> = processes.iter().map(|p| p.role).collect();
        let first = self.file.first_time().0;
        let last = self.file.events().rev().find_map(Result::ok).map_or(first, |e| e.time().0);
        let width = (last.saturating_sub(first) / BINS as u64).max(1) + 1;
        let share = (0..self.file.len())
            .into_par_iter()
            .with_min_len(1 << 14)
            .fold(Share::default, |mut share, index| {
                share.take(self, id, index, &roles, first, width);
                share
            })
            .reduce(Share::default, Share::join);
        for (process, (events, failures)) in processes.iter_mut().zip(&share.by_process) {
            (process.events, process.failures) = (*events, *failures);
        }
        for (slot, time, status) in share.exits {
            if let Some(process) = processes.get_mut(slot) {
                process.exit_status = Some(status);
                process.end.get_or_insert(time);
            }
        }
        let mut failures: Vec<_> = share.failures.into_values().collect();
        failures.sort_by_key(|g| (std::cmp::Reverse(g.count), g.example));
        Scan {
            processes,
            events: share.events,
            bad: share.bad,
            first_bad: share.first_bad.map(|(_, text)| text),
            first: share.span.map(|s| s.0),
            last: share.span.map(|s| s.1),
            missing: share.sequence.map_or(0, |(_, _, missing)| missing),
            failures,
            histogram: share.bins,
            classes: CLASSES.into_iter().zip(share.classes).filter(|(_, n)| *n > 0).collect(),
            kept: share.kept,
            ..Scan::default()
        }
    }

    /// The process table, in the table's order, with roles.
    fn processes(&self) -> Vec<Process> {
        let slots = |index| self.file.process_slot(index).map(|slot| ProcessId(slot as u32));
        let mut list: Vec<Process> = self
            .file
            .processes()
            .map(|p| {
                let name = p.name().to_string();
                Process {
                    pid: p.raw.pid,
                    parent_pid: p.raw.parent_pid,
                    parent: slots(p.raw.parent_index).filter(|parent| parent.0 as usize != p.slot()),
                    role: Role::of_name(&name),
                    name,
                    image_path: p.image_path().to_string(),
                    command_line: p.command_line().to_string(),
                    user: p.user().to_string(),
                    company: p.company().to_string(),
                    start: p.start().map(FileTime::from),
                    end: p.end().map(FileTime::from),
                    exit_status: None,
                    events: 0,
                    failures: 0,
                }
            })
            .collect();
        inherit_roles(&mut list);
        list
    }

    pub(crate) fn event(&self, id: EventId, processes: &[Process]) -> Option<Event> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        Some(self.own(&event, id.source, processes))
    }

    fn own(&self, event: &PmlEvent<'_>, source: SourceId, processes: &[Process]) -> Event {
        let slot = self.file.process_slot(event.process_index());
        let kind = kind(event);
        let open = match kind {
            Kind::FileOpen | Kind::FileCreate => filesystem::create_file(event).ok().map(|c| OpenFacts {
                desired_access: c.desired_access,
                share: c.share.into(),
                options: c.options,
            }),
            _ => None,
        };
        let target = match kind {
            Kind::FileRename | Kind::FileLink => {
                filesystem::rename_target(event).ok().map(|t| t.path.to_string())
            }
            _ => None,
        };
        Event {
            id: EventId { source, index: event.index() as u64 },
            time: event.time().into(),
            duration: event.duration().map(Ticks),
            process: slot.filter(|s| *s < processes.len()).map(|s| ProcessId(s as u32)),
            tid: event.tid(),
            kind,
            name: event.operation().name(),
            path: event.path(),
            target,
            status: event.status(),
            open,
        }
    }

    pub(crate) fn touching(&self, id: SourceId, paths: &[String], processes: &[Process]) -> Vec<Event> {
        let touches = |event: &PmlEvent<'_>| {
            let text = event.path_text();
            paths.iter().any(|p| text.eq_ignore_ascii_case(p))
        };
        let found = self.file.par_events().filter_map(Result::ok).filter(touches);
        let mut events: Vec<Event> = found.map(|e| self.own(&e, id, processes)).collect();
        events.sort_by_key(|e| (e.time, e.id));
        events
    }

    pub(crate) fn machine(&self) -> Machine {
        let header = self.file.header();
        let named =
            WINDOWS.iter().find(|(major, minor, _)| (*major, *minor) == (header.os_major, header.os_minor));
        let mut os = match named {
            Some((.., name)) => (*name).to_owned(),
            None => format!("Windows NT {}.{}", header.os_major, header.os_minor),
        };
        if !header.service_pack().is_empty() {
            os = format!("{os} {}", header.service_pack());
        }
        Machine {
            name: header.computer_name().to_string(),
            os,
            build: header.os_build.to_string(),
            architecture: if header.wide() { "x64" } else { "x86" },
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.file.problems().iter().map(|e| Problem { what: e.to_string(), offset: e.offset() }).collect()
    }

    pub(crate) fn number(&self, id: EventId) -> Option<u64> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        detail::registry::value(&event)?.number()
    }

    pub(crate) fn detail(&self, id: EventId) -> String {
        let event = usize::try_from(id.index).ok().and_then(|index| self.file.event(index).ok());
        let mut out = String::new();
        if let Some(event) = event {
            event.push_detail(Style::default(), &mut out);
        }
        out
    }
}

impl Share {
    fn take(
        &mut self,
        source: &PmlSource,
        id: SourceId,
        index: usize,
        roles: &[Role],
        first: u64,
        width: u64,
    ) {
        let event = match source.file.event(index) {
            Ok(event) => event,
            Err(error) => {
                self.bad += 1;
                self.first_bad.get_or_insert_with(|| (index, error.to_string()));
                return;
            }
        };
        self.events += 1;
        let time = FileTime::from(event.time());
        let (from, to) = self.span.unwrap_or((time, time));
        self.span = Some((from.min(time), to.max(time)));
        let failed = is_error(event.status());
        if self.bins.is_empty() {
            self.bins = vec![(0, 0); BINS];
        }
        let bin = (time.0.saturating_sub(first) / width) as usize;
        if let Some((events, failures)) = self.bins.get_mut(bin.min(BINS - 1)) {
            *events += 1;
            *failures += u64::from(failed);
        }
        if let Some(class) = self.classes.get_mut((event.raw_class() as usize).min(7)) {
            *class += 1;
        }
        self.count_sequence(&event);
        let slot = source.file.process_slot(event.process_index());
        if let Some(slot) = slot {
            if self.by_process.len() < roles.len() {
                self.by_process = vec![(0, 0); roles.len()];
            }
            if let Some((events, failures)) = self.by_process.get_mut(slot) {
                *events += 1;
                *failures += u64::from(failed);
            }
        }
        let role = slot.and_then(|s| roles.get(s)).copied().unwrap_or(Role::Other);
        if failed {
            self.count_failure(&event, id, slot, time);
        }
        if let Some(kept) = self.keep(&event, slot, role, failed)
            && self.kept.len() < MAX_KEPT
        {
            self.kept.push((index as u64, kept));
        }
    }

    fn keep(&mut self, event: &PmlEvent<'_>, slot: Option<usize>, role: Role, failed: bool) -> Option<Kept> {
        let kind = kind(event);
        match kind {
            Kind::ProcessExit => {
                if let (Some(slot), Ok(ended)) = (slot, process::ended(event)) {
                    self.exits.push((slot, event.time().into(), ended.status));
                }
                return Some(Kept::Lifecycle);
            }
            Kind::ProcessCreate | Kind::ProcessStart => return Some(Kept::Lifecycle),
            _ => {}
        }
        if watch::may_mark(role, kind) {
            let path = event.path_text();
            let marked = if kind == Kind::ImageLoad {
                let image = process::loaded_image(event).ok()?;
                watch::mark(role, kind, |tail| image.path.ends_with_ignore_ascii_case(tail))
            } else {
                watch::mark(role, kind, |tail| path.ends_with_ignore_ascii_case(tail))
            };
            if let Some(mark) = marked {
                return Some(Kept::Marked(mark));
            }
        }
        (failed && role.services_updates()).then_some(Kept::Suspect)
    }

    fn count_failure(&mut self, event: &PmlEvent<'_>, id: SourceId, slot: Option<usize>, time: FileTime) {
        let operation = event.operation();
        let process = slot.map_or(u32::MAX, |s| s as u32);
        let key = (operation.class, operation.code, operation.sub, event.status(), process);
        if self.failures.len() >= MAX_GROUPS && !self.failures.contains_key(&key) {
            return;
        }
        let group = self.failures.entry(key).or_insert_with(|| FailureGroup {
            process: slot.map(|s| ProcessId(s as u32)),
            operation: operation.name(),
            status: event.status(),
            count: 0,
            example: EventId { source: id, index: event.index() as u64 },
            first: time,
            last: time,
        });
        group.count += 1;
        group.last = group.last.max(time);
    }

    /// Network events count for themselves and are left out.
    fn count_sequence(&mut self, event: &PmlEvent<'_>) {
        if event.class() == Some(EventClass::Network) {
            return;
        }
        let number = event.sequence();
        self.sequence = Some(match self.sequence {
            Some((first, last, missing)) => {
                (first, number, missing + u64::from(number.saturating_sub(last).saturating_sub(1)))
            }
            None => (number, number, 0),
        });
    }

    /// Joins a share with the one that follows it in the file.
    fn join(mut self, later: Self) -> Self {
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
            }
        }
        let room = MAX_KEPT.saturating_sub(self.kept.len());
        self.kept.extend(later.kept.into_iter().take(room));
        self.exits.extend(later.exits);
        self.sequence = match (self.sequence, later.sequence) {
            (Some((first, last, a)), Some((next, end, b))) => {
                Some((first, end, a + b + u64::from(next.saturating_sub(last).saturating_sub(1))))
            }
            (a, b) => a.or(b),
        };
        self
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

/// Names of Windows by version number. 10.0 stands for Windows 10, 11 and the servers of their time.
const WINDOWS: &[(u32, u32, &str)] = &[
    (5, 1, "Windows XP"),
    (5, 2, "Windows Server 2003"),
    (6, 0, "Windows Vista"),
    (6, 1, "Windows 7"),
    (6, 2, "Windows 8"),
    (6, 3, "Windows 8.1"),
    (10, 0, "Windows 10"),
];

/// Access that is more than reading: write data, append, write EA, delete child, write attributes, DELETE, WRITE_DAC,
/// WRITE_OWNER, GENERIC_WRITE, GENERIC_ALL.
const CHANGING_ACCESS: u32 =
    0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x4000_0000 | 0x1000_0000;
/// FILE_DELETE_ON_CLOSE.
const DELETE_ON_CLOSE: u32 = 0x1000;
/// FILE_OPEN.
const DISPOSITION_OPEN: u8 = 1;

/// What a record does. Only opens need their detail for it.
#[inline]
fn kind(event: &PmlEvent<'_>) -> Kind {
    match event.class() {
        Some(EventClass::FileSystem | EventClass::Ipc) => file_kind(event),
        Some(EventClass::Registry) => match event.raw_operation() {
            registry::OPEN_KEY => Kind::KeyOpen,
            registry::CREATE_KEY => Kind::KeyCreate,
            registry::CLOSE_KEY => Kind::KeyClose,
            registry::SET_VALUE => Kind::ValueSet,
            registry::QUERY_VALUE => Kind::ValueQuery,
            registry::DELETE_KEY => Kind::KeyDelete,
            registry::DELETE_VALUE => Kind::ValueDelete,
            registry::LOAD_KEY | registry::UNLOAD_KEY => Kind::KeyLoad,
            registry::RENAME_KEY => Kind::KeyRename,
            registry::SET_SECURITY => Kind::KeySetSecurity,
            registry::QUERY_KEY
            | registry::ENUM_VALUE
            | registry::ENUM_KEY
            | registry::QUERY_MULTIPLE
            | registry::QUERY_SECURITY => Kind::KeyQuery,
            _ => Kind::Other,
        },
        Some(EventClass::Process) => match event.raw_operation() {
            process_operation::DEFINED | process_operation::CREATE => Kind::ProcessCreate,
            process_operation::START => Kind::ProcessStart,
            process_operation::EXIT => Kind::ProcessExit,
            process_operation::LOAD_IMAGE => Kind::ImageLoad,
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

fn file_kind(event: &PmlEvent<'_>) -> Kind {
    match event.raw_operation() {
        file::CREATE => match filesystem::create_file(event) {
            Ok(create)
                if create.disposition == DISPOSITION_OPEN
                    && create.desired_access & CHANGING_ACCESS == 0
                    && create.options & DELETE_ON_CLOSE == 0 =>
            {
                Kind::FileOpen
            }
            Ok(_) => Kind::FileCreate,
            Err(_) => Kind::Other,
        },
        file::READ | file::MDL_READ => Kind::FileRead,
        file::WRITE | file::PREPARE_MDL_WRITE => Kind::FileWrite,
        file::SET_INFORMATION => match event.raw_sub_operation() {
            0x0A | 0x38 | 0x41 | 0x42 => Kind::FileRename,
            0x0B | 0x39 | 0x48 | 0x49 => Kind::FileLink,
            0x0D | 0x40 => Kind::FileDelete,
            _ => Kind::FileSetInfo,
        },
        file::SET_EA | file::SET_VOLUME => Kind::FileSetInfo,
        file::SET_SECURITY => Kind::FileSetSecurity,
        file::CLEANUP => Kind::FileClose,
        _ => Kind::FileQuery,
    }
}
