//! One event: the record, its stack, its detail and its completion data, as they are in the file.

use rayon::prelude::*;

use crate::{
    EventClass, FileTime, Operation, PmlError, PmlFile, PmlProcess,
    cursor::Cursor,
    record::{Head, RECORD_SIZE, STATUS_PENDING},
};

impl PmlFile {
    /// Event number `index`, from 0, in the file's order of time.
    ///
    /// # Errors
    /// [`PmlError::Truncated`] or [`PmlError::Value`] if the record is damaged; the events after it are unharmed.
    #[inline]
    pub fn event(&self, index: usize) -> Result<PmlEvent<'_>, PmlError> {
        PmlEvent::read(self, index, self.event_offset(index)?)
    }

    /// All events, in the file's order.
    #[must_use]
    pub fn events(
        &self,
    ) -> impl DoubleEndedIterator<Item = Result<PmlEvent<'_>, PmlError>> + ExactSizeIterator {
        (0..self.len()).map(|i| self.event(i))
    }

    /// All events, for rayon. Order is kept by rayon's ordered adaptors.
    #[must_use]
    pub fn par_events(&self) -> impl IndexedParallelIterator<Item = Result<PmlEvent<'_>, PmlError>> {
        (0..self.len()).into_par_iter().map(|i| self.event(i))
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
    /// Reads the record's fixed part and finds its stack and detail. The completion data is found on demand, because
    /// it often lies on another page.
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
    #[must_use]
    pub fn file(&self) -> &'a PmlFile {
        self.file
    }
    /// Number of the event in the file, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }
    /// Offset of the record in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }
    /// Key of the process in the process table.
    #[must_use]
    pub fn process_index(&self) -> u32 {
        self.head.process_index
    }
    /// The process, if the table holds it.
    #[must_use]
    pub fn process(&self) -> Option<PmlProcess<'a>> {
        self.file.process(self.head.process_index)
    }
    /// Thread id.
    #[must_use]
    pub fn tid(&self) -> u32 {
        self.head.tid
    }
    /// The event class as a number.
    #[must_use]
    pub fn raw_class(&self) -> u32 {
        self.head.class
    }
    /// The event class, if it is a known one.
    #[inline]
    #[must_use]
    pub fn class(&self) -> Option<EventClass> {
        EventClass::from_raw(self.head.class)
    }
    /// The operation number within its class.
    #[must_use]
    pub fn raw_operation(&self) -> u16 {
        self.head.operation
    }
    /// For file operations the first byte of the detail: the information class, or the minor function.
    #[inline]
    #[must_use]
    pub fn raw_sub_operation(&self) -> u8 {
        match self.class() {
            Some(EventClass::FileSystem | EventClass::Ipc) => self.detail.first().copied().unwrap_or(0),
            _ => 0,
        }
    }
    /// The operation.
    #[inline]
    #[must_use]
    pub fn operation(&self) -> Operation {
        let sub = match self.class() {
            Some(EventClass::FileSystem | EventClass::Ipc) => self.raw_sub_operation(),
            Some(EventClass::Network) => {
                let flags = Cursor::new(self.detail, 0, "network flags").u16().unwrap_or(0);
                u8::from(flags & 4 != 0)
            }
            _ => 0,
        };
        Operation { class: self.head.class, code: self.head.operation, sub }
    }
    /// The kernel's sequence number. A gap between events is an event that was filtered or dropped; network events
    /// count for themselves from `NETWORK_SEQUENCE`.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.head.sequence
    }
    /// Start.
    #[inline]
    #[must_use]
    pub fn time(&self) -> FileTime {
        FileTime(self.head.time)
    }
    /// Duration in ticks of 100 ns; `None` while pending.
    #[inline]
    #[must_use]
    pub fn duration(&self) -> Option<u64> {
        (self.head.status != STATUS_PENDING).then_some(self.head.duration)
    }
    /// The duration field as it is in the record, also while pending.
    #[must_use]
    pub fn raw_duration(&self) -> u64 {
        self.head.duration
    }
    /// Completion; `None` while pending.
    #[must_use]
    pub fn completion(&self) -> Option<FileTime> {
        self.duration().map(|d| FileTime(self.head.time.saturating_add(d)))
    }
    /// The result as NTSTATUS.
    #[inline]
    #[must_use]
    pub fn status(&self) -> u32 {
        self.head.status
    }
    /// Return addresses, innermost first.
    #[must_use]
    pub fn frames(&self) -> impl ExactSizeIterator<Item = u64> + use<'a> {
        let wide = self.file.header().wide();
        self.frames.chunks_exact(if wide { 8 } else { 4 }).map(move |f| match f.first_chunk::<8>() {
            Some(b) => u64::from_le_bytes(*b),
            None => f.first_chunk::<4>().map_or(0, |b| u32::from_le_bytes(*b).into()),
        })
    }
    /// The operation's own data, as [`crate::detail`] reads it.
    #[must_use]
    pub fn raw_detail(&self) -> &'a [u8] {
        self.detail
    }
    /// The completion data, if there is any.
    #[must_use]
    pub fn raw_extra(&self) -> Option<&'a [u8]> {
        self.extra().ok().flatten()
    }
    /// What is wrong with the completion data that the record announces, if anything.
    #[must_use]
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
    /// The record as it is in the file, with its stack and detail, without the completion data.
    #[must_use]
    pub fn raw_record(&self) -> &'a [u8] {
        let length = (RECORD_SIZE + self.frames.len() + self.detail.len()) as u64;
        // The parts were read from there.
        Cursor::over(self.file.bytes(), self.offset, self.offset + length, "event").map_or(&[], |c| c.rest())
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
