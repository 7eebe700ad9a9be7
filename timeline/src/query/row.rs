//! Rows: the events of any trace, as Process Monitor's columns show them and as scans judge them.

use std::{fmt::Display, ops::ControlFlow};

use pml_reader::{Column, Operation, STATUS_PENDING, Style};

use crate::{
    model::{Event, EventId, FileTime, Kind, OpenFacts, ProcessId, Role, SourceId, Ticks},
    paths::{Paths, Tail},
    watch::{self, Mark},
};

/// An event as a row. What costs something is found when it is asked for, so ask once.
pub trait Row {
    /// What is damaged in a row.
    type Damage: Display;

    /// Number of the event in its source.
    fn index(&self) -> u64;

    /// Start.
    fn time(&self) -> FileTime;

    /// Times of the first and the last event of its source.
    fn span(&self) -> (FileTime, FileTime);

    /// NTSTATUS, where it is known.
    fn status(&self) -> Option<u32>;

    /// NTSTATUS as an operation is judged by it: pending where none is known.
    #[inline]
    fn outcome(&self) -> u32 {
        self.status().unwrap_or(STATUS_PENDING)
    }

    /// Process Monitor's operation; `None` for an event of a kind that Process Monitor does not record.
    fn operation(&self) -> Option<Operation>;

    /// Process Monitor's name of the operation.
    fn name(&self) -> &'static str {
        self.operation().map_or("", Operation::name)
    }

    /// What it does.
    fn kind(&self) -> Kind;

    /// Position of its process among the source's processes, where it is one of them.
    fn process(&self) -> Option<u32>;

    /// Its thread, where that is recorded.
    fn tid(&self) -> Option<u32>;

    /// Duration; `None` while pending.
    fn duration(&self) -> Option<Ticks>;

    /// Of an open, what it asked for.
    fn open(&self) -> Option<OpenFacts>;

    /// Whether it is an open that asks for attributes only.
    fn looks_only(&self) -> bool {
        self.open().is_some_and(|open| open.attributes_only())
    }

    /// Second path of a rename or a link.
    fn target(&self) -> Option<String>;

    /// Of a Process Exit, the exit status.
    fn exit_status(&self) -> Option<u32>;

    /// Appends the file or key.
    fn push_path(&self, out: &mut String);

    /// The file or key.
    fn path(&self) -> String {
        let mut path = String::new();
        self.push_path(&mut path);
        path
    }

    /// Tells of texts whether its path ends with them, whatever the case of ASCII letters. Of a load, the image's path.
    fn path_ends(&self) -> impl Fn(&str) -> bool;

    /// Its place among the rows of its source, those that cannot be read counted.
    fn place(&self) -> usize;

    /// The end of the path that [`Row::is_on`] compares.
    fn tail(&self) -> Tail;

    /// Whether it is an operation on one of these.
    fn is_on(&self, paths: &Paths) -> bool;

    /// Whether it put something else in the place of one of these: it moved a file or folder to its name or away from
    /// above it, or took away a key above it.
    fn replaced(&self, paths: &Paths) -> bool {
        let kind = self.kind();
        let moves = matches!(kind, Kind::FileRename | Kind::FileLink);
        if !(moves || matches!(kind, Kind::KeyRename | Kind::KeyDelete)) || self.outcome() != 0 {
            return false;
        }
        let takes = |target: String| paths.hold_str(&target) || paths.lie_below(&target);
        paths.lie_below(&self.path()) || moves && self.target().is_some_and(takes)
    }

    /// What the name that it touches stands for, to a process of this role; `kind` is its own.
    #[inline]
    fn mark(&self, role: Role, kind: Kind) -> Option<Mark> {
        if !watch::may_mark(role, kind) {
            return None;
        }
        watch::mark(role, kind, self.path_ends())
    }

    /// The event, owned. Its process is numbered as in its source.
    fn event(&self, source: SourceId) -> Event {
        let kind = self.kind();
        Event {
            id: EventId { source, index: self.index() },
            time: self.time(),
            duration: self.duration(),
            process: self.process().map(ProcessId),
            tid: self.tid().unwrap_or_default(),
            kind,
            name: self.name(),
            path: self.path(),
            target: matches!(kind, Kind::FileRename | Kind::FileLink).then(|| self.target()).flatten(),
            status: self.outcome(),
            open: matches!(kind, Kind::FileOpen | Kind::FileCreate).then(|| self.open()).flatten(),
        }
    }

    /// The number in a column of which [`Column::is_number`] holds: spans in ticks, times as FILETIME in UTC; `None`
    /// where the cell is empty.
    fn number(&self, column: Column) -> Option<u64>;

    /// Appends the text of a cell; nothing where the trace does not record it.
    ///
    /// # Errors
    /// What is damaged; what can be read has been appended.
    fn push(&self, column: Column, style: Style, out: &mut String) -> Result<(), Self::Damage>;

    /// A number on which alone the cell depends, where that is less than the whole row: what was found out about the
    /// cell holds for other rows with this number. Of the cells of which [`Column::is_of_process`] holds it is that of the
    /// process.
    #[inline]
    fn key(&self, _column: Column) -> Option<u128> {
        None
    }

    /// What is damaged in the event beside its cells.
    #[inline]
    fn damage(&self) -> Option<Self::Damage> {
        None
    }
}

/// What a source knows of a row before it is made.
pub trait Glimpse {
    /// A number on which alone the cells depend that are known.
    fn key(&self) -> u64;

    /// Appends the text of a cell; `false` where it is not known yet.
    fn push(&self, column: Column, out: &mut String) -> bool;

    /// The number in a column, or that the cell is empty; `None` where neither is known yet.
    fn number(&self, _column: Column) -> Option<Option<u64>> {
        None
    }
}

/// What is done with the rows of a source, part by part.
pub trait Visit: Sync {
    /// What one thread remembers from row to row of one source.
    type Memory: Default + Send;
    /// What is made of some rows that follow each other.
    type Part: Default + Send;
    /// How many of a source's smallest parts are taken as one: more where joining parts costs something.
    const STEP: usize = 1;

    /// Whether a row may be wanted of which only this is known. A source need not make the others.
    #[inline]
    fn may_want(&self, _glimpse: &dyn Glimpse, _memory: &mut Self::Memory) -> bool {
        true
    }

    /// Whether it asks for cells of which [`Column::is_of_process`] holds.
    fn asks_of_processes(&self) -> bool {
        false
    }

    /// Texts in lower case, of ASCII without backslashes, of which the path of every wanted row holds one. None where any
    /// path may be wanted.
    fn path_has(&self) -> Vec<String> {
        Vec::new()
    }

    /// Takes how many rows were not made.
    fn passed_over(&self, _rows: u64, _part: &mut Self::Part) {}

    /// Takes a row; a break ends the part early.
    fn row<R: Row>(&self, row: &R, memory: &mut Self::Memory, part: &mut Self::Part) -> ControlFlow<()>;

    /// Takes what could not be read of a record, in words.
    fn damaged(&self, _what: &dyn Display, _part: &mut Self::Part) {}
}

/// A source of rows.
pub trait Rows {
    /// How many rows and damaged records there are, where the source knows that beforehand.
    fn count(&self) -> Option<u64>;

    /// The texts of a column, where the source knows them without its rows. There may be some more than rows have.
    fn texts(&self, _column: Column) -> Option<Vec<String>> {
        None
    }

    /// Goes through the rows in the order of the source. Parts may be made in parallel; `take` gets them in order, and
    /// ends the walk by a break.
    fn visit<V: Visit>(&self, visit: &V, take: &mut dyn FnMut(V::Part) -> ControlFlow<()>)
    -> ControlFlow<()>;

    /// Makes something of the rows with these numbers, in this order. A number that no row has is passed over.
    fn visit_numbered<V: Visit>(&self, numbers: &[u64], visit: &V) -> V::Part;
}
