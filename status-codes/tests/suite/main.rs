//! The tables of codes, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod collected_codes;
mod conversions;
mod explaining;
mod procmon_exports;
mod support;
