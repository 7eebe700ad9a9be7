//! Learns from real traces of healthy machines what servicing meets in an ordinary way: counts, and no paths.

mod command;
mod trace;

pub use command::Learn;
