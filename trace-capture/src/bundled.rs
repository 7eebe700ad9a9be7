//! Which traces are in a finished bundle. Disarm deletes those and no others.
//!
//! The list is a file of its own, beside the journal: it must not be lost with it, and there is one without a journal.

use std::io::Read;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{CaptureError, Result};
use crate::machine::Disk;
use crate::messages::errors;
use crate::plan::FOLDER;

/// A file as a finished bundle holds it, or holds its conversion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its name without the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of what was read, hex.
    pub sha256: String,
}

/// A finished bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// When, RFC 3339 UTC.
    pub at: String,
    /// The bundle.
    pub bundle: String,
    /// The traces in it.
    pub holds: Vec<Held>,
}

/// The largest list that is read, bytes.
const LARGEST: u64 = 16 << 20;

/// The list's file: a JSON object a line.
#[must_use]
pub fn path() -> String {
    format!(r"{FOLDER}\bundled.jsonl")
}

/// Notes a finished bundle; it is on the disk when this returns.
///
/// # Errors
/// The file cannot be written.
pub fn append(disk: &(impl Disk + ?Sized), finished: &Finished) -> Result<()> {
    // A line of its own, whatever a power cut left before it.
    let mut line = vec![b'\n'];
    serde_json::to_writer(&mut line, finished)
        .map_err(|e| CaptureError::io(errors::WRITE, path())(e.into()))?;
    line.push(b'\n');
    disk.append(&path(), &line)
}

/// What finished bundles hold. What does not read holds nothing.
pub fn read(disk: &(impl Disk + ?Sized)) -> Vec<Held> {
    let mut text = Vec::new();
    let opened = disk.open(&path()).ok();
    let read = opened.and_then(|file| file.take(LARGEST).read_to_end(&mut text).ok());
    let lines = text.split(|b| *b == b'\n').filter(|_| read.is_some());
    lines.filter_map(|line| serde_json::from_slice::<Finished>(line).ok()).flat_map(|f| f.holds).collect()
}

/// Whether `held` has the file at `path` as it is now: name, size and contents.
pub fn holds(disk: &(impl Disk + ?Sized), held: &[Held], path: &str, bytes: u64) -> bool {
    let name = path.rsplit('\\').next().unwrap_or(path);
    let mut alike = held.iter().filter(|h| h.bytes == bytes && h.name.eq_ignore_ascii_case(name)).peekable();
    if alike.peek().is_none() {
        return false;
    }
    sha256(disk, path).is_ok_and(|now| alike.any(|h| h.sha256 == now))
}

/// SHA-256 of a file, hex.
///
/// # Errors
/// The file cannot be read.
pub fn sha256(disk: &(impl Disk + ?Sized), path: &str) -> Result<String> {
    let mut file = disk.open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match file.read(&mut buffer).map_err(CaptureError::io(errors::READ, path))? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
