//! The diagnosis, on synthetic sources and real logs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod apart;
mod asked;
mod filters;
mod logs;
mod outcomes;
mod programs;
mod providers;
mod stacks;
mod undone;
