//! The way back from a row to its records.

use super::rows::Place;
use super::steps::UNREAD;
use crate::buffer::EtlBuffer;
use crate::buffers::BufferEntry;
use crate::error::EtlError;
use crate::file::EtlFile;
use crate::header::BUFFER_HEADER;
use crate::merge::Budget;
use crate::record::{EtlRecord, Step};

/// Buffers that are read while rows are visited. Rows that follow each other lie in few buffers of each processor.
pub(super) struct Buffers<'v, 'f> {
    files: &'v [&'v EtlFile<'f>],
    budget: Budget,
    /// Each with its number and its file, in the place that the number leaves.
    read: Vec<Option<(usize, usize, EtlBuffer<'v>)>>,
}

/// Buffers that are held at once.
const HELD: usize = 64;

impl<'v, 'f> Buffers<'v, 'f> {
    /// For so many rows.
    pub(super) fn new(files: &'v [&'v EtlFile<'f>], budget: Budget, rows: usize) -> Buffers<'v, 'f> {
        let held = HELD.min(budget.ahead.saturating_mul(4)).min(rows.saturating_mul(2)).max(1);
        Buffers { files, budget, read: (0..held).map(|_| None).collect() }
    }

    /// The files.
    pub(super) fn files(&self) -> &'v [&'v EtlFile<'f>] {
        self.files
    }

    /// Which file holds a buffer, and the buffer's place there.
    fn entry(&self, number: usize) -> Option<(usize, &'v EtlFile<'f>, &'v BufferEntry)> {
        let mut left = number;
        for (place, &file) in self.files.iter().enumerate() {
            match file.buffers().get(left) {
                Some(entry) => return Some((place, file, entry)),
                None => left -= file.buffers().len(),
            }
        }
        None
    }

    #[inline]
    fn buffer(&mut self, number: usize) -> Option<(usize, &EtlBuffer<'v>)> {
        let held = self.read.len();
        let is_held = |slot: &Option<(usize, usize, EtlBuffer<'v>)>| {
            slot.as_ref().is_some_and(|(known, ..)| *known == number)
        };
        if !self.read.get(number % held).is_some_and(is_held) {
            let (place, file, entry) = self.entry(number)?;
            *self.read.get_mut(number % held)? = Some((number, place, file.read(entry)));
        }
        let (_, place, buffer) = self.read.get(number % held)?.as_ref()?;
        Some((*place, buffer))
    }

    /// The file and the record at a place, lent to `take`: a record is much to copy.
    #[inline(always)]
    pub(super) fn record<T>(
        &mut self,
        place: Place,
        take: impl FnOnce(usize, &EtlRecord<'_>) -> Option<T>,
    ) -> Option<T> {
        let (file, buffer) = self.buffer(place.buffer())?;
        match buffer.step(place.at()) {
            Step::Record(ref record, _) => take(file, record),
            Step::Damaged(..) | Step::End => None,
        }
    }

    /// What is damaged at a place.
    pub(super) fn damage(&mut self, place: Place) -> EtlError {
        let Some((_, file, entry)) = self.entry(place.buffer()) else {
            let mut of_files = self.files.iter().flat_map(|file| file.damage());
            return of_files.nth(place.at()).cloned().unwrap_or_else(|| unknown_damage(0));
        };
        if place.at() == UNREAD as usize {
            return self.budget.exceeded(file, entry);
        }
        let offset = record_offset(entry.offset, place.at());
        let Some((_, buffer)) = self.buffer(place.buffer()) else { return unknown_damage(offset) };
        match buffer.step(place.at()) {
            Step::Record(record, _) => EtlError::Invalid {
                what: "bytes of a file or registry event",
                offset,
                found: record.payload.len() as u64,
                expected: "as many as its layout has",
            },
            Step::Damaged(error, Some(_)) => error,
            Step::Damaged(error, None) => buffer.damage.clone().unwrap_or(error),
            Step::End => buffer.damage.clone().unwrap_or_else(|| unknown_damage(offset)),
        }
    }
}

fn unknown_damage(offset: u64) -> EtlError {
    EtlError::Invalid { what: "record", offset, found: 0, expected: "a record as when it was read first" }
}

/// Where a record starts in the file, or would if its buffer were not compressed.
pub(super) fn record_offset(buffer: u64, at: usize) -> u64 {
    buffer + (BUFFER_HEADER + at) as u64
}
