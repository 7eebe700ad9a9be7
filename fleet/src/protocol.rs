//! What the program and its workers say to each other: one line of JSON each way a case.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A case to analyse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) path: PathBuf,
    pub(crate) about: About,
    /// Present where names are to be replaced.
    pub(crate) salt: Option<String>,
}

/// What is known of a case without analysing it: columns of the table `cases`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) case_id: String,
    pub(crate) name: String,
    pub(crate) healthy: u8,
    pub(crate) redacted: u8,
    pub(crate) state: String,
    pub(crate) error_kind: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) candidates_left_out: u64,
}

/// The rows of a case: of each table a list, in the order of its columns.
pub(crate) type CaseRows = BTreeMap<String, Vec<Vec<Value>>>;

/// What a worker says of a case.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Rows(CaseRows),
    Failed { kind: String, reason: String },
}
