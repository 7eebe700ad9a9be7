//! Counts over a whole file, made in parallel.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::PointerWidth;
use crate::clock::Ticks;
use crate::file::EtlFile;
use crate::guid::Guid;
use crate::hash::KeyMap;
use crate::header::BufferHeader;
use crate::record::{EtlRecord, EventId, RecordKind};

/// A kernel event's identity, and the header it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KernelKey {
    /// Group.
    pub group: u8,
    /// Type.
    pub opcode: u8,
    /// Version.
    pub version: u16,
    /// Kind of header.
    pub kind: RecordKind,
    /// Pointer width.
    pub width: PointerWidth,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Readable records, the log-file header's included.
    pub records: u64,
    /// Damaged records, damaged buffers and stretches without buffers.
    pub damaged: u64,
    /// Records by kind of header.
    pub kinds: BTreeMap<(RecordKind, PointerWidth), u64>,
    /// Kernel events.
    pub kernel: BTreeMap<KernelKey, u64>,
    /// Manifest and TraceLogging events by provider.
    pub providers: BTreeMap<Guid, u64>,
    /// Classic events by class.
    pub classes: BTreeMap<Guid, u64>,
    /// Extended items by type.
    pub extended: BTreeMap<u16, u64>,
    /// Buffers whose header says that events or buffers were lost before it.
    pub buffers_after_loss: u64,
    /// Earliest and latest raw time of a record.
    pub ticks: Option<(Ticks, Ticks)>,
}

impl Summary {
    /// Reads every record of the file once.
    pub fn of(file: &EtlFile<'_>) -> Summary {
        let mut counts = file
            .par_buffers()
            .fold(Counts::default, |mut counts, buffer| {
                for record in buffer.records() {
                    match record {
                        Ok(record) => counts.add(&record),
                        Err(_) => counts.damaged += 1,
                    }
                }
                counts
            })
            .reduce(Counts::default, Counts::join);
        counts.damaged += file.damage().len() as u64;
        let lost = BufferHeader::EVENTS_LOST | BufferHeader::BUFFER_LOST;
        let after_loss = file.buffers().iter().filter(|entry| entry.header.buffer_flag & lost != 0);
        Summary { buffers_after_loss: after_loss.count() as u64, ..counts.finish() }
    }
}

/// The counts of some buffers. Neighbouring records mostly are of the same kind, so the last key is counted
/// apart and the maps are touched only when it changes.
#[derive(Default)]
struct Counts {
    records: u64,
    damaged: u64,
    last: Option<(Key, u64)>,
    keys: KeyMap<Key, u64>,
    extended: BTreeMap<u16, u64>,
    ticks: Option<(Ticks, Ticks)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    kind: RecordKind,
    width: PointerWidth,
    event: KeyEvent,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum KeyEvent {
    Kernel(u8, u8, u16),
    Class(Guid),
    Provider(Guid),
    Other,
}

impl Counts {
    #[inline]
    fn add(&mut self, record: &EtlRecord<'_>) {
        self.records += 1;
        let event = match record.event {
            EventId::Kernel { group, opcode, version } => KeyEvent::Kernel(group, opcode, version),
            EventId::Class { class, .. } => KeyEvent::Class(class),
            EventId::Provider { provider, .. } => KeyEvent::Provider(provider),
            EventId::Message { .. } | EventId::Unknown { .. } => KeyEvent::Other,
        };
        let key = Key { kind: record.kind, width: record.width, event };
        match &mut self.last {
            Some((last, count)) if *last == key => *count += 1,
            _ => {
                self.settle();
                self.last = Some((key, 1));
            }
        }
        for (kind, _) in record.extended.iter() {
            *self.extended.entry(kind).or_default() += 1;
        }
        if let Some(ticks) = record.ticks {
            let (first, last) = self.ticks.unwrap_or((ticks, ticks));
            self.ticks = Some((first.min(ticks), last.max(ticks)));
        }
    }

    fn settle(&mut self) {
        if let Some((key, count)) = self.last.take() {
            *self.keys.entry(key).or_default() += count;
        }
    }

    fn join(mut self, mut other: Counts) -> Counts {
        other.settle();
        self.records += other.records;
        self.damaged += other.damaged;
        for (key, count) in other.keys {
            *self.keys.entry(key).or_default() += count;
        }
        for (kind, count) in other.extended {
            *self.extended.entry(kind).or_default() += count;
        }
        self.ticks = match (self.ticks, other.ticks) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self
    }

    fn finish(mut self) -> Summary {
        self.settle();
        let mut summary = Summary {
            records: self.records,
            damaged: self.damaged,
            extended: self.extended,
            ticks: self.ticks,
            ..Summary::default()
        };
        for (Key { kind, width, event }, count) in self.keys {
            *summary.kinds.entry((kind, width)).or_default() += count;
            match event {
                KeyEvent::Kernel(group, opcode, version) => {
                    let key = KernelKey { group, opcode, version, kind, width };
                    *summary.kernel.entry(key).or_default() += count;
                }
                KeyEvent::Class(class) => *summary.classes.entry(class).or_default() += count,
                KeyEvent::Provider(provider) => *summary.providers.entry(provider).or_default() += count,
                KeyEvent::Other => {}
            }
        }
        summary
    }
}
