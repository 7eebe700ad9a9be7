//! Searches the events of a case, and gives what the page shows of them: rows of a window, one event whole, all as CSV.

use std::io::{self, Write};

use reports::Lang;
use reports::export::{Csv, JsonLines, export, find, print_numbered};
use serde::{Deserialize, Serialize};
use timeline::{
    EventId, Source, SourceId, Timeline,
    query::{COLUMNS, Column, Filter, FilterError, column_name, column_named},
};

/// What is wanted, in the words of `bootrace events`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Conditions `COLUMN RELATION VALUE`, as for `--where`.
    conditions: Vec<String>,
    /// As for `--from`.
    from: Option<String>,
    /// As for `--to`.
    to: Option<String>,
    /// Of this input alone.
    input: Option<usize>,
    /// The language of what is wrong with it, as a tag.
    lang: String,
}

/// The events that were found.
#[derive(Debug)]
pub struct Search {
    timeline: &'static Timeline<'static>,
    filter: Filter,
    found: Vec<Trace>,
}

/// What was found in one trace.
#[derive(Debug)]
struct Trace {
    input: usize,
    numbers: Vec<u64>,
}

/// A column that can be shown.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// Its name in filters.
    pub name: String,
    /// Its heading.
    pub heading: &'static str,
    /// Whether it is shown at first.
    pub shown: bool,
}

/// Columns that are shown at first.
const AT_FIRST: [Column; 6] =
    [Column::TimeOfDay, Column::ProcessName, Column::Pid, Column::Operation, Column::Result, Column::Path];

/// What is shown of one event beside its columns.
#[derive(Debug, Serialize)]
struct Whole {
    path: String,
    columns: serde_json::Value,
    stack: Option<Vec<String>>,
}

impl Search {
    /// Searches all traces of a case, or one.
    ///
    /// # Errors
    /// What is wrong with what is wanted.
    pub fn new(timeline: &'static Timeline<'static>, wanted: &Wanted) -> Result<Self, String> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let (from, to) = (said(&wanted.from), said(&wanted.to));
        let filter =
            Filter::parse(&wanted.conditions).and_then(|f| f.between(from.as_deref(), to.as_deref()));
        let lang = Lang::from_tag(&wanted.lang).unwrap_or_default();
        let told = |error: FilterError| match lang {
            Lang::En => error.words().en,
            Lang::Zh => error.words().zh,
        };
        let mut filter = filter.map_err(told)?;
        let time = |number| timeline.numbered(number).first().map(|event| event.time);
        filter.set_event_times(time).map_err(told)?;
        let inputs = timeline.case.inputs.iter().enumerate();
        let traces = inputs
            .filter(|(at, input)| input.source.is_trace() && wanted.input.is_none_or(|wanted| wanted == *at));
        let found =
            traces.map(|(input, trace)| Trace { input, numbers: find(&trace.source, &filter) }).collect();
        Ok(Self { timeline, filter, found })
    }

    /// How many were found.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.iter().map(|trace| trace.numbers.len()).sum()
    }

    /// Where an event stands among those that were found.
    #[must_use]
    pub fn place(&self, input: usize, number: u64) -> Option<usize> {
        let trace = self.found.iter().position(|trace| trace.input == input)?;
        let before: usize = self.found.iter().take(trace).map(|trace| trace.numbers.len()).sum();
        let at = self.found.get(trace)?.numbers.iter().position(|other| *other == number)?;
        Some(before + at)
    }

    /// Some of those that were found, as JSON: a list of objects, each with the number of its input and its rows.
    #[must_use]
    pub fn rows(&self, from: usize, count: usize, columns: &[Column]) -> String {
        let format = JsonLines::new(columns);
        let (mut skip, mut left) = (from, count);
        let mut groups = Vec::new();
        for trace in &self.found {
            let numbers = trace.numbers.get(skip.min(trace.numbers.len())..).unwrap_or_default();
            skip = skip.saturating_sub(trace.numbers.len());
            let numbers = numbers.get(..left.min(numbers.len())).unwrap_or_default();
            left -= numbers.len();
            if let (Some(source), false) = (self.source(trace.input), numbers.is_empty()) {
                let lines = print_numbered(source, numbers, &format);
                let rows: Vec<&str> = lines.lines().collect();
                groups.push(format!("{{\"input\":{},\"rows\":[{}]}}", trace.input, rows.join(",")));
            }
        }
        format!("[{}]", groups.join(","))
    }

    /// Everything of one event, as JSON.
    pub fn event(&self, input: usize, number: u64) -> String {
        let Some(source) = self.source(input) else { return "null".to_owned() };
        let all: Vec<Column> = columns().map(|(column, _)| column).collect();
        let line = print_numbered(source, &[number], &JsonLines::new(&all));
        let id = u16::try_from(input).ok().map(|source| EventId { source: SourceId(source), index: number });
        let stack = id.and_then(|id| self.timeline.stack(id));
        let stack = stack.map(|stack| stack.frames.iter().map(ToString::to_string).collect());
        let path = self.timeline.case.inputs.get(input).map_or_else(String::new, |input| input.path.clone());
        let whole = Whole { path, columns: serde_json::from_str(&line).unwrap_or_default(), stack };
        // Texts, numbers and lists of them always make JSON.
        serde_json::to_string(&whole).unwrap_or_default()
    }

    /// Writes those that were found as CSV, in pieces.
    pub fn csv(&self, columns: Vec<Column>, write: fn(&[u8])) {
        let inputs = self.found.iter().filter_map(|trace| self.source(trace.input));
        let sources: Vec<&Source> = inputs.collect();
        // What takes the pieces does not fail.
        let _ = export(&sources, &self.filter, None, &Csv::new(columns), &mut Pieces(write), |_| {});
    }

    fn source(&self, input: usize) -> Option<&'static Source> {
        self.timeline.case.inputs.get(input).map(|input| &input.source)
    }
}

/// Every column but the one that numbers what is shown.
fn columns() -> impl Iterator<Item = (Column, &'static str)> {
    COLUMNS.iter().copied().filter(|(column, _)| *column != Column::Sequence)
}

/// The columns that can be shown.
pub(crate) fn choices() -> Vec<Choice> {
    let choice =
        |(column, heading)| Choice { name: column_name(column), heading, shown: AT_FIRST.contains(&column) };
    columns().map(choice).collect()
}

/// The columns with these names; names that no column has are passed over.
#[must_use]
pub fn named(names: &[String]) -> Vec<Column> {
    names.iter().filter_map(|name| column_named(name).ok()).collect()
}

/// Hands on what is written.
struct Pieces(fn(&[u8]));

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
