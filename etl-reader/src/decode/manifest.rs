//! Manifests that .NET event sources write into the trace, in pieces of XML.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::cursor::Cursor;
use crate::guid::Guid;
use crate::layout::{Extent, Field, FieldType, Layout};

/// Id of the events that carry a piece.
pub(crate) const EVENT_ID: u16 = 0xfffe;
const MAGIC: u8 = 0x5b;

/// One piece: how many there are, which one it is, the text.
pub(crate) struct Piece<'a> {
    pub(crate) total: u16,
    pub(crate) number: u16,
    pub(crate) text: &'a [u8],
}

/// Reads the payload of an event with [`EVENT_ID`].
pub(crate) fn piece(payload: &[u8]) -> Option<Piece<'_>> {
    let mut cursor = Cursor::new(payload, 0);
    let [format, _, _, magic] = cursor.array("manifest piece").ok()?;
    let total = cursor.u16("pieces").ok()?;
    let number = cursor.u16("piece").ok()?;
    (format == 1 && magic == MAGIC && number < total).then(|| Piece { total, number, text: cursor.rest() })
}

/// A manifest's provider and events.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    pub(crate) provider: Guid,
    pub(crate) name: String,
    /// By id and version.
    pub(crate) events: Vec<(u16, u8, Layout)>,
}

/// Reads the XML. Nothing where it is no manifest; events whose template is not understood are left out.
pub(crate) fn read(xml: &[u8]) -> Option<Manifest> {
    let mut reader = Reader::from_str(std::str::from_utf8(xml).ok()?);
    let mut manifest = Manifest::default();
    let mut events: Vec<(u16, u8, String, Option<String>)> = Vec::new();
    let mut templates: HashMap<String, Option<Arc<[Field]>>> = HashMap::new();
    let mut open: Option<(String, Option<Vec<Field>>)> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "provider" => {
                    manifest.provider = attribute(&tag, "guid")?.parse().ok()?;
                    manifest.name = attribute(&tag, "name").unwrap_or_default();
                }
                "event" => {
                    let Some(id) = attribute(&tag, "value").and_then(|id| id.parse().ok()) else { continue };
                    let version = attribute(&tag, "version").and_then(|v| v.parse().ok()).unwrap_or(0);
                    let name = attribute(&tag, "symbol").or_else(|| attribute(&tag, "task"));
                    events.push((id, version, name.unwrap_or_default(), attribute(&tag, "template")));
                }
                "template" => open = attribute(&tag, "tid").map(|tid| (tid, Some(Vec::new()))),
                "data" => {
                    if let Some((_, fields)) = &mut open {
                        *fields = fields.take().and_then(|fields| with_field(fields, &tag));
                    }
                }
                // Nested structures: no event source writes them.
                "struct" => {
                    if let Some((_, fields)) = &mut open {
                        *fields = None;
                    }
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "template" => {
                templates.extend(open.take().map(|(tid, fields)| (tid, fields.map(Arc::from))));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    for (id, version, name, template) in events {
        let fields = match template {
            None => Some(Arc::default()),
            Some(tid) => templates.get(&tid).cloned().flatten(),
        };
        if let Some(fields) = fields {
            let name = Cow::Owned(name);
            manifest.events.push((id, version, Layout { version: version.into(), name, fields }));
        }
    }
    (!manifest.provider.is_nil()).then_some(manifest)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

fn with_field(mut fields: Vec<Field>, tag: &BytesStart<'_>) -> Option<Vec<Field>> {
    let kind = in_type(&attribute(tag, "inType")?)?;
    let extent = |name: &str| match attribute(tag, name) {
        None => Some(Extent::Natural),
        Some(text) => match text.parse() {
            Ok(number) => Some(Extent::Fixed(number)),
            Err(_) => fields.iter().position(|field| field.name == text).map(Extent::Field),
        },
    };
    let (length, count) = (extent("length")?, extent("count")?);
    fields.push(Field { name: Cow::Owned(attribute(tag, "name")?), kind, length, count, optional: false });
    Some(fields)
}

fn in_type(name: &str) -> Option<FieldType> {
    let number = match name.strip_prefix("win:")? {
        "UnicodeString" => 1,
        "AnsiString" => 2,
        "Int8" => 3,
        "UInt8" => 4,
        "Int16" => 5,
        "UInt16" => 6,
        "Int32" => 7,
        "UInt32" => 8,
        "Int64" => 9,
        "UInt64" => 10,
        "Float" => 11,
        "Double" => 12,
        "Boolean" => 13,
        "Binary" => 14,
        "GUID" => 15,
        "Pointer" => 16,
        "FILETIME" => 17,
        "SYSTEMTIME" => 18,
        "SID" => 19,
        "HexInt32" => 20,
        "HexInt64" => 21,
        _ => return None,
    };
    FieldType::from_tdh(number)
}
