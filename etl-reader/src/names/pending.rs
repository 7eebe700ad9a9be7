//! File operations that began and have not ended.

use super::meaning::Meaning;
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
    /// Whether it may be wanted, whatever its path.
    pub(super) may: bool,
    /// Whether its path may be.
    pub(super) path_may: bool,
    /// Whether the path of its target may be.
    pub(super) target_may: bool,
}

impl Pending {
    /// Whether what comes at this time can be no part of it any more.
    pub(super) fn is_given_up(&self, now: FileTime) -> bool {
        now.since(self.time) >= GIVE_UP
    }
}

/// Pending operations by their request packet.
#[derive(Debug, Default)]
pub(super) struct PendingOperations {
    by_irp: KeyMap<(u32, u64), u32>,
    /// Those that pend, and places that are free: an operation is much to move.
    slots: Vec<Pending>,
    free: Vec<u32>,
}

impl PendingOperations {
    pub(super) fn get_mut(&mut self, file: u32, irp: u64) -> Option<&mut Pending> {
        let slot = self.by_irp.get(&(file, irp))?;
        self.slots.get_mut(*slot as usize)
    }

    /// Notes a start. What used the packet before has no end.
    pub(super) fn start(&mut self, file: u32, irp: u64, pending: Pending) -> Option<&Pending> {
        let free = self.free.pop();
        let new = match free.and_then(|slot| Some((slot, self.slots.get_mut(slot as usize)?))) {
            Some((slot, place)) => {
                *place = pending;
                slot
            }
            None => {
                self.slots.push(pending);
                // A trace of so many records is larger than any.
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        let before = self.by_irp.insert((file, irp), new)?;
        self.take_slot(before)
    }

    pub(super) fn end(&mut self, file: u32, irp: u64) -> Option<&Pending> {
        let slot = self.by_irp.remove(&(file, irp))?;
        self.take_slot(slot)
    }

    /// Lends what the next start may overwrite: an operation is much to copy.
    fn take_slot(&mut self, slot: u32) -> Option<&Pending> {
        self.free.push(slot);
        self.slots.get(slot as usize)
    }

    /// All that are left.
    pub(super) fn rest(&mut self) -> Vec<Pending> {
        let left = self.by_irp.drain().filter_map(|(_, slot)| self.slots.get(slot as usize).copied());
        let mut left: Vec<Pending> = left.collect();
        left.sort_by_key(|pending| pending.number);
        left
    }
}
