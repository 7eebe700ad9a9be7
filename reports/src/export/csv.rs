//! CSV for programs: the right values, times in RFC 3339, quotes only where they are needed.

use pml_reader::{Column, PmlError, PmlEvent};
use timeline::query::column_name;

use super::{
    Format, push_column,
    template::{Printed, Template},
};

/// Plain CSV.
#[derive(Debug)]
pub struct Csv {
    columns: Vec<Column>,
    template: Template,
}

impl Csv {
    /// These columns.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { template: Template::new(&columns), columns }
    }
}

impl Format for Csv {
    type Memory = Printed;

    fn begin(&self, out: &mut String) {
        let names: Vec<String> = self.columns.iter().map(|c| column_name(*c)).collect();
        out.push_str(&names.join(","));
        out.push('\n');
    }

    fn event(&self, event: &PmlEvent<'_>, memory: &mut Printed, out: &mut String) -> Result<(), PmlError> {
        let mut damage = Ok(());
        self.template.push(event, memory, out, |column, out| {
            let start = out.len();
            if let Err(error) = push_column(event, column, out) {
                damage = Err(error);
            }
            if out.get(start..).is_some_and(|text| text.contains(['"', ',', '\r', '\n'])) {
                out.insert(start, '"');
                double_quotes(out, start + 1);
                out.push('"');
            }
        });
        out.push('\n');
        damage
    }
}

/// Doubles every quote from `start` on.
pub(crate) fn double_quotes(out: &mut String, start: usize) {
    if out.get(start..).is_some_and(|text| text.contains('"')) {
        let text = out.split_off(start);
        out.push_str(&text.replace('"', "\"\""));
    }
}
