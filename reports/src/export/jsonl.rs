//! One JSON object a line: the columns by name, with the event's number and its status in hex.

use std::fmt::Write as _;

use pml_reader::{Column, PmlError, PmlEvent};
use timeline::query::column_name;

use super::{Format, push_column};

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
fn is_number(column: Column) -> bool {
    matches!(column, Column::Pid | Column::ParentPid | Column::Tid | Column::Session | Column::Duration)
}

impl Format for JsonLines {
    type Memory = String;

    fn begin(&self, _out: &mut String) {}

    fn event(&self, event: &PmlEvent<'_>, text: &mut String, out: &mut String) -> Result<(), PmlError> {
        let mut damage = Ok(());
        // Writing to a String cannot fail.
        let _ = write!(out, "{{\"index\":{},\"status\":\"0x{:08X}\"", event.index(), event.status());
        for (column, key) in &self.columns {
            text.clear();
            if let Err(error) = push_column(event, *column, text) {
                damage = Err(error);
            }
            if text.is_empty() {
                continue;
            }
            out.push_str(key);
            match serde_json::to_string(text) {
                Ok(quoted) if !is_number(*column) => out.push_str(&quoted),
                _ => out.push_str(text),
            }
        }
        out.push_str("}\n");
        damage
    }
}
