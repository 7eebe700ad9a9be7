//! GUIDs as ETW writes them: three little-endian numbers and eight bytes.

use std::fmt;
use std::str::FromStr;

/// A GUID, kept as its 16 bytes on disk read as one little-endian number, so that comparing is one operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Guid(u128);

/// The lower half of a GUID's number.
const LOW: u128 = 0xffff_ffff_ffff_ffff;

impl Guid {
    /// From the 16 bytes on disk.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Guid {
        Guid(u128::from_le_bytes(bytes))
    }

    /// From the usual four parts: `{a-b-c-d[0]d[1]-d[2..8]}`.
    #[must_use]
    pub const fn new(a: u32, b: u16, c: u16, d: [u8; 8]) -> Guid {
        let tail = u64::from_le_bytes(d);
        Guid(a as u128 | (b as u128) << 32 | (c as u128) << 48 | (tail as u128) << 64)
    }

    /// The 16 bytes as on disk.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// Whether all bits are zero: no GUID.
    #[must_use]
    pub const fn is_nil(self) -> bool {
        self.0 == 0
    }

    /// The bytes on disk as one little-endian number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = (self.0 & LOW) as u64;
        let tail = ((self.0 >> 64) as u64).swap_bytes();
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            low & 0xffff_ffff,
            (low >> 32) & 0xffff,
            low >> 48,
            tail >> 48,
            tail & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a GUID of the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, with or without braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID")]
pub struct NotAGuid;

impl FromStr for Guid {
    type Err = NotAGuid;

    fn from_str(text: &str) -> Result<Guid, NotAGuid> {
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|p| p.len() == digits).ok_or(NotAGuid)?;
            if !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(NotAGuid);
            }
            u64::from_str_radix(part, 16).map_err(|_| NotAGuid)
        };
        let a = u32::try_from(part(8)?).map_err(|_| NotAGuid)?;
        let mut half = || u16::try_from(part(4)?).map_err(|_| NotAGuid);
        let (b, c) = (half()?, half()?);
        let tail = (part(4)? << 48) | part(12)?;
        if parts.next().is_some() {
            return Err(NotAGuid);
        }
        Ok(Guid::new(a, b, c, tail.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let text = "edd08927-9cc4-4e65-b970-c2560fb5c289";
        let guid: Guid = text.parse().unwrap();
        assert_eq!(guid.to_string(), text);
        assert_eq!(guid.to_bytes()[..4], [0x27, 0x89, 0xd0, 0xed]);
        assert_eq!(guid.to_bytes()[8..], [0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89]);
        assert_eq!(Guid::from_bytes(guid.to_bytes()), guid);
        assert_eq!("{EDD08927-9CC4-4E65-B970-C2560FB5C289}".parse(), Ok(guid));
    }

    #[test]
    fn other_text_is_refused() {
        for text in
            ["", "edd08927", "edd08927-9cc4-4e65-b970-c2560fb5c28", "edd08927-9cc4-4e65-b970-+2560fb5c289"]
        {
            assert_eq!(text.parse::<Guid>(), Err(NotAGuid), "{text}");
        }
    }
}
