//! Finds repeated bytes, for the compressors. Speed and ratio matter little, because only tests and samples compress.

const BITS: u32 = 14;
const TRIES: usize = 16;

/// Earlier bytes that repeat.
#[derive(Clone, Copy)]
pub(super) struct Match {
    pub(super) distance: u16,
    /// At least three.
    pub(super) length: u32,
}

/// Appends the low 16 bits of a number; where this is used it has no others.
pub(super) fn push_half(out: &mut Vec<u8>, number: u32) {
    let [low, high, ..] = number.to_le_bytes();
    out.extend_from_slice(&[low, high]);
}

/// Appends the length of a match in 16 bits, or, if it needs more, after a zero in 32.
pub(super) fn push_whole_length(out: &mut Vec<u8>, length: u32) {
    match u16::try_from(length) {
        Ok(length) => out.extend_from_slice(&length.to_le_bytes()),
        Err(_) => {
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&length.to_le_bytes());
        }
    }
}

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
            if let Some(slot) = self.slot(self.known)
                && let (Some(head), Some(previous)) =
                    (self.head.get_mut(slot), self.previous.get_mut(self.known))
            {
                *previous = std::mem::replace(head, u32::try_from(self.known).unwrap_or(NONE));
            }
            self.known += 1;
        }
    }

    /// The longest match for the bytes at `at`, not further back than `window` nor than `floor`, and not
    /// longer than `longest`.
    pub(super) fn find(&mut self, at: usize, floor: usize, window: u16, longest: usize) -> Option<Match> {
        self.learn(at);
        let here = self.data.get(at..)?;
        let mut best = Match { distance: 0, length: 2 };
        let mut candidate = *self.head.get(self.slot(at)?)?;
        for _ in 0..TRIES {
            let from = candidate as usize;
            if candidate == NONE || from < floor {
                break;
            }
            let Some(distance) = u16::try_from(at - from).ok().filter(|distance| *distance <= window) else {
                break;
            };
            let there = self.data.get(from..)?;
            let same = here.iter().zip(there).take(longest).take_while(|(a, b)| a == b).count();
            let length = u32::try_from(same).unwrap_or(u32::MAX);
            if length > best.length {
                best = Match { distance, length };
            }
            candidate = *self.previous.get(from)?;
        }
        (best.length >= 3).then_some(best)
    }
}
