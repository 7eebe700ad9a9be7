//! The records of a raw boot log: the fixed part of a PML's record, return addresses, data.

use crate::{
    PmlError,
    cursor::Cursor,
    record::{Head, RECORD_SIZE},
    recover::{Gap, plausible_time},
};

/// Ticks by which a record is older than one before it if the file was begun anew. Buffers of several processors
/// are flushed out of order too, by seconds.
pub(super) const ANEW: u64 = 30 * 10_000_000;
/// Places of damage that are kept one by one.
pub(super) const GAPS_KEPT: usize = 64;
/// Frames of the deepest stack that is believed; the driver takes 150.
const MAX_DEPTH: u16 = 300;
/// Bytes of the longest data that are believed: the driver's buffers have 128 KiB.
const MAX_DATA: u32 = 0x2_0000;
/// The highest operation number of any class.
const MAX_OPERATION: u16 = 47;
/// Records that must follow each other where the walk begins, and where it begins anew.
const CHAIN: usize = 3;
/// Records that decide the size of pointers.
const SAMPLE: usize = 1 << 14;

/// A record, borrowed.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) at: u64,
    pub(super) head: Head,
    pub(super) frames: &'a [u8],
    pub(super) data: &'a [u8],
    end: u64,
}

/// A raw boot log whose beginning looks like one.
pub(super) struct Records<'a> {
    log: &'a [u8],
    wide: bool,
    ends: usize,
}

impl<'a> Records<'a> {
    /// Decides the size of pointers. It is the one with which more records follow each other.
    pub(super) fn open(log: &'a [u8]) -> Result<Self, PmlError> {
        let of = |wide| Self { log, wide, ends: 0 };
        let reach = |wide| {
            let records = of(wide);
            let mut at = 0;
            let count = std::iter::from_fn(|| {
                let record = records.at(at)?;
                at = record.end;
                Some(())
            });
            (count.take(SAMPLE).count(), at)
        };
        let (wide, narrow) = (reach(true), reach(false));
        // Where no record has a stack both walk as far; 64-bit systems are the ones in use.
        let mut records = of(wide >= narrow);
        let (count, at) = wide.max(narrow);
        if count < CHAIN && at < log.len() as u64 {
            let what = "no records follow each other from its beginning";
            return Err(PmlError::NotPmb { what, offset: at });
        }
        records.ends = records.walk().filter(|r| r.as_ref().is_ok_and(|r| r.head.class == 0)).count();
        Ok(records)
    }

    pub(super) fn wide(&self) -> bool {
        self.wide
    }

    /// Records that are the end of an operation.
    pub(super) fn ends(&self) -> usize {
        self.ends
    }

    /// The record at `at`, if there can be one.
    pub(super) fn at(&self, at: u64) -> Option<Record<'a>> {
        let mut cursor = Cursor::over(self.log, at, self.log.len() as u64, "record").ok()?;
        let head = Head::of(&cursor.array::<RECORD_SIZE>().ok()?);
        let believed = head.class <= 4
            && head.operation <= MAX_OPERATION
            && plausible_time(head.time)
            && head.depth <= MAX_DEPTH
            && head.detail <= MAX_DATA;
        if !believed {
            return None;
        }
        let frames = cursor.take(usize::from(head.depth) * if self.wide { 8 } else { 4 }).ok()?;
        let data = cursor.take(usize::try_from(head.detail).ok()?).ok()?;
        Some(Record { at, head, frames, data, end: cursor.offset() })
    }

    /// All records, and the bytes between them that are none.
    pub(super) fn walk(&self) -> impl Iterator<Item = Result<Record<'a>, Gap>> + '_ {
        let length = self.log.len() as u64;
        let mut at = 0;
        std::iter::from_fn(move || {
            if at >= length {
                return None;
            }
            if let Some(record) = self.at(at) {
                at = record.end;
                return Some(Ok(record));
            }
            let from = at;
            at = self.next(from + 1);
            Some(Err(Gap { offset: from, bytes: at - from }))
        })
    }

    /// The first place at or after `from` from where records follow each other, otherwise the end of the log.
    fn next(&self, from: u64) -> u64 {
        let length = self.log.len() as u64;
        let follows = |from: &u64| {
            let mut at = *from;
            (0..CHAIN).all(|count| {
                let record = self.at(at);
                let goes_on = record.is_some() || (count > 0 && at >= length);
                at = record.map_or(at, |r| r.end);
                goes_on
            })
        };
        (from..length).find(follows).unwrap_or(length)
    }
}
