//! A payload read by a layout.

use std::borrow::Cow;

use super::value::{Fields, Sid, Value};
use crate::clock::FileTime;
use crate::cursor::{Cursor, PointerWidth};
use crate::error::EtlError;
use crate::layout::{Extent, Field, FieldType};
use crate::text::{Ansi, Utf16};

/// Structures within structures; real manifests have one level.
const DEPTH: usize = 8;

/// Reads fields until the first that does not fit, which is told with the fields before it.
pub(crate) fn decode<'a>(
    cursor: &mut Cursor<'a>,
    fields: &'a [Field],
    width: PointerWidth,
) -> (Fields<'a>, Option<EtlError>) {
    let values = MOST_FIELDS + cursor.rest().len();
    Reader { cursor, width, values }.fields(fields, DEPTH)
}

/// Every value takes a byte of the payload, but for empty arrays and binary fields. So many of these may be in
/// an event; more than a manifest allows.
pub(super) const MOST_FIELDS: usize = 1024;

struct Reader<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    width: PointerWidth,
    /// Values that may still come.
    values: usize,
}

impl<'a> Reader<'_, 'a> {
    fn fields(&mut self, fields: &'a [Field], depth: usize) -> (Fields<'a>, Option<EtlError>) {
        let mut out: Fields<'a> = Vec::with_capacity(fields.len());
        for field in fields {
            if field.optional && self.cursor.rest().is_empty() {
                break;
            }
            match self.field(field, &out, depth) {
                Ok(value) => out.push((Cow::Borrowed(&field.name), value)),
                Err(error) => return (out, Some(error)),
            }
        }
        (out, None)
    }

    fn field(&mut self, field: &'a Field, before: &Fields<'a>, depth: usize) -> Result<Value<'a>, EtlError> {
        let Some(values) = self.values.checked_sub(1) else {
            return Err(self.invalid("values of an event", 0, "not many more than bytes"));
        };
        self.values = values;
        let length = self.extent(field.length, before)?;
        let count = match field.count {
            Extent::Natural => return self.one(&field.kind, length, depth),
            Extent::Rest => None,
            other => self.extent(other, before)?,
        };
        let mut values = Vec::new();
        while count.map_or(!self.cursor.rest().is_empty(), |count| values.len() < count) {
            let at = self.cursor.position();
            values.push(self.one(&field.kind, length, depth)?);
            if self.cursor.position() == at {
                // Elements without bytes could be counted for ever.
                return Err(self.invalid("element of an array", 0, "at least one byte"));
            }
        }
        Ok(Value::Array(values))
    }

    /// A stated length or count; nothing where the type says or the rest is meant.
    fn extent(&self, extent: Extent, before: &Fields<'a>) -> Result<Option<usize>, EtlError> {
        match extent {
            Extent::Natural => Ok(None),
            Extent::Rest => Ok(Some(self.cursor.rest().len())),
            Extent::Fixed(number) => Ok(Some(number.into())),
            Extent::Field(place) => {
                let number = before.get(place).and_then(|(_, value)| value.as_u64());
                number.and_then(|n| usize::try_from(n).ok()).map(Some).ok_or_else(|| {
                    self.invalid("length of a field", number.unwrap_or(0), "the value of an earlier field")
                })
            }
        }
    }

    fn invalid(&self, what: &'static str, found: u64, expected: &'static str) -> EtlError {
        invalid(self.cursor, what, found, expected)
    }

    fn one(
        &mut self,
        kind: &'a FieldType,
        length: Option<usize>,
        depth: usize,
    ) -> Result<Value<'a>, EtlError> {
        let FieldType::Struct(fields) = kind else {
            return scalar(self.cursor, kind, length, self.width);
        };
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.invalid("depth of structures", DEPTH as u64, "at most 8 levels"));
        };
        match self.fields(fields, depth) {
            (fields, None) => Ok(Value::Struct(fields)),
            (_, Some(error)) => Err(error),
        }
    }
}

/// Reads one value that is not a structure.
pub(super) fn scalar<'a>(
    cursor: &mut Cursor<'a>,
    kind: &FieldType,
    length: Option<usize>,
    width: PointerWidth,
) -> Result<Value<'a>, EtlError> {
    Ok(match kind {
        FieldType::Unsigned(bytes) => Value::Unsigned(number(cursor, *bytes)?),
        FieldType::Hex(bytes) => Value::Hex(number(cursor, *bytes)?),
        FieldType::Signed(bytes) => {
            let unused = 64 - 8 * u32::from(*bytes).clamp(1, 8);
            Value::Signed((number(cursor, *bytes)? << unused).cast_signed() >> unused)
        }
        FieldType::Pointer => Value::Pointer(cursor.pointer("pointer", width)?),
        FieldType::Bool => Value::Bool(cursor.u32("truth value")? != 0),
        FieldType::Float(4) => Value::Float(f32::from_bits(cursor.u32("number")?).into()),
        FieldType::Float(_) => Value::Float(f64::from_bits(cursor.u64("number")?)),
        FieldType::Guid => Value::Guid(cursor.guid("GUID")?),
        FieldType::FileTime => Value::FileTime(FileTime(cursor.u64("time")?.cast_signed())),
        FieldType::SystemTime => {
            let mut parts = [0; 8];
            for part in &mut parts {
                *part = cursor.u16("system time")?;
            }
            Value::SystemTime(parts)
        }
        FieldType::Sid => sid(cursor)?,
        FieldType::UserSid => user_sid(cursor, width)?,
        FieldType::Utf16 => Value::Utf16(match length {
            None => Utf16::new(cursor.utf16_nul("string")?),
            Some(units) => Utf16::new(cursor.bytes("string", units.saturating_mul(2))?),
        }),
        FieldType::Ansi => Value::Ansi(match length {
            None => Ansi::new(cursor.bytes_nul("string")?),
            Some(bytes) => Ansi::new(cursor.bytes("string", bytes)?),
        }),
        FieldType::CountedUtf16 => Value::Utf16(Utf16::new(counted(cursor)?)),
        FieldType::CountedAnsi => Value::Ansi(Ansi::new(counted(cursor)?)),
        FieldType::CountedBytes => Value::Bytes(counted(cursor)?),
        FieldType::Bytes => match length {
            Some(bytes) => Value::Bytes(cursor.bytes("binary field", bytes)?),
            None => Value::Bytes(cursor.take_rest()),
        },
        FieldType::Struct(_) => return Err(invalid(cursor, "structure", 0, "a single value")),
    })
}

fn sid<'a>(cursor: &mut Cursor<'a>) -> Result<Value<'a>, EtlError> {
    match Sid::at(cursor.rest()) {
        Some(sid) => {
            cursor.bytes("SID", sid.as_bytes().len())?;
            Ok(Value::Sid(sid))
        }
        None => {
            let found = cursor.rest().first().copied().unwrap_or(0);
            Err(invalid(cursor, "SID", found.into(), "revision 1 and its sub-authorities"))
        }
    }
}

/// A `TOKEN_USER` and its SID. Without a user the kernel writes four zero bytes; but some payloads have a
/// zeroed `TOKEN_USER` with the SID after it, so zeros alone do not tell.
fn user_sid<'a>(cursor: &mut Cursor<'a>, width: PointerWidth) -> Result<Value<'a>, EtlError> {
    let token = 2 * width.bytes();
    let rest = cursor.rest();
    if Sid::at(rest.get(token..).unwrap_or_default()).is_some() {
        cursor.bytes("token", token)?;
        return sid(cursor);
    }
    match cursor.u32("user")? {
        0 => Ok(Value::Bytes(&[])),
        found => Err(invalid(cursor, "user", found.into(), "0 or a token and its SID")),
    }
}

fn number(cursor: &mut Cursor<'_>, bytes: u8) -> Result<u64, EtlError> {
    Ok(match bytes {
        1 => cursor.u8("number")?.into(),
        2 => cursor.u16("number")?.into(),
        4 => cursor.u32("number")?.into(),
        _ => cursor.u64("number")?,
    })
}

fn counted<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], EtlError> {
    let length = cursor.u16("length of a field")?;
    cursor.bytes("counted field", length.into())
}

fn invalid(cursor: &Cursor<'_>, what: &'static str, found: u64, expected: &'static str) -> EtlError {
    EtlError::Invalid { what, offset: cursor.offset(), found, expected }
}
