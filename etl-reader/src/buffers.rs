//! Where the buffers of a file lie, whole or damaged.

use memchr::memmem;

use crate::clock::Clock;
use crate::error::EtlError;
use crate::header::{BUFFER_HEADER, BufferHeader, LogFileHeader, mode};
use crate::record::{Context, Step, step};

/// The highest buffer type there is.
const LAST_TYPE: u16 = 7;

/// Where a buffer lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferEntry {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Where it ends: before what its header says, where the file ends or the next buffer begins earlier.
    pub end: u64,
    /// The buffer's header.
    pub header: BufferHeader,
}

/// Walks from buffer to buffer. Where none follows, the next one is looked for at every byte: a stretch of the file
/// may be missing, or be of another file.
pub(crate) fn find_buffers(
    bytes: &[u8],
    first: &BufferHeader,
    header: &LogFileHeader,
    clock: &Clock,
) -> (Vec<BufferEntry>, Vec<EtlError>) {
    let walk = Walk {
        bytes,
        clock,
        // No buffer is smaller than its header: where the file's header says so, the first buffer tells.
        nominal: if clamp(header.buffer_size) < BUFFER_HEADER {
            first.buffer_size
        } else {
            header.buffer_size
        },
        compressed: header.log_file_mode & mode::COMPRESSED != 0,
    };
    let preallocated = header.log_file_mode & mode::PREALLOCATE != 0;
    let mut entry = walk.entry(0, *first);
    if clamp(first.buffer_size) < BUFFER_HEADER {
        // Its size is damaged: it ends where the next buffer begins.
        entry.end = bytes.len() as u64;
    }
    let mut buffers: Vec<BufferEntry> = vec![entry];
    let mut damage = Vec::new();
    // Made headers may lie so close that each buffer would be walked for each of them.
    let mut budget = bytes.len().saturating_mul(2);
    // A first buffer that is larger than any is damaged: the next one is looked for.
    let first_size = clamp(first.buffer_size);
    let mut at =
        if first.buffer_size <= walk.nominal { first_size.max(BUFFER_HEADER) } else { BUFFER_HEADER };
    while at < bytes.len() {
        let read = BufferHeader::read_at(bytes, at);
        if let Ok(found) = &read
            && walk.follows(at, found)
        {
            buffers.push(walk.entry(at, *found));
            at = at.saturating_add(clamp(found.buffer_size));
            continue;
        }
        match read {
            Ok(found) if preallocated && found.buffer_size == 0 => {}
            Ok(found) => damage.push(EtlError::Invalid {
                what: "buffer size",
                offset: at as u64,
                found: found.buffer_size.into(),
                expected: "the size of a buffer that fits the file",
            }),
            Err(error) => damage.push(error),
        }
        let last = buffers.last().map_or(0, |last| usize::try_from(last.offset).unwrap_or(at));
        let from = if at - last <= budget { walk.whole_to(last, at) } else { at };
        budget = budget.saturating_sub(at - last);
        let Some((next, found)) = walk.search(from) else { break };
        if let Some(last) = buffers.last_mut() {
            last.end = last.end.min(next as u64);
        }
        buffers.push(walk.entry(next, found));
        at = next.saturating_add(clamp(found.buffer_size));
    }
    (buffers, damage)
}

/// A size of the file; one that no memory has stays above every length.
pub(crate) fn clamp(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

struct Walk<'a> {
    bytes: &'a [u8],
    clock: &'a Clock,
    /// Bytes of a buffer before compression. Only the first buffer of an uncompressed file may be smaller.
    nominal: u32,
    compressed: bool,
}

impl Walk<'_> {
    fn entry(&self, at: usize, header: BufferHeader) -> BufferEntry {
        let end = at.saturating_add(clamp(header.buffer_size)).min(self.bytes.len());
        BufferEntry { offset: at as u64, end: end as u64, header }
    }

    /// Whether `header` may stand at a buffer's begin.
    fn sane(&self, header: &BufferHeader) -> bool {
        clamp(header.buffer_size) >= BUFFER_HEADER
            && (BUFFER_HEADER..=clamp(self.nominal)).contains(&clamp(header.offset))
            && header.buffer_type <= LAST_TYPE
            && if self.compressed {
                header.buffer_size <= self.nominal
            } else {
                header.buffer_size == self.nominal
            }
    }

    /// Whether a buffer ends here: at the end of the file, or where another begins.
    fn ends_at(&self, at: usize) -> bool {
        at == self.bytes.len() || BufferHeader::read_at(self.bytes, at).is_ok_and(|next| self.sane(&next))
    }

    /// Whether the header of a buffer of this size stands at `at`: the file's own header may be damaged.
    fn is_alike(&self, at: usize, size: u32) -> bool {
        let next = BufferHeader::read_at(self.bytes, at);
        next.is_ok_and(|next| next.buffer_size == size && next.buffer_type <= LAST_TYPE)
    }

    /// Whether a buffer lies at `at`, right behind the one before it.
    fn follows(&self, at: usize, header: &BufferHeader) -> bool {
        let size = header.buffer_size;
        let end = at.saturating_add(clamp(size));
        clamp(size) >= BUFFER_HEADER
            && (size == self.nominal
                || self.compressed && self.sane(header)
                || end <= self.bytes.len() && (self.ends_at(end) || self.is_alike(end, size)))
    }

    /// Where the whole records of the buffer at `start` end, at most at `limit`; of a compressed one, its header.
    fn whole_to(&self, start: usize, limit: usize) -> usize {
        let body = start.saturating_add(BUFFER_HEADER).min(limit);
        let Ok(header) = BufferHeader::read_at(self.bytes, start) else { return body };
        let fill = start.saturating_add(clamp(header.offset)).clamp(body, limit);
        let end = if header.is_compressed() { body } else { fill };
        let records = self.bytes.get(body..end).unwrap_or_default();
        let context = Context { clock: self.clock, cpu: header.cpu(), base: body as u64 };
        let mut at = 0;
        while let Step::Record(_, next) = step(records, at, context) {
            at = next;
        }
        (body + at).min(limit)
    }

    /// The next buffer from `from` on: only what is surely one.
    fn search(&self, from: usize) -> Option<(usize, BufferHeader)> {
        if clamp(self.nominal) < BUFFER_HEADER {
            return None;
        }
        let size = memmem::Finder::new(&self.nominal.to_le_bytes()).into_owned();
        let mut at = from;
        loop {
            let rest = self.bytes.get(at..)?;
            at += if self.compressed { self.likely(rest)? } else { size.find(rest)? };
            if let Ok(found) = BufferHeader::read_at(self.bytes, at)
                && self.surely(at, &found)
            {
                return Some((at, found));
            }
            at += 1;
        }
    }

    /// Where in `bytes` a header's two sizes may stand: the buffer's and, after 44 bytes, the fill size.
    fn likely(&self, bytes: &[u8]) -> Option<usize> {
        let sizes = 0x48..=self.nominal;
        let likely = |window: &[u8]| match (window.first_chunk(), window.last_chunk()) {
            (Some(size), Some(fill)) => {
                sizes.contains(&u32::from_le_bytes(*size)) && sizes.contains(&u32::from_le_bytes(*fill))
            }
            _ => false,
        };
        bytes.windows(0x34).position(likely)
    }

    /// Whether a whole buffer lies at `at`, by its header and its first record, or by what follows it.
    fn surely(&self, at: usize, header: &BufferHeader) -> bool {
        let end = at.saturating_add(clamp(header.buffer_size));
        if !self.sane(header) || end > self.bytes.len() {
            return false;
        }
        let body = self.bytes.get(at + BUFFER_HEADER..end).unwrap_or_default();
        let context = Context { clock: self.clock, cpu: header.cpu(), base: at as u64 };
        if self.compressed {
            self.ends_at(end)
        } else {
            clamp(header.offset) == BUFFER_HEADER || matches!(step(body, 0, context), Step::Record(..))
        }
    }
}
