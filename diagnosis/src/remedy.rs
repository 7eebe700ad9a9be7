//! One thing to do.

use timeline::Words;

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Remedy {
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
