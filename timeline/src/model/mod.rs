//! The one model that every source is turned into: processes, operations, results, and how each fact is known.

mod event;
mod fact;
mod operation;
mod process;
mod time;

pub(crate) use event::is_error;
pub use event::{Event, EventId, OpenFacts, Place, SourceId};
pub use fact::{Evidence, Trust, Words, counted, thousands};
pub use operation::Kind;
pub(crate) use process::inherit_roles;
pub use process::{Process, ProcessId, Role};
pub use time::{FileTime, Ticks};
