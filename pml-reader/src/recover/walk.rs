//! Finds records by walking from one to the next. Each record says how long it is. On 18 real logs the walk met all
//! of 285,819 listed records and one that was not listed.
//!
//! The file is walked in shares, in parallel. A share begins at the first place from where several records follow
//! each other. It is accepted only if the walk of the share before it arrives at that very place with nothing open.
//! So the result is that of a single walk.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::{
    HEADER_SIZE,
    cursor::Cursor,
    header::OFFSET_SIZE,
    record::{Head, RECORD_SIZE},
    recover::found::Gap,
};

/// Bytes of a share.
const SHARE: u64 = 2 << 20;
/// Shares that a thread walks at once.
const ABREAST: u64 = 6;
/// Records that must follow each other before the walk goes on.
const CHAIN: usize = 3;
/// Frames of the deepest stack that is believed; the deepest seen has 150.
const MAX_DEPTH: u16 = 300;
/// Bytes of the longest detail that is believed: the driver's buffers have 128 KiB.
const MAX_DETAIL: u32 = 128 << 10;
/// How far after its record completion data may lie. The farthest seen are some ten kilobytes away.
const MAX_EXTRA: u32 = 64 << 20;
/// The highest operation number of any class.
const MAX_OPERATION: u16 = 47;

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Places of the records, as entries of the offset array, in order of time.
    pub(super) records: Vec<[u8; OFFSET_SIZE]>,
    /// What is no record, in the file's order; the last one may end with the file.
    pub(super) gaps: Vec<Gap>,
}

impl Walk {
    /// Drops what lies at or after `end`.
    pub(super) fn truncate(&mut self, end: u64) {
        self.records.retain(|entry| place(*entry) < end);
        self.gaps.retain(|gap| gap.offset < end);
        if let Some(gap) = self.gaps.last_mut() {
            gap.bytes = gap.bytes.min(end - gap.offset);
        }
        // Up to three bytes align the offset array.
        self.gaps.retain(|gap| gap.bytes > 3 || gap.offset + gap.bytes != end);
    }
}

/// The file offset in an entry that was made here.
pub(super) fn place([a, b, c, d, high]: [u8; OFFSET_SIZE]) -> u64 {
    u64::from_le_bytes([a, b, c, d, high, 0, 0, 0])
}

fn entry(place: u64) -> [u8; OFFSET_SIZE] {
    let [a, b, c, d, high, ..] = place.to_le_bytes();
    [a, b, c, d, high]
}

/// From 2000, before the first Process Monitor, to 2100.
pub(crate) fn plausible_time(filetime: u64) -> bool {
    (125_911_584_000_000_000..157_469_184_000_000_000).contains(&filetime)
}

/// The start of a record at a place that is known to hold one.
pub(super) fn time_at(file: &[u8], place: u64) -> u64 {
    let cursor = Cursor::over(file, place, file.len() as u64, "event");
    cursor.and_then(|mut c| c.array::<RECORD_SIZE>()).map_or(0, |head| Head::of(&head).time)
}

/// Whether an event can begin at `place` of a log whose events end at `end`. Its time must be possible, and its parts
/// must end there. Operations that are not known yet are events too.
pub(super) fn may_be_record(file: &[u8], place: u64, end: u64, wide: bool) -> bool {
    let Ok(head) = Cursor::over(file, place, end, "event").and_then(|mut c| c.array::<RECORD_SIZE>()) else {
        return false;
    };
    let head = Head::of(&head);
    let frames = u64::from(head.depth) * if wide { 8 } else { 4 };
    plausible_time(head.time) && place + RECORD_SIZE as u64 + frames + u64::from(head.detail) <= end
}

/// Finds all records of a log.
pub(super) fn walk(file: &[u8], wide: bool) -> Walk {
    walk_shares(file, wide, SHARE)
}

fn walk_shares(file: &[u8], wide: bool, size: u64) -> Walk {
    let length = file.len() as u64;
    let shares = length.saturating_sub(HEADER_SIZE).div_ceil(size).max(1);
    let until = |share: u64| (HEADER_SIZE + (share + 1) * size).min(length);
    let begin = |share: u64| {
        let from = HEADER_SIZE + share * size;
        let mut walker = Walker::new(file, wide);
        walker.at = if share == 0 { from.min(length) } else { walker.synchronize(from) };
        walker.first = walker.at;
        (walker, until(share))
    };
    // A walk waits for memory at each record: several at once wait together.
    let walked: Vec<Walker<'_>> = (0..shares.div_ceil(ABREAST))
        .into_par_iter()
        .flat_map_iter(|group| {
            let shares = group * ABREAST..shares.min((group + 1) * ABREAST);
            let mut walkers: Vec<_> = shares.map(begin).collect();
            let mut going = true;
            while going {
                going = false;
                for (walker, until) in &mut walkers {
                    going |= walker.step(*until);
                }
            }
            walkers.into_iter().map(|(walker, _)| walker)
        })
        .collect();
    let mut all = Walker::new(file, wide);
    all.at = HEADER_SIZE.min(length);
    for (share, walker) in (0..).zip(walked) {
        let until = until(share);
        if all.at >= until {
            continue;
        }
        if all.at == walker.first && all.pending.is_empty() {
            all.take(walker);
        } else {
            all.run(until);
        }
    }
    all.finish()
}

/// A walk in progress.
struct Walker<'f> {
    file: &'f [u8],
    wide: bool,
    at: u64,
    first: u64,
    /// Where the last record begins.
    last: Option<u64>,
    /// The last search for records: where it began and where it found some. No record begins between the two.
    searched: (u64, u64),
    /// Places of completion data that the walk has not passed yet.
    pending: BTreeSet<u64>,
    records: Vec<[u8; OFFSET_SIZE]>,
    gaps: Vec<Gap>,
    /// Time of the first and the last record, and whether those between rise.
    times: Option<(u64, u64)>,
    rising: bool,
}

/// A record as the walk sees it.
struct Step {
    end: u64,
    extra: Option<u64>,
    time: u64,
}

impl<'f> Walker<'f> {
    fn new(file: &'f [u8], wide: bool) -> Self {
        Self {
            file,
            wide,
            at: 0,
            first: 0,
            last: None,
            searched: (0, 0),
            pending: BTreeSet::new(),
            records: Vec::new(),
            gaps: Vec::new(),
            times: None,
            rising: true,
        }
    }

    fn length(&self) -> u64 {
        self.file.len() as u64
    }

    /// The record at `at`, if there can be one.
    #[inline]
    fn record(&self, at: u64) -> Option<Step> {
        let bytes = self.file.get(usize::try_from(at).ok()?..)?.first_chunk::<RECORD_SIZE>()?;
        let head = Head::of(bytes);
        let stack = u64::from(head.depth) * if self.wide { 8 } else { 4 };
        let size = RECORD_SIZE as u64 + stack + u64::from(head.detail);
        let extra = u64::from(head.extra_offset);
        let end = at + size;
        let believed = (1..=6).contains(&head.class)
            && head.operation <= MAX_OPERATION
            && head.depth <= MAX_DEPTH
            && head.detail <= MAX_DETAIL
            && plausible_time(head.time)
            && (extra == 0 || (extra >= size && head.extra_offset <= MAX_EXTRA))
            && end <= self.length();
        believed.then_some(Step { end, extra: (extra != 0).then_some(at + extra), time: head.time })
    }

    /// Where the completion data at `at` ends. Its length stops at 0xFFFF, and some logs then hold one byte more.
    fn behind_extra(&self, at: u64) -> u64 {
        let length = self.length();
        let Ok(announced) = Cursor::over(self.file, at, length, "completion data").and_then(|mut c| c.u16())
        else {
            return length;
        };
        let end = at + 2 + u64::from(announced);
        let follows = |at: u64| at >= length || self.record(at).is_some();
        let end = if announced == u16::MAX && !follows(end) && follows(end + 1) { end + 1 } else { end };
        end.min(length)
    }

    /// Walks until a record begins at or after `until`.
    fn run(&mut self, until: u64) {
        while self.step(until) {}
    }

    /// Passes one record or one gap. `false` if a record begins at or after `until`.
    #[inline]
    fn step(&mut self, until: u64) -> bool {
        while let Some(&extra) = self.pending.first()
            && extra <= self.at
        {
            self.pending.pop_first();
            if extra == self.at {
                self.at = self.behind_extra(extra);
            }
        }
        if self.at >= until {
            return false;
        }
        let Some(step) = self.record(self.at) else {
            self.search();
            return true;
        };
        self.last = Some(self.at);
        self.records.push(entry(self.at));
        let (first, last) = self.times.unwrap_or((step.time, step.time));
        self.rising &= last <= step.time;
        self.times = Some((first, step.time));
        self.at = step.end;
        match step.extra {
            Some(extra) if extra == step.end && self.pending.is_empty() => {
                self.at = self.behind_extra(extra);
            }
            Some(extra) => {
                self.pending.insert(extra);
            }
            None => {}
        }
        true
    }

    /// Goes on where records follow each other again. If the length of the last record or of its completion data is
    /// damaged, that place is within them.
    fn search(&mut self) {
        let within = self.last.map(|last| last + RECORD_SIZE as u64);
        let to = self.synchronize(within.unwrap_or(self.at + 1).min(self.at + 1));
        let (from, to) = match within {
            Some(within) if to < self.at => (within, to),
            _ => (self.at, self.pending.first().map_or(to, |extra| to.min(*extra))),
        };
        self.gap(Gap { offset: from, bytes: to - from });
        self.at = to;
    }

    fn gap(&mut self, gap: Gap) {
        match self.gaps.last_mut() {
            Some(last) if last.offset + last.bytes == gap.offset => last.bytes += gap.bytes,
            _ => self.gaps.push(gap),
        }
    }

    /// The first place at or after `from` from where records follow each other. The end of the file if there is none.
    fn synchronize(&mut self, from: u64) -> u64 {
        let (began, found) = self.searched;
        if !(began..=found).contains(&from) {
            self.searched = (from, self.first_chain(from));
        }
        self.searched.1
    }

    fn first_chain(&self, from: u64) -> u64 {
        let length = self.length();
        let mut at = from;
        // A record's class, its ninth byte, is not zero. What Process Monitor had not filled of its file is.
        while let Some(class) = self.first_used(at + 8) {
            at = class - 8;
            if self.chain(at) {
                return at;
            }
            at += 1;
        }
        length
    }

    /// The first byte at or after `from` that is not zero.
    fn first_used(&self, from: u64) -> Option<u64> {
        const BLOCK: usize = 64;
        let rest = self.file.get(usize::try_from(from).ok()?..)?;
        if rest.first().is_some_and(|byte| *byte != 0) {
            return Some(from);
        }
        let empty =
            rest.as_chunks::<BLOCK>().0.iter().take_while(|block| **block == [0; BLOCK]).count() * BLOCK;
        let used = rest.get(empty..)?.iter().position(|byte| *byte != 0)?;
        Some(from + (empty + used) as u64)
    }

    /// Whether several records follow each other from `at`, or fewer up to the end of the file.
    #[inline]
    fn chain(&self, mut at: u64) -> bool {
        for count in 0..CHAIN {
            match self.record(at) {
                Some(step) => {
                    at = match step.extra {
                        Some(extra) if extra == step.end => self.behind_extra(extra),
                        _ => step.end,
                    };
                }
                None => return count > 0 && at >= self.length(),
            }
        }
        true
    }

    /// Takes over what the walk of a share found, if that share begins where this one ends.
    fn take(&mut self, share: Self) {
        for gap in share.gaps {
            self.gap(gap);
        }
        if let (Some((_, last)), Some((first, _))) = (self.times, share.times) {
            self.rising &= last <= first;
        }
        self.rising &= share.rising;
        let first = self.times.or(share.times);
        self.times = first.zip(share.times.or(self.times)).map(|((first, _), (_, last))| (first, last));
        if self.records.is_empty() {
            self.records = share.records;
        } else {
            self.records.extend(share.records);
        }
        (self.at, self.pending, self.last, self.searched) =
            (share.at, share.pending, share.last, share.searched);
    }

    /// The records in order of time. Saved logs have them in that order. Live backing files, and logs of a full disk,
    /// have not.
    fn finish(self) -> Walk {
        let mut records = self.records;
        if !self.rising {
            records.sort_by_key(|entry| (time_at(self.file, place(*entry)), place(*entry)));
        }
        Walk { records, gaps: self.gaps }
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "the numbers are small")]
mod tests {
    use super::*;

    const TIME: u64 = 132_389_902_900_000_000;

    fn record(number: u64, detail: u32, extra_offset: u32) -> Vec<u8> {
        let mut out = vec![0; RECORD_SIZE];
        out[0x08] = 2;
        out[0x0C] = 5;
        out[0x1C..0x24].copy_from_slice(&(TIME + number).to_le_bytes());
        out[0x2C..0x30].copy_from_slice(&detail.to_le_bytes());
        out[0x30..0x34].copy_from_slice(&extra_offset.to_le_bytes());
        out.resize(RECORD_SIZE + detail as usize, 0x41);
        out
    }

    /// Records with and without completion data, and places of damage: wrong lengths, holes, noise.
    fn log(mut seed: u64) -> Vec<u8> {
        let mut number = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        let mut log = vec![0; HEADER_SIZE as usize];
        for i in 0..3_000 {
            let detail = number(90) as u32;
            match number(40) {
                0 => log.extend((0..number(700)).map(|i| i as u8 | 0x80)),
                1 => log.resize(log.len() + number(9_000) as usize, 0),
                2 => {
                    let mut lies = record(i, detail, 0);
                    lies[0x2D] ^= 1 << number(8);
                    log.extend(lies);
                }
                3 => {
                    // Completion data behind the next record.
                    let first = record(i, detail, (2 * RECORD_SIZE) as u32 + detail);
                    log.extend(first);
                    log.extend(record(i + 1, 0, 0));
                    log.extend([3, 0, 1, 2, 3]);
                }
                4..15 => {
                    let size = RECORD_SIZE as u32 + detail;
                    log.extend(record(i, detail, size));
                    let extra = number(300) as u16;
                    log.extend(extra.to_le_bytes());
                    log.resize(log.len() + usize::from(extra), 0xEE);
                }
                _ => log.extend(record(number(6_000), detail, 0)),
            }
        }
        log
    }

    #[test]
    fn shares_find_what_one_walk_finds() {
        for seed in 1..9 {
            let log = log(seed);
            let one = walk_shares(&log, true, u64::MAX / 2);
            assert!(
                one.records.len() > 2_500 && one.gaps.len() > 20,
                "{} {}",
                one.records.len(),
                one.gaps.len()
            );
            for size in [300, 4_096, 50_000] {
                let many = walk_shares(&log, true, size);
                assert_eq!(many.records, one.records, "seed {seed}, shares of {size}");
                assert_eq!(many.gaps, one.gaps, "seed {seed}, shares of {size}");
            }
        }
    }

    #[test]
    fn any_bytes_are_walked_in_time() {
        // Records everywhere that lead nowhere.
        let mut log = vec![0; HEADER_SIZE as usize];
        for i in 0..4_000 {
            log.extend(record(i, 7, 0x1_0000));
            log.truncate(log.len() - 5);
        }
        let walked = walk(&log, true);
        assert!(walked.records.len() < 4_000);
        for (a, b) in walked.gaps.iter().zip(walked.gaps.iter().skip(1)) {
            assert!(a.bytes > 0 && a.offset < b.offset);
        }
    }
}
