//! The events of a trace as rows: file and registry operations, the life of processes and threads, images, and what
//! providers say. The kernel's other events (processor, disk, memory) have no rows.
//!
//! A row is placed where its operation ends, because only then it is complete.

use std::{
    cell::RefCell,
    fmt::{Display, Write as _},
    ops::{ControlFlow, Range},
};

use etl_reader::{
    Decoded, Decoder, EtlError, EtlRecord, EventId as Recorded, Guid, Value,
    names::{Glimpse, Item, KERNEL_PROCESS, Operation, OperationClass},
};
use pml_reader::{Column, NO_NUMBER, Style, detail::Fields, push_result};
use rayon::prelude::*;

use super::{
    detail,
    learnt::{Learnt, push_file, push_path, utc},
    providers,
    source::EtlSource,
};
use crate::{
    model::{FileTime, ProcessId},
    query::{self, Row, Rows, Visit},
};

/// Rows that one thread takes at a time.
const CHUNK: usize = 4096;
/// Chunks that are made before they are taken.
const CHUNKS: usize = 32;
/// Bytes that are shown of an event which nobody describes.
const SHOWN: usize = 64;

/// Kernel groups of the events that Process Monitor has as well.
const PROCESS: u8 = 3;
const THREAD: u8 = 5;
const IMAGE: u8 = 20;

/// What all rows of a trace look up.
#[derive(Clone, Copy)]
pub(super) struct Shared<'r> {
    pub(super) learnt: &'r Learnt,
    pub(super) span: (FileTime, FileTime),
}

impl<'r> Shared<'r> {
    /// Where the span does not matter.
    pub(super) fn new(learnt: &'r Learnt) -> Self {
        Self { learnt, span: Default::default() }
    }

    fn decoder(&self) -> &'r Decoder {
        self.learnt.trace.decoder()
    }
}

/// A row of an ETW trace.
pub(super) struct EtlRow<'r> {
    shared: Shared<'r>,
    pub(super) what: What<'r>,
    pub(super) time: FileTime,
    pid: Option<u32>,
    pub(super) tid: Option<u32>,
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

impl query::Glimpse for Glimpse {
    fn key(&self) -> u64 {
        match *self {
            Self::File(name, None) => 1 << 56 | (name.index() as u64) << 32,
            Self::File(name, Some(status)) => 2 << 56 | (name.index() as u64) << 32 | u64::from(status),
            Self::Registry { succeeded } => 3 << 56 | u64::from(succeeded),
            Self::Record => 4 << 56,
            Self::Damaged => 5 << 56,
        }
    }

    fn push(&self, column: Column, out: &mut String) -> bool {
        match (column, *self) {
            (Column::EventClass, Self::File(..)) => out.push_str(FILE_SYSTEM),
            (Column::EventClass, Self::Registry { .. }) => out.push_str(REGISTRY),
            (Column::Operation, Self::File(name, _)) => out.push_str(name.text()),
            (Column::Result, Self::File(_, status)) => {
                status.into_iter().for_each(|status| push_result(status, out))
            }
            (Column::Result, Self::Registry { succeeded: true }) => push_result(0, out),
            // What is no operation has no result.
            (Column::Result, Self::Record) => {}
            _ => return false,
        }
        true
    }
}

const FILE_SYSTEM: &str = "File System";
const REGISTRY: &str = "Registry";

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
    /// The row of an item, if it has one.
    pub(super) fn from_item(shared: Shared<'r>, item: Item<'r>) -> Option<Met<'r>> {
        match item {
            Item::Operation(operation) => Some(Met::Row(Self {
                shared,
                time: utc(operation.time),
                pid: operation.pid,
                tid: operation.tid,
                what: What::Operation(operation),
            })),
            Item::Record { record, .. } => Self::of_record(shared, record).map(Met::Row),
            Item::Damaged(error) => Some(Met::Damaged(error)),
        }
    }

    fn of_record(shared: Shared<'r>, record: &'r EtlRecord<'r>) -> Option<Self> {
        let time = utc(record.time()?);
        let (what, pid, tid) = match named(record.event) {
            Some((name, field)) => {
                let decoded = shared.decoder().decode(record);
                let pid = decoded.u32(field);
                let tid = ["TThreadId", "ThreadID"].iter().find_map(|field| decoded.u32(field));
                (What::Named(name, Box::new(decoded), record.offset), pid, tid.or(record.tid))
            }
            None => match record.event {
                Recorded::Provider { .. } => (What::Event(record), record.pid, record.tid),
                _ => return None,
            },
        };
        Some(Self { shared, what, time, pid, tid })
    }

    /// The process that it is of.
    pub(super) fn process_id(&self) -> Option<ProcessId> {
        self.shared.learnt.process(self.pid, self.time)
    }

    fn push_operation(&self, out: &mut String) {
        match &self.what {
            What::Operation(operation) => out.push_str(operation.name.text()),
            What::Named(name, ..) => out.push_str(name),
            What::Event(record) => {
                let Recorded::Provider { provider, id, .. } = record.event else { return };
                let decoded = self.shared.decoder().decode(record);
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

    /// Whether it is an event of a provider that can tell something of a reboot.
    pub(super) fn may_tell(&self) -> bool {
        matches!(self.what, What::Event(record) if providers::may_tell(record.event).is_some())
    }

    /// The event of a provider that can tell something of a reboot: which, and what it says.
    pub(super) fn told(&self) -> Option<((Guid, u16), Decoded<'r>)> {
        match self.what {
            What::Event(record) => {
                let event = providers::may_tell(record.event)?;
                Some((event, self.shared.decoder().decode(record)))
            }
            What::Operation(_) | What::Named(..) => None,
        }
    }

    /// A file's path with its drive letter, where that is known.
    pub(super) fn file_path(&self, path: impl Display) -> String {
        let mut out = String::new();
        push_file(path, self.shared.learnt.names(), &mut out);
        out
    }

    pub(super) fn push_path(&self, out: &mut String) {
        let names = self.shared.learnt.names();
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
        let names = self.shared.learnt.names();
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
            What::Event(record) => push_event(&self.shared.decoder().decode(record), style, out),
        }
    }

    fn process(&self) -> Option<&'r crate::model::Process> {
        self.shared.learnt.processes.get(self.process_id()?.0 as usize)
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
        self.shared.span
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
            Column::RelativeTime => Some(self.time.since(self.shared.span.0).0),
            Column::Duration => duration(),
            Column::CompletionTime => duration().map(|d| self.time.0.saturating_add(d)),
            Column::Pid => self.pid.map(u64::from),
            Column::Tid => self.tid.map(u64::from),
            Column::ParentPid => self.process().map(|p| p.parent_pid.into()),
            Column::Session => self.shared.learnt.recorded(self.process_id()?)?.session.map(u64::from),
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
        self.process_id().map(|process| process.0)
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
        let shared = self.shared();
        let rows = shared.learnt.trace.len();
        for from in (0..rows).step_by(CHUNK * CHUNKS) {
            let to = (from + CHUNK * CHUNKS).min(rows);
            let starts: Vec<usize> = (from..to).step_by(CHUNK).collect();
            let parts: Vec<V::Part> = starts
                .into_par_iter()
                .map_init(V::Memory::default, |memory, start| {
                    let (memory, mut part, mut passed_over) = (RefCell::new(memory), V::Part::default(), 0);
                    let wanted = |glimpse: Glimpse| {
                        let may =
                            glimpse == Glimpse::Damaged || visit.may_want(&glimpse, &mut memory.borrow_mut());
                        passed_over += u64::from(!may);
                        may
                    };
                    let _ =
                        self.rows_of(shared, start..(start + CHUNK).min(to), wanted, |_, met| match met {
                            Met::Row(row) => visit.row(&row, &mut memory.borrow_mut(), &mut part),
                            Met::Damaged(error) => {
                                visit.damaged(1, &error as &dyn Display, &mut part);
                                ControlFlow::Continue(())
                            }
                        });
                    visit.passed_over(passed_over, &mut part);
                    part
                })
                .collect();
            parts.into_iter().try_for_each(&mut *take)?;
        }
        ControlFlow::Continue(())
    }
}

impl EtlSource {
    /// Goes through some rows in order, each where its event or operation ends, with their numbers.
    pub(super) fn rows(
        &self,
        shared: Shared<'_>,
        rows: Range<usize>,
        visit: impl FnMut(usize, Met<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.rows_of(shared, rows, |_| true, visit)
    }

    /// The same of those that are wanted.
    fn rows_of(
        &self,
        shared: Shared<'_>,
        rows: Range<usize>,
        wanted: impl FnMut(Glimpse) -> bool,
        mut visit: impl FnMut(usize, Met<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let trace = &shared.learnt.trace;
        trace.visit(&[&self.file], rows, wanted, |number, item| match EtlRow::from_item(shared, item) {
            Some(met) => visit(number, met),
            None => ControlFlow::Continue(()),
        })
    }

    /// What rows look up, with the time of the first row.
    pub(super) fn shared(&self) -> Shared<'_> {
        let learnt = self.learnt();
        let mut shared = Shared::new(learnt);
        let end = utc(self.file.header().end_time);
        let _ = self.rows(shared, 0..learnt.trace.len(), |_, met| match met {
            Met::Row(row) => {
                shared.span = (row.time, end.max(row.time));
                ControlFlow::Break(())
            }
            Met::Damaged(_) => ControlFlow::Continue(()),
        });
        shared
    }
}
