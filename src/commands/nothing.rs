//! Why a filter lets no event through: what it asks for occurs nowhere in the traces, or at another time.

use std::collections::BTreeSet;

use reports::{
    export::{Gather, walk},
    model::Time,
};
use timeline::{
    FileTime,
    query::{Column, Filter, Row, Rows, Style, column_name, distance},
};

use crate::words::said as say;

/// Columns with few values, which are told from each other by name.
const NAMED: [Column; 4] = [Column::ProcessName, Column::Operation, Column::EventClass, Column::Result];
/// Values of one column that are remembered.
const MOST: usize = 4096;

/// What there is to find.
#[derive(Default)]
struct Found {
    values: BTreeSet<String>,
    span: Option<(FileTime, FileTime)>,
}

/// Gathers the values of a column.
struct Values(Column);

impl Gather for Values {
    type Memory = String;
    type Part = Found;

    fn row<R: Row>(&self, row: &R, text: &mut String, part: &mut Found) -> Result<(), R::Damage> {
        part.span = Some(row.span());
        text.clear();
        row.push(self.0, Style::default(), text)?;
        if part.values.len() < MOST && !part.values.contains(text.as_str()) {
            part.values.insert(text.clone());
        }
        Ok(())
    }
}

fn found<S: Rows>(traces: &[&S], column: Column) -> Found {
    let mut all = Found::default();
    let (known, unknown): (Vec<&S>, Vec<&S>) = traces.iter().partition(|trace| trace.texts(column).is_some());
    all.values.extend(known.into_iter().filter_map(|trace| trace.texts(column)).flatten());
    let take = |mut part: Found, _| {
        all.values.append(&mut part.values);
        all.span = match (all.span, part.span) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        Ok(())
    };
    // Nothing is written, so nothing fails.
    let _ = walk(&unknown, &Filter::default(), None, Values(column), take, |_| {});
    all
}

/// Sentences on why nothing was found.
pub(super) fn why<S: Rows>(filter: &Filter, traces: &[&S]) -> Vec<String> {
    let mut said = Vec::new();
    for column in NAMED {
        let wanted: Vec<&str> = filter.wanted(column).collect();
        if wanted.is_empty() {
            continue;
        }
        let values = found(traces, column).values;
        if values.iter().any(|value| wanted.contains(&value.to_lowercase().as_str())) {
            continue;
        }
        let name = column_name(column);
        for asked in wanted {
            let near = |value: &&String| distance(&value.to_lowercase(), asked) <= 2.max(asked.len() / 5);
            let near: Vec<&str> = values.iter().filter(near).take(3).map(String::as_str).collect();
            said.push(if near.is_empty() {
                say::NO_SUCH_VALUE.with(&[&name, &asked])
            } else {
                say::NEAR_VALUE.with(&[&name, &asked, &near.join(", ")])
            });
        }
    }
    if said.is_empty()
        && filter.is_timed()
        && let Some(span) = found(traces, Column::EventClass).span
        && !filter.meets(span)
    {
        let [first, last] = [span.0, span.1].map(|time| Time::from_filetime(time.0));
        said.push(say::OTHER_TIME.with(&[&first, &last]));
    }
    if said.is_empty() {
        said.push(say::NO_MATCH.plain());
    }
    said
}
