//! Measures what the counts of a fleet do to the answer: made machines that install one update, and cases of machines
//! that are not among them.

mod case;
mod command;
mod counts;
mod innocent;
mod machines;
mod sum;

pub use command::Fleet;
