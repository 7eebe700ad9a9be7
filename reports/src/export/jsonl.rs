//! One JSON object a line: the columns by name, with the event's number and its status in hex.

use std::fmt::Write as _;

use pml_reader::Column;
use timeline::query::{Row, column_name};

use super::{Format, push_cell};

/// JSON lines.
#[derive(Debug)]
pub struct JsonLines {
    /// The columns with their keys as they are printed.
    columns: Vec<(Column, String)>,
}

impl JsonLines {
    /// These columns.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.iter().map(|c| (*c, format!(",\"{}\":", column_name(*c)))).collect() }
    }
}

/// Columns that hold a number and are written as one.
fn is_printed_bare(column: Column) -> bool {
    matches!(column, Column::Pid | Column::ParentPid | Column::Tid | Column::Session | Column::Duration)
}

impl Format for JsonLines {
    type Memory = String;

    fn begin(&self, _out: &mut String) {}

    fn row<R: Row>(&self, row: &R, text: &mut String, out: &mut String) -> Result<(), R::Damage> {
        let mut damage = Ok(());
        // Writing to a String cannot fail.
        let _ = write!(out, "{{\"index\":{}", row.index());
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
            match serde_json::to_string(text) {
                Ok(quoted) if !is_printed_bare(*column) => out.push_str(&quoted),
                _ => out.push_str(text),
            }
        }
        out.push_str("}\n");
        damage
    }
}
