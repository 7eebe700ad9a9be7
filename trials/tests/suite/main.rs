//! The diagnosis compared with synthetic traces, each of which has its right answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod absences;
mod compare;
mod etl_twins;
mod graph;
mod independent;
mod others;
mod page;
mod parts;
mod raw_logs;
mod remedies;
mod services;
mod signatures;
mod torture;
mod unclean;
