//! What a scenario knows of its own trace: the answer that a diagnosis is compared with.

use serde::{Deserialize, Serialize};

/// What a diagnosis should say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// One operation of the trace made the update fail.
    FailingOperation,
    /// The update failed, and no operation of the trace did it: something was missing or never answered.
    FailureWithoutOperation,
    /// The update went through.
    NoFailure,
    /// The inputs cannot show it: the failure lies outside of them.
    NotEnoughEvidence,
}

/// The truth about a synthetic trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Name of the scenario.
    pub scenario: &'static str,
    /// The seed it was made from.
    pub seed: u64,
    /// What became of the update.
    pub outcome: Outcome,
    /// The phase in which it failed, as reports name it.
    pub phase: Option<&'static str>,
    /// Number of the failing operation among the events of the log.
    pub index: Option<usize>,
    /// Program that did it.
    pub process: Option<String>,
    /// Process Monitor's name of the operation.
    pub operation: Option<String>,
    /// Its path.
    pub path: Option<String>,
    /// Its NTSTATUS.
    pub status: Option<u32>,
    /// The HRESULT of the item that failed, as CBS.log prints it.
    pub hresult: Option<u32>,
    /// The HRESULT that servicing reports of the whole.
    pub reported: Option<u32>,
    /// Row of the table of known signatures that the scenario is of.
    pub signature: Option<u8>,
    /// Events in the log.
    pub events: usize,
}
