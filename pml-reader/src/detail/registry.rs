//! Registry events.

use crate::{
    PmlError, PmlEvent, PmlText,
    cursor::Cursor,
    detail::{
        fields::{Dialect, Fields, TextInfo, multi_sz},
        masks,
    },
    operation::registry as op,
    text::{push_decimal, push_grouped, push_hex},
    time::FileTime,
};

/// The fixed part of a registry event's detail, in the shape of its operation.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Open { desired: u32 },
    Query { length: u32, class: u32 },
    Enum { length: u32, index: u32, class: u32 },
    SetInfo { class: u32, length: u32, captured: u16 },
    SetValue { kind: u32, length: u32, captured: u16 },
    Second(TextInfo),
    Plain,
}

struct RegistryDetail<'a> {
    shape: Shape,
    path: PmlText<'a>,
    /// What follows the path: data of a value that is set, a second text.
    data: Cursor<'a>,
}

/// u16 path info, then by operation: open, create: u16, u32 access; query: u16, u32 length, u32 class; enumerate: u16,
/// u32 length, u32 index, u32 class; set info: u16, u32 class, u32 length, u16 captured, u16; set value: u16, u32 type,
/// u32 length, u16 captured, u16; load, rename: u16 info of a second text. Then the path, then data.
fn read<'a>(event: &PmlEvent<'a>) -> Result<RegistryDetail<'a>, PmlError> {
    let mut c = event.detail_cursor();
    let path = TextInfo::read(&mut c)?;
    let shape = match event.raw_operation() {
        op::LOAD_KEY | op::RENAME_KEY => Shape::Second(TextInfo::read(&mut c)?),
        op::OPEN_KEY | op::CREATE_KEY => {
            c.skip(2)?;
            Shape::Open { desired: c.u32()? }
        }
        op::QUERY_KEY | op::QUERY_VALUE => {
            c.skip(2)?;
            Shape::Query { length: c.u32()?, class: c.u32()? }
        }
        op::ENUM_KEY | op::ENUM_VALUE => {
            c.skip(2)?;
            Shape::Enum { length: c.u32()?, index: c.u32()?, class: c.u32()? }
        }
        op::SET_INFO_KEY => {
            c.skip(2)?;
            let (class, length, captured) = (c.u32()?, c.u32()?, c.u16()?);
            c.skip(2)?;
            Shape::SetInfo { class, length, captured }
        }
        op::SET_VALUE => {
            c.skip(2)?;
            let (kind, length, captured) = (c.u32()?, c.u32()?, c.u16()?);
            c.skip(2)?;
            Shape::SetValue { kind, length, captured }
        }
        _ => Shape::Plain,
    };
    Ok(RegistryDetail { shape, path: path.text(&mut c)?, data: c })
}

pub(crate) fn path_text<'a>(event: &PmlEvent<'a>) -> Result<PmlText<'a>, PmlError> {
    Ok(read(event)?.path)
}

pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    path_text(event)?.push_to(out);
    Ok(())
}

/// A registry value as far as the log holds it.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// REG_* type.
    pub kind: u32,
    /// Length of the value in bytes. The log often holds fewer.
    pub length: u32,
    /// The data that the log holds.
    pub data: &'a [u8],
}

/// The value that a RegSetValue, RegQueryValue or RegEnumValue event wrote or read, if the log holds it.
#[must_use]
pub fn value<'a>(event: &PmlEvent<'a>) -> Option<Value<'a>> {
    let detail = read(event).ok()?;
    match detail.shape {
        Shape::SetValue { kind, length, captured } => {
            let data = detail.data.rest();
            let take = (length as usize).min(captured.into()).min(data.len());
            Some(Value { kind, length, data: data.get(..take)? })
        }
        Shape::Query { class, .. } | Shape::Enum { class, .. }
            if matches!(event.raw_operation(), op::QUERY_VALUE | op::ENUM_VALUE) =>
        {
            queried_value(event.extra_cursor()?, class).ok()?.1
        }
        _ => None,
    }
}

impl Value<'_> {
    /// The number, of a REG_DWORD or REG_QWORD.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self.kind {
            REG_DWORD => self.data.first_chunk().map(|b| u32::from_le_bytes(*b).into()),
            REG_QWORD => self.data.first_chunk().map(|b| u64::from_le_bytes(*b)),
            _ => None,
        }
    }

    /// The text, of a REG_SZ or REG_EXPAND_SZ.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        matches!(self.kind, REG_SZ | REG_EXPAND_SZ).then(|| PmlText::Utf16(self.data).until_nul().to_string())
    }
}

/// Whether a RegCreateKey event made a new key.
pub(crate) fn created(event: &PmlEvent<'_>) -> bool {
    let disposition = |mut c: Cursor<'_>| {
        c.skip(4)?;
        c.u32()
    };
    event.raw_operation() == op::CREATE_KEY
        && event.extra_cursor().and_then(|c| disposition(c).ok()) == Some(REG_CREATED_NEW_KEY)
}

const REG_CREATED_NEW_KEY: u32 = 1;
const REG_OPENED_EXISTING_KEY: u32 = 2;
const MAXIMUM_ALLOWED: u32 = 0x200_0000;

const REG_SZ: u32 = 1;
const REG_EXPAND_SZ: u32 = 2;
const REG_BINARY: u32 = 3;
const REG_DWORD: u32 = 4;
const REG_MULTI_SZ: u32 = 7;
const REG_QWORD: u32 = 11;

/// REG_* by number.
const TYPES: &[&str] = &[
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
];

/// KEY_INFORMATION_CLASS by number.
const KEY_CLASSES: &[&str] =
    &["Basic", "Node", "Full", "Name", "Cached", "Flags", "Virtualization", "HandleTags", "Trust", "Layer"];

const KEY_BASIC: u32 = 0;
const KEY_NODE: u32 = 1;
const KEY_FULL: u32 = 2;
const KEY_NAME: u32 = 3;
const KEY_CACHED: u32 = 4;
const KEY_FLAGS: u32 = 5;
const KEY_HANDLE_TAGS: u32 = 7;

const VALUE_FULL: u32 = 1;
const VALUE_PARTIAL: u32 = 2;

const SET_WRITE_TIME: u32 = 0;
const SET_WOW64_FLAGS: u32 = 1;
const SET_HANDLE_TAGS: u32 = 5;

pub(crate) fn push_detail(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let detail = read(event)?;
    let extra = event.extra_cursor();
    match detail.shape {
        Shape::Open { desired } => push_open(event, desired, extra, fields),
        Shape::Query { length, class } if event.raw_operation() == op::QUERY_KEY => {
            push_number_or(fields.field("Query"), class, KEY_CLASSES);
            push_key(extra, length, class, false, fields)
        }
        Shape::Enum { length, index, class } if event.raw_operation() == op::ENUM_KEY => {
            push_grouped(fields.field("Index"), index.into());
            push_key(extra, length, class, true, fields)
        }
        Shape::Query { length, class } => push_value(extra, length, class, false, fields),
        Shape::Enum { length, index, class } => {
            push_grouped(fields.field("Index"), index.into());
            push_value(extra, length, class, true, fields)
        }
        Shape::SetInfo { class, length, captured } => {
            push_set_info(detail.data, class, length, captured, fields)
        }
        Shape::SetValue { kind, length, captured } => {
            push_type(fields.field("Type"), kind);
            push_grouped(fields.field("Length"), length.into());
            let take = (length as usize).min(captured.into());
            if take > 0 && (kind as usize) < TYPES.len() {
                let mut data = detail.data;
                let data = data.take(take.min(data.remaining()))?;
                push_data(fields, kind, data);
            }
            Ok(())
        }
        Shape::Second(info) => {
            let mut data = detail.data;
            let name = if event.raw_operation() == op::LOAD_KEY { "Hive Path" } else { "New Name" };
            info.text(&mut data)?.push_to(fields.field(name));
            Ok(())
        }
        Shape::Plain => Ok(()),
    }
}

/// All that the detail of a RegOpenKey event shows.
pub(super) fn open_key(event: &PmlEvent<'_>) -> Option<u128> {
    let Shape::Open { desired } = read(event).ok()?.shape else { return None };
    let granted = match event.extra_cursor() {
        Some(mut extra) => {
            let granted = extra.u32().ok()?;
            // Another number follows, which only an event that makes keys shows.
            extra.u32().ok()?;
            Some(granted)
        }
        None => None,
    };
    let key = 1 << 127 | u128::from(desired);
    Some(granted.map_or(key, |granted| key | 1 << 64 | u128::from(granted) << 32))
}

fn push_open(
    event: &PmlEvent<'_>,
    desired: u32,
    extra: Option<Cursor<'_>>,
    fields: &mut Fields<'_>,
) -> Result<(), PmlError> {
    if desired == 0 {
        return Ok(());
    }
    masks::push_key_access(fields.field("Desired Access"), desired);
    let Some(mut extra) = extra else { return Ok(()) };
    let granted = extra.u32()?;
    if desired == MAXIMUM_ALLOWED {
        masks::push_key_access(fields.field("Granted Access"), granted);
    }
    match extra.u32()? {
        REG_CREATED_NEW_KEY if event.raw_operation() == op::CREATE_KEY => {
            fields.text("Disposition", "REG_CREATED_NEW_KEY");
        }
        REG_OPENED_EXISTING_KEY if event.raw_operation() == op::CREATE_KEY => {
            fields.text("Disposition", "REG_OPENED_EXISTING_KEY");
        }
        _ => {}
    }
    Ok(())
}

/// The KEY_*_INFORMATION structures; of most members Process Monitor shows nothing.
fn push_key(
    extra: Option<Cursor<'_>>,
    length: u32,
    class: u32,
    named: bool,
    fields: &mut Fields<'_>,
) -> Result<(), PmlError> {
    let Some(mut c) = extra else {
        push_grouped(fields.field("Length"), length.into());
        return Ok(());
    };
    match class {
        KEY_NAME if named => push_name(&mut c, fields)?,
        KEY_NAME => {}
        KEY_HANDLE_TAGS => push_hex(fields.field("HandleTags"), c.u32()?.into()),
        KEY_FLAGS => push_hex(fields.field("UserFlags"), c.u32()?.into()),
        KEY_BASIC => {
            c.skip(12)?;
            push_name(&mut c, fields)?;
        }
        KEY_NODE => {
            c.skip(20)?;
            push_name(&mut c, fields)?;
        }
        KEY_CACHED => {
            c.skip(12)?;
            push_grouped(fields.field("SubKeys"), c.u32()?.into());
            c.skip(4)?;
            push_grouped(fields.field("Values"), c.u32()?.into());
        }
        KEY_FULL => {
            c.skip(20)?;
            push_grouped(fields.field("SubKeys"), c.u32()?.into());
            c.skip(8)?;
            push_grouped(fields.field("Values"), c.u32()?.into());
        }
        _ => {}
    }
    Ok(())
}

fn push_name(c: &mut Cursor<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let bytes = c.u32()?;
    let name = c.take((bytes as usize).min(c.remaining()))?;
    PmlText::Utf16(name).until_nul().push_to(fields.field("Name"));
    Ok(())
}

/// KEY_VALUE_FULL_INFORMATION and _PARTIAL_: the name of the first, and the value.
fn queried_value(
    mut c: Cursor<'_>,
    class: u32,
) -> Result<(Option<PmlText<'_>>, Option<Value<'_>>), PmlError> {
    let whole = c;
    c.skip(4)?;
    let kind = c.u32()?;
    match class {
        VALUE_FULL => {
            let (at, length, name_length) = (c.u32()?, c.u32()?, c.u32()?);
            let name = PmlText::Utf16(c.take((name_length as usize).min(c.remaining()))?).until_nul();
            let mut data = whole;
            // The data may have been cut off altogether.
            let data = if data.seek(at as usize).is_ok() { data.rest() } else { &[] };
            let data = data.get(..length as usize).unwrap_or(data);
            Ok((Some(name), Some(Value { kind, length, data })))
        }
        VALUE_PARTIAL => {
            let length = c.u32()?;
            let data = c.take((length as usize).min(c.remaining()))?;
            Ok((None, Some(Value { kind, length, data })))
        }
        _ => Ok((None, Some(Value { kind, length: 0, data: &[] }))),
    }
}

fn push_value(
    extra: Option<Cursor<'_>>,
    length: u32,
    class: u32,
    named: bool,
    fields: &mut Fields<'_>,
) -> Result<(), PmlError> {
    let Some(extra) = extra else {
        push_grouped(fields.field("Length"), length.into());
        return Ok(());
    };
    let (name, value) = queried_value(extra, class)?;
    if let Some(name) = name.filter(|_| named) {
        name.push_to(fields.field("Name"));
    }
    let Some(value) = value else { return Ok(()) };
    push_type(fields.field("Type"), value.kind);
    if !matches!(class, VALUE_FULL | VALUE_PARTIAL) {
        return Ok(());
    }
    push_grouped(fields.field("Length"), value.length.into());
    if value.length > 0 {
        push_data(fields, value.kind, value.data);
    }
    Ok(())
}

/// `REG_*` data. REG_SZ ends at its first NUL; a line break in it continues with `;`.
fn push_data(fields: &mut Fields<'_>, kind: u32, data: &[u8]) {
    let dialect = fields.dialect();
    let out = fields.field("Data");
    match kind {
        REG_DWORD => {
            if let Some(b) = data.first_chunk() {
                push_decimal(out, u32::from_le_bytes(*b).into());
            }
        }
        // Process Monitor prints nothing for a REG_QWORD.
        REG_QWORD if dialect == Dialect::Procmon => {}
        REG_QWORD => {
            if let Some(b) = data.first_chunk() {
                push_decimal(out, u64::from_le_bytes(*b));
            }
        }
        REG_SZ | REG_EXPAND_SZ => {
            let start = out.len();
            PmlText::Utf16(data).until_nul().push_to(out);
            if out.get(start..).is_some_and(|s| s.contains("\r\n")) {
                let text = out.split_off(start);
                out.push_str(&text.replace("\r\n", "\n;"));
            }
        }
        REG_MULTI_SZ => {
            for (i, text) in multi_sz(data).enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                text.push_to(out);
            }
        }
        REG_BINARY => {
            for (i, byte) in data.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'A' + n - 10 });
                out.push(digit(byte >> 4));
                out.push(digit(byte & 15));
            }
        }
        _ => {}
    }
}

fn push_set_info(
    mut data: Cursor<'_>,
    class: u32,
    length: u32,
    captured: u16,
    fields: &mut Fields<'_>,
) -> Result<(), PmlError> {
    let out = fields.field("KeySetInformationClass");
    match class {
        SET_WRITE_TIME => out.push_str("KeyWriteTimeInformation"),
        SET_WOW64_FLAGS => out.push_str("KeyWow64FlagsInformation"),
        SET_HANDLE_TAGS => out.push_str("KeySetHandleTagsInformation"),
        _ => push_unknown(out, class),
    }
    // Process Monitor shows how much it captured as the length.
    let shown = if fields.dialect() == Dialect::Procmon { captured.into() } else { length.into() };
    push_grouped(fields.field("Length"), shown);
    if captured > 0 {
        match class {
            SET_WRITE_TIME => fields.time("LastWriteTime", FileTime(data.u64()?)),
            SET_WOW64_FLAGS => push_hex(fields.field("Wow64Flags"), data.u32()?.into()),
            SET_HANDLE_TAGS => push_hex(fields.field("HandleTags"), data.u32()?.into()),
            _ => {}
        }
    }
    Ok(())
}

fn push_type(out: &mut String, kind: u32) {
    push_number_or(out, kind, TYPES);
}

fn push_number_or(out: &mut String, value: u32, names: &[&str]) {
    match names.get(value as usize) {
        Some(name) => out.push_str(name),
        None => push_unknown(out, value),
    }
}

fn push_unknown(out: &mut String, value: u32) {
    out.push_str("<Unknown: ");
    push_decimal(out, value.into());
    out.push('>');
}
