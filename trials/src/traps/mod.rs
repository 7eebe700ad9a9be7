//! Traps: cases in which the diagnosis is tempted to name an operation that did not make the update fail.
//!
//! They need no scenario of their own. Each [kind](kinds) edits boots of both generators and of real logs.

mod acts;
mod boot;
mod bound;
mod command;
mod judge;
mod kinds;
mod ordinary;
mod signs;
mod sum;
mod tape;

pub use command::Traps;
