//! The characters of an export in any encoding.

use std::{borrow::Cow, ops::Range};

/// The encoding of the characters. Process Monitor writes UTF-8. PowerShell 5 makes UTF-16 of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

/// A text file, seen as units of one or two bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    encoding: Encoding,
    /// Bytes of the byte order mark.
    mark: usize,
}

impl Units {
    /// Decided by the byte order mark, or by which byte of the first unit is zero. An export begins with ASCII.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let (encoding, mark) = match bytes {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16 { big: false }, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16 { big: true }, 2),
            [_, 0, ..] => (Encoding::Utf16 { big: false }, 0),
            [0, _, ..] => (Encoding::Utf16 { big: true }, 0),
            _ => (Encoding::Utf8, 0),
        };
        Self { encoding, mark }
    }

    /// Where the text begins.
    pub(crate) fn begin(self) -> usize {
        self.mark
    }

    /// Bytes of a unit.
    pub(crate) fn width(self) -> usize {
        match self.encoding {
            Encoding::Utf8 => 1,
            Encoding::Utf16 { .. } => 2,
        }
    }

    /// The unit at an offset. Units of UTF-16 lie at even offsets, with a mark or without.
    #[inline]
    pub(crate) fn at(self, bytes: &[u8], offset: usize) -> Option<u16> {
        match self.encoding {
            Encoding::Utf8 => bytes.get(offset).copied().map(u16::from),
            Encoding::Utf16 { big } => {
                let unit = *bytes.get(offset..)?.first_chunk()?;
                Some(if big { u16::from_be_bytes(unit) } else { u16::from_le_bytes(unit) })
            }
        }
    }

    /// ASCII text as it is in the file.
    pub(crate) fn ascii(self, text: &str) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16 { big: false } => text.bytes().flat_map(|b| [b, 0]).collect(),
            Encoding::Utf16 { big: true } => text.bytes().flat_map(|b| [0, b]).collect(),
        }
    }

    /// Offsets within `range` at which the line breaks (LF) begin.
    pub(crate) fn line_breaks(self, bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> {
        let part = bytes.get(range.start..range.end.min(bytes.len())).unwrap_or_default();
        let aside = usize::from(matches!(self.encoding, Encoding::Utf16 { big: true }));
        memchr::memchr_iter(b'\n', part).filter_map(move |at| {
            let start = (range.start + at).checked_sub(aside)?;
            let whole = start % self.width() == 0 && self.at(bytes, start) == Some(u16::from(b'\n'));
            (self.width() == 1 || whole).then_some(start)
        })
    }

    /// A part of the file as text; what is no text becomes U+FFFD.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        let Encoding::Utf16 { big } = self.encoding else { return String::from_utf8_lossy(bytes) };
        let units = bytes.as_chunks::<2>().0.iter();
        let units = units.map(|b| if big { u16::from_be_bytes(*b) } else { u16::from_le_bytes(*b) });
        Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }
}
