//! Examples and near misses: failures as data, on which rules are tested.

use serde::Deserialize;

/// A failure, by what rules look at. Its keys are those of a rule's match, each with one value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Example {
    /// Kind of the fault.
    pub fault: String,
    /// Its item.
    pub item: String,
    /// Its phase.
    pub phase: String,
    /// Its code.
    pub code: String,
    /// A line that says something failed.
    pub text: String,
    /// Process of the failing operation.
    pub process: String,
    /// Path of the failing operation.
    pub path: String,
    /// Status of the failing operation.
    pub status: String,
    /// A disabled service.
    pub disabled: String,
    /// A process that a foreign library is loaded into.
    pub inside: String,
    /// A watched name that the trace has an operation on.
    pub seen: String,
    /// The kind of thing that is missing.
    pub missing: String,
    /// The name of what is missing.
    pub service: String,
    /// Servicing started the program of the failing operation.
    pub started: bool,
}
