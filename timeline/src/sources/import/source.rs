//! An export of Process Monitor that is open.

use std::sync::OnceLock;

use pml_reader::import::ImportFile;

use super::processes::Known;
use crate::model::{FileTime, Process};

/// Rows from the end among which the last time is looked for.
const LAST_ROWS: u64 = 64;

/// An export of Process Monitor.
#[derive(Debug)]
pub struct ImportSource {
    /// The export.
    pub file: ImportFile,
    /// The processes, found once the clock is set.
    processes: OnceLock<(Known, Vec<Process>)>,
    span: OnceLock<(FileTime, FileTime)>,
}

impl ImportSource {
    pub(crate) fn new(file: ImportFile) -> Self {
        Self { file, processes: OnceLock::new(), span: OnceLock::new() }
    }

    /// Sets the clock, where the export does not tell it, by a moment that it calls `local`; `false` where nothing was
    /// set. Set it before anything else is read: what was read before has other times.
    pub(crate) fn set_clock(&self, local: FileTime, utc: FileTime) -> bool {
        self.file.set_clock(pml_reader::FileTime(local.0), pml_reader::FileTime(utc.0))
    }

    /// The processes, in the order of their slots.
    pub(super) fn processes(&self) -> &(Known, Vec<Process>) {
        self.processes.get_or_init(|| Known::of(&self.file))
    }

    /// Times of the first and the last row.
    pub(super) fn span(&self) -> (FileTime, FileTime) {
        *self.span.get_or_init(|| {
            let first = self.file.first_time().map_or(FileTime::default(), FileTime::from);
            let count = self.file.len();
            let mut ends = (count.saturating_sub(LAST_ROWS)..count).rev();
            let last = ends.find_map(|index| self.file.row(index).ok()?.time());
            (first, last.map_or(first, FileTime::from))
        })
    }
}
