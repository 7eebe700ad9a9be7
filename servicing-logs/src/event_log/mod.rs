//! .evtx files: every record raw, and typed views of those about servicing.
//!
//! The evtx crate decodes the binary XML, chunk by chunk on all cores. This module is the only one that knows it. The
//! file's own header is not needed. A log that was not closed, or has lost its first page, reads as well.

mod typed;

use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};
use rayon::prelude::*;

use crate::bytes::{u32_at, u64_at};
use crate::error::{Error, Result};
use crate::time::FileTime;
use crate::xml::{Step, walk};

pub use typed::*;

/// Bytes of the file header.
const FILE_HEADER: usize = 4096;
/// Bytes of a chunk.
const CHUNK: usize = 65_536;
/// Chunks that are decoded at a time and held until all before them have been given out.
const BATCH: usize = 64;
/// Difference of the epochs of Unix and FILETIME, in 100 ns.
const UNIX_EPOCH: i128 = 116_444_736_000_000_000;

/// One value of a record's EventData or UserData.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventValue {
    /// Name of the value, or of its element in UserData; empty if the record gives none.
    pub name: String,
    /// The value as text.
    pub value: String,
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventRecord {
    /// `EventRecordID`
    pub record_id: u64,
    /// Number of its chunk, from zero.
    pub chunk: u64,
    /// When it was written, UTC.
    pub time: Option<FileTime>,
    /// `Provider Name`
    pub provider: String,
    /// `Provider Guid`, lower case, with braces.
    pub provider_guid: Option<String>,
    /// `EventID`, without qualifiers.
    pub event_id: u32,
    /// `Level`: 1 critical, 2 error, 3 warning, 4 information.
    pub level: Option<u8>,
    /// `Execution ProcessID`
    pub process_id: Option<u32>,
    /// `Execution ThreadID`
    pub thread_id: Option<u32>,
    /// `Channel`
    pub channel: String,
    /// `Computer`
    pub computer: String,
    /// Name of the element inside UserData: `CbsPackageChangeState`.
    pub user_data: Option<String>,
    /// The values, in their order.
    pub values: Vec<EventValue>,
    /// `Binary`, decoded from hexadecimal.
    pub binary: Vec<u8>,
}

impl EventRecord {
    /// The value of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|value| value.name.eq_ignore_ascii_case(name))
            .map(|value| value.value.as_str())
    }

    /// The value at that place, from zero.
    #[must_use]
    pub fn value_at(&self, at: usize) -> Option<&str> {
        self.values.get(at).map(|value| value.value.as_str())
    }
}

/// A chunk that could not be read, or not completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedChunk {
    /// Number of the chunk, from zero.
    pub chunk: u64,
    /// Its offset in the file.
    pub offset: u64,
    /// Records of it that could not be read.
    pub bad_records: u64,
    /// What was wrong first.
    pub message: String,
}

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLogSummary {
    /// Chunks that hold anything.
    pub chunks: u64,
    /// Records read.
    pub records: u64,
    /// Records that could not be read.
    pub bad_records: u64,
    /// Chunks whose checksums do not match their content. They are read nevertheless.
    pub checksum_mismatches: u64,
    /// Damaged chunks, at most [`MAX_DAMAGED_KEPT`].
    pub damaged: Vec<DamagedChunk>,
    /// The file header is missing or broken.
    pub header_damaged: bool,
    /// Time of the earliest record.
    pub first: Option<FileTime>,
    /// Time of the latest record.
    pub last: Option<FileTime>,
}

/// Damaged chunks described; all are counted in the records they cost.
pub const MAX_DAMAGED_KEPT: usize = 64;

/// Reads an event log. Every record goes to `visit`, oldest chunk first.
///
/// # Errors
/// [`Error::Invalid`] if neither a file header nor any chunk is found.
pub fn read(data: &[u8], mut visit: impl FnMut(EventRecord)) -> Result<EventLogSummary> {
    let mut summary =
        EventLogSummary { header_damaged: !data.starts_with(b"ElfFile\0"), ..Default::default() };
    let mut chunks: Vec<(u64, &[u8])> = Vec::new();
    for (number, chunk) in data.get(FILE_HEADER..).unwrap_or_default().chunks(CHUNK).enumerate() {
        if chunk.iter().any(|byte| *byte != 0) {
            chunks.push((number as u64, chunk));
        }
    }
    if summary.header_damaged && !chunks.iter().any(|(_, chunk)| chunk.starts_with(b"ElfChnk\0")) {
        return Err(Error::Invalid {
            what: "signature of an event log",
            offset: 0,
            found: format!("{:02x?}", data.get(..8.min(data.len())).unwrap_or_default()),
        });
    }
    // A full log goes on in its oldest chunk: the order of time is that of the first record each chunk names.
    chunks.sort_by_key(|(number, chunk)| (first_record(chunk), *number));
    summary.chunks = chunks.len() as u64;
    for batch in chunks.chunks(BATCH) {
        let read: Vec<ChunkRead> =
            batch.par_iter().map(|(number, chunk)| read_chunk(*number, chunk)).collect();
        for chunk in read {
            summary.records += chunk.records.len() as u64;
            summary.checksum_mismatches += u64::from(chunk.checksum_mismatch);
            if let Some(damage) = chunk.damage {
                summary.bad_records += damage.bad_records;
                if summary.damaged.len() < MAX_DAMAGED_KEPT {
                    summary.damaged.push(damage);
                }
            }
            for record in chunk.records {
                if let Some(time) = record.time {
                    summary.first = Some(summary.first.map_or(time, |first| first.min(time)));
                    summary.last = Some(summary.last.map_or(time, |last| last.max(time)));
                }
                visit(record);
            }
        }
    }
    Ok(summary)
}

/// Identifier of the first record of a chunk, at offset 24 of its header.
fn first_record(chunk: &[u8]) -> u64 {
    u64_at(chunk, 24).unwrap_or(u64::MAX)
}

struct ChunkRead {
    records: Vec<EventRecord>,
    checksum_mismatch: bool,
    damage: Option<DamagedChunk>,
}

fn read_chunk(number: u64, bytes: &[u8]) -> ChunkRead {
    let mut read = ChunkRead { records: Vec::new(), checksum_mismatch: false, damage: None };
    let mut damage = |bad_records: u64, message: String| {
        let offset = FILE_HEADER as u64 + number * CHUNK as u64;
        let found =
            read.damage.get_or_insert(DamagedChunk { chunk: number, offset, bad_records: 0, message });
        found.bad_records += bad_records;
    };
    // The last chunk of a cut file is read as far as it goes.
    let mut whole = bytes.to_vec();
    whole.resize(CHUNK, 0);
    let cut = (bytes.len() < CHUNK).then(|| Cut::of(bytes));
    if let Some(cut) = &cut {
        damage(cut.lost, format!("the chunk has {} of {CHUNK} bytes", bytes.len()));
    }
    let settings = Arc::new(ParserSettings::new().indent(false));
    let mut chunk = match EvtxChunkData::new(whole, false) {
        Ok(chunk) => chunk,
        Err(error) => {
            damage(0, error.to_string());
            return read;
        }
    };
    read.checksum_mismatch = !chunk.validate_checksum();
    let mut chunk = match chunk.parse(settings) {
        Ok(chunk) => chunk,
        Err(error) => {
            damage(0, error.to_string());
            return read;
        }
    };
    for (position, record) in (0..).zip(chunk.iter()) {
        // What the zeros after the cut make of it is no record.
        if cut.as_ref().is_some_and(|cut| position >= cut.whole) {
            break;
        }
        let record = record.and_then(|record| {
            let nanoseconds = record.timestamp.as_nanosecond();
            record.into_xml().map(|record| (nanoseconds, record))
        });
        match record {
            Ok((nanoseconds, record)) => {
                let mut event = parse_event(&record.data);
                event.record_id = record.event_record_id;
                event.chunk = number;
                event.time = u64::try_from(nanoseconds.div_euclid(100) + UNIX_EPOCH).ok().map(FileTime);
                read.records.push(event);
            }
            Err(error) => damage(1, error.to_string()),
        }
    }
    read
}

/// Bytes of a chunk's header.
const CHUNK_HEADER: usize = 512;
/// Bytes of a record without any content: signature, size, identifier, time, and the size again.
const LEAST_RECORD: usize = 28;

/// What is left of a chunk that the end of the file cuts off.
struct Cut {
    /// Records that are whole.
    whole: u64,
    /// Records that are not, by the identifiers that the chunk's header names; at least the one that is cut.
    lost: u64,
}

impl Cut {
    fn of(bytes: &[u8]) -> Cut {
        let mut at = CHUNK_HEADER;
        let mut whole = 0;
        while let Some(record) = bytes.get(at..).filter(|rest| rest.starts_with(b"**\0\0")) {
            let size = u32_at(record, 4).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
            if size < LEAST_RECORD || size > record.len() {
                break;
            }
            at += size;
            whole += 1;
        }
        let last = u64_at(bytes, 32).unwrap_or(0);
        let named = last.saturating_sub(first_record(bytes)).saturating_add(1);
        let most = (CHUNK / LEAST_RECORD) as u64;
        Cut { whole, lost: named.min(most).saturating_sub(whole).max(1) }
    }
}

/// The parts of a record's XML.
pub(crate) fn parse_event(xml: &str) -> EventRecord {
    let mut event = EventRecord::default();
    let mut path: Vec<Part> = Vec::new();
    let mut text = String::new();
    // What stops the walk can only be the decoder's own XML, so the record keeps what came before.
    let _ = walk(xml.as_bytes(), |step| match step {
        Step::Open { element, empty } => {
            let part = Part::of(path.last(), element.name());
            match part {
                Part::Provider => {
                    event.provider = element.attribute("Name").unwrap_or_default();
                    event.provider_guid = element.attribute("Guid").map(|guid| guid.to_ascii_lowercase());
                }
                Part::Execution => {
                    let number = |name| element.attribute(name).and_then(|value| value.parse().ok());
                    event.process_id = number("ProcessID");
                    event.thread_id = number("ThreadID");
                }
                Part::Value => {
                    let name = match element.name() {
                        "Data" => element.attribute("Name").unwrap_or_default(),
                        name => name.to_owned(),
                    };
                    event.values.push(EventValue { name, value: String::new() });
                }
                Part::UserEvent => event.user_data = Some(element.name().to_owned()),
                _ => {}
            }
            text.clear();
            if !empty {
                path.push(part);
            }
        }
        Step::Text(piece) => text.push_str(piece),
        Step::Close => {
            let value = std::mem::take(&mut text);
            match path.pop() {
                Some(Part::EventId) => event.event_id = value.trim().parse().unwrap_or_default(),
                Some(Part::Level) => event.level = value.trim().parse().ok(),
                Some(Part::Channel) => event.channel = value,
                Some(Part::Computer) => event.computer = value,
                Some(Part::Binary) => event.binary = unhex(&value),
                Some(Part::Value) => {
                    if let Some(last) = event.values.last_mut() {
                        last.value = value;
                    }
                }
                _ => {}
            }
        }
    });
    event
}

/// What an element is, by its name and the element around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Event,
    System,
    Provider,
    EventId,
    Level,
    Execution,
    Channel,
    Computer,
    EventData,
    UserData,
    UserEvent,
    Value,
    Binary,
    Other,
}

impl Part {
    fn of(parent: Option<&Part>, name: &str) -> Part {
        match (parent, name) {
            (None, _) => Part::Event,
            (Some(Part::Event), "System") => Part::System,
            (Some(Part::Event), "EventData") => Part::EventData,
            (Some(Part::Event), "UserData") => Part::UserData,
            (Some(Part::System), "Provider") => Part::Provider,
            (Some(Part::System), "EventID") => Part::EventId,
            (Some(Part::System), "Level") => Part::Level,
            (Some(Part::System), "Execution") => Part::Execution,
            (Some(Part::System), "Channel") => Part::Channel,
            (Some(Part::System), "Computer") => Part::Computer,
            (Some(Part::EventData), "Binary") => Part::Binary,
            (Some(Part::EventData), _) => Part::Value,
            (Some(Part::UserData), _) => Part::UserEvent,
            (Some(Part::UserEvent), _) => Part::Value,
            _ => Part::Other,
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}
