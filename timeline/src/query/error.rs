//! Why a filter cannot be used.

use super::{column::ColumnError, time::TimeError};

/// A filter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// It has not the three parts.
    #[error(
        "{0:?} is no filter; it takes a column, a relation and a value, as in 'result is \"ACCESS DENIED\"'"
    )]
    Form(String),
    /// Its column does not exist.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// Its relation does not exist.
    #[error(
        "there is no relation {0:?}; relations are is, is-not, less-than, more-than, begins-with, ends-with, contains, excludes"
    )]
    Relation(String),
    /// No operation has such a result.
    #[error(
        "no operation has the result {0:?}; give Process Monitor's text (\"ACCESS DENIED\"), a status (0xC0000022), or use contains"
    )]
    Result(String),
    /// A time is none.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The range of times holds nothing.
    #[error("--from {from} is later than --to {to}; exchange them")]
    Reversed {
        /// The begin that was given.
        from: String,
        /// The end that was given.
        to: String,
    },
    /// A column that holds numbers or times is held against something else.
    #[error("{column} takes {expected}, not {value:?}")]
    Value {
        /// The column.
        column: String,
        /// What it takes.
        expected: &'static str,
        /// What was given.
        value: String,
    },
}
