//! The writer: one pass over the output, and the header again at its end.

use std::io::{BufWriter, Seek, SeekFrom, Write};

use binrw::BinWrite;

use crate::{
    FileTime, HEADER_SIZE, PmlError, PmlHeader, PmlIcon, PmlText, RECORD_SIZE, RawModule, RawProcess,
    cursor::Cursor,
    write::{
        EventRecord,
        tables::{Icons, Names, Processes, Strings, narrow, write_error},
    },
};

/// Where a record says how far after its start its completion data lies.
const EXTRA_OFFSET_AT: usize = 0x30;
/// Where a record says when its operation started.
const TIME_AT: usize = 0x1C;

/// Writes a log. Until [`Self::finish`] the output is what Process Monitor leaves when it is killed: a log that was not
/// closed cleanly.
#[derive(Debug)]
pub struct PmlWriter<W: Write + Seek> {
    out: BufWriter<W>,
    /// Where in `out` the log begins.
    base: u64,
    /// Bytes of the log so far.
    at: u64,
    header: PmlHeader,
    offsets: Vec<u32>,
    last_time: FileTime,
    strings: Strings,
    processes: Processes,
    icons: Icons,
    names: Names,
    scratch: Vec<u8>,
}

impl<W: Write + Seek> PmlWriter<W> {
    /// Begins a log at the output's current position, of the machine that `header` describes. The header's counts and
    /// offsets are ignored.
    ///
    /// # Errors
    /// [`PmlError::Version`] for a version other than 7 and 9, [`PmlError::Write`].
    pub fn new(mut out: W, header: &PmlHeader) -> Result<Self, PmlError> {
        if !matches!(header.version, 7 | 9) {
            return Err(PmlError::Version { version: header.version });
        }
        let base = out.stream_position()?;
        let mut writer = Self {
            out: BufWriter::with_capacity(1 << 20, out),
            base,
            at: 0,
            header: PmlHeader {
                event_count: 0,
                events_offset: HEADER_SIZE,
                offsets_offset: 0,
                processes_offset: 0,
                strings_offset: 0,
                icons_offset: 0,
                hosts_offset: 0,
                header_size: HEADER_SIZE,
                ..header.clone()
            },
            offsets: Vec::new(),
            last_time: FileTime(0),
            strings: Strings::default(),
            processes: Processes::default(),
            icons: Icons::default(),
            names: Names::default(),
            scratch: Vec::new(),
        };
        writer.put_header()?;
        writer.at = HEADER_SIZE;
        Ok(writer)
    }

    fn put_header(&mut self) -> Result<(), PmlError> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        self.header.write(&mut bytes).map_err(write_error)?;
        self.out.write_all(&bytes.into_inner())?;
        Ok(())
    }

    /// The index of `text` in the string table. It is added if it is not there. Index 0 is the empty text.
    ///
    /// # Errors
    /// [`PmlError::TooLarge`].
    pub fn string(&mut self, text: PmlText<'_>) -> Result<u32, PmlError> {
        self.strings.intern(text)
    }

    /// The index of `icon` in the icon table. It is added if it is not there. Index 0 is the placeholder.
    ///
    /// # Errors
    /// [`PmlError::TooLarge`].
    pub fn icon(&mut self, icon: PmlIcon<'_>) -> Result<u32, PmlError> {
        self.icons.intern(icon)
    }

    /// Adds a process with its modules. Its texts are indexes that [`Self::string`] gave, its icons those that
    /// [`Self::icon`] gave. Modules should be sorted by base address, as Process Monitor's are.
    ///
    /// # Errors
    /// [`PmlError::Value`] for an index that was not given, or a process index that is taken.
    pub fn process(&mut self, process: RawProcess, modules: &[RawModule]) -> Result<(), PmlError> {
        let p = &process;
        let texts =
            [p.integrity, p.user, p.name, p.image_path, p.command_line, p.company, p.version, p.description];
        let of_modules = modules.iter().flat_map(|m| [m.path, m.version, m.company, m.description]);
        let checks = [
            ("string index", texts.into_iter().chain(of_modules).max(), self.strings.0.len()),
            ("icon index", Some(p.small_icon.max(p.big_icon)), self.icons.0.len()),
        ];
        for (what, largest, count) in checks {
            if let Some(value) = largest.filter(|v| *v >= count) {
                let expected = "an index that this writer gave";
                return Err(PmlError::Value { what, offset: self.at, value: value.into(), expected });
            }
        }
        if self.processes.add(&process, modules, self.header.wide())? {
            return Ok(());
        }
        let expected = "an index that no other process has";
        Err(PmlError::Value { what: "process index", offset: self.at, value: process.index.into(), expected })
    }

    /// Adds the name that the machine knows for an address (IPv4 in the first four bytes); empty if it knows none.
    ///
    /// # Errors
    /// [`PmlError::TooLarge`].
    pub fn host(&mut self, ip: [u8; 16], name: PmlText<'_>) -> Result<(), PmlError> {
        self.names.host(ip, name)
    }

    /// Adds the name that the machine knows for a port.
    ///
    /// # Errors
    /// [`PmlError::TooLarge`].
    pub fn port(&mut self, port: u16, tcp: bool, name: PmlText<'_>) -> Result<(), PmlError> {
        self.names.port(port, tcp, name)
    }

    /// Writes an event.
    ///
    /// # Errors
    /// [`PmlError::Value`] if it starts before the previous event, because Process Monitor shows blank rows for such
    /// a log. [`PmlError::TooLarge`] if a part does not fit its field or the log would pass 4 GiB.
    /// [`PmlError::Write`].
    pub fn event(&mut self, event: &EventRecord<'_>) -> Result<(), PmlError> {
        let mut record = std::mem::take(&mut self.scratch);
        record.clear();
        let written = event
            .push(self.header.wide(), &mut record)
            .and_then(|()| self.put_record(&mut record, event.payload.extra.as_deref()));
        self.scratch = record;
        written
    }

    /// Writes an event. `record` holds its record, stack and detail as in a log of the same pointer size.
    pub(crate) fn raw_event(&mut self, record: &[u8], extra: Option<&[u8]>) -> Result<(), PmlError> {
        let mut copy = std::mem::take(&mut self.scratch);
        copy.clear();
        copy.extend(record);
        let written = self.put_record(&mut copy, extra);
        self.scratch = copy;
        written
    }

    fn put_record(&mut self, record: &mut [u8], extra: Option<&[u8]>) -> Result<(), PmlError> {
        debug_assert!(record.len() >= RECORD_SIZE, "a record has its fixed part");
        let length = extra
            .map(|bytes| {
                let limit = u64::from(u16::MAX);
                u16::try_from(bytes.len()).map_err(|_| PmlError::TooLarge {
                    what: "completion data (bytes)",
                    size: bytes.len() as u64,
                    limit,
                })
            })
            .transpose()?;
        let mut cursor = Cursor::new(record, self.at, "event");
        cursor.skip(TIME_AT)?;
        let time = FileTime(cursor.u64()?);
        if time < self.last_time {
            let expected = "not before the start of the event ahead of it";
            return Err(PmlError::Value {
                what: "start of an event",
                offset: self.at,
                value: time.0,
                expected,
            });
        }
        let end = self.at + record.len() as u64 + extra.map_or(0, |bytes| 2 + bytes.len() as u64);
        let (Ok(offset), Ok(behind), true) =
            (u32::try_from(self.at), u32::try_from(record.len()), end <= u64::from(u32::MAX))
        else {
            return Err(PmlError::TooLarge {
                what: "the log (bytes of events; keep fewer events)",
                size: end,
                limit: u32::MAX.into(),
            });
        };
        let extra_offset = if extra.is_some() { behind } else { 0 };
        if let Some(place) = record.get_mut(EXTRA_OFFSET_AT..EXTRA_OFFSET_AT + 4) {
            place.copy_from_slice(&extra_offset.to_le_bytes());
        }
        self.out.write_all(record)?;
        if let (Some(bytes), Some(length)) = (extra, length) {
            self.out.write_all(&length.to_le_bytes())?;
            self.out.write_all(bytes)?;
        }
        self.offsets.push(offset);
        self.last_time = time;
        self.at = end;
        Ok(())
    }

    /// Where the next event will lie.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// Events written so far.
    pub fn event_count(&self) -> usize {
        self.offsets.len()
    }

    /// Ends as Process Monitor does when it is killed: with all events, and without tables or a header that leads to them.
    ///
    /// # Errors
    /// [`PmlError::Write`].
    pub fn leave_unclean(self) -> Result<W, PmlError> {
        self.out.into_inner().map_err(|error| error.into_error().into())
    }

    /// Writes the tables and the header. Returns the output, positioned at the end of the log.
    ///
    /// # Errors
    /// [`PmlError::TooLarge`], [`PmlError::Write`].
    pub fn finish(mut self) -> Result<W, PmlError> {
        // 32-bit alignment is all that Process Monitor keeps here; what follows the offsets is not aligned at all.
        let padding = (4 - self.at % 4) % 4;
        for _ in 0..padding {
            self.out.write_all(&[0])?;
        }
        self.header.event_count = narrow("the log (events)", self.offsets.len())?;
        self.header.offsets_offset = self.at + padding;
        for offset in &self.offsets {
            let [a, b, c, d] = offset.to_le_bytes();
            self.out.write_all(&[a, b, c, d, 0])?;
        }
        self.header.processes_offset = self.header.offsets_offset + self.offsets.len() as u64 * 5;
        let processes = self.processes.write()?;
        self.out.write_all(&processes)?;
        self.header.strings_offset = self.header.processes_offset + processes.len() as u64;
        let strings = self.strings.0.write("the string table (bytes)")?;
        self.out.write_all(&strings)?;
        self.header.icons_offset = self.header.strings_offset + strings.len() as u64;
        let icons = self.icons.0.write("the icon table (bytes)")?;
        self.out.write_all(&icons)?;
        self.header.hosts_offset = self.header.icons_offset + icons.len() as u64;
        let names = self.names.write()?;
        self.out.write_all(&names)?;
        let end = self.header.hosts_offset + names.len() as u64;
        self.out.seek(SeekFrom::Start(self.base))?;
        self.put_header()?;
        self.out.seek(SeekFrom::Start(self.base + end))?;
        self.out.into_inner().map_err(|error| error.into_error().into())
    }
}
