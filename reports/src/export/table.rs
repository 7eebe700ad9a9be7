//! A table for people at a terminal. What the log says cannot move the cursor or change colours: control characters are
//! shown as what they are.

use pml_reader::{Column, PmlError, PmlEvent};
use timeline::query::column_name;

use super::{Format, push_column};
use crate::visible::{columns, shorten_end, shorten_path, visible};

/// A table.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    width: Option<usize>,
}

/// Widths that fit nearly all values of a column; the last column takes what is left.
const WIDTHS: &[(Column, usize)] = &[
    (Column::TimeOfDay, 16),
    (Column::DateAndTime, 28),
    (Column::ProcessName, 20),
    (Column::Pid, 6),
    (Column::Tid, 6),
    (Column::Operation, 22),
    (Column::Result, 16),
    (Column::Duration, 10),
    (Column::Path, 60),
    (Column::EventClass, 11),
];
const OTHER_WIDTH: usize = 16;

impl Table {
    /// These columns, lines cut to `width` where that is given.
    pub fn new(columns: Vec<Column>, width: Option<usize>) -> Self {
        Self { columns, width }
    }

    fn row(&self, out: &mut String, mut cell: impl FnMut(Column, &mut String)) {
        let mut text = String::new();
        let mut left = self.width;
        let last = self.columns.len().saturating_sub(1);
        for (i, column) in self.columns.iter().enumerate() {
            text.clear();
            cell(*column, &mut text);
            let shown = visible(&text);
            let wanted = WIDTHS.iter().find(|(c, _)| c == column).map_or(OTHER_WIDTH, |(_, width)| *width);
            if i == last {
                let shown = match left {
                    Some(left) if *column == Column::Path => shorten_path(&shown, left),
                    Some(left) => shorten_end(&shown, left),
                    None => shown,
                };
                out.push_str(&shown);
            } else {
                let shown = if self.width.is_some() { shorten_end(&shown, wanted) } else { shown };
                out.push_str(&shown);
                let taken = columns(&shown);
                let gap = wanted.saturating_sub(taken) + 1;
                out.extend(std::iter::repeat_n(' ', gap));
                left = left.map(|left| left.saturating_sub(taken + gap));
            }
        }
        while out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
    }
}

impl Format for Table {
    type Memory = ();

    fn begin(&self, out: &mut String) {
        self.row(out, |column, text| text.push_str(&column_name(column)));
    }

    fn event(&self, event: &PmlEvent<'_>, _memory: &mut (), out: &mut String) -> Result<(), PmlError> {
        let mut damage = Ok(());
        self.row(out, |column, text| {
            if let Err(error) = push_column(event, column, text) {
                damage = Err(error);
            }
        });
        damage
    }
}
