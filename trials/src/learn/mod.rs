//! Learns from real traces of healthy machines what servicing ordinarily meets. It keeps counts, and no paths.

mod command;
mod trace;

pub use command::Learn;
