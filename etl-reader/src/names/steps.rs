//! A buffer as the pass over a trace needs it: the records that become rows. Records that are parts of an operation
//! come with what ties them together. Buffers are read so in parallel. Only the rest goes through the order of time.

use std::borrow::Cow;

use super::facts::{Facts, IMAGE, PROCESS, THREAD};
use super::meaning::{Does, Meaning, Meanings};
use super::paths::hash;
use super::rows::{PathPlace, Told};
use super::shape::{Family, Role, Shape, Shapes};
use crate::buffer::EtlBuffer;
use crate::clock::FileTime;
use crate::decode::{Decoder, Descriptions};
use crate::header::BUFFER_HEADER;
use crate::record::{EtlRecord, EventId, Read, RecordKind, read};
use crate::text::Utf16;

/// Where a buffer that cannot be read has its one step.
pub(super) const UNREAD: u32 = u32::MAX;

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A record of another kind that is a row.
    Record,
    /// A registry operation that tells all by itself.
    Operation(Told),
    /// A file operation begins: the next of [`Steps::starts`].
    Start,
    /// A file operation ends: the next of [`Steps::ends`].
    End,
    /// A registry operation on a key object: the next of [`Steps::keys`].
    Key,
    /// Damage.
    Damage,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The latest time of a record of the buffer up to here.
    pub(super) order: FileTime,
    pub(super) at: u32,
    pub(super) what: What,
}

/// A text among the buffer's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    at: usize,
    length: usize,
    /// Of a text that is kept; else zero.
    pub(super) hash: u64,
}

/// The begin of a file operation, or what tells more of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) time: FileTime,
    pub(super) irp: u64,
    pub(super) object: u64,
    pub(super) key: u64,
    pub(super) told: Option<Text>,
    pub(super) tid: Option<u32>,
    pub(super) info_class: Option<u32>,
    pub(super) id: u8,
    pub(super) meaning: Meaning,
}

/// The end of a file operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) time: FileTime,
    pub(super) irp: u64,
    pub(super) status: Option<u32>,
}

/// A registry operation on a key object.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyStep {
    pub(super) time: FileTime,
    pub(super) object: u64,
    /// The object that names the key or that its name is relative to.
    pub(super) base: u64,
    pub(super) does: KeyDoes,
    pub(super) told: Told,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum KeyDoes {
    /// Opens the object; whether the name is the whole path, and its two parts.
    Open {
        whole: bool,
        first: Text,
        second: Text,
    },
    Close,
    Other,
}

/// The steps of a buffer.
#[derive(Debug)]
pub(super) struct Steps<'f> {
    pub(super) number: u32,
    /// Where the buffer's bytes begin, counted over all files; nothing for a compressed buffer.
    in_files: Option<u64>,
    pub(super) buffer: EtlBuffer<'f>,
    pub(super) parts: Parts,
}

/// What a buffer has of each kind of step.
#[derive(Debug)]
pub(super) struct Parts {
    /// Where the buffer's bytes begin in their file.
    base: u64,
    /// Whether paths are kept, because the buffer is compressed.
    keeps: bool,
    pub(super) steps: Vec<Step>,
    pub(super) starts: Vec<Start>,
    pub(super) ends: Vec<End>,
    pub(super) keys: Vec<KeyStep>,
    /// The latest time of a record.
    pub(super) last: FileTime,
    pub(super) records: u64,
    /// WPP messages among them.
    pub(super) messages: u64,
    pub(super) damaged: u64,
}

/// What a record is, as the pass knows it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'s> {
    /// A file or registry event.
    Operation(About<'s>),
    /// The same without a time.
    Timeless,
    /// A record of another kind, and its time.
    Other(Option<FileTime>),
}

/// A file or registry event.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'s> {
    pub(super) family: Family,
    pub(super) id: u8,
    pub(super) shape: &'s Shape,
    pub(super) time: FileTime,
    pub(super) meaning: Option<Meaning>,
}

/// What is learnt from all buffers, in any order.
#[derive(Default)]
pub(super) struct Learnt {
    pub(super) facts: Facts,
    pub(super) descriptions: Descriptions,
}

impl Learnt {
    pub(super) fn join(self, other: Learnt) -> Learnt {
        Learnt {
            facts: self.facts.join(other.facts),
            descriptions: self.descriptions.join(other.descriptions),
        }
    }
}

impl<'f> Steps<'f> {
    /// A buffer that cannot be read.
    pub(super) fn unread(number: u32, buffer: EtlBuffer<'f>) -> Steps<'f> {
        let mut parts = Parts::new(&buffer);
        parts.damage(UNREAD);
        Steps { number, in_files: None, buffer, parts }
    }

    /// A buffer without steps, whose last record has this time.
    pub(super) fn none(number: u32, buffer: EtlBuffer<'f>, last: FileTime) -> Steps<'f> {
        let parts = Parts { last, ..Parts::new(&buffer) };
        Steps { number, in_files: None, buffer, parts }
    }

    /// Reads a buffer of a file that begins behind `before` bytes of others; what it tells of names goes to `learnt`.
    pub(super) fn read(
        place: (u32, u64),
        buffer: EtlBuffer<'f>,
        decoder: &Decoder,
        learnt: &mut Learnt,
    ) -> Steps<'f> {
        let room = buffer.data.len();
        Steps::of(place, buffer, room, |steps, at, record, known| match known {
            Known::Operation(about) => {
                learnt.facts.add_operation(record, about.time, (about.family, about.id, about.shape));
                if let Some(meaning) = about.meaning {
                    steps.operation(record, at, about, meaning);
                }
            }
            Known::Timeless => {}
            Known::Other(time) => {
                learnt.facts.add(record, decoder);
                learnt.descriptions.add(record);
                if time.is_some() && is_row(record.event) {
                    steps.push(at, What::Record);
                }
            }
        })
    }

    /// Goes through a buffer; `take` makes steps of its records, as many as `room` bytes have.
    #[inline(always)]
    pub(super) fn of(
        (number, before): (u32, u64),
        buffer: EtlBuffer<'f>,
        room: usize,
        mut take: impl FnMut(&mut Parts, u32, &EtlRecord<'_>, Known<'_>),
    ) -> Steps<'f> {
        let (shapes, meanings) = (Shapes::get(), Meanings::get());
        let mut steps = Parts::new(&buffer);
        steps.reserve(room);
        let context = buffer.context();
        let (mut record, mut at) = (EtlRecord::none(context), 0);
        loop {
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            match read(&mut record, &buffer.data, at, context) {
                Read::Record(next) => {
                    let record = &record;
                    steps.records += 1;
                    steps.messages += u64::from(record.kind == RecordKind::Message);
                    let time = record.time();
                    steps.last = steps.last.max(time.unwrap_or(steps.last));
                    let known = match (shapes.of(record), time) {
                        (Some((family, id, shape)), Some(time)) => Known::Operation(About {
                            family,
                            id,
                            shape,
                            time,
                            meaning: meanings.of(family, id),
                        }),
                        (Some(_), None) => Known::Timeless,
                        (None, time) => Known::Other(time),
                    };
                    take(&mut steps, place, record, known);
                    at = next;
                }
                Read::Damaged(_, Some(next)) => {
                    steps.damage(place);
                    at = next;
                }
                Read::Damaged(_, None) => {
                    steps.damage(place);
                    break;
                }
                Read::End => {
                    if buffer.damage.is_some() {
                        steps.damage(place);
                    }
                    break;
                }
            }
        }
        let in_files = (!steps.keeps).then(|| before.saturating_add(steps.base));
        Steps { number, in_files, buffer, parts: steps }
    }

    /// Where a text lies in the files, if it lies there as it is.
    pub(super) fn place(&self, text: Text) -> Option<PathPlace> {
        PathPlace::in_files(self.in_files?.checked_add(text.at as u64)?, text.length)
    }

    /// A text of the buffer.
    pub(super) fn text(&self, text: Text) -> Utf16<'_> {
        let rest = self.buffer.data.get(text.at..).unwrap_or_default();
        Utf16::new(rest.get(..text.length).unwrap_or_default())
    }
}

impl Parts {
    fn new(buffer: &EtlBuffer<'_>) -> Parts {
        let base = buffer.offset + BUFFER_HEADER as u64;
        Parts {
            base,
            keeps: matches!(buffer.data, Cow::Owned(_)),
            steps: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            keys: Vec::new(),
            last: FileTime(i64::MIN),
            records: 0,
            messages: 0,
            damaged: 0,
        }
    }

    /// Makes room for the steps of so many bytes.
    fn reserve(&mut self, bytes: usize) {
        // A record takes about as many bytes; more of one kind make more room.
        let room = bytes / 80;
        self.steps.reserve(room);
        self.starts.reserve(room / 2);
        self.ends.reserve(room / 2);
        self.keys.reserve(room / 4);
    }

    pub(super) fn push(&mut self, at: u32, what: What) {
        self.steps.push(Step { order: self.last, at, what });
    }

    fn damage(&mut self, at: u32) {
        self.damaged += 1;
        self.push(at, What::Damage);
    }

    #[inline]
    pub(super) fn operation(
        &mut self,
        record: &EtlRecord<'_>,
        at: u32,
        About { family, id, shape, time, .. }: About<'_>,
        meaning: Meaning,
    ) {
        let payload = record.payload;
        if !shape.fits(payload) {
            return self.push(at, What::Damage);
        }
        let number = |role| shape.number(payload, role);
        match meaning.does {
            Does::End => {
                let irp = number(Role::Irp).unwrap_or(0);
                self.ends.push(End { time, irp, status: shape.number32(payload, Role::Status) });
                self.push(at, What::End);
            }
            Does::Key | Does::CreateKey | Does::CloseKey | Does::KeyValue => {
                let succeeded = shape.number32(payload, Role::Status) == Some(0);
                let told = if succeeded { Told::Succeeded } else { Told::NotSucceeded };
                if family != Family::RegistryProvider {
                    return self.push(at, What::Operation(told));
                }
                let object = number(Role::Key).unwrap_or(0);
                let opened = meaning.does == Does::CreateKey && succeeded;
                let base = match meaning.does {
                    Does::CreateKey => number(Role::BaseKey).unwrap_or(0),
                    _ => object,
                };
                let does = match meaning.does {
                    Does::CloseKey => KeyDoes::Close,
                    Does::CreateKey if opened => {
                        let (first, second) = shape.strings(payload);
                        let whole = !first.is_empty() || is_whole(second);
                        let [first, second] = self.texts(record, shape, true);
                        KeyDoes::Open { whole, first, second }
                    }
                    _ => KeyDoes::Other,
                };
                self.keys.push(KeyStep { time, object, base, does, told });
                self.push(at, What::Key);
            }
            does => {
                let told = match does {
                    Does::Create | Does::Path | Does::Target => {
                        let [text, _] = self.texts(record, shape, self.keeps);
                        (text.length > 0).then_some(text)
                    }
                    _ => None,
                };
                self.starts.push(Start {
                    time,
                    irp: number(Role::Irp).unwrap_or(0),
                    object: number(Role::FileObject).unwrap_or(0),
                    key: number(Role::FileKey).unwrap_or(0),
                    told,
                    tid: record.tid.or_else(|| shape.number32(payload, Role::Thread)),
                    info_class: shape.number32(payload, Role::InfoClass),
                    id,
                    meaning,
                });
                self.push(at, What::Start);
            }
        }
    }

    /// The texts of a record, and where they lie among the buffer's bytes; whether they are kept.
    #[inline]
    fn texts(&self, record: &EtlRecord<'_>, shape: &Shape, kept: bool) -> [Text; 2] {
        let (first, second) = shape.strings(record.payload);
        let payload = usize::try_from(record.payload_at.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let at = payload.saturating_add(shape.strings_at());
        let text = |at, text: Utf16<'_>| Text {
            at,
            length: text.as_bytes().len(),
            hash: if kept { hash(text) } else { 0 },
        };
        // A NUL lies between them.
        [text(at, first), text(at.saturating_add(first.as_bytes().len() + 2), second)]
    }
}

/// Whether a record of another kind can be a row: events of providers, of processes, threads and images.
pub(super) fn is_row(event: EventId) -> bool {
    match event {
        EventId::Provider { .. } => true,
        EventId::Kernel { group, .. } => [PROCESS, THREAD, IMAGE].contains(&group),
        _ => false,
    }
}

/// Whether the name of a key begins at the root.
pub(super) fn is_whole(name: Utf16<'_>) -> bool {
    name.as_bytes().starts_with(b"\\\0")
}
