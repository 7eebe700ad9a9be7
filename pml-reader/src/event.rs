//! One event: the 52-byte record, its stack, its detail and what its completion added.

use crate::{
    Category, EventClass, FileTime, Operation, PmlError, PmlFile, PmlProcess, category,
    cursor::Cursor,
    detail::{self, Style},
    operation,
};

/// Bytes of a record before its stack.
pub const RECORD_SIZE: usize = 0x34;

/// NTSTATUS of an operation that had not completed when the log ended.
pub const STATUS_PENDING: u32 = 0x103;

/// Network events come from ETW and carry a counter of their own, with this bit set.
pub const NETWORK_SEQUENCE: u32 = 0x2000_0000;

/// The fixed part of a record. The raw boot log has the same, with what is not known yet at the start of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) process_index: u32,
    pub(crate) tid: u32,
    pub(crate) class: u32,
    pub(crate) operation: u16,
    pub(crate) sequence: u32,
    pub(crate) duration: u64,
    pub(crate) time: u64,
    pub(crate) status: u32,
    /// Return addresses behind the record.
    pub(crate) depth: u16,
    /// Bytes of detail behind the return addresses.
    pub(crate) detail: u32,
    /// Where the completion data lies, counted from the record; 0 where there is none.
    pub(crate) extra_offset: u32,
}

impl Head {
    #[inline]
    pub(crate) fn of(bytes: &[u8; RECORD_SIZE]) -> Self {
        let half = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let word = |at: usize| u32::from(half(at)) | u32::from(half(at + 2)) << 16;
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        Self {
            process_index: word(0x00),
            tid: word(0x04),
            class: word(0x08),
            operation: half(0x0C),
            sequence: word(0x10),
            duration: long(0x14),
            time: long(0x1C),
            status: word(0x24),
            depth: half(0x28),
            detail: word(0x2C),
            extra_offset: word(0x30),
        }
    }

    /// Appends the fixed part of a record.
    pub(crate) fn push(&self, out: &mut Vec<u8>) {
        out.extend(self.process_index.to_le_bytes());
        out.extend(self.tid.to_le_bytes());
        out.extend(self.class.to_le_bytes());
        out.extend(self.operation.to_le_bytes());
        out.extend([0; 2]);
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.duration.to_le_bytes());
        out.extend(self.time.to_le_bytes());
        out.extend(self.status.to_le_bytes());
        out.extend(self.depth.to_le_bytes());
        out.extend([0; 2]);
        out.extend(self.detail.to_le_bytes());
        out.extend(self.extra_offset.to_le_bytes());
    }
}

/// An event, borrowed from the file. Its parts are decoded when asked for.
#[derive(Debug, Clone, Copy)]
pub struct PmlEvent<'a> {
    file: &'a PmlFile,
    index: usize,
    offset: u64,
    head: Head,
    frames: &'a [u8],
    detail: &'a [u8],
}

impl<'a> PmlEvent<'a> {
    /// Reads the record's fixed part and finds its stack and detail; what the completion added is found when it is asked
    /// for, as it often lies on another page.
    #[inline]
    pub(crate) fn read(file: &'a PmlFile, index: usize, offset: u64) -> Result<Self, PmlError> {
        let mut c = Cursor::over(file.bytes(), offset, file.records_end(), "event")?;
        let head = Head::of(&c.array::<RECORD_SIZE>()?);
        let pointer = if file.header().wide() { 8 } else { 4 };
        Ok(Self {
            file,
            index,
            offset,
            frames: c.take(usize::from(head.depth) * pointer)?,
            detail: c.take(head.detail as usize)?,
            head,
        })
    }

    /// The file that the event is of.
    pub fn file(&self) -> &'a PmlFile {
        self.file
    }
    /// Number of the event in the file, from 0.
    pub fn index(&self) -> usize {
        self.index
    }
    /// Offset of the record in the file.
    pub fn offset(&self) -> u64 {
        self.offset
    }
    /// Key of the process in the process table.
    pub fn process_index(&self) -> u32 {
        self.head.process_index
    }
    /// The process, where the table holds it.
    pub fn process(&self) -> Option<PmlProcess<'a>> {
        self.file.process(self.head.process_index)
    }
    /// Thread id.
    pub fn tid(&self) -> u32 {
        self.head.tid
    }
    /// The event class as a number.
    pub fn raw_class(&self) -> u32 {
        self.head.class
    }
    /// The event class, where it is a known one.
    #[inline]
    pub fn class(&self) -> Option<EventClass> {
        EventClass::from_raw(self.head.class)
    }
    /// The operation number within its class.
    pub fn raw_operation(&self) -> u16 {
        self.head.operation
    }
    /// For file operations the first byte of the detail: the information class, or the minor function.
    #[inline]
    pub fn raw_sub_operation(&self) -> u8 {
        match self.class() {
            Some(EventClass::FileSystem | EventClass::Ipc) => self.detail.first().copied().unwrap_or(0),
            _ => 0,
        }
    }
    /// The operation.
    #[inline]
    pub fn operation(&self) -> Operation {
        operation::of(self)
    }
    /// The kernel's sequence number. A gap between events is an event that was filtered or dropped; network events
    /// count for themselves from [`NETWORK_SEQUENCE`].
    pub fn sequence(&self) -> u32 {
        self.head.sequence
    }
    /// Start.
    #[inline]
    pub fn time(&self) -> FileTime {
        FileTime(self.head.time)
    }
    /// Duration in ticks of 100 ns; `None` while pending.
    #[inline]
    pub fn duration(&self) -> Option<u64> {
        (self.head.status != STATUS_PENDING).then_some(self.head.duration)
    }
    /// The duration field as it stands in the record, also while pending.
    pub fn raw_duration(&self) -> u64 {
        self.head.duration
    }
    /// Completion; `None` while pending.
    pub fn completion(&self) -> Option<FileTime> {
        self.duration().map(|d| FileTime(self.head.time.saturating_add(d)))
    }
    /// The result as NTSTATUS.
    #[inline]
    pub fn status(&self) -> u32 {
        self.head.status
    }
    /// Return addresses, innermost first.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = u64> + use<'a> {
        let wide = self.file.header().wide();
        self.frames.chunks_exact(if wide { 8 } else { 4 }).map(move |f| match f.first_chunk::<8>() {
            Some(b) => u64::from_le_bytes(*b),
            None => f.first_chunk::<4>().map_or(0, |b| u32::from_le_bytes(*b).into()),
        })
    }
    /// The operation's own data, as [`crate::detail`] reads it.
    pub fn raw_detail(&self) -> &'a [u8] {
        self.detail
    }
    /// What the completion added, where it did.
    pub fn raw_extra(&self) -> Option<&'a [u8]> {
        self.extra().ok().flatten()
    }
    /// What is wrong with the completion data that the record announces, if anything.
    pub fn extra_error(&self) -> Option<PmlError> {
        self.extra().err()
    }
    pub(crate) fn extra(&self) -> Result<Option<&'a [u8]>, PmlError> {
        if self.head.extra_offset == 0 {
            return Ok(None);
        }
        // u16 length and bytes, usually behind the record, in a live backing file up to tens of kilobytes later.
        let end = self.file.records_end();
        let mut c = Cursor::over(self.file.bytes(), self.offset, end, "event completion data")?;
        c.seek(self.head.extra_offset as usize)?;
        let length = c.u16()?;
        c.take(length.into()).map(Some)
    }
    /// The record as it stands in the file, with its stack and detail, without the completion data.
    pub fn raw_record(&self) -> &'a [u8] {
        let length = (RECORD_SIZE + self.frames.len() + self.detail.len()) as u64;
        // The parts were read from there.
        Cursor::over(self.file.bytes(), self.offset, self.offset + length, "event").map_or(&[], |c| c.rest())
    }
    /// Process Monitor's category of the operation; it is derived, not stored.
    pub fn category(&self) -> Category {
        category::of(self)
    }
    /// Appends the Path column. A path that is cut off in the record gives what there is of it: nothing.
    pub fn push_path(&self, out: &mut String) {
        // A damaged detail shows as an empty or cut text; `detail_error` names the damage.
        let _ = detail::push_path(self, out);
    }
    /// Appends the Detail column. A detail that is cut off in the record gives what there is of it.
    pub fn push_detail(&self, style: Style, out: &mut String) {
        let _ = detail::push_detail(self, style, out);
    }
    /// What is damaged in the event's detail, if anything.
    pub fn detail_error(&self) -> Option<PmlError> {
        let mut text = String::new();
        let path = detail::push_path(self, &mut text);
        self.extra().and(path).and_then(|()| detail::push_detail(self, Style::default(), &mut text)).err()
    }
    /// The path of a file or registry event, borrowed; of a directory listing without its filter. Empty where there is
    /// none or it is cut off.
    pub fn path_text(&self) -> crate::PmlText<'a> {
        detail::path_text(self).unwrap_or(crate::PmlText::EMPTY)
    }
    /// The path as an owned string.
    pub fn path(&self) -> String {
        let mut out = String::new();
        self.push_path(&mut out);
        out
    }
    /// The detail as an owned string, in bootrace's own dialect.
    pub fn detail(&self) -> String {
        let mut out = String::new();
        self.push_detail(Style::default(), &mut out);
        out
    }
    /// A cursor over the detail, with file offsets.
    pub(crate) fn detail_cursor(&self) -> Cursor<'a> {
        Cursor::new(self.detail, self.offset + (RECORD_SIZE + self.frames.len()) as u64, "event detail")
    }
    /// A cursor over the completion data; offsets count from the record.
    pub(crate) fn extra_cursor(&self) -> Option<Cursor<'a>> {
        let bytes = self.raw_extra()?;
        Some(Cursor::new(bytes, self.offset, "event completion data"))
    }
}
