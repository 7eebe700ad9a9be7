//! What is known of a row before its records are read.

use super::meaning::OperationName;

/// What is known of a row before its records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glimpse {
    /// A file operation: its name, and NTSTATUS where the end is recorded.
    File(OperationName, Option<u32>),
    /// A registry operation; its NTSTATUS where that is known yet.
    Registry(Option<u32>),
    /// A record of another kind.
    Record,
    /// A damaged record or buffer.
    Damaged,
}
