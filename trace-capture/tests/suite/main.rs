//! Arming, disarming and collecting on a machine in memory; the real one's tests are in `tests/windows.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod arm;
mod collect;
mod fake;
mod growth;
mod journal_cut;
mod keys;
mod live;
mod offline;
mod power;
mod random_order;
mod stand_in;
mod status;
mod watch;
