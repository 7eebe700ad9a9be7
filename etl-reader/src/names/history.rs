//! What a key meant at a time. The kernel reuses file keys, key control blocks and thread ids.

use crate::clock::FileTime;
use crate::hash::KeyMap;
use std::hash::Hash;

/// When a recorded meaning holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// Up to the recorded time, when it ended: a deletion.
    Until,
    /// Around the recorded time, as far as nothing else is recorded: a rundown.
    Around,
    /// From the recorded time on: a creation.
    From,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<V> {
    time: FileTime,
    holds: Holds,
    value: V,
}

/// The meanings of all keys over time.
#[derive(Clone, Debug)]
pub(super) struct History<K, V> {
    entries: KeyMap<K, Vec<Entry<V>>>,
}

impl<K, V> Default for History<K, V> {
    fn default() -> Self {
        History { entries: KeyMap::default() }
    }
}

impl<K: Eq + Hash, V: Copy + Ord> History<K, V> {
    /// Notes a meaning. Times may come in any order; [`History::sort`] must follow.
    pub(super) fn note(&mut self, key: K, time: FileTime, holds: Holds, value: V) {
        self.entries.entry(key).or_default().push(Entry { time, holds, value });
    }

    /// Takes all of another history, its values changed by `change`.
    pub(super) fn join<W: Copy>(&mut self, other: History<K, W>, change: impl Fn(W) -> V) {
        for (key, entries) in other.entries {
            let changed = entries.into_iter().map(|Entry { time, holds, value }| Entry {
                time,
                holds,
                value: change(value),
            });
            self.entries.entry(key).or_default().extend(changed);
        }
    }

    /// Puts the entries in order. Values are compared too, so that the order does not depend on the threads.
    pub(super) fn sort(&mut self) {
        for entries in self.entries.values_mut() {
            entries.sort_unstable();
            entries.dedup();
            entries.shrink_to_fit();
        }
    }

    /// The keys that ever stood for a value that `holds` accepts.
    pub(super) fn keys_of(&self, mut holds: impl FnMut(V) -> bool) -> impl Iterator<Item = K>
    where
        K: Copy,
    {
        let entries = self.entries.iter();
        entries
            .filter(move |(_, entries)| entries.iter().any(|entry| holds(entry.value)))
            .map(|(key, _)| *key)
    }

    /// All that a key ever stood for.
    pub(super) fn all<'h>(&'h self, key: &K) -> impl Iterator<Item = V> + use<'h, K, V> {
        self.entries.get(key).into_iter().flatten().map(|entry| entry.value)
    }

    /// What the key stood for at `time`, and since when that is known.
    pub(super) fn at(&self, key: &K, time: FileTime) -> Option<(V, FileTime)> {
        let entries = self.entries.get(key)?;
        let next = entries.partition_point(|entry| entry.time <= time);
        let before = next.checked_sub(1).and_then(|place| entries.get(place));
        match before {
            Some(entry) if entry.holds != Holds::Until || entry.time == time => {
                return Some((entry.value, entry.time));
            }
            _ => {}
        }
        // Nothing began before: what is recorded later held already, unless it only began then.
        let after = entries.get(next).filter(|entry| entry.holds != Holds::From)?;
        Some((after.value, before.map_or(FileTime(i64::MIN), |entry| entry.time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Holds::*;

    fn history(entries: &[(i64, Holds, u32)]) -> History<u64, u32> {
        let mut history = History::default();
        entries.iter().for_each(|&(time, holds, value)| history.note(7, FileTime(time), holds, value));
        history.sort();
        history
    }

    fn at(history: &History<u64, u32>, time: i64) -> Option<u32> {
        history.at(&7, FileTime(time)).map(|found| found.0)
    }

    #[test]
    fn a_key_that_is_used_again() {
        let history =
            history(&[(30, From, 2), (10, From, 1), (20, Until, 1), (40, Until, 2), (60, Around, 3)]);
        let found: Vec<_> = [5, 10, 15, 20, 25, 30, 40, 45, 60, 99].map(|time| at(&history, time)).into();
        let wanted = [None, Some(1), Some(1), Some(1), None, Some(2), Some(2), Some(3), Some(3), Some(3)];
        assert_eq!(found, wanted);
        assert_eq!(history.at(&8, FileTime(10)), None);
    }

    #[test]
    fn a_deletion_tells_what_was_before() {
        let history = history(&[(50, Until, 9)]);
        assert_eq!((at(&history, 1), at(&history, 51)), (Some(9), None));
    }
}
