//! Process Monitor's exports: CSV and XML. Rows are found once, in parallel, and read again from the map when they are
//! wanted. What the columns do not hold, and how the rest is told from them, is in `docs/IMPORT.md`.

mod clock;
mod csv;
mod detail;
mod listed;
mod row;
mod rows;
mod units;
mod xml;

use std::{collections::HashMap, fmt, sync::OnceLock};

use crate::{Column, FileTime, PmlError, operation::process};
use csv::Csv;
use row::Fields;
use rows::{RowIndex, Starts};
use units::Units;
use xml::Xml;

pub use clock::{DateEvidence, DateOrder, ImportClock};
pub use detail::AskedOpen;
pub use listed::ImportProcess;
pub use row::ImportRow;

/// Rows in which the start of a listed process is looked for, to learn the time zone.
const MAX_STARTS: usize = 64;

enum Form {
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
    data: Box<dyn AsRef<[u8]> + Send + Sync>,
    units: Units,
    form: Form,
    rows: RowIndex,
    columns: Vec<Column>,
    clock: ImportClock,
    /// The clock as set from outside.
    set: OnceLock<ImportClock>,
    processes: Vec<ImportProcess>,
    /// Where in `processes` the process with a number is.
    by_index: HashMap<u32, usize>,
    problems: Vec<PmlError>,
}

impl fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an export of {} rows in {} bytes", self.rows.len(), self.bytes().len())
    }
}

impl ImportFile {
    /// Opens an export whose bytes somebody holds.
    ///
    /// # Errors
    /// [`PmlError::NoColumn`] where it lacks a column without which its rows tell nothing: Operation, Result, and Time of
    /// Day or Date & Time.
    pub fn from_held(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, PmlError> {
        let data: Box<dyn AsRef<[u8]> + Send + Sync> = Box::new(bytes);
        let bytes = (*data).as_ref();
        let units = Units::of(bytes);
        let mut body = units.begin()..bytes.len();
        let first = units.decode(bytes.get(body.start..bytes.len().min(body.start + 64)).unwrap_or_default());
        let mut processes = Vec::new();
        let mut problems = Vec::new();
        let (form, rows) = if first.trim_start().starts_with('<') {
            let mut xml = Xml::new(units);
            let rows = RowIndex::of(bytes, body.clone(), &xml);
            if let Some(event) = rows.row(0, bytes, &xml).and_then(|range| bytes.get(range)) {
                xml.learn(&units.decode(event));
            }
            let list = body.start..rows.begin();
            let (listed, damage) = xml.processes(bytes.get(list.clone()).unwrap_or_default());
            processes = listed;
            problems.extend(damage.map(|damage| PmlError::Value {
                what: "list of processes",
                offset: list.start as u64 + damage.at * units.width() as u64,
                value: processes.len() as u64,
                expected: "well-formed XML",
            }));
            (Form::Xml(xml), rows)
        } else {
            let csv = Csv::begin(bytes, units);
            body.start += units.width();
            let rows = RowIndex::of(bytes, body, &csv);
            (Form::Csv(csv), rows)
        };
        let columns: Vec<Column> = match &form {
            Form::Csv(csv) => csv.columns().collect(),
            Form::Xml(xml) => xml.columns().collect(),
        };
        let (clock, set) = <(ImportClock, OnceLock<ImportClock>)>::default();
        let by_index = processes.iter().enumerate().map(|(at, process)| (process.index, at)).collect();
        let mut file = Self { data, units, form, rows, columns, clock, set, processes, by_index, problems };
        if !(file.is_empty() && file.is_xml()) {
            file.require(&[Column::Operation])?;
            file.require(&[Column::Result])?;
            file.require(&[Column::TimeOfDay, Column::DateAndTime])?;
        }
        file.learn_clock();
        Ok(file)
    }

    fn require(&self, any: &[Column]) -> Result<(), PmlError> {
        let has = any.iter().any(|column| self.has(*column));
        let column = any.first().map_or("", |column| column.heading());
        if has { Ok(()) } else { Err(PmlError::NoColumn { column }) }
    }

    /// Learns the order of dates from the first and the last row of each part, the passings of midnight where there are
    /// no dates, and the time zone from a start that the list of processes has in UTC.
    fn learn_clock(&mut self) {
        let last = |part| self.rows.first_of(part + 1).checked_sub(1);
        let ends = (0..self.rows.parts()).flat_map(|part| [Some(self.rows.first_of(part)), last(part)]);
        let rows = ends.flatten().filter_map(|index| self.row(index).ok());
        let dates: Vec<String> = rows.map(|row| row.raw(Column::DateAndTime).to_owned()).collect();
        let mut clock = ImportClock::learn(dates.iter().map(String::as_str));
        if clock.evidence == DateEvidence::NoDates {
            clock.turns = self.turns();
        }
        self.clock = clock;
        self.align();
    }

    /// From which row on which day it is. Rows may lie some seconds out of order, so a day may also be gone back.
    fn turns(&self) -> Vec<(u64, i64)> {
        const HOUR: i64 = 3600 * crate::TICKS_PER_SECOND as i64;
        let (mut before, mut day, mut turns) = (None, 0, Vec::new());
        for (index, row) in self.rows() {
            let Some(time) = row.ok().and_then(|row| clock::time_of_day(row.raw(Column::TimeOfDay))) else {
                continue;
            };
            let time = time.cast_signed();
            let step = time - before.unwrap_or(time);
            before = Some(time);
            if !(-12 * HOUR..=23 * HOUR).contains(&step) && turns.len() < clock::MAX_TURNS {
                day -= step.signum();
                turns.push((index, day));
            }
        }
        turns
    }

    fn align(&mut self) {
        if !self.processes.iter().any(|p| p.start.is_some()) {
            return;
        }
        let word = self.units.ascii(">Process Start<");
        let found: Vec<usize> = memchr::memmem::find_iter(self.bytes(), &word).take(MAX_STARTS).collect();
        let known = found.into_iter().find_map(|at| {
            let row = self.row(self.rows.at(at, self.bytes(), &self.form)?).ok()?;
            let started = row.operation().code == process::START;
            let process = self.processes.iter().find(|p| Some(p.index) == row.process_index())?;
            let known = (row.time()?, process.start?);
            let mut clock = self.clock.clone();
            (started && clock.align(known.0, known.1)).then_some(clock)
        });
        if let Some(clock) = known {
            self.clock = clock;
        }
    }

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

    /// Sets the time zone, and the day where there are no dates, by something else that knows of a moment which a row
    /// has: `local`, as [`ImportRow::time`] gave it, was `utc`. Only once, and only where the file does not tell by itself;
    /// `false` where nothing was set, as where the two are no time zone apart.
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

    /// What could not be read beside the rows.
    pub fn problems(&self) -> &[PmlError] {
        &self.problems
    }

    /// A row.
    ///
    /// # Errors
    /// [`PmlError::Value`] where there is no such row or it is damaged; the others are unharmed.
    pub fn row(&self, index: u64) -> Result<ImportRow<'_>, PmlError> {
        let range = self.rows.row(index, self.bytes(), &self.form).ok_or(PmlError::Value {
            what: "row number",
            offset: self.bytes().len() as u64,
            value: index,
            expected: "a row of the file",
        })?;
        self.read(index, range)
    }

    /// All rows, in the file's order.
    pub fn rows(&self) -> impl Iterator<Item = (u64, Result<ImportRow<'_>, PmlError>)> {
        (0..self.parts()).flat_map(|part| self.part(part))
    }

    /// Parts into which the file falls, for threads.
    pub fn parts(&self) -> usize {
        self.rows.parts()
    }

    /// The rows of a part, in the file's order.
    pub fn part(&self, part: usize) -> impl Iterator<Item = (u64, Result<ImportRow<'_>, PmlError>)> {
        let rows = self.rows.rows_of(part, self.bytes(), &self.form);
        rows.map(|(index, range)| (index, self.read(index, range)))
    }

    fn read(&self, index: u64, range: std::ops::Range<usize>) -> Result<ImportRow<'_>, PmlError> {
        let offset = range.start as u64;
        let text = self.units.decode(self.bytes().get(range).unwrap_or_default());
        let mut fields = Fields::default();
        let damaged = |what, offset, value, expected| Err(PmlError::Value { what, offset, value, expected });
        let (text, process_index) = match &self.form {
            Form::Csv(csv) => match csv.read(&text, &mut fields) {
                Ok(()) => (text, None),
                Err((value, expected)) => return damaged("a row's field", offset, value, expected),
            },
            Form::Xml(xml) => match xml.read(&text, &mut fields) {
                Ok((texts, process)) => (texts.into(), process),
                Err(damage) => return damaged("an event", offset, damage.at, "well-formed XML to its end"),
            },
        };
        Ok(ImportRow { file: self, index, offset, text, fields, process_index })
    }

    /// Time of the first row whose time can be read.
    pub fn first_time(&self) -> Option<FileTime> {
        self.rows().take(64).find_map(|(_, row)| row.ok()?.time())
    }
}
