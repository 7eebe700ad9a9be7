//! The journal: what was there before each step, on the disk before the step is taken.
//!
//! One JSON object a line. A line that a power cut tore is the last one, and says nothing: the step it was for had
//! not begun. Each `begin` line carries its action and what was there, so that undoing needs nothing else.

use serde::{Deserialize, Serialize};

use crate::error::{CaptureError, Result};
use crate::machine::Disk;
use crate::plan::{Action, FOLDER, Options};
use crate::tree::Tree;

/// What was there before a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    /// Whether the folder, file or task was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existed: Option<bool>,
    /// Keys with their contents, or `None` where there was no such key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<(String, Option<Tree>)>,
    /// Keys above those that were not there either, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Files that were there, by path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// The first line: who wrote it, when, for what.
    Start {
        /// Version of this layout.
        version: u32,
        /// RFC 3339 UTC.
        at: String,
        /// What was asked for.
        options: Options,
    },
    /// A step is about to be taken.
    Begin {
        /// Its number, from 0.
        step: usize,
        /// What it does.
        action: Action,
        /// What was there.
        before: Before,
    },
    /// The step was taken.
    Done {
        /// Its number.
        step: usize,
    },
    /// The step failed and was undone; arming went on without it.
    Failed {
        /// Its number.
        step: usize,
        /// The error.
        why: String,
    },
    /// Disarm has undone the step. It is not undone again: later undoing may have put back what it would remove.
    Undone {
        /// Its number.
        step: usize,
    },
    /// All steps were taken.
    Armed {
        /// RFC 3339 UTC.
        at: String,
    },
    /// The traces are in a bundle.
    Collected {
        /// RFC 3339 UTC.
        at: String,
        /// The bundle.
        bundle: String,
    },
}

/// The journal's file.
pub fn path() -> String {
    format!(r"{FOLDER}\journal.jsonl")
}

/// What marks a line that a power cut tore, once more lines follow it.
const TORN: &[u8] = b"#torn\n";

fn bytes(disk: &(impl Disk + ?Sized)) -> Result<Option<Vec<u8>>> {
    if disk.entry(&path())?.is_none() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    disk.open(&path())?.read_to_end(&mut bytes).map_err(CaptureError::io("read", path()))?;
    Ok(Some(bytes))
}

/// Reads the journal; `None` where there is none.
///
/// # Errors
/// A line that does not read and was not torn by a power cut.
pub fn read(disk: &(impl Disk + ?Sized)) -> Result<Option<Vec<Line>>> {
    let Some(bytes) = bytes(disk)? else { return Ok(None) };
    let mut lines = Vec::new();
    for (number, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        if line.ends_with(TORN) || !line.ends_with(b"\n") {
            continue;
        }
        lines.push(serde_json::from_slice(line).map_err(|error| CaptureError::Journal {
            path: path(),
            line: number + 1,
            why: error.to_string(),
        })?);
    }
    Ok(Some(lines))
}

/// Appends a line; it is on the disk when this returns.
pub fn append(disk: &(impl Disk + ?Sized), line: &Line) -> Result<()> {
    let mut text = Vec::new();
    if bytes(disk)?.is_some_and(|b| !b.is_empty() && !b.ends_with(b"\n")) {
        text.extend_from_slice(TORN);
    }
    serde_json::to_writer(&mut text, line).map_err(|e| CaptureError::io("write", path())(e.into()))?;
    text.push(b'\n');
    disk.append(&path(), &text)
}
