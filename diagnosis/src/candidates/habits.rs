//! Habits: errors that servicing met on several objects of a kind, and after which it went on.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use timeline::{FileTime, Kind, ProcessId, Role, SourceId};

use crate::path_class::path_class;

/// An error of a servicing process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Miss {
    /// Its kind.
    pub(crate) key: u64,
    /// Its object.
    pub(crate) object: u64,
    /// When.
    pub(crate) time: FileTime,
    /// Where it is recorded.
    pub(crate) source: SourceId,
    /// Who met it.
    pub(crate) process: ProcessId,
    /// Its thread.
    pub(crate) tid: u32,
}

/// Errors by role, operation, status and class of path.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    by_key: HashMap<u64, Vec<Miss>>,
}

/// Objects that are remembered of one kind; more of them say nothing new.
const MAX_OF_A_KIND: usize = 64;
/// Kinds that are remembered. Real traces of servicing have some dozens.
const MAX_KINDS: usize = 1 << 16;

/// The number of a kind of error.
pub(crate) fn key(role: Role, name: &str, status: u32, kind: Kind, path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (role, name, status, path_class(path, kind)).hash(&mut hasher);
    hasher.finish()
}

impl Habits {
    pub(super) fn add(&mut self, miss: Miss) {
        if self.by_key.len() >= MAX_KINDS && !self.by_key.contains_key(&miss.key) {
            return;
        }
        let list = self.by_key.entry(miss.key).or_default();
        if let Some(known) = list.iter_mut().find(|known| known.object == miss.object) {
            if miss.time < known.time {
                *known = miss;
            }
        } else if list.len() < MAX_OF_A_KIND {
            list.push(miss);
        }
    }

    pub(super) fn join(&mut self, later: Self) {
        for miss in later.by_key.into_values().flatten() {
            self.add(miss);
        }
    }

    /// The errors of a kind on other objects than `object`.
    pub(super) fn others(&self, key: u64, object: u64) -> impl Iterator<Item = &Miss> {
        self.by_key.get(&key).into_iter().flatten().filter(move |miss| miss.object != object)
    }
}
