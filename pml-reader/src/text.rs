//! Text as a PML holds it: borrowed UTF-16 or one-byte characters, decoded when it is printed.

use std::fmt::{self, Write as _};

/// A borrowed string of the file. `Display` decodes it; lone surrogates become U+FFFD.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum PmlText<'a> {
    /// One byte a character (Latin-1; Process Monitor uses it for ASCII only).
    Bytes(&'a [u8]),
    /// UTF-16LE units. A trailing odd byte is ignored.
    Utf16(&'a [u8]),
}

impl<'a> PmlText<'a> {
    /// The empty text.
    pub const EMPTY: PmlText<'static> = PmlText::Bytes(&[]);

    /// Number of UTF-16 units (or bytes) in it.
    #[must_use]
    pub fn units(&self) -> usize {
        match self {
            Self::Bytes(b) => b.len(),
            Self::Utf16(b) => b.len() / 2,
        }
    }

    /// Whether there is no character in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units() == 0
    }

    /// The same text up to its first NUL.
    #[must_use]
    pub fn until_nul(self) -> Self {
        match self {
            Self::Bytes(b) => Self::Bytes(b.split(|&c| c == 0).next().unwrap_or_default()),
            Self::Utf16(b) => {
                let end = b.chunks_exact(2).position(|u| u == [0, 0]).unwrap_or(b.len() / 2);
                Self::Utf16(b.get(..end * 2).unwrap_or_default())
            }
        }
    }

    /// What follows the last backslash.
    #[must_use]
    pub fn file_name(self) -> Self {
        match self {
            Self::Bytes(b) => Self::Bytes(b.rsplit(|c| *c == b'\\').next().unwrap_or_default()),
            Self::Utf16(b) => {
                let units = b.as_chunks::<2>().0;
                let name = units.rsplit(|u| *u == [b'\\', 0]).next().unwrap_or_default();
                Self::Utf16(name.as_flattened())
            }
        }
    }

    /// The last UTF-16 unit.
    pub(crate) fn last_unit(&self) -> Option<u16> {
        match self {
            Self::Bytes(b) => b.last().map(|&c| u16::from(c)),
            Self::Utf16(b) => b.as_chunks::<2>().0.last().map(|u| u16::from_le_bytes(*u)),
        }
    }

    /// Appends the text, as UTF-8, to `out`.
    pub fn push_to(&self, out: &mut String) {
        match self {
            Self::Bytes(b) => match std::str::from_utf8(b) {
                Ok(s) if s.is_ascii() => out.push_str(s),
                _ => out.extend(b.iter().map(|&c| char::from(c))),
            },
            Self::Utf16(b) => push_utf16(b.as_chunks::<2>().0, out),
        }
    }

    /// Whether the text ends with `tail`, ASCII letters compared without case. `tail` must be ASCII.
    #[must_use]
    pub fn ends_with_ignore_ascii_case(&self, tail: &str) -> bool {
        let tail = tail.as_bytes();
        match self {
            Self::Bytes(b) => b
                .len()
                .checked_sub(tail.len())
                .and_then(|at| b.get(at..))
                .is_some_and(|b| b.eq_ignore_ascii_case(tail)),
            Self::Utf16(b) => {
                let units = b.as_chunks::<2>().0;
                let end = units.len().checked_sub(tail.len()).and_then(|at| units.get(at..));
                end.is_some_and(|units| {
                    units.iter().zip(tail).all(|([low, high], t)| *high == 0 && low.eq_ignore_ascii_case(t))
                })
            }
        }
    }

    /// Whether the text equals `other`, ASCII letters compared without case.
    #[must_use]
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        match self {
            Self::Bytes(b) => b.eq_ignore_ascii_case(other.as_bytes()),
            Self::Utf16(b) => {
                let mut units = b.as_chunks::<2>().0.iter().map(|u| u16::from_le_bytes(*u));
                let lower = |u: u16| if (65..=90).contains(&u) { u + 32 } else { u };
                other.encode_utf16().all(|o| units.next().is_some_and(|u| lower(u) == lower(o)))
                    && units.next().is_none()
            }
        }
    }
}

impl fmt::Display for PmlText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = String::with_capacity(self.units());
        self.push_to(&mut s);
        f.pad(&s)
    }
}

impl fmt::Debug for PmlText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

/// Units that are taken at a time: most paths at once.
const RUN: usize = 64;

/// Appends UTF-16LE units to `out`. Runs of ASCII, nearly everything in a log, are not decoded one by one.
fn push_utf16(units: &[[u8; 2]], out: &mut String) {
    let mut rest = units;
    while !rest.is_empty() {
        let (run, behind) = rest.split_at_checked(RUN).unwrap_or((rest, &[]));
        let folded = run.iter().fold(0u16, |acc, u| acc | u16::from_le_bytes(*u));
        if folded >= 0x80 {
            break;
        }
        let mut narrow = [0; RUN];
        narrow.iter_mut().zip(run).for_each(|(byte, [low, _])| *byte = *low);
        push_ascii(out, narrow.get(..run.len()).unwrap_or_default());
        rest = behind;
    }
    let decoded = char::decode_utf16(rest.iter().map(|u| u16::from_le_bytes(*u)));
    out.extend(decoded.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Appends `value` in decimal.
pub(crate) fn push_decimal(out: &mut String, value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut v = value;
    loop {
        at -= 1;
        if let Some(d) = digits.get_mut(at) {
            *d = b'0' + (v % 10) as u8;
        }
        v /= 10;
        if v == 0 {
            break;
        }
    }
    push_ascii(out, digits.get(at..).unwrap_or_default());
}

/// Appends `value` in decimal with a comma between thousands, as en-US Process Monitor prints sizes.
pub fn push_grouped(out: &mut String, value: u64) {
    let mut digits = [0u8; 26];
    let mut at = digits.len();
    let mut v = value;
    let mut n = 0;
    loop {
        if n == 3 {
            at -= 1;
            if let Some(d) = digits.get_mut(at) {
                *d = b',';
            }
            n = 0;
        }
        at -= 1;
        if let Some(d) = digits.get_mut(at) {
            *d = b'0' + (v % 10) as u8;
        }
        n += 1;
        v /= 10;
        if v == 0 {
            break;
        }
    }
    push_ascii(out, digits.get(at..).unwrap_or_default());
}

/// [`push_grouped`] for a signed value.
pub(crate) fn push_grouped_signed(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    push_grouped(out, value.unsigned_abs());
}

/// Appends `0x` and `value` in lower-case hex.
pub fn push_hex(out: &mut String, value: u64) {
    // Writing to a String cannot fail.
    let _ = write!(out, "0x{value:x}");
}

/// Appends `value` with exactly `N` digits.
pub(crate) fn push_padded<const N: usize>(out: &mut String, value: u64) {
    let mut digits = [b'0'; N];
    let mut v = value;
    for d in digits.iter_mut().rev() {
        *d = b'0' + (v % 10) as u8;
        v /= 10;
    }
    push_ascii(out, &digits);
}

/// A short text of ASCII that is put together before it is appended: one piece costs less than many.
pub(crate) struct Short {
    bytes: [u8; 32],
    end: usize,
}

impl Short {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; 32], end: 0 }
    }

    pub(crate) fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.end) {
            *free = byte;
            self.end += 1;
        }
    }

    /// Appends `value` with at least so many digits, of at most 20.
    pub(crate) fn number(&mut self, value: u64, least: usize) {
        let mut digits = [b'0'; 20];
        let (mut at, mut rest) = (digits.len(), value);
        while rest > 0 {
            at -= 1;
            if let Some(digit) = digits.get_mut(at) {
                *digit = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
        }
        let at = at.min(digits.len() - least);
        digits.get(at..).into_iter().flatten().for_each(|digit| self.push(*digit));
    }

    pub(crate) fn push_to(&self, out: &mut String) {
        push_ascii(out, self.bytes.get(..self.end).unwrap_or_default());
    }
}

fn push_ascii(out: &mut String, bytes: &[u8]) {
    if let Ok(s) = std::str::from_utf8(bytes) {
        out.push_str(s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(s: &str) -> Vec<u8> {
        s.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_decodes_ascii_runs_and_the_rest() {
        for s in ["", "a", "C:\\Windows\\System32\\drivers", "0123456é89abcdef", "𝄞 clef", "12345678"] {
            let bytes = utf16(s);
            assert_eq!(PmlText::Utf16(&bytes).to_string(), s);
            assert!(PmlText::Utf16(&bytes).eq_ignore_ascii_case(&s.to_ascii_uppercase()));
            assert!(!PmlText::Utf16(&bytes).ends_with_ignore_ascii_case(r"\nothing"));
        }
        assert_eq!(PmlText::Utf16(&[0x41, 0, 0, 0xD8, 0x42, 0]).to_string(), "A\u{FFFD}B");
        assert!(PmlText::Utf16(&utf16(r"HKLM\Services\X\Start")).ends_with_ignore_ascii_case(r"\START"));
        assert!(PmlText::Bytes(br"HKLM\Services\X\Start").ends_with_ignore_ascii_case(r"\start"));
        assert_eq!(PmlText::Bytes(&[0x41, 0xE9]).to_string(), "Aé");
        assert_eq!(PmlText::Utf16(&utf16("ab\0cd")).until_nul().to_string(), "ab");
        assert_eq!(PmlText::Utf16(&utf16(r"C:\Windows\é.exe")).file_name().to_string(), "é.exe");
        assert_eq!(PmlText::Bytes(br"System").file_name().to_string(), "System");
    }

    #[test]
    fn numbers_print_as_process_monitor_prints_them() {
        let grouped = |v| {
            let mut s = String::new();
            push_grouped(&mut s, v);
            s
        };
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
        let mut s = String::new();
        push_padded::<7>(&mut s, 42);
        push_decimal(&mut s, u64::MAX);
        assert_eq!(s, "000004218446744073709551615");
    }
}
