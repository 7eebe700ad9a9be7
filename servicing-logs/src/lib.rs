#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

pub mod bundle;
mod bytes;
pub mod cabinet;
pub mod cbs;
mod client_log;
pub mod codes;
mod counts;
pub mod dism;
mod error;
pub mod event_list;
pub mod event_log;
pub mod filters;
pub mod hive;
pub mod pending;
pub mod poqexec;
pub mod registry;
pub mod sessions;
pub mod setupapi;
mod setupapi_excerpt;
pub mod text;
pub mod time;
mod update_client;
pub mod update_log;
pub mod windows_setup;
mod xml;

pub use counts::RecordCounts;
pub use error::{Error, Result};
pub use text::{LogEncoding, LogText};
pub use time::{Civil, FileTime, LocalTime};
