//! From a record to named fields.

mod event_info;
mod manifest;
mod payload;
mod tracelogging;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cursor::Cursor;
use crate::error::EtlError;
use crate::extended::item;
use crate::file::EtlFile;
use crate::guid::Guid;
use crate::hash::KeyMap;
use crate::layout::Layout;
use crate::layout::table::{self, Tables};
use crate::record::{EtlRecord, EventId};
use crate::text::Utf16;
use event_info::Described;
pub use value::{Fields, Sid, Value};

/// Where the description of an event is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The tables of this crate.
    Table,
    /// The tables of this crate, in an older version of the event than the record's.
    OlderTable,
    /// The file: a manifest or a `TRACE_EVENT_INFO` in it.
    File,
    /// The event itself: TraceLogging, or a bare string.
    Event,
    /// Nowhere: the payload is left as it is.
    Unknown,
}

/// A record with its payload taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<'a> {
    /// Name of the provider, class or kernel group; empty where unknown.
    pub provider: Cow<'a, str>,
    /// Name of the event; empty where unknown or where the manifest gives none.
    pub event: Cow<'a, str>,
    /// The fields that could be read, in the order recorded.
    pub fields: Fields<'a>,
    /// What follows the last field: all of the payload where the event is unknown.
    pub rest: &'a [u8],
    /// Where the description is from.
    pub source: Source,
    /// Why the fields end early.
    pub error: Option<String>,
}

impl<'a> Decoded<'a> {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.fields.iter().find(|field| field.0 == name).map(|field| &field.1)
    }

    /// The value of a field as an unsigned number.
    #[must_use]
    pub fn u64(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_u64()
    }

    /// The value of a field as a 32-bit number.
    #[must_use]
    pub fn u32(&self, name: &str) -> Option<u32> {
        self.get(name)?.as_u32()
    }

    /// The value of a field as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_text()
    }

    /// Whether the payload was read to its last byte without an error.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.source != Source::Unknown && self.error.is_none() && self.rest.is_empty()
    }
}

/// Decodes records, with the tables of this crate and what files describe themselves.
#[derive(Debug, Default)]
pub struct Decoder {
    learned: KeyMap<Described, Layout>,
    names: KeyMap<Guid, String>,
}

impl Decoder {
    /// A decoder that knows this crate's tables.
    #[must_use]
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Reads the descriptions in a file: manifests of .NET event sources and `TRACE_EVENT_INFO` blobs. They go
    /// before the tables, because they are of the machine that wrote the file. Reads the whole file once.
    pub fn learn(&mut self, file: &EtlFile<'_>) {
        let found = file
            .par_buffers()
            .fold(Descriptions::default, |mut found, buffer| {
                for record in buffer.records().flatten() {
                    found.add(&record);
                }
                found
            })
            .reduce(Descriptions::default, Descriptions::join);
        self.take(found);
    }

    /// Takes what a pass over a file found.
    pub(crate) fn take(&mut self, found: Descriptions) {
        for (described, provider, layout) in found.infos {
            let (Described::Event(guid, ..) | Described::Class(guid, ..)) = described;
            self.names.insert(guid, provider);
            self.learned.insert(described, layout);
        }
        for pieces in found.pieces.into_values() {
            if let Some(manifest) = pieces.whole().and_then(|xml| manifest::read(&xml)) {
                for (id, version, layout) in manifest.events {
                    self.learned.insert(Described::Event(manifest.provider, id, version), layout);
                }
                self.names.insert(manifest.provider, manifest.name);
            }
        }
    }

    /// Takes a record's payload apart. Never fails: what is unknown or damaged says so.
    pub fn decode<'a>(&'a self, record: &EtlRecord<'a>) -> Decoded<'a> {
        let mut cursor = Cursor::new(record.payload, record.payload_at);
        let traits = record.extended.get(item::PROVIDER_TRAITS).and_then(tracelogging::provider_name);
        let known = record.provider().and_then(|guid| self.names.get(&guid)).map(String::as_str);
        if let Some(schema) = record.extended.get(item::SCHEMA) {
            let (event, fields, error) = tracelogging::decode(schema, &mut cursor, record.width);
            let provider = traits.or(known.map(Cow::Borrowed)).unwrap_or_default();
            return done(provider, event, fields, cursor, Source::Event, error);
        }
        if record.flags & EtlRecord::STRING_ONLY != 0 {
            let text = Utf16::new(cursor.utf16_nul("string").unwrap_or_default());
            let fields = vec![(Cow::Borrowed("String"), Value::Utf16(text))];
            let provider = traits.or(known.map(Cow::Borrowed)).unwrap_or_default();
            return done(provider, Cow::Borrowed(""), fields, cursor, Source::Event, None);
        }
        let learned = described(record).and_then(|key| self.learned.get(&key));
        let table = table::key(Tables::get(), record.event);
        let name = known.or(table.map(|(provider, ..)| provider.name));
        let provider = traits.or(name.map(Cow::Borrowed)).unwrap_or_default();
        let (layout, source) =
            match (learned, table.and_then(|(provider, id, version)| provider.layout(id, version))) {
                (Some(layout), _) => (layout, Source::File),
                (None, Some((layout, true))) => (layout, Source::Table),
                (None, Some((layout, false))) => (layout, Source::OlderTable),
                (None, None) => {
                    return done(provider, Cow::Borrowed(""), Vec::new(), cursor, Source::Unknown, None);
                }
            };
        let (fields, error) = payload::decode(&mut cursor, &layout.fields, record.width);
        done(provider, Cow::Borrowed(&layout.name), fields, cursor, source, error)
    }
}

fn done<'a>(
    provider: Cow<'a, str>,
    event: Cow<'a, str>,
    fields: Fields<'a>,
    cursor: Cursor<'a>,
    source: Source,
    error: Option<EtlError>,
) -> Decoded<'a> {
    let error = error.map(|error| error.to_string());
    Decoded { provider, event, fields, rest: cursor.rest(), source, error }
}

fn described(record: &EtlRecord<'_>) -> Option<Described> {
    match record.event {
        EventId::Provider { provider, id, version, .. } => Some(Described::Event(provider, id, version)),
        EventId::Class { class, opcode, version, .. } => {
            u8::try_from(version).ok().map(|version| Described::Class(class, opcode, version))
        }
        _ => None,
    }
}

/// Descriptions found in some buffers.
#[derive(Debug, Default)]
pub(crate) struct Descriptions {
    infos: Vec<(Described, String, Layout)>,
    /// By provider and process, because two processes may write the same manifest at the same time.
    pieces: BTreeMap<(Guid, Option<u32>), Pieces>,
}

#[derive(Debug, Default)]
struct Pieces {
    total: u16,
    texts: BTreeMap<u16, Vec<u8>>,
}

impl Pieces {
    fn whole(self) -> Option<Vec<u8>> {
        let all = self.texts.len() == usize::from(self.total);
        all.then(|| self.texts.into_values().flatten().collect())
    }
}

impl Descriptions {
    #[inline]
    pub(crate) fn add(&mut self, record: &EtlRecord<'_>) {
        match record.event {
            EventId::Class { class: event_info::CLASS, opcode: event_info::OPCODE, .. } => {
                self.infos.extend(event_info::read(record.payload));
            }
            EventId::Provider { provider, id: manifest::EVENT_ID, .. } => {
                if let Some(piece) = manifest::piece(record.payload) {
                    let pieces = self.pieces.entry((provider, record.pid)).or_default();
                    pieces.total = piece.total;
                    pieces.texts.insert(piece.number, piece.text.to_vec());
                }
            }
            _ => {}
        }
    }

    pub(crate) fn join(mut self, other: Descriptions) -> Descriptions {
        self.infos.extend(other.infos);
        for (key, pieces) in other.pieces {
            let here = self.pieces.entry(key).or_default();
            here.total = pieces.total;
            here.texts.extend(pieces.texts);
        }
        self
    }
}
