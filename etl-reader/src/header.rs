//! The header of a buffer and the header of the log file.

use binrw::{BinRead, BinWrite};
use std::io::Cursor as Io;

use crate::clock::{Clock, ClockType, FileTime, Ticks};
use crate::cursor::{Cursor, PointerWidth};
use crate::error::EtlError;
use crate::text::Utf16;

/// Bytes of a buffer header.
pub const BUFFER_HEADER: usize = 0x48;

/// `WMI_BUFFER_HEADER`, the 72 bytes at the start of each buffer.
///
/// Checked against the public headers' field list and 45 real files. Three fields mislead: `saved_offset` and
/// `current_offset` are not the fill size (Windows 7 writes 0 in the first buffer), `clock` is junk, and the
/// last 16 bytes are pointers of the machine that wrote the file; they are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BinRead, BinWrite)]
#[brw(little)]
pub struct BufferHeader {
    /// Bytes of this buffer in the file, header included. In a compressed file the compressed size.
    pub buffer_size: u32,
    /// Not the fill size; see [`BufferHeader::offset`].
    pub saved_offset: u32,
    /// Not the fill size; see [`BufferHeader::offset`].
    pub current_offset: u32,
    /// Meaningless on disk.
    pub reference_count: i32,
    /// When the buffer was flushed: ticks in files as recorded, FILETIME in relogged files.
    pub time_stamp: i64,
    /// Order of the buffers of one file, over all processors.
    pub sequence_number: i64,
    /// Clock type (3 bits) and frequency (61 bits); 0 or junk in real files.
    pub clock: u64,
    /// Processor index or, without flag 0x20, processor number and alignment; see [`BufferHeader::cpu`].
    pub processor: u16,
    /// The session's number.
    pub logger_id: u16,
    /// 3 is a flushed buffer. In the first buffer the low 16 bits are the compression format, where the
    /// log-file mode has the compression bit.
    pub state: u32,
    /// The fill size: the end of the records, header included, before compression.
    pub offset: u32,
    /// See the constants of this type.
    pub buffer_flag: u16,
    /// 0 generic, 1 rundown, 2 context swap, 3 reference time, 4 header, 5 batched, 6 empty marker,
    /// 7 debug information.
    #[brw(pad_after = 16)]
    pub buffer_type: u16,
}

impl BufferHeader {
    /// Flag: events were lost before this buffer.
    pub const EVENTS_LOST: u16 = 0x02;
    /// Flag: a buffer was lost before this one.
    pub const BUFFER_LOST: u16 = 0x04;
    /// Flag: the processor is a 16-bit index. Windows 7 writes an 8-bit number and its alignment instead.
    pub const PROCESSOR_INDEX: u16 = 0x20;
    /// Flag: the bytes after the header are compressed.
    pub const COMPRESSED: u16 = 0x40;
    /// Type of the first buffer.
    pub const TYPE_HEADER: u16 = 4;

    /// Reads the header of the buffer at `at`.
    pub(crate) fn read_at(data: &[u8], at: usize) -> Result<BufferHeader, EtlError> {
        let rest = data.get(at..).unwrap_or_default();
        BufferHeader::read(&mut Io::new(rest)).map_err(|_| EtlError::Truncated {
            what: "buffer header",
            offset: at as u64,
            need: BUFFER_HEADER as u64,
            have: rest.len() as u64,
        })
    }

    /// The processor whose events the buffer holds. Without meaning in sessions that share buffers between
    /// processors ([`LogFileHeader::per_processor`]).
    #[must_use]
    pub fn cpu(&self) -> u16 {
        if self.buffer_flag & Self::PROCESSOR_INDEX != 0 { self.processor } else { self.processor & 0xff }
    }

    /// Whether the bytes after the header are compressed.
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        self.buffer_flag & Self::COMPRESSED != 0
    }
}

/// Bits of [`LogFileHeader::log_file_mode`] that change how a file is read.
pub mod mode {
    /// `EVENT_TRACE_FILE_MODE_CIRCULAR`: the oldest buffers were overwritten.
    pub const CIRCULAR: u32 = 0x2;
    /// `EVENT_TRACE_FILE_MODE_NEWFILE`: one of several files of a session.
    pub const NEW_FILE: u32 = 0x8;
    /// `EVENT_TRACE_FILE_MODE_PREALLOCATE`: the end of the file may hold no buffers.
    pub const PREALLOCATE: u32 = 0x20;
    /// `EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING`: processors share the buffers.
    pub const NO_PER_PROCESSOR_BUFFERING: u32 = 0x1000_0000;
    /// `EVENT_TRACE_COMPRESSED_MODE`: buffers may be compressed.
    pub const COMPRESSED: u32 = 0x0400_0000;
}

/// `TRACE_LOGFILE_HEADER`: the payload of the first record of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFileHeader {
    /// Nominal bytes of a buffer, before compression.
    pub buffer_size: u32,
    /// Major and minor version of Windows and two more numbers (10.0.1.5; relogged files differ).
    pub os_version: [u8; 4],
    /// Build of Windows, 7600 for example.
    pub build: u32,
    /// Processors of the machine.
    pub processors: u32,
    /// When the session ended. May be earlier than the last event (seen in a merged file).
    pub end_time: FileTime,
    /// Timer resolution in 100 ns.
    pub timer_resolution: u32,
    /// Size limit of the file in MB, or in KB where the mode has 0x2000.
    pub maximum_file_size: u32,
    /// See [`mode`].
    pub log_file_mode: u32,
    /// Buffers written; not to be trusted as a count.
    pub buffers_written: u32,
    /// 1 in all files seen.
    pub start_buffers: u32,
    /// Pointer size of the machine that wrote the header, in bytes, as recorded.
    pub pointer_size: u32,
    /// Events lost by the session.
    pub events_lost: u32,
    /// Processor clock in MHz.
    pub cpu_mhz: u32,
    /// Minutes to add to local time to get UTC.
    pub time_zone_bias: i32,
    /// Standard and daylight names of the time zone, as recorded.
    pub time_zone_names: [String; 2],
    /// When the machine started. Windows 10 and later round it to half a second.
    pub boot_time: FileTime,
    /// Ticks a second of the performance counter.
    pub perf_freq: i64,
    /// When the session started: the time of the header's record.
    pub start_time: FileTime,
    /// Kind of clock the records use.
    pub clock_type: ClockType,
    /// Buffers lost by the session.
    pub buffers_lost: u32,
    /// Name of the session; empty in relogged files.
    pub session_name: String,
    /// Path of the file when it was written; empty in relogged files.
    pub file_name: String,
    /// Raw time of the header's record, which stands for `start_time`.
    pub first_ticks: Ticks,
}

#[derive(BinRead)]
#[br(little)]
struct First {
    buffer_size: u32,
    os_version: [u8; 4],
    build: u32,
    processors: u32,
    end_time: i64,
    timer_resolution: u32,
    maximum_file_size: u32,
    log_file_mode: u32,
    buffers_written: u32,
    start_buffers: u32,
    pointer_size: u32,
    events_lost: u32,
    cpu_mhz: u32,
}

/// After the two name pointers. A time-zone name has 32 UTF-16 units, a SYSTEMTIME 16 bytes.
#[derive(BinRead)]
#[br(little)]
struct Second {
    bias: i32,
    #[br(count = 64, pad_after = 20)]
    standard_name: Vec<u8>,
    #[br(count = 64, pad_after = 24)]
    daylight_name: Vec<u8>,
    boot_time: i64,
    perf_freq: i64,
    start_time: i64,
    clock_type: u32,
    buffers_lost: u32,
}

impl LogFileHeader {
    /// Reads the payload of the first record. `width` is the record's own, taken where `PointerSize` holds
    /// neither 4 nor 8.
    pub(crate) fn read(
        payload: &[u8],
        offset: u64,
        width: PointerWidth,
        first_ticks: Ticks,
    ) -> Result<LogFileHeader, EtlError> {
        let cut = |need: usize| EtlError::Truncated {
            what: "log-file header",
            offset,
            need: need as u64,
            have: payload.len() as u64,
        };
        let first = First::read(&mut Io::new(payload)).map_err(|_| cut(0x38))?;
        let pointer = match first.pointer_size {
            4 => 4,
            8 => 8,
            _ => width.bytes(),
        };
        let fixed = 0x108 + 2 * pointer;
        let rest = payload.get(0x38 + 2 * pointer..).ok_or_else(|| cut(fixed))?;
        let second = Second::read(&mut Io::new(rest)).map_err(|_| cut(fixed))?;
        let mut names = Cursor::new(payload.get(fixed..).unwrap_or_default(), offset);
        let mut name = || Utf16::new(names.utf16_nul("name").unwrap_or_default()).to_string();
        let session_name = name();
        let file_name = name();
        let zone = |bytes: &[u8]| {
            Utf16::new(Cursor::new(bytes, 0).utf16_nul("name").unwrap_or_default()).to_string()
        };
        Ok(LogFileHeader {
            buffer_size: first.buffer_size,
            os_version: first.os_version,
            build: first.build,
            processors: first.processors,
            end_time: FileTime(first.end_time),
            timer_resolution: first.timer_resolution,
            maximum_file_size: first.maximum_file_size,
            log_file_mode: first.log_file_mode,
            buffers_written: first.buffers_written,
            start_buffers: first.start_buffers,
            pointer_size: first.pointer_size,
            events_lost: first.events_lost,
            cpu_mhz: first.cpu_mhz,
            time_zone_bias: second.bias,
            time_zone_names: [zone(&second.standard_name), zone(&second.daylight_name)],
            boot_time: FileTime(second.boot_time),
            perf_freq: second.perf_freq,
            start_time: FileTime(second.start_time),
            clock_type: ClockType::from_number(second.clock_type),
            buffers_lost: second.buffers_lost,
            session_name,
            file_name,
            first_ticks,
        })
    }

    /// The clock of the file's records.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock::new(self.clock_type, self.first_ticks, self.start_time, self.perf_freq, self.cpu_mhz)
    }

    /// Whether each buffer holds the events of one processor.
    #[must_use]
    pub fn per_processor(&self) -> bool {
        self.log_file_mode & mode::NO_PER_PROCESSOR_BUFFERING == 0
    }
}
