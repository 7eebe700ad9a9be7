//! What recovery reports about a damaged log.

use crate::PmlError;

/// The process id of a process whose id no record holds. No process has it, because ids are multiples of four.
pub const UNKNOWN_PID: u32 = u32::MAX;

/// Bytes among the events that are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where they begin in the file.
    pub offset: u64,
    /// How many.
    pub bytes: u64,
}

/// What a damaged log had lost, and how much of it was found again.
#[derive(Debug)]
pub struct Recovered {
    /// Why the log cannot be read as it is. `None` if only its tables are damaged.
    pub reason: Option<PmlError>,
    /// Events that were found by walking the records, or that the log's own array lists.
    pub events: u64,
    /// Whether the log's own array of event offsets was found after the events.
    pub listed: bool,
    /// Damaged places between events, the first of them; [`Self::gap_bytes`] counts all.
    pub gaps: Vec<Gap>,
    /// Bytes in damaged places between events.
    pub gap_bytes: u64,
    /// The record or completion data that the end of the file cuts off. If no tables follow, it can also be bytes
    /// after the last record that are no record.
    pub tail: Option<Gap>,
    /// Where the names of processes come from, if the log's tables do not hold them all.
    pub names: Option<Names>,
}

impl Recovered {
    /// Of a log whose events are listed and whose tables are damaged.
    pub(crate) fn of_tables(events: u32) -> Self {
        Self {
            reason: None,
            events: events.into(),
            listed: true,
            gaps: Vec::new(),
            gap_bytes: 0,
            tail: None,
            names: None,
        }
    }
}

/// Where the names of the processes come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Names {
    /// Processes that could be read in the log's own table.
    pub of_table: u32,
    /// Processes that a Process Create or Process Defined event names.
    pub of_events: u32,
    /// Processes whose name follows from what they load: System from its drivers, a program from its first image.
    pub inferred: u32,
    /// Processes that no record names.
    pub unknown: u32,
    /// Events of these.
    pub unknown_events: u64,
}
