//! What one pass over a source finds.

use crate::{
    logs::{Known, LocalClock, LocalTicks, LogLine},
    model::{EventId, Evidence, FileTime, PhaseName, Process, ProcessId, Ticks, Trust, Words},
    notes::Notes,
    watch::Mark,
};

/// Why a scan kept an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// A process began or ended.
    Lifecycle,
    /// A servicing process met an error.
    Suspect {
        /// NTSTATUS.
        status: u32,
    },
    /// An operation on a name that tells something: see [`Mark`].
    Marked(Mark),
}

/// How many events of an ETW trace are of which kind.
#[derive(Debug, Default, Clone, Copy)]
pub struct EtwCounts {
    /// File operations.
    pub files: u64,
    /// Registry operations.
    pub keys: u64,
    /// File operations whose result is recorded.
    pub ended: u64,
    /// Events of processes, their threads and images.
    pub processes: u64,
    /// WPP messages.
    pub messages: u64,
}

impl EtwCounts {
    /// What two parts of a trace, or two sessions of a boot, hold.
    pub fn join(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            keys: self.keys + other.keys,
            ended: self.ended + other.ended,
            processes: self.processes + other.processes,
            messages: self.messages + other.messages,
        }
    }
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
    /// Time of the earliest event; of a log the earliest line that says something.
    pub first: Option<FileTime>,
    /// Time of the latest event; of a log the latest line that says something.
    pub last: Option<FileTime>,
    /// Local times of the first and the last record of a log, where it has no better.
    pub local: Option<(LocalTicks, LocalTicks)>,
    /// Events missing between the first and the last by the source's own numbering: filtered, or dropped.
    pub missing: u64,
    /// Events whose status is an error, by what they have in common.
    pub failures: Vec<FailureGroup>,
    /// Events and failures in equal bins from `first` to `last`.
    pub histogram: Vec<(u64, u64)>,
    /// Events by class, as named in the source.
    pub classes: Vec<(&'static str, u64)>,
    /// Whether the source records operations on files or keys.
    pub has_operations: bool,
    /// What must be known of how it was read.
    pub caveats: Vec<Caveat>,
    /// Of an ETW trace, what it holds.
    pub etw: Option<EtwCounts>,
    /// What the lines of a log say, in its order.
    pub lines: Vec<LogLine>,
    /// What the source knows that is no line of time.
    pub known: Known,
    /// The wall clock of a log, where its own lines tell it.
    pub clock: Option<LocalClock>,
    /// The numbers of the events that are kept, with why.
    pub kept: Vec<(u64, Kept)>,
    /// Phases that the source tells by itself, in order of their starts.
    pub spans: Vec<PhaseSpan>,
    /// The longest silence of each servicing process that works by itself, and of each of its threads.
    pub silences: Vec<Silence>,
    /// What later passes ask of a row before they read it.
    pub notes: Notes,
}

impl Scan {
    /// Times of the earliest and the latest record, those that say nothing included.
    #[must_use]
    pub fn record_span(&self) -> (Option<FileTime>, Option<FileTime>) {
        let ends = self.clock.as_ref().zip(self.local);
        let ends = ends.map(|(clock, (first, last))| [clock.to_utc(0, first), clock.to_utc(u64::MAX, last)]);
        let ends = || ends.into_iter().flatten();
        (ends().chain(self.first).min(), ends().chain(self.last).max())
    }

    /// UTC of the last line that has a local time, where the log's own lines tell its clock.
    #[must_use]
    pub fn last_line_by_own_clock(&self) -> Option<FileTime> {
        let clock = self.clock.as_ref().filter(|clock| clock.trust == Trust::Recorded)?;
        let lines = self.lines.iter().filter_map(|line| Some(clock.to_utc(line.line, line.local?)));
        lines.max()
    }
}

/// A time in which a servicing process, or one of its threads, did nothing that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silence {
    /// The process.
    pub process: ProcessId,
    /// `None` for all threads of the process.
    pub thread: Option<u32>,
    /// Start.
    pub from: FileTime,
    /// End.
    pub to: FileTime,
}

impl Silence {
    /// One that says something: servicing never pauses for as long where nothing keeps it.
    pub const LEAST: Ticks = Ticks::seconds(20);
}

/// A phase that events bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseSpan {
    /// Which.
    pub phase: PhaseName,
    /// Start.
    pub start: FileTime,
    /// `None` where the end is not recorded.
    pub end: Option<FileTime>,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
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
