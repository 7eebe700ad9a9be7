#![doc = include_str!("../README.md")]

mod buffer;
mod buffers;
mod clock;
mod compression;
mod cursor;
mod decode;
mod error;
mod extended;
mod file;
mod guid;
mod hash;
mod header;
mod layout;
mod merge;
pub mod names;
mod record;
mod summary;
mod text;
pub mod write;

pub use buffer::{EtlBuffer, Records};
pub use buffers::BufferEntry;
pub use clock::{Clock, ClockType, FileTime, Ticks};
pub use compression::{Compression, Damage};
pub use cursor::PointerWidth;
pub use decode::{Decoded, Decoder, Fields, Sid, Source, Value};
pub use error::EtlError;
pub use extended::{ExtendedItems, item};
pub use file::{EtlFile, MAX_BUFFER, MAX_RATIO};
pub use guid::{Guid, NotAGuid};
pub use header::{BUFFER_HEADER, BufferHeader, LogFileHeader, mode};
pub use merge::in_order;
pub use record::{EtlRecord, EventId, RecordKind};
pub use summary::{KernelKey, Summary};
pub use text::{Ansi, Utf16};
