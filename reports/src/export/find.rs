//! Finds events: the numbers of those that a filter wants, how many they are, and the rows of numbers, for whoever shows
//! some at a time.

use super::{Choose, Format, Gather, Print, walk};
use timeline::query::{Filter, Row, Rows};

/// The numbers of the events of a source that `filter` wants, in the file's order.
pub fn find<S: Rows>(source: &S, filter: &Filter) -> Vec<u64> {
    let mut found = Vec::new();
    let take = |numbers: Vec<u64>, _| {
        found.extend(numbers);
        Ok(())
    };
    // Nothing is written, so nothing fails.
    let _ = walk(&[source], filter, None, Numbers, take, |_| {});
    found
}

/// How many events of the sources `filter` wants.
pub fn count<S: Rows>(sources: &[&S], filter: &Filter) -> u64 {
    // Nothing is written, so nothing fails.
    walk(sources, filter, None, Nothing, |(), _| Ok(()), |_| {}).map_or(0, |done| done.events)
}

/// Prints the events of a source that have these numbers, in this order.
pub fn print_numbered<S: Rows, F: Format>(source: &S, numbers: &[u64], format: &F) -> String {
    let print = Choose { filter: &Filter::default(), gather: Print(format), limit: usize::MAX };
    source.visit_numbered(numbers, &print).gathered.text
}

/// Numbers of rows.
struct Numbers;

impl Gather for Numbers {
    type Memory = ();
    type Part = Vec<u64>;

    fn row<R: Row>(&self, row: &R, (): &mut (), numbers: &mut Vec<u64>) -> Result<(), R::Damage> {
        numbers.push(row.index());
        Ok(())
    }
}

/// Nothing of rows: they are only counted.
struct Nothing;

impl Gather for Nothing {
    type Memory = ();
    type Part = ();

    fn row<R: Row>(&self, _: &R, (): &mut (), (): &mut ()) -> Result<(), R::Damage> {
        Ok(())
    }
}
