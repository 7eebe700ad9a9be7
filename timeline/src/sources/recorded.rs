//! What a source gives, from any kind of file.

use std::sync::Arc;

use pml_reader::Column;

use crate::{
    model::{Event, EventId, Machine, Module, Problem, SourceId, Stack},
    notes::Notes,
    paths::Paths,
    progress::Counter,
    scan::Scan,
};

/// A file that recorded something of a reboot. A log of lines has no events: what concerns those is empty for it.
pub(crate) trait Recorded: Sync {
    /// The file's bytes.
    fn bytes(&self) -> &[u8];

    /// What it is, for example `pml`.
    fn kind(&self) -> &'static str;

    /// Whether it records operations.
    fn is_trace(&self) -> bool {
        true
    }

    /// Whether its events can have a text in this column.
    fn has_column(&self, _: Column) -> bool {
        true
    }

    /// Whether it records what access an open asks for.
    fn tells_access(&self) -> bool {
        true
    }

    /// The machine it was recorded on, where the source tells.
    fn machine(&self) -> Option<Machine> {
        None
    }

    /// What could not be read, apart from records: those the scan counts.
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Reads the source once and keeps what matters.
    fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan;

    /// How many rows and damaged records there are, where the source knows that beforehand.
    fn count(&self) -> Option<u64> {
        Some(0)
    }

    /// One event, owned. `None` where its record is damaged.
    fn event(&self, _: EventId) -> Option<Event> {
        None
    }

    /// The Detail column of an event.
    fn detail(&self, _: EventId) -> String {
        String::new()
    }

    /// The number in the registry value that an event read or wrote.
    fn number(&self, _: EventId) -> Option<u64> {
        None
    }

    /// The call stack of an event; only Process Monitor's own logs have stacks.
    fn stack(&self, _: EventId) -> Option<Stack> {
        None
    }

    /// The modules of the kernel; `None` where the source has no stacks.
    fn kernel_modules(&self) -> Option<Vec<Arc<Module>>> {
        None
    }

    /// The modules of a process, by its place in the source.
    fn modules(&self, _: usize) -> Vec<Arc<Module>> {
        Vec::new()
    }

    /// The events that touch one of `paths`, in order.
    fn touching(&self, _: SourceId, _: &Notes, _: &Paths) -> Vec<Event> {
        Vec::new()
    }

    /// Events around one: at most `count` records before and after it.
    fn near(&self, event: &Event, count: u64) -> Vec<Event> {
        let index = event.id.index;
        let around = index.saturating_sub(count)..=index.saturating_add(count);
        around.filter_map(|index| self.event(EventId { index, ..event.id })).collect()
    }
}
