//! The output of decompression, and why it stops.

/// Why a stream stopped before the wanted size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage(pub &'static str);

pub(super) const BEFORE_START: Damage = Damage("a match reaches before the start");

/// The output, filled from the front and grown as needed up to the wanted size.
pub(super) struct Sink<'o> {
    out: &'o mut Vec<u8>,
    at: usize,
    want: usize,
}

impl<'o> Sink<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>, want: usize) -> Sink<'o> {
        Sink { out, at: 0, want }
    }

    /// Bytes that were made.
    pub(super) fn made(&self) -> usize {
        self.at
    }

    pub(super) fn room(&self) -> usize {
        self.want - self.at
    }

    /// Makes place for `more` bytes; there is room for them.
    #[inline]
    fn reserve(&mut self, more: usize) {
        if self.out.len() - self.at < more {
            self.grow(more);
        }
    }

    #[cold]
    pub(super) fn grow(&mut self, more: usize) {
        let length = self.at.saturating_add(more).max(self.out.len().saturating_mul(2));
        self.out.resize(length.min(self.want), 0);
    }

    /// Appends bytes of the input, as many as there is room for.
    #[inline]
    pub(super) fn literals(&mut self, bytes: &[u8]) {
        let length = bytes.len().min(self.room());
        self.reserve(length);
        let end = self.at + length;
        if let Some(to) = self.out.get_mut(self.at..end) {
            to.copy_from_slice(bytes.get(..to.len()).unwrap_or_default());
        }
        self.at = end;
    }

    /// Appends one byte, where there is room.
    #[inline]
    pub(super) fn literal(&mut self, byte: u8) {
        if self.room() > 0 {
            self.reserve(1);
        }
        if let Some(to) = self.out.get_mut(self.at) {
            *to = byte;
            self.at += 1;
        }
    }

    /// Appends `length` bytes from `distance` bytes back, as many as there is room for.
    #[inline]
    pub(super) fn copy(&mut self, distance: usize, length: usize) -> Result<(), Damage> {
        let length = length.min(self.room());
        let Some(from) = self.at.checked_sub(distance).filter(|_| distance > 0) else {
            return Err(BEFORE_START);
        };
        self.reserve(length);
        let place = self.out.len() - self.at;
        // Most matches are short: sixteen bytes are moved whatever the length, the rest is overwritten later.
        if length <= 16 && distance >= 16 && place >= 16 {
            self.copy_chunk::<16>(from, self.at);
        } else if length <= 8 && distance >= 8 && place >= 8 {
            self.copy_chunk::<8>(from, self.at);
        } else {
            let mut done = 0;
            while done < length {
                // What was written so far repeats with the same distance, so each step may double.
                let step = (distance + done).min(length - done);
                self.out.copy_within(from..from + step, self.at + done);
                done += step;
            }
        }
        self.at += length;
        Ok(())
    }

    #[inline]
    fn copy_chunk<const N: usize>(&mut self, from: usize, to: usize) {
        let chunk = self.out.get(from..).and_then(|s| s.first_chunk::<N>()).copied();
        let place = self.out.get_mut(to..).and_then(|s| s.first_chunk_mut::<N>());
        if let (Some(chunk), Some(place)) = (chunk, place) {
            *place = chunk;
        }
    }
}
