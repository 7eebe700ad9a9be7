//! Reads a whole log on all cores.

use rayon::prelude::*;

use super::excerpt::restored;
use super::line::{Component, Level};
use super::record::{CbsItem, CbsRecord, CbsRecords, Malformed};
use super::unwrap::{Unwrapped, unwrap};
use crate::cbs::line::is_header;
use crate::text::{LogEncoding, LogText};
use crate::time::{FileTime, LocalTime};
use std::borrow::Cow;

/// Bytes one core works on at a time. Parts end where a header begins, so no record is cut.
const PART: usize = 1 << 20;

/// Offsets of malformed lines kept; all are counted.
pub const MAX_MALFORMED_KEPT: usize = 64;

/// Pairs of a local and a UTC time kept from one part. The clock of the largest log at hand changes never.
pub const MAX_CLOCK_PAIRS: usize = 256;

/// A change of the difference between local and UTC time that is kept, in 100 ns. Lines are cut to the second and
/// may be written seconds late; a time zone moves by a quarter of an hour at least.
const CLOCK_STEP: u64 = 120 * crate::time::TICKS_PER_SECOND;

/// CBS.log or a CbsPersist log, in memory or mapped.
#[derive(Clone, Debug)]
pub struct CbsLog<'a> {
    encoding: LogEncoding,
    file_offset: u64,
    text: Unwrapped<'a>,
}

/// A line that carries both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockPair {
    /// Number of the line, from one.
    pub line: u64,
    /// The line's time.
    pub local: LocalTime,
    /// Its `@` time, or the time of `Universal Time is:`.
    pub utc: FileTime,
}

/// What a log holds, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CbsCounts {
    /// Lines of the file.
    pub lines: u64,
    /// Records: lines with a header.
    pub records: u64,
    /// Records that gave an event.
    pub events: u64,
    /// Records at level Info.
    pub info: u64,
    /// Records at level Warning.
    pub warnings: u64,
    /// Records at level Error.
    pub errors: u64,
    /// Records of CBS.
    pub cbs: u64,
    /// Records of CSI.
    pub csi: u64,
    /// Records of other components.
    pub other_components: u64,
    /// Lines that follow the first line of a record.
    pub body_lines: u64,
    /// Records that are the rest of a message that was cut.
    pub split: u64,
    /// Records with an `@` time.
    pub utc_times: u64,
    /// Lines that belong to no record.
    pub malformed: u64,
    /// Offsets of the first malformed lines, at most [`MAX_MALFORMED_KEPT`].
    pub malformed_offsets: Vec<u64>,
    /// Time of the first record.
    pub first: Option<LocalTime>,
    /// Time of the last record.
    pub last: Option<LocalTime>,
    /// Pairs of both clocks: the first, the last, and those on either side of a change of their difference.
    pub clock: Vec<ClockPair>,
}

/// The result of [`CbsLog::scan`].
#[derive(Clone, Debug, PartialEq)]
pub struct CbsScan<T> {
    /// What the caller kept, in the order of the file.
    pub kept: Vec<T>,
    /// What was there.
    pub counts: CbsCounts,
}

impl<'a> CbsLog<'a> {
    /// Takes the bytes of the whole file. It accepts anything. Bytes that are no record count as malformed.
    #[must_use]
    pub fn new(data: &'a [u8]) -> CbsLog<'a> {
        let text = LogText::new(data);
        let (encoding, file_offset) = (text.encoding(), text.file_offset());
        let text = match restored(text).into_bytes() {
            Cow::Borrowed(bytes) => unwrap(bytes),
            Cow::Owned(bytes) => {
                let Unwrapped { bytes: unwrapped, breaks } = unwrap(&bytes);
                let unwrapped = match unwrapped {
                    Cow::Owned(unwrapped) => Some(unwrapped),
                    Cow::Borrowed(_) => None,
                };
                Unwrapped { bytes: Cow::Owned(unwrapped.unwrap_or(bytes)), breaks }
            }
        };
        CbsLog { encoding, file_offset, text }
    }

    /// The encoding of the file.
    #[must_use]
    pub fn encoding(&self) -> LogEncoding {
        self.encoding
    }

    /// All records, one after the other, undecoded.
    #[must_use]
    pub fn records(&self) -> CbsRecords<'_> {
        CbsRecords::new(&self.text.bytes, 0, self.file_offset).with_breaks(&self.text.breaks)
    }

    /// Reads the log on all cores of the current rayon pool. Every record that says something goes through `keep`;
    /// what `keep` returns is what stays in memory.
    pub fn scan<'s, T: Send>(&'s self, keep: impl Fn(CbsItem<'s>) -> Option<T> + Sync) -> CbsScan<T> {
        let parts = parts(&self.text.bytes);
        let newlines: Vec<u64> =
            parts.par_iter().map(|part| memchr::memchr_iter(b'\n', part.1).count() as u64).collect();
        let mut lines_before = 0;
        let starts: Vec<u64> = newlines
            .iter()
            .map(|count| {
                lines_before += count;
                lines_before - count
            })
            .collect();
        let read: Vec<(Vec<T>, CbsCounts)> = parts
            .par_iter()
            .zip(starts)
            .map(|((offset, part), lines_before)| {
                let offset = self.file_offset + *offset as u64;
                let records = CbsRecords::new(part, lines_before, offset).with_breaks(&self.text.breaks);
                scan_part(records, &keep)
            })
            .collect();
        let mut scan = CbsScan {
            kept: Vec::with_capacity(read.iter().map(|(kept, _)| kept.len()).sum()),
            counts: CbsCounts::default(),
        };
        for (kept, counts) in read {
            scan.kept.extend(kept);
            scan.counts.add(counts);
        }
        scan.counts.lines += self.text.breaks.len() as u64;
        thin(&mut scan.counts.clock);
        scan
    }

    /// Reads the log and keeps every event.
    pub fn events(&self) -> CbsScan<CbsItem<'_>> {
        self.scan(Some)
    }
}

/// Cuts `text` into parts of about [`PART`] bytes that begin with a header, the first excepted.
fn parts(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let mut end = start.saturating_add(PART);
        loop {
            match text.get(end..).and_then(|rest| memchr::memchr(b'\n', rest)) {
                Some(newline) => end += newline + 1,
                None => end = text.len(),
            }
            match text.get(end..) {
                Some(rest) if !rest.is_empty() && !is_header(rest) => {}
                _ => break,
            }
        }
        if let Some(part) = text.get(start..end) {
            parts.push((start, part));
        }
        start = end;
    }
    parts
}

fn scan_part<'s, T>(
    mut records: CbsRecords<'s>,
    keep: &(impl Fn(CbsItem<'s>) -> Option<T> + Sync),
) -> (Vec<T>, CbsCounts) {
    let mut counts = CbsCounts::default();
    let mut kept = Vec::new();
    let mut last_pair = None;
    for record in &mut records {
        match record {
            Ok(record) => {
                if let Some(item) = counts.record(&record, &mut last_pair)
                    && let Some(item) = keep(item)
                {
                    kept.push(item);
                }
            }
            Err(line) => counts.malformed(line),
        }
    }
    counts.lines += records.blank_lines;
    if let Some(pair) = last_pair {
        counts.clock.push(pair);
    }
    (kept, counts)
}

impl CbsCounts {
    fn record<'s>(
        &mut self,
        record: &CbsRecord<'s>,
        last_pair: &mut Option<ClockPair>,
    ) -> Option<CbsItem<'s>> {
        self.lines += 1 + record.body_lines;
        self.records += 1;
        self.body_lines += record.body_lines;
        self.split += u64::from(record.split);
        match record.header.level {
            Level::Info => self.info += 1,
            Level::Warning => self.warnings += 1,
            Level::Error => self.errors += 1,
            Level::Other => {}
        }
        match record.header.component {
            Component::Cbs => self.cbs += 1,
            Component::Csi => self.csi += 1,
            _ => self.other_components += 1,
        }
        self.first = self.first.or(Some(record.header.time));
        self.last = Some(record.header.time);
        let mut utc = record.csi.and_then(|csi| csi.utc);
        self.utc_times += u64::from(utc.is_some());
        let event = record.event();
        if let Some(super::event::CbsEvent::UniversalTime { utc: time }) = event {
            utc = Some(time);
        }
        if let Some(utc) = utc {
            self.pair(ClockPair { line: record.line, local: record.header.time, utc }, last_pair);
        }
        self.events += u64::from(event.is_some());
        event.map(|event| record.item(event))
    }

    /// Keeps the first pair and both sides of each change; the last one seen waits in `last`.
    fn pair(&mut self, pair: ClockPair, last: &mut Option<ClockPair>) {
        let changed = last.is_none_or(|last| differ(last, pair));
        if changed && self.clock.len() < MAX_CLOCK_PAIRS {
            self.clock.extend(last.filter(|last| self.clock.last() != Some(last)));
            self.clock.push(pair);
        }
        *last = Some(pair);
    }

    fn malformed(&mut self, line: Malformed) {
        self.lines += 1;
        self.malformed += 1;
        if self.malformed_offsets.len() < MAX_MALFORMED_KEPT {
            self.malformed_offsets.push(line.offset);
        }
    }

    fn add(&mut self, other: CbsCounts) {
        self.lines += other.lines;
        self.records += other.records;
        self.events += other.events;
        self.info += other.info;
        self.warnings += other.warnings;
        self.errors += other.errors;
        self.cbs += other.cbs;
        self.csi += other.csi;
        self.other_components += other.other_components;
        self.body_lines += other.body_lines;
        self.split += other.split;
        self.utc_times += other.utc_times;
        self.malformed += other.malformed;
        let room = MAX_MALFORMED_KEPT.saturating_sub(self.malformed_offsets.len());
        self.malformed_offsets.extend(other.malformed_offsets.into_iter().take(room));
        self.first = self.first.or(other.first);
        self.last = other.last.or(self.last);
        self.clock.extend(other.clock);
    }
}

fn differ(one: ClockPair, other: ClockPair) -> bool {
    one.local.ahead_of(one.utc).abs_diff(other.local.ahead_of(other.utc)) > CLOCK_STEP
}

/// Drops the pairs inside a stretch of equal difference.
fn thin(pairs: &mut Vec<ClockPair>) {
    pairs.dedup();
    let all = std::mem::take(pairs);
    let last = all.len().saturating_sub(1);
    for (at, pair) in all.iter().enumerate() {
        let changes = |other: Option<&ClockPair>| other.is_some_and(|other| differ(*pair, *other));
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        if at == 0 || at == last || changes(before) || changes(all.get(at + 1)) {
            pairs.push(*pair);
        }
    }
}
