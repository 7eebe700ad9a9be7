//! One parallel pass over all operations of a source, for any caller that makes something of them.

use crate::model::{EventId, FileTime, Kind, ProcessId, Ticks};

/// An operation as its source lends it.
pub trait Done {
    /// Which event it is.
    fn id(&self) -> EventId;
    /// Start.
    fn time(&self) -> FileTime;
    /// Duration; `None` while pending.
    fn duration(&self) -> Option<Ticks>;
    /// NTSTATUS.
    fn status(&self) -> u32;
    /// What it does.
    fn kind(&self) -> Kind;
    /// Whether it is an open that asks for attributes only.
    fn looks_only(&self) -> bool;
    /// Thread id; 0 where the source does not tell it.
    fn tid(&self) -> u32;
    /// Process Monitor's name of the operation.
    fn name(&self) -> &'static str;
    /// Who did it, by position in [`crate::Timeline::processes`].
    fn process(&self) -> Option<ProcessId>;
    /// Appends its path.
    fn push_path(&self, out: &mut String);
}

/// What is made of operations.
pub trait Gather: Sync {
    /// What one thread has made of its share.
    type Part: Default + Send;

    /// Takes an operation.
    fn take(&self, done: &impl Done, part: &mut Self::Part);

    /// Joins a part with the one that follows it in the source.
    fn join(&self, earlier: Self::Part, later: Self::Part) -> Self::Part;
}
