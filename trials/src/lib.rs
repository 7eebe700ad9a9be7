//! Trials of bootrace.
//!
//! [`evaluate`] tells how often the diagnosis is right, [`traps`] what it names where it should not, [`torture`] what damaged
//! files do. [`learn`] and [`calibrate`] make the tables of counts that the diagnosis rests on. No report of a user depends
//! on anything here.
#![forbid(unsafe_code)]

mod bound;
pub mod calibrate;
pub mod evaluate;
pub mod independent;
pub mod learn;
mod range;
pub mod torture;
pub mod traps;
