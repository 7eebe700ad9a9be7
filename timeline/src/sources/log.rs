//! Servicing logs as sources: which they are, and their lines.

use servicing_logs::{LogText, cbs as format};

use super::Scan;
use crate::{logs::cbs, model::SourceId};

/// The logs that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// CBS.log, CbsPersist logs.
    Cbs,
}

impl LogKind {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cbs => "cbs",
        }
    }
}

/// A log, in memory.
#[derive(Debug)]
pub struct LogSource {
    /// Which log.
    pub kind: LogKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl LogSource {
    pub(crate) fn scan(&self, id: SourceId) -> Scan {
        match self.kind {
            LogKind::Cbs => {
                let read = cbs::read(&self.bytes, id);
                let times = || read.lines.iter().filter_map(|l| l.time);
                Scan {
                    events: read.records,
                    bad: read.malformed,
                    first_bad: read
                        .first_malformed
                        .map(|at| format!("no line of CBS.log at offset 0x{at:x}")),
                    first: times().min(),
                    last: times().max(),
                    clock: read.clock,
                    lines: read.lines,
                    ..Scan::default()
                }
            }
        }
    }
}

/// Lines at the beginning of a file that are looked at to tell what it is.
const LOOKED_AT: usize = 50;

/// Which log these bytes are, if any.
pub(crate) fn kind_of(bytes: &[u8]) -> Option<LogKind> {
    let head = bytes.get(..bytes.len().min(1 << 16)).unwrap_or_default();
    let text = LogText::new(head);
    let mut lines = text.bytes().split(|b| *b == b'\n').take(LOOKED_AT);
    lines.any(|line| format::parse_header(line).is_some()).then_some(LogKind::Cbs)
}
