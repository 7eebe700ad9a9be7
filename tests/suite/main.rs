//! The built program from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod brief;
mod capture;
mod capture_twins;
mod chinese;
mod compare;
mod damaged;
mod diff;
mod events;
mod explain;
mod exports;
mod fleet;
mod hostile;
mod import;
mod literals;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(feature = "parquet")]
mod parquet;
mod readme;
mod report;
mod schema;
#[path = "../../reports/tests/suite/schema_check/mod.rs"]
mod schema_check;
mod shells;
mod slice;
