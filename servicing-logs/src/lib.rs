//! Streaming readers of what lies around the trace of a Windows update: the servicing logs, the plan of pending
//! operations, event logs, registry hives, and the bundles they arrive in.
//!
//! Formats only: what a line means for the update is decided elsewhere. Every reader takes bytes, accepts any input,
//! counts what it could not read, and gives records with the line or offset they stand at.
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
mod xml;

pub use error::{Error, Result};
pub use text::{LogEncoding, LogText};
pub use time::{Civil, FileTime, LocalTime};
