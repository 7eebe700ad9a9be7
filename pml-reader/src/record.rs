//! The fixed part of a record: 52 bytes, before the stack and the detail.

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
    /// Return addresses after the record.
    pub(crate) depth: u16,
    /// Bytes of detail after the return addresses.
    pub(crate) detail: u32,
    /// Where the completion data lies, counted from the record; 0 if there is none.
    pub(crate) extra_offset: u32,
}

/// A field of a record. Each lies within the record, at a constant place: the compiler leaves no check of that.
#[inline(always)]
fn part<const N: usize>(bytes: &[u8; RECORD_SIZE], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}

impl Head {
    #[inline]
    pub(crate) fn of(bytes: &[u8; RECORD_SIZE]) -> Self {
        let half = |at| u16::from_le_bytes(part(bytes, at));
        let word = |at| u32::from_le_bytes(part(bytes, at));
        let long = |at| u64::from_le_bytes(part(bytes, at));
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
