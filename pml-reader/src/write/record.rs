//! One event record as bytes.

use crate::{
    FileTime, PmlError,
    record::{Head, RECORD_SIZE},
    write::encode::Payload,
};

/// An event to be written.
#[derive(Debug, Clone, Copy)]
pub struct EventRecord<'a> {
    /// Key of its process in the process table.
    pub process_index: u32,
    /// Thread id.
    pub tid: u32,
    /// Start. Events must come in order of their start.
    pub time: FileTime,
    /// Duration in ticks of 100 ns.
    pub duration: u64,
    /// Result as NTSTATUS; [`crate::STATUS_PENDING`] for an operation that never completed.
    pub status: u32,
    /// The kernel's sequence number, rising from event to event; network events count for themselves from
    /// [`crate::NETWORK_SEQUENCE`].
    pub sequence: u32,
    /// Return addresses, innermost first.
    pub frames: &'a [u64],
    /// What the event says.
    pub payload: &'a Payload,
}

impl<'a> EventRecord<'a> {
    /// An event that says `payload`, with zeros in all else.
    #[must_use]
    pub fn of(payload: &'a Payload) -> Self {
        let (frames, time) = (&[], FileTime(0));
        Self { process_index: 0, tid: 0, time, duration: 0, status: 0, sequence: 0, frames, payload }
    }

    /// Appends the record without its completion data, whose offset stays 0.
    pub(super) fn push(&self, wide: bool, out: &mut Vec<u8>) -> Result<(), PmlError> {
        let depth = u16::try_from(self.frames.len()).map_err(|_| PmlError::TooLarge {
            what: "a stack (frames)",
            size: self.frames.len() as u64,
            limit: u16::MAX.into(),
        })?;
        let size = u32::try_from(self.payload.detail.len()).map_err(|_| PmlError::TooLarge {
            what: "a detail (bytes)",
            size: self.payload.detail.len() as u64,
            limit: u32::MAX.into(),
        })?;
        out.reserve(RECORD_SIZE + self.frames.len() * 8 + self.payload.detail.len());
        let head = Head {
            process_index: self.process_index,
            tid: self.tid,
            class: self.payload.class,
            operation: self.payload.operation,
            sequence: self.sequence,
            duration: self.duration,
            time: self.time.0,
            status: self.status,
            depth,
            detail: size,
            extra_offset: 0,
        };
        head.push(out);
        for frame in self.frames {
            if wide {
                out.extend(frame.to_le_bytes());
            } else {
                let narrow = u32::try_from(*frame).map_err(|_| PmlError::TooLarge {
                    what: "a return address in a 32-bit log",
                    size: *frame,
                    limit: u32::MAX.into(),
                })?;
                out.extend(narrow.to_le_bytes());
            }
        }
        out.extend(&self.payload.detail);
        Ok(())
    }
}
