//! Rebuilds the tables of processes, modules and names from the readable rest of the log's own tables, and from the
//! events that hold a name. It makes nothing up: a process that no record names stays unknown.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::{
    EventClass, PmlError, PmlEvent, PmlFile, PmlText, RawModule, RawProcess,
    detail::{process, sid},
    header::Sections,
    operation::process as op,
    record::Head,
    recover::found::{Names, UNKNOWN_PID},
    write::tables::{Icons, Names as NetworkNames, Processes, Strings},
};

/// PID of the System process, into which drivers are loaded.
const SYSTEM_PID: u32 = 4;
/// Processes that are rebuilt; real logs have some hundred.
const MAX_PROCESSES: usize = 1 << 16;
/// Modules that are rebuilt; real logs have some ten thousands.
const MAX_MODULES: usize = 1 << 19;

/// Tables as a log holds them, one after the other.
pub(crate) struct Rebuilt {
    pub(crate) tables: Vec<u8>,
    pub(crate) sections: Sections,
    pub(crate) names: Names,
}

/// What one pass over the events found.
#[derive(Default)]
struct Share {
    /// Numbers of the events about processes and images.
    telling: Vec<usize>,
    /// Events by process index.
    used: HashMap<u32, u64>,
    /// The process of the last event, and its events that are not in `used` yet: a process often does much in a row.
    last: (u32, u64),
}

impl Share {
    fn count(&mut self, index: u32, events: u64) {
        if events > 0 && (self.used.len() < MAX_PROCESSES || self.used.contains_key(&index)) {
            *self.used.entry(index).or_default() += events;
        }
    }

    #[inline]
    fn take(&mut self, index: usize, head: &Head) {
        if self.last.0 == head.process_index {
            self.last.1 += 1;
        } else {
            let (process, events) = std::mem::replace(&mut self.last, (head.process_index, 1));
            self.count(process, events);
        }
        if head.class == EventClass::Process as u32
            && matches!(head.operation, op::DEFINED | op::CREATE | op::START | op::EXIT | op::LOAD_IMAGE)
        {
            self.telling.push(index);
        }
    }

    fn join(mut self, later: Self) -> Self {
        self.telling.extend(later.telling);
        for (index, events) in later.used.into_iter().chain([later.last, self.last]) {
            self.count(index, events);
        }
        self.last = (0, 0);
        self
    }
}

/// How a process came to its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    No,
    Table,
    Event,
    Inferred,
}

struct Draft {
    raw: RawProcess,
    named: Named,
    /// Whether its start is in the log, so that the first image it loads is its program.
    started: bool,
    modules: Vec<RawModule>,
}

struct Drafts {
    processes: BTreeMap<u32, Draft>,
    /// PIDs from other processes' events.
    pids: HashMap<u32, u32>,
    strings: Strings,
    icons: Icons,
    modules: usize,
    max_user_address: u64,
    wide: bool,
}

pub(super) fn rebuild(file: &PmlFile) -> Result<Rebuilt, PmlError> {
    let share = (0..file.len())
        .into_par_iter()
        .with_min_len(1 << 14)
        .fold(Share::default, |mut share, index| {
            if let Some(head) = file.head(index) {
                share.take(index, &head);
            }
            share
        })
        .reduce(Share::default, Share::join)
        .join(Share::default());
    let mut drafts = Drafts {
        processes: BTreeMap::new(),
        pids: HashMap::new(),
        strings: Strings::default(),
        icons: Icons::default(),
        modules: 0,
        max_user_address: file.header().max_user_address,
        wide: file.header().wide(),
    };
    drafts.copy_table(file)?;
    for event in share.telling.iter().filter_map(|index| file.event(*index).ok()) {
        drafts.tell(&event)?;
    }
    let mut used: Vec<(u32, u64)> = share.used.into_iter().collect();
    used.sort_unstable();
    let mut names = drafts.name_the_rest(&used)?;
    for draft in drafts.processes.values() {
        match draft.named {
            Named::Table => names.of_table += 1,
            Named::Event => names.of_events += 1,
            Named::Inferred => names.inferred += 1,
            Named::No => {}
        }
    }
    let (tables, sections) = drafts.write(file)?;
    Ok(Rebuilt { tables, sections, names })
}

impl Drafts {
    /// Takes over what can be read of the log's own process table.
    fn copy_table(&mut self, file: &PmlFile) -> Result<(), PmlError> {
        for process in file.processes().take(MAX_PROCESSES) {
            let mut raw = process.raw;
            for index in raw.string_indexes() {
                *index = self.strings.intern(file.string(*index).unwrap_or(PmlText::EMPTY))?;
            }
            for index in [&mut raw.small_icon, &mut raw.big_icon] {
                *index = file.icon(*index).map_or(Ok(0), |icon| self.icons.intern(icon))?;
            }
            let mut modules = Vec::new();
            for mut module in process.raw_modules().take(MAX_MODULES.saturating_sub(self.modules)) {
                for index in module.string_indexes() {
                    *index = self.strings.intern(file.string(*index).unwrap_or(PmlText::EMPTY))?;
                }
                modules.push(module);
            }
            self.modules += modules.len();
            let named = if raw.name == 0 { Named::No } else { Named::Table };
            self.pids.insert(raw.index, raw.pid);
            self.processes.insert(raw.index, Draft { raw, named, started: false, modules });
        }
        Ok(())
    }

    fn draft(&mut self, index: u32) -> Option<&mut Draft> {
        if self.processes.len() >= MAX_PROCESSES && !self.processes.contains_key(&index) {
            return None;
        }
        let wide = self.wide;
        let new = || Draft {
            raw: RawProcess {
                index,
                pid: UNKNOWN_PID,
                parent_pid: UNKNOWN_PID,
                is_64bit: wide.into(),
                ..RawProcess::default()
            },
            named: Named::No,
            started: false,
            modules: Vec::new(),
        };
        Some(self.processes.entry(index).or_insert_with(new))
    }

    /// Takes what an event says about a process. A record with a damaged detail says nothing.
    fn tell(&mut self, event: &PmlEvent<'_>) -> Result<(), PmlError> {
        match event.raw_operation() {
            op::DEFINED | op::CREATE => {
                process::created(event).map_or(Ok(()), |created| self.created(&created))
            }
            op::START => process::started(event).map_or(Ok(()), |started| self.started(event, &started)),
            op::EXIT => {
                if let Some(draft) = self.draft(event.process_index())
                    && draft.raw.end == 0
                {
                    draft.raw.end = event.time().0;
                }
                Ok(())
            }
            _ => process::loaded_image(event).map_or(Ok(()), |image| self.loaded(event, &image)),
        }
    }

    fn started(&mut self, event: &PmlEvent<'_>, started: &process::Started<'_>) -> Result<(), PmlError> {
        let command_line = self.strings.intern(started.command_line)?;
        if let Some(draft) = self.draft(event.process_index()) {
            draft.started = true;
            if draft.named == Named::No {
                draft.raw.parent_pid = started.parent_pid;
                draft.raw.command_line = command_line;
                draft.raw.start = event.time().0;
            }
        }
        Ok(())
    }

    fn created(&mut self, created: &process::Created<'_>) -> Result<(), PmlError> {
        self.pids.insert(created.parent_index, created.parent_pid);
        let name = self.strings.intern(created.image_path.file_name())?;
        let image_path = self.strings.intern(created.image_path)?;
        let command_line = self.strings.intern(created.command_line)?;
        let user = self.account(created.user_sid)?;
        let integrity =
            self.strings.intern(PmlText::Bytes(sid::integrity(created.integrity_sid).as_bytes()))?;
        let Some(draft) = self.draft(created.index) else { return Ok(()) };
        if draft.named != Named::Table {
            draft.named = Named::Event;
            draft.raw = RawProcess {
                index: created.index,
                pid: created.pid,
                parent_pid: created.parent_pid,
                parent_index: created.parent_index,
                authentication_id: created.authentication_id,
                session: created.session,
                start: created.time.0,
                end: draft.raw.end,
                virtualized: created.virtualized,
                is_64bit: created.is_64bit.into(),
                integrity,
                user,
                name,
                image_path,
                command_line,
                ..RawProcess::default()
            };
        }
        Ok(())
    }

    fn account(&mut self, sid: &[u8]) -> Result<u32, PmlError> {
        let mut text = String::new();
        if sid::push_account(&mut text, sid).is_err() {
            return Ok(0);
        }
        // Names of accounts and SIDs are ASCII.
        self.strings.intern(PmlText::Bytes(text.as_bytes()))
    }

    fn loaded(&mut self, event: &PmlEvent<'_>, image: &process::LoadedImage<'_>) -> Result<(), PmlError> {
        if self.modules >= MAX_MODULES {
            return Ok(());
        }
        let path = self.strings.intern(image.path)?;
        let name = self.strings.intern(image.path.file_name())?;
        let system = self.strings.intern(PmlText::Bytes(b"System"))?;
        let program = image.path.ends_with_ignore_ascii_case(".exe");
        let kernel = self.max_user_address != 0 && image.base > self.max_user_address;
        let Some(draft) = self.draft(event.process_index()) else { return Ok(()) };
        if draft.named == Named::No && kernel {
            draft.named = Named::Inferred;
            (draft.raw.pid, draft.raw.parent_pid, draft.raw.name) = (SYSTEM_PID, 0, system);
        } else if draft.named == Named::No && draft.started && program {
            draft.named = Named::Inferred;
            (draft.raw.name, draft.raw.image_path) = (name, path);
        }
        if draft.named != Named::Table {
            let time = event.time().0;
            draft.modules.push(RawModule {
                loaded_low: time & 0xFFFF_FFFF,
                loaded_high: (time >> 32) as u32,
                base: image.base,
                size: image.size,
                path,
                ..RawModule::default()
            });
            self.modules += 1;
        }
        Ok(())
    }

    /// Gives every process that has events an entry. A process without a name gets one that says so.
    fn name_the_rest(&mut self, used: &[(u32, u64)]) -> Result<Names, PmlError> {
        let mut names = Names::default();
        for (index, events) in used {
            if self.draft(*index).is_none() {
                names.unknown += 1;
                names.unknown_events += events;
            }
        }
        let used: HashMap<u32, u64> = used.iter().copied().collect();
        let system = self.strings.intern(PmlText::Bytes(b"System"))?;
        for draft in self.processes.values_mut().filter(|draft| draft.named != Named::Table) {
            let raw = &mut draft.raw;
            if raw.pid == UNKNOWN_PID
                && let Some(pid) = self.pids.get(&raw.index)
            {
                raw.pid = *pid;
            }
            if draft.named == Named::No && raw.pid == SYSTEM_PID {
                draft.named = Named::Inferred;
                raw.name = system;
            }
            if draft.named == Named::No {
                let pid = if raw.pid == UNKNOWN_PID { "pid?, " } else { "" };
                let text = format!("unknown ({pid}index {})", raw.index);
                raw.name = self.strings.intern(PmlText::Bytes(text.as_bytes()))?;
                names.unknown += 1;
                names.unknown_events += used.get(&raw.index).copied().unwrap_or(0);
            }
            // An image that was loaded again at the same place is one module.
            draft.modules.sort_by_key(|module| (module.base, module.path));
            draft.modules.dedup_by_key(|module| (module.base, module.path));
        }
        Ok(names)
    }

    fn write(self, file: &PmlFile) -> Result<(Vec<u8>, Sections), PmlError> {
        let mut processes = Processes::default();
        for draft in self.processes.values() {
            processes.add(&draft.raw, &draft.modules, self.wide)?;
        }
        let mut network = NetworkNames::default();
        for (ip, name) in file.hosts() {
            network.host(ip, name)?;
        }
        for ((port, tcp), name) in file.ports() {
            network.port(port, tcp, name)?;
        }
        let mut tables = processes.write()?;
        let strings = tables.len() as u64;
        tables.extend(self.strings.0.write("the string table (bytes)")?);
        let icons = tables.len() as u64;
        tables.extend(self.icons.0.write("the icon table (bytes)")?);
        let hosts = tables.len() as u64;
        tables.extend(network.write()?);
        Ok((tables, Sections { processes: 0, strings, icons, hosts }))
    }
}
