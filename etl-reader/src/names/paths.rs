//! Paths, each kept once.

use std::hash::BuildHasher;
use std::num::NonZeroU32;

use crate::hash::{KeyMap, Keyed};
use crate::text::Utf16;

/// The place of a path in a [`Paths`], counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct PathId(NonZeroU32);

impl PathId {
    pub(super) fn at(place: u32) -> PathId {
        PathId(NonZeroU32::MIN.saturating_add(place))
    }

    /// The place among the texts.
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
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
}

const NONE: u32 = u32::MAX;

/// The hash by which a text is looked up.
pub(super) fn hash(text: Utf16<'_>) -> u64 {
    Keyed::default().hash_one(text.as_bytes())
}

impl Paths {
    pub(super) fn intern(&mut self, text: Utf16<'_>) -> PathId {
        self.intern_hashed(text, hash(text))
    }

    /// The same, where the text's [`hash`] is known.
    pub(super) fn intern_hashed(&mut self, text: Utf16<'_>, hash: u64) -> PathId {
        let bytes = text.as_bytes();
        let first = self.first.get(&hash).copied().unwrap_or(NONE);
        let mut place = first;
        while place != NONE {
            if self.get(PathId::at(place)).as_bytes() == bytes {
                return PathId::at(place);
            }
            place = self.next.get(place as usize).copied().unwrap_or(NONE);
        }
        let id = u32::try_from(self.spans.len()).unwrap_or(NONE);
        self.spans.push((self.bytes.len(), u32::try_from(bytes.len()).unwrap_or(u32::MAX)));
        self.bytes.extend_from_slice(bytes);
        self.next.push(first);
        self.first.insert(hash, id);
        PathId::at(id)
    }

    pub(super) fn get(&self, id: PathId) -> Utf16<'_> {
        let span = self.spans.get(id.index());
        let bytes = span.and_then(|&(start, length)| self.bytes.get(start..start + length as usize));
        Utf16::new(bytes.unwrap_or_default())
    }

    /// All texts, each at its place.
    pub(super) fn all(&self) -> impl Iterator<Item = Utf16<'_>> {
        (0..).zip(&self.spans).map(|(place, _)| self.get(PathId::at(place)))
    }

    /// Takes the texts of another, and gives the new place of each.
    pub(super) fn join(&mut self, other: &Paths) -> Vec<PathId> {
        (0..).zip(&other.spans).map(|(place, _)| self.intern(other.get(PathId::at(place)))).collect()
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
