//! What an event says: its Path and Detail columns, and typed views of the operations that matter to a diagnosis.
//!
//! The layouts are in `docs/PML.md`. Each function reads what is there in order, so that a detail that was cut off
//! still prints its beginning.

pub mod filesystem;
mod information;
pub(crate) mod ioctl;
pub mod masks;
pub(crate) mod network;
pub mod process;
mod profiling;
pub mod registry;
pub(crate) mod sid;

pub(crate) use filesystem::DISPOSITIONS;

use crate::{EventClass, FileTime, PmlError, PmlEvent, PmlText, cursor::Cursor};

/// Whose words the Detail column speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// bootrace's: every value as it stands in the file.
    #[default]
    Plain,
    /// Process Monitor 3.53's CSV export, its slips included. Each slip is named in the code where it is repeated.
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
    pub fn procmon(utc_offset_minutes: i32) -> Self {
        Self { dialect: Dialect::Procmon, utc_offset_minutes }
    }
}

/// Appends the Path column.
pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    match event.class() {
        Some(EventClass::Process) => process::push_path(event, out),
        Some(EventClass::Registry) => registry::push_path(event, out),
        Some(EventClass::FileSystem | EventClass::Ipc) => filesystem::push_path(event, out),
        Some(EventClass::Network) => network::push_path(event, out),
        Some(EventClass::Profiling) => profiling::push_path(event, out),
        None => Ok(()),
    }
}

/// The path of a file or registry event, borrowed; of a directory listing without its filter.
pub(crate) fn path_text<'a>(event: &PmlEvent<'a>) -> Result<PmlText<'a>, PmlError> {
    match event.class() {
        Some(EventClass::Registry) => registry::path_text(event),
        Some(EventClass::FileSystem | EventClass::Ipc) => Ok(filesystem::read(event)?.path),
        _ => Ok(PmlText::EMPTY),
    }
}

/// Appends the Detail column.
pub(crate) fn push_detail(event: &PmlEvent<'_>, style: Style, out: &mut String) -> Result<(), PmlError> {
    let mut fields = Fields::new(out, style);
    match event.class() {
        Some(EventClass::Process) => process::push_detail(event, &mut fields),
        Some(EventClass::Registry) => registry::push_detail(event, &mut fields),
        Some(EventClass::FileSystem | EventClass::Ipc) => filesystem::push_detail(event, &mut fields),
        Some(EventClass::Network) => network::push_detail(event, &mut fields),
        Some(EventClass::Profiling) => profiling::push_detail(event, &mut fields),
        None => Ok(()),
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
