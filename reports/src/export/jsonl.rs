//! One JSON object for each line: the columns by name, with the event's number and its status in hex.

use std::fmt::Write as _;

use pml_reader::Column;
use timeline::query::{Row, column_name};

use super::{Format, push_cell};

/// JSON lines.
#[derive(Debug)]
pub struct JsonLines {
    fields: Fields,
}

impl JsonLines {
    /// These columns.
    pub fn new(columns: &[Column]) -> Self {
        Self { fields: Fields::new(columns, column_name) }
    }
}

impl Format for JsonLines {
    type Memory = String;

    fn begin(&self, _out: &mut String) {}

    fn row<R: Row>(&self, row: &R, text: &mut String, out: &mut String) -> Result<(), R::Damage> {
        out.push('{');
        let damage = self.fields.push(row, text, out);
        out.push_str("}\n");
        damage
    }
}

/// The fields of an object that hold a row: its number, its status in hex, and columns that are not empty.
#[derive(Debug)]
pub(super) struct Fields {
    /// The columns with their keys as they are printed.
    columns: Vec<(Column, String)>,
}

impl Fields {
    pub(super) fn new(columns: &[Column], name: impl Fn(Column) -> String) -> Self {
        Self { columns: columns.iter().map(|c| (*c, format!(",\"{}\":", name(*c)))).collect() }
    }

    /// Appends the fields, without the braces around them.
    pub(super) fn push<R: Row>(&self, row: &R, text: &mut String, out: &mut String) -> Result<(), R::Damage> {
        let mut damage = Ok(());
        // Writing to a String cannot fail.
        let _ = write!(out, "\"index\":{}", row.index());
        if let Some(status) = row.status() {
            let _ = write!(out, ",\"status\":\"0x{status:08X}\"");
        }
        for (column, key) in &self.columns {
            text.clear();
            if let Err(error) = push_cell(row, *column, text) {
                damage = Err(error);
            }
            if text.is_empty() {
                continue;
            }
            out.push_str(key);
            if is_printed_bare(*column) {
                out.push_str(text);
            } else {
                push_quoted(text, out);
            }
        }
        damage
    }
}

/// Columns that hold a number and are written as one.
fn is_printed_bare(column: Column) -> bool {
    matches!(column, Column::Pid | Column::ParentPid | Column::Tid | Column::Session | Column::Duration)
}

/// Appends a JSON string.
pub(super) fn push_quoted(text: &str, out: &mut String) {
    // A text can always be quoted.
    if let Ok(quoted) = serde_json::to_string(text) {
        out.push_str(&quoted);
    }
}
