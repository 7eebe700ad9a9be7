//! The trace files that are there: of which session and boot each is, and what is missing from them.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::Result;
use crate::facts::size;
use crate::machine::{Disk, Entry, Machine};
use crate::messages::{self as say, Message};
use crate::plan::{TRACES, boot_file};
use crate::sessions::size::MB;
use crate::sessions::{BUFFER_KB, KERNEL, STANDARD, Session};
use crate::tree::{Data, Tree};

/// A trace file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Creation, RFC 3339 UTC, where known: for a boot's file, when the boot began.
    pub created: Option<String>,
    /// Last write, RFC 3339 UTC, where known.
    pub modified: Option<String>,
    /// The number that ETW appended: it counts the boots since arming.
    pub number: Option<u32>,
}

/// The trace files, by name.
///
/// # Errors
/// The folder cannot be listed.
pub fn list(disk: &(impl Disk + ?Sized)) -> Result<Vec<Trace>> {
    let entries = disk.list(TRACES)?.unwrap_or_default();
    Ok(entries.into_iter().filter(|e| !e.folder).map(Trace::new).collect())
}

impl Trace {
    pub(crate) fn new(entry: Entry) -> Self {
        let number = entry.name.rsplit_once(".etl.").and_then(|(_, n)| n.parse().ok());
        let Entry { name, bytes, created, modified, .. } = entry;
        Self { name, bytes, created, modified, number }
    }

    fn is_boot_of(&self, session: &Session) -> bool {
        let file = boot_file(session.name);
        let file = file.rsplit('\\').next().unwrap_or_default();
        self.number.is_some() && self.name.len() > file.len() && starts_with(&self.name, file)
    }

    fn last_write(&self) -> Option<Timestamp> {
        self.modified.as_deref().and_then(|t| t.parse().ok())
    }
}

fn starts_with(name: &str, start: &str) -> bool {
    name.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start))
}

/// What is missing from the files, or soon will be: full files, boots that were overwritten or are about to be,
/// providers that were not enabled.
pub fn warnings(machine: &dyn Machine, traces: &[Trace]) -> Vec<Message> {
    let mut found = Vec::new();
    for session in STANDARD.iter().chain([&KERNEL]) {
        let key = machine.tree(&session.key()).ok().flatten().unwrap_or_default();
        let mut files: Vec<_> = traces.iter().filter(|t| t.is_boot_of(session)).collect();
        files.sort_by_key(|t| t.number);
        found.extend(full(&files, &key));
        found.extend(wrapped(session, &files, &key));
        found.extend(not_enabled(session, &key));
    }
    found
}

fn number(tree: &Tree, name: &str) -> Option<u32> {
    tree.value(name).and_then(Data::as_dword)
}

/// A sequential session stops when the next buffer does not fit into its file.
fn full(files: &[&Trace], key: &Tree) -> Vec<Message> {
    let Some(limit) = number(key, "MaxFileSize").filter(|mb| *mb > 0).map(|mb| u64::from(mb) * MB) else {
        return vec![];
    };
    let full = files.iter().filter(|t| t.bytes + u64::from(BUFFER_KB) * 1024 > limit);
    full.map(|t| say::FILE_FULL.with(&[&t.name, &size(limit), &t.modified.as_deref().unwrap_or("?")]))
        .collect()
}

fn wrapped(session: &Session, files: &[&Trace], key: &Tree) -> Option<Message> {
    let newer =
        files.iter().zip(files.iter().skip(1)).find(|(a, b)| match (a.last_write(), b.last_write()) {
            (Some(a), Some(b)) => a > b,
            _ => false,
        });
    if let Some((newer, older)) = newer {
        return Some(say::FILES_WRAPPED.with(&[&session.name, &newer.name, &older.name]));
    }
    let (counter, most) = (number(key, "FileCounter")?, number(key, "FileMax")?);
    let first = files.first().filter(|_| counter >= most)?;
    Some(say::NEXT_BOOT_OVERWRITES.with(&[&session.name, &first.name]))
}

/// ETW leaves a status in each provider's key.
fn not_enabled(session: &Session, key: &Tree) -> Vec<Message> {
    let failed = session.providers.iter().filter_map(|provider| {
        let (_, below) = key.keys.iter().find(|(guid, _)| guid.eq_ignore_ascii_case(provider.guid))?;
        let code = number(below, "Status").filter(|code| *code != 0)?;
        Some(say::PROVIDER_FAILED.with(&[&session.name, &provider.name, &code]))
    });
    failed.collect()
}
