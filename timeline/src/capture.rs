//! What `bootrace capture` says of the machine beside its traces: `capture/machine.json` of a bundle.

use serde::Deserialize;

use crate::{case::Input, sources::Source};

/// The file's place in a bundle.
const PLACE: &str = "capture/machine.json";
/// A drive letter for each of these is more than any machine has.
const MOST_VOLUMES: usize = 256;

/// The facts that bear on reading a trace. Others are for people.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MachineFacts {
    /// NT device and drive letter of each volume: an ETW trace that was not merged names files by device only.
    volumes: Vec<(String, String)>,
    /// Where the bundle begins in the names of its members.
    #[serde(skip)]
    bundle: String,
}

impl MachineFacts {
    /// Whether a member of a case is such a file.
    pub(crate) fn is_place(path: &str) -> bool {
        path == PLACE || path.ends_with(&format!("/{PLACE}"))
    }

    /// Reads the file. What does not read says nothing.
    pub(crate) fn read(path: &str, bytes: &[u8]) -> Self {
        let facts: Self = serde_json::from_slice(bytes).unwrap_or_default();
        Self { bundle: path.strip_suffix(PLACE).unwrap_or_default().to_owned(), ..facts }
    }

    /// Tells the traces of the same bundle.
    pub(crate) fn tell(&self, inputs: &[Input]) {
        for input in inputs.iter().filter(|input| input.path.starts_with(&self.bundle)) {
            if let Source::Etl(etl) = &input.source {
                etl.set_volumes(self.volumes.iter().take(MOST_VOLUMES));
            }
        }
    }
}
