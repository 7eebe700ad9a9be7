//! Records as bytes: the mirror of the reader's record headers.

use crate::clock::{FileTime, Ticks};
use crate::cursor::PointerWidth;
use crate::error::EtlError;
use crate::guid::Guid;
use crate::record::{EtlRecord, EventId, RecordKind};

/// A record to be written. The kind of header follows from [`EventId`], except that a kernel event may have the
/// short header without thread and process.
#[derive(Clone, Debug)]
pub struct NewRecord<'a> {
    /// Which event.
    pub event: EventId,
    /// Kind of header of a kernel event: `System`, `Compact` or `PerfInfo`. Not looked at for other events.
    pub kind: RecordKind,
    /// Pointer width of the payload.
    pub width: PointerWidth,
    /// `EVENT_HEADER.Flags`; the one for extended items is set as needed.
    pub flags: u16,
    /// When.
    pub time: FileTime,
    /// Processor.
    pub cpu: u16,
    /// Process.
    pub pid: Option<u32>,
    /// Thread.
    pub tid: Option<u32>,
    /// Activity of a manifest event.
    pub activity: Guid,
    /// Extended items of a manifest event: type and data.
    pub extended: Vec<(u16, &'a [u8])>,
    /// The payload; see [`crate::write::encode`].
    pub payload: &'a [u8],
}

impl<'a> NewRecord<'a> {
    /// A record on processor 0 of a 64-bit machine without process and thread.
    #[must_use]
    pub fn new(event: EventId, time: FileTime, payload: &'a [u8]) -> NewRecord<'a> {
        NewRecord {
            event,
            kind: RecordKind::System,
            width: PointerWidth::Bits64,
            flags: 0,
            time,
            cpu: 0,
            pid: None,
            tid: None,
            activity: Guid::default(),
            extended: Vec::new(),
            payload,
        }
    }

    /// The same record as one that was read. `last` stands for the time of a record without one.
    #[must_use]
    pub fn copy_of(record: &EtlRecord<'a>, last: FileTime) -> NewRecord<'a> {
        NewRecord {
            event: record.event,
            kind: record.kind,
            width: record.width,
            flags: record.flags,
            time: record.time().unwrap_or(last),
            cpu: record.cpu,
            pid: record.pid,
            tid: record.tid,
            activity: record.activity,
            extended: record.extended.iter().collect(),
            payload: record.payload,
        }
    }

    pub(super) fn to_bytes(&self, ticks: Ticks) -> Result<Vec<u8>, EtlError> {
        let mut bytes = match self.event {
            EventId::Kernel { group, opcode, version } => self.kernel(group, opcode, version, ticks),
            EventId::Class { class, opcode, level, version } => {
                let mut head = typed(0, 0x14, self.width, EVENT_64_TO_32_FULL);
                head.extend_from_slice(&[opcode, level]);
                head.extend_from_slice(&version.to_le_bytes());
                self.ids_and_time(&mut head, ticks);
                head.extend_from_slice(&class.to_bytes());
                head.extend_from_slice(&[0; 8]);
                head
            }
            EventId::Provider { provider, id, version, channel, level, opcode, task, keyword } => {
                let mut head = typed(0, 0x13, self.width, EVENT_64_TO_32);
                let extended = if self.extended.is_empty() { 0 } else { FLAG_EXTENDED };
                let flags = self.flags & !FLAG_EXTENDED | extended;
                head.extend_from_slice(&flags.to_le_bytes());
                head.extend_from_slice(&[0; 2]);
                self.ids_and_time(&mut head, ticks);
                head.extend_from_slice(&provider.to_bytes());
                head.extend_from_slice(&id.to_le_bytes());
                head.extend_from_slice(&[version, channel, level, opcode]);
                head.extend_from_slice(&task.to_le_bytes());
                head.extend_from_slice(&keyword.to_le_bytes());
                head.extend_from_slice(&[0; 8]);
                head.extend_from_slice(&self.activity.to_bytes());
                self.extended_items(&mut head)?;
                head
            }
            EventId::Message { message, component, number, sequence } => {
                self.message(message, component, number, sequence, ticks)
            }
            EventId::Unknown { header_type } => {
                return Err(EtlError::Invalid {
                    what: "record to write",
                    offset: 0,
                    found: header_type.into(),
                    expected: "a known kind of record",
                });
            }
        };
        bytes.extend_from_slice(self.payload);
        let size = u16::try_from(bytes.len()).map_err(|_| EtlError::TooLarge {
            what: "record to write",
            offset: 0,
            need: bytes.len() as u64,
            limit: u16::MAX.into(),
        })?;
        let at = if matches!(self.event, EventId::Kernel { .. }) { 4 } else { 0 };
        if let Some(place) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = size.to_le_bytes();
        }
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        Ok(bytes)
    }

    fn kernel(&self, group: u8, opcode: u8, version: u16, ticks: Ticks) -> Vec<u8> {
        let narrow = if self.width == PointerWidth::Bits64 { 0 } else { EVENT_64_TO_32 };
        match self.kind {
            RecordKind::PerfInfo => {
                let mut head = version.to_le_bytes().to_vec();
                head.extend_from_slice(&[0x11 - narrow, TYPED, 0, 0, opcode, group]);
                head.extend_from_slice(&ticks.0.to_le_bytes());
                head
            }
            kind => {
                let compact = kind == RecordKind::Compact;
                let marker = if compact { 4 } else { 2 } - narrow;
                let mut head =
                    system_header(marker, version, opcode, group, SYSTEM_HEADER, self.tid, self.pid, ticks);
                head.truncate(if compact { 0x18 } else { 0x20 });
                head
            }
        }
    }

    fn ids_and_time(&self, head: &mut Vec<u8>, ticks: Ticks) {
        head.extend_from_slice(&id(self.tid));
        head.extend_from_slice(&id(self.pid));
        head.extend_from_slice(&ticks.0.to_le_bytes());
    }

    fn extended_items(&self, head: &mut Vec<u8>) -> Result<(), EtlError> {
        for (number, (kind, data)) in self.extended.iter().enumerate() {
            let size = (8 + data.len()).next_multiple_of(8);
            let narrow = |length: usize| {
                let limit = u16::MAX.into();
                let need = size as u64;
                u16::try_from(length).map_err(|_| EtlError::TooLarge {
                    what: "extended item to write",
                    offset: 0,
                    need,
                    limit,
                })
            };
            let more = u16::from(number + 1 < self.extended.len());
            for word in [narrow(size)?, *kind, more, narrow(data.len())?] {
                head.extend_from_slice(&word.to_le_bytes());
            }
            head.extend_from_slice(data);
            head.resize(head.len() + size - 8 - data.len(), 0);
        }
        Ok(())
    }

    fn message(
        &self,
        message: Option<Guid>,
        component: Option<u32>,
        number: u16,
        sequence: Option<u32>,
        ticks: Ticks,
    ) -> Vec<u8> {
        let mut flags = 0x08_u16 | if self.width == PointerWidth::Bits64 { 0x80 } else { 0x40 };
        let mut tail = Vec::new();
        if let Some(sequence) = sequence {
            flags |= 0x01;
            tail.extend_from_slice(&sequence.to_le_bytes());
        }
        if let Some(message) = message {
            flags |= 0x02;
            tail.extend_from_slice(&message.to_bytes());
        } else if let Some(component) = component {
            flags |= 0x04;
            tail.extend_from_slice(&component.to_le_bytes());
        }
        tail.extend_from_slice(&ticks.0.to_le_bytes());
        if self.tid.is_some() || self.pid.is_some() {
            flags |= 0x20;
            tail.extend_from_slice(&id(self.tid));
            tail.extend_from_slice(&id(self.pid));
        }
        let mut head = vec![0, 0, 0, MESSAGE];
        head.extend_from_slice(&number.to_le_bytes());
        head.extend_from_slice(&flags.to_le_bytes());
        head.extend_from_slice(&tail);
        head
    }
}

const TYPED: u8 = 0xc0;
const MESSAGE: u8 = 0x90;
const FLAG_EXTENDED: u16 = 0x01;
/// The 32-bit type of most headers is the one before the 64-bit type …
pub(super) const EVENT_64_TO_32: u8 = 1;
/// … but classic events have 0x14 and 0x0A.
const EVENT_64_TO_32_FULL: u8 = 0x0a;

fn id(id: Option<u32>) -> [u8; 4] {
    id.unwrap_or(u32::MAX).to_le_bytes()
}

fn typed(size: u16, wide: u8, width: PointerWidth, narrow: u8) -> Vec<u8> {
    let header_type = if width == PointerWidth::Bits64 { wide } else { wide - narrow };
    let mut head = size.to_le_bytes().to_vec();
    head.extend_from_slice(&[header_type, TYPED]);
    head
}

/// Bytes of `SYSTEM_TRACE_HEADER`.
pub(super) const SYSTEM_HEADER: u16 = 0x20;

/// `SYSTEM_TRACE_HEADER` of a record of `size` bytes, with processor times of zero.
#[allow(clippy::too_many_arguments)]
pub(super) fn system_header(
    header_type: u8,
    version: u16,
    opcode: u8,
    group: u8,
    size: u16,
    tid: Option<u32>,
    pid: Option<u32>,
    ticks: Ticks,
) -> Vec<u8> {
    let mut head = version.to_le_bytes().to_vec();
    head.extend_from_slice(&[header_type, TYPED]);
    head.extend_from_slice(&size.to_le_bytes());
    head.extend_from_slice(&[opcode, group]);
    head.extend_from_slice(&id(tid));
    head.extend_from_slice(&id(pid));
    head.extend_from_slice(&ticks.0.to_le_bytes());
    head.extend_from_slice(&[0; 8]);
    head
}
