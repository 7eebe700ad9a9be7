//! The readers of servicing logs, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::cast_possible_truncation, reason = "tests put small numbers into narrow fields")]

mod bundle;
mod cbs_kinds;
mod cbs_real;
mod common;
mod event_log;
mod lines;
mod registry;
mod xml;
