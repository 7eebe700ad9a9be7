//! TraceLogging: the event describes itself in two extended items.
//!
//! The layout is from the metadata chapter of the public `TraceLoggingProvider.h`. It was seen in 9 real files.

use std::borrow::Cow;

use super::payload::{self, MOST_FIELDS};
use super::value::{Fields, Value};
use crate::cursor::{Cursor, PointerWidth};
use crate::error::EtlError;
use crate::layout::FieldType;
use crate::text::Ansi;

/// The name of the provider, from its traits item.
pub(crate) fn provider_name(traits: &[u8]) -> Option<Cow<'_, str>> {
    let mut cursor = Cursor::new(traits, 0);
    cursor.u16("size of the traits").ok()?;
    Some(text(cursor.bytes_nul("name of the provider").ok()?)).filter(|name| !name.is_empty())
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(Ansi::new(bytes).to_string()),
    }
}

/// The event's name, its fields, and what stopped the decoding.
pub(crate) fn decode<'a>(
    schema: &'a [u8],
    payload: &mut Cursor<'a>,
    width: PointerWidth,
) -> (Cow<'a, str>, Fields<'a>, Option<EtlError>) {
    let mut meta = Cursor::new(schema, payload.offset());
    let mut header = || -> Result<&'a [u8], EtlError> {
        meta.u16("size of the event's description")?;
        while meta.u8("tags of the event")? & CONTINUES != 0 {}
        meta.bytes_nul("name of the event")
    };
    let name = match header() {
        Ok(name) => text(name),
        Err(error) => return (Cow::Borrowed(""), Vec::new(), Some(error)),
    };
    let values = MOST_FIELDS + payload.rest().len();
    let mut reader = Reader { meta, payload, width, values };
    let (fields, error) = reader.fields(usize::MAX, DEPTH);
    (name, fields, error)
}

const CONTINUES: u8 = 0x80;
const TYPE: u8 = 0x1f;
const SHAPE: u8 = 0x60;
const FIXED_COUNT: u8 = 0x20;
const COUNTED: u8 = 0x40;
const STRUCT: u16 = 24;
const BINARY: u16 = 14;
const DEPTH: usize = 8;

/// How many values a field has.
enum Shape {
    One,
    Fixed(u16),
    Counted,
    Custom,
}

struct Description {
    number: u16,
    shape: Shape,
    /// Fields of a structure.
    members: usize,
}

struct Reader<'p, 'a> {
    meta: Cursor<'a>,
    payload: &'p mut Cursor<'a>,
    width: PointerWidth,
    /// Values that may still come.
    values: usize,
}

impl<'a> Reader<'_, 'a> {
    /// Up to `count` fields, or all that are described.
    fn fields(&mut self, count: usize, depth: usize) -> (Fields<'a>, Option<EtlError>) {
        let mut out = Fields::new();
        while out.len() < count && !self.meta.rest().is_empty() {
            match self.field(depth) {
                Ok(field) => out.push(field),
                Err(error) => return (out, Some(error)),
            }
        }
        (out, None)
    }

    fn description(&mut self) -> Result<(Cow<'a, str>, Description), EtlError> {
        let name = text(self.meta.bytes_nul("name of a field")?);
        let in_type = self.meta.u8("type of a field")?;
        let mut out_type = 0;
        if in_type & CONTINUES != 0 {
            out_type = self.meta.u8("format of a field")?;
            if out_type & CONTINUES != 0 {
                while self.meta.u8("tags of a field")? & CONTINUES != 0 {}
            }
        }
        let shape = match in_type & SHAPE {
            0 => Shape::One,
            FIXED_COUNT => Shape::Fixed(self.meta.u16("count of a field")?),
            COUNTED => Shape::Counted,
            _ => Shape::Custom,
        };
        let number = u16::from(in_type & TYPE);
        Ok((name, Description { number, shape, members: usize::from(out_type & !CONTINUES) }))
    }

    /// The description of a custom type, private to the provider.
    fn custom_type(&mut self) -> Result<(), EtlError> {
        let size = self.meta.u16("size of a custom type")?;
        self.meta.bytes("custom type", size.into()).map(|_| ())
    }

    fn field(&mut self, depth: usize) -> Result<(Cow<'a, str>, Value<'a>), EtlError> {
        let (name, Description { number, shape, members }) = self.description()?;
        let Some(values) = self.values.checked_sub(1) else {
            return Err(EtlError::Invalid {
                what: "values of an event",
                offset: self.payload.offset(),
                found: 0,
                expected: "not many more than bytes",
            });
        };
        self.values = values;
        let count = match shape {
            Shape::One => None,
            Shape::Fixed(count) => Some(count),
            Shape::Counted => Some(self.payload.u16("count of a field")?),
            Shape::Custom => {
                self.custom_type()?;
                let length = self.payload.u16("size of a custom field")?;
                return Ok((name, Value::Bytes(self.payload.bytes("custom field", length.into())?)));
            }
        };
        if number == STRUCT {
            return self.structure(members, count, depth).map(|value| (name, value));
        }
        let kind = match number {
            BINARY => FieldType::CountedBytes,
            _ => FieldType::from_tdh(number).ok_or_else(|| EtlError::Invalid {
                what: "type of a field",
                offset: self.meta.offset(),
                found: number.into(),
                expected: "a TraceLogging in-type",
            })?,
        };
        let mut one = || payload::scalar(self.payload, &kind, None, self.width);
        let value = match count {
            None => one()?,
            Some(count) => Value::Array((0..count).map(|_| one()).collect::<Result<_, _>>()?),
        };
        Ok((name, value))
    }

    /// The members' descriptions follow once, their values once for each element.
    fn structure(&mut self, members: usize, count: Option<u16>, depth: usize) -> Result<Value<'a>, EtlError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(EtlError::Invalid {
                what: "depth of structures",
                offset: self.meta.offset(),
                found: DEPTH as u64,
                expected: "at most 8 levels",
            });
        };
        if count == Some(0) {
            self.skip(members, depth)?;
        }
        let start = self.meta;
        let mut elements = Vec::new();
        for _ in 0..count.unwrap_or(1) {
            let at = self.payload.position();
            self.meta = start;
            let (fields, error) = self.fields(members, depth);
            if let Some(error) = error {
                return Err(error);
            }
            elements.push(Value::Struct(fields));
            if self.payload.position() == at {
                // Elements without bytes are all alike.
                break;
            }
        }
        match (count, elements.pop()) {
            (None, Some(one)) => Ok(one),
            (_, last) => {
                elements.extend(last);
                Ok(Value::Array(elements))
            }
        }
    }

    /// Goes past the descriptions of members that have no values.
    fn skip(&mut self, members: usize, depth: usize) -> Result<(), EtlError> {
        for _ in 0..members {
            let (_, description) = self.description()?;
            if let Shape::Custom = description.shape {
                self.custom_type()?;
            }
            if description.number == STRUCT && depth > 0 {
                self.skip(description.members, depth - 1)?;
            }
        }
        Ok(())
    }
}
