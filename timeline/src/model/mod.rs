//! The one model that every source is turned into: processes, operations, results, and how each fact is known.

mod event;
mod fact;
mod machine;
mod operation;
mod phase;
mod process;
mod stack;
mod start_type;
mod time;

pub use event::{Event, EventId, OpenFacts, Place, SourceId, is_error};
pub use fact::{Evidence, Trust, Words, counted, thousands};
pub use machine::{Machine, Problem};
pub use operation::Kind;
pub use phase::PhaseName;
pub(crate) use process::inherit_roles;
pub use process::{Process, ProcessId, Role};
pub use stack::{Frame, Module, Stack};
pub use start_type::StartType;
pub use time::{FileTime, Ticks};
