//! Finds repeated bytes, for the compressors. Speed and ratio matter little, because only tests and samples compress.

const BITS: u32 = 14;
const TRIES: usize = 16;

/// For each place, the last earlier place with the same three bytes.
pub(super) struct Matches<'d> {
    data: &'d [u8],
    head: Vec<u32>,
    previous: Vec<u32>,
    known: usize,
}

const NONE: u32 = u32::MAX;

impl<'d> Matches<'d> {
    pub(super) fn new(data: &'d [u8]) -> Matches<'d> {
        Matches { data, head: vec![NONE; 1 << BITS], previous: vec![NONE; data.len()], known: 0 }
    }

    fn slot(&self, at: usize) -> Option<usize> {
        let [a, b, c] = *self.data.get(at..)?.first_chunk::<3>()?;
        let key = u32::from_le_bytes([a, b, c, 0]);
        Some((key.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize)
    }

    fn learn(&mut self, until: usize) {
        while self.known < until {
            if let Some(slot) = self.slot(self.known) {
                self.previous[self.known] = self.head[slot];
                self.head[slot] = self.known as u32;
            }
            self.known += 1;
        }
    }

    /// The longest match for the bytes at `at`, not further back than `window` nor than `floor`, and not
    /// longer than `longest`: distance and length, the length at least three.
    pub(super) fn find(
        &mut self,
        at: usize,
        floor: usize,
        window: usize,
        longest: usize,
    ) -> Option<(usize, usize)> {
        self.learn(at);
        let here = self.data.get(at..)?;
        let mut best = (0, 2);
        let mut candidate = self.head[self.slot(at)?];
        for _ in 0..TRIES {
            let from = candidate as usize;
            if candidate == NONE || from < floor || at - from > window {
                break;
            }
            let there = &self.data[from..];
            let length = here.iter().zip(there).take(longest).take_while(|(a, b)| a == b).count();
            if length > best.1 {
                best = (at - from, length);
            }
            candidate = self.previous[from];
        }
        (best.1 >= 3).then_some(best)
    }
}
