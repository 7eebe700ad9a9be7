//! dism.log: lines as CBS.log has them, with process and thread.

use crate::cbs::{CbsRecords, Header, Level, Text};
use crate::codes::{self, CodeValue};
use crate::text::{LogText, decode, split_once, whole_number};

/// A record of dism.log at level Error or Warning.
#[derive(Clone, Debug, PartialEq)]
pub struct DismMessage<'a> {
    /// Number of its first line, from one.
    pub line: u64,
    /// Offset of its first line.
    pub offset: u64,
    /// Time, level and component; the text is that of the header.
    pub header: Header<'a>,
    /// The provider before `PID=`: `DISM Package Manager`, `API`.
    pub provider: Option<Text<'a>>,
    /// `PID=`
    pub pid: Option<u32>,
    /// `TID=`
    pub tid: Option<u32>,
    /// The message behind the ids.
    pub text: Text<'a>,
    /// The code it names.
    pub code: Option<CodeValue<'a>>,
}

/// What dism.log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DismCounts {
    /// Records.
    pub records: u64,
    /// Records at level Error.
    pub errors: u64,
    /// Records at level Warning.
    pub warnings: u64,
    /// Lines that belong to no record.
    pub malformed: u64,
}

/// Reads a dism.log; every error and warning goes to `visit`.
pub fn read_log<'t>(text: &'t LogText<'_>, mut visit: impl FnMut(DismMessage<'t>)) -> DismCounts {
    let mut counts = DismCounts::default();
    for record in CbsRecords::new(text.bytes(), 0, text.file_offset()) {
        let Ok(record) = record else {
            counts.malformed += 1;
            continue;
        };
        counts.records += 1;
        match record.header.level {
            Level::Error => counts.errors += 1,
            Level::Warning => counts.warnings += 1,
            _ => continue,
        }
        let header = record.header;
        let number = |key: &[u8]| {
            let digits = crate::text::between(header.text, key, b" ")?;
            whole_number(digits)
        };
        let (provider, rest) = match split_once(header.text, b"PID=") {
            Some((provider, rest)) => (provider.trim_ascii().strip_suffix(b":"), rest),
            None => (None, header.text),
        };
        // `PID=4567 TID=123 message`: the message begins behind the second word.
        let message = split_once(rest, b"TID=").and_then(|(_, rest)| split_once(rest, b" "));
        visit(DismMessage {
            line: record.line,
            offset: record.offset,
            header,
            provider: provider.map(decode),
            pid: number(b"PID="),
            tid: number(b"TID="),
            text: decode(message.map_or(header.text, |(_, message)| message).trim_ascii()),
            code: codes::primary_code(header.text).map(|code| code.value),
        });
    }
    counts
}
