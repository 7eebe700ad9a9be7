//! File operations that began and have not ended.

use super::meaning::Meaning;
use super::paths::PathId;
use super::rows::{FileOperation, Rare};
use crate::clock::FileTime;
use crate::hash::KeyMap;

/// Longer than any operation waits but those that wait for a change, which have no use here.
const GIVE_UP: i64 = 600 * 10_000_000;

/// What is known of an operation before its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) operation: FileOperation,
    pub(super) rare: Rare,
    /// The path of [`FileOperation::met`].
    pub(super) path: Option<PathId>,
    /// The information class, as the first record or a later one tells it.
    pub(super) info_class: Option<u32>,
    pub(super) meaning: Meaning,
    /// Number of the event.
    pub(super) id: u8,
    pub(super) time: FileTime,
    /// Order of the starts, for a fixed order of those without an end.
    pub(super) number: u64,
    pub(super) tid: Option<u32>,
    pub(super) file_object: u64,
    pub(super) file_key: u64,
}

/// Pending operations by their request packet.
#[derive(Debug, Default)]
pub(super) struct PendingOperations {
    by_irp: KeyMap<(u32, u64), Pending>,
    checked: Option<FileTime>,
}

impl PendingOperations {
    pub(super) fn get_mut(&mut self, file: u32, irp: u64) -> Option<&mut Pending> {
        self.by_irp.get_mut(&(file, irp))
    }

    /// Notes a start. What used the packet before has no end.
    pub(super) fn start(&mut self, file: u32, irp: u64, pending: Pending) -> Option<Pending> {
        self.by_irp.insert((file, irp), pending)
    }

    pub(super) fn end(&mut self, file: u32, irp: u64) -> Option<Pending> {
        self.by_irp.remove(&(file, irp))
    }

    /// Those that have waited too long; looked for from time to time.
    pub(super) fn give_up(&mut self, now: FileTime) -> Vec<Pending> {
        let checked = *self.checked.get_or_insert(now);
        if now.since(checked) < GIVE_UP / 2 {
            return Vec::new();
        }
        self.checked = Some(now);
        self.take(|pending| now.since(pending.time) >= GIVE_UP)
    }

    /// All that are left.
    pub(super) fn rest(&mut self) -> Vec<Pending> {
        self.take(|_| true)
    }

    fn take(&mut self, which: impl Fn(&Pending) -> bool) -> Vec<Pending> {
        let mut taken: Vec<Pending> =
            self.by_irp.extract_if(|_, pending| which(pending)).map(|(_, pending)| pending).collect();
        taken.sort_by_key(|pending| pending.number);
        taken
    }
}
