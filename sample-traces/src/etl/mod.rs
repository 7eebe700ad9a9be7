//! The ETW trace that a machine would have recorded of what a Process Monitor log shows: the log's twin.
//!
//! The operations, processes, images, results and times are the log's. What ETW does not record is left out and
//! counted: [`EtlTwin::left_out`].

mod captured;
mod files;
mod keys;
mod life;

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
};

use anyhow::{Context as _, Result};
use etl_reader::{
    EtlFile, EventId, FileTime, Guid, PointerWidth, RecordKind, Summary, Ticks, Value,
    names::Trace,
    write::{EtlWriter, NewRecord, Session, encode},
};
use pml_reader::{EventClass, PmlEvent, PmlFile, STATUS_PENDING};

use crate::{Label, Outcome};
pub use captured::{Mask, captured};
use files::Files;
use keys::Keys;
use life::Life;

/// Which events record the operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum EtlForm {
    /// Those of the kernel logger: Process, Thread, Image, FileIo, Registry.
    Kernel,
    /// Those of Microsoft-Windows-Kernel-Process, -Kernel-File, -Kernel-Registry.
    Manifest,
}

impl EtlForm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Kernel, Self::Manifest];

    /// The one of two names that this form uses.
    fn of<T>(self, kernel: T, manifest: T) -> T {
        match self {
            Self::Kernel => kernel,
            Self::Manifest => manifest,
        }
    }
}

/// A written trace.
#[derive(Debug)]
pub struct EtlTwin {
    /// The file.
    pub bytes: Vec<u8>,
    /// What the form has no event for, by Process Monitor's name of the operation, and how often.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl EtlTwin {
    /// The answer for the twin: the failing operation by the place of its record. If the form has no event for it, no
    /// operation of the trace may be named.
    ///
    /// # Errors
    /// A file that cannot be read, which is a mistake of the writer.
    pub fn label(&self, label: &Label, log: &PmlFile) -> Result<Label> {
        let file = EtlFile::from_bytes(&self.bytes)?;
        let mut twin = Label { events: usize::try_from(Summary::of(&file).records)?, ..label.clone() };
        let Some(failing) = label.index else { return Ok(twin) };
        let failing = log.event(failing)?;
        let pid = failing.process().map(|process| process.raw.pid);
        let mut found = None;
        let _ = Trace::read(&[&file]).operations(&[&file], |operation| {
            let same = operation.time == filetime(failing.time().0)
                && operation.name.text() == failing.operation().name()
                && operation.status == Some(failing.status())
                && operation.pid == pid;
            if same {
                found = Some(operation.record);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        twin.index = found.map(usize::try_from).transpose()?;
        if twin.index.is_none() {
            twin.outcome = Outcome::FailureWithoutOperation;
            (twin.process, twin.operation, twin.path, twin.status) = (None, None, None, None);
        }
        Ok(twin)
    }
}

/// The device that drive C: is on this machine.
const DEVICE: &str = r"\Device\HarddiskVolume3";
/// Processors of the machine; a thread stays on one.
const PROCESSORS: u32 = 2;
/// What Windows adds when it merges a file.
const SYSTEM_CONFIG_EX: Guid =
    Guid::new(0x9b79_ee91, 0xb5fd, 0x41c0, [0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0]);

/// Writes the twin of a log; events that cannot be read are left out.
///
/// # Errors
/// A text that no event can hold.
pub fn etl_twin(file: &PmlFile, form: EtlForm) -> Result<EtlTwin> {
    record(file, Tape::new(file, form))
}

fn record(file: &PmlFile, mut tape: Tape) -> Result<EtlTwin> {
    let mut life = Life::of(file);
    let (mut files, mut keys) = (Files::default(), Keys::default());
    life.begin(&mut tape)?;
    for event in file.events().filter_map(Result::ok) {
        let Some(process) = event.process() else { continue };
        let who = Who { pid: process.raw.pid, tid: event.tid(), process: event.process_index() };
        let carried = match event.class() {
            Some(EventClass::Process) => life.event(&event, who, &mut tape)?,
            Some(EventClass::FileSystem | EventClass::Ipc) => {
                life.see_thread(&event, who, &mut tape)?;
                files.event(&event, who, &mut tape)?
            }
            Some(EventClass::Registry) => {
                life.see_thread(&event, who, &mut tape)?;
                keys.event(&event, who, &mut tape)?
            }
            _ => false,
        };
        if !carried {
            *tape.left_out.entry(event.operation().name()).or_default() += 1;
        }
    }
    files.finish(&mut tape)?;
    keys.finish(&mut tape)?;
    tape.finish()
}

/// Who does something.
#[derive(Debug, Clone, Copy)]
struct Who {
    pid: u32,
    tid: u32,
    /// Process index of the log: process ids are used again.
    process: u32,
}

/// A number that the machine hands out: of packets, objects, keys.
#[derive(Debug, Default)]
struct Addresses(u64);

impl Addresses {
    fn next(&mut self) -> u64 {
        self.0 += 0x10;
        self.0
    }
}

/// A record to come.
struct Coming {
    time: u64,
    event: EventId,
    /// Kernel file events have no process and no thread in their header.
    kind: RecordKind,
    who: Option<Who>,
    cpu: u16,
    payload: Vec<u8>,
}

/// The records, and what all of them need.
struct Tape {
    form: EtlForm,
    session: Session,
    width: PointerWidth,
    addresses: Addresses,
    coming: Vec<Coming>,
    left_out: BTreeMap<&'static str, u64>,
    first: u64,
    last: u64,
    /// What a capture's session records of all this; `None` for everything, merged as by Windows' own tools.
    masks: Option<Vec<Mask>>,
}

impl Tape {
    fn new(file: &PmlFile, form: EtlForm) -> Self {
        let header = file.header();
        let width = if header.wide() { PointerWidth::Bits64 } else { PointerWidth::Bits32 };
        let first = file.first_time().0;
        let name = form.of("NT Kernel Logger", "bootrace");
        let start = filetime(first);
        let session = Session {
            name: name.into(),
            start,
            boot: start,
            width,
            processors: PROCESSORS,
            build: header.os_build,
            first_ticks: Ticks(0x10_0000),
            ..Session::default()
        };
        Self {
            form,
            session,
            width,
            addresses: Addresses(form.of(0x8_0000, 0x9_0000)),
            coming: Vec::new(),
            left_out: BTreeMap::new(),
            first,
            last: first,
            masks: None,
        }
    }

    /// Adds a record of the kernel: group, type and version.
    fn kernel(
        &mut self,
        time: u64,
        (group, opcode, version): (u8, u8, u16),
        who: Who,
        values: &[(&str, Value<'_>)],
    ) -> Result<()> {
        // File events tell their thread themselves.
        let kind = if group == FILE_IO { RecordKind::PerfInfo } else { RecordKind::System };
        let event = EventId::Kernel { group, opcode, version };
        self.add(time, event, kind, Some(who), values)
    }

    /// Adds a record of a provider.
    fn provider(
        &mut self,
        time: u64,
        (provider, id, version): (Guid, u16, u8),
        who: Who,
        values: &[(&str, Value<'_>)],
    ) -> Result<()> {
        let event = EventId::Provider {
            provider,
            id,
            version,
            channel: 16,
            level: 4,
            opcode: 0,
            task: id,
            keyword: 0,
        };
        self.add(time, event, RecordKind::Event, Some(who), values)
    }

    fn add(
        &mut self,
        time: u64,
        event: EventId,
        kind: RecordKind,
        who: Option<Who>,
        values: &[(&str, Value<'_>)],
    ) -> Result<()> {
        if let (Some(masks), EventId::Provider { provider, id, .. }) = (&self.masks, event)
            && !masks.iter().any(|mask| mask.records(provider, id))
        {
            self.last = self.last.max(time);
            return Ok(());
        }
        let payload = encode(event, self.width, values).with_context(|| format!("{event:?}"))?;
        let cpu = who.map_or(0, |who| (who.tid / 4 % PROCESSORS) as u16);
        self.last = self.last.max(time);
        self.coming.push(Coming { time, event, kind, who, cpu, payload });
        Ok(())
    }

    fn raw(&self, time: u64) -> i64 {
        // The session's counter runs at 10 MHz.
        self.session.first_ticks.0 + time as i64 - self.session.start.0
    }

    fn finish(mut self) -> Result<EtlTwin> {
        if self.masks.is_none() {
            self.add_volume()?;
        }
        self.write()
    }

    /// What Windows adds when it merges a file.
    fn add_volume(&mut self) -> Result<()> {
        let last = self.last;
        let map = EventId::Class { class: SYSTEM_CONFIG_EX, opcode: 35, level: 0, version: 0 };
        let volume = [("NtPath", format!("{DEVICE}\\")), ("DosPath", "C:\\".to_owned())];
        let volume: Vec<(&str, Value<'_>)> = volume.iter().map(|(n, v)| (*n, v.as_str().into())).collect();
        self.add(last, map, RecordKind::Full, None, &volume)
    }

    fn write(mut self) -> Result<EtlTwin> {
        self.coming.sort_by_key(|coming| coming.time);
        let mut writer = EtlWriter::new(self.session)?;
        for coming in &self.coming {
            let mut record = NewRecord::new(coming.event, filetime(coming.time), &coming.payload);
            record.kind = coming.kind;
            record.width = self.width;
            record.cpu = coming.cpu;
            if coming.kind != RecordKind::PerfInfo {
                record.pid = coming.who.map(|who| who.pid);
                record.tid = coming.who.map(|who| who.tid);
            }
            writer.write(&record)?;
        }
        Ok(EtlTwin { bytes: writer.finish(), left_out: self.left_out })
    }
}

/// Group numbers of the kernel.
const PROCESS: u8 = 3;
const FILE_IO: u8 = 4;
const THREAD: u8 = 5;
const REGISTRY: u8 = 9;

fn filetime(ticks: u64) -> FileTime {
    FileTime(i64::try_from(ticks).unwrap_or(i64::MAX))
}

/// When an operation ended; `None` if the log does not have its end.
fn end_of(event: &PmlEvent<'_>) -> Option<u64> {
    let ended = event.status() != STATUS_PENDING;
    event.duration().filter(|_| ended).map(|duration| event.time().0 + duration)
}

/// A file as the kernel names it.
fn nt_path(path: &str) -> String {
    match path.get(..3) {
        Some(drive) if drive.eq_ignore_ascii_case(r"C:\") => {
            format!("{DEVICE}{}", path.get(2..).unwrap_or_default())
        }
        _ => path.to_owned(),
    }
}

/// The short names of registry roots, and their full names.
const ROOTS: &[(&str, &str)] = &[
    ("HKLM", r"\REGISTRY\MACHINE"),
    ("HKU", r"\REGISTRY\USER"),
    ("HKCR", r"\REGISTRY\MACHINE\SOFTWARE\Classes"),
    ("HKCU", r"\REGISTRY\USER\S-1-5-21-1-2-3-1001"),
];

/// A registry key as the kernel names it.
fn nt_key(path: &str) -> String {
    let (root, rest) = path.split_at(path.find('\\').unwrap_or(path.len()));
    let known = ROOTS.iter().find(|(short, _)| *short == root);
    known.map_or_else(|| path.to_owned(), |(_, whole)| format!("{whole}{rest}"))
}

/// What a process has open, the latest last.
#[derive(Debug, Default)]
struct Opened(HashMap<(u32, String), Vec<u64>>);

impl Opened {
    fn add(&mut self, who: Who, path: &str, object: u64) {
        self.0.entry((who.process, path.to_ascii_lowercase())).or_default().push(object);
    }

    fn get(&self, who: Who, path: &str) -> Option<u64> {
        self.0.get(&(who.process, path.to_ascii_lowercase()))?.last().copied()
    }

    fn close(&mut self, who: Who, path: &str) -> Option<u64> {
        self.0.get_mut(&(who.process, path.to_ascii_lowercase()))?.pop()
    }
}
