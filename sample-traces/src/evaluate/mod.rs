//! Holds the diagnosis against traces whose cause is known, and counts what it says.

mod cases;
mod remedy;
mod score;
mod table;

pub use cases::{Case, Truth, real_logs, scenarios, under};
pub use score::{Answer, Judged, judge};
pub use table::table;
