//! One buffer and the records in it.

use std::borrow::Cow;

use crate::buffers::BufferEntry;
use crate::clock::Clock;
use crate::error::EtlError;
use crate::header::{BUFFER_HEADER, BufferHeader};
use crate::record::{Context, EtlRecord, Step, step};

/// A buffer, decompressed where it was compressed.
#[derive(Clone, Debug)]
pub struct EtlBuffer<'a> {
    /// The buffer's header.
    pub header: BufferHeader,
    /// Where the buffer starts in the file.
    pub offset: u64,
    pub(crate) data: Cow<'a, [u8]>,
    pub(crate) clock: &'a Clock,
    pub(crate) damage: Option<EtlError>,
}

impl<'a> EtlBuffer<'a> {
    /// A buffer that is not read.
    pub(crate) fn empty(entry: &BufferEntry, clock: &'a Clock) -> EtlBuffer<'a> {
        EtlBuffer { header: entry.header, offset: entry.offset, data: Cow::default(), clock, damage: None }
    }
}

impl EtlBuffer<'_> {
    /// The bytes after the header up to the fill size, decompressed.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The records in the order written. Where the buffer itself is damaged (cut, or a stream that does not
    /// decompress) the records before the damage come first and the error is the last item.
    #[must_use]
    pub fn records(&self) -> Records<'_> {
        Records { buffer: self, at: Some(0) }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { clock: self.clock, cpu: self.header.cpu(), base: self.offset + BUFFER_HEADER as u64 }
    }

    #[inline(always)]
    pub(crate) fn step(&self, at: usize) -> Step<'_> {
        step(&self.data, at, self.context())
    }
}

/// The records of a buffer. See [`EtlBuffer::records`].
#[derive(Clone, Debug)]
pub struct Records<'b> {
    buffer: &'b EtlBuffer<'b>,
    at: Option<usize>,
}

impl<'b> Iterator for Records<'b> {
    type Item = Result<EtlRecord<'b>, EtlError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at?;
        match self.buffer.step(at) {
            Step::Record(record, next) => {
                self.at = Some(next);
                Some(Ok(record))
            }
            Step::Damaged(error, Some(next)) => {
                self.at = Some(next);
                Some(Err(error))
            }
            Step::Damaged(error, None) => {
                // The buffer's own damage explains the broken record at its end: one error for one fault.
                self.at = None;
                Some(Err(self.buffer.damage.clone().unwrap_or(error)))
            }
            Step::End => {
                self.at = None;
                self.buffer.damage.clone().map(Err)
            }
        }
    }
}
