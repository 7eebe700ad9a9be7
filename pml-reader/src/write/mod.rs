//! Writes Process Monitor logs (version 7 and 9, 32- and 64-bit) that Process Monitor's readers accept.
//!
//! [`PmlWriter`] writes the parts in the one order that Process Monitor can read: events, event offsets, processes,
//! strings, icons, hosts and ports. Events go straight to the output. Of each only its offset stays in memory.
//! [`encode`] makes the details of events from typed values. [`write_subset`] copies chosen events of an open log.
//!
//! ```
//! use pml_reader::{FileTime, PmlFile, PmlText, RawProcess};
//! use pml_reader::write::{EventRecord, Machine, PmlWriter, encode::{Layout, RegistryEvent, RegistryOperation, Value}};
//!
//! let machine = Machine { computer_name: "PC", system_root: r"C:\Windows", build: 17763, ..Machine::default() };
//! let mut writer = PmlWriter::new(std::io::Cursor::new(Vec::new()), &machine.header())?;
//! let name = writer.string(PmlText::Bytes(b"services.exe"))?;
//! writer.process(RawProcess { index: 7, pid: 640, name, is_64bit: 1, ..RawProcess::default() }, &[])?;
//! let start = RegistryEvent {
//!     path: r"HKLM\System\CurrentControlSet\Services\AppXSvc\Start",
//!     operation: RegistryOperation::QueryValue { class: 2, length: 16, answer: Some(Value::Dword(4)) },
//! };
//! let payload = start.encode(Layout::of(&machine.header()))?;
//! writer.event(&EventRecord { process_index: 7, tid: 12, time: FileTime(1), ..EventRecord::of(&payload) })?;
//!
//! let log = PmlFile::from_vec(writer.finish()?.into_inner())?;
//! assert_eq!(log.event(0)?.detail(), "Type: REG_DWORD, Length: 4, Data: 4");
//! # Ok::<(), pml_reader::PmlError>(())
//! ```

pub mod encode;
mod header;
mod record;
mod subset;
pub(crate) mod tables;
mod writer;

pub use header::Machine;
pub use record::EventRecord;
pub use subset::{Subset, write_subset};
pub use writer::PmlWriter;
