//! Process Monitor's CSV: a heading, then one row for each event. Every field is in quotes, quotes in it are doubled,
//! and rows end with CRLF. Texts may hold line breaks. The headings are English in every language of Windows.

use std::ops::Range;

use super::{fields::Fields, rows::Starts, units::Units};
use crate::{COLUMNS, Column};

/// Bytes that a heading may take; 27 headings take 350.
const MAX_HEADING: usize = 1 << 16;

/// What the heading says.
#[derive(Debug)]
pub(crate) struct Csv {
    units: Units,
    /// A column for each field; `None` if it is not one of Process Monitor's.
    columns: Vec<Option<Column>>,
}

const QUOTE: Option<u16> = Some(b'"' as u16);
const COMMA: Option<u16> = Some(b',' as u16);

impl Starts for Csv {
    /// A line break ends a row if another row begins after it.
    ///
    /// Inside a field every run of quotes is even, except for the one that closes the field. A comma or a line break
    /// follows that one. So an odd run with anything else after it opens a field. Empty fields may stand before it.
    /// No state is needed. Damage ends with its row, and any part of the file can be read by itself.
    fn starts<'b>(&'b self, bytes: &'b [u8], range: Range<usize>) -> Box<dyn Iterator<Item = usize> + 'b> {
        let width = self.units.width();
        // The line break before the first byte of the range counts, the one whose row begins behind the range does not.
        let from = range.start.saturating_sub(width);
        let breaks = self.units.line_breaks(bytes, from..range.end);
        let begins = breaks.map(move |at| at + width);
        Box::new(begins.filter(move |at| range.contains(at) && self.opens(bytes, *at)))
    }
}

impl Csv {
    pub(crate) fn begin(bytes: &[u8], units: Units) -> Self {
        let end = bytes.len().min(units.begin() + MAX_HEADING);
        let head = units.decode(bytes.get(units.begin()..end).unwrap_or_default());
        let mut columns = Vec::new();
        // What follows the heading is no field of it.
        let line = head.lines().next().unwrap_or_default();
        let _ = split(line, |_, range, _| {
            let name = line.get(range).unwrap_or_default().trim();
            columns.push(COLUMNS.iter().find(|(_, heading)| *heading == name).map(|(column, _)| *column));
        });
        Self { units, columns }
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().flatten().copied()
    }

    fn opens(&self, bytes: &[u8], at: usize) -> bool {
        let width = self.units.width();
        let unit = |at| self.units.at(bytes, at);
        let mut at = at;
        for _ in 0..self.columns.len() {
            let empty = unit(at) == QUOTE && unit(at + width) == QUOTE && unit(at + 2 * width) == COMMA;
            if !empty {
                break;
            }
            at += 3 * width;
        }
        let mut odd = false;
        while unit(at) == QUOTE {
            odd = !odd;
            at += width;
        }
        odd && !matches!(unit(at), COMMA | None | Some(0x0A | 0x0D))
    }

    /// Where the fields of a row lie.
    ///
    /// # Errors
    /// What is wrong with it: the value, and what was expected.
    pub(crate) fn read(&self, text: &str, fields: &mut Fields) -> Result<(), (u64, &'static str)> {
        let count = split(text, |number, range, doubled| {
            if let Some(Some(column)) = self.columns.get(number) {
                fields.set(*column, range, doubled);
            }
        })?;
        if count == self.columns.len() {
            Ok(())
        } else {
            Err((count as u64, "as many fields as the heading has"))
        }
    }
}

/// Calls `field` for each field of a row, with its number, where its text lies between the quotes, and whether quotes
/// in it are doubled. Returns the number of fields.
fn split(text: &str, mut field: impl FnMut(usize, Range<usize>, bool)) -> Result<usize, (u64, &'static str)> {
    let bytes = text.as_bytes();
    let (mut at, mut number) = (0, 0);
    let wrong = |number: usize, expected| Err((number as u64, expected));
    loop {
        if bytes.get(at) != Some(&b'"') {
            return wrong(number, "a field that begins with a quote");
        }
        let start = at + 1;
        let (mut from, mut doubled) = (start, false);
        let end = loop {
            let Some(quote) = memchr::memchr(b'"', bytes.get(from..).unwrap_or_default()) else {
                return wrong(number, "a field that ends with a quote");
            };
            if bytes.get(from + quote + 1) != Some(&b'"') {
                break from + quote;
            }
            doubled = true;
            from += quote + 2;
        };
        field(number, start..end, doubled);
        number += 1;
        let rest = bytes.get(end + 1..).unwrap_or_default();
        match rest.first() {
            Some(b',') => at = end + 2,
            _ if rest.trim_ascii().is_empty() => return Ok(number),
            _ => return wrong(number, "a comma or the row's end behind a field"),
        }
    }
}
