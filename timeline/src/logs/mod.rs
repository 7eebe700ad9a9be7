//! The servicing logs on the timeline: lines that say something, in the model's words, with their time in UTC.

pub(crate) mod capture;
pub(crate) mod cbs;
mod clock;
pub(crate) mod dism;
pub(crate) mod events;
mod facts;
pub(crate) mod filters;
pub(crate) mod known;
mod latest;
pub(crate) mod packages;
pub(crate) mod pending;
pub(crate) mod poqexec;
pub(crate) mod registry;
pub(crate) mod setupapi;
mod tool;
pub(crate) mod windows_setup;

pub use clock::{LocalClock, Offset};
pub use facts::*;
pub use known::{Filter, Known, Package, Plan, Primitive, ServiceFact};
pub use tool::{Tool, ToolFact};

use crate::model::{FileTime, SourceId};

/// A line of a log, or a record of an event log, that says something of the update.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// The log.
    pub source: SourceId,
    /// Number of the line or record, from 1.
    pub line: u64,
    /// The machine's wall clock, where the log has no better.
    pub local: Option<LocalTicks>,
    /// UTC, once the log's clock is known.
    pub time: Option<FileTime>,
    /// The first line behind its header, cut to 400 characters.
    pub text: String,
    /// The HRESULT that the line is about, or that its code maps to.
    pub code: Option<u32>,
    /// The line says that something failed.
    pub failed: bool,
    /// What it says.
    pub fact: Fact,
}

/// Characters of a line that are kept.
const MAX_TEXT: usize = 400;

/// Cuts a text to [`MAX_TEXT`] characters. A tab becomes a space.
pub(crate) fn cut(text: &str) -> String {
    let kept = match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    };
    if kept.contains('\t') { kept.replace('\t', " ") } else { kept }
}

/// The local times of the first and the last record of a log.
pub(crate) fn local_span(
    first: Option<servicing_logs::LocalTime>,
    last: Option<servicing_logs::LocalTime>,
) -> Option<(LocalTicks, LocalTicks)> {
    first.zip(last).map(|(first, last)| (LocalTicks(first.0), LocalTicks(last.0)))
}
