//! A row of a trace as scans see it.

use std::{cell::OnceCell, sync::LazyLock};

use etl_reader::names::{Operation as Recorded, OperationClass, OperationName};
use pml_reader::{EventClass, Operation, STATUS_PENDING, Style};

use super::rows::{EtlRow, What};
use crate::{
    gather::Done,
    model::{Event, EventId, FileTime, Kind, OpenFacts, ProcessId, Role, SourceId, Ticks},
    paths::Paths,
    query::Row as _,
    scan::EtwCounts,
    sources::{kind::Asked, share::Row},
    watch::{self, Mark},
};

/// Processes, threads and images, and operations; not what providers say.
pub(super) struct Seen<'a, 'r> {
    row: &'a EtlRow<'r>,
    operation: Operation,
    kind: Kind,
    path: OnceCell<String>,
}

/// The operations of Process Monitor by the number of the reader's name.
static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let unknown = Operation { class: 0, code: u16::MAX, sub: 0 };
    OperationName::all().map(|name| Operation::of_name(name.text()).unwrap_or(unknown)).collect()
});

impl<'a, 'r> Seen<'a, 'r> {
    /// `None` for an event of a provider.
    pub(super) fn of(row: &'a EtlRow<'r>) -> Option<Self> {
        let operation = match &row.what {
            What::Operation(operation) => OPERATIONS.get(operation.name.index()).copied(),
            What::Named(name, ..) => Operation::of_name(name),
            What::Event(_) => return None,
        };
        // A test looks for every name.
        let operation = operation.unwrap_or(Operation { class: 0, code: u16::MAX, sub: 0 });
        let kind = crate::sources::kind::kind(operation, || {
            let create = row.recorded()?.create?;
            // ETW does not record the access.
            Some(Asked { access: 0, options: create.options, disposition: create.disposition })
        });
        Some(Self { row, operation, kind, path: OnceCell::new() })
    }

    /// Counts what kind of event it is.
    pub(super) fn count(&self, met: &mut EtwCounts) {
        match self.row.recorded().map(|operation| (operation.class, operation.status)) {
            Some((OperationClass::File, status)) => {
                met.files += 1;
                met.ended += u64::from(status.is_some());
            }
            Some((OperationClass::Registry, _)) => met.keys += 1,
            None => met.processes += 1,
        }
    }

    fn text(&self) -> &str {
        self.path.get_or_init(|| {
            let mut path = String::new();
            self.row.push_path(&mut path);
            path
        })
    }

    pub(super) fn ends_with(&self, tail: &str) -> bool {
        match self.row.recorded() {
            Some(operation) => operation.path_ends_with(tail),
            None => {
                let text = self.text();
                let at = text.len().checked_sub(tail.len());
                at.and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
            }
        }
    }

    /// Whether it is an operation on one of these, or loads one of them.
    pub(super) fn is_one_of(&self, paths: &Paths) -> bool {
        let class = match self.kind {
            Kind::ImageLoad => EventClass::FileSystem,
            _ => EventClass::from_raw(self.operation.class).unwrap_or(EventClass::Process),
        };
        // The path is made only where its end is one of theirs.
        let may_end = || match self.row.recorded() {
            Some(operation) => paths.may_end(operation.leaf().units()),
            None => true,
        };
        paths.may_hold(Some(class)) && may_end() && paths.hold_str(self.text())
    }

    /// The event, owned.
    pub(super) fn own(&self, source: SourceId) -> Event {
        let recorded = self.row.recorded();
        let target = recorded.and_then(|operation| operation.target());
        Event {
            id: EventId { source, index: self.row.index() },
            time: self.row.time,
            duration: self.duration(),
            process: self.row.process_id(),
            tid: self.row.tid.unwrap_or(0),
            kind: self.kind,
            name: self.operation.name(),
            path: self.text().to_owned(),
            target: target.map(|target| self.row.file_path(target)),
            status: Row::status(self),
            open: recorded.and_then(|operation| operation.create).map(|create| OpenFacts {
                desired_access: 0,
                share: create.share_access,
                options: create.options,
            }),
        }
    }

    pub(super) fn detail(&self) -> String {
        let mut out = String::new();
        self.row.push_detail(Style::default(), &mut out);
        out
    }

    /// The number that was written to a registry value or read from it, where that is recorded.
    pub(super) fn number(&self) -> Option<u64> {
        self.row.recorded()?.value()?.number()
    }

    fn duration(&self) -> Option<Ticks> {
        match self.row.recorded() {
            Some(operation) => operation.duration.and_then(|d| u64::try_from(d).ok()).map(Ticks),
            None => Some(Ticks(0)),
        }
    }
}

impl<'r> EtlRow<'r> {
    fn recorded(&self) -> Option<&'r Recorded<'r>> {
        match self.what {
            What::Operation(operation) => Some(operation),
            What::Named(..) | What::Event(_) => None,
        }
    }
}

impl Row for Seen<'_, '_> {
    fn index(&self) -> u64 {
        self.row.index()
    }
    fn time(&self) -> FileTime {
        self.row.time
    }
    fn status(&self) -> u32 {
        match self.row.recorded() {
            Some(operation) => operation.status.unwrap_or(STATUS_PENDING),
            None => 0,
        }
    }
    fn class(&self) -> u32 {
        self.operation.class
    }
    fn operation(&self) -> Operation {
        self.operation
    }
    fn kind(&self) -> Kind {
        self.kind
    }
    fn slot(&self) -> Option<usize> {
        self.row.process_id().map(|process| process.0 as usize)
    }
    fn tid(&self) -> Option<u32> {
        self.row.tid
    }
    fn exit_status(&self) -> Option<u32> {
        self.row.decoded()?.u32("ExitStatus").or_else(|| self.row.decoded()?.u32("ExitCode"))
    }
    fn mark(&self, role: Role) -> Option<Mark> {
        if !watch::may_mark(role, self.kind) {
            return None;
        }
        watch::mark(role, self.kind, |tail| self.ends_with(tail))
    }
    fn path(&self) -> String {
        self.text().to_owned()
    }
}

/// The same as it is lent to who gathers.
pub(super) struct Lent<'s, 'a, 'r> {
    pub(super) seen: &'s Seen<'a, 'r>,
    pub(super) source: SourceId,
    /// The places of the source's processes in the timeline's.
    pub(super) places: &'s [ProcessId],
}

impl Done for Lent<'_, '_, '_> {
    fn tid(&self) -> u32 {
        Row::tid(self.seen).unwrap_or_default()
    }
    fn looks_only(&self) -> bool {
        false
    }
    fn id(&self) -> EventId {
        EventId { source: self.source, index: self.seen.row.index() }
    }
    fn time(&self) -> FileTime {
        self.seen.row.time
    }
    fn duration(&self) -> Option<Ticks> {
        self.seen.duration()
    }
    fn status(&self) -> u32 {
        Row::status(self.seen)
    }
    fn kind(&self) -> Kind {
        self.seen.kind
    }
    fn name(&self) -> &'static str {
        self.seen.operation.name()
    }
    fn process(&self) -> Option<ProcessId> {
        self.places.get(self.seen.row.process_id()?.0 as usize).copied()
    }
    fn push_path(&self, out: &mut String) {
        out.push_str(self.seen.text());
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
