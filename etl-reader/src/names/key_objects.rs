//! The keys that registry operations opened, as Microsoft-Windows-Kernel-Registry records them: each by its name, and
//! by the key that the name is relative to.

use super::operation::NtPath;
use super::paths::{PathId, Paths};
use super::table::Names;
use crate::clock::FileTime;
use crate::hash::KeyMap;
use crate::text::Utf16;

/// The longest path of a key that is put together, in bytes; Windows knows none of more than 32,767 units.
const LONGEST: usize = 1 << 16;

/// What the name of a key is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Base {
    /// Nothing: the event tells the whole path.
    Root,
    /// A key that was opened before, by its number.
    Opened(u32),
    /// A key by its address at that time.
    Address(u64, FileTime),
}

/// A key by its base and the two parts of its name; the first is there only where the event tells the whole path.
type Key = (Base, PathId, PathId);

/// The keys open at a time, and all that ever were.
#[derive(Debug, Default)]
pub(super) struct KeyObjects {
    open: KeyMap<u64, u32>,
    numbers: KeyMap<Key, u32>,
    keys: Vec<Key>,
}

impl KeyObjects {
    /// The number of the key that an object stands for.
    pub(super) fn get(&self, object: u64) -> Option<u32> {
        self.open.get(&object).copied()
    }

    /// Opens a key: its number.
    pub(super) fn open(&mut self, object: u64, base: Base, first: PathId, second: PathId) -> u32 {
        let key = (base, first, second);
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            // A file with so many records is larger than any.
            u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX)
        });
        self.open.insert(object, number);
        number
    }

    pub(super) fn close(&mut self, object: u64) {
        self.open.remove(&object);
    }

    /// The whole path of each key by its number, as far as its base is known. `most` bounds the bytes of all of them.
    pub(super) fn paths(self, names: &Names, paths: &mut Paths, most: usize) -> Vec<Option<PathId>> {
        let mut whole: Vec<Option<PathId>> = Vec::with_capacity(self.keys.len());
        let mut room = most;
        for (base, first, second) in self.keys {
            let base = match base {
                Base::Root => Some(paths.get(first)),
                Base::Opened(number) => {
                    whole.get(number as usize).copied().flatten().map(|path| paths.get(path))
                }
                Base::Address(key, time) => names.key_path(key, time),
            };
            let path = base.and_then(|base| {
                let bytes = NtPath { base, rest: paths.get(second) }.bytes();
                room = room.checked_sub(bytes.len())?;
                (bytes.len() <= LONGEST).then_some(bytes)
            });
            whole.push(path.map(|bytes| paths.intern(Utf16::new(&bytes))));
        }
        whole
    }
}
