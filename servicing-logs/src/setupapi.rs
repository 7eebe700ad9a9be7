//! setupapi.dev.log: sections of driver and device installation.
//!
//! ```text
//! [Boot Session: 2021/08/17 03:10:11.500]
//!
//! >>>  [Install Driver Updates]
//! >>>  Section start 2020/05/04 20:40:50.123
//!       cmd: C:\Windows\winsxs\…\TiWorker.exe -Embedding
//! !    inf: Unable to load INF: '…'(00000003)
//! !!!  sto: Failed to get version info …
//! <<<  Section end 2020/05/04 20:40:52.001
//! <<<  [Exit status: FAILURE(0x00000003)]
//! ```
//!
//! Layout: Microsoft, "Format of a Text Log Section". Times are the machine's wall clock.

use crate::cbs::Text;
use crate::codes::{self, CodeValue};
use crate::text::{LogText, decode, leading_hex, lines, split_once};
use crate::time::{LocalTime, parse_local};

pub use crate::setupapi_excerpt::restored;

/// How bad a line says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `!    `
    Warning,
    /// `!!!  `
    Error,
}

/// A warning or an error inside a section.
#[derive(Clone, Debug, PartialEq)]
pub struct SetupMessage<'a> {
    /// Number of the line, from one.
    pub line: u64,
    /// Warning or error.
    pub severity: Severity,
    /// `inf`, `sto`, `dvi`, `set`, `idb`, …
    pub category: Text<'a>,
    /// The rest of the line.
    pub text: Text<'a>,
    /// The code it names.
    pub code: Option<CodeValue<'a>>,
}

/// A step of the driver store inside a section: `{Stage Driver Package: C:\…\x.inf}`.
#[derive(Clone, Debug, PartialEq)]
pub struct DriverPackageStep<'a> {
    /// Number of the line, from one.
    pub line: u64,
    /// `Stage Driver Package`, `Unregister Driver Package`.
    pub operation: Text<'a>,
    /// The package's path.
    pub path: Text<'a>,
}

/// One section.
#[derive(Clone, Debug, PartialEq)]
pub struct SetupSection<'a> {
    /// Number of its first line, from one.
    pub line: u64,
    /// Offset of its first line in the text.
    pub offset: u64,
    /// Time of the `[Boot Session: …]` it belongs to.
    pub boot: Option<LocalTime>,
    /// `Install Driver Updates`, `Device Install (Hardware initiated)`.
    pub title: Text<'a>,
    /// The device instance or file after the title's dash.
    pub instance: Option<Text<'a>>,
    /// `Section start`
    pub start: Option<LocalTime>,
    /// `Section end`
    pub end: Option<LocalTime>,
    /// `cmd:` the process that did it.
    pub command: Option<Text<'a>>,
    /// `Transaction =` the name of the transaction it is part of.
    pub transaction: Option<Text<'a>>,
    /// `Exit status:` as printed, `SUCCESS` or `FAILURE(0x00000003)`. Absent if the section has no end.
    pub exit: Option<Text<'a>>,
    /// The number in the exit status, a Win32 or SetupAPI error.
    pub exit_code: Option<u32>,
    /// Warnings and errors, at most [`MAX_MESSAGES`].
    pub messages: Vec<SetupMessage<'a>>,
    /// Warnings, those not kept included.
    pub warnings: u64,
    /// Errors, those not kept included.
    pub errors: u64,
    /// Steps of the driver store, at most [`MAX_MESSAGES`].
    pub driver_packages: Vec<DriverPackageStep<'a>>,
    /// Lines between start and end.
    pub lines: u64,
}

/// What the log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupCounts {
    /// Lines of the file.
    pub lines: u64,
    /// Sections.
    pub sections: u64,
    /// Sections that no `<<<` line ends.
    pub unfinished: u64,
    /// Boot sessions.
    pub boots: u64,
    /// Lines outside of any section that are neither blank nor of the log's own header.
    pub stray: u64,
}

/// Messages and driver store steps kept of one section. A section of 622 driver updates logs one step each.
pub const MAX_MESSAGES: usize = 8192;

/// Reads a setupapi.dev.log, or a log of the same form such as setupapi.offline.log.
///
/// `visit` gets each section when it ends.
pub fn read<'t>(text: &'t LogText<'_>, mut visit: impl FnMut(SetupSection<'t>)) -> SetupCounts {
    let mut counts = SetupCounts::default();
    let mut open: Option<SetupSection<'t>> = None;
    let mut boot = None;
    for (number, line) in lines(text.bytes()) {
        counts.lines = number;
        let bytes = line.bytes;
        if let Some(mark) = bytes.strip_prefix(b">>>").map(<[u8]>::trim_ascii) {
            if let Some(title) = mark.strip_prefix(b"[") {
                if let Some(section) = open.take() {
                    counts.unfinished += 1;
                    visit(section);
                }
                counts.sections += 1;
                let offset = text.file_offset() + line.offset as u64;
                open = Some(SetupSection { line: number, offset, boot, ..SetupSection::titled(title) });
            } else if let (Some(section), Some(time)) = (&mut open, mark.strip_prefix(b"Section start")) {
                section.start = parse_local(time.trim_ascii_start()).map(|(time, _)| time);
            }
        } else if let Some(mark) = bytes.strip_prefix(b"<<<").map(<[u8]>::trim_ascii) {
            if let Some(section) = &mut open
                && let Some(time) = mark.strip_prefix(b"Section end")
            {
                section.end = parse_local(time.trim_ascii_start()).map(|(time, _)| time);
            } else if let Some(exit) = mark.strip_prefix(b"[Exit status:") {
                // Of a section a post may have the end only.
                let mut section = open.take().unwrap_or_else(|| {
                    counts.sections += 1;
                    let offset = text.file_offset() + line.offset as u64;
                    SetupSection { line: number, offset, boot, ..SetupSection::titled(UNNAMED) }
                });
                let exit = exit.strip_suffix(b"]").unwrap_or(exit).trim_ascii();
                section.exit_code = codes::find_codes(exit).first().and_then(|code| code.value.hresult());
                section.exit_code = section.exit_code.or_else(|| exit_number(exit));
                section.exit = Some(decode(exit));
                section.name_by_messages();
                visit(section);
            }
        } else if let Some(time) = bytes.strip_prefix(b"[Boot Session: ") {
            counts.boots += 1;
            boot = parse_local(time).map(|(time, _)| time);
        } else if open.is_none() && bytes.starts_with(b"!") {
            // The beginning of the section was left out.
            counts.sections += 1;
            let offset = text.file_offset() + line.offset as u64;
            let mut section = SetupSection { line: number, offset, boot, ..SetupSection::titled(UNNAMED) };
            section.body(number, bytes);
            open = Some(section);
        } else if let Some(section) = &mut open {
            section.lines += 1;
            section.body(number, bytes);
        } else if !bytes.trim_ascii().is_empty() && !bytes.starts_with(b"[") && !bytes.starts_with(b"  ") {
            counts.stray += 1;
        }
    }
    if let Some(mut section) = open {
        section.name_by_messages();
        counts.unfinished += 1;
        visit(section);
    }
    counts
}

/// The title of a section whose beginning is missing.
const UNNAMED: &[u8] = b"Driver installation";

/// The name in a message's quotation marks or brackets: `Failed to install device instance 'USB\VID_1'.`,
/// `{Device installation policy check [USB\VID_1] exit(0xe0000248)}`.
fn quoted(text: &str) -> Option<&str> {
    let in_quotes = text.split_once('\'').and_then(|(_, rest)| rest.split_once('\'')).map(|(name, _)| name);
    let in_brackets = || text.split_once('[')?.1.split_once(']').map(|(name, _)| name);
    let device = in_brackets().filter(|name| name.contains('\\'));
    in_quotes.or(device).filter(|name| !name.is_empty())
}

/// The hexadecimal number of `FAILURE(0x00000003)`.
fn exit_number(exit: &[u8]) -> Option<u32> {
    let (value, _) = leading_hex(split_once(exit, b"(0x")?.1)?;
    u32::try_from(value).ok()
}

impl<'t> SetupSection<'t> {
    fn titled(title: &'t [u8]) -> SetupSection<'t> {
        let title = title.strip_suffix(b"]").unwrap_or(title);
        let (title, instance) = match split_once(title, b" - ") {
            Some((title, instance)) => (title, Some(decode(instance.trim_ascii()))),
            None => (title, None),
        };
        SetupSection {
            line: 0,
            offset: 0,
            boot: None,
            title: decode(title.trim_ascii()),
            instance,
            start: None,
            end: None,
            command: None,
            transaction: None,
            exit: None,
            exit_code: None,
            messages: Vec::new(),
            warnings: 0,
            errors: 0,
            driver_packages: Vec::new(),
            lines: 0,
        }
    }

    /// Gives a section whose beginning is missing the name that its messages quote.
    fn name_by_messages(&mut self) {
        if self.instance.is_none() && self.title.as_bytes() == UNNAMED {
            self.instance = self
                .messages
                .iter()
                .find_map(|message| quoted(&message.text).map(|name| name.to_owned().into()));
        }
    }

    fn body(&mut self, line: u64, bytes: &'t [u8]) {
        let (severity, rest) = if let Some(rest) = bytes.strip_prefix(b"!!!") {
            self.errors += 1;
            (Some(Severity::Error), rest)
        } else if let Some(rest) = bytes.strip_prefix(b"!") {
            self.warnings += 1;
            (Some(Severity::Warning), rest)
        } else {
            (None, bytes)
        };
        let Some((category, text)) = split_once(rest, b": ") else { return };
        let (category, text) = (category.trim_ascii(), text.trim_ascii());
        if let Some(severity) = severity {
            if self.messages.len() < MAX_MESSAGES {
                self.messages.push(SetupMessage {
                    line,
                    severity,
                    category: decode(category),
                    text: decode(text),
                    code: message_code(text),
                });
            }
        } else if category == b"cmd" {
            self.command.get_or_insert_with(|| decode(text));
        } else if let Some(name) = text.strip_prefix(b"Transaction = ") {
            self.transaction.get_or_insert_with(|| decode(name));
        } else if let Some(step) = text.strip_prefix(b"{")
            && let Some((operation, path)) = split_once(step, b" Driver Package: ")
            && !path.starts_with(b"exit(")
            && self.driver_packages.len() < MAX_MESSAGES
        {
            let path = split_once(path, b"}").map_or(path, |(path, _)| path);
            let operation = decode(operation) + " Driver Package";
            self.driver_packages.push(DriverPackageStep { line, operation, path: decode(path.trim_ascii()) });
        }
    }
}

/// `…'(00000003)`, `Error = 0x00000003`, `Error 2: …`, or a code in one of the forms of CBS.log.
fn message_code(text: &[u8]) -> Option<CodeValue<'_>> {
    if let Some(code) = codes::primary_code(text) {
        return Some(code.value);
    }
    for open in memchr::memchr_iter(b'(', text).take(16) {
        let inside = text.get(open + 1..)?;
        if let Some((value, 8)) = leading_hex(inside).filter(|_| inside.get(8) == Some(&b')')) {
            return u32::try_from(value).ok().map(win32);
        }
    }
    for key in [&b"rror = 0x"[..], b"rror 0x", b"rror: 0x"] {
        if let Some((_, rest)) = split_once(text, key) {
            return u32::try_from(leading_hex(rest)?.0).ok().map(win32);
        }
    }
    let (_, rest) = split_once(text, b"Error ")?;
    crate::text::leading_number(rest, 5).map(|(value, _)| CodeValue::Win32(value))
}

/// A number with a severity bit is no Win32 error but an HRESULT or a SetupAPI code.
fn win32<'a>(value: u32) -> CodeValue<'a> {
    if value >> 31 == 1 { CodeValue::Hresult(value) } else { CodeValue::Win32(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_section_a_post_may_have_the_end_only() {
        let names = |log: &str| {
            let mut found = Vec::new();
            let text = LogText::new(log.as_bytes());
            read(&text, |section| {
                found.push((section.instance.map(|name| name.to_string()), section.exit_code))
            });
            found
        };
        let end = "<<<  [Exit status: FAILURE(0xe0000244)]\n";
        assert_eq!(names(end), [(None, Some(0xE000_0244))]);
        let warned =
            format!("!    sig: Verifying file against specific (valid) catalog failed! (0xe0000244)\n{end}");
        assert_eq!(names(&warned), [(None, Some(0xE000_0244))]);
        let policy = "!!!  pol: {Device installation policy check [USB\\VID_1&PID_2\\3] exit(0xe0000248)}\n<<<  [Exit status: FAILURE(0xe0000248)]\n";
        assert_eq!(names(policy), [(Some("USB\\VID_1&PID_2\\3".to_owned()), Some(0xE000_0248))]);
        let other = "!!!  pol: [-] Restricted installation\n<<<  [Exit status: FAILURE(0xe0000248)]\n";
        assert_eq!(names(other), [(None, Some(0xE000_0248))]);
    }
}
