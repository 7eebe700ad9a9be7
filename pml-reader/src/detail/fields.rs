//! The parts for reading and printing details.

use crate::{FileTime, PmlError, PmlText, cursor::Cursor};

/// Whose words the Detail column speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// bootrace's: every value as it is in the file.
    #[default]
    Plain,
    /// Process Monitor 3.53's CSV export, with its errors. The code names each error where it repeats it.
    Procmon,
}

/// How texts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whose words the text columns speak.
    pub dialect: Dialect,
    /// Minutes that the printed clock is ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Style {
    /// Process Monitor's CSV export on a machine whose clock is this many minutes ahead of UTC.
    #[must_use]
    pub fn procmon(utc_offset_minutes: i32) -> Self {
        Self { dialect: Dialect::Procmon, utc_offset_minutes }
    }
}

/// Writes `Name: value, Name: value`.
#[derive(Debug)]
pub struct Fields<'o> {
    out: &'o mut String,
    style: Style,
    empty: bool,
}

impl<'o> Fields<'o> {
    /// Appends to `out`.
    pub fn new(out: &'o mut String, style: Style) -> Self {
        Self { out, style, empty: true }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.style.dialect
    }

    pub(crate) fn time(&mut self, name: &str, time: FileTime) {
        let time = time.shifted(self.style.utc_offset_minutes);
        time.push_date_time(self.field(name));
    }

    /// Begins a field; its value goes to the string that is returned.
    pub fn field(&mut self, name: &str) -> &mut String {
        if !self.empty {
            self.out.push_str(", ");
        }
        self.empty = false;
        self.out.push_str(name);
        self.out.push_str(": ");
        self.out
    }

    /// A field of text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.field(name).push_str(value);
    }

    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.text(name, if value { "True" } else { "False" });
    }
}

/// The u16 before a text in a detail: bit 15 set for one-byte characters, below it the number of characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextInfo(u16);

impl TextInfo {
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, PmlError> {
        cursor.u16().map(Self)
    }

    pub(crate) fn text<'a>(self, cursor: &mut Cursor<'a>) -> Result<PmlText<'a>, PmlError> {
        let units = usize::from(self.0 & 0x7FFF);
        if self.0 & 0x8000 != 0 {
            cursor.take(units).map(PmlText::Bytes)
        } else {
            cursor.take(units * 2).map(PmlText::Utf16)
        }
    }
}

/// The strings of a multi-sz: NUL-terminated UTF-16 texts up to an empty one or the end.
pub(crate) fn multi_sz(bytes: &[u8]) -> impl Iterator<Item = PmlText<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let text = PmlText::Utf16(rest).until_nul();
        if text.is_empty() {
            return None;
        }
        rest = rest.get(text.units() * 2 + 2..).unwrap_or_default();
        Some(text)
    })
}
