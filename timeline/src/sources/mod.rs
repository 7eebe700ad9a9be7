//! Adapters, one for each reader. Each scans its file once, in parallel, and keeps what the diagnosis can use.

pub(crate) mod etl;
pub(crate) mod import;
mod kind;
pub(crate) mod log;
mod modules;
pub(crate) mod pml;
mod recorded;
mod recovered;
mod share;
pub(crate) mod trace;

use std::{cmp::Ordering, ops::ControlFlow, sync::Arc};

use pml_reader::Column;

use crate::{
    gather::{Gather, Gathering},
    model::{Event, EventId, Machine, Module, Problem, SourceId, Stack},
    notes::{Notes, Servicing},
    paths::Paths,
    progress::Counter,
    query::{Rows, Visit},
    scan::Scan,
};
use recorded::Recorded;

impl Rows for Source {
    fn count(&self) -> Option<u64> {
        self.recorded().count()
    }

    fn texts(&self, column: Column) -> Option<Vec<String>> {
        match self {
            Self::Etl(source) => source.texts(column),
            Self::Pml(_) | Self::Import(_) | Self::Log(_) => None,
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

    fn visit_numbered<V: Visit>(&self, numbers: &[u64], visit: &V) -> V::Part {
        match self {
            Self::Pml(source) => source.file.visit_numbered(numbers, visit),
            Self::Import(source) => source.visit_numbered(numbers, visit),
            Self::Etl(source) => source.visit_numbered(numbers, visit),
            Self::Log(_) => V::Part::default(),
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
    fn recorded(&self) -> &dyn Recorded {
        match self {
            Self::Pml(source) => &**source,
            Self::Import(source) => &**source,
            Self::Etl(source) => &**source,
            Self::Log(source) => source,
        }
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.recorded().bytes()
    }

    /// What it is, for example `pml`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.recorded().kind()
    }

    /// Whether it records operations.
    #[must_use]
    pub fn is_trace(&self) -> bool {
        self.recorded().is_trace()
    }

    /// Whether its events can have a text in this column: an export has the columns that were shown when it was made.
    #[must_use]
    pub fn has_column(&self, column: Column) -> bool {
        self.recorded().has_column(column)
    }

    /// Whether it records what access an open asks for.
    #[must_use]
    pub fn tells_access(&self) -> bool {
        self.recorded().tells_access()
    }

    /// The machine it was recorded on, where the source tells.
    #[must_use]
    pub fn machine(&self) -> Option<Machine> {
        self.recorded().machine()
    }

    /// What could not be read, apart from records: those the scan counts.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.recorded().problems()
    }

    /// Whether it holds all that `other` holds: the same bytes, or of a log at least those. Of two equal ones the first
    /// does.
    pub(crate) fn holds(&self, other: &Self, is_first: bool) -> bool {
        let (own, others) = (self.bytes(), other.bytes());
        match own.len().cmp(&others.len()) {
            Ordering::Less => false,
            Ordering::Equal => is_first && own == others,
            Ordering::Greater => {
                let same_log = matches!((self, other), (Self::Log(a), Self::Log(b)) if a.kind == b.kind);
                same_log && own.starts_with(others)
            }
        }
    }

    /// Gathers from the operations of processes of servicing, as far as notes tell them.
    pub(crate) fn gather_noted<G: Gather>(
        &self,
        gathering: &Gathering<'_, G>,
        notes: &Notes,
        whose: Servicing,
    ) -> G::Part {
        match self {
            Self::Pml(source) => gathering.of_servicing(&source.file, notes, whose),
            Self::Import(source) => gathering.of_servicing(&**source, notes, whose),
            Self::Etl(source) => gathering.of_servicing(&**source, notes, whose),
            Self::Log(_) => G::Part::default(),
        }
    }

    /// Reads the source once and keeps what matters.
    pub(crate) fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan {
        self.recorded().scan(id, counter)
    }

    /// One event, owned. `None` where its record is damaged.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<Event> {
        self.recorded().event(id)
    }

    /// The events that touch one of `paths`, in order.
    pub(crate) fn touching(&self, id: SourceId, notes: &Notes, paths: &Paths) -> Vec<Event> {
        self.recorded().touching(id, notes, paths)
    }

    /// Events around one: at most `count` records before and after it.
    pub(crate) fn near(&self, event: &Event, count: u64) -> Vec<Event> {
        self.recorded().near(event, count)
    }

    /// The number in the registry value that an event read or wrote.
    pub(crate) fn number(&self, id: EventId) -> Option<u64> {
        self.recorded().number(id)
    }

    /// The call stack of an event; only Process Monitor's own logs have stacks.
    pub(crate) fn stack(&self, id: EventId) -> Option<Stack> {
        self.recorded().stack(id)
    }

    /// The modules of the kernel; `None` where the source has no stacks.
    pub(crate) fn kernel_modules(&self) -> Option<Vec<Arc<Module>>> {
        self.recorded().kernel_modules()
    }

    /// The modules of a process, by its place in the source.
    pub(crate) fn modules(&self, place: usize) -> Vec<Arc<Module>> {
        self.recorded().modules(place)
    }

    /// The Detail column of an event.
    #[must_use]
    pub fn detail(&self, id: EventId) -> String {
        self.recorded().detail(id)
    }
}
