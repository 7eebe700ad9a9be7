//! dism.log. Its lines are like CBS.log's, with process and thread.

use crate::cbs::{CbsRecords, Header, Level, Text};
use crate::codes::{self, CodeValue};
use crate::counts::RecordCounts;
use crate::text::{LogText, decode, split_once, whole_number};

/// What a record of dism.log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DismStep {
    /// Somebody runs dism with this command line.
    Command,
    /// What it is to do: `Processing the top level command token(enable-feature)`.
    Asked,
    /// An option of that: `Encountered the option "featurename" with value "X"`.
    Option,
    /// Something failed.
    Failure,
    /// The command as a whole failed.
    CommandFailed,
    /// The change needs a restart.
    RestartRequired,
    /// An error or a warning that ordinary runs have too, or that a wrong command line gets.
    Harmless,
}

/// Parts of messages that decide what they say. The first row that fits holds. The harmless ones are in nearly every
/// run on healthy machines.
const STEPS: &[(&[u8], DismStep)] = &[
    (b"Executing command line: ", DismStep::Command),
    (b"Processing the top level command token(", DismStep::Asked),
    (b"Encountered the option \"", DismStep::Option),
    (b"processed the command line but failed", DismStep::CommandFailed),
    (b"Error in operation: ", DismStep::Failure),
    (b"Reboot required=yes", DismStep::RestartRequired),
    (b"Failed validating command line", DismStep::Harmless),
    (b"Failed to load the provider", DismStep::Harmless),
    (b"Failed to get and initialize the PE Provider", DismStep::Harmless),
    (b"Failed to unload offline registry", DismStep::Harmless),
    (b"Lookup in table by path failed", DismStep::Harmless),
];

/// A record of dism.log that says something.
#[derive(Clone, Debug, PartialEq)]
pub struct DismMessage<'a> {
    /// Number of its first line, from one.
    pub line: u64,
    /// Offset of its first line.
    pub offset: u64,
    /// Time, level and component; the text is that of the header.
    pub header: Header<'a>,
    /// What it says.
    pub step: DismStep,
    /// The provider before `PID=`: `DISM Package Manager`, `API`.
    pub provider: Option<Text<'a>>,
    /// `PID=`
    pub pid: Option<u32>,
    /// `TID=`
    pub tid: Option<u32>,
    /// The message after the ids; of a command its command line.
    pub text: Text<'a>,
    /// The code it names.
    pub code: Option<CodeValue<'a>>,
}

/// Reads a dism.log. Every record that says something goes to `visit`.
pub fn read_log<'t>(text: &'t LogText<'_>, mut visit: impl FnMut(DismMessage<'t>)) -> RecordCounts {
    let mut counts = RecordCounts::default();
    for record in CbsRecords::new(text.bytes(), 0, text.file_offset()) {
        let Ok(record) = record else {
            counts.malformed += 1;
            continue;
        };
        let header = record.header;
        counts.add(&header);
        let otherwise = match header.level {
            Level::Error => Some(DismStep::Failure),
            Level::Warning => Some(DismStep::Harmless),
            _ => None,
        };
        let row = STEPS.iter().find_map(|(part, step)| Some((split_once(header.text, part)?.1, *step)));
        let Some(step) = row.map(|(_, step)| step).or(otherwise) else { continue };
        if step == DismStep::Harmless && otherwise.is_none() {
            continue;
        }
        let number = |key: &[u8]| {
            let digits = crate::text::between(header.text, key, b" ")?;
            whole_number(digits)
        };
        let (provider, rest) = match split_once(header.text, b"PID=") {
            Some((provider, rest)) => (provider.trim_ascii().strip_suffix(b":"), rest),
            None => (None, header.text),
        };
        // `PID=4567 TID=123 message`: the message begins after the second word.
        let message = split_once(rest, b"TID=").and_then(|(_, rest)| split_once(rest, b" "));
        let message = match (step, row) {
            (DismStep::Command | DismStep::Asked | DismStep::Option, Some((rest, _))) => rest,
            _ => message.map_or(header.text, |(_, message)| message),
        };
        visit(DismMessage {
            line: record.line,
            offset: record.offset,
            header,
            step,
            provider: provider.map(decode),
            pid: number(b"PID="),
            tid: number(b"TID="),
            text: decode(message.trim_ascii()),
            code: codes::primary_code(header.text).map(|code| code.value),
        });
    }
    counts
}
