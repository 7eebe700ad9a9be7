//! Paths kept once each.

use std::hash::BuildHasher;

use crate::hash::{KeyMap, Keyed};
use crate::text::Utf16;

/// The place of a path in a [`Paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathId(u32);

impl PathId {
    /// The place among the texts.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// UTF-16 texts, each stored once, end to end.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    bytes: Vec<u8>,
    spans: Vec<(usize, u32)>,
    /// The first text with a hash, and for each text the next one with the same.
    first: KeyMap<u64, u32>,
    next: Vec<u32>,
    hasher: Keyed,
}

const NONE: u32 = u32::MAX;

impl Paths {
    pub(super) fn intern(&mut self, text: Utf16<'_>) -> PathId {
        let bytes = text.as_bytes();
        let hash = self.hasher.hash_one(bytes);
        let first = self.first.get(&hash).copied().unwrap_or(NONE);
        let mut place = first;
        while place != NONE {
            if self.get(PathId(place)).as_bytes() == bytes {
                return PathId(place);
            }
            place = self.next.get(place as usize).copied().unwrap_or(NONE);
        }
        let id = self.spans.len() as u32;
        self.spans.push((self.bytes.len(), bytes.len() as u32));
        self.bytes.extend_from_slice(bytes);
        self.next.push(first);
        self.first.insert(hash, id);
        PathId(id)
    }

    pub(super) fn get(&self, id: PathId) -> Utf16<'_> {
        let span = self.spans.get(id.index());
        let bytes = span.and_then(|&(start, length)| self.bytes.get(start..start + length as usize));
        Utf16::new(bytes.unwrap_or_default())
    }

    /// Takes the texts of another, and gives the new place of each.
    pub(super) fn join(&mut self, other: &Paths) -> Vec<PathId> {
        (0..other.spans.len() as u32).map(|place| self.intern(other.get(PathId(place)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut paths = Paths::default();
        let (a, b) = (paths.intern(Utf16::new(b"a\0b\0")), paths.intern(Utf16::new(b"c\0")));
        assert_ne!(a, b);
        assert_eq!(paths.intern(Utf16::new(b"a\0b\0")), a);
        assert_eq!(paths.get(b).to_string(), "c");
        let mut others = Paths::default();
        others.intern(Utf16::new(b"c\0"));
        assert_eq!(paths.join(&others), [b]);
    }
}
