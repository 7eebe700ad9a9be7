//! A buffer as the pass over a trace needs it: the records that become rows. Records that are parts of an operation
//! come with what ties them together. Buffers are read so in parallel. Only the rest goes through the order of time.

use std::borrow::Cow;

use super::facts::{IMAGE, PROCESS, THREAD};
use super::learnt::{About, Known, Learnt};
use super::meaning::{Does, Meaning, Meanings};
use super::paths::hash;
use super::rows::{PathPlace, Told};
use super::shape::{Family, Role, Shape, Shapes};
use super::sieve::{Judge, Who};
use crate::buffer::EtlBuffer;
use crate::clock::FileTime;
use crate::decode::Decoder;
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
    /// A file operation begins that is not wanted: the next of [`Steps::passed`].
    Passed,
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
    /// Whether it may be wanted, whatever its path.
    pub(super) may: bool,
    /// Whether the path that is told may be wanted.
    pub(super) told_may: bool,
    /// Whether the path that its key has may be.
    pub(super) key_may: bool,
}

/// The begin of a file operation that is not wanted. It still tells whose key an object has, and that its packet is used
/// again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    pub(super) irp: u64,
    pub(super) object: u64,
    pub(super) key: u64,
    pub(super) closes: bool,
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
    /// Whether it may be wanted, whatever its path.
    pub(super) may: bool,
    /// Whether its own part of the path may be wanted.
    pub(super) told_may: bool,
    /// Whether the path at its base's address may be.
    pub(super) base_may: bool,
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
    pub(super) passed: Vec<Passed>,
    /// Rows that are not wanted and leave no step.
    pub(super) left_out: u64,
    /// The latest time of a record.
    pub(super) last: FileTime,
    pub(super) records: u64,
    /// WPP messages among them.
    pub(super) messages: u64,
    pub(super) damaged: u64,
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

    /// Reads a buffer of a file that begins behind `before` bytes of others. What it tells of names goes to `learnt`,
    /// where that is not known yet; `judge` tells which rows are wanted.
    #[inline]
    pub(super) fn read(
        place: (u32, u64),
        buffer: EtlBuffer<'f>,
        mut learnt: Option<(&Decoder, &mut Learnt)>,
        judge: &mut impl Judge,
    ) -> Steps<'f> {
        let room = buffer.data.len();
        Steps::of(place, buffer, room, |steps, at, record, known| {
            if let Some((decoder, learnt)) = &mut learnt {
                learnt.add(record, &known, decoder);
            }
            match known {
                Known::Operation(about) => {
                    if let Some(meaning) = about.meaning {
                        steps.operation(record, at, about, meaning, judge);
                    }
                }
                Known::Other(Some(_)) if is_row(record.event) => {
                    if judge.records() {
                        steps.push(at, What::Record);
                    } else {
                        steps.left_out += 1;
                    }
                }
                Known::Timeless | Known::Other(_) => {}
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
                    take(&mut steps, place, record, Known::of(record, time, shapes, meanings));
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
            passed: Vec::new(),
            left_out: 0,
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
        judge: &mut impl Judge,
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
                self.registry(record, at, (family, shape, time), meaning, judge);
            }
            does => {
                let info_class = shape.number32(payload, Role::InfoClass);
                let irp = number(Role::Irp).unwrap_or(0);
                let object = number(Role::FileObject).unwrap_or(0);
                let key = number(Role::FileKey).unwrap_or(0);
                let tid = record.tid.or_else(|| shape.number32(payload, Role::Thread));
                let may = judge.begins(record, meaning, info_class, Who { tid, time });
                if !may && matches!(does, Does::Operation | Does::Query | Does::Close) {
                    self.passed.push(Passed { irp, object, key, closes: does == Does::Close });
                    return self.push(at, What::Passed);
                }
                let tells = matches!(does, Does::Create | Does::Path | Does::Target);
                let told = tells.then(|| self.texts(record, shape, self.keeps)).map(|[text, _]| text);
                let told = told.filter(|text| text.length > 0);
                let told_may =
                    told.is_some() && (!judge.asks_paths() || judge.told(shape.strings(payload).0));
                let key_may = judge.file_key(key);
                self.starts.push(Start {
                    time,
                    irp,
                    object,
                    key,
                    told,
                    tid,
                    info_class,
                    id,
                    meaning,
                    may,
                    told_may,
                    key_may,
                });
                self.push(at, What::Start);
            }
        }
    }

    #[inline]
    fn registry(
        &mut self,
        record: &EtlRecord<'_>,
        at: u32,
        (family, shape, time): (Family, &Shape, FileTime),
        meaning: Meaning,
        judge: &mut impl Judge,
    ) {
        let payload = record.payload;
        let number = |role| shape.number(payload, role).unwrap_or(0);
        let status = shape.number32(payload, Role::Status);
        let succeeded = status == Some(0);
        let told = if succeeded { Told::Succeeded } else { Told::NotSucceeded };
        let may = judge.registry(record, meaning, status, Who { tid: record.tid, time });
        let does = meaning.does;
        let opened = does == Does::CreateKey && succeeded;
        let is_provider = family == Family::RegistryProvider;
        if !may && !(is_provider && (opened || does == Does::CloseKey)) {
            self.left_out += 1;
            return;
        }
        let told_may = || {
            if !judge.asks_paths() {
                return true;
            }
            let (first, second) = shape.strings(payload);
            judge.told(first) || judge.told(second)
        };
        if !is_provider {
            if told_may() || judge.key(number(Role::Key)) {
                self.push(at, What::Operation(told));
            } else {
                self.left_out += 1;
            }
            return;
        }
        let object = number(Role::Key);
        let base = if does == Does::CreateKey { number(Role::BaseKey) } else { object };
        let (told_may, base_may) = (told_may(), judge.key(base));
        let does = match does {
            Does::CloseKey => KeyDoes::Close,
            Does::CreateKey if opened => {
                let (first, second) = shape.strings(payload);
                let whole = !first.is_empty() || is_whole(second);
                let [first, second] = self.texts(record, shape, true);
                KeyDoes::Open { whole, first, second }
            }
            _ => KeyDoes::Other,
        };
        self.keys.push(KeyStep { time, object, base, does, told, may, told_may, base_may });
        self.push(at, What::Key);
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
