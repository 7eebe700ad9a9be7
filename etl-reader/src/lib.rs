//! Reads Windows event trace logs (ETL files) on any system, without the trace data helper of Windows.
mod buffer;
mod clock;
mod compression;
mod cursor;
mod error;
mod extended;
mod file;
mod guid;
mod hash;
mod header;
mod merge;
mod record;
mod summary;
mod text;

pub use buffer::{EtlBuffer, Records};
pub use clock::{Clock, ClockType, FileTime, Ticks};
pub use compression::{Compression, Damage};
pub use cursor::PointerWidth;
pub use error::EtlError;
pub use extended::{ExtendedItems, item};
pub use file::{BufferEntry, EtlFile, MAX_BUFFER};
pub use guid::{Guid, NotAGuid};
pub use header::{BUFFER_HEADER, BufferHeader, LogFileHeader, mode};
pub use merge::in_order;
pub use record::{EtlRecord, EventId, RecordKind};
pub use summary::{KernelKey, Summary};
pub use text::{Ansi, Utf16};
