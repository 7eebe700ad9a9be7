//! The events of a log as Arrow batches: a thread reads the rows, in parallel and a little ahead of who takes them.

use std::{
    io,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{Builder, JoinHandle},
};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use reports::export::{Exported, Field, walk};
use timeline::{Case, Source, query::Filter};

use crate::columns::{Columns, Group, schema};

/// Rows of a batch.
const BATCH: usize = 1 << 16;
/// Bytes of text in a column of a batch, where rows are long.
const BATCH_BYTES: usize = 64 << 20;
/// Groups that wait to be taken. A group has 4,096 rows at most.
const WAITING: usize = 32;

/// What is read, and how.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) case: Arc<Case>,
    pub(crate) filter: Filter,
    pub(crate) fields: Vec<Field>,
    /// What the last stream that came to its end has read.
    pub(crate) done: Mutex<Option<Exported>>,
}

impl Plan {
    pub(crate) fn schema(&self) -> SchemaRef {
        schema(&self.fields)
    }

    /// Reads all rows, and hands them over until nobody takes them any more.
    fn read(&self, to: &SyncSender<Group>) -> io::Result<Exported> {
        let take = |group: Group, _| {
            if group.rows() == 0 {
                return Ok(());
            }
            to.send(group).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        walk(&traces(&self.case), &self.filter, None, Columns(&self.fields), take, |_| {})
    }
}

/// The traces of a case.
pub(crate) fn traces(case: &Case) -> Vec<&Source> {
    case.inputs.iter().map(|input| &input.source).filter(|source| source.is_trace()).collect()
}

/// A stream of batches. It reads nothing before the first batch is asked for.
pub(crate) struct Stream {
    plan: Arc<Plan>,
    schema: SchemaRef,
    reading: Reading,
    /// Rows that were taken from the thread, and the first of them that is in no batch.
    rest: (Group, usize),
}

enum Reading {
    NotYet,
    /// The groups that come, and the thread that sends them.
    Running(Receiver<Group>, JoinHandle<io::Result<Exported>>),
    Ended,
}

impl Stream {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        Self { schema: plan.schema(), plan, reading: Reading::NotYet, rest: Default::default() }
    }

    fn begin(&mut self) -> Result<(), ArrowError> {
        let (to, from) = sync_channel(WAITING);
        let plan = Arc::clone(&self.plan);
        let thread = Builder::new().name("bootrace-events".to_owned()).spawn(move || plan.read(&to))?;
        self.reading = Reading::Running(from, thread);
        Ok(())
    }

    /// The next batch; without rows at the end.
    fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        if matches!(self.reading, Reading::NotYet) {
            self.begin()?;
        }
        let mut batch = Group::of(&self.plan.fields);
        loop {
            let (group, at) = &mut self.rest;
            *at = batch.append(group, *at, BATCH, BATCH_BYTES);
            // What is left does not fit in.
            if batch.rows() == BATCH || *at < group.rows() {
                break;
            }
            let Reading::Running(from, _) = &self.reading else { break };
            match from.recv() {
                Ok(group) => self.rest = (group, 0),
                Err(_) => self.end()?,
            }
        }
        batch.into_batch(&self.plan.fields, &self.schema)
    }

    /// Takes what the thread says at its end.
    fn end(&mut self) -> Result<(), ArrowError> {
        let Reading::Running(_, thread) = std::mem::replace(&mut self.reading, Reading::Ended) else {
            return Ok(());
        };
        let done = thread.join().map_err(|_| bug())??;
        let nothing = done.damaged > 0 && done.damaged == done.seen;
        let first = done.first_damage.clone();
        if let Ok(mut last) = self.plan.done.lock() {
            *last = Some(done);
        }
        match first {
            Some(first) if nothing => {
                Err(ArrowError::ExternalError(format!("no event can be read; the first: {first}").into()))
            }
            _ => Ok(()),
        }
    }
}

fn bug() -> ArrowError {
    ArrowError::ExternalError(
        "bootrace stopped reading because of a fault of its own; please report it".into(),
    )
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    /// A caller in C stands behind this, through which no panic may go.
    fn next(&mut self) -> Option<Self::Item> {
        let batch = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.batch()));
        match batch.unwrap_or_else(|_| Err(bug())) {
            Ok(batch) if batch.num_rows() == 0 => None,
            Ok(batch) => Some(Ok(batch)),
            Err(error) => {
                self.stop();
                Some(Err(error))
            }
        }
    }
}

impl Stream {
    /// Lets the thread end, and waits until it holds the file no more.
    fn stop(&mut self) {
        self.rest = Default::default();
        if let Reading::Running(from, thread) = std::mem::replace(&mut self.reading, Reading::Ended) {
            drop(from);
            // Nobody wants to know what it has read.
            let _ = thread.join();
        }
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stop();
    }
}
