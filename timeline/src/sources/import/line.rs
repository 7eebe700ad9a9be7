//! A row of an export as scans see it.

use pml_reader::{Column, Operation, STATUS_PENDING, import::ImportRow};

use crate::{
    gather::Done,
    model::{EventId, FileTime, Kind, OpenFacts, ProcessId, Role, SourceId, Ticks},
    sources::{kind::Asked, share::Row},
    watch::{self, Mark},
};

/// A row with what a scan wants to know of it more than once.
pub(super) struct Line<'r, 'a> {
    pub(super) row: &'r ImportRow<'a>,
    slot: Option<usize>,
    time: FileTime,
    /// `None` for a result that is not known.
    pub(super) status: Option<u32>,
    pub(super) operation: Operation,
    kind: Kind,
}

impl Row for Line<'_, '_> {
    fn index(&self) -> u64 {
        self.row.index()
    }
    fn time(&self) -> FileTime {
        self.time
    }
    fn status(&self) -> u32 {
        self.status.unwrap_or(STATUS_PENDING)
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
        self.slot
    }
    fn tid(&self) -> Option<u32> {
        self.row.get(Column::Tid)?.parse().ok()
    }
    fn path(&self) -> String {
        self.row.get(Column::Path).unwrap_or_default().into_owned()
    }
    fn exit_status(&self) -> Option<u32> {
        self.row.exit_status()
    }
    fn mark(&self, role: Role) -> Option<Mark> {
        if !watch::may_mark(role, self.kind) {
            return None;
        }
        let path = self.row.get(Column::Path)?;
        watch::mark(role, self.kind, |tail| ends_with(&path, tail))
    }
}

fn ends_with(path: &str, tail: &str) -> bool {
    let at = path.len().checked_sub(tail.len());
    at.and_then(|at| path.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

/// What a row does.
pub(super) fn kind(row: &ImportRow<'_>, operation: Operation) -> Kind {
    crate::sources::kind::kind(operation, || {
        let asked = row.open()?;
        Some(Asked { access: asked.access, options: asked.options, disposition: asked.disposition })
    })
}

/// What an open asked for.
pub(super) fn open_facts(row: &ImportRow<'_>) -> Option<OpenFacts> {
    let asked = row.open()?;
    Some(OpenFacts { desired_access: asked.access, share: asked.share, options: asked.options })
}

impl<'r, 'a> Line<'r, 'a> {
    /// `None` where the row has no time.
    pub(super) fn of(row: &'r ImportRow<'a>, slot: Option<usize>) -> Option<Self> {
        let operation = row.operation();
        Some(Self {
            row,
            slot,
            time: row.time()?.into(),
            status: row.status(),
            operation,
            kind: kind(row, operation),
        })
    }

    /// When it ended.
    pub(super) fn end(&self) -> FileTime {
        self.time.plus(self.row.duration().map(Ticks).unwrap_or_default())
    }

    /// The same with its place in the timeline.
    pub(super) fn lent(self, source: SourceId, places: &[ProcessId]) -> Lent<'r, 'a> {
        let process = self.slot.and_then(|slot| places.get(slot).copied());
        Lent { line: self, source, process }
    }
}

/// A row as it is lent to who gathers.
pub(super) struct Lent<'r, 'a> {
    line: Line<'r, 'a>,
    source: SourceId,
    process: Option<ProcessId>,
}

impl Done for Lent<'_, '_> {
    fn tid(&self) -> u32 {
        Row::tid(&self.line).unwrap_or_default()
    }
    fn id(&self) -> EventId {
        EventId { source: self.source, index: self.line.row.index() }
    }
    fn time(&self) -> FileTime {
        self.line.time
    }
    fn duration(&self) -> Option<Ticks> {
        self.line.row.duration().map(Ticks)
    }
    fn status(&self) -> u32 {
        Row::status(&self.line)
    }
    fn kind(&self) -> Kind {
        self.line.kind
    }
    fn looks_only(&self) -> bool {
        matches!(self.line.kind, Kind::FileOpen | Kind::FileCreate)
            && open_facts(self.line.row).is_some_and(|open| open.attributes_only())
    }
    fn name(&self) -> &'static str {
        self.line.operation.name()
    }
    fn process(&self) -> Option<ProcessId> {
        self.process
    }
    fn push_path(&self, out: &mut String) {
        out.push_str(&self.line.row.get(Column::Path).unwrap_or_default());
    }
}
