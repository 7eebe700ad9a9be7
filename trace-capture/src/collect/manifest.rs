//! manifest.json: what is in the bundle, and what is not and why.

use serde::{Deserialize, Serialize};

use crate::bundled::Held;
use crate::messages::Message;

/// The manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout: 1.
    pub bootrace_bundle: u32,
    /// Version of bootrace.
    pub version: String,
    /// When collecting started, RFC 3339 UTC.
    pub started: String,
    /// When it ended.
    pub finished: String,
    /// Whether names were masked.
    pub redacted: bool,
    /// What is in the bundle.
    pub files: Vec<Collected>,
    /// Files that are in the bundle by their conversion only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub converted: Vec<Held>,
    /// What the traces lack: full files, overwritten boots, lost events, providers that were not enabled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Message>,
    /// What should be and is not.
    pub failed: Vec<Missing>,
    /// What `--redact` left out.
    pub left_out: Vec<Missing>,
}

/// A file in the bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// Its name in the bundle.
    pub path: String,
    /// Where it came from: a path or a command line.
    pub source: String,
    /// SHA-256 of the contents in the bundle, hex.
    pub sha256: String,
    /// Bytes in the bundle.
    pub bytes: u64,
    /// SHA-256 of the source, hex, where names were masked in the bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// Creation of the source, RFC 3339 UTC, where it is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Last write of the source, RFC 3339 UTC, where it is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// How often a name was masked in it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub masked: u64,
}

/// Something that is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What: a path or a command line.
    pub source: String,
    /// Why.
    pub why: String,
}

impl Manifest {
    /// The traces that the bundle holds, as they were when they were read.
    #[must_use]
    pub fn holds(&self) -> Vec<Held> {
        let traces = self.files.iter().filter(|f| f.path.starts_with("traces/"));
        let held = traces.map(|f| Held {
            name: f.source.rsplit('\\').next().unwrap_or(&f.source).to_owned(),
            bytes: f.bytes,
            sha256: f.source_sha256.clone().unwrap_or_else(|| f.sha256.clone()),
        });
        held.chain(self.converted.iter().cloned()).collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
