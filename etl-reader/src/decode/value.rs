//! Decoded values, borrowed from the record.

use std::borrow::Cow;
use std::fmt;

use crate::clock::FileTime;
use crate::guid::Guid;
use crate::text::{Ansi, Utf16};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// An unsigned number.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// An unsigned number shown in hexadecimal: a status, a mask.
    Hex(u64),
    /// An address.
    Pointer(u64),
    /// A truth value.
    Bool(bool),
    /// A floating-point number.
    Float(f64),
    /// A GUID.
    Guid(Guid),
    /// A time.
    FileTime(FileTime),
    /// Year, month, day of week, day, hour, minute, second, millisecond.
    SystemTime([u16; 8]),
    /// A security identifier.
    Sid(Sid<'a>),
    /// UTF-16 text.
    Utf16(Utf16<'a>),
    /// Text of single bytes.
    Ansi(Ansi<'a>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Elements of one type.
    Array(Vec<Value<'a>>),
    /// Fields of a structure.
    Struct(Fields<'a>),
}

/// Fields with their names, in the order recorded.
pub type Fields<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

impl<'a> Value<'a> {
    /// The value as an unsigned number, for numbers, addresses, truth values and times. A negative number gives
    /// its two's complement.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Value::Unsigned(n) | Value::Hex(n) | Value::Pointer(n) => Some(n),
            Value::Signed(n) => Some(n.cast_unsigned()),
            Value::Bool(b) => Some(b.into()),
            Value::FileTime(time) => Some(time.0.cast_unsigned()),
            _ => None,
        }
    }

    /// The value as a 32-bit number, where it fits.
    pub fn as_u32(&self) -> Option<u32> {
        match *self {
            Value::Signed(n) => i32::try_from(n).ok().map(i32::cast_unsigned),
            _ => self.as_u64().and_then(|n| u32::try_from(n).ok()),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        match self {
            Value::Utf16(text) => Some(text.to_string()),
            Value::Ansi(text) => Some(text.to_string()),
            _ => None,
        }
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Unsigned(number.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Value::Unsigned(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Ansi(Ansi::new(text.as_bytes()))
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unsigned(n) => write!(f, "{n}"),
            Value::Signed(n) => write!(f, "{n}"),
            Value::Hex(n) | Value::Pointer(n) => write!(f, "{n:#x}"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Float(n) => write!(f, "{n}"),
            Value::Guid(guid) => write!(f, "{{{guid}}}"),
            Value::FileTime(time) => write!(f, "{}", time.0),
            Value::SystemTime([year, month, _, day, hour, minute, second, milli]) => {
                write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}")
            }
            Value::Sid(sid) => write!(f, "{sid}"),
            Value::Utf16(text) => write!(f, "{text}"),
            Value::Ansi(text) => write!(f, "{text}"),
            Value::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Value::Array(values) => {
                f.write_str("[")?;
                for (n, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if n == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Value::Struct(fields) => {
                f.write_str("{")?;
                for (n, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if n == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

/// A security identifier: revision, number of sub-authorities, authority (6 bytes, big-endian), sub-authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sid<'a>(&'a [u8]);

impl<'a> Sid<'a> {
    /// The identifier at the start of `bytes`, if there is one: revision 1 and at most 15 sub-authorities.
    pub fn at(bytes: &'a [u8]) -> Option<Sid<'a>> {
        match *bytes.first_chunk::<2>()? {
            [1, count @ 0..=15] => bytes.get(..8 + 4 * usize::from(count)).map(Sid),
            _ => None,
        }
    }

    /// The bytes as recorded.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Display for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.0.iter().skip(2).take(6).fold(0_u64, |n, &byte| n << 8 | u64::from(byte));
        write!(f, "S-1-{authority}")?;
        let subs = self.0.get(8..).unwrap_or_default().as_chunks::<4>().0;
        subs.iter().try_for_each(|sub| write!(f, "-{}", u32::from_le_bytes(*sub)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_identifiers() {
        let bytes = [1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0, 0xff];
        let sid = Sid::at(&bytes).unwrap();
        assert_eq!(sid.to_string(), "S-1-5-32-544");
        assert_eq!(sid.as_bytes().len(), 16);
        assert!(Sid::at(&bytes[..15]).is_none());
        assert!(Sid::at(&[2, 0, 0, 0, 0, 0, 0, 5]).is_none());
    }

    #[test]
    fn numbers() {
        assert_eq!(Value::Signed(-1).as_u32(), Some(u32::MAX));
        assert_eq!(Value::Unsigned(1 << 32).as_u32(), None);
        assert_eq!(Value::Hex(0xc000_0034).to_string(), "0xc0000034");
    }
}
