//! Runs the diagnosis on traces whose cause is known, and counts its answers.

mod cases;
mod command;
mod remedy;
mod score;
mod table;

pub use cases::{Case, Truth, real_logs, scenarios, under};
pub use command::Evaluate;
pub use score::{Answer, Judged, judge};
pub use table::table;
