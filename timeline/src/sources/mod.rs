//! Adapters: one a reader. Each scans its file once, in parallel, and keeps what the diagnosis can use.

pub(crate) mod etl;
pub(crate) mod import;
mod kind;
pub(crate) mod log;
mod modules;
pub(crate) mod pml;
mod recovered;
mod share;

use std::{ops::ControlFlow, sync::Arc};

use pml_reader::Column;

use crate::{
    gather::Gather,
    model::{Event, EventId, Machine, Module, Problem, ProcessId, SourceId, Stack, Ticks},
    paths::Paths,
    progress::Counter,
    query::{Rows, Visit},
    scan::{Caveat, Scan},
};

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
    pub fn records_operations(&self) -> bool {
        match self {
            Self::Etl(source) => source.records_operations(),
            Self::Pml(_) | Self::Import(_) => true,
            Self::Log(_) => false,
        }
    }

    /// Whether its events can have a text in this column: an export has the columns that were shown when it was made.
    pub fn has_column(&self, column: Column) -> bool {
        match self {
            Self::Import(source) => source.has_column(column),
            Self::Pml(_) | Self::Etl(_) | Self::Log(_) => true,
        }
    }

    /// Whether it records what access an open asks for.
    pub fn tells_access(&self) -> bool {
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

    /// The call stack of an event; only Process Monitor's own logs have stacks.
    pub(crate) fn stack(&self, id: EventId) -> Option<Stack> {
        match self {
            Self::Pml(source) => source.stack(id),
            Self::Import(_) | Self::Etl(_) | Self::Log(_) => None,
        }
    }

    /// The modules of the kernel; `None` where the source has no stacks.
    pub(crate) fn kernel_modules(&self) -> Option<Vec<Arc<Module>>> {
        match self {
            Self::Pml(source) => Some(source.kernel_modules()),
            Self::Import(_) | Self::Etl(_) | Self::Log(_) => None,
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
