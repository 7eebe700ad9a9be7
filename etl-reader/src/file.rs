//! A log file: its header and the place of its buffers.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use rayon::prelude::*;

use crate::buffer::EtlBuffer;
use crate::buffers::{BufferEntry, clamp, find_buffers};
use crate::clock::Clock;
use crate::compression::Compression;
use crate::error::EtlError;
use crate::header::{BUFFER_HEADER, BufferHeader, LogFileHeader};
use crate::record::{Context, EventId, Step, step};

/// Most bytes of one decompressed buffer, whatever the header states; 64 KiB is the most seen in real files.
pub const MAX_BUFFER: usize = 16 << 20;

/// A buffer of more than 64 KiB must hold at least one byte for so many decompressed. Records have times and
/// sizes that do not repeat: real buffers shrink to between a half and a thirtieth.
pub const MAX_RATIO: usize = 1024;

enum Data<'a> {
    Map(Mmap),
    Held(Box<dyn AsRef<[u8]> + Send + Sync>),
    Borrowed(&'a [u8]),
}

impl fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes().len())
    }
}

/// An ETL file.
#[derive(Debug)]
pub struct EtlFile<'a> {
    data: Data<'a>,
    header: LogFileHeader,
    clock: Clock,
    compression: Option<Compression>,
    buffers: Vec<BufferEntry>,
    damage: Vec<EtlError>,
}

impl EtlFile<'static> {
    /// Maps a file into memory and finds its buffers.
    ///
    /// The file must not be cut by another program while it is open: the system ends a program that reads
    /// mapped bytes which are gone.
    ///
    /// # Errors
    /// [`EtlError::Io`], or an unusable log-file header. Any other damage is found later.
    pub fn open(path: impl AsRef<Path>) -> Result<EtlFile<'static>, EtlError> {
        let io = |what| move |source| EtlError::Io { what, source: Arc::new(source) };
        let file = File::open(path).map_err(io("open the file"))?;
        if file.metadata().map_err(io("read the file's size"))?.len() == 0 {
            // An empty file cannot be mapped.
            return EtlFile::from_vec(Vec::new());
        }
        // SAFETY: the map is private to this value and only ever read. What cannot be ruled out is that
        // another program cuts or changes the file meanwhile; the doc comment says so.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(io("map the file"))?;
        EtlFile::new(Data::Map(map))
    }

    /// Takes a file's bytes and finds its buffers.
    ///
    /// # Errors
    /// An unusable log-file header.
    pub fn from_vec(bytes: Vec<u8>) -> Result<EtlFile<'static>, EtlError> {
        EtlFile::from_held(bytes)
    }

    /// Takes bytes that somebody else holds, such as a member of an archive, and finds the file's buffers.
    ///
    /// # Errors
    /// An unusable log-file header.
    pub fn from_held(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<EtlFile<'static>, EtlError> {
        EtlFile::new(Data::Held(Box::new(bytes)))
    }
}

impl<'a> EtlFile<'a> {
    /// Borrows a file's bytes and finds its buffers.
    ///
    /// # Errors
    /// An unusable log-file header.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<EtlFile<'a>, EtlError> {
        EtlFile::new(Data::Borrowed(bytes))
    }

    fn new(data: Data<'a>) -> Result<EtlFile<'a>, EtlError> {
        let bytes = data.bytes();
        let first = BufferHeader::read_at(bytes, 0)?;
        let header = read_header(bytes, &first)?;
        let compression = Compression::from_number((first.state & 0xffff) as u16);
        let clock = header.clock();
        let (buffers, damage) = find_buffers(bytes, &first, &header, &clock);
        Ok(EtlFile { data, header, clock, compression, buffers, damage })
    }

    /// Size of the file in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.bytes().len() as u64
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.data.bytes()
    }

    /// The log-file header.
    #[must_use]
    pub fn header(&self) -> &LogFileHeader {
        &self.header
    }

    /// The clock of the file's records.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The buffers in the order of the file.
    #[must_use]
    pub fn buffers(&self) -> &[BufferEntry] {
        &self.buffers
    }

    /// Stretches of the file in which no buffer could be found.
    #[must_use]
    pub fn damage(&self) -> &[EtlError] {
        &self.damage
    }

    /// All buffers, read and decompressed in parallel, in no order. Fold over them to see every record once
    /// where order does not matter; [`crate::in_order`] gives the records by time.
    #[must_use]
    pub fn par_buffers(&self) -> impl IndexedParallelIterator<Item = EtlBuffer<'_>> {
        self.buffers.par_iter().map(|entry| self.read(entry))
    }

    /// Reads one buffer of [`EtlFile::buffers`]. Always gives a buffer: damage is an item of its records.
    #[must_use]
    pub fn read(&self, entry: &BufferEntry) -> EtlBuffer<'_> {
        let header = entry.header;
        let start = usize::try_from(entry.offset).unwrap_or(usize::MAX);
        let end = usize::try_from(entry.end).unwrap_or(usize::MAX).min(self.bytes().len());
        let body = self.bytes().get(start.saturating_add(BUFFER_HEADER)..end).unwrap_or_default();
        let mut damage = None;
        let stated = u64::from(header.buffer_size);
        let have = (end - start.min(end)) as u64;
        if have < stated {
            damage = Some(EtlError::Truncated { what: "buffer", offset: entry.offset, need: stated, have });
        }
        let fill = clamp(header.offset).checked_sub(BUFFER_HEADER).unwrap_or_else(|| {
            damage.get_or_insert(EtlError::Invalid {
                what: "buffer fill size",
                offset: entry.offset + 0x30,
                found: header.offset.into(),
                expected: "at least the 72 bytes of the buffer header",
            });
            0
        });
        let data = if header.is_compressed() {
            Cow::Owned(self.decompress(entry.offset, body, fill, &mut damage))
        } else {
            if fill > body.len() {
                damage.get_or_insert(EtlError::Truncated {
                    what: "records of a buffer",
                    offset: entry.offset + BUFFER_HEADER as u64,
                    need: fill as u64,
                    have: body.len() as u64,
                });
            }
            Cow::Borrowed(body.get(..fill).unwrap_or(body))
        };
        EtlBuffer { header, offset: entry.offset, data, clock: &self.clock, damage }
    }

    /// Bytes that [`EtlFile::read`] allocates for this buffer at most.
    pub(crate) fn memory(&self, entry: &BufferEntry) -> usize {
        if !entry.header.is_compressed() {
            return 0;
        }
        clamp(entry.header.offset).min(self.cap(clamp(entry.header.buffer_size)))
    }

    /// Most bytes that `body` compressed bytes may become.
    fn cap(&self, body: usize) -> usize {
        let ratio = body.saturating_mul(MAX_RATIO).max(0x1_0000);
        clamp(self.header.buffer_size).min(MAX_BUFFER).min(ratio)
    }

    fn decompress(&self, offset: u64, body: &[u8], fill: usize, damage: &mut Option<EtlError>) -> Vec<u8> {
        let mut out = Vec::new();
        let Some(format) = self.compression else {
            damage.get_or_insert(EtlError::Invalid {
                what: "compression format of the file",
                offset: 0x2c,
                found: self.buffers.first().map_or(0, |first| first.header.state.into()),
                expected: "2 (LZNT1), 3 (XPRESS) or 4 (XPRESS Huffman)",
            });
            return out;
        };
        let offset = offset + BUFFER_HEADER as u64;
        let want = fill.min(self.cap(body.len()));
        if want < fill {
            let (need, limit) = (fill as u64, want as u64);
            damage.get_or_insert(EtlError::TooLarge { what: "decompressed buffer", offset, need, limit });
        }
        if let Err(problem) = format.decompress(body, want, &mut out) {
            damage.get_or_insert(EtlError::Compression {
                what: format.name(),
                offset,
                problem: problem.0,
                need: fill as u64,
                have: out.len() as u64,
            });
        }
        out
    }
}

impl Data<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Data::Map(map) => map,
            Data::Held(held) => (**held).as_ref(),
            Data::Borrowed(bytes) => bytes,
        }
    }
}

/// The first record of the first buffer. It is never compressed.
fn read_header(bytes: &[u8], first: &BufferHeader) -> Result<LogFileHeader, EtlError> {
    let base = BUFFER_HEADER as u64;
    let records = bytes.get(BUFFER_HEADER..).unwrap_or_default();
    // The header's own clock is not known yet; only its raw time is needed.
    let clock = Clock::new(crate::ClockType::SystemTime, crate::Ticks(0), crate::FileTime(0), 1, 1);
    let context = Context { clock: &clock, cpu: first.cpu(), base };
    let wrong = |found| EtlError::Invalid {
        what: "first record",
        offset: base,
        found,
        expected: "a log-file header (kernel group 0, type 0)",
    };
    match step(records, 0, context) {
        Step::Record(record, _) => match (record.event, record.ticks) {
            (EventId::Kernel { group: 0, opcode: 0, .. }, Some(ticks)) => {
                LogFileHeader::read(record.payload, record.offset, record.width, ticks)
            }
            (EventId::Kernel { group, opcode, .. }, _) => {
                Err(wrong(u64::from(group) << 8 | u64::from(opcode)))
            }
            _ => Err(wrong(0)),
        },
        Step::Damaged(error, _) => Err(error),
        Step::End => Err(wrong(0)),
    }
}
