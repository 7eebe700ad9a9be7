//! Choosing events as Process Monitor's users do: by column, relation and value, and by time.

mod column;
mod expression;
mod filter;
mod pml;
mod relation;
mod row;
mod time;
mod value;

pub use column::{ColumnError, column_name, column_named};
pub use filter::{Filter, FilterError, Scratch};
pub use pml_reader::Column;
pub use relation::Relation;
pub use row::{Row, Rows, Visit};
pub use time::{TimeError, TimePoint};
