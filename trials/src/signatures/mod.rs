//! How well signatures group causes: one id for one cause on all machines, and another id for another cause.

mod case;
mod command;
mod machine;
mod score;

pub use case::{Found, Keys, cases};
pub use command::Signatures;
pub use machine::Machine;
pub use score::{Key, Score, score, table};
