//! One file a command.

pub(crate) mod capture;
mod choice;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod diff;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fleet;
mod inventory;
mod log;
pub(crate) mod man;
pub(crate) mod mcp;
mod nothing;
mod part;
mod reading;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod signature;
pub(crate) mod slice;
mod terminal;

/// Whether an error is the reader of our output having gone away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|e| {
        e.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
