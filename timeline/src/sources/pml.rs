//! Process Monitor logs.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use pml_reader::{
    EventClass, Operation, PmlError, PmlEvent, PmlFile, Style,
    detail::{self, filesystem, process},
    pmb::{self, Pmb},
};
use rayon::prelude::*;
use servicing_logs::bundle::{self, Content};

use super::{
    kind::Asked,
    modules::ModuleLists,
    recorded::Recorded,
    recovered,
    share::{Frame, Row, Share},
};
use crate::model::{
    Event, EventId, FileTime, Kind, Machine, Module, OpenFacts, Problem, Process, ProcessId, Role, SourceId,
    Stack, Ticks, inherit_roles,
};
use crate::progress::Counter;
use crate::{
    gather::{Done, Gather},
    paths::Paths,
    scan::{Caveat, Scan},
    watch::{self, Mark},
};

/// An open Process Monitor log.
#[derive(Debug)]
pub struct PmlSource {
    /// The log.
    pub file: PmlFile,
    /// The raw boot log that it was made from, and what was found in that.
    raw: Option<(Content, Pmb)>,
    /// The modules that it lists, once a stack was asked for.
    modules: OnceLock<ModuleLists>,
}

/// Events after which the reading is told of.
const COUNTED: usize = 1 << 14;

fn converted(bytes: &[u8]) -> Result<(PmlFile, Pmb), PmlError> {
    let (out, pmb) = pmb::convert(bytes, tempfile::tempfile()?)?;
    Ok((PmlFile::from_file(&out, Path::new("the converted boot log"))?, pmb))
}

/// Opens a log that is to be written anew. A raw boot log gives what it was turned into, in a temporary file without a name,
/// and what was found in it.
///
/// # Errors
/// Where it cannot be read, is no log of Process Monitor, or no raw boot log as far as their layout is known.
pub fn open_log(path: &Path) -> Result<(PmlFile, Option<Pmb>), PmlError> {
    let bytes = Content::map(path).map_err(|error| match error {
        servicing_logs::Error::Io { source, .. } => PmlError::Io { path: path.to_owned(), source },
        other => PmlError::Io { path: path.to_owned(), source: std::io::Error::other(other.to_string()) },
    })?;
    if bundle::sniff(bytes.get(..bundle::SNIFF_BYTES).unwrap_or(&bytes)) == bundle::Kind::Pmb {
        let (file, pmb) = converted(&bytes)?;
        return Ok((file, Some(pmb)));
    }
    Ok((PmlFile::from_held(bytes)?, None))
}

impl PmlSource {
    pub(crate) fn new(file: PmlFile) -> Self {
        Self { file, raw: None, modules: OnceLock::new() }
    }

    /// A raw boot log. What it is turned into lies in a temporary file that has no name, and goes with it.
    pub(crate) fn from_pmb(bytes: Content) -> Result<Self, PmlError> {
        let (file, pmb) = converted(&bytes)?;
        Ok(Self { file, raw: Some((bytes, pmb)), modules: OnceLock::new() })
    }

    /// What was found in the raw boot log that the log was made from; `None` where it is Process Monitor's own.
    pub fn raw_boot_log(&self) -> Option<&Pmb> {
        self.raw.as_ref().map(|(_, pmb)| pmb)
    }

    fn take(&self, share: &mut Share, index: usize, frame: &Frame<'_>) {
        let event = match self.file.event(index) {
            Ok(event) => event,
            Err(error) => return share.damaged(|| error.to_string()),
        };
        // Network events count for themselves.
        if event.class() != Some(EventClass::Network) {
            share.count_sequence(event.sequence());
        }
        let (slot, kind) = (self.file.process_slot(event.process_index()), kind(&event));
        let _ = share.take(&PmlRow { event, slot, kind }, frame);
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

    fn own(&self, event: &PmlEvent<'_>, source: SourceId) -> Event {
        let slot = self.file.process_slot(event.process_index());
        let kind = kind(event);
        let open = match kind {
            Kind::FileOpen | Kind::FileCreate => open_facts(event),
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
            process: slot.map(|s| ProcessId(s as u32)),
            tid: event.tid(),
            kind,
            name: event.operation().name(),
            path: event.path(),
            target,
            status: event.status(),
            open,
        }
    }

    /// Gathers from all operations; `places` are those of the source's processes in the timeline's.
    pub(crate) fn gather<G: Gather>(&self, source: SourceId, places: &[ProcessId], gather: &G) -> G::Part {
        (0..self.file.len())
            .into_par_iter()
            .with_min_len(1 << 14)
            .fold(G::Part::default, |mut part, index| {
                if let Ok(event) = self.file.event(index) {
                    let process = self.file.process_slot(event.process_index());
                    let process = process.and_then(|slot| places.get(slot).copied());
                    gather.take(&PmlDone { event, source, process }, &mut part);
                }
                part
            })
            .reduce(G::Part::default, |a, b| gather.join(a, b))
    }

    fn caveats(&self) -> Vec<Caveat> {
        match (&self.raw, self.file.recovered()) {
            (Some((_, pmb)), recovered) => recovered::of_raw_log(pmb, recovered.and_then(|r| r.names)),
            (None, Some(recovered)) => recovered::caveats(recovered),
            (None, None) => Vec::new(),
        }
    }
}

impl PmlSource {
    fn modules(&self) -> &ModuleLists {
        self.modules.get_or_init(|| ModuleLists::new(&self.file))
    }

    /// The call stack of an event.
    pub(super) fn stack(&self, id: EventId) -> Option<Stack> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        self.modules().stack(&self.file, &event)
    }

    /// The modules of the kernel.
    pub(super) fn kernel_modules(&self) -> Vec<Arc<Module>> {
        self.modules().drivers(&self.file)
    }
}

impl Recorded for PmlSource {
    fn bytes(&self) -> &[u8] {
        self.raw.as_ref().map_or_else(|| self.file.bytes(), |(bytes, _)| bytes)
    }

    fn kind(&self) -> &'static str {
        if self.raw.is_some() { "pmb" } else { "pml" }
    }

    fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan {
        let processes = self.processes();
        let roles: Vec<Role> = processes.iter().map(|p| p.role).collect();
        let first = FileTime::from(self.file.first_time());
        let last = self.file.events().rev().find_map(Result::ok).map_or(first, |e| e.time().into());
        let frame = Frame::new(id, &roles, first, last);
        let share = (0..self.file.len())
            .into_par_iter()
            .with_min_len(1 << 14)
            .fold(Share::default, |mut share, index| {
                self.take(&mut share, index, &frame);
                if index % COUNTED == COUNTED - 1 {
                    counter.add(COUNTED as u64, self.file.len() as u64);
                }
                share
            })
            .reduce(Share::default, Share::join);
        let mut scan = Scan { has_operations: true, ..share.scan(processes) };
        scan.caveats.extend(self.caveats());
        scan
    }

    fn event(&self, id: EventId) -> Option<Event> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        Some(self.own(&event, id.source))
    }

    fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        let touches = |event: &PmlEvent<'_>| paths.may_hold(event.class()) && paths.hold(&event.path_text());
        let found = self.file.par_events().filter_map(Result::ok).filter(touches);
        let mut events: Vec<Event> = found.map(|e| self.own(&e, id)).collect();
        events.sort_by_key(|e| (e.time, e.id));
        events
    }

    fn machine(&self) -> Option<Machine> {
        let header = self.file.header();
        // A raw boot log names no machine.
        if self.raw.is_some() {
            return None;
        }
        let named =
            WINDOWS.iter().find(|(major, minor, _)| (*major, *minor) == (header.os_major, header.os_minor));
        let mut os = match named {
            Some((.., name)) => (*name).to_owned(),
            None => format!("Windows NT {}.{}", header.os_major, header.os_minor),
        };
        if !header.service_pack().is_empty() {
            os = format!("{os} {}", header.service_pack());
        }
        Some(Machine {
            name: header.computer_name().to_string(),
            os,
            build: header.os_build.to_string(),
            architecture: if header.wide() { "x64" } else { "x86" },
            time_zone: String::new(),
        })
    }

    fn problems(&self) -> Vec<Problem> {
        // A raw boot log has no tables that could be damaged.
        let problems = if self.raw.is_some() { &[] } else { self.file.problems() };
        problems.iter().map(|e| Problem { what: e.to_string(), offset: e.offset() }).collect()
    }

    fn number(&self, id: EventId) -> Option<u64> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        detail::registry::value(&event)?.number()
    }

    fn detail(&self, id: EventId) -> String {
        let event = usize::try_from(id.index).ok().and_then(|index| self.file.event(index).ok());
        let mut out = String::new();
        if let Some(event) = event {
            event.push_detail(Style::default(), &mut out);
        }
        out
    }
}

/// An event with what a scan wants to know of it more than once.
struct PmlRow<'a> {
    event: PmlEvent<'a>,
    slot: Option<usize>,
    kind: Kind,
}

impl Row for PmlRow<'_> {
    fn index(&self) -> u64 {
        self.event.index() as u64
    }
    fn time(&self) -> FileTime {
        self.event.time().into()
    }
    fn status(&self) -> u32 {
        self.event.status()
    }
    fn class(&self) -> u32 {
        self.event.raw_class()
    }
    fn operation(&self) -> Operation {
        self.event.operation()
    }
    fn kind(&self) -> Kind {
        self.kind
    }
    fn slot(&self) -> Option<usize> {
        self.slot
    }
    fn tid(&self) -> Option<u32> {
        Some(self.event.tid())
    }
    fn exit_status(&self) -> Option<u32> {
        process::ended(&self.event).ok().map(|ended| ended.status)
    }
    fn mark(&self, role: Role) -> Option<Mark> {
        if !watch::may_mark(role, self.kind) {
            return None;
        }
        let path = match self.kind {
            Kind::ImageLoad => process::loaded_image(&self.event).ok()?.path,
            _ => self.event.path_text(),
        };
        watch::mark(role, self.kind, |tail| path.ends_with_ignore_ascii_case(tail))
    }
    fn path(&self) -> String {
        self.event.path()
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

fn open_facts(event: &PmlEvent<'_>) -> Option<OpenFacts> {
    filesystem::create_file(event).ok().map(|c| OpenFacts {
        desired_access: c.desired_access,
        share: c.share.into(),
        options: c.options,
    })
}

struct PmlDone<'a> {
    event: PmlEvent<'a>,
    source: SourceId,
    process: Option<ProcessId>,
}

impl Done for PmlDone<'_> {
    fn tid(&self) -> u32 {
        self.event.tid()
    }

    fn looks_only(&self) -> bool {
        open_facts(&self.event).is_some_and(|open| open.attributes_only())
    }

    fn id(&self) -> EventId {
        EventId { source: self.source, index: self.event.index() as u64 }
    }

    fn time(&self) -> FileTime {
        self.event.time().into()
    }

    fn duration(&self) -> Option<Ticks> {
        self.event.duration().map(Ticks)
    }

    fn status(&self) -> u32 {
        self.event.status()
    }

    fn kind(&self) -> Kind {
        kind(&self.event)
    }

    fn name(&self) -> &'static str {
        self.event.operation().name()
    }

    fn process(&self) -> Option<ProcessId> {
        self.process
    }

    fn push_path(&self, out: &mut String) {
        self.event.push_path(out);
    }
}

/// What an event does.
#[inline]
fn kind(event: &PmlEvent<'_>) -> Kind {
    super::kind::kind(event.operation(), || {
        let create = filesystem::create_file(event).ok()?;
        Some(Asked {
            access: create.desired_access,
            options: create.options,
            disposition: create.disposition,
        })
    })
}
