//! The reader and the writer of ETW traces, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::cast_possible_truncation, reason = "tests put small numbers into narrow fields")]

mod damage;
mod describe;
mod dissect;
mod expected;
mod names;
mod payloads;
mod support;
mod wanted;
mod writer;
