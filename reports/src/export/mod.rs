//! Exporters of events: one a file. All of them take the events that a filter wants, in the file's order, and print them
//! in parallel into buffers that are written one after the other: nothing is kept of an event that is written.

mod csv;
mod jsonl;
mod procmon_csv;
mod table;
mod template;
mod terminal;

use std::io::{self, Write};

use pml_reader::{Column, PmlError, PmlEvent, PmlFile, Style};
use rayon::prelude::*;
use timeline::query::{Filter, Scratch};

pub use csv::Csv;
pub use jsonl::JsonLines;
pub use procmon_csv::ProcmonCsv;
pub use table::Table;
pub use terminal::Terminal;

/// Events that one thread takes at a time.
const CHUNK: usize = 4096;
/// Chunks that are printed before they are written.
const CHUNKS: usize = 32;

/// A format: how the file begins, and how an event is printed.
pub trait Format: Sync {
    /// What one thread remembers from event to event.
    type Memory: Default + Send;

    /// Appends what stands before the first event.
    fn begin(&self, out: &mut String);

    /// Appends an event.
    ///
    /// # Errors
    /// What is damaged in it; it has been appended as far as it can be read.
    fn event(
        &self,
        event: &PmlEvent<'_>,
        memory: &mut Self::Memory,
        out: &mut String,
    ) -> Result<(), PmlError>;
}

/// What an export wrote, and could not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Events written.
    pub events: u64,
    /// Damaged records: passed over, or written as far as they could be read.
    pub damaged: u64,
    /// The first of them, in words.
    pub first_damage: Option<String>,
}

/// Writes the events of `file` that `filter` wants, at most `limit`. `progress` is told of the events looked at.
///
/// # Errors
/// What `out` says.
pub fn export<F: Format>(
    file: &PmlFile,
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
    let batch = CHUNK * CHUNKS;
    let mut from = 0;
    while from < file.len() && done.events < limit {
        let to = (from + batch).min(file.len());
        let starts: Vec<usize> = (from..to).step_by(CHUNK).collect();
        let left = usize::try_from(limit - done.events).unwrap_or(usize::MAX);
        let parts: Vec<Part> = starts
            .into_par_iter()
            .map_init(Memory::<F>::default, |memory, start| {
                Part::print(file, filter, start..(start + CHUNK).min(to), left, format, memory)
            })
            .collect();
        for part in parts {
            done.damaged += part.damaged;
            done.first_damage = done.first_damage.take().or(part.first_damage);
            let wanted = usize::try_from(limit - done.events).unwrap_or(usize::MAX);
            let end = match part.ends.get(wanted.wrapping_sub(1)) {
                _ if wanted == 0 => 0,
                Some(end) => *end,
                None => part.text.len(),
            };
            out.write_all(part.text.as_bytes().get(..end).unwrap_or_default())?;
            done.events += part.ends.len().min(wanted) as u64;
        }
        progress(to as u64);
        from = to;
    }
    out.flush()?;
    Ok(done)
}

/// What one thread keeps between its chunks.
struct Memory<F: Format> {
    filter: Scratch,
    format: F::Memory,
}

impl<F: Format> Default for Memory<F> {
    fn default() -> Self {
        Self { filter: Scratch::default(), format: F::Memory::default() }
    }
}

/// A chunk in print.
#[derive(Default)]
struct Part {
    text: String,
    /// Where each event ends in the text.
    ends: Vec<usize>,
    damaged: u64,
    first_damage: Option<String>,
}

impl Part {
    fn print<F: Format>(
        file: &PmlFile,
        filter: &Filter,
        range: std::ops::Range<usize>,
        limit: usize,
        format: &F,
        memory: &mut Memory<F>,
    ) -> Self {
        let mut part = Self::default();
        for index in range {
            match file.event(index) {
                Ok(event) if filter.is_empty() || filter.wants(&event, &mut memory.filter) => {
                    if part.ends.len() == limit {
                        break;
                    }
                    let damage = format.event(&event, &mut memory.format, &mut part.text).err();
                    part.ends.push(part.text.len());
                    if let Some(error) = damage.or_else(|| event.extra_error()) {
                        part.damage(index, &error);
                    }
                }
                Ok(_) => {}
                Err(error) => part.damage(index, &error),
            }
        }
        part
    }

    fn damage(&mut self, index: usize, error: &PmlError) {
        self.damaged += 1;
        self.first_damage.get_or_insert_with(|| format!("event {index}: {error}"));
    }
}

/// Appends a column as every format but Process Monitor's own prints it: times as RFC 3339.
fn push_column(event: &PmlEvent<'_>, column: Column, out: &mut String) -> Result<(), PmlError> {
    match column {
        Column::DateAndTime => push_rfc3339(event.time().0, out),
        Column::TimeOfDay => push_clock(event.time().0, out),
        Column::CompletionTime => {
            if let Some(time) = event.completion() {
                push_clock(time.0, out);
            }
        }
        _ => return Style::default().try_push(event, column, out),
    }
    Ok(())
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
