//! The reader and the writer of Process Monitor logs, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::cast_possible_truncation, reason = "tests put small numbers into narrow fields")]

mod common;
mod hostile;
mod import_csv;
mod import_xml;
mod large;
mod procmon_export;
mod recover;
mod write_anything;
mod write_copies;
mod write_made_events;
mod write_procmon_parser;
