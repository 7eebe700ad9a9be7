//! The reader and the writer of ETW traces, from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod damage;
mod describe;
mod dissect;
mod expected;
mod names;
mod payloads;
mod support;
mod wanted;
mod writer;
