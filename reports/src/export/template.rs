//! Rows whose columns of the process are printed once for each process, not once for each event.

use std::collections::HashMap;

use pml_reader::Column;
use timeline::query::Row;

/// A row as runs of columns. Those of the process are printed already. The others are printed for each event.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    /// Columns of the process, printed with their separators.
    Process(Vec<Column>),
    /// A column of the event.
    Event(Column),
}

/// The printed process parts, by process index.
pub(crate) type Printed = HashMap<u32, Vec<String>>;

impl Template {
    pub(crate) fn new(columns: &[Column]) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for column in columns {
            match parts.last_mut() {
                Some(Part::Process(run)) if column.is_of_process() => run.push(*column),
                _ if column.is_of_process() => parts.push(Part::Process(vec![*column])),
                _ => parts.push(Part::Event(*column)),
            }
        }
        Self { parts }
    }

    /// Appends a row. `field` appends one column, quoted as its format wants it.
    pub(crate) fn push<R: Row>(
        &self,
        row: &R,
        printed: &mut Printed,
        out: &mut String,
        mut field: impl FnMut(Column, &mut String),
    ) {
        let unknown;
        let process = row.key(Column::ProcessName).and_then(|_| row.process());
        let texts = match process {
            Some(process) => printed.entry(process).or_insert_with(|| self.print(&mut field)),
            None => {
                unknown = self.print(&mut field);
                &unknown
            }
        };
        let mut texts = texts.iter();
        for (i, part) in self.parts.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            match part {
                Part::Process(_) => out.push_str(texts.next().map_or("", String::as_str)),
                Part::Event(column) => field(*column, out),
            }
        }
    }

    /// The runs of process columns, printed.
    fn print(&self, field: &mut impl FnMut(Column, &mut String)) -> Vec<String> {
        let runs = self.parts.iter().filter_map(|part| match part {
            Part::Process(columns) => Some(columns),
            Part::Event(_) => None,
        });
        let mut print = |columns: &Vec<Column>| {
            let mut text = String::new();
            for (i, column) in columns.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                field(*column, &mut text);
            }
            text
        };
        runs.map(&mut print).collect()
    }
}
