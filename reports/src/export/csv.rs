//! CSV for programs: the right values, times in RFC 3339, quotes only if they are needed.

use pml_reader::Column;
use timeline::query::{Row, column_name};

use super::{
    Format, push_cell,
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
    #[must_use]
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

    fn row<R: Row>(&self, row: &R, memory: &mut Printed, out: &mut String) -> Result<(), R::Damage> {
        let mut damage = Ok(());
        self.template.push(row, memory, out, |column, out| {
            let start = out.len();
            if let Err(error) = push_cell(row, column, out) {
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
