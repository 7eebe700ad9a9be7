//! Trials of bootrace: how often the diagnosis is right ([`evaluate`]), what it names where it should not ([`traps`]), and
//! what damaged files do ([`torture`]).
//!
//! No report of a user depends on anything here.
#![forbid(unsafe_code)]

pub mod evaluate;
pub mod independent;
mod range;
pub mod torture;
pub mod traps;
