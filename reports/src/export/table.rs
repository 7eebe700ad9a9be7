//! A table for people at a terminal. The log's text cannot move the cursor or change colours. Control characters are
//! made visible.

use pml_reader::Column;
use timeline::query::{Row, column_name};

use super::{Format, push_cell};
use crate::visible::{columns, shorten_end, shorten_path, visible};

/// A table.
#[derive(Debug)]
pub struct Table {
    /// The columns, each with its width.
    columns: Vec<(Column, usize)>,
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
/// What a column of text may be cut to, if a terminal is narrow.
const NARROW: usize = 10;
/// What the last column has, unless the terminal is narrower than the others at their narrowest.
const LAST: usize = 30;

impl Table {
    /// These columns. Lines are cut to `width` if it is given.
    #[must_use]
    pub fn new(columns: Vec<Column>, width: Option<usize>) -> Self {
        let wanted =
            |c: &Column| WIDTHS.iter().find(|(known, _)| known == c).map_or(OTHER_WIDTH, |(_, w)| *w);
        let mut columns: Vec<_> = columns.iter().map(|column| (*column, wanted(column))).collect();
        if let (Some(width), Some((_, others))) = (width, columns.split_last_mut()) {
            fit(others, width.saturating_sub(LAST));
        }
        Self { columns, width }
    }

    fn line(&self, out: &mut String, mut cell: impl FnMut(Column, &mut String)) {
        let mut text = String::new();
        let mut left = self.width;
        let last = self.columns.len().saturating_sub(1);
        for (i, (column, wanted)) in self.columns.iter().enumerate() {
            text.clear();
            cell(*column, &mut text);
            let shown = visible(&text);
            if i == last {
                let shown = match left {
                    Some(left) if *column == Column::Path => shorten_path(&shown, left),
                    Some(left) => shorten_end(&shown, left),
                    None => shown,
                };
                out.push_str(&shown);
            } else {
                let shown = if self.width.is_some() { shorten_end(&shown, *wanted) } else { shown };
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

/// Makes the widest columns of text narrower until all take no more than `width`, with a gap after each.
fn fit(columns: &mut [(Column, usize)], width: usize) {
    // Numbers and times which are cut off would be others.
    while columns.iter().map(|(_, width)| width + 1).sum::<usize>() > width {
        let cut = columns.iter_mut().filter(|(column, width)| !column.is_number() && *width > NARROW);
        let Some((_, widest)) = cut.max_by_key(|(_, width)| *width) else { return };
        *widest -= 1;
    }
}

impl Format for Table {
    type Memory = ();

    fn begin(&self, out: &mut String) {
        self.line(out, |column, text| text.push_str(&column_name(column)));
    }

    fn row<R: Row>(&self, row: &R, _memory: &mut (), out: &mut String) -> Result<(), R::Damage> {
        let mut damage = Ok(());
        self.line(out, |column, text| {
            if let Err(error) = push_cell(row, column, text) {
                damage = Err(error);
            }
        });
        damage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_text_make_room_for_the_last() {
        use Column::{Operation, Path, Pid, ProcessName, Result, TimeOfDay};
        let widths = |width| {
            let table = Table::new(vec![TimeOfDay, ProcessName, Pid, Operation, Result, Path], width);
            table.columns.iter().map(|(_, width)| *width).collect::<Vec<_>>()
        };
        assert_eq!(widths(None), [16, 20, 6, 22, 16, 60]);
        assert_eq!(widths(Some(200)), widths(None));
        // 115 are enough for all of them and a last column of 30.
        assert_eq!(widths(Some(115)), widths(None));
        assert_eq!(widths(Some(100)), [16, 15, 6, 14, 14, 60]);
        assert_eq!(widths(Some(40)), [16, 10, 6, 10, 10, 60]);
        assert!(Table::new(Vec::new(), Some(10)).columns.is_empty());
    }
}
