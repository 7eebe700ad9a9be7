//! Writes ETL files: for tests, for samples, and to show that a layout is understood both ways.

mod encode;
mod record;
mod session;

use std::collections::BTreeMap;

use binrw::BinWrite;

use crate::clock::{Clock, FileTime, Ticks};
use crate::error::EtlError;
use crate::header::{BUFFER_HEADER, BufferHeader};

pub use encode::encode;
pub use record::NewRecord;
pub use session::Session;

/// Writes one file into memory: records are put into buffers of their processor, full buffers into the file.
#[derive(Debug)]
pub struct EtlWriter {
    session: Session,
    clock: Clock,
    file: Vec<u8>,
    open: BTreeMap<u16, Vec<u8>>,
    buffers: u32,
    last: FileTime,
}

impl EtlWriter {
    /// A file of this session, with its header written.
    ///
    /// # Errors
    /// A buffer size too small for the header, or names too long for it.
    pub fn new(session: Session) -> Result<EtlWriter, EtlError> {
        let clock = session.clock();
        let last = session.start;
        let mut writer =
            EtlWriter { session, clock, file: Vec::new(), open: BTreeMap::new(), buffers: 0, last };
        let header = writer.session.header_record(0, last)?;
        writer.check_size(header.len())?;
        writer.flush(0, header);
        Ok(writer)
    }

    /// Adds a record. Records of one processor should come in the order of their times, as Windows writes them.
    ///
    /// # Errors
    /// A record that does not fit a buffer, or whose size does not fit its 16-bit field.
    pub fn write(&mut self, record: &NewRecord<'_>) -> Result<(), EtlError> {
        let bytes = record.to_bytes(self.clock.ticks(record.time))?;
        self.check_size(bytes.len())?;
        let room = self.session.buffer_size as usize - BUFFER_HEADER;
        let full = self.open.get(&record.cpu).is_some_and(|open| open.len() + bytes.len() > room);
        if full && let Some(records) = self.open.insert(record.cpu, Vec::new()) {
            self.flush(record.cpu, records);
        }
        self.open.entry(record.cpu).or_default().extend_from_slice(&bytes);
        self.last = self.last.max(record.time);
        Ok(())
    }

    fn check_size(&self, bytes: usize) -> Result<(), EtlError> {
        let limit = (self.session.buffer_size as usize).saturating_sub(BUFFER_HEADER);
        if bytes <= limit {
            return Ok(());
        }
        let (offset, need, limit) = (self.file.len() as u64, bytes as u64, limit as u64);
        Err(EtlError::TooLarge { what: "record of a buffer", offset, need, limit })
    }

    /// Writes what is left, and the session's end into the header: the whole file.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        for (cpu, records) in std::mem::take(&mut self.open) {
            if !records.is_empty() {
                self.flush(cpu, records);
            }
        }
        // A header that could be made at first can be made again: it has the same length.
        if let Ok(header) = self.session.header_record(self.buffers, self.last)
            && let Some(place) = self.file.get_mut(BUFFER_HEADER..BUFFER_HEADER + header.len())
        {
            place.copy_from_slice(&header);
        }
        self.file
    }

    fn flush(&mut self, cpu: u16, records: Vec<u8>) {
        let first = self.buffers == 0;
        #[expect(clippy::cast_possible_truncation, reason = "a buffer's bytes are within `buffer_size`")]
        let in_buffer = |records: &[u8]| (BUFFER_HEADER + records.len()) as u32;
        let fill = in_buffer(&records);
        let mut flags = BufferHeader::PROCESSOR_INDEX;
        let mut body = records;
        // A buffer that does not shrink is stored as it is; the first one always is.
        if let Some(format) = self.session.compression.filter(|_| !first) {
            let packed = format.compress(&body);
            if packed.len() < body.len() {
                flags |= BufferHeader::COMPRESSED;
                body = packed;
            }
        } else if self.session.compression.is_none() {
            // Windows fills the rest of a buffer with ones.
            body.resize(self.session.buffer_size as usize - BUFFER_HEADER, 0xff);
        }
        let state = match self.session.compression {
            Some(format) if first => format.number().into(),
            _ => FLUSHED,
        };
        let header = BufferHeader {
            buffer_size: in_buffer(&body),
            saved_offset: fill,
            current_offset: fill,
            reference_count: 0,
            time_stamp: self.clock.ticks(self.last).0,
            sequence_number: self.buffers.into(),
            clock: 0,
            processor: cpu,
            logger_id: 1,
            state,
            offset: fill,
            buffer_flag: flags,
            buffer_type: if first { BufferHeader::TYPE_HEADER } else { 0 },
        };
        let mut bytes = std::io::Cursor::new(Vec::with_capacity(BUFFER_HEADER));
        // Writing to memory does not fail.
        let _ = header.write(&mut bytes);
        self.file.extend_from_slice(&bytes.into_inner());
        self.file.extend_from_slice(&body);
        self.buffers += 1;
    }

    /// The raw time of a time in this file.
    #[must_use]
    pub fn ticks(&self, time: FileTime) -> Ticks {
        self.clock.ticks(time)
    }
}

const FLUSHED: u32 = 3;
