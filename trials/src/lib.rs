//! Trials of bootrace.
//!
//! [`evaluate`] shows how often the diagnosis is right. [`traps`] shows what it names although it should not.
//! [`torture`] shows what damaged files do. [`learn`] and [`calibrate`] make the tables of counts that the diagnosis
//! uses. [`signatures`] shows how well signatures group causes. [`fleet`] shows what the counts of other
//! boots do to the answer. No report of a user depends on anything here.
#![forbid(unsafe_code)]

mod bound;
pub mod calibrate;
pub mod evaluate;
pub mod fleet;
pub mod independent;
pub mod learn;
pub mod page;
mod range;
pub mod signatures;
pub mod torture;
pub mod traps;
