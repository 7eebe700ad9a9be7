//! Adapters: one a reader. Each scans its file once, in parallel, and keeps what the diagnosis can use.

pub(crate) mod etl;
pub(crate) mod gather;
pub(crate) mod import;
mod kind;
pub(crate) mod log;
mod paths;
pub(crate) mod pml;
mod recovered;
mod share;
mod watch;

use std::ops::ControlFlow;

use pml_reader::Column;

use crate::{
    PhaseName,
    logs::{Known, LocalClock, LogLine},
    model::{Event, EventId, Evidence, FileTime, Process, ProcessId, SourceId, Ticks, Trust, Words},
    progress::Counter,
    query::{Rows, Visit},
};

use gather::Gather;
pub(crate) use paths::Paths;
pub(crate) use watch::Mark;

/// Why a scan kept an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kept {
    /// A process began or ended.
    Lifecycle,
    /// A servicing process met an error.
    Suspect,
    /// An operation on a name that tells something: see [`watch`].
    Marked(Mark),
}

/// What one pass over a source found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The processes, with parents inside this source.
    pub processes: Vec<Process>,
    /// Records read, the damaged ones not counted.
    pub events: u64,
    /// Records that could not be read.
    pub bad: u64,
    /// The first of them, in words.
    pub first_bad: Option<String>,
    /// Time of the earliest event.
    pub first: Option<FileTime>,
    /// Time of the latest event.
    pub last: Option<FileTime>,
    /// Events missing between the first and the last by the source's own numbering: filtered, or dropped.
    pub missing: u64,
    /// Events whose status is an error, by what they have in common.
    pub failures: Vec<FailureGroup>,
    /// Events and failures in equal bins from `first` to `last`.
    pub histogram: Vec<(u64, u64)>,
    /// Events by class, as named in the source.
    pub classes: Vec<(&'static str, u64)>,
    /// What the lines of a log say, in its order.
    pub lines: Vec<LogLine>,
    /// What the source knows that is no line of time.
    pub known: Known,
    /// The wall clock of a log, where its own lines tell it.
    pub clock: Option<LocalClock>,
    pub(crate) kept: Vec<(u64, Kept)>,
    /// Phases that the source tells by itself, in order of their starts.
    pub(crate) spans: Vec<PhaseSpan>,
    /// The longest silence of each servicing process that works by itself, and of each of its threads.
    pub(crate) silences: Vec<Silence>,
}

impl Scan {
    /// UTC of the last line that has a local time, where the log's own lines tell its clock.
    pub(crate) fn last_line_by_own_clock(&self) -> Option<FileTime> {
        let clock = self.clock.as_ref().filter(|clock| clock.trust == Trust::Recorded)?;
        let lines = self.lines.iter().filter_map(|line| Some(clock.to_utc(line.line, line.local?)));
        lines.max()
    }
}

/// A time in which a servicing process, or one of its threads, did nothing that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Silence {
    pub(crate) process: ProcessId,
    /// `None` for all threads of the process.
    pub(crate) thread: Option<u32>,
    pub(crate) from: FileTime,
    pub(crate) to: FileTime,
}

impl Silence {
    /// One that says something: servicing never pauses for as long where nothing keeps it.
    const LEAST: Ticks = Ticks::seconds(20);
}

/// A phase that events bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhaseSpan {
    pub(crate) phase: PhaseName,
    pub(crate) start: FileTime,
    /// `None` where the end is not recorded.
    pub(crate) end: Option<FileTime>,
    pub(crate) trust: Trust,
    pub(crate) evidence: Evidence,
}

/// Failing operations with the same process, operation and status.
#[derive(Debug, Clone)]
pub struct FailureGroup {
    /// The process, where the source knows it.
    pub process: Option<ProcessId>,
    /// Process Monitor's name of the operation.
    pub operation: &'static str,
    /// NTSTATUS.
    pub status: u32,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub example: EventId,
    /// Time of the first.
    pub first: FileTime,
    /// Time of the last.
    pub last: FileTime,
}

/// What a source says of the machine it was recorded on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machine {
    /// Computer name.
    pub name: String,
    /// Operating system, for example `Windows 10`.
    pub os: String,
    /// Build number.
    pub build: String,
    /// `x64`, `x86`.
    pub architecture: &'static str,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What, in words.
    pub what: String,
    /// Where in the file, in bytes.
    pub offset: Option<u64>,
}

/// What a reader of the report must know of an input: how it was read, what of it is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caveat {
    /// What stands beside the verdict, with `{}` for the input's name; `None` where the list of what was read is enough.
    pub verdict: Option<Words>,
    /// What it is.
    pub what: Words,
    /// How many.
    pub count: Option<u64>,
    /// Where in the file, in bytes.
    pub offset: Option<u64>,
    /// What follows for the answer.
    pub consequence: Words,
    /// Whether the operation sought may be hidden by it, so that its absence shows nothing.
    pub hides: bool,
}

impl Rows for Source {
    fn count(&self) -> Option<u64> {
        match self {
            Self::Pml(source) => source.file.count(),
            Self::Import(source) => source.count(),
            Self::Etl(source) => source.count(),
            Self::Log(_) => Some(0),
        }
    }

    fn visit<V: Visit>(
        &self,
        visit: &V,
        take: &mut dyn FnMut(V::Part) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self {
            Self::Pml(source) => source.file.visit(visit, take),
            Self::Import(source) => source.visit(visit, take),
            Self::Etl(source) => source.visit(visit, take),
            Self::Log(_) => ControlFlow::Continue(()),
        }
    }
}

/// A source: a trace of events, or a log of lines.
#[derive(Debug)]
pub enum Source {
    /// A Process Monitor log.
    Pml(Box<pml::PmlSource>),
    /// An export of Process Monitor, CSV or XML.
    Import(Box<import::ImportSource>),
    /// An ETW trace.
    Etl(Box<etl::EtlSource>),
    /// A log that servicing wrote.
    Log(log::LogSource),
}

impl Source {
    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Pml(source) => source.bytes(),
            Self::Import(source) => source.file.bytes(),
            Self::Etl(source) => source.bytes(),
            Self::Log(source) => &source.bytes,
        }
    }

    /// What it is, for example `pml`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pml(source) => source.kind(),
            Self::Import(source) => source.kind(),
            Self::Etl(_) => "etl",
            Self::Log(source) => source.kind.name(),
        }
    }

    /// Whether it records operations.
    pub fn is_trace(&self) -> bool {
        matches!(self, Self::Pml(_) | Self::Import(_) | Self::Etl(_))
    }

    /// Reads the source once and keeps what matters.
    pub(crate) fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan {
        match self {
            Self::Pml(source) => source.scan(id, counter),
            Self::Import(source) => source.scan(id, counter),
            Self::Etl(source) => source.scan(id),
            Self::Log(source) => source.scan(id),
        }
    }

    /// Gathers from all its operations; `places` are those of its processes in the timeline's.
    pub(crate) fn gather<G: Gather>(&self, id: SourceId, places: &[ProcessId], gather: &G) -> G::Part {
        match self {
            Self::Pml(source) => source.gather(id, places, gather),
            Self::Import(source) => source.gather(id, places, gather),
            Self::Etl(source) => source.gather(id, places, gather),
            Self::Log(_) => G::Part::default(),
        }
    }

    /// Whether it records operations on files or keys; of a trace of ETW that is known once it was scanned.
    pub(crate) fn records_operations(&self) -> bool {
        match self {
            Self::Etl(source) => source.records_operations(),
            Self::Pml(_) | Self::Import(_) => true,
            Self::Log(_) => false,
        }
    }

    /// Whether it records what access an open asks for.
    pub(crate) fn tells_access(&self) -> bool {
        match self {
            Self::Import(source) => source.file.has(Column::Detail),
            Self::Etl(_) => false,
            Self::Pml(_) | Self::Log(_) => true,
        }
    }

    /// The machine it was recorded on, where the source tells.
    pub fn machine(&self) -> Option<Machine> {
        match self {
            Self::Pml(source) => source.machine(),
            Self::Import(_) => None,
            Self::Etl(source) => source.machine(),
            Self::Log(_) => None,
        }
    }

    /// What could not be read, apart from records: those the scan counts.
    pub fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Pml(source) => source.problems(),
            Self::Import(source) => source.problems(),
            Self::Etl(source) => source.problems(),
            Self::Log(_) => Vec::new(),
        }
    }

    /// What must be known of how it was read.
    pub fn caveats(&self) -> Vec<Caveat> {
        match self {
            Self::Pml(source) => source.caveats(),
            Self::Import(source) => source.caveats(),
            Self::Etl(source) => source.caveats(),
            Self::Log(_) => Vec::new(),
        }
    }

    /// One event, owned. `None` where its record is damaged.
    pub fn event(&self, id: EventId) -> Option<Event> {
        match self {
            Self::Pml(source) => source.event(id),
            Self::Import(source) => source.event(id),
            Self::Etl(source) => source.event(id),
            Self::Log(_) => None,
        }
    }

    /// The events that touch one of `paths`, in order.
    pub(crate) fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        match self {
            Self::Pml(source) => source.touching(id, paths),
            Self::Import(source) => source.touching(id, paths),
            Self::Etl(source) => source.touching(id, paths),
            Self::Log(_) => Vec::new(),
        }
    }

    /// Events around one: at most `count` records before and after it, or, where events are not numbered one by one, those
    /// within two seconds.
    pub(crate) fn near(&self, event: &Event, count: u64) -> Vec<Event> {
        match self {
            Self::Pml(_) | Self::Import(_) => {
                let index = event.id.index;
                let around = index.saturating_sub(count)..=index.saturating_add(count);
                around.filter_map(|index| self.event(EventId { index, ..event.id })).collect()
            }
            Self::Etl(source) => source.near(event, Ticks::seconds(2)),
            Self::Log(_) => Vec::new(),
        }
    }

    /// The number in the registry value that an event read or wrote.
    pub(crate) fn number(&self, id: EventId) -> Option<u64> {
        match self {
            Self::Pml(source) => source.number(id),
            Self::Import(source) => source.number(id),
            Self::Etl(source) => source.number(id),
            Self::Log(_) => None,
        }
    }

    /// The Detail column of an event.
    pub fn detail(&self, id: EventId) -> String {
        match self {
            Self::Pml(source) => source.detail(id),
            Self::Import(source) => source.detail(id),
            Self::Etl(source) => source.detail(id),
            Self::Log(_) => String::new(),
        }
    }
}
