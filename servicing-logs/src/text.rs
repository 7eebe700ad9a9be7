//! Text of unknown encoding, and the small scanning steps all line formats share.

use std::borrow::Cow;

/// How the bytes of a log are encoded, as far as its first bytes show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEncoding {
    /// Eight bits a unit: ASCII, UTF-8, or the code page of the machine. Told apart string by string, see [`decode`].
    Bytes,
    /// UTF-8 with its byte order mark.
    Utf8Bom,
    /// UTF-16, little endian, with or without its byte order mark.
    Utf16Le,
    /// UTF-16, big endian, with or without its byte order mark.
    Utf16Be,
}

/// The bytes of a log in a form whose line structure is ASCII.
///
/// Eight-bit logs are borrowed as they are. A UTF-16 log is converted to UTF-8, which takes at most one and a half
/// times the file's size. Offsets then count bytes of the converted text.
#[derive(Clone, Debug)]
pub struct LogText<'a> {
    bytes: Cow<'a, [u8]>,
    encoding: LogEncoding,
}

impl<'a> LogText<'a> {
    /// Takes the bytes of a whole file; never fails.
    #[must_use]
    pub fn new(data: &'a [u8]) -> LogText<'a> {
        let encoding = detect(data);
        let bytes = match encoding {
            LogEncoding::Bytes => Cow::Borrowed(data),
            LogEncoding::Utf8Bom => Cow::Borrowed(data.get(3..).unwrap_or_default()),
            LogEncoding::Utf16Le => utf16(encoding_rs::UTF_16LE, data),
            LogEncoding::Utf16Be => utf16(encoding_rs::UTF_16BE, data),
        };
        LogText { bytes, encoding }
    }

    /// The text, without a byte order mark.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text as `change` makes it.
    pub(crate) fn map(self, change: impl FnOnce(&[u8]) -> Cow<'_, [u8]>) -> Self {
        let bytes = match self.bytes {
            Cow::Borrowed(bytes) => change(bytes),
            Cow::Owned(bytes) => match change(&bytes) {
                Cow::Owned(changed) => Cow::Owned(changed),
                Cow::Borrowed(_) => Cow::Owned(bytes),
            },
        };
        LogText { bytes, ..self }
    }

    /// The text itself, borrowed from the file if possible.
    pub(crate) fn into_bytes(self) -> Cow<'a, [u8]> {
        self.bytes
    }

    /// The encoding of the file.
    #[must_use]
    pub fn encoding(&self) -> LogEncoding {
        self.encoding
    }

    /// What to add to an offset into [`LogText::bytes`] to get the offset in the file; zero for converted text.
    #[must_use]
    pub fn file_offset(&self) -> u64 {
        if self.encoding == LogEncoding::Utf8Bom { 3 } else { 0 }
    }
}

fn utf16<'a>(encoding: &'static encoding_rs::Encoding, data: &'a [u8]) -> Cow<'a, [u8]> {
    Cow::Owned(encoding.decode_with_bom_removal(data).0.into_owned().into_bytes())
}

fn detect(data: &[u8]) -> LogEncoding {
    if data.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return LogEncoding::Utf8Bom;
    }
    if data.starts_with(&[0xFF, 0xFE]) {
        return LogEncoding::Utf16Le;
    }
    if data.starts_with(&[0xFE, 0xFF]) {
        return LogEncoding::Utf16Be;
    }
    // UTF-16 without a mark: nearly every other byte of ASCII text is zero.
    let sample = data.get(..data.len().min(512)).unwrap_or_default();
    let zeros = |rest: usize| sample.iter().skip(rest).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if half >= 4 && odd * 4 > half * 3 && even * 4 < half {
        LogEncoding::Utf16Le
    } else if half >= 4 && even * 4 > half * 3 && odd * 4 < half {
        LogEncoding::Utf16Be
    } else {
        LogEncoding::Bytes
    }
}

/// Decodes eight-bit text. It takes UTF-8 if it is valid, GBK if every high byte is half of a Chinese character,
/// otherwise Windows-1252.
///
/// A log does not name its code page. In GBK text of Windows messages the high bytes come in pairs of the GB2312
/// block. In western text they are alone, or between small letters, as in Größe.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    if is_gb2312(bytes) {
        return encoding_rs::GBK.decode_without_bom_handling(bytes).0;
    }
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
}

fn is_gb2312(bytes: &[u8]) -> bool {
    let small = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
    let mut before = None;
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if first.is_ascii() {
            before = Some(first);
            continue;
        }
        let Some((second, tail)) = tail.split_first() else { return false };
        let pair = matches!(first, 0xA1..=0xA9 | 0xB0..=0xF7) && matches!(second, 0xA1..=0xFE);
        if !pair || (small(before) && small(tail.first())) {
            return false;
        }
        rest = tail;
        before = Some(second);
    }
    true
}

/// UTF-16LE bytes as text; unpaired surrogates become replacement characters, one trailing NUL is dropped.
pub(crate) fn decode_utf16le(bytes: &[u8]) -> String {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0;
    text.strip_suffix('\0').unwrap_or(&text).to_owned()
}

/// A line without its terminator, its offset in the text, and where the next line begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) offset: usize,
    pub(crate) next: usize,
}

/// The line that begins at `offset`; `None` at the end of the text.
pub(crate) fn line_at(text: &[u8], offset: usize) -> Option<Line<'_>> {
    let rest = text.get(offset..).filter(|rest| !rest.is_empty())?;
    let (bytes, next) = match memchr::memchr(b'\n', rest) {
        Some(end) => (rest.get(..end)?, offset + end + 1),
        None => (rest, text.len()),
    };
    Some(Line { bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes), offset, next })
}

/// The lines of `text` with their numbers, from one.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = (u64, Line<'_>)> {
    let mut offset = 0;
    let mut number = 0;
    std::iter::from_fn(move || {
        let line = line_at(text, offset)?;
        offset = line.next;
        number += 1;
        Some((number, line))
    })
}

/// Everything before and after the first `needle`.
pub(crate) fn split_once<'a>(text: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// The text between `start` and the next `end`, or between `start` and the end of `text`.
pub(crate) fn between<'a>(text: &'a [u8], start: &[u8], end: &[u8]) -> Option<&'a [u8]> {
    let (_, rest) = split_once(text, start)?;
    Some(split_once(rest, end).map_or(rest, |(inside, _)| inside))
}

/// A decimal number of at most `most` digits at the start of `text`, and how many digits it took.
pub(crate) fn leading_number(text: &[u8], most: usize) -> Option<(u32, usize)> {
    let mut value: u32 = 0;
    let mut taken = 0;
    for byte in text.iter().take(most) {
        if !byte.is_ascii_digit() {
            break;
        }
        value = value.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
        taken += 1;
    }
    (taken > 0).then_some((value, taken))
}

/// Hexadecimal digits at the start of `text`, at most sixteen, and how many there are.
pub(crate) fn leading_hex(text: &[u8]) -> Option<(u64, usize)> {
    let mut value: u64 = 0;
    let mut taken = 0;
    for byte in text.iter().take(16) {
        let Some(digit) = char::from(*byte).to_digit(16) else { break };
        value = value << 4 | u64::from(digit);
        taken += 1;
    }
    (taken > 0).then_some((value, taken))
}

/// A decimal number that fills `text` except for white space around it.
pub(crate) fn whole_number(text: &[u8]) -> Option<u32> {
    let text = text.trim_ascii();
    leading_number(text, 10).filter(|(_, taken)| *taken == text.len()).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn encodings_are_told_by_their_bytes() {
        let text = "2023-05-17 08:24:08, Info CBS 更新";
        for (data, encoding) in [
            (text.as_bytes().to_vec(), LogEncoding::Bytes),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), LogEncoding::Utf8Bom),
            (utf16_bytes(&format!("\u{feff}{text}"), true), LogEncoding::Utf16Le),
            (utf16_bytes(&format!("\u{feff}{text}"), false), LogEncoding::Utf16Be),
            (utf16_bytes(text, true), LogEncoding::Utf16Le),
            (utf16_bytes(text, false), LogEncoding::Utf16Be),
        ] {
            let log = LogText::new(&data);
            assert_eq!((log.encoding(), decode(log.bytes()).as_ref()), (encoding, text));
        }
    }

    #[test]
    fn gbk_and_western_strings() {
        assert_eq!(decode(b"\xD2\xD1\xB0\xB2\xD7\xB0"), "已安装");
        assert_eq!(decode(b"Gr\xF6\xDFe der Sicherung"), "Größe der Sicherung");
        assert_eq!(decode("Größe".as_bytes()), "Größe");
    }

    #[test]
    fn lines_of_both_endings() {
        let all: Vec<_> = lines(b"a\r\nb\n\nc").map(|(n, line)| (n, line.offset, line.bytes)).collect();
        assert_eq!(all, [(1, 0, &b"a"[..]), (2, 3, b"b"), (3, 5, b""), (4, 6, b"c")]);
    }

    #[test]
    fn short_and_empty_inputs() {
        for data in [&b""[..], b"\0", b"\0\0\0", b"\xFF\xFE", b"\xEF\xBB\xBF", b"\xFF\xFE\x41"] {
            let _ = LogText::new(data);
        }
    }
}
