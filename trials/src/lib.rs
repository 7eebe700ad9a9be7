//! Trials of bootrace.
//!
//! [`evaluate`] tells how often the diagnosis is right, [`traps`] what it names where it should not, [`torture`] what damaged
//! files do. [`calibrate`] tells from which score on a name is right often enough. No report of a user depends
//! on anything here.
#![forbid(unsafe_code)]

mod bound;
pub mod calibrate;
pub mod evaluate;
pub mod independent;
mod range;
pub mod torture;
pub mod traps;
