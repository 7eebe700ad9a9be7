//! An open export: its bytes, its columns, its clock, and where its rows lie.

use std::{collections::HashMap, fmt, sync::OnceLock};

use super::{
    clock::ImportClock,
    csv::Csv,
    listed::ImportProcess,
    rows::{RowIndex, Starts},
    units::Units,
    xml::Xml,
};
use crate::{Column, FileTime, PmlError};

/// In which form the rows are.
pub(super) enum Form {
    Csv(Csv),
    Xml(Xml),
}

impl Starts for Form {
    fn starts<'b>(
        &'b self,
        bytes: &'b [u8],
        range: std::ops::Range<usize>,
    ) -> Box<dyn Iterator<Item = usize> + 'b> {
        match self {
            Self::Csv(csv) => csv.starts(bytes, range),
            Self::Xml(xml) => xml.starts(bytes, range),
        }
    }
}

/// An open export. Beyond the bytes it holds an offset for every sixteenth row.
pub struct ImportFile {
    pub(super) data: Box<dyn AsRef<[u8]> + Send + Sync>,
    pub(super) units: Units,
    pub(super) form: Form,
    pub(super) rows: RowIndex,
    pub(super) columns: Vec<Column>,
    pub(super) clock: ImportClock,
    /// The clock as set from outside.
    pub(super) set: OnceLock<ImportClock>,
    pub(super) processes: Vec<ImportProcess>,
    /// Where in `processes` the process with a number is.
    pub(super) by_index: HashMap<u32, usize>,
    pub(super) problems: Vec<PmlError>,
}

impl fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an export of {} rows in {} bytes", self.rows.len(), self.bytes().len())
    }
}

impl ImportFile {
    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        (*self.data).as_ref()
    }

    /// Whether it is XML.
    pub fn is_xml(&self) -> bool {
        matches!(self.form, Form::Xml(_))
    }

    /// Number of rows, the damaged ones among them.
    pub fn len(&self) -> u64 {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns of Process Monitor that it has: those of its rows, and those that its list of processes fills.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether it has a column.
    pub fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    /// What is known of its clock.
    pub fn clock(&self) -> &ImportClock {
        self.set.get().unwrap_or(&self.clock)
    }

    /// Sets the time zone, and the day if there are no dates, by another source. That source knows the moment of a
    /// row: `local`, as `ImportRow::time` gave it, was `utc`. It works only once, and only if the file does not show
    /// the time zone. `false` if nothing was set, for example if the two are no time zone apart.
    pub fn set_clock(&self, local: FileTime, utc: FileTime) -> bool {
        let mut clock = self.clock.clone();
        clock.ahead_minutes.is_none() && clock.align(local, utc) && self.set.set(clock).is_ok()
    }

    /// Whether [`ImportFile::set_clock`] set the clock.
    pub fn clock_was_set(&self) -> bool {
        self.set.get().is_some()
    }

    /// The list of processes, which XML has and CSV has not.
    pub fn processes(&self) -> &[ImportProcess] {
        &self.processes
    }

    /// The process of the list that has this number.
    pub(crate) fn process(&self, index: u32) -> Option<&ImportProcess> {
        self.processes.get(*self.by_index.get(&index)?)
    }

    /// What could not be read, apart from the rows.
    pub fn problems(&self) -> &[PmlError] {
        &self.problems
    }

    /// Parts of the file, for threads.
    pub fn parts(&self) -> usize {
        self.rows.parts()
    }
}
