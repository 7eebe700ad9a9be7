//! What a log holds whose lines have the form of CBS.log's: dism.log, and the logs of Windows Setup.

use crate::cbs::{Header, Level};
use crate::time::LocalTime;

/// What such a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Records.
    pub records: u64,
    /// Records at level Error.
    pub errors: u64,
    /// Records at level Warning.
    pub warnings: u64,
    /// Lines that belong to no record.
    pub malformed: u64,
    /// Time of the earliest record.
    pub first: Option<LocalTime>,
    /// Time of the latest record.
    pub last: Option<LocalTime>,
}

impl RecordCounts {
    /// Counts a record.
    pub(crate) fn add(&mut self, header: &Header<'_>) {
        self.records += 1;
        self.first = Some(self.first.map_or(header.time, |first| first.min(header.time)));
        self.last = self.last.max(Some(header.time));
        self.errors += u64::from(header.level == Level::Error);
        self.warnings += u64::from(header.level == Level::Warning);
    }
}
