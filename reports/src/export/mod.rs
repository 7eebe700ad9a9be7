//! Exporters of events: one a file. All of them take the events that a filter wants, in the file's order, and print them
//! in parallel into buffers that are written one after the other: nothing is kept of an event that is written.

mod csv;
mod jsonl;
mod procmon_csv;
mod table;
mod template;
mod terminal;
mod timesketch;

use std::{
    fmt::Display,
    io::{self, Write},
    ops::ControlFlow,
};

use pml_reader::{Column, Style};
use timeline::query::{Filter, Row, Rows, Scratch, Visit};

pub use csv::Csv;
pub use jsonl::JsonLines;
pub use procmon_csv::ProcmonCsv;
pub use table::Table;
pub use terminal::Terminal;
pub use timesketch::Timesketch;

/// A format: how the file begins, and how an event is printed.
pub trait Format: Sync {
    /// What one thread remembers from event to event.
    type Memory: Default + Send;

    /// Appends what stands before the first event.
    fn begin(&self, out: &mut String);

    /// Appends a row.
    ///
    /// # Errors
    /// What is damaged in it; it has been appended as far as it can be read.
    fn row<R: Row>(&self, row: &R, memory: &mut Self::Memory, out: &mut String) -> Result<(), R::Damage>;
}

/// What an export wrote, and could not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Events written.
    pub events: u64,
    /// Events looked at, and damaged records.
    pub seen: u64,
    /// Damaged records: passed over, or written as far as they could be read.
    pub damaged: u64,
    /// The first of them, in words.
    pub first_damage: Option<String>,
}

/// Writes the events of the sources that `filter` wants, one source after the other, at most `limit`. `progress` is told
/// of the events looked at.
///
/// # Errors
/// What `out` says.
pub fn export<S: Rows, F: Format>(
    sources: &[&S],
    filter: &Filter,
    limit: Option<u64>,
    format: &F,
    out: &mut dyn Write,
    progress: impl Fn(u64),
) -> io::Result<Exported> {
    let mut done = Exported::default();
    let mut begin = String::new();
    format.begin(&mut begin);
    out.write_all(begin.as_bytes())?;
    let limit = limit.unwrap_or(u64::MAX);
    let print = Print { filter, format, limit: usize::try_from(limit).unwrap_or(usize::MAX) };
    for source in sources {
        let mut failed = None;
        let _ = source.visit(&print, &mut |part| {
            if let Err(error) = part.write(&mut done, limit, out) {
                failed = Some(error);
            }
            progress(done.seen);
            if failed.is_some() || done.events >= limit {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        if let Some(error) = failed {
            return Err(error);
        }
    }
    out.flush()?;
    Ok(done)
}

/// Prints the rows that a filter wants.
struct Print<'p, F> {
    filter: &'p Filter,
    format: &'p F,
    limit: usize,
}

/// What one thread keeps between its parts.
struct Memory<F: Format> {
    filter: Scratch,
    format: F::Memory,
}

impl<F: Format> Default for Memory<F> {
    fn default() -> Self {
        Self { filter: Scratch::default(), format: F::Memory::default() }
    }
}

impl<F: Format> Visit for Print<'_, F> {
    type Memory = Memory<F>;
    type Part = Part;

    fn row<R: Row>(&self, row: &R, memory: &mut Memory<F>, part: &mut Part) -> ControlFlow<()> {
        part.seen += 1;
        if !self.filter.is_empty() && !self.filter.wants(row, &mut memory.filter) {
            return ControlFlow::Continue(());
        }
        if part.ends.len() == self.limit {
            return ControlFlow::Break(());
        }
        let damage = self.format.row(row, &mut memory.format, &mut part.text).err();
        part.ends.push(part.text.len());
        if let Some(error) = damage.or_else(|| row.damage()) {
            part.damage(1, || format!("event {}: {error}", row.index()));
        }
        ControlFlow::Continue(())
    }

    fn damaged(&self, records: u64, first: &dyn Display, part: &mut Part) {
        part.seen += records;
        part.damage(records, || first.to_string());
    }
}

/// Some rows in print.
#[derive(Default)]
struct Part {
    text: String,
    /// Where each row ends in the text.
    ends: Vec<usize>,
    seen: u64,
    damaged: u64,
    first_damage: Option<String>,
}

impl Part {
    fn damage(&mut self, records: u64, first: impl FnOnce() -> String) {
        self.damaged += records;
        self.first_damage.get_or_insert_with(first);
    }

    /// Writes as many of the rows as are wanted still.
    fn write(self, done: &mut Exported, limit: u64, out: &mut dyn Write) -> io::Result<()> {
        done.seen += self.seen;
        done.damaged += self.damaged;
        done.first_damage = done.first_damage.take().or(self.first_damage);
        let wanted = usize::try_from(limit - done.events).unwrap_or(usize::MAX);
        let end = match self.ends.get(wanted.wrapping_sub(1)) {
            _ if wanted == 0 => 0,
            Some(end) => *end,
            None => self.text.len(),
        };
        out.write_all(self.text.as_bytes().get(..end).unwrap_or_default())?;
        done.events += self.ends.len().min(wanted) as u64;
        Ok(())
    }
}

/// Appends a cell as every format but Process Monitor's own prints it: times as RFC 3339.
fn push_cell<R: Row>(row: &R, column: Column, out: &mut String) -> Result<(), R::Damage> {
    match column {
        Column::DateAndTime | Column::TimeOfDay | Column::CompletionTime => {
            if let Some(time) = row.number(column) {
                let push = if column == Column::DateAndTime { push_rfc3339 } else { push_clock };
                push(time, out);
            }
            Ok(())
        }
        _ => row.push(column, Style::default(), out),
    }
}

fn push_rfc3339(filetime: u64, out: &mut String) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", crate::model::Time::from_filetime(filetime));
}

/// `01:18:10.7752429`, UTC.
fn push_clock(filetime: u64, out: &mut String) {
    let start = out.len();
    push_rfc3339(filetime, out);
    let text = out.split_off(start);
    let clock = text.split_once('T').map_or("", |(_, clock)| clock);
    out.push_str(clock.trim_end_matches('Z'));
}
