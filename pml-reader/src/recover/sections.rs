//! Finds the tables of a log whose header does not lead to them. They follow the events in a fixed order, without a
//! byte between them. Each says where it ends. This was seen in four real logs.

use crate::{
    HEADER_SIZE,
    cursor::Cursor,
    header::{OFFSET_SIZE, Sections},
    recover::walk::place,
};

/// Entries of a cut offset array that must lead to records. Otherwise it is not taken as one.
const KNOWN_BY: usize = 4;
/// Places that look like a process table. Each of so many is examined closely.
const CANDIDATES: usize = 64;
/// Bytes of a process entry ahead of its pointer-sized part.
const ENTRY_SIZE: u64 = 0x60;

/// Tables that were found.
pub(super) struct Tables {
    pub(super) sections: Sections,
    /// Where the offset array begins.
    pub(super) offsets: u64,
    /// Entries of the offset array.
    pub(super) count: u32,
    /// Whether each of them leads to a place among the events.
    pub(super) listed: bool,
}

fn aligned(at: u64) -> u64 {
    at.next_multiple_of(4)
}

/// Whether an offset array can begin at `at`, or up to three bytes after it. One of its first entries must lead to
/// the earliest record. The next ones, if there are any, must lead to the next records.
pub(super) fn array_begins(file: &[u8], at: u64, records: &[[u8; OFFSET_SIZE]]) -> bool {
    let Ok(cursor) = Cursor::over(file, aligned(at), file.len() as u64, "event offsets") else {
        return false;
    };
    let entries = cursor.rest().as_chunks::<OFFSET_SIZE>().0;
    let Some(first) = records.first() else { return at == HEADER_SIZE };
    // Records that are damaged are listed and were not found.
    let skipped = entries.iter().take(2 * KNOWN_BY).position(|entry| entry == first);
    let Some(entries) = skipped.and_then(|skipped| entries.get(skipped..)) else { return false };
    let known = entries.iter().zip(records).take(KNOWN_BY).take_while(|(a, b)| a == b).count();
    known == entries.len().min(records.len()).min(KNOWN_BY)
}

/// The tables after the offset array that begins at `at` or up to three bytes after it. The array has as many entries
/// as records were found. If some records are damaged, it has more.
pub(super) fn behind(file: &[u8], at: u64, records: &[[u8; OFFSET_SIZE]], wide: bool) -> Option<Tables> {
    let offsets = aligned(at);
    let rest = Cursor::over(file, offsets, file.len() as u64, "event offsets").ok()?.rest();
    let entries = rest.as_chunks::<OFFSET_SIZE>().0;
    let valid = |entry: &[u8; OFFSET_SIZE]| (HEADER_SIZE..offsets).contains(&place(*entry));
    let ahead = records.iter().filter(|r| place(**r) < offsets).count();
    // The usual length first; then every length at which a table can follow.
    let most = entries.iter().take_while(|e| valid(e)).count();
    let lengths = std::iter::once(ahead).chain(0..=most);
    let (count, processes) = lengths
        .filter(|count| *count <= entries.len())
        .map(|count| (count, offsets + (count * OFFSET_SIZE) as u64))
        .filter(|(_, processes)| looks_like_processes(file, *processes))
        .take(CANDIDATES)
        .find(|(_, processes)| begins(file, *processes, wide))?;
    let end = file.len() as u64;
    let strings = processes_end(file, processes, wide).unwrap_or(end);
    let icons = entries_end(file, strings, 0).unwrap_or(end);
    let hosts = entries_end(file, icons, 4).unwrap_or(end);
    Some(Tables {
        sections: Sections { processes, strings, icons, hosts },
        offsets,
        count: u32::try_from(count).ok()?,
        listed: entries.iter().take(count).all(valid),
    })
}

/// Whether u32 count, count indexes and count offsets can lie at `at`. The first entry follows its offsets.
fn looks_like_processes(file: &[u8], at: u64) -> bool {
    let first = || {
        let mut cursor = Cursor::over(file, at, file.len() as u64, "process table").ok()?;
        let count = u64::from(cursor.u32().ok()?);
        cursor.seek(usize::try_from(4 + count * 4).ok()?).ok()?;
        Some(count == 0 || u64::from(cursor.u32().ok()?) == 4 + count * 8)
    };
    first() == Some(true)
}

/// Whether a process table begins at `at`: its entries must end within the file. A table without processes is
/// recognised by the string table after it.
fn begins(file: &[u8], at: u64, wide: bool) -> bool {
    let length = file.len() as u64;
    match processes_end(file, at, wide) {
        Some(end) if end == at + 4 => entries_end(file, end, 0).is_some(),
        Some(end) => end <= length,
        None => false,
    }
}

/// Where the process table that begins at `at` ends.
fn processes_end(file: &[u8], at: u64, wide: bool) -> Option<u64> {
    let mut cursor = Cursor::over(file, at, file.len() as u64, "process table").ok()?;
    let count = cursor.u32().ok()?;
    let size = usize::try_from(count).ok()?.checked_mul(4)?;
    cursor.skip(size).ok()?;
    let offsets = cursor.take(size).ok()?.as_chunks::<4>().0;
    let (pointer, module) = if wide { (8, 64) } else { (4, 56) };
    offsets
        .iter()
        .try_fold(4 + u64::from(count) * 8, |end, offset| {
            let entry = u64::from(u32::from_le_bytes(*offset));
            let modules_at = entry + ENTRY_SIZE + pointer;
            let mut cursor = cursor;
            cursor.seek(usize::try_from(modules_at).ok()?).ok()?;
            let modules = u64::from(cursor.u32().ok()?);
            Some(end.max(modules_at + 4 + modules * module))
        })
        .map(|end| at + end)
}

/// Where a table of u32 count, u32 offsets and entries ends that begins at `at`. An entry is `ahead` bytes, a u32
/// size, and so many bytes. `None` if it cannot be such a table, or the file ends within its offsets.
fn entries_end(file: &[u8], at: u64, ahead: u64) -> Option<u64> {
    let mut cursor = Cursor::over(file, at, file.len() as u64, "table").ok()?;
    let count = cursor.u32().ok()?;
    let offsets = cursor.take(usize::try_from(count).ok()?.checked_mul(4)?).ok()?.as_chunks::<4>().0;
    let first = 4 + u64::from(count) * 4;
    if count == 0 || u64::from(u32::from_le_bytes(*offsets.first()?)) != first {
        return None;
    }
    // The entries follow each other; a damaged one leaves the end to the ones behind it.
    let end = offsets.iter().rev().find_map(|offset| {
        let entry = u64::from(u32::from_le_bytes(*offset));
        let mut cursor = cursor;
        cursor.seek(usize::try_from(entry + ahead).ok()?).ok()?;
        Some(entry + ahead + 4 + u64::from(cursor.u32().ok()?))
    })?;
    Some(at + end)
}
