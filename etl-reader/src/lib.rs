//! Reads Windows event trace logs (ETL files) on any system, without the trace data helper of Windows, and
//! writes them.
//!
//! - [`EtlFile`] maps a file and finds its buffers. [`EtlFile::par_buffers`] gives every record once, in
//!   parallel; [`in_order`] gives the records of one or several files by time. [`Summary`] counts them.
//! - [`Decoder`] takes payloads apart: kernel events and some manifest providers by tables in `data/`,
//!   TraceLogging and everything that the file describes itself.
//! - [`names::Trace`] turns keys into paths, and starts and ends into operations.
//! - [`write::EtlWriter`] writes files.
//!
//! Damage is an item among the records, with its place. Only an unreadable log-file header stops the opening. Bytes
//! are borrowed from the map. Compressed buffers are decompressed one by one.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use etl_reader::{EtlFile, names::Trace};
//!
//! let file = EtlFile::open("boot.etl")?;
//! let trace = Trace::read(&[&file]);
//! let _ = trace.operations(&[&file], |operation| {
//!     if operation.status.is_some_and(|status| status >= 0xc000_0000) {
//!         println!("{} {} {:x?}", operation.name, operation.path(), operation.status);
//!     }
//!     ControlFlow::<()>::Continue(())
//! });
//! # Ok::<(), etl_reader::EtlError>(())
//! ```

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
