//! Streaming readers of what accompanies the trace of a Windows update: the servicing logs, the plan of pending
//! operations, event logs, registry hives, and the bundles they arrive in.
//!
//! These are formats only. What a line means for the update is decided elsewhere. Every reader takes bytes, accepts
//! any input, and counts what it could not read. It gives records with their line or offset.
//!
//! ```
//! use servicing_logs::cbs::{CbsEvent, CbsLog, Stage, Step};
//! use servicing_logs::codes::CodeValue;
//!
//! let line = b"2026-10-08 20:55:07, Info                  CBS    Startup: Processing complete. \
//!     [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]\r\n";
//! let log = CbsLog::new(line);
//! let scan = log.events();
//! assert_eq!(scan.kept[0].event, CbsEvent::Stage { stage: Stage::Startup, step: Step::Complete });
//! assert_eq!(scan.kept[0].code.map(|(code, _)| code), Some(CodeValue::Hresult(0x8007_0bc2)));
//! ```
//!
//! | module | reads | checked against |
//! |---|---|---|
//! | [`cbs`] | CBS.log, CbsPersist logs | three real logs; published excerpts of 26 failures |
//! | [`pending`] | pending.xml 2.0 and 3.1 | the published shape only |
//! | [`sessions`] | sessions.xml | attribute names of a public reader only |
//! | [`poqexec`] | poqexec.log | the format string of its writer only |
//! | [`setupapi`] | setupapi.dev.log | published excerpts |
//! | [`dism`] | dism.log, what its commands print, package lists | real logs; of the words only the English ones were seen |
//! | [`windows_setup`] | setupact.log, setuperr.log | real logs; the rollback's lines by published excerpts |
//! | [`event_log`] | .evtx | a real System log |
//! | [`hive`], [`registry`] | hives, .reg exports | two real hives, one of them damaged; made exports |
//! | [`cabinet`] | .cab: stored, MSZIP, LZX | cabinets made by another writer; LZX by one made block |
//! | [`bundle`] | folders, zip and cab archives, kinds by content | made archives; the real files of every kind at hand |
#![deny(unsafe_code)]

pub mod bundle;
mod bytes;
pub mod cabinet;
pub mod cbs;
pub mod codes;
pub mod dism;
mod error;
pub mod event_log;
pub mod hive;
pub mod pending;
pub mod poqexec;
pub mod registry;
pub mod sessions;
pub mod setupapi;
pub mod text;
pub mod time;
pub mod windows_setup;
mod xml;

pub use error::{Error, Result};
pub use text::{LogEncoding, LogText};
pub use time::{Civil, FileTime, LocalTime};
