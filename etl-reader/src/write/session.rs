//! What the header of a written file says.

use crate::clock::{Clock, ClockType, FileTime, Ticks};
use crate::compression::Compression;
use crate::cursor::PointerWidth;
use crate::error::EtlError;
use crate::header::mode;
use crate::write::record::{EVENT_64_TO_32, SYSTEM_HEADER, system_header};

/// A session: the content of the log-file header.
#[derive(Clone, Debug)]
pub struct Session {
    /// Name of the session.
    pub name: String,
    /// Path the session logged to.
    pub file_name: String,
    /// When the session started.
    pub start: FileTime,
    /// When the session ended; nothing for the time of the last record.
    pub end: Option<FileTime>,
    /// When the machine started.
    pub boot: FileTime,
    /// Raw time of the session's start.
    pub first_ticks: Ticks,
    /// Kind of clock.
    pub clock_type: ClockType,
    /// Ticks a second of the performance counter.
    pub perf_freq: i64,
    /// Processor clock in MHz.
    pub cpu_mhz: u32,
    /// Pointer width of the machine.
    pub width: PointerWidth,
    /// Processors of the machine.
    pub processors: u32,
    /// Build of Windows.
    pub build: u32,
    /// Bytes of a buffer before compression.
    pub buffer_size: u32,
    /// How buffers are compressed, if they are.
    pub compression: Option<Compression>,
    /// See [`mode`]; the bit for compression is added as needed.
    pub log_file_mode: u32,
    /// Events lost by the session.
    pub events_lost: u32,
    /// Buffers lost by the session.
    pub buffers_lost: u32,
    /// Minutes to add to local time to get UTC.
    pub time_zone_bias: i32,
}

impl Default for Session {
    /// A 64-bit Windows 10 machine with two processors, a counter of 10 MHz, and buffers of 64 KiB.
    fn default() -> Session {
        // 2024-01-01 00:00 UTC.
        let start = FileTime(133_485_408_000_000_000);
        Session {
            name: "NT Kernel Logger".into(),
            file_name: String::new(),
            start,
            end: None,
            boot: FileTime(start.0 - 10_000_000),
            first_ticks: Ticks(10_000_000),
            clock_type: ClockType::QueryPerformanceCounter,
            perf_freq: 10_000_000,
            cpu_mhz: 2_000,
            width: PointerWidth::Bits64,
            processors: 2,
            build: 19_041,
            buffer_size: 0x10000,
            compression: None,
            log_file_mode: 0x1_0001,
            events_lost: 0,
            buffers_lost: 0,
            time_zone_bias: 0,
        }
    }
}

const TIME_ZONE: usize = 172;

impl Session {
    /// The clock of the file.
    pub(super) fn clock(&self) -> Clock {
        Clock::new(self.clock_type, self.first_ticks, self.start, self.perf_freq, self.cpu_mhz)
    }

    /// The first record of the file, unless the names in it are too long.
    pub(super) fn header_record(&self, buffers: u32, last: FileTime) -> Result<Vec<u8>, EtlError> {
        let compressed = if self.compression.is_some() { mode::COMPRESSED } else { 0 };
        let mut p = Vec::new();
        let u32s = |p: &mut Vec<u8>, values: &[u32]| {
            values.iter().for_each(|value| p.extend_from_slice(&value.to_le_bytes()));
        };
        u32s(&mut p, &[self.buffer_size, u32::from_le_bytes([10, 0, 1, 5]), self.build, self.processors]);
        p.extend_from_slice(&self.end.unwrap_or(last).0.to_le_bytes());
        u32s(&mut p, &[156_250, 0, self.log_file_mode | compressed, buffers]);
        u32s(&mut p, &[1, self.width.size().into(), self.events_lost, self.cpu_mhz]);
        p.resize(p.len() + 2 * self.width.bytes(), 0);
        p.extend_from_slice(&self.time_zone_bias.to_le_bytes());
        p.resize(p.len() + TIME_ZONE, 0);
        for time in [self.boot.0, self.perf_freq, self.start.0] {
            p.extend_from_slice(&time.to_le_bytes());
        }
        u32s(&mut p, &[self.clock_type.number(), self.buffers_lost]);
        for name in [&self.name, &self.file_name] {
            p.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
        }
        let marker = if self.width == PointerWidth::Bits64 { 2 } else { 2 - EVENT_64_TO_32 };
        let need = usize::from(SYSTEM_HEADER) + p.len();
        let size = u16::try_from(need).map_err(|_| EtlError::TooLarge {
            what: "header to write",
            offset: 0,
            need: need as u64,
            limit: u16::MAX.into(),
        })?;
        let mut record = system_header(marker, 2, 0, 0, size, None, None, self.first_ticks);
        record.extend_from_slice(&p);
        record.resize(record.len().next_multiple_of(8), 0);
        Ok(record)
    }
}
