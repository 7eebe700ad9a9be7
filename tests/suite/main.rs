//! The built program from outside.

mod capture;
mod capture_twins;
mod chinese;
mod damaged;
mod diff;
mod events;
mod explain;
mod exports;
mod hostile;
mod import;
mod literals;
#[cfg(feature = "parquet")]
mod parquet;
mod readme;
mod report;
mod schema;
#[path = "../../reports/tests/suite/schema_check/mod.rs"]
mod schema_check;
mod shells;
mod slice;
