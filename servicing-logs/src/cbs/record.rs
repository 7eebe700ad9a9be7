//! Records: a header line and the lines that follow it up to the next header.

use super::event::CbsEvent;
use super::extract::{MAX_MESSAGE, Message};
use super::extract_states as states;
use super::line::{Component, CsiPrefix, Header, Level, is_header, parse_csi_prefix, parse_header};
use super::patterns::{CBS_INDEX, CSI_INDEX, Make};
use super::unwrap::Unwrapped;
use crate::codes::{self, CodeForm, CodeMatch, CodeValue};
use crate::text::{decode, leading_number, line_at, lines};

/// One message of CBS.log, undecoded.
#[derive(Clone, Copy, Debug)]
pub struct CbsRecord<'a> {
    /// Number of its first line in the file, from one.
    pub line: u64,
    /// Offset of its first line.
    pub offset: u64,
    /// The header.
    pub header: Header<'a>,
    /// Counter, `@` time and `(F)` of a CSI line.
    pub csi: Option<CsiPrefix>,
    /// A CSI line without a counter: the rest of the message before it, which was cut.
    pub split: bool,
    /// The first line after header and CSI prefix.
    pub text: &'a [u8],
    /// The first line as [`CbsRecord::text`], and the lines that follow it.
    pub whole: &'a [u8],
    /// Number of lines that follow the first.
    pub body_lines: u64,
}

/// A line that belongs to no record: before the first header, or with a date and time but no readable header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Number of the line in the file, from one.
    pub line: u64,
    /// Offset of the line.
    pub offset: u64,
}

/// The records of a part of a log, in order.
#[derive(Clone, Debug)]
pub struct CbsRecords<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
    file_offset: u64,
    /// Breaks that were taken out of a wrapped text, by joined line.
    breaks: &'a [u64],
    /// Blank lines passed over between records.
    pub(crate) blank_lines: u64,
}

impl<'a> CbsRecords<'a> {
    /// `text` begins at offset `file_offset` of the file, with the line after line number `lines_before`.
    pub(crate) fn new(text: &'a [u8], lines_before: u64, file_offset: u64) -> CbsRecords<'a> {
        CbsRecords { text, at: 0, line: lines_before, file_offset, breaks: &[], blank_lines: 0 }
    }

    /// Counts the lines of the file, where breaks were taken out of its text.
    pub(crate) fn with_breaks(self, breaks: &'a [u64]) -> CbsRecords<'a> {
        CbsRecords { breaks, ..self }
    }
}

impl<'a> Iterator for CbsRecords<'a> {
    type Item = Result<CbsRecord<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = line_at(self.text, self.at)?;
            self.at = first.next;
            self.line += 1;
            let joined = self.line;
            let line = joined + Unwrapped::before(self.breaks, joined);
            let offset = self.file_offset + first.offset as u64;
            let Some(header) = parse_header(first.bytes) else {
                if first.bytes.trim_ascii().is_empty() {
                    self.blank_lines += 1;
                    continue;
                }
                return Some(Err(Malformed { line, offset }));
            };
            while let Some(next) =
                self.text.get(self.at..).filter(|rest| !rest.is_empty() && !is_header(rest))
            {
                self.at = memchr::memchr(b'\n', next).map_or(self.text.len(), |end| self.at + end + 1);
                self.line += 1;
            }
            let csi = match header.component {
                Component::Csi => parse_csi_prefix(header.text),
                _ => None,
            };
            let text = csi.map_or(header.text, |(_, text)| text);
            let start = first.offset + (first.bytes.len() - text.len());
            let end = self.at.min(start.saturating_add(MAX_MESSAGE));
            return Some(Ok(CbsRecord {
                line,
                offset,
                header,
                csi: csi.map(|(prefix, _)| prefix),
                split: header.component == Component::Csi && csi.is_none(),
                text: text.get(..text.len().min(MAX_MESSAGE)).unwrap_or(text),
                whole: self.text.get(start..end).unwrap_or(text),
                body_lines: self.line - joined,
            }));
        }
    }
}

impl<'a> CbsRecord<'a> {
    /// What the record says; `None` for the many lines that report nothing of use.
    #[must_use]
    pub fn event(&self) -> Option<CbsEvent<'a>> {
        let message = Message { text: self.text, whole: self.whole };
        let csi = self.header.component == Component::Csi;
        // Before Windows 10 some lines carry the name of the reporting channel in front.
        let report = self.text.strip_prefix(b"SQM: ").filter(|rest| rest.starts_with(b"Reporting "));
        let text = report.unwrap_or_else(|| self.first_words());
        let message = Message { text, ..message };
        let index = if csi { &CSI_INDEX } else { &CBS_INDEX };
        let typed = index.find(text).and_then(|(make, rest)| match make {
            Make::Step(stage, step) => Some(Some(CbsEvent::Stage { stage: *stage, step: *step })),
            Make::With(extract) => Some(Some(extract(&message, rest)?)),
            Make::Failed(part) => Some(states::failed(*part, &message)),
            Make::Normal => Some(None),
            Make::NormalWith(code) => (codes::trailing_hresult(text) == Some(*code)).then_some(None),
        });
        typed.unwrap_or_else(|| self.failed().then(|| states::other(csi, &message)))
    }

    /// The first line that is not empty: older stacks begin the summary of a check with a line break.
    fn first_words(&self) -> &'a [u8] {
        if !self.text.trim_ascii().is_empty() {
            return self.text;
        }
        lines(self.whole)
            .map(|(_, line)| line.bytes)
            .find(|line| !line.trim_ascii().is_empty())
            .unwrap_or(self.text)
    }

    fn failed(&self) -> bool {
        matches!(self.header.level, Level::Error | Level::Warning)
            || self.csi.is_some_and(|csi| csi.failed)
            || codes::trailing_hresult(self.text).is_some_and(|code| code >> 31 == 1)
    }

    /// The code the record is about: that of its first line, or that of all of it.
    #[must_use]
    pub fn code(&self) -> Option<CodeMatch<'a>> {
        if let Some(value) = codes::trailing_hresult(self.text) {
            let end = self.text.len();
            return Some(CodeMatch {
                value: CodeValue::Hresult(value),
                form: CodeForm::BracketHresult,
                span: 0..end,
            });
        }
        codes::primary_code(self.text).or_else(|| codes::primary_code(self.whole))
    }

    /// The number in ` #14706236# ` of a line that reports a failure. It means a place in the code of CSI.
    #[must_use]
    pub fn ident(&self) -> Option<u32> {
        self.csi.filter(|csi| csi.failed)?;
        memchr::memmem::find_iter(self.text, b" #").find_map(|at| {
            let rest = self.text.get(at + 2..)?;
            let (number, taken) = leading_number(rest, 10)?;
            (rest.get(taken) == Some(&b'#')).then_some(number)
        })
    }

    /// The lines that follow the first, undecoded.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        memchr::memchr(b'\n', self.whole).and_then(|end| self.whole.get(end + 1..)).unwrap_or_default()
    }

    /// The record as an item for the reader of [`super::CbsLog::scan`].
    pub(crate) fn item(&self, event: CbsEvent<'a>) -> CbsItem<'a> {
        CbsItem {
            line: self.line,
            offset: self.offset,
            time: self.header.time,
            level: self.header.level,
            component: self.header.component,
            event_code: self.header.event_code,
            csi: self.csi,
            split: self.split,
            ident: self.ident(),
            code: self.code().map(|code| (code.value, code.form)),
            body: self.body(),
            text: decode(self.text.trim_ascii_end()),
            event,
        }
    }
}

/// A record that says something, with all that a timeline needs of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CbsItem<'a> {
    /// Number of its first line in the file, from one.
    pub line: u64,
    /// Offset of its first line.
    pub offset: u64,
    /// The machine's wall clock when the line was written.
    pub time: crate::time::LocalTime,
    /// The level.
    pub level: Level,
    /// The component.
    pub component: Component,
    /// The number in `[0x01806a]`.
    pub event_code: Option<u32>,
    /// Counter, UTC `@` time and `(F)` of a CSI line.
    pub csi: Option<CsiPrefix>,
    /// The line is the rest of a message that was cut.
    pub split: bool,
    /// The number in `#14706236#`, of a CSI line that reports a failure.
    pub ident: Option<u32>,
    /// The code the line is about.
    pub code: Option<(CodeValue<'a>, CodeForm)>,
    /// The first line after its header.
    pub text: super::event::Text<'a>,
    /// The lines that follow, undecoded: see [`crate::text::decode`].
    pub body: &'a [u8],
    /// What it says.
    pub event: CbsEvent<'a>,
}
