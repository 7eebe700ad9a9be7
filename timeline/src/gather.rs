//! One parallel pass over the operations of a source, for any caller that makes something of them.

use std::ops::{ControlFlow, Deref};

use crate::{
    model::{EventId, ProcessId, SourceId},
    notes::{Notes, Servicing},
    query::{Row, Rows, Visit},
    sources::trace::{STEP, Trace, fold_noted, joined},
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
pub(crate) struct Gathering<'g, G> {
    pub(crate) gather: &'g G,
    pub(crate) source: SourceId,
    pub(crate) places: &'g [ProcessId],
}

impl<G: Gather> Gathering<'_, G> {
    fn take<R: Row>(&self, row: &R, part: &mut G::Part) {
        if row.operation().is_some() {
            let process = row.process().and_then(|slot| self.places.get(slot as usize).copied());
            let id = EventId { source: self.source, index: row.index() };
            self.gather.take(&Done { row, id, process }, part);
        }
    }

    /// Gathers from all operations.
    pub(crate) fn of_all(&self, rows: &impl Rows) -> G::Part {
        joined(|take| rows.visit(self, take), |a, b| self.gather.join(a, b))
    }

    /// Gathers from the operations of processes of servicing.
    pub(crate) fn of_servicing<T: Trace>(&self, trace: &T, notes: &Notes, whose: Servicing) -> G::Part {
        let take = |part: &mut G::Part, row: T::Row<'_>| self.take(&row, part);
        fold_noted(trace, notes, |note| note.may_be_of(whose), take, |a, b| self.gather.join(a, b))
    }
}

impl<G: Gather> Visit for Gathering<'_, G> {
    type Memory = ();
    type Part = G::Part;
    const STEP: usize = STEP;

    fn row<R: Row>(&self, row: &R, (): &mut (), part: &mut G::Part) -> ControlFlow<()> {
        self.take(row, part);
        ControlFlow::Continue(())
    }
}
