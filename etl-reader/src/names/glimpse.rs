//! What is known of a row before its records are read.

use super::meaning::OperationName;
use super::table::Names;

/// What is known of a row before its records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glimpse {
    /// A file operation that began: its name. How it ended is not known yet.
    Begun(OperationName),
    /// A file operation: its name, and NTSTATUS where the end is recorded.
    File(OperationName, Option<u32>),
    /// A registry operation: its name and its NTSTATUS, where each is known yet.
    Registry(Option<OperationName>, Option<u32>),
    /// A record of another kind.
    Record,
    /// A damaged record or buffer.
    Damaged,
}

/// Tells whether a row may be wanted.
pub type MayWant<'w> = &'w (dyn Fn(Glimpse) -> bool + Sync);

/// Tells whether rows of a process id may be wanted, once the names are known.
pub type MayWantOf<'w> = &'w (dyn Fn(&Names, Option<u32>) -> bool + Sync);

/// What rows are wanted, as far as it can be told before they are made.
#[derive(Clone, Copy)]
pub struct Wants<'w> {
    /// By what is known of a row.
    pub glimpse: MayWant<'w>,
    /// By the process; nothing where any process is wanted.
    pub process: Option<MayWantOf<'w>>,
    /// By the path: it must hold one of these texts, which are lower-case ASCII without backslashes. Empty where any path
    /// is wanted.
    pub path_has: &'w [String],
}

impl<'w> Wants<'w> {
    /// By what is known of a row, whatever the process and the path.
    #[must_use]
    pub fn of(glimpse: MayWant<'w>) -> Wants<'w> {
        Wants { glimpse, process: None, path_has: &[] }
    }
}
