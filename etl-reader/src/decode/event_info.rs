//! `TRACE_EVENT_INFO`: the description of a manifest or class event that Windows adds to a merged file.
//!
//! The layout is from the public `tdh.h`. It was seen in a merged file of Windows 8.

use std::borrow::Cow;

use crate::cursor::Fixed;
use crate::guid::Guid;
use crate::layout::{Extent, Field, FieldType, Layout};
use crate::text::Utf16;

/// The class and type of the records that hold such descriptions.
pub(crate) const CLASS: Guid =
    Guid::new(0xbbcc_f6c1, 0x6cd1, 0x48c4, [0x80, 0xff, 0x83, 0x94, 0x82, 0xe3, 0x76, 0x71]);
pub(crate) const OPCODE: u8 = 32;

/// What is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Described {
    /// A manifest event: provider, id, version.
    Event(Guid, u16, u8),
    /// A class event: class, type, version.
    Class(Guid, u8, u8),
}

const HEAD: usize = 0x70;
const PROPERTY: usize = 0x18;
/// Manifests allow 128 properties in an event.
const MOST_PROPERTIES: usize = 1024;

const STRUCT: u32 = 0x01;
const LENGTH_PROPERTY: u32 = 0x02;
const COUNT_PROPERTY: u32 = 0x04;
const FIXED_COUNT: u32 = 0x20;

/// Reads a description: what it is of, the provider's name and the layout. Nothing where it makes no sense.
pub(crate) fn read(blob: &[u8]) -> Option<(Described, String, Layout)> {
    let head = Fixed::<HEAD>::at(blob, 0)?;
    let (id, version, opcode) = (head.u16::<0x20>(), head.u8::<0x22>(), head.u8::<0x25>());
    // 1 is a class of the management repository; its events are told by type.
    let described = match head.u32::<0x30>() {
        1 => Described::Class(head.guid::<0x10>(), opcode, version),
        _ => Described::Event(head.guid::<0>(), id, version),
    };
    let provider = string(blob, head.u32::<0x34>()).unwrap_or_default();
    let task = string(blob, head.u32::<0x44>()).unwrap_or_default();
    let opcode_name = string(blob, head.u32::<0x48>()).unwrap_or_default();
    let top = usize::try_from(head.u32::<0x68>()).ok()?;
    let mut left = MOST_PROPERTIES;
    let fields = properties(blob, 0, top, &mut left)?.into();
    // As usual in this field: task and opcode, unless the opcode is the default one.
    let name = Cow::Owned(match opcode_name.strip_prefix("win:").unwrap_or(&opcode_name) {
        "" | "Info" => task,
        opcode => format!("{task}/{opcode}"),
    });
    Some((described, provider, Layout { version: version.into(), name, fields }))
}

/// A NUL-terminated string of the blob; manifest names are padded with a space.
fn string(blob: &[u8], at: u32) -> Option<String> {
    let at = usize::try_from(at).ok().filter(|&at| at > 0)?;
    let mut cursor = crate::cursor::Cursor::new(blob.get(at..)?, 0);
    let text = Utf16::new(cursor.utf16_nul("name").ok()?).to_string();
    Some(text.trim_end().to_owned())
}

/// Properties of the blob from `first` on. `left` counts all that are read, as structures may share members.
fn properties(blob: &[u8], first: usize, count: usize, left: &mut usize) -> Option<Vec<Field>> {
    *left = left.checked_sub(count)?;
    (first..first.checked_add(count)?).map(|place| property(blob, first, place, left)).collect()
}

fn property(blob: &[u8], first: usize, place: usize, left: &mut usize) -> Option<Field> {
    let at = place.checked_mul(PROPERTY)?.checked_add(HEAD)?;
    let info = Fixed::<PROPERTY>::at(blob, at)?;
    let flags = info.u32::<0>();
    let kind = if flags & STRUCT != 0 {
        let (start, members) = (info.u16::<8>(), info.u16::<10>());
        // A structure lies after what holds it, so a chain of them ends.
        if usize::from(start) <= place {
            return None;
        }
        FieldType::Struct(properties(blob, start.into(), members.into(), left)?)
    } else {
        FieldType::from_tdh(info.u16::<8>())?
    };
    // References count all properties; a layout counts the fields of one structure.
    let earlier = |number: u16| usize::from(number).checked_sub(first).filter(|&n| n < place - first);
    let count = match info.u16::<0x10>() {
        number if flags & COUNT_PROPERTY != 0 => Extent::Field(earlier(number)?),
        number @ 2.. => Extent::Fixed(number),
        1 if flags & FIXED_COUNT != 0 => Extent::Fixed(1),
        _ => Extent::Natural,
    };
    let variable = matches!(kind, FieldType::Utf16 | FieldType::Ansi | FieldType::Bytes);
    let length = match info.u16::<0x12>() {
        number if flags & LENGTH_PROPERTY != 0 => Extent::Field(earlier(number)?),
        number @ 1.. if variable => Extent::Fixed(number),
        _ => Extent::Natural,
    };
    let name = string(blob, info.u32::<4>()).unwrap_or_default();
    Some(Field { name: Cow::Owned(name), kind, length, count, optional: false })
}
