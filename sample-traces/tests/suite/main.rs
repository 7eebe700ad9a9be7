//! The synthetic traces are whole, true to their labels, and read alike by others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod pmb;
mod procmon_parser;
mod samples;
mod traces;
