//! Operations that the diagnosis kept.

use super::{FileTime, Kind, ProcessId, Ticks};

/// Position of a source among the inputs of a [`crate::Case`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u16);

impl SourceId {
    /// The source at a position. Beyond 16 bits, which no case has, all have the last id.
    #[must_use]
    pub fn at(position: usize) -> Self {
        Self(u16::try_from(position).unwrap_or(u16::MAX))
    }
}

/// An event of a source, by its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The source.
    pub source: SourceId,
    /// Number of the event in the source, from 0.
    pub index: u64,
}

/// A place in the sources that a fact can point to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// An event of a trace.
    Event(EventId),
    /// A line of a log, or a record of an event log, from 1.
    Line {
        /// The source.
        source: SourceId,
        /// Its number there.
        line: u64,
    },
}

impl Place {
    /// The source it lies in.
    #[must_use]
    pub fn source(self) -> SourceId {
        match self {
            Self::Event(id) => id.source,
            Self::Line { source, .. } => source,
        }
    }
}

impl From<EventId> for Place {
    fn from(id: EventId) -> Self {
        Self::Event(id)
    }
}

/// What an open asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFacts {
    /// Access mask; where the source does not record it, what the open was used for, and 0 where that does not tell.
    pub desired_access: u32,
    /// Share mode: 1 read, 2 write, 4 delete.
    pub share: u32,
    /// Create options.
    pub options: u32,
}

/// FILE_READ_ATTRIBUTES and SYNCHRONIZE: an open for no more than these looks at a file, it does not use it.
const LOOKING: u32 = 0x0080 | 0x0010_0000;

/// DELETE.
const DELETE: u32 = 0x1_0000;
/// Everything that only reads: data, EA, attributes, security, execute, SYNCHRONIZE, GENERIC_READ.
const READING: u32 = LOOKING | 0x1 | 0x8 | 0x20 | 0x2_0000 | 0x8000_0000;

/// Reading, writing or appending data, GENERIC_READ, GENERIC_WRITE, GENERIC_ALL.
const USING: u32 = 0x1 | 0x2 | 0x4 | 0x8000_0000 | 0x4000_0000 | 0x1000_0000;
/// FILE_DIRECTORY_FILE.
const DIRECTORY_FILE: u32 = 0x1;

impl OpenFacts {
    /// Whether the open asked for no change but the removal of the file.
    #[must_use]
    pub fn only_deletes(&self) -> bool {
        self.desired_access & DELETE != 0 && self.desired_access & !(DELETE | READING) == 0
    }

    /// Whether the open asked for no change.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.desired_access != 0 && self.desired_access & !READING == 0
    }

    /// Whether the open asked for what is in the file, to read or to write it.
    #[must_use]
    pub fn uses_data(&self) -> bool {
        self.desired_access & USING != 0
    }

    /// Whether the open was one of a folder, as the caller said.
    #[must_use]
    pub fn of_folder(&self) -> bool {
        self.options & DIRECTORY_FILE != 0
    }

    /// Whether the open asked for attributes only.
    #[must_use]
    pub fn attributes_only(&self) -> bool {
        self.desired_access != 0 && self.desired_access & !LOOKING == 0
    }
}

/// An operation, owned: only the few that the diagnosis looks at are turned into one.
#[derive(Debug, Clone)]
pub struct Event {
    /// Which event it is.
    pub id: EventId,
    /// Start.
    pub time: FileTime,
    /// Duration; `None` while pending.
    pub duration: Option<Ticks>,
    /// Who did it, where the source knows the process.
    pub process: Option<ProcessId>,
    /// Thread id.
    pub tid: u32,
    /// What it does.
    pub kind: Kind,
    /// Process Monitor's name of the operation.
    pub name: &'static str,
    /// File or key, as Process Monitor shows it.
    pub path: String,
    /// Second path of a rename or a link.
    pub target: Option<String>,
    /// NTSTATUS.
    pub status: u32,
    /// Of an open, what it asked for.
    pub open: Option<OpenFacts>,
}

impl Event {
    /// An event that says nothing, for tests to fill in.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            id: EventId { source: SourceId(0), index: 0 },
            time: FileTime(1),
            duration: None,
            process: None,
            tid: 1,
            kind: Kind::Other,
            name: "",
            path: String::new(),
            target: None,
            status: 0,
            open: None,
        }
    }

    /// End, or start where it never ended.
    #[must_use]
    pub fn end(&self) -> FileTime {
        self.time.plus(self.duration.unwrap_or_default())
    }

    /// Whether the status is an error (not a success, information or warning).
    #[must_use]
    pub fn failed(&self) -> bool {
        is_error(self.status)
    }
}

/// Whether an NTSTATUS is an error: its severity is 3.
#[must_use]
pub fn is_error(status: u32) -> bool {
    status >> 30 == 3
}
