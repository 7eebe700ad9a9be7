//! One thing to do.

use timeline::Words;

/// What a remedy begins with, where other Windows versions have another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemedyKind {
    /// dism repairs the component store, or looks for damage in it.
    StoreRepair,
    /// Anything else.
    #[default]
    Other,
}

impl RemedyKind {
    /// The kind of a remedy that repairs the store, or does not.
    pub(crate) fn of_repair(repairs_store: bool) -> Self {
        if repairs_store { Self::StoreRepair } else { Self::Other }
    }
}

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// What it begins with.
    pub kind: RemedyKind,
    /// The rule that says so; empty if it follows from the operation itself.
    pub rule: String,
    /// In a few words.
    pub title: Words,
    /// In full.
    pub text: Words,
    /// The command that begins it, with the names of the case; empty if there is none.
    pub command: String,
    /// Where it is documented.
    pub reference: String,
}
