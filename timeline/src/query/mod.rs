//! Choosing events as Process Monitor's users do: by column, relation and value, and by time.

mod column;
mod error;
mod expression;
mod filter;
mod row;
mod time;
mod value;

pub use column::{ColumnError, column_name, column_named, distance};
pub use error::FilterError;
pub use filter::{Filter, Scratch};
pub use pml_reader::{COLUMNS, Column, Relation, Style};
pub use row::{Glimpse, Row, Rows, Visit};
pub use time::{TimeError, TimePoint};
pub use value::Expected;
