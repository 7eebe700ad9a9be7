//! Exporters of events, one in each file. All of them take the events that a filter selects, in the file's order.
//! They print them in parallel into buffers, which are written one after the other. Nothing is kept of a written
//! event.

mod csv;
mod field;
mod find;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;
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
use timeline::query::{Filter, Glimpse, Row, Rows, Scratch, Visit};

pub use csv::Csv;
pub use field::{Field, FieldKind};
pub use find::{count, find, print_numbered};
pub use jsonl::JsonLines;
#[cfg(feature = "parquet")]
pub use parquet::export_parquet;
pub use procmon_csv::ProcmonCsv;
pub use table::Table;
pub use terminal::Terminal;
pub use timesketch::Timesketch;

/// A format: how the file begins, and how an event is printed.
pub trait Format: Sync {
    /// What one thread remembers from event to event.
    type Memory: Default + Send;

    /// Appends what comes before the first event.
    fn begin(&self, out: &mut String);

    /// Appends a row.
    ///
    /// # Errors
    /// What is damaged in it. The readable part has been appended.
    fn row<R: Row>(&self, row: &R, memory: &mut Self::Memory, out: &mut String) -> Result<(), R::Damage>;
}

/// What an export wrote, and could not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Events written.
    pub events: u64,
    /// Events looked at, and damaged records.
    pub seen: u64,
    /// Damaged records. They are skipped, or written as far as they could be read.
    pub damaged: u64,
    /// The first of them, in words.
    pub first_damage: Option<String>,
}

/// Writes the events of the sources that `filter` selects, one source after the other, at most `limit`. `progress`
/// gets the number of events examined.
///
/// # Errors
/// Those of `out`.
pub fn export<S: Rows, F: Format>(
    sources: &[&S],
    filter: &Filter,
    limit: Option<u64>,
    format: &F,
    out: &mut dyn Write,
    progress: impl Fn(u64),
) -> io::Result<Exported> {
    let mut begin = String::new();
    format.begin(&mut begin);
    out.write_all(begin.as_bytes())?;
    let write = |lines: Lines, wanted: usize| out.write_all(lines.first(wanted).as_bytes());
    let done = walk(sources, filter, limit, Print(format), write, progress)?;
    out.flush()?;
    Ok(done)
}

/// What rows are made into, part by part.
pub trait Gather: Sync {
    /// What one thread remembers from row to row.
    type Memory: Default + Send;
    /// Some rows.
    type Part: Default + Send;

    /// Takes a row.
    ///
    /// # Errors
    /// What is damaged in it. The readable part has been taken.
    fn row<R: Row>(&self, row: &R, memory: &mut Self::Memory, part: &mut Self::Part)
    -> Result<(), R::Damage>;
}

/// Goes through the rows that `filter` wants, at most `limit`; `write` gets the parts in order, each with the number of
/// its rows that are wanted still.
///
/// # Errors
/// Those of `write`, which end the walk.
pub fn walk<S: Rows, G: Gather>(
    sources: &[&S],
    filter: &Filter,
    limit: Option<u64>,
    gather: G,
    mut write: impl FnMut(G::Part, usize) -> io::Result<()>,
    progress: impl Fn(u64),
) -> io::Result<Exported> {
    let limit = limit.unwrap_or(u64::MAX);
    let choose = Choose { filter, gather, limit: usize::try_from(limit).unwrap_or(usize::MAX) };
    let mut done = Exported::default();
    for source in sources {
        let mut failed = None;
        let _ = source.visit(&choose, &mut |part| {
            done.seen += part.seen;
            done.damaged += part.damaged;
            done.first_damage = done.first_damage.take().or(part.first_damage);
            let wanted = usize::try_from(limit - done.events).unwrap_or(usize::MAX).min(part.rows);
            done.events += wanted as u64;
            failed = write(part.gathered, wanted).err();
            progress(done.seen);
            if failed.is_some() || done.events >= limit {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if done.events >= limit {
            break;
        }
    }
    Ok(done)
}

/// Gathers the rows that a filter wants.
struct Choose<'p, G> {
    filter: &'p Filter,
    gather: G,
    limit: usize,
}

/// What one thread keeps between its parts.
struct Memory<G: Gather> {
    filter: Scratch,
    gather: G::Memory,
}

impl<G: Gather> Default for Memory<G> {
    fn default() -> Self {
        Self { filter: Scratch::default(), gather: G::Memory::default() }
    }
}

/// Some rows, and what was passed over between them.
#[derive(Default)]
struct Part<P> {
    gathered: P,
    rows: usize,
    seen: u64,
    damaged: u64,
    first_damage: Option<String>,
}

impl<P> Part<P> {
    fn damage(&mut self, what: impl FnOnce() -> String) {
        self.damaged += 1;
        self.first_damage.get_or_insert_with(what);
    }
}

impl<G: Gather> Visit for Choose<'_, G> {
    type Memory = Memory<G>;
    type Part = Part<G::Part>;

    fn may_want(&self, glimpse: &dyn Glimpse, memory: &mut Memory<G>) -> bool {
        self.filter.is_empty() || self.filter.may_want(glimpse, &mut memory.filter)
    }

    fn asks_of_processes(&self) -> bool {
        self.filter.columns().any(Column::is_of_process)
    }

    fn path_has(&self) -> Vec<String> {
        self.filter.path_has()
    }

    fn passed_over(&self, rows: u64, part: &mut Part<G::Part>) {
        part.seen += rows;
    }

    fn row<R: Row>(&self, row: &R, memory: &mut Memory<G>, part: &mut Part<G::Part>) -> ControlFlow<()> {
        part.seen += 1;
        if !self.filter.is_empty() && !self.filter.wants(row, &mut memory.filter) {
            return ControlFlow::Continue(());
        }
        if part.rows == self.limit {
            return ControlFlow::Break(());
        }
        let damage = self.gather.row(row, &mut memory.gather, &mut part.gathered).err();
        part.rows += 1;
        if let Some(error) = damage.or_else(|| row.damage()) {
            part.damage(|| format!("event {}: {error}", row.index()));
        }
        ControlFlow::Continue(())
    }

    fn damaged(&self, what: &dyn Display, part: &mut Part<G::Part>) {
        part.seen += 1;
        part.damage(|| what.to_string());
    }
}

/// Rows in print.
struct Print<'f, F>(&'f F);

/// The text of some rows.
#[derive(Default)]
struct Lines {
    text: String,
    /// Where each row ends in the text.
    ends: Vec<usize>,
}

impl Lines {
    fn first(&self, rows: usize) -> &str {
        let end = match rows.checked_sub(1) {
            Some(last) => self.ends.get(last).copied().unwrap_or(self.text.len()),
            None => 0,
        };
        self.text.get(..end).unwrap_or_default()
    }
}

impl<F: Format> Gather for Print<'_, F> {
    type Memory = F::Memory;
    type Part = Lines;

    fn row<R: Row>(&self, row: &R, memory: &mut F::Memory, lines: &mut Lines) -> Result<(), R::Damage> {
        let damage = self.0.row(row, memory, &mut lines.text);
        lines.ends.push(lines.text.len());
        damage
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
