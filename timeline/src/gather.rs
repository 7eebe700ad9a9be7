//! One parallel pass over all operations of a source, for any caller that makes something of them.

use std::ops::{ControlFlow, Deref};

use crate::{
    model::{EventId, ProcessId, SourceId},
    query::{Row, Rows, Visit},
    sources::trace::{STEP, joined},
};

/// An operation with its place in the timeline.
#[derive(Debug)]
pub struct Done<'r, R> {
    row: &'r R,
    /// Which event it is.
    pub id: EventId,
    /// Who did it, by position in [`crate::Timeline::processes`].
    pub process: Option<ProcessId>,
}

impl<R> Deref for Done<'_, R> {
    type Target = R;

    fn deref(&self) -> &R {
        self.row
    }
}

/// What is made of operations.
pub trait Gather: Sync {
    /// What one thread has made of its share.
    type Part: Default + Send;

    /// Takes an operation.
    fn take<R: Row>(&self, done: &Done<'_, R>, part: &mut Self::Part);

    /// Joins a part with the one that follows it in the source.
    fn join(&self, earlier: Self::Part, later: Self::Part) -> Self::Part;
}

/// Gathers from one source; `places` are those of its processes in the timeline's.
struct Gathering<'g, G> {
    gather: &'g G,
    source: SourceId,
    places: &'g [ProcessId],
}

impl<G: Gather> Visit for Gathering<'_, G> {
    type Memory = ();
    type Part = G::Part;
    const STEP: usize = STEP;

    fn row<R: Row>(&self, row: &R, (): &mut (), part: &mut G::Part) -> ControlFlow<()> {
        if row.operation().is_some() {
            let process = row.process().and_then(|slot| self.places.get(slot as usize).copied());
            let id = EventId { source: self.source, index: row.index() };
            self.gather.take(&Done { row, id, process }, part);
        }
        ControlFlow::Continue(())
    }
}

/// Gathers from all operations of a source.
pub(crate) fn gather<G: Gather>(
    rows: &impl Rows,
    source: SourceId,
    places: &[ProcessId],
    gather: &G,
) -> G::Part {
    let visit = Gathering { gather, source, places };
    joined(|take| rows.visit(&visit, take), |a, b| gather.join(a, b))
}
