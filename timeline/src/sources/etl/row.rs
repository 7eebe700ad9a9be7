//! The events of a trace as rows: file and registry operations, the life of processes and threads, images, and what
//! providers say. The kernel's other events (processor, disk, memory) have no rows.
//!
//! A row is placed where its operation ends, because only then it is complete.

use std::{fmt::Write as _, sync::LazyLock};

use etl_reader::{
    Decoded, EtlRecord, EventId as RecordedId, Guid, Value,
    names::{KERNEL_PROCESS, Operation as Recorded, OperationClass, OperationName},
};
use pml_reader::{
    Column, EventClass, NO_NUMBER, Operation, STATUS_PENDING, Style, detail::Fields, push_result,
};

use super::{
    detail,
    learnt::{Learnt, push_file, push_path, utc},
    process, providers,
    source::EtlSource,
};
use crate::{
    model::{FileTime, Kind, OpenFacts, Process, ProcessId, Ticks},
    paths::{Paths, Tail, ends_with},
    query::Row,
    scan::EtwCounts,
    sources::kind::{self, Asked},
};

/// Bytes that are shown of an event which nobody describes.
const SHOWN: usize = 64;

/// Kernel groups of the events that Process Monitor has as well.
const PROCESS: u8 = 3;
const THREAD: u8 = 5;
const IMAGE: u8 = 20;
/// Process Monitor's name of the load of an image.
const LOAD_IMAGE: &str = "Load Image";

/// A row of an ETW trace.
pub(crate) struct EtlRow<'r> {
    source: &'r EtlSource,
    learnt: &'r Learnt,
    /// Its number among the trace's rows.
    pub(super) number: usize,
    pub(super) what: What<'r>,
    time: FileTime,
    pid: Option<u32>,
    tid: Option<u32>,
}

pub(super) enum What<'r> {
    Operation(&'r Recorded<'r>),
    /// An event that Process Monitor has too, by its name there.
    Named(&'static str, Box<Decoded<'r>>, u64),
    /// An event of a provider.
    Event(&'r EtlRecord<'r>),
}

pub(super) const FILE_SYSTEM: &str = "File System";
pub(super) const REGISTRY: &str = "Registry";

/// The operations of Process Monitor by the number of the reader's name.
static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let unknown = Operation { class: 0, code: u16::MAX, sub: 0 };
    OperationName::all().map(|name| Operation::of_name(name.text()).unwrap_or(unknown)).collect()
});

/// Process Monitor's name of a kernel event, and the field with the process that it is of.
fn named(event: RecordedId) -> Option<(&'static str, &'static str)> {
    Some(match event {
        RecordedId::Kernel { group: PROCESS, opcode, .. } => match opcode {
            1 => ("Process Start", "ProcessId"),
            2 => ("Process Exit", "ProcessId"),
            3 | 4 => ("Process Defined", "ProcessId"),
            10 => (LOAD_IMAGE, "ProcessId"),
            _ => return None,
        },
        RecordedId::Kernel { group: THREAD, opcode, .. } => match opcode {
            1 => ("Thread Create", "ProcessId"),
            2 => ("Thread Exit", "ProcessId"),
            _ => return None,
        },
        RecordedId::Kernel { group: IMAGE, opcode: 10, .. } => (LOAD_IMAGE, "ProcessId"),
        RecordedId::Provider { provider: KERNEL_PROCESS, id, .. } => match id {
            1 => ("Process Start", "ProcessID"),
            2 => ("Process Exit", "ProcessID"),
            3 => ("Thread Create", "ProcessID"),
            4 => ("Thread Exit", "ProcessID"),
            5 => (LOAD_IMAGE, "ProcessID"),
            15 => ("Process Defined", "ProcessID"),
            _ => return None,
        },
        _ => return None,
    })
}

impl<'r> EtlRow<'r> {
    /// The row of an operation.
    pub(super) fn of_operation(
        source: &'r EtlSource,
        learnt: &'r Learnt,
        number: usize,
        operation: &'r Recorded<'r>,
    ) -> Self {
        let (time, pid, tid) = (utc(operation.time), operation.pid, operation.tid);
        Self { source, learnt, number, what: What::Operation(operation), time, pid, tid }
    }

    /// The row of a record of another kind, if it has one.
    pub(super) fn of_record(
        source: &'r EtlSource,
        learnt: &'r Learnt,
        number: usize,
        record: &'r EtlRecord<'r>,
    ) -> Option<Self> {
        let time = utc(record.time()?);
        let (what, pid, tid) = match named(record.event) {
            Some((name, field)) => {
                let decoded = learnt.trace.decoder().decode(record);
                let pid = decoded.u32(field);
                let tid = ["TThreadId", "ThreadID"].iter().find_map(|field| decoded.u32(field));
                (What::Named(name, Box::new(decoded), record.offset), pid, tid.or(record.tid))
            }
            None => match record.event {
                RecordedId::Provider { .. } => (What::Event(record), record.pid, record.tid),
                _ => return None,
            },
        };
        Some(Self { source, learnt, number, what, time, pid, tid })
    }

    fn recorded(&self) -> Option<&'r Recorded<'r>> {
        match self.what {
            What::Operation(operation) => Some(operation),
            What::Named(..) | What::Event(_) => None,
        }
    }

    /// Counts what kind of event it is; providers' are not counted.
    pub(super) fn count(&self, met: &mut EtwCounts) {
        match &self.what {
            What::Operation(operation) if operation.class == OperationClass::File => {
                met.files += 1;
                met.ended += u64::from(operation.status.is_some());
            }
            What::Operation(_) => met.keys += 1,
            What::Named(..) => met.processes += 1,
            What::Event(_) => {}
        }
    }

    /// The number that was written to a registry value or read from it, where that is recorded.
    pub(super) fn value(&self) -> Option<u64> {
        self.recorded()?.value()?.number()
    }

    fn push_operation(&self, out: &mut String) {
        match &self.what {
            What::Operation(operation) => out.push_str(operation.name.text()),
            What::Named(name, ..) => out.push_str(name),
            What::Event(record) => {
                let RecordedId::Provider { provider, id, .. } = record.event else { return };
                let decoded = self.learnt.trace.decoder().decode(record);
                // Writing to a String cannot fail.
                let _ = match &*decoded.provider {
                    "" => write!(out, "{{{provider}}}"),
                    name => write!(out, "{name}"),
                };
                // Events of TraceLogging have a name and no number.
                let _ = match &*decoded.event {
                    name if id == 0 && !name.is_empty() => write!(out, "/{name}"),
                    _ => write!(out, "/{id}"),
                };
            }
        }
    }

    /// Whether it is an event of a provider that can tell something of a reboot.
    pub(super) fn may_tell(&self) -> bool {
        matches!(self.what, What::Event(record) if providers::may_tell(record.event).is_some())
    }

    /// The event of a provider that can tell something of a reboot: which, and what it says.
    pub(super) fn told(&self) -> Option<((Guid, u16), Decoded<'r>)> {
        match self.what {
            What::Event(record) => {
                let event = providers::may_tell(record.event)?;
                Some((event, self.learnt.trace.decoder().decode(record)))
            }
            What::Operation(_) | What::Named(..) => None,
        }
    }

    pub(super) fn push_detail(&self, style: Style, out: &mut String) {
        let names = self.learnt.names();
        match &self.what {
            What::Operation(operation) => detail::push(operation, names, style, out),
            What::Named(name, decoded, _) => {
                let mut fields = Fields::new(out, style);
                let wanted = WORDS.iter().filter(|(row, ..)| row == name);
                for (_, word, names) in wanted {
                    if let Some(value) = names.iter().find_map(|name| decoded.get(name)) {
                        push_value(value, fields.field(word));
                    }
                }
            }
            What::Event(record) => push_event(&self.learnt.trace.decoder().decode(record), style, out),
        }
    }

    fn actor(&self) -> Option<&'r Process> {
        self.learnt.processes.get(Row::process(self)? as usize)
    }
}

/// The details of events that Process Monitor has too: its words, and the fields that hold them.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("Process Start", "Parent PID", &["ParentId", "ParentProcessID"]),
    ("Process Start", "Command line", &["CommandLine"]),
    ("Process Defined", "Parent PID", &["ParentId", "ParentProcessID"]),
    ("Process Defined", "Command line", &["CommandLine"]),
    ("Process Exit", "Exit Status", &["ExitStatus", "ExitCode"]),
    ("Thread Create", "Thread ID", &["TThreadId", "ThreadID"]),
    (LOAD_IMAGE, "Image Base", &["ImageBase"]),
    (LOAD_IMAGE, "Image Size", &["ImageSize"]),
];

/// What a provider's event says: its name, and its fields by name.
fn push_event(decoded: &Decoded<'_>, style: Style, out: &mut String) {
    out.push_str(&decoded.event);
    let mut text = String::new();
    let mut fields = Fields::new(&mut text, style);
    for (name, value) in &decoded.fields {
        push_value(value, fields.field(name));
    }
    if !decoded.rest.is_empty() {
        let shown = decoded.rest.get(..SHOWN).unwrap_or(decoded.rest);
        let out = fields.field("Bytes");
        push_value(&Value::Bytes(shown), out);
        if shown.len() < decoded.rest.len() {
            // Writing to a String cannot fail.
            let _ = write!(out, "… ({} in all)", decoded.rest.len());
        }
    }
    if !out.is_empty() && !text.is_empty() {
        out.push_str(": ");
    }
    out.push_str(&text);
}

fn push_value(value: &Value<'_>, out: &mut String) {
    let _ = match value {
        Value::FileTime(time) => {
            return pml_reader::FileTime(utc(*time).0).push_date_time(out);
        }
        value => write!(out, "{value}"),
    };
}

impl Row for EtlRow<'_> {
    type Damage = String;

    fn index(&self) -> u64 {
        match &self.what {
            What::Operation(operation) => operation.record,
            What::Named(.., record) => *record,
            What::Event(record) => record.offset,
        }
    }

    fn time(&self) -> FileTime {
        self.time
    }

    fn span(&self) -> (FileTime, FileTime) {
        self.source.span()
    }

    fn status(&self) -> Option<u32> {
        match &self.what {
            What::Operation(operation) => operation.status,
            _ => None,
        }
    }

    fn outcome(&self) -> u32 {
        match &self.what {
            What::Operation(operation) => operation.status.unwrap_or(STATUS_PENDING),
            What::Named(..) | What::Event(_) => 0,
        }
    }

    fn operation(&self) -> Option<Operation> {
        match &self.what {
            What::Operation(operation) => OPERATIONS.get(operation.name.index()).copied(),
            What::Named(name, ..) => Operation::of_name(name),
            What::Event(_) => None,
        }
    }

    fn kind(&self) -> Kind {
        self.operation().map_or(Kind::Other, |operation| {
            kind::kind(operation, || {
                let create = self.recorded()?.create?;
                // ETW does not record the access.
                Some(Asked { access: 0, options: create.options, disposition: create.disposition })
            })
        })
    }

    fn process(&self) -> Option<u32> {
        self.learnt.process(self.pid, self.time).map(|process| process.0)
    }

    fn tid(&self) -> Option<u32> {
        self.tid
    }

    fn duration(&self) -> Option<Ticks> {
        match &self.what {
            What::Operation(operation) => operation.duration.and_then(|d| u64::try_from(d).ok()).map(Ticks),
            What::Named(..) | What::Event(_) => Some(Ticks(0)),
        }
    }

    fn open(&self) -> Option<OpenFacts> {
        let create = self.recorded()?.create?;
        Some(OpenFacts { desired_access: 0, share: create.share_access, options: create.options })
    }

    fn target(&self) -> Option<String> {
        let mut out = String::new();
        push_file(self.recorded()?.target()?, self.learnt.names(), &mut out);
        Some(out)
    }

    fn exit_status(&self) -> Option<u32> {
        match &self.what {
            What::Named(_, decoded, _) => decoded.u32("ExitStatus").or_else(|| decoded.u32("ExitCode")),
            What::Operation(_) | What::Event(_) => None,
        }
    }

    fn push_path(&self, out: &mut String) {
        let names = self.learnt.names();
        match &self.what {
            What::Operation(operation) => push_path(operation, names, out),
            What::Named(LOAD_IMAGE, decoded, _) => {
                if let Some(path) = ["FileName", "ImageName"].iter().find_map(|name| decoded.get(name)) {
                    push_file(path, names, out);
                }
            }
            What::Named("Process Start" | "Process Defined", ..) => {
                out.push_str(self.actor().map_or("", |p| &p.image_path));
            }
            What::Named(..) | What::Event(_) => {}
        }
    }

    fn path_ends(&self) -> impl Fn(&str) -> bool {
        let text = self.recorded().is_none().then(|| self.path());
        move |tail| match (self.recorded(), &text) {
            (Some(operation), _) => operation.path_ends_with(tail),
            (None, text) => text.as_deref().is_some_and(|text| ends_with(text, tail)),
        }
    }

    fn place(&self) -> usize {
        self.number
    }

    fn tail(&self) -> Tail {
        match self.what {
            What::Operation(operation) => Tail::of(operation.leaf().units().rev()),
            What::Named(LOAD_IMAGE, ..) => Tail::Unknown,
            What::Named(..) | What::Event(_) => Tail::Nowhere,
        }
    }

    fn is_on(&self, paths: &Paths) -> bool {
        let class = match (self.kind(), self.operation()) {
            (Kind::ImageLoad, _) => EventClass::FileSystem,
            (_, Some(operation)) => EventClass::from_raw(operation.class).unwrap_or(EventClass::Process),
            (_, None) => return false,
        };
        // The path is made only where its end is one of theirs.
        paths.may_hold(Some(class)) && paths.may_end(self.tail()) && paths.hold_str(&self.path())
    }

    fn number(&self, column: Column) -> Option<u64> {
        let duration = || match &self.what {
            What::Operation(operation) => operation.duration.and_then(|d| u64::try_from(d).ok()),
            _ => None,
        };
        match column {
            Column::TimeOfDay | Column::DateAndTime => Some(self.time.0),
            Column::RelativeTime => Some(self.time.since(self.span().0).0),
            Column::Duration => duration(),
            Column::CompletionTime => duration().map(|d| self.time.0.saturating_add(d)),
            Column::Pid => self.pid.map(u64::from),
            Column::Tid => self.tid.map(u64::from),
            Column::ParentPid => self.actor().map(|p| p.parent_pid.into()),
            Column::Session => self.learnt.recorded(ProcessId(Row::process(self)?))?.session.map(u64::from),
            _ => None,
        }
    }

    fn push(&self, column: Column, style: Style, out: &mut String) -> Result<(), String> {
        match column {
            Column::Operation => self.push_operation(out),
            Column::Path => self.push_path(out),
            Column::Detail => self.push_detail(style, out),
            Column::Result => self.status().into_iter().for_each(|status| push_result(status, out)),
            Column::EventClass => out.push_str(match &self.what {
                What::Operation(o) if o.class == OperationClass::File => FILE_SYSTEM,
                What::Operation(_) => REGISTRY,
                What::Named(..) => "Process",
                What::Event(_) => "ETW",
            }),
            Column::Sequence => out.push_str(NO_NUMBER),
            _ if column.is_number() => {
                if let Some(number) = self.number(column) {
                    style.push_number(column, number, out);
                }
            }
            _ => {
                if let Some(process) = self.actor() {
                    out.push_str(process::text(process, column));
                }
            }
        }
        Ok(())
    }

    fn key(&self, column: Column) -> Option<u128> {
        match column {
            Column::Result => self.status().map(u128::from),
            Column::Tid => self.tid.map(u128::from),
            _ if column.is_of_process() => Row::process(self).map(u128::from),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_the_reader_gives_is_an_operation_of_process_monitor() {
        let names: Vec<&str> = OperationName::all().map(OperationName::text).collect();
        assert_eq!(names.len(), 61, "{names:?}");
        let unknown: Vec<_> = names.iter().filter(|name| Operation::of_name(name).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
