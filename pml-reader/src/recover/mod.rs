//! Opens logs that Process Monitor refuses: a log that was not closed cleanly, that was cut off, or whose tables are
//! damaged.
//!
//! The events are found by walking the records ([`walk`]). Their tables may follow them although the header does not
//! say so ([`sections`]). If they do not, the names of processes and modules come from the events that hold them
//! ([`names`]).

mod found;
mod names;
mod sections;
mod walk;

use crate::{
    HEADER_SIZE, PmlError, PmlFile,
    cursor::Cursor,
    file::Offsets,
    header::{OFFSET_SIZE, PmlHeader, Sections, offset_of},
    recover::sections::Tables,
};

pub use found::{Gap, Names, Recovered, UNKNOWN_PID};
pub(crate) use names::Rebuilt;
pub(crate) use walk::plausible_time;

/// The events of a log whose header does not lead to them.
pub(crate) struct Found {
    pub(crate) records_end: u64,
    pub(crate) offsets: Offsets,
    pub(crate) sections: Sections,
    pub(crate) recovered: Recovered,
}

/// Places of damage that are kept one by one.
const GAPS_KEPT: usize = 64;

/// Places that look like an offset array. Each of so many is examined closely.
const ARRAYS: usize = 16;

/// Where the header says that the event offsets begin, how many there are, and where the tables lie.
pub(crate) type Stated = (u64, u32, Sections);

/// Finds the events, and the tables: where the header states them, if it does, otherwise after the events.
pub(crate) fn events(file: &[u8], wide: bool, reason: PmlError, stated: Option<Stated>) -> Found {
    let length = file.len() as u64;
    let mut walk = walk::walk(file, wide);
    // The offset array ends the records. Without it they end where the last of them does.
    let arrays = walk.gaps.iter().map(|gap| gap.offset);
    let arrays = arrays.filter(|at| sections::array_begins(file, *at, &walk.records));
    let arrays: Vec<u64> = arrays.take(ARRAYS).collect();
    let tables = match stated {
        Some((offsets, count, sections)) => Some(Tables { sections, offsets, count, listed: true }),
        None => arrays.iter().find_map(|at| sections::behind(file, *at, &walk.records, wide)),
    };
    let array = tables.as_ref().map(|t| t.offsets).or(match *walk.records {
        [] => None,
        _ => arrays.first().copied(),
    });
    if let Some(array) = array {
        walk.truncate(array);
    }
    let records_end = array.unwrap_or(length).max(HEADER_SIZE);
    let tail = match (&tables, walk.gaps.last()) {
        (None, Some(last)) if array.is_none() && last.offset + last.bytes >= length => walk.gaps.pop(),
        _ => None,
    };
    let listed = tables.as_ref().filter(|t| t.listed && lists(file, t, &walk.records)).map(|t| t.count);
    let events = listed.map_or(walk.records.len() as u64, u64::from);
    let gap_bytes = walk.gaps.iter().map(|g| g.bytes).sum();
    walk.gaps.truncate(GAPS_KEPT);
    let recovered = Recovered {
        reason: Some(reason),
        events,
        listed: listed.is_some(),
        gaps: walk.gaps,
        gap_bytes,
        tail,
        names: None,
    };
    let nowhere = Sections { processes: length, strings: length, icons: length, hosts: length };
    Found {
        records_end,
        sections: tables.map_or(nowhere, |t| t.sections),
        offsets: match listed {
            Some(count) => Offsets::Listed { start: records_end, count },
            None => Offsets::Walked(walk.records),
        },
        recovered,
    }
}

/// Whether the offset array leads to what the walk found, except for one in 64.
fn lists(file: &[u8], tables: &Tables, records: &[[u8; OFFSET_SIZE]]) -> bool {
    let end = tables.sections.processes;
    let Ok(cursor) = Cursor::over(file, tables.offsets, end, "event offsets") else { return false };
    let array = cursor.rest().as_chunks::<OFFSET_SIZE>().0;
    if array == records {
        return true;
    }
    let mut listed: Vec<u64> = array.iter().map(|entry| offset_of(*entry, tables.offsets)).collect();
    listed.sort_unstable();
    let missing = records.iter().filter(|r| listed.binary_search(&walk::place(**r)).is_err()).count();
    missing * 64 <= records.len()
}

/// Entries of the offset array that are tried when a log is opened.
const TRIED: u64 = 1024;

/// Whether the offset array of a log leads to records, as far as some of its entries show. Damage that moves the
/// records leaves header and tables as they are.
pub(crate) fn check_records(file: &[u8], header: &PmlHeader) -> Result<(), PmlError> {
    let (array, count) = (header.offsets_offset, u64::from(header.event_count));
    let step = count.div_ceil(TRIED).max(1);
    let mut bad = (0u64, None);
    for at in (0..count).step_by(usize::try_from(step).unwrap_or(1)).map(|i| array + i * OFFSET_SIZE as u64) {
        let entry = Cursor::over(file, at, file.len() as u64, "event offset")?.array()?;
        let place = offset_of(entry, array);
        if !walk::may_be_record(file, place, array, header.wide()) {
            bad = (bad.0 + 1, bad.1.or(Some((at, place))));
        }
    }
    match bad {
        (count, Some((offset, value))) if count * 64 > TRIED.min(header.event_count.into()) => {
            Err(PmlError::Value { what: "event offset", offset, value, expected: "at a record" })
        }
        _ => Ok(()),
    }
}

/// Rebuilds the tables of a log from the readable rest of its own tables, and from its events.
pub(crate) fn tables(file: &PmlFile) -> Result<Rebuilt, PmlError> {
    names::rebuild(file)
}

/// Whether every entry of an offset array leads to a place among the events.
pub(crate) fn check_offsets(file: &[u8], from: u64, to: u64) -> Result<(), PmlError> {
    let entries = Cursor::over(file, from, to, "event offsets")?.rest().as_chunks::<OFFSET_SIZE>().0;
    let outside = |entry: &[u8; OFFSET_SIZE]| !(HEADER_SIZE..from).contains(&offset_of(*entry, from));
    match entries.iter().position(outside) {
        None => Ok(()),
        Some(index) => Err(PmlError::Value {
            what: "event offset",
            offset: from + (index * OFFSET_SIZE) as u64,
            value: entries.get(index).map_or(0, |e| offset_of(*e, from)),
            expected: "among the events",
        }),
    }
}
