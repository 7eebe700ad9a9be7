//! poqexec.log: the primitive operations that failed.
//!
//! No line of this log is public. Its form is from the format string in the library that writes it. A line has the
//! start of the run as FILETIME in hexadecimal and a tag of the source. Then come a status and counters, the
//! primitive's name and its arguments. Other builds are said to print other fields. So the reader claims nothing when
//! it splits a line. It keeps all numbers and the raw line. It offers a number as status only if it is a known
//! failing NTSTATUS.

use status_codes::NtStatus;

use crate::cbs::Text;
use crate::pending::PrimitiveKind;
use crate::text::{LogText, decode, leading_hex, lines, split_once};
use crate::time::FileTime;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct PoqexecLine<'a> {
    /// Number of the line, from one.
    pub line: u64,
    /// Offset of the line.
    pub offset: u64,
    /// The line as it is.
    pub raw: Text<'a>,
    /// The first number, if it is a time between 2000 and 2100.
    pub run_start: Option<FileTime>,
    /// The numbers after the first, in their order.
    pub numbers: Vec<u64>,
    /// The only one of them that is a failing NTSTATUS with a known name; absent if none or several are.
    pub status: Option<u32>,
    /// The primitive's kind.
    pub primitive: Option<PrimitiveKind>,
    /// What is printed as the primitive's name or number.
    pub operation: Option<Text<'a>>,
    /// The arguments after it: source and destination, or the one object.
    pub arguments: Vec<Text<'a>>,
}

/// What the log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoqexecCounts {
    /// Lines that are not blank.
    pub lines: u64,
    /// Lines that begin with numbers as the format wants it.
    pub recognised: u64,
}

/// FILETIME of 2000-01-01 and of 2100-01-01.
const YEARS: std::ops::Range<u64> = 125_911_584_000_000_000..157_469_184_000_000_000;

/// Numbers read from one line; the known format has four.
const MAX_NUMBERS: usize = 16;

/// Reads the log; every line that is not blank goes to `visit`, understood or not.
pub fn read<'t>(text: &'t LogText<'_>, mut visit: impl FnMut(PoqexecLine<'t>)) -> PoqexecCounts {
    let mut counts = PoqexecCounts::default();
    for (number, line) in lines(text.bytes()) {
        let bytes = line.bytes.trim_ascii();
        if bytes.is_empty() {
            continue;
        }
        let read = parse(bytes);
        counts.lines += 1;
        counts.recognised += u64::from(read.run_start.is_some());
        visit(PoqexecLine { line: number, offset: text.file_offset() + line.offset as u64, ..read });
    }
    counts
}

fn parse(bytes: &[u8]) -> PoqexecLine<'_> {
    let mut line = PoqexecLine {
        line: 0,
        offset: 0,
        raw: decode(bytes),
        run_start: None,
        numbers: Vec::new(),
        status: None,
        primitive: None,
        operation: None,
        arguments: Vec::new(),
    };
    let Some((start, taken)) = leading_hex(bytes).filter(|(start, _)| YEARS.contains(start)) else {
        return line;
    };
    let Some(mut rest) = bytes.get(taken..).and_then(|rest| rest.strip_prefix(b":")) else { return line };
    line.run_start = Some(FileTime(start));
    while line.numbers.len() < MAX_NUMBERS {
        rest = rest.trim_ascii_start();
        let digits = rest.strip_prefix(b"0x").unwrap_or(rest);
        let Some((value, taken)) = leading_hex(digits) else { break };
        // `DeleteFile` begins with hexadecimal digits too: a number ends at a separator.
        let Some([b',' | b':' | b';', tail @ ..]) = digits.get(taken..) else { break };
        line.numbers.push(value);
        rest = tail;
    }
    let mut failing = line.numbers.iter().filter_map(|value| {
        let value = u32::try_from(*value).ok()?;
        (value >> 30 == 3 && NtStatus(value).name().is_some()).then_some(value)
    });
    line.status = failing.next().filter(|_| failing.next().is_none());
    let (operation, arguments) =
        split_once(rest, b";").unwrap_or_else(|| split_once(rest, b",").unwrap_or((rest, &[])));
    let operation = operation.trim_ascii();
    if !operation.is_empty() {
        line.operation = Some(decode(operation));
        line.primitive = line.operation.as_deref().and_then(PrimitiveKind::of_name);
    }
    // No path of Windows holds ", " but a registry value's name may: the split is a help, the raw line the record.
    let mut arguments = arguments.trim_ascii();
    while !arguments.is_empty() && line.arguments.len() < MAX_NUMBERS {
        let (argument, tail) = split_once(arguments, b", ").unwrap_or((arguments, &[]));
        line.arguments.push(decode(argument.trim_ascii()));
        arguments = tail;
    }
    line
}
