//! The events of a trace as rows: file and registry operations, the life of processes and threads, images, and what
//! providers say. Of the kernel's other events (processor, disk, memory) there are no rows.
//!
//! A row stands where its operation ends: only then it is known whole.

use std::{fmt::Display, fmt::Write as _, ops::ControlFlow};

use etl_reader::{
    Decoded, Decoder, EtlError, EtlRecord, EventId as Recorded, Guid, Value,
    names::{Item, KERNEL_PROCESS, Operation, OperationClass},
};
use pml_reader::{Column, NO_NUMBER, Style, detail::Fields, push_result};

use super::{
    EtlSource, detail,
    learnt::{Learnt, push_file, push_path, utc},
    providers,
};
use crate::{
    model::{FileTime, ProcessId},
    query::{Row, Rows, Visit},
};

/// Rows that are taken together.
const PART: usize = 4096;
/// Bytes that are shown of an event which nobody describes.
const SHOWN: usize = 64;

/// Kernel groups of the events that Process Monitor has as well.
const PROCESS: u8 = 3;
const THREAD: u8 = 5;
const IMAGE: u8 = 20;

/// What all rows of a trace look up.
#[derive(Clone, Copy)]
pub(super) struct Trace<'r> {
    learnt: &'r Learnt,
    decoder: &'r Decoder,
    span: (FileTime, FileTime),
}

/// A row of an ETW trace.
pub(super) struct EtlRow<'r> {
    trace: Trace<'r>,
    pub(super) what: What<'r>,
    pub(super) time: FileTime,
    pid: Option<u32>,
    pub(super) tid: Option<u32>,
    pub(super) process: Option<ProcessId>,
}

/// What a walk through the rows meets.
pub(super) enum Met<'r> {
    Row(EtlRow<'r>),
    Damaged(EtlError),
}

pub(super) enum What<'r> {
    Operation(&'r Operation<'r>),
    /// An event that Process Monitor has too, by its name there.
    Named(&'static str, Box<Decoded<'r>>, u64),
    /// An event of a provider.
    Event(&'r EtlRecord<'r>),
}

/// Process Monitor's name of a kernel event, and the field with the process that it is of.
fn named(event: Recorded) -> Option<(&'static str, &'static str)> {
    Some(match event {
        Recorded::Kernel { group: PROCESS, opcode, .. } => match opcode {
            1 => ("Process Start", "ProcessId"),
            2 => ("Process Exit", "ProcessId"),
            3 | 4 => ("Process Defined", "ProcessId"),
            10 => ("Load Image", "ProcessId"),
            _ => return None,
        },
        Recorded::Kernel { group: THREAD, opcode, .. } => match opcode {
            1 => ("Thread Create", "ProcessId"),
            2 => ("Thread Exit", "ProcessId"),
            _ => return None,
        },
        Recorded::Kernel { group: IMAGE, opcode: 10, .. } => ("Load Image", "ProcessId"),
        Recorded::Provider { provider: KERNEL_PROCESS, id, .. } => match id {
            1 => ("Process Start", "ProcessID"),
            2 => ("Process Exit", "ProcessID"),
            3 => ("Thread Create", "ProcessID"),
            4 => ("Thread Exit", "ProcessID"),
            5 => ("Load Image", "ProcessID"),
            15 => ("Process Defined", "ProcessID"),
            _ => return None,
        },
        _ => return None,
    })
}

impl<'r> EtlRow<'r> {
    fn of_operation(trace: Trace<'r>, operation: &'r Operation<'r>) -> Self {
        let time = utc(operation.time);
        Self {
            trace,
            time,
            pid: operation.pid,
            tid: operation.tid,
            process: trace.learnt.process(operation.pid, time),
            what: What::Operation(operation),
        }
    }

    /// The row of a record, if it has one.
    fn of_record(trace: Trace<'r>, record: &'r EtlRecord<'r>) -> Option<Self> {
        let time = utc(record.time()?);
        let (what, pid, tid) = match named(record.event) {
            Some((name, field)) => {
                let decoded = trace.decoder.decode(record);
                let pid = decoded.u32(field);
                let tid = ["TThreadId", "ThreadID"].iter().find_map(|field| decoded.u32(field));
                (What::Named(name, Box::new(decoded), record.offset), pid, tid.or(record.tid))
            }
            None => match record.event {
                Recorded::Provider { .. } => (What::Event(record), record.pid, record.tid),
                _ => return None,
            },
        };
        let process = trace.learnt.process(pid, time);
        Some(Self { trace, what, time, pid, tid, process })
    }

    fn push_operation(&self, out: &mut String) {
        match &self.what {
            What::Operation(operation) => out.push_str(operation.name),
            What::Named(name, ..) => out.push_str(name),
            What::Event(record) => {
                let Recorded::Provider { provider, id, .. } = record.event else { return };
                let decoded = self.trace.decoder.decode(record);
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

    /// The fields of an event that Process Monitor has too.
    pub(super) fn decoded(&self) -> Option<&Decoded<'r>> {
        match &self.what {
            What::Named(_, decoded, _) => Some(decoded),
            What::Operation(_) | What::Event(_) => None,
        }
    }

    /// The event of a provider that can tell something of a reboot: which, and what it says.
    pub(super) fn told(&self) -> Option<((Guid, u16), Decoded<'r>)> {
        match self.what {
            What::Event(record) => {
                let event = providers::may_tell(record.event)?;
                Some((event, self.trace.decoder.decode(record)))
            }
            What::Operation(_) | What::Named(..) => None,
        }
    }

    /// A file's path with its drive letter, where that is known.
    pub(super) fn file_path(&self, path: impl Display) -> String {
        let mut out = String::new();
        push_file(path, self.trace.learnt.names(), &mut out);
        out
    }

    pub(super) fn push_path(&self, out: &mut String) {
        let names = self.trace.learnt.names();
        match &self.what {
            What::Operation(operation) => push_path(operation, names, out),
            What::Named("Load Image", decoded, _) => {
                if let Some(path) = ["FileName", "ImageName"].iter().find_map(|name| decoded.get(name)) {
                    push_file(path, names, out);
                }
            }
            What::Named("Process Start" | "Process Defined", ..) => {
                out.push_str(self.process().map_or("", |p| &p.image_path));
            }
            What::Named(..) | What::Event(_) => {}
        }
    }

    pub(super) fn push_detail(&self, style: Style, out: &mut String) {
        let names = self.trace.learnt.names();
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
            What::Event(record) => push_event(&self.trace.decoder.decode(record), style, out),
        }
    }

    fn process(&self) -> Option<&'r crate::model::Process> {
        self.trace.learnt.processes.get(self.process?.0 as usize)
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
    ("Load Image", "Image Base", &["ImageBase"]),
    ("Load Image", "Image Size", &["ImageSize"]),
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
        self.trace.span
    }

    fn status(&self) -> Option<u32> {
        match &self.what {
            What::Operation(operation) => operation.status,
            _ => None,
        }
    }

    fn number(&self, column: Column) -> Option<u64> {
        let duration = || match &self.what {
            What::Operation(operation) => operation.duration.and_then(|d| u64::try_from(d).ok()),
            _ => None,
        };
        match column {
            Column::TimeOfDay | Column::DateAndTime => Some(self.time.0),
            Column::RelativeTime => Some(self.time.since(self.trace.span.0).0),
            Column::Duration => duration(),
            Column::CompletionTime => duration().map(|d| self.time.0.saturating_add(d)),
            Column::Pid => self.pid.map(u64::from),
            Column::Tid => self.tid.map(u64::from),
            Column::ParentPid => self.process().map(|p| p.parent_pid.into()),
            Column::Session => self.trace.learnt.recorded(self.process?)?.session.map(u64::from),
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
                What::Operation(o) if o.class == OperationClass::File => "File System",
                What::Operation(_) => "Registry",
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
                let Some(process) = self.process() else { return Ok(()) };
                out.push_str(match column {
                    Column::ProcessName => &process.name,
                    Column::ImagePath => &process.image_path,
                    Column::User => &process.user,
                    Column::CommandLine => &process.command_line,
                    // Not in a trace of ETW.
                    _ => "",
                });
            }
        }
        Ok(())
    }

    fn key(&self, column: Column) -> Option<u64> {
        match column {
            Column::Result => self.status().map(u64::from),
            Column::Tid => self.tid.map(u64::from),
            _ if column.is_of_process() => Row::process(self).map(u64::from),
            _ => None,
        }
    }

    fn process(&self) -> Option<u32> {
        self.process.map(|process| process.0)
    }
}

impl Rows for EtlSource {
    fn count(&self) -> Option<u64> {
        None
    }

    fn visit<V: Visit>(
        &self,
        visit: &V,
        take: &mut dyn FnMut(V::Part) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (mut memory, mut part, mut rows) = (V::Memory::default(), V::Part::default(), 0);
        self.walk(|met| {
            let mut full = rows >= PART;
            rows += 1;
            match met {
                Met::Row(row) => full |= visit.row(&row, &mut memory, &mut part).is_break(),
                Met::Damaged(error) => visit.damaged(1, &error as &dyn Display, &mut part),
            }
            if full {
                rows = 0;
                take(std::mem::take(&mut part))?;
            }
            ControlFlow::Continue(())
        })?;
        take(part)
    }
}

impl EtlSource {
    /// Goes through the rows in order, each where its event or operation ends.
    pub(super) fn walk(&self, mut visit: impl FnMut(Met<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        let Some(file) = self.file() else { return ControlFlow::Continue(()) };
        let learnt = self.learnt(&file);
        let mut decoder = Decoder::new();
        decoder.learn(&file);
        let mut trace = Trace { learnt, decoder: &decoder, span: Default::default() };
        let walked = learnt.names().walk(&[&file], |item| {
            let row = match item {
                Item::Operation(operation) => Some(EtlRow::of_operation(trace, operation)),
                Item::Record { record, .. } => EtlRow::of_record(trace, record),
                Item::Damaged(error) => return visit(Met::Damaged(error)),
            };
            let Some(mut row) = row else { return ControlFlow::Continue(()) };
            if trace.span.0 == FileTime::default() {
                trace.span = (row.time, utc(file.header().end_time).max(row.time));
                row.trace = trace;
            }
            visit(Met::Row(row))
        });
        walked.map_continue(|_| ())
    }
}
