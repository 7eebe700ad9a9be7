//! The rows of an export: their texts, and the numbers in them.

use std::ops::ControlFlow;

use pml_reader::{Column, NO_NUMBER, PmlError, Style, import::ImportRow};
use rayon::prelude::*;

use super::{ImportSource, no_time};
use crate::{
    model::FileTime,
    query::{Row, Rows, Visit},
};

/// Parts of the file that are made before they are taken.
const PARTS: usize = 32;

/// A row whose time can be read.
struct TimedRow<'r> {
    row: &'r ImportRow<'r>,
    time: FileTime,
    span: (FileTime, FileTime),
}

impl Row for TimedRow<'_> {
    type Damage = PmlError;

    fn index(&self) -> u64 {
        self.row.index()
    }

    fn time(&self) -> FileTime {
        self.time
    }

    fn span(&self) -> (FileTime, FileTime) {
        self.span
    }

    fn status(&self) -> Option<u32> {
        self.row.status()
    }

    fn number(&self, column: Column) -> Option<u64> {
        match column {
            Column::TimeOfDay | Column::DateAndTime => Some(self.time.0),
            Column::RelativeTime => Some(self.time.since(self.span.0).0),
            Column::Duration => self.row.duration(),
            Column::CompletionTime => self.row.duration().map(|d| self.time.0.saturating_add(d)),
            _ => self.row.number(column).map(u64::from),
        }
    }

    fn push(&self, column: Column, style: Style, out: &mut String) -> Result<(), PmlError> {
        if column == Column::Sequence {
            out.push_str(NO_NUMBER);
        } else if column.is_number() {
            if let Some(number) = self.number(column) {
                style.push_number(column, number, out);
            }
        } else if let Some(text) = self.row.get(column) {
            out.push_str(&text);
        }
        Ok(())
    }
}

impl Rows for ImportSource {
    fn count(&self) -> Option<u64> {
        Some(self.file.len())
    }

    fn visit<V: Visit>(
        &self,
        visit: &V,
        take: &mut dyn FnMut(V::Part) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let span = self.span();
        for from in (0..self.file.parts()).step_by(PARTS) {
            let to = (from + PARTS).min(self.file.parts());
            let parts: Vec<V::Part> = (from..to)
                .into_par_iter()
                .map_init(V::Memory::default, |memory, number| {
                    let mut part = V::Part::default();
                    for (index, row) in self.file.part(number) {
                        match row {
                            Ok(row) => match row.time() {
                                Some(time) => {
                                    let row = TimedRow { row: &row, time: time.into(), span };
                                    if visit.row(&row, memory, &mut part).is_break() {
                                        break;
                                    }
                                }
                                None => visit.damaged(1, &no_time(&row), &mut part),
                            },
                            Err(error) => visit.damaged(1, &format!("row {index}: {error}"), &mut part),
                        }
                    }
                    part
                })
                .collect();
            parts.into_iter().try_for_each(&mut *take)?;
        }
        ControlFlow::Continue(())
    }
}
