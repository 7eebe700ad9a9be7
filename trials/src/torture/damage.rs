//! Damage to a file, with a record of where each remaining byte came from.

use std::ops::Range;

use sample_traces::Rng;

/// A byte that is not the original's.
const ALTERED: u32 = u32::MAX;
/// What careless readers trip over.
const EDGES: [u64; 8] =
    [0, 1, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF];

/// A file under damage.
pub(super) struct Damaged {
    pub(super) bytes: Vec<u8>,
    /// Offset of each byte in the original.
    from: Vec<u32>,
    /// What was done, in order.
    pub(super) done: Vec<&'static str>,
}

/// The kinds of damage.
const KINDS: [&str; 8] =
    ["cut", "cut out", "flip", "zero", "duplicate", "reorder", "interleave", "overwrite"];

impl Damaged {
    pub(super) fn new(original: &[u8]) -> Self {
        Self { bytes: original.to_vec(), from: (0..).take(original.len()).collect(), done: Vec::new() }
    }

    /// Does one kind of damage; `other` is what is interleaved.
    pub(super) fn harm(&mut self, rng: &mut Rng, other: &[u8]) {
        if self.bytes.is_empty() {
            return;
        }
        let kind = rng.pick(&KINDS);
        self.done.push(kind);
        let length = self.bytes.len();
        match kind {
            "cut" => {
                let at = rng.place(length);
                self.bytes.truncate(at);
                self.from.truncate(at);
            }
            "cut out" => {
                let range = self.range(rng);
                self.bytes.drain(range.clone());
                self.from.drain(range);
            }
            "flip" => {
                for _ in 0..rng.between(1, 65) {
                    let (at, bit) = (rng.place(length), 1 << rng.below(8));
                    self.alter(at..at + 1, |bytes| bytes.iter_mut().for_each(|byte| *byte ^= bit));
                }
            }
            "zero" => {
                let range = self.range(rng);
                self.alter(range, |bytes| bytes.fill(0));
            }
            "duplicate" => {
                let (range, to) = (self.range(rng), rng.place(length));
                let bytes = self.bytes.get(range.clone()).unwrap_or_default().to_vec();
                let from = self.from.get(range).unwrap_or_default().to_vec();
                self.bytes.splice(to..to, bytes);
                self.from.splice(to..to, from);
            }
            "reorder" => {
                let range = self.range(rng);
                let bytes: Vec<u8> = self.bytes.drain(range.clone()).collect();
                let from: Vec<u32> = self.from.drain(range).collect();
                let to = rng.place(self.bytes.len() + 1);
                self.bytes.splice(to..to, bytes);
                self.from.splice(to..to, from);
            }
            "interleave" => {
                let to = rng.place(length);
                let size = (rng.between32(1, 8192) as usize).min(other.len());
                let start = rng.place(other.len() - size + 1);
                self.bytes.splice(to..to, other.iter().copied().skip(start).take(size));
                self.from.splice(to..to, std::iter::repeat_n(ALTERED, size));
            }
            _ => {
                for _ in 0..rng.between(1, 9) {
                    // Half of them where the headers lie.
                    let reach = if rng.below(2) == 0 { length.min(1024) } else { length };
                    let at = rng.place(reach);
                    let value = rng.pick(&EDGES).to_le_bytes();
                    let size = rng.pick(&[1usize, 2, 4, 8]).min(length - at);
                    self.alter(at..at + size, |bytes| {
                        bytes.iter_mut().zip(value).for_each(|(byte, new)| *byte = new);
                    });
                }
            }
        }
    }

    /// Changes bytes where they stand.
    fn alter(&mut self, range: Range<usize>, change: impl FnMut(&mut [u8])) {
        self.bytes.get_mut(range.clone()).into_iter().for_each(change);
        self.from.get_mut(range).into_iter().for_each(|from| from.fill(ALTERED));
    }

    /// A stretch of up to 16 KiB, now and then of up to half of the file.
    fn range(&self, rng: &mut Rng) -> Range<usize> {
        let length = self.bytes.len();
        let most = if rng.below(4) == 0 { length / 2 } else { 16_383 };
        let start = rng.place(length);
        let size = 1 + rng.place(most.max(1));
        start..(start + size).min(length)
    }

    /// Stretches of the original that lie unbroken in the file, once for each time they do.
    pub(super) fn stretches(&self) -> Vec<Range<u32>> {
        let mut stretches: Vec<Range<u32>> = Vec::new();
        let mut goes_on = false;
        for from in self.from.iter().copied() {
            match stretches.last_mut() {
                Some(last) if goes_on && last.end == from => last.end += 1,
                _ if from != ALTERED => stretches.push(from..from + 1),
                _ => {}
            }
            goes_on = from != ALTERED;
        }
        stretches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_unbroken_is_the_originals() {
        let original: Vec<u8> = (0..60_000u32).flat_map(|n| n.to_le_bytes()).collect();
        for seed in 0..300 {
            let mut rng = Rng::new(seed);
            let mut damaged = Damaged::new(&original);
            for _ in 0..3 {
                damaged.harm(&mut rng, b"something else");
            }
            let mut whole = 0;
            for stretch in damaged.stretches() {
                let part = &original[stretch.start.min(240_000) as usize..stretch.end.min(240_000) as usize];
                whole += part.len();
                // A long one is found in the file itself.
                let needle = &part[..part.len().min(64)];
                assert!(damaged.bytes.windows(needle.len().max(1)).any(|w| w == needle) || needle.is_empty());
                if seed > 20 {
                    break;
                }
            }
            assert!(whole <= damaged.bytes.len() && !damaged.done.is_empty());
        }
    }
}
