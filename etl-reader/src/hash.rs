//! Maps whose keys are numbers from the file.
//!
//! The standard hasher is slow for numbers. With a fixed fast one, a hostile file could choose keys that all collide.
//! This hasher is a folded multiplication with a random key for each process. It is fast and avoids both.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// A map from a number, a GUID or a small structure of them.
pub(crate) type KeyMap<K, V> = HashMap<K, V, Keyed>;

/// Makes [`KeyHasher`]s with the key of this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyed {
    key: u64,
}

impl Default for Keyed {
    fn default() -> Keyed {
        static KEY: OnceLock<u64> = OnceLock::new();
        Keyed { key: *KEY.get_or_init(|| RandomState::new().hash_one(0_u64)) }
    }
}

impl BuildHasher for Keyed {
    type Hasher = KeyHasher;

    fn build_hasher(&self) -> KeyHasher {
        KeyHasher { state: self.key, key: self.key.rotate_left(32) | 1 }
    }
}

#[derive(Debug)]
pub(crate) struct KeyHasher {
    state: u64,
    key: u64,
}

impl KeyHasher {
    #[inline]
    fn add(&mut self, word: u64) {
        self.state = fold(self.state ^ word, self.key);
    }
}

#[inline]
fn low(word: u128) -> u64 {
    (word & 0xffff_ffff_ffff_ffff) as u64
}

/// Both halves of the product, so that every bit of it depends on every bit of the factors.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    low(product) ^ (product >> 64) as u64
}

/// An odd constant with well spread bits: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        fold(self.state, SPREAD)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            self.add(u64::from_le_bytes(word));
        }
        self.add(bytes.len() as u64);
    }

    #[inline]
    fn write_u8(&mut self, word: u8) {
        self.add(word.into());
    }

    #[inline]
    fn write_u16(&mut self, word: u16) {
        self.add(word.into());
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.add(word.into());
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    /// Enumerations are hashed as this.
    #[inline]
    fn write_isize(&mut self, word: isize) {
        self.add(word.cast_unsigned() as u64);
    }

    #[inline]
    fn write_u128(&mut self, word: u128) {
        self.add(low(word));
        self.add((word >> 64) as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_spread() {
        let keyed = Keyed::default();
        let mut low: Vec<u64> =
            (0..4096_u64).map(|n| keyed.hash_one(0xffff_8000_0000_0000 + n * 64) & 0xfff).collect();
        low.sort_unstable();
        low.dedup();
        // 4096 random values fill about 63 % of 4096 places.
        assert!(low.len() > 2_400, "{}", low.len());
    }
}
