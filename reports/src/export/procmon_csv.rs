//! Process Monitor's own CSV export, byte for byte as 3.53 writes it (en-US): BOM, 27 columns, every field quoted, CRLF.

use pml_reader::{COLUMNS, Column, FileTime, Style};
use timeline::query::Row;

use super::{
    Format,
    template::{Printed, Template},
};

/// Process Monitor's CSV.
#[derive(Debug)]
pub struct ProcmonCsv {
    style: Style,
    columns: Vec<Column>,
    template: Template,
}

impl ProcmonCsv {
    /// All columns, on a clock this many minutes ahead of UTC.
    #[must_use]
    pub fn new(utc_offset_minutes: i32) -> Self {
        Self::with_columns(utc_offset_minutes, COLUMNS.iter().map(|(column, _)| *column).collect())
    }

    /// Some columns, as a Process Monitor that shows these exports them.
    #[must_use]
    pub fn with_columns(utc_offset_minutes: i32, columns: Vec<Column>) -> Self {
        Self { style: Style::procmon(utc_offset_minutes), template: Template::new(&columns), columns }
    }
}

impl Format for ProcmonCsv {
    type Memory = Memory;

    fn begin(&self, out: &mut String) {
        out.push('\u{FEFF}');
        for (i, column) in self.columns.iter().enumerate() {
            out.push_str(if i > 0 { ",\"" } else { "\"" });
            out.push_str(column.heading());
            out.push('"');
        }
        out.push_str("\r\n");
    }

    fn row<R: Row>(&self, row: &R, memory: &mut Memory, out: &mut String) -> Result<(), R::Damage> {
        let mut damage = Ok(());
        let Memory { printed, clock } = memory;
        self.template.push(row, printed, out, |column, out| {
            out.push('"');
            let start = out.len();
            let offset = self.style.utc_offset_minutes;
            let time = || row.number(column).map(|time| FileTime(time).shifted(offset).0);
            match column {
                Column::TimeOfDay | Column::CompletionTime => {
                    time().into_iter().for_each(|time| clock.push_time_of_day(time, out));
                }
                Column::DateAndTime => time().into_iter().for_each(|time| clock.push_date_time(time, out)),
                _ => {
                    if let Err(error) = row.push(column, self.style, out) {
                        damage = Err(error);
                    }
                    if matches!(column, Column::Path | Column::Detail) || column.is_of_process() {
                        super::csv::double_quotes(out, start);
                    }
                }
            }
            out.push('"');
        });
        out.push_str("\r\n");
        damage
    }
}

/// What a thread remembers.
#[derive(Debug, Default)]
pub struct Memory {
    printed: Printed,
    clock: Clock,
}

/// The last second that was printed: neighbouring events mostly share it.
#[derive(Debug, Default)]
struct Clock {
    second: Option<u64>,
    /// `7/12/2020 1:18:10 AM`
    date_time: String,
    /// Where the clock begins in it, and where its half of the day.
    parts: (usize, usize),
}

const TICKS: u64 = pml_reader::TICKS_PER_SECOND;

impl Clock {
    fn turn_to(&mut self, time: u64) {
        let second = time / TICKS;
        if self.second != Some(second) {
            self.second = Some(second);
            self.date_time.clear();
            FileTime(time).push_date_time(&mut self.date_time);
            let clock = self.date_time.find(' ').map_or(0, |at| at + 1);
            self.parts = (clock, self.date_time.len().saturating_sub(3));
        }
    }

    fn push_date_time(&mut self, time: u64, out: &mut String) {
        self.turn_to(time);
        out.push_str(&self.date_time);
    }

    fn push_time_of_day(&mut self, time: u64, out: &mut String) {
        self.turn_to(time);
        let (clock, half) = self.parts;
        out.push_str(self.date_time.get(clock..half).unwrap_or_default());
        out.push('.');
        let mut digits = [b'0'; 7];
        let mut ticks = time % TICKS;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (ticks % 10) as u8;
            ticks /= 10;
        }
        out.push_str(std::str::from_utf8(&digits).unwrap_or_default());
        out.push_str(self.date_time.get(half..).unwrap_or_default());
    }
}
