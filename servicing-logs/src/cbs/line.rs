//! The header of a line: `2023-05-17 08:24:08, Info                  CBS    text`.

use crate::text::{leading_hex, leading_number};
use crate::time::{Civil, FileTime, LocalTime, parse_utc};

/// The level of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// `Info`
    Info,
    /// `Warning`
    Warning,
    /// `Error`
    Error,
    /// `Perf`, `Fatal`, `Debug` or a word this reader does not know.
    Other,
}

/// The component that wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// Package logic.
    Cbs,
    /// Component store and primitive operations.
    Csi,
    /// Delta and cabinet expansion.
    Dpx,
    /// Plug and Play repair, seen on 22621: `DEPLOY [Pnp] Corrupt file: …`.
    Deploy,
    /// Lines of dism.log.
    Dism,
    /// Any other word.
    Other,
}

impl Component {
    pub(crate) fn named(name: &[u8]) -> Self {
        match name {
            b"CBS" => Self::Cbs,
            b"CSI" => Self::Csi,
            b"DPX" => Self::Dpx,
            b"DEPLOY" => Self::Deploy,
            b"DISM" => Self::Dism,
            _ => Self::Other,
        }
    }
}

/// A parsed header, shared by CBS.log and dism.log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The machine's wall clock when the line was written.
    pub time: LocalTime,
    /// The level.
    pub level: Level,
    /// The number in `[0x01806a]` between level and component, if there is one.
    pub event_code: Option<u32>,
    /// The component.
    pub component: Component,
    /// The component as printed.
    pub name: &'a [u8],
    /// The rest of the line.
    pub text: &'a [u8],
}

/// What a CSI line carries before its text: `0000003d@2026/10/8:18:50:05.198 (F) text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsiPrefix {
    /// The message counter, which restarts with each start of the servicing stack.
    pub counter: u32,
    /// The `@` time, UTC.
    pub utc: Option<FileTime>,
    /// `(F)`: the line reports a failure.
    pub failed: bool,
}

/// Bytes of `YYYY-MM-DD HH:MM:SS,`.
const STAMP: usize = 20;

/// Whether the line at the start of `text` can be a header at all: it has a date and a time where CBS.log has them.
///
/// This is asked of every line of the file, so fixed places are looked at first.
#[inline]
pub(crate) fn is_header(text: &[u8]) -> bool {
    is_stamped(text) || without_file_name(text).is_some()
}

/// Bytes in which a file's name and a line number may come before a line. A path has at most 260 characters.
const MAX_FILE_NAME: usize = 300;

/// The line after the name of its file and its number, which findstr, grep and Select-String put before it:
/// `C:\Windows\Logs\CBS\CbsPersist_1.log:2023-05-23 01:17:29, Info …`.
fn without_file_name(text: &[u8]) -> Option<&[u8]> {
    let line = text.get(..text.len().min(MAX_FILE_NAME))?;
    let line = memchr::memchr(b'\n', line).and_then(|end| line.get(..end)).unwrap_or(line);
    let after = |at: usize| text.get(at + 1..).filter(|rest| is_stamped(rest));
    memchr::memchr2_iter(b':', b'-', line).find_map(after)
}

#[inline]
fn is_stamped(line: &[u8]) -> bool {
    line.first_chunk::<STAMP>().is_some_and(|stamp| {
        stamp[4] == b'-'
            && stamp[7] == b'-'
            && stamp[10] == b' '
            && stamp[13] == b':'
            && stamp[16] == b':'
            && stamp[19] == b','
            && stamp[0].is_ascii_digit()
            && stamp[18].is_ascii_digit()
    })
}

/// Parses the header of `line`; `None` if the date is impossible or level or component are missing.
#[must_use]
pub fn parse_header(line: &[u8]) -> Option<Header<'_>> {
    let line = if is_stamped(line) { line } else { without_file_name(line)? };
    let stamp = line.first_chunk::<STAMP>()?;
    let time = stamp_time(stamp)?;
    let (level, rest) = word(line.get(STAMP..)?)?;
    let level = match level {
        b"Info" => Level::Info,
        b"Warning" => Level::Warning,
        b"Error" => Level::Error,
        _ => Level::Other,
    };
    let (mut name, mut rest) = word(rest)?;
    let mut event_code = None;
    if let Some(code) = name.strip_prefix(b"[0x").and_then(|code| code.strip_suffix(b"]")) {
        let (value, taken) = leading_hex(code).filter(|(_, taken)| *taken == code.len() && *taken <= 8)?;
        debug_assert!(taken <= 8);
        event_code = u32::try_from(value).ok();
        (name, rest) = word(rest)?;
    }
    let component = Component::named(name);
    // The component is padded to seven columns; deeper indents belong to the text and carry no meaning.
    Some(Header { time, level, event_code, component, name, text: rest.trim_ascii_start() })
}

fn stamp_time(stamp: &[u8; STAMP]) -> Option<LocalTime> {
    let two = |tens: u8, ones: u8| -> Option<u32> {
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        Some(digit(tens)? * 10 + digit(ones)?)
    };
    let civil = Civil {
        year: two(stamp[0], stamp[1])? * 100 + two(stamp[2], stamp[3])?,
        month: two(stamp[5], stamp[6])?,
        day: two(stamp[8], stamp[9])?,
        hour: two(stamp[11], stamp[12])?,
        minute: two(stamp[14], stamp[15])?,
        second: two(stamp[17], stamp[18])?,
        ticks: 0,
    };
    civil.to_ticks().map(LocalTime)
}

/// The next run of bytes that are neither space nor tab, and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let start = text.iter().position(|byte| !blank(byte))?;
    let text = text.get(start..)?;
    let end = text.iter().position(blank).unwrap_or(text.len());
    text.split_at_checked(end)
}

/// Splits counter, `@` time and `(F)` off the text of a CSI line; `None` if the text has no counter.
#[must_use]
pub fn parse_csi_prefix(text: &[u8]) -> Option<(CsiPrefix, &[u8])> {
    let (digits, mut rest) = text.split_at_checked(8)?;
    let (counter, taken) = leading_hex(digits)?;
    if taken != 8 || !matches!(rest.first(), None | Some(b'@' | b' ')) {
        return None;
    }
    let mut utc = None;
    if let Some(stamped) = rest.strip_prefix(b"@") {
        rest = stamped;
        if let Some((time, taken)) = parse_utc(stamped) {
            utc = Some(time);
            rest = stamped.get(taken..)?;
        }
    }
    rest = rest.trim_ascii_start();
    let failed = rest.starts_with(b"(F)");
    if failed {
        rest = rest.get(3..)?.trim_ascii_start();
    }
    Some((CsiPrefix { counter: u32::try_from(counter).ok()?, utc, failed }, rest))
}

/// A number written `name: 12` or `name 12` right after `key`.
pub(crate) fn number_after(text: &[u8], key: &[u8]) -> Option<u32> {
    let at = memchr::memmem::find(text, key)?;
    leading_number(text.get(at + key.len()..)?.trim_ascii_start(), 10).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_with_event_code() {
        let line = b"2026-10-08 20:55:05, Error      [0x01806a] CSI    0000004b (F) Failed execution";
        let header = parse_header(line).unwrap();
        assert_eq!(header.time.to_string(), "2026-10-08T20:55:05.0000000");
        assert_eq!(
            (header.level, header.event_code, header.component),
            (Level::Error, Some(0x01806a), Component::Csi)
        );
        let (prefix, text) = parse_csi_prefix(header.text).unwrap();
        assert_eq!(
            (prefix.counter, prefix.utc, prefix.failed, text),
            (0x4b, None, true, &b"Failed execution"[..])
        );
    }

    #[test]
    fn utc_of_a_csi_line() {
        let (prefix, text) = parse_csi_prefix(b"0000003d@2026/10/8:18:50:05.198 CSI perf trace:").unwrap();
        assert_eq!(prefix.utc.unwrap().to_string(), "2026-10-08T18:50:05.1980000Z");
        assert_eq!(text, b"CSI perf trace:");
    }

    #[test]
    fn text_without_counter_is_the_rest_of_a_split_message() {
        assert_eq!(parse_csi_prefix(b"', disp = 0)[gle=0x8007000d]"), None);
        assert_eq!(parse_csi_prefix(b"deadbeefs are not counters"), None);
    }

    #[test]
    fn a_file_name_before_a_line_is_passed_over() {
        let line = "2023-05-23 01:17:29, Info                  CSI    00000006 [SR] Verifying 1 components";
        let plain = parse_header(line.as_bytes()).unwrap();
        for name in
            [r"C:\Windows\Logs\CBS\CbsPersist_20230523160236.log:", "CBS.log:4711:", "4711:", "CBS.log-4711-"]
        {
            let named = format!("{name}{line}");
            assert_eq!(parse_header(named.as_bytes()), Some(plain), "{name}");
            assert!(is_header(named.as_bytes()));
        }
        assert!(!is_header(format!("a body line\nCBS.log:{line}").as_bytes()), "the next line's");
        assert!(!is_header(format!("{}:{line}", "x".repeat(MAX_FILE_NAME)).as_bytes()));
    }

    #[test]
    fn headers_that_are_none() {
        for line in [
            &b"2026-13-08 20:55:05, Info CBS x"[..],
            b"2026-10-08 20:55:05, Info",
            b"2026-10-08 20:55:05, Error [0xzz] CBS x",
            b"2026-10-08 20:55:05,",
            b"    Completion status: S_OK",
            b"",
        ] {
            assert_eq!(parse_header(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
