//! One row of an export: the texts of its columns, and what can be derived from them.

use std::borrow::Cow;

use super::{
    detail::{self, AskedOpen},
    fields::Fields,
    file::{Form, ImportFile},
};
use crate::{Column, EventClass, FileTime, Operation, PmlError, STATUS_PENDING, TICKS_PER_SECOND};

impl ImportFile {
    /// A row.
    ///
    /// # Errors
    /// [`PmlError::Value`] if there is no such row or it is damaged; the others are unharmed.
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

/// A row: an event as far as its columns show it.
#[derive(Debug, Clone)]
pub struct ImportRow<'a> {
    file: &'a ImportFile,
    index: u64,
    offset: u64,
    text: Cow<'a, str>,
    fields: Fields,
    process_index: Option<u32>,
}

impl<'a> ImportRow<'a> {
    /// The file that the row is of.
    #[must_use]
    pub fn file(&self) -> &'a ImportFile {
        self.file
    }

    /// Number of the row in the file, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Where it lies in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The text of a column, from the row or from its process in the list. `None` if neither has it.
    #[inline]
    #[must_use]
    pub fn get(&self, column: Column) -> Option<Cow<'_, str>> {
        let Some((range, doubled)) = self.fields.get(column) else {
            return self.file.process(self.process_index?)?.text(column);
        };
        let text = self.text.get(range)?;
        Some(if doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) })
    }

    /// The text of a column as it is in the file, where quotes may be doubled. Empty if there is none.
    #[inline]
    #[must_use]
    pub fn raw(&self, column: Column) -> &str {
        self.fields.get(column).and_then(|(range, _)| self.text.get(range)).unwrap_or_default()
    }

    /// In XML, the number of the event's process in the list of processes.
    #[must_use]
    pub fn process_index(&self) -> Option<u32> {
        self.process_index
    }

    /// Start, on the clock of [`ImportFile::clock`]. `None` if no column has it.
    #[inline]
    #[must_use]
    pub fn time(&self) -> Option<FileTime> {
        self.file.clock().time(self.raw(Column::TimeOfDay), self.raw(Column::DateAndTime), self.index)
    }

    /// Duration in ticks of 100 ns; `None` while pending, and if there is no such column.
    #[must_use]
    pub fn duration(&self) -> Option<u64> {
        let text = self.raw(Column::Duration);
        let (seconds, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let fraction_ticks = match fraction {
            "" => 0,
            digits => {
                let missing = 7u32.checked_sub(u32::try_from(digits.len()).ok()?)?;
                digits.parse::<u64>().ok()?.checked_mul(10u64.pow(missing))?
            }
        };
        seconds.parse::<u64>().ok()?.checked_mul(TICKS_PER_SECOND)?.checked_add(fraction_ticks)
    }

    /// The status that the result stands for. If several have the same text, it is the first by number. `None` for an
    /// unknown text.
    #[inline]
    #[must_use]
    pub fn status(&self) -> Option<u32> {
        match self.raw(Column::Result) {
            "SUCCESS" => Some(0),
            "" => Some(STATUS_PENDING),
            text => {
                let mut named = status_codes::ntstatuses_of_procmon_text(text);
                let number = || u32::from_str_radix(text.strip_prefix("0x")?, 16).ok();
                named.next().map(|status| status.0).or_else(number)
            }
        }
    }

    /// The operation; one that is not known has the number 0xFFFF within its class.
    #[inline]
    #[must_use]
    pub fn operation(&self) -> Operation {
        let class = EventClass::of_name(self.raw(Column::EventClass));
        match Operation::of_name(self.raw(Column::Operation)) {
            Some(named) => Operation { class: class.map_or(named.class, |class| class as u32), ..named },
            None => Operation { class: class.map_or(0, |class| class as u32), code: u16::MAX, sub: 0 },
        }
    }

    /// A number in a column: a process id, a thread id.
    #[inline]
    #[must_use]
    pub fn number(&self, column: Column) -> Option<u32> {
        self.get(column)?.parse().ok()
    }

    /// What an open asked for, from its detail.
    #[must_use]
    pub fn open(&self) -> Option<AskedOpen> {
        detail::open(&self.get(Column::Detail)?)
    }

    /// Second path of a rename or a link, from its detail.
    pub fn target(&self) -> Option<String> {
        detail::field(&self.get(Column::Detail)?, "FileName").map(str::to_owned)
    }

    /// The number in the registry value that was read or written, from its detail.
    #[must_use]
    pub fn value(&self) -> Option<u64> {
        detail::value(&self.get(Column::Detail)?)
    }

    /// Of a Process Exit, the exit status.
    pub fn exit_status(&self) -> Option<u32> {
        let detail = self.get(Column::Detail)?;
        let status: i64 = detail::field(&detail, "Exit Status")?.parse().ok()?;
        // Process Monitor prints it with a sign.
        i32::try_from(status).map(i32::cast_unsigned).ok().or_else(|| u32::try_from(status).ok())
    }

    /// Of a Process Create, the new process: its id and its command line.
    #[must_use]
    pub fn created(&self) -> Option<(u32, String)> {
        let detail = self.get(Column::Detail)?;
        let pid = detail::field(&detail, "PID")?.parse().ok()?;
        Some((pid, detail::field(&detail, "Command line").unwrap_or_default().to_owned()))
    }

    /// Of a Process Start, the parent's id and the command line.
    #[must_use]
    pub fn started(&self) -> Option<(u32, String)> {
        let detail = self.get(Column::Detail)?;
        let parent = detail::field(&detail, "Parent PID")?.parse().ok()?;
        Some((parent, detail::field(&detail, "Command line").unwrap_or_default().to_owned()))
    }
}
