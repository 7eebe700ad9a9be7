//! The buffers of a trace, as they are read in parallel.

use crate::buffer::EtlBuffer;
use crate::buffers::BufferEntry;
use crate::file::EtlFile;
use crate::merge::{Budget, lanes_of};

/// A buffer to read.
#[derive(Clone, Copy)]
pub(super) struct Job<'f> {
    file: &'f EtlFile<'f>,
    /// Bytes of the files before its own.
    pub(super) before: u64,
    /// Counted over all files.
    pub(super) number: u32,
    entry: BufferEntry,
}

impl<'f> Job<'f> {
    /// The buffers of each processor of each file in their order, with the number of the file.
    pub(super) fn lanes(files: &[&'f EtlFile<'_>]) -> Vec<(u32, Vec<Job<'f>>)> {
        let lanes = lanes_of(files).into_iter();
        lanes
            .map(|(place, file, entries)| {
                let before = files.iter().take(place).map(|file| file.size()).sum();
                let jobs = entries.into_iter().map(|(number, entry)| Job { file, before, number, entry });
                (u32::try_from(place).unwrap_or(u32::MAX), jobs.collect())
            })
            .collect()
    }

    /// A buffer in its place that has no records.
    pub(super) fn empty(self) -> EtlBuffer<'f> {
        EtlBuffer::empty(&self.entry, self.file.clock())
    }

    /// The buffer, where it is not too large.
    pub(super) fn buffer(self, budget: &Budget) -> Option<EtlBuffer<'f>> {
        (self.file.memory(&self.entry) <= budget.limit).then(|| self.file.read(&self.entry))
    }
}
