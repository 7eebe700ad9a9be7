//! How far the reading of a case is, for a progress display.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of each input that are read. Readers count in large steps; whoever shows them looks whenever they like.
#[derive(Debug)]
pub struct Progress {
    read: Vec<AtomicU64>,
    tell: Option<fn(usize, u64)>,
}

impl Progress {
    /// Nothing of so many inputs is read yet.
    #[must_use]
    pub fn new(inputs: usize) -> Self {
        Self { read: (0..inputs).map(|_| AtomicU64::new(0)).collect(), tell: None }
    }

    /// The same, and `tell` hears of each step: the number of the input, and its bytes that are read. For a system without
    /// threads, where nobody can look meanwhile.
    pub fn told(inputs: usize, tell: fn(usize, u64)) -> Self {
        Self { tell: Some(tell), ..Self::new(inputs) }
    }

    /// Bytes of an input that are read; all of them only once the input is done with.
    #[must_use]
    pub fn read(&self, input: usize) -> u64 {
        self.read.get(input).map_or(0, |read| read.load(Ordering::Relaxed))
    }

    pub(crate) fn of(&self, input: usize, bytes: u64) -> Counter<'_> {
        Counter { progress: self, input, bytes }
    }
}

/// Counts what is read of one input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counter<'p> {
    progress: &'p Progress,
    input: usize,
    bytes: u64,
}

impl Counter<'_> {
    /// Adds `part` of `whole` equal pieces of the input.
    pub(crate) fn add(&self, part: u64, whole: u64) {
        let bytes = u128::from(self.bytes) * u128::from(part) / u128::from(whole.max(1));
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.update(|read| read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes));
    }

    /// The input is done with.
    pub(crate) fn finish(&self) {
        self.update(|read| {
            read.store(self.bytes, Ordering::Relaxed);
            self.bytes
        });
    }

    fn update(&self, change: impl Fn(&AtomicU64) -> u64) {
        let Some(read) = self.progress.read.get(self.input) else { return };
        let bytes = change(read);
        if let Some(tell) = self.progress.tell {
            tell(self.input, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole_and_never_more() {
        static TOLD: AtomicU64 = AtomicU64::new(0);
        let progress =
            Progress::told(2, |input, read| TOLD.store(input as u64 * 10_000 + read, Ordering::Relaxed));
        let counter = progress.of(1, 1_000);
        for _ in 0..3 {
            counter.add(1, 3);
        }
        assert_eq!((progress.read(0), progress.read(1)), (0, 999));
        assert_eq!(TOLD.load(Ordering::Relaxed), 10_999);
        counter.finish();
        assert_eq!(progress.read(1), 1_000);
        // An input of no bytes, a part of nothing, an input that is not there.
        progress.of(0, 0).add(5, 0);
        progress.of(7, 9).finish();
        assert_eq!((progress.read(0), progress.read(7)), (0, 0));
    }
}
