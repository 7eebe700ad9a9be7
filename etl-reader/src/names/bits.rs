//! Sets of numbers. Of each number a set keeps only some bits of its hash.

/// Some bits of a number's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bit(u32);

/// So many that few numbers of a trace have the same.
const BITS: u32 = 22;

impl Bit {
    #[inline]
    pub(super) fn of(number: u64) -> Bit {
        // 2^64 divided by the golden ratio.
        Bit((number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)) as u32)
    }
}

/// A set of numbers, by their bits.
#[derive(Clone, Debug)]
pub(super) struct Bits {
    /// Which words are not zero. These fit the nearest cache: most numbers are in no set.
    used: Vec<u64>,
    words: Vec<u64>,
}

impl Default for Bits {
    fn default() -> Self {
        Bits { used: vec![0; 1 << (BITS - 12)], words: vec![0; 1 << (BITS - 6)] }
    }
}

/// Where a bit is: the place of its word, and a word in which only this bit is set.
#[inline]
fn place(bit: u32) -> (usize, u64) {
    ((bit >> 6) as usize, 1 << (bit & 63))
}

impl Bits {
    /// Adds a number; whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, Bit(bit): Bit) -> bool {
        let mut is_new = false;
        for (words, bit) in [(&mut self.used, bit >> 6), (&mut self.words, bit)] {
            let (at, set) = place(bit);
            let Some(word) = words.get_mut(at) else { return false };
            is_new = *word & set == 0;
            *word |= set;
        }
        is_new
    }

    #[inline]
    pub(super) fn has(&self, Bit(bit): Bit) -> bool {
        let has = |words: &[u64], bit| {
            let (at, set) = place(bit);
            words.get(at).is_some_and(|word| word & set != 0)
        };
        has(&self.used, bit >> 6) && has(&self.words, bit)
    }

    pub(super) fn join(mut self, other: &Bits) -> Bits {
        for (own, others) in [(&mut self.used, &other.used), (&mut self.words, &other.words)] {
            own.iter_mut().zip(others).for_each(|(word, other)| *word |= other);
        }
        self
    }
}
