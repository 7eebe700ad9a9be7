//! Process Monitor logs.

mod row;

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use pml_reader::{
    EventClass, PmlError, PmlEvent, PmlFile, Style, detail,
    pmb::{self, Pmb},
};
use servicing_logs::bundle::{self, Content};

use super::{
    modules::ModuleLists,
    recorded::Recorded,
    recovered,
    share::{Frame, Share},
    trace::{self, Met, Trace},
};
use crate::{
    model::{
        Event, EventId, FileTime, Machine, Module, Problem, Process, ProcessId, Role, SourceId, Stack,
        inherit_roles,
    },
    notes::{self, Notes},
    paths::Paths,
    progress::Counter,
    query::{Row, Rows},
    scan::{Caveat, Scan},
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

/// The log that a raw boot log is turned into: in a temporary file, or in memory where the system has no files.
fn converted(bytes: &[u8]) -> Result<(PmlFile, Pmb), PmlError> {
    #[cfg(not(target_family = "wasm"))]
    {
        let (out, pmb) = pmb::convert(bytes, tempfile::tempfile()?)?;
        Ok((PmlFile::from_file(&out, Path::new("the converted boot log"))?, pmb))
    }
    #[cfg(target_family = "wasm")]
    {
        let (out, pmb) = pmb::convert(bytes, std::io::Cursor::new(Vec::new()))?;
        Ok((PmlFile::from_vec(out.into_inner())?, pmb))
    }
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

    /// A raw boot log. What it is turned into goes with the source.
    pub(crate) fn from_pmb(bytes: Content) -> Result<Self, PmlError> {
        let (file, pmb) = converted(&bytes)?;
        Ok(Self { file, raw: Some((bytes, pmb)), modules: OnceLock::new() })
    }

    /// What was found in the raw boot log that the log was made from; `None` where it is Process Monitor's own.
    pub fn raw_boot_log(&self) -> Option<&Pmb> {
        self.raw.as_ref().map(|(_, pmb)| pmb)
    }

    /// The process table, in the table's order, with roles.
    fn processes(&self) -> Vec<Process> {
        let slots = |index| self.file.process_slot(index).map(ProcessId::at);
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

    fn caveats(&self) -> Vec<Caveat> {
        match (&self.raw, self.file.recovered()) {
            (Some((_, pmb)), recovered) => recovered::of_raw_log(pmb, recovered.and_then(|r| r.names)),
            (None, Some(recovered)) => recovered::caveats(recovered),
            (None, None) => Vec::new(),
        }
    }

    fn modules(&self) -> &ModuleLists {
        self.modules.get_or_init(|| ModuleLists::new(&self.file))
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
        let notes = notes::Writer::new(self.file.places());
        let frame = Frame::new(id, &roles, (first, last), &notes);
        let take = |share: &mut Share, met: Met<'_, PmlEvent<'_>>| match met {
            Met::Row(event) => {
                // Network events count for themselves.
                if event.class() != Some(EventClass::Network) {
                    share.count_sequence(event.sequence());
                }
                share.take(&event, event.operation(), &frame);
            }
            Met::Damage(damage) => share.damaged(|| damage.error.to_string()),
        };
        let share = trace::fold(&self.file, counter, take, Share::join);
        let mut scan = Scan { has_operations: true, notes: notes.finish(&roles), ..share.scan(processes) };
        scan.caveats.extend(self.caveats());
        scan
    }

    fn count(&self) -> Option<u64> {
        Rows::count(&self.file)
    }

    fn event(&self, id: EventId) -> Option<Event> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        Some(event.event(id.source))
    }

    fn touching(&self, id: SourceId, notes: &Notes, paths: &Paths) -> Vec<Event> {
        trace::touching(&self.file, notes, id, paths)
    }

    fn stack(&self, id: EventId) -> Option<Stack> {
        let event = self.file.event(usize::try_from(id.index).ok()?).ok()?;
        self.modules().stack(&self.file, &event)
    }

    fn kernel_modules(&self) -> Option<Vec<Arc<Module>>> {
        Some(self.modules().drivers(&self.file))
    }

    fn modules(&self, place: usize) -> Vec<Arc<Module>> {
        self.modules().of(&self.file, place)
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
