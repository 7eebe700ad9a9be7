//! What a payload holds: the fields of an event in the order recorded.
//!
//! A [`Layout`] comes from the tables in `data/`, or from a description inside the file itself.

pub(crate) mod table;

use std::borrow::Cow;
use std::sync::Arc;

/// The fields of one version of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Version of the event.
    pub(crate) version: u16,
    /// Name of the event; empty where the manifest gives none.
    pub(crate) name: Cow<'static, str>,
    /// The fields in the order recorded; shared by the events that have the same.
    pub(crate) fields: Arc<[Field]>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Name of the field.
    pub(crate) name: Cow<'static, str>,
    /// Type of one element.
    pub(crate) kind: FieldType,
    /// Characters of a string or bytes of a binary field, where its type does not say.
    pub(crate) length: Extent,
    /// Number of elements.
    pub(crate) count: Extent,
    /// Whether some builds leave the field out at the end of the payload without a new version.
    pub(crate) optional: bool,
}

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// As the type itself says: one element, or a string up to its NUL.
    Natural,
    /// Always this many.
    Fixed(u16),
    /// As many as the value of an earlier field of the same structure, given by its place.
    Field(usize),
    /// As many as there are bytes left for.
    Rest,
}

/// The type of a field: the in-types of event manifests and a few of the kernel's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Unsigned, of this many bytes.
    Unsigned(u8),
    /// Signed, of this many bytes.
    Signed(u8),
    /// Unsigned and shown in hexadecimal, of this many bytes.
    Hex(u8),
    /// A pointer of the record's width.
    Pointer,
    /// Four bytes.
    Bool,
    /// IEEE 754, of this many bytes.
    Float(u8),
    /// 16 bytes.
    Guid,
    /// 100 ns since 1601-01-01 UTC.
    FileTime,
    /// Eight 16-bit numbers.
    SystemTime,
    /// A security identifier.
    Sid,
    /// A pointer-sized `TOKEN_USER` and the security identifier after it.
    UserSid,
    /// UTF-16 up to a NUL, or of a given length in characters.
    Utf16,
    /// Single bytes up to a NUL, or of a given length in bytes.
    Ansi,
    /// UTF-16 after its length in bytes (16 bits).
    CountedUtf16,
    /// Single bytes after their length (16 bits).
    CountedAnsi,
    /// Bytes after their length (16 bits).
    CountedBytes,
    /// Bytes of a given length.
    Bytes,
    /// Fields of their own.
    Struct(Vec<Field>),
}

impl FieldType {
    /// The type with this number of `TDH_IN_TYPE`, which TraceLogging shares up to 21.
    pub(crate) fn from_tdh(number: u16) -> Option<FieldType> {
        use FieldType::*;
        Some(match number {
            1 => Utf16,
            2 => Ansi,
            3 => Signed(1),
            4 => Unsigned(1),
            5 => Signed(2),
            6 => Unsigned(2),
            7 => Signed(4),
            8 => Unsigned(4),
            9 => Signed(8),
            10 => Unsigned(8),
            11 => Float(4),
            12 => Float(8),
            13 => Bool,
            14 => Bytes,
            15 => Guid,
            16 | 308 => Pointer,
            17 => FileTime,
            18 => SystemTime,
            19 => Sid,
            20 => Hex(4),
            21 => Hex(8),
            22 | 300 => CountedUtf16,
            23 | 301 => CountedAnsi,
            25 => CountedBytes,
            306 => Unsigned(2),
            307 => Unsigned(1),
            310 => UserSid,
            _ => return None,
        })
    }
}
