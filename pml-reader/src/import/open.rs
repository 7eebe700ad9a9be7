//! Opens an export: finds its rows, and learns its clock.

use std::sync::OnceLock;

use super::{
    clock::{self, DateEvidence, ImportClock},
    csv::Csv,
    file::{Form, ImportFile},
    rows::RowIndex,
    units::Units,
    xml::Xml,
};
use crate::{Column, PmlError, operation::process};

/// Rows in which the start of a listed process is looked for, to learn the time zone.
const MAX_STARTS: usize = 64;

impl ImportFile {
    /// Opens an export whose bytes another owner holds.
    ///
    /// # Errors
    /// [`PmlError::NoColumn`] if it lacks a column without which its rows say nothing: Operation, Result, and Time of
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

    /// Learns the order of dates from the first and the last row of each part. Without dates it learns when midnight
    /// passed. It learns the time zone from a process start that the list has in UTC.
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

    /// From which row on which day it is. Rows may be some seconds out of order, so the day may also go back.
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
}
