//! Strings as they are in a record.

use std::fmt;

/// UTF-16, little-endian, borrowed from the record. An odd last byte is not part of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Utf16<'a>(&'a [u8]);

impl<'a> Utf16<'a> {
    /// A string of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Utf16<'a> {
        Utf16(bytes.get(..bytes.len() & !1).unwrap_or_default())
    }

    /// The bytes as recorded.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there are no characters.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The units.
    #[must_use]
    pub fn units(self) -> impl DoubleEndedIterator<Item = u16> + 'a {
        self.0.chunks_exact(2).map(|unit| match *unit {
            [low, high] => u16::from_le_bytes([low, high]),
            _ => 0,
        })
    }

    /// The characters; a lone surrogate gives U+FFFD.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        char::decode_utf16(self.units()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl fmt::Display for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        // Nearly all names are ASCII: those go in runs.
        let mut rest = self.0;
        while !rest.is_empty() {
            let mut run = [0; 64];
            let units = rest.chunks_exact(2).map_while(|unit| match *unit {
                [low, 0] if low.is_ascii() => Some(low),
                _ => None,
            });
            let mut length = 0;
            for (place, low) in run.iter_mut().zip(units) {
                *place = low;
                length += 1;
            }
            let ascii = run.get(..length).and_then(|run| std::str::from_utf8(run).ok()).unwrap_or_default();
            f.write_str(ascii)?;
            rest = rest.get(2 * length..).unwrap_or_default();
            if length < run.len() {
                break;
            }
        }
        Utf16(rest).chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl PartialEq<str> for Utf16<'_> {
    fn eq(&self, other: &str) -> bool {
        self.chars().eq(other.chars())
    }
}

/// A string of single bytes in the code page of the machine, or UTF-8 in TraceLogging events.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Ansi<'a>(&'a [u8]);

impl<'a> Ansi<'a> {
    /// A string of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Ansi<'a> {
        Ansi(bytes)
    }

    /// The bytes as recorded.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// UTF-8 where it is that, else one character a byte (Latin-1): the code page is not recorded.
impl fmt::Display for Ansi<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        match std::str::from_utf8(self.0) {
            Ok(text) => f.write_str(text),
            Err(_) => self.0.iter().try_for_each(|&byte| f.write_char(char::from(byte))),
        }
    }
}

impl fmt::Debug for Ansi<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_the_first_plane_and_lone_surrogates() {
        let bytes: Vec<u8> = "C:\\日本𝄞".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Utf16::new(&bytes).to_string(), "C:\\日本𝄞");
        assert!(Utf16::new(&bytes) == *"C:\\日本𝄞");
        assert_eq!(Utf16::new(&[0x00, 0xd8, 0x41, 0x00, 0x42]).to_string(), "\u{fffd}A");
    }

    #[test]
    fn single_bytes() {
        assert_eq!(Ansi::new("é".as_bytes()).to_string(), "é");
        assert_eq!(Ansi::new(&[b'a', 0xe9]).to_string(), "aé");
    }
}
