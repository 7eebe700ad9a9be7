//! Makes the details of events from typed values: the inverse of [`crate::detail`], in the same layouts.

mod directory;
mod file;
mod information;
mod network;
mod process;
mod profiling;
mod registry;

pub use directory::{DirectoryEntry, Listing};
pub use file::{FileEvent, FileOperation, Lock, Transfer};
pub use information::{
    AllInformation, BasicInformation, NetworkOpen, QueryInformation, RenameForm, SetInformation,
    StandardInformation, StreamEntry, VolumeInformation,
};
pub use network::{NetworkEvent, NetworkOperation};
pub use process::{NewProcess, ProcessEvent};
pub use profiling::ProfilingEvent;
pub use registry::{KeyInformation, RegistryEvent, RegistryOperation, Value};

use crate::{EventClass, PmlError, PmlHeader};

/// What shapes a detail, apart from its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Whether pointers have 8 bytes.
    pub wide: bool,
    /// Version of the log, 7 or 9.
    pub version: u32,
}

impl Layout {
    /// The layout of a log with this header.
    #[must_use]
    pub fn of(header: &PmlHeader) -> Self {
        Self { wide: header.wide(), version: header.version }
    }
}

/// What an event says, encoded: its operation, its detail, and what its completion adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The event class as a number. A file system event is made an IPC event by changing it.
    pub class: u32,
    /// The operation number within the class.
    pub operation: u16,
    /// The detail.
    pub detail: Vec<u8>,
    /// The completion data.
    pub extra: Option<Vec<u8>>,
}

impl Payload {
    fn new(class: EventClass, operation: u16, detail: Bytes) -> Self {
        Self { class: class as u32, operation, detail: detail.0, extra: None }
    }

    fn with_extra(self, extra: Option<Bytes>) -> Self {
        Self { extra: extra.map(|e| e.0), ..self }
    }
}

/// Little-endian bytes as they grow.
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend(bytes);
        self
    }
    fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }
    fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    fn i64(&mut self, value: i64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    fn zeros(&mut self, count: usize) -> &mut Self {
        self.0.resize(self.0.len() + count, 0);
        self
    }
    /// Zeros up to the next multiple of `step`.
    fn align(&mut self, step: usize) -> &mut Self {
        let length = self.0.len().next_multiple_of(step);
        self.0.resize(length, 0);
        self
    }
    fn utf16(&mut self, text: &str) -> &mut Self {
        self.0.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        self
    }
    /// A value of 8 bytes, or of 4 in a 32-bit log.
    fn pointer(&mut self, layout: Layout, value: u64) -> Result<&mut Self, PmlError> {
        if layout.wide {
            return Ok(self.u64(value));
        }
        Ok(self.u32(fit("an address in a 32-bit log", value, u32::MAX)?))
    }
    /// u32 bytes and the text as UTF-16 without NUL, as kernel structures hold names.
    fn counted_utf16(&mut self, text: &str) -> Result<&mut Self, PmlError> {
        let bytes = size("a name (bytes)", text.encode_utf16().count() * 2)?;
        Ok(self.u32(bytes).utf16(text))
    }
    fn text(&mut self, text: &Text) -> &mut Self {
        self.raw(&text.bytes)
    }
    /// NUL-terminated strings and the NUL that ends them.
    fn multi_sz<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> &mut Self {
        for text in texts {
            self.utf16(text).u16(0);
        }
        self.u16(0)
    }
}

/// A text and the u16 that announces it: bit 15 set for one-byte characters, below it the number of characters.
#[derive(Debug)]
struct Text {
    info: u16,
    bytes: Vec<u8>,
}

impl Text {
    /// ASCII as one byte a character, everything else as UTF-16, like the paths of file and registry events.
    fn of(text: &str) -> Result<Self, PmlError> {
        if !text.is_ascii() {
            return Self::utf16(text);
        }
        Ok(Self { info: units(text.len())? | 0x8000, bytes: text.into() })
    }

    /// Always UTF-16, like the texts of process events.
    fn utf16(text: &str) -> Result<Self, PmlError> {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Ok(Self { info: units(bytes.len() / 2)?, bytes })
    }
}

fn units(count: usize) -> Result<u16, PmlError> {
    fit("a text of an event (UTF-16 units)", count as u64, 0x7FFF)
}

fn size(what: &'static str, value: usize) -> Result<u32, PmlError> {
    fit(what, value as u64, u32::MAX)
}

/// A size in the type of the field that holds it, if it is not above `limit`.
fn fit<T: TryFrom<u64> + Into<u64>>(what: &'static str, size: u64, limit: T) -> Result<T, PmlError> {
    let limit = limit.into();
    let fitting = T::try_from(size).ok().filter(|_| size <= limit);
    fitting.ok_or(PmlError::TooLarge { what, size, limit })
}
