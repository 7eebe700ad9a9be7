//! Trials of bootrace: how often the diagnosis is right ([`evaluate`]), and what damaged files do ([`torture`]).
//!
//! No report of a user depends on anything here.
#![forbid(unsafe_code)]

pub mod evaluate;
mod range;
pub mod torture;
