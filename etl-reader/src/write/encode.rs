//! Payloads from named values, by the same tables the reader uses.

use crate::cursor::PointerWidth;
use crate::decode::Value;
use crate::error::EtlError;
use crate::layout::table::{self, Tables};
use crate::layout::{Extent, Field, FieldType};
use crate::record::EventId;

/// The payload of a known event. Text may be given as it is, whatever kind of string the field is. Fields that are not given are zero or empty; the length of a counted string or
/// binary field is written by itself.
///
/// # Errors
/// [`EtlError::Field`]: an event that is not in the tables in this version, a name that is not a field of it, or
/// a value of another type than the field's.
pub fn encode(
    event: EventId,
    width: PointerWidth,
    values: &[(&str, Value<'_>)],
) -> Result<Vec<u8>, EtlError> {
    let wrong = |field: &str, problem| EtlError::Field { field: field.to_owned(), problem };
    let (provider, id, version) =
        table::key(Tables::get(), event).ok_or_else(|| wrong("event", "is not in the tables"))?;
    let layout = match provider.layout(id, version) {
        Some((layout, true)) => layout,
        _ => return Err(wrong("event", "is not in the tables in this version")),
    };
    if let Some((name, _)) = values.iter().find(|(name, _)| !layout.fields.iter().any(|f| f.name == *name)) {
        return Err(wrong(name, "is not a field of the event"));
    }
    let given = |name: &str| values.iter().find(|value| value.0 == name).map(|value| &value.1);
    let mut out = Vec::new();
    for (place, field) in layout.fields.iter().enumerate() {
        let value = match given(&field.name) {
            Some(value) => Some(value.clone()),
            None => counted_by(&layout.fields, place, &given),
        };
        if value.is_none() && field.optional {
            continue;
        }
        put(&mut out, field, width, value.as_ref())
            .ok_or_else(|| wrong(&field.name, "has a value of another type"))?;
    }
    Ok(out)
}

/// The length of the field that is counted by the field at `place`.
fn counted_by<'v>(
    fields: &[Field],
    place: usize,
    given: &impl Fn(&str) -> Option<&'v Value<'v>>,
) -> Option<Value<'static>> {
    let counted = fields.iter().find(|field| field.length == Extent::Field(place))?;
    Some(Value::Unsigned(match given(&counted.name)? {
        Value::Utf16(text) => text.as_bytes().len() as u64 / 2,
        Value::Ansi(text) if counted.kind == FieldType::Utf16 => {
            text.to_string().encode_utf16().count() as u64
        }
        Value::Ansi(text) => text.as_bytes().len() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        _ => return None,
    }))
}

fn put(out: &mut Vec<u8>, field: &Field, width: PointerWidth, value: Option<&Value<'_>>) -> Option<()> {
    let one = |out: &mut Vec<u8>, value| put_one(out, &field.kind, field.length, width, value);
    match (field.count, value) {
        (Extent::Natural, value) => one(out, value),
        (Extent::Fixed(count), None) => (0..count).try_for_each(|_| one(out, None)),
        (_, None) => Some(()),
        (count, Some(Value::Array(values))) => {
            if matches!(count, Extent::Fixed(count) if usize::from(count) != values.len()) {
                return None;
            }
            values.iter().try_for_each(|value| one(out, Some(value)))
        }
        _ => None,
    }
}

fn put_one(
    out: &mut Vec<u8>,
    kind: &FieldType,
    length: Extent,
    width: PointerWidth,
    value: Option<&Value<'_>>,
) -> Option<()> {
    let number = || value.map_or(Some(0), Value::as_u64);
    match kind {
        FieldType::Unsigned(bytes) | FieldType::Signed(bytes) | FieldType::Hex(bytes) => {
            put_number(out, number()?, (*bytes).into())
        }
        FieldType::Pointer => put_number(out, number()?, width.bytes()),
        FieldType::Bool => put_number(out, number()?, 4),
        FieldType::FileTime => put_number(out, number()?, 8),
        FieldType::Float(4) => match value {
            None => put_number(out, 0, 4),
            Some(Value::Float(n)) => {
                #[expect(clippy::cast_possible_truncation, reason = "the field is a number of 32 bits")]
                let n = *n as f32;
                put_number(out, n.to_bits().into(), 4)
            }
            _ => None,
        },
        FieldType::Float(_) => match value {
            None => put_number(out, 0, 8),
            Some(Value::Float(n)) => put_number(out, n.to_bits(), 8),
            _ => None,
        },
        FieldType::Guid => match value {
            None => put_bytes(out, &[0; 16]),
            Some(Value::Guid(guid)) => put_bytes(out, &guid.to_bytes()),
            _ => None,
        },
        FieldType::SystemTime => match value {
            None => put_bytes(out, &[0; 16]),
            Some(Value::SystemTime(parts)) => {
                parts.iter().try_for_each(|part| put_number(out, (*part).into(), 2))
            }
            _ => None,
        },
        FieldType::Sid => match value {
            // S-1-0, nobody, stands for none: the field cannot be empty.
            None => put_bytes(out, &[1, 0, 0, 0, 0, 0, 0, 0]),
            Some(Value::Sid(sid)) => put_bytes(out, sid.as_bytes()),
            _ => None,
        },
        FieldType::UserSid => match value {
            None => put_bytes(out, &[0; 4]),
            Some(Value::Bytes([])) => put_bytes(out, &[0; 4]),
            Some(Value::Sid(sid)) => {
                out.resize(out.len() + 2 * width.bytes(), 0);
                put_bytes(out, sid.as_bytes())
            }
            _ => None,
        },
        FieldType::Utf16 | FieldType::Ansi => {
            match value {
                None => {}
                Some(Value::Utf16(text)) if *kind == FieldType::Utf16 => put_bytes(out, text.as_bytes())?,
                Some(Value::Ansi(text)) if *kind == FieldType::Ansi => put_bytes(out, text.as_bytes())?,
                Some(Value::Ansi(text)) => {
                    out.extend(text.to_string().encode_utf16().flat_map(u16::to_le_bytes));
                }
                _ => return None,
            }
            let nul = if *kind == FieldType::Utf16 { 2 } else { 1 };
            out.resize(out.len() + if length == Extent::Natural { nul } else { 0 }, 0);
            Some(())
        }
        FieldType::Bytes => match value {
            None => Some(()),
            Some(Value::Bytes(bytes)) => put_bytes(out, bytes),
            _ => None,
        },
        // Not in the tables: only files describe themselves with these.
        FieldType::CountedUtf16 | FieldType::CountedAnsi | FieldType::CountedBytes | FieldType::Struct(_) => {
            None
        }
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    out.extend_from_slice(bytes);
    Some(())
}

fn put_number(out: &mut Vec<u8>, number: u64, bytes: usize) -> Option<()> {
    out.extend(number.to_le_bytes().into_iter().take(bytes));
    Some(())
}
