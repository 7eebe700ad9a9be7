//! One record of a buffer: its header, recognised by the marker in its first four bytes.
//!
//! Layouts are those of the public `evntrace.h`/`evntcons.h` structures and of the WDK's trace headers. SYSTEM,
//! PERFINFO, FULL, EVENT and MESSAGE records were seen on real files. The others are from the headers alone.

use crate::clock::{Clock, FileTime, Ticks};
use crate::cursor::{Cursor, Fixed, PointerWidth};
use crate::error::EtlError;
use crate::extended::ExtendedItems;
use crate::guid::Guid;

/// The kind of a record's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// `SYSTEM_TRACE_HEADER`: a kernel event with thread and process.
    System,
    /// The same without processor times.
    Compact,
    /// `PERFINFO_TRACE_HEADER`: a kernel event without thread and process.
    PerfInfo,
    /// `EVENT_TRACE_HEADER`: a classic (MOF) event of a class.
    Full,
    /// `EVENT_INSTANCE_HEADER`: the same with an instance.
    Instance,
    /// `EVENT_HEADER`: a manifest or TraceLogging event.
    Event,
    /// A WPP message, readable only with the program's symbols.
    Message,
    /// A record of one of the types 0x0C to 0x0E, or an old `WNODE_HEADER`. Never seen in a file.
    Other,
}

/// Which event a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventId {
    /// A kernel event: the group is the high byte, the type the low byte of the kernel's hook number.
    Kernel {
        /// Group: 3 is Process, 4 FileIo, 9 Registry.
        group: u8,
        /// Type within the group.
        opcode: u8,
        /// Version of the layout.
        version: u16,
    },
    /// A classic event of a class (MOF).
    Class {
        /// The event class.
        class: Guid,
        /// Type within the class.
        opcode: u8,
        /// 1 critical to 5 verbose.
        level: u8,
        /// Version of the layout.
        version: u16,
    },
    /// A manifest or TraceLogging event.
    Provider {
        /// The provider.
        provider: Guid,
        /// `EVENT_DESCRIPTOR.Id`.
        id: u16,
        /// `EVENT_DESCRIPTOR.Version`.
        version: u8,
        /// `EVENT_DESCRIPTOR.Channel`.
        channel: u8,
        /// 0 always, 1 critical to 5 verbose.
        level: u8,
        /// `EVENT_DESCRIPTOR.Opcode`: 1 start, 2 stop.
        opcode: u8,
        /// `EVENT_DESCRIPTOR.Task`.
        task: u16,
        /// `EVENT_DESCRIPTOR.Keyword`.
        keyword: u64,
    },
    /// A WPP message.
    Message {
        /// The message GUID, where recorded.
        message: Option<Guid>,
        /// The component id, where recorded instead.
        component: Option<u32>,
        /// Number of the message within the GUID.
        number: u16,
        /// Sequence number, where recorded.
        sequence: Option<u32>,
    },
    /// A record whose content is not known.
    Unknown {
        /// Second-highest byte of the marker.
        header_type: u8,
    },
}

/// One record, borrowed from its buffer.
#[derive(Clone, Copy, Debug)]
pub struct EtlRecord<'a> {
    /// Kind of header.
    pub kind: RecordKind,
    /// Pointer width of the payload.
    pub width: PointerWidth,
    /// `EVENT_HEADER.Flags`; 0 for other kinds.
    pub flags: u16,
    /// Raw time; nothing for WPP messages without a time.
    pub ticks: Option<Ticks>,
    /// Processor of the buffer.
    pub cpu: u16,
    /// Process, where the header records one.
    pub pid: Option<u32>,
    /// Thread, where the header records one.
    pub tid: Option<u32>,
    /// Which event it is.
    pub event: EventId,
    /// `EVENT_HEADER.ActivityId`; zero for other kinds.
    pub activity: Guid,
    /// Extended items; empty for other kinds than `Event`.
    pub extended: ExtendedItems<'a>,
    /// What follows the header and the extended items.
    pub payload: &'a [u8],
    /// Where the record starts: in the file, or where it would if its buffer were not compressed.
    pub offset: u64,
    pub(crate) clock: &'a Clock,
    pub(crate) payload_at: u64,
}

impl<'a> EtlRecord<'a> {
    /// `EVENT_HEADER_FLAG_STRING_ONLY`: the payload is one UTF-16 string.
    pub const STRING_ONLY: u16 = 0x04;

    /// A record before anything is read into it.
    #[inline(always)]
    pub(crate) fn none(context: Context<'a>) -> EtlRecord<'a> {
        EtlRecord {
            kind: RecordKind::Other,
            width: PointerWidth::Bits64,
            flags: 0,
            ticks: None,
            cpu: context.cpu,
            pid: None,
            tid: None,
            event: EventId::Unknown { header_type: 0 },
            activity: Guid::default(),
            extended: ExtendedItems::default(),
            payload: &[],
            offset: context.base,
            clock: context.clock,
            payload_at: context.base,
        }
    }

    /// When the event happened.
    #[must_use]
    pub fn time(&self) -> Option<FileTime> {
        self.ticks.map(|ticks| self.clock.filetime(ticks))
    }

    /// The clock of the file the record is from.
    #[must_use]
    pub fn clock(&self) -> &'a Clock {
        self.clock
    }

    /// The provider or event class.
    #[must_use]
    pub fn provider(&self) -> Option<Guid> {
        match self.event {
            EventId::Provider { provider, .. } => Some(provider),
            EventId::Class { class, .. } => Some(class),
            EventId::Message { message, .. } => message,
            EventId::Kernel { .. } | EventId::Unknown { .. } => None,
        }
    }
}

/// What stands at a place of a buffer.
pub(crate) enum Step<'a> {
    /// A record, and where the next one starts.
    Record(EtlRecord<'a>, usize),
    /// A damaged record, and where the next one starts if that can be known.
    Damaged(EtlError, Option<usize>),
    /// The end of the records.
    End,
}

/// What all records of a buffer share.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) cpu: u16,
    /// Where the first byte of the records stands in the file.
    pub(crate) base: u64,
}

const SYSTEM: usize = 0x20;
const COMPACT: usize = 0x18;
const PERF_INFO: usize = 0x10;
const FULL: usize = 0x30;
const INSTANCE: usize = 0x48;
const EVENT: usize = 0x50;
const MESSAGE: usize = 0x08;
const WNODE: usize = 0x30;
const EXTENDED_INFO: u16 = 0x01;

/// Header type, bytes of the header and pointer width, told by the marker.
fn kind_of(marker: u32) -> Option<(RecordKind, usize, PointerWidth)> {
    use PointerWidth::{Bits32, Bits64};
    use RecordKind as K;
    let [_, _, header_type, flags] = marker.to_le_bytes();
    if flags & 0xc0 == 0xc0 {
        return Some(match header_type {
            0x01 => (K::System, SYSTEM, Bits32),
            0x02 => (K::System, SYSTEM, Bits64),
            0x03 => (K::Compact, COMPACT, Bits32),
            0x04 => (K::Compact, COMPACT, Bits64),
            0x0a => (K::Full, FULL, Bits32),
            0x14 => (K::Full, FULL, Bits64),
            0x0b => (K::Instance, INSTANCE, Bits32),
            0x15 => (K::Instance, INSTANCE, Bits64),
            0x0c..=0x0e => (K::Other, MESSAGE, Bits64),
            0x10 => (K::PerfInfo, PERF_INFO, Bits32),
            0x11 => (K::PerfInfo, PERF_INFO, Bits64),
            0x12 => (K::Event, EVENT, Bits32),
            0x13 => (K::Event, EVENT, Bits64),
            _ => return None,
        });
    }
    match flags {
        0x90 => Some((K::Message, MESSAGE, Bits64)),
        0x00..=0x7f => Some((K::Other, WNODE, Bits64)),
        _ => None,
    }
}

/// The record at `at` of a buffer's records. Inlined, because a record is much to copy.
#[inline(always)]
pub(crate) fn step<'a>(data: &'a [u8], at: usize, context: Context<'a>) -> Step<'a> {
    let mut record = EtlRecord::none(context);
    match read(&mut record, data, at, context) {
        Read::Record(next) => Step::Record(record, next),
        Read::Damaged(error, next) => Step::Damaged(error, next),
        Read::End => Step::End,
    }
}

/// What [`read`] met.
pub(crate) enum Read {
    /// A record, and where the next one starts.
    Record(usize),
    /// A damaged record, and where the next one starts if that can be known.
    Damaged(EtlError, Option<usize>),
    /// The end of the records.
    End,
}

/// Reads the record at `at` of a buffer's records into another one's place.
#[inline(always)]
pub(crate) fn read<'a>(record: &mut EtlRecord<'a>, data: &'a [u8], at: usize, context: Context<'a>) -> Read {
    let Some(start) = Fixed::<8>::at(data, at) else { return Read::End };
    let marker = start.u32::<0>();
    if marker == 0 || marker == u32::MAX {
        return Read::End;
    }
    let offset = context.base + at as u64;
    let Some((kind, header, width)) = kind_of(marker) else {
        let expected = "a known record header type";
        return Read::Damaged(
            EtlError::Invalid { what: "record marker", offset, found: marker.into(), expected },
            None,
        );
    };
    let size = match kind {
        RecordKind::System | RecordKind::Compact | RecordKind::PerfInfo => usize::from(start.u16::<4>()),
        RecordKind::Other if header == WNODE => usize::try_from(marker).unwrap_or(usize::MAX),
        _ => usize::from(start.u16::<0>()),
    };
    let left = data.len() - at;
    if size > left {
        let (need, have) = (size as u64, left as u64);
        return Read::Damaged(EtlError::Truncated { what: "record", offset, need, have }, None);
    }
    let next = (size >= MESSAGE).then_some(at + size.next_multiple_of(8));
    let bytes = data.get(at..at + size).unwrap_or_default();
    *record = EtlRecord { kind, width, offset, payload_at: offset, ..EtlRecord::none(context) };
    match (fill(record, bytes), next) {
        (Some(Ok(())), Some(next)) => Read::Record(next),
        (Some(Err(error)), next) => Read::Damaged(error, next),
        (_, next) => {
            let (need, have) = (header as u64, size as u64);
            Read::Damaged(EtlError::Truncated { what: "record header", offset, need, have }, next)
        }
    }
}

/// What the first bytes of a whole record tell.
pub(crate) struct Skimmed {
    pub(crate) event: EventId,
    pub(crate) width: PointerWidth,
    pub(crate) ticks: Ticks,
    /// Where the next record starts.
    pub(crate) next: usize,
}

/// The event and the time of a record that [`read`] would read, of the kinds that traces are full of. `None` for others, and
/// where it takes more to know whether the record is whole.
#[inline(always)]
pub(crate) fn skim(data: &[u8], at: usize) -> Option<Skimmed> {
    let (kind, header, width) = kind_of(Fixed::<8>::at(data, at)?.u32::<0>())?;
    let head = Fixed::<PERF_INFO>::at(data, at)?;
    let (size, event, ticks) = match kind {
        RecordKind::System | RecordKind::Compact => {
            let event = kernel(head.u8::<7>(), head.u8::<6>(), head.u16::<0>());
            (head.u16::<4>(), event, Fixed::<COMPACT>::at(data, at)?.i64::<0x10>())
        }
        RecordKind::PerfInfo if head.u16::<0>() >> 8 == 0 => {
            (head.u16::<4>(), kernel(head.u8::<7>(), head.u8::<6>(), head.u16::<0>()), head.i64::<8>())
        }
        RecordKind::Event => {
            let head = Fixed::<EVENT>::at(data, at)?;
            if head.u16::<4>() & EXTENDED_INFO != 0 {
                return None;
            }
            (head.u16::<0>(), described(head), head.i64::<0x10>())
        }
        _ => return None,
    };
    let size = usize::from(size);
    let is_whole = size >= header && size <= data.len() - at;
    is_whole.then_some(Skimmed { event, width, ticks: Ticks(ticks), next: at + size.next_multiple_of(8) })
}

/// The event that an `EVENT_HEADER` describes.
#[inline(always)]
fn described(head: Fixed<'_, EVENT>) -> EventId {
    EventId::Provider {
        provider: head.guid::<0x18>(),
        id: head.u16::<0x28>(),
        version: head.u8::<0x2a>(),
        channel: head.u8::<0x2b>(),
        level: head.u8::<0x2c>(),
        opcode: head.u8::<0x2d>(),
        task: head.u16::<0x2e>(),
        keyword: head.u64::<0x30>(),
    }
}

/// Reads the header of a record. `None` where the record is shorter than its header.
#[inline]
fn fill<'a>(record: &mut EtlRecord<'a>, data: &'a [u8]) -> Option<Result<(), EtlError>> {
    let payload_at = match record.kind {
        RecordKind::System | RecordKind::Compact => {
            let head = Fixed::<COMPACT>::at(data, 0)?;
            record.event = kernel(head.u8::<7>(), head.u8::<6>(), head.u16::<0>());
            record.tid = some_id(head.u32::<8>());
            record.pid = some_id(head.u32::<12>());
            record.ticks = Some(Ticks(head.i64::<0x10>()));
            if record.kind == RecordKind::System { SYSTEM } else { COMPACT }
        }
        RecordKind::PerfInfo => {
            let head = Fixed::<PERF_INFO>::at(data, 0)?;
            // The version field also says what lies between header and payload: bit 15 a PEBS index, bits 8
            // to 10 the number of counters.
            let word = head.u16::<0>();
            record.event = kernel(head.u8::<7>(), head.u8::<6>(), word & 0xff);
            record.ticks = Some(Ticks(head.i64::<8>()));
            PERF_INFO + usize::from(word >> 15) * 8 + usize::from(word >> 8 & 7) * 8
        }
        RecordKind::Full | RecordKind::Instance => {
            let head = Fixed::<FULL>::at(data, 0)?;
            record.event = EventId::Class {
                class: head.guid::<0x18>(),
                opcode: head.u8::<4>(),
                level: head.u8::<5>(),
                version: head.u16::<6>(),
            };
            record.tid = some_id(head.u32::<8>());
            record.pid = some_id(head.u32::<12>());
            record.ticks = Some(Ticks(head.i64::<0x10>()));
            if record.kind == RecordKind::Full { FULL } else { INSTANCE }
        }
        RecordKind::Event => {
            let head = Fixed::<EVENT>::at(data, 0)?;
            record.flags = head.u16::<4>();
            record.event = described(head);
            record.tid = some_id(head.u32::<8>());
            record.pid = some_id(head.u32::<12>());
            record.ticks = Some(Ticks(head.i64::<0x10>()));
            record.activity = head.guid::<0x40>();
            let mut payload_at = EVENT;
            if record.flags & EXTENDED_INFO != 0 {
                let rest = data.get(EVENT..).unwrap_or_default();
                match ExtendedItems::read(rest, record.offset + EVENT as u64) {
                    Ok((items, length)) => {
                        record.extended = items;
                        payload_at += length;
                    }
                    Err(error) => return Some(Err(error)),
                }
            }
            payload_at
        }
        RecordKind::Message => return Some(message(data, record)),
        RecordKind::Other => match Fixed::<WNODE>::at(data, 0) {
            Some(head) if head.u8::<3>() & 0x80 == 0 => {
                record.event = EventId::Unknown { header_type: head.u8::<2>() };
                record.ticks = Some(Ticks(head.i64::<0x10>()));
                WNODE
            }
            _ => {
                record.event = EventId::Unknown { header_type: Fixed::<MESSAGE>::at(data, 0)?.u8::<2>() };
                MESSAGE
            }
        },
    };
    record.payload = data.get(payload_at..)?;
    record.payload_at += payload_at as u64;
    Some(Ok(()))
}

fn kernel(group: u8, opcode: u8, version: u16) -> EventId {
    EventId::Kernel { group, opcode, version }
}

/// The kernel writes all ones where there is no thread or process.
fn some_id(id: u32) -> Option<u32> {
    (id != u32::MAX).then_some(id)
}

/// `MESSAGE_TRACE_HEADER` and the optional fields after it, in the order of the flags.
fn message<'a>(data: &'a [u8], record: &mut EtlRecord<'a>) -> Result<(), EtlError> {
    const SEQUENCE: u16 = 0x01;
    const GUID: u16 = 0x02;
    const COMPONENT: u16 = 0x04;
    const TIME: u16 = 0x08;
    const IDS: u16 = 0x20;
    const POINTER_32: u16 = 0x40;
    let mut cursor = Cursor::new(data, record.offset);
    cursor.u32("message header")?;
    let number = cursor.u16("message number")?;
    let flags = cursor.u16("message flags")?;
    let sequence = if flags & SEQUENCE != 0 { Some(cursor.u32("message sequence")?) } else { None };
    let mut message = None;
    let mut component = None;
    if flags & GUID != 0 {
        message = Some(cursor.guid("message GUID")?);
    } else if flags & COMPONENT != 0 {
        component = Some(cursor.u32("message component")?);
    }
    if flags & TIME != 0 {
        record.ticks = Some(Ticks(cursor.u64("message time")?.cast_signed()));
    }
    if flags & IDS != 0 {
        record.tid = some_id(cursor.u32("message thread")?);
        record.pid = some_id(cursor.u32("message process")?);
    }
    if flags & POINTER_32 != 0 {
        record.width = PointerWidth::Bits32;
    }
    record.event = EventId::Message { message, component, number, sequence };
    record.payload = cursor.rest();
    record.payload_at = cursor.offset();
    Ok(())
}
