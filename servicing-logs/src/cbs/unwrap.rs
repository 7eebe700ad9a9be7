//! Joins lines that a console or an editor wrapped. Copies of logs in tickets and posts often are.
//!
//! A wrapped text has no line longer than its width, and broken lines fill it. If a line only looks broken, joining
//! it with the next line loses nothing. The fields of a message are found by their labels.

use std::borrow::Cow;

use super::line::is_header;
use crate::text::lines;

/// Bytes that are examined to see whether a text is wrapped.
const SAMPLE: usize = 256 * 1024;
/// Widths that a text may be wrapped at. Plain logs have longer lines within their first pages.
const WIDTHS: std::ops::RangeInclusive<usize> = 70..=250;
/// Widths of consoles, which break words.
const CONSOLES: &[usize] = &[80, 100, 120, 132, 150, 160, 200];

/// A text without the breaks that wrapped it.
#[derive(Clone, Debug)]
pub(crate) struct Unwrapped<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Numbers of the joined lines after which a break was taken out, once for each break, in order.
    pub(crate) breaks: Vec<u64>,
}

/// How the lines were broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrap {
    /// At the width, within words.
    Hard(usize),
    /// Between words.
    Words(usize),
}

/// Takes the breaks out of a wrapped text. Any other text is borrowed as it is.
pub(crate) fn unwrap(text: &[u8]) -> Unwrapped<'_> {
    let whole = Unwrapped { bytes: Cow::Borrowed(text), breaks: Vec::new() };
    let Some(wrap) = detect(text) else { return whole };
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let (mut breaks, mut number) = (Vec::new(), 0);
    let mut before: Option<&[u8]> = None;
    for (_, line) in lines(text) {
        match before.filter(|before| wrap.broke(before, line.bytes)) {
            Some(before) => {
                // A word may be broken behind its hyphen.
                let hyphen = matches!(before, [.., letter, b'-'] if letter.is_ascii_alphanumeric());
                let space = matches!(wrap, Wrap::Words(_)) && !before.ends_with(b" ") && !hyphen;
                bytes.extend(space.then_some(b' '));
                breaks.push(number);
            }
            None => {
                if before.is_some() {
                    bytes.push(b'\n');
                }
                number += 1;
            }
        }
        bytes.extend_from_slice(line.bytes);
        before = Some(line.bytes);
    }
    Unwrapped { bytes: Cow::Owned(bytes), breaks }
}

impl Unwrapped<'_> {
    /// Breaks taken out before the joined line of this number, which is from one.
    pub(crate) fn before(breaks: &[u64], line: u64) -> u64 {
        breaks.partition_point(|at| *at < line) as u64
    }
}

impl Wrap {
    /// Whether `next` is the rest of `line`.
    fn broke(self, line: &[u8], next: &[u8]) -> bool {
        if next.is_empty() || is_header(next) || line.is_empty() {
            return false;
        }
        match self {
            Wrap::Hard(width) => columns(line) == width,
            Wrap::Words(width) => overflows(line, next, width),
        }
    }
}

fn detect(text: &[u8]) -> Option<Wrap> {
    let sample = text.get(..text.len().min(SAMPLE)).unwrap_or_default();
    let mut width = 0;
    for (_, line) in lines(sample) {
        width = width.max(columns(line.bytes));
        if width > *WIDTHS.end() {
            return None;
        }
    }
    if !WIDTHS.contains(&width) {
        return None;
    }
    let (mut hard, mut words) = (0, 0);
    let mut before: Option<&[u8]> = None;
    for (_, line) in lines(sample) {
        let next = line.bytes;
        if let Some(line) = before.filter(|_| !next.is_empty() && !is_header(next)) {
            hard += usize::from(columns(line) == width);
            words += usize::from(columns(line) != width && overflows(line, next, width));
        }
        before = Some(next);
    }
    // Full lines are many where words are broken, and few where they are not.
    match (hard, words) {
        (0, 0) => None,
        (hard, words) if hard > 3 * words && (hard > 1 || CONSOLES.contains(&width)) => {
            Some(Wrap::Hard(width))
        }
        _ => Some(Wrap::Words(width)),
    }
}

/// Whether the first word of `next` had no room left in `line`.
fn overflows(line: &[u8], next: &[u8], width: usize) -> bool {
    // The body of a message begins with blanks, or with words that nothing breaks before.
    if [&b"  "[..], b"\t", b"CSIPERF:", b"[gle="].iter().any(|begin| next.starts_with(begin)) {
        return false;
    }
    let word = next.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    columns(line) + usize::from(!line.ends_with(b" ")) + columns(word) > width
}

/// Characters of a line, counted without decoding: bytes that continue a UTF-8 character do not count.
fn columns(line: &[u8]) -> usize {
    line.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2023-09-04 15:01:53, Error                 CBS    Package \"Package_for_KB5012170~31bf3856ad364e35~amd64~~14393.5285.1.4\" requires Servicing Stack v10.0.14393.5285 but current Servicing Stack is v10.0.14393.4349. [HRESULT = 0x800f0823 - CBS_E_NEW_SERVICING_STACK_REQUIRED]
2023-09-04 15:01:53, Info                  CBS    Short
2023-09-04 15:01:54, Info                  CBS    Exec: Processing complete.  Session: 30741934_1207138151, Package: Microsoft-OneCore-Graphics-Tools-Package~31bf3856ad364e35~amd64~~10.0.17763.1, Identifier: KB777778 [HRESULT = 0x80240438 - Unknown Error]";

    fn hard(text: &str, width: usize) -> String {
        let line = |line: &str| {
            let chars: Vec<char> = line.chars().collect();
            chars.chunks(width).map(|part| part.iter().collect()).collect::<Vec<String>>().join("\r\n")
        };
        text.lines().map(line).collect::<Vec<_>>().join("\r\n")
    }

    fn words(text: &str, width: usize) -> String {
        let mut out = String::new();
        for line in text.lines() {
            let mut used = 0;
            for (at, word) in line.split(' ').enumerate() {
                if at > 0 && used + 1 + word.len() > width {
                    out.push('\n');
                    used = 0;
                } else if at > 0 {
                    out.push(' ');
                    used += 1;
                }
                out.push_str(word);
                used += word.len();
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn both_ways_of_wrapping() {
        for width in [80, 100, 120, 132] {
            for wrapped in [hard(LOG, width), words(LOG, width)] {
                let unwrapped = unwrap(wrapped.as_bytes());
                let text = std::str::from_utf8(&unwrapped.bytes).unwrap();
                // Where words are broken, two spaces become one.
                let plain = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
                let joined: Vec<String> = text.lines().map(plain).collect();
                assert_eq!(joined, LOG.lines().map(plain).collect::<Vec<_>>(), "{width}");
                let last = 3 + Unwrapped::before(&unwrapped.breaks, 3);
                let lines: Vec<&str> = wrapped.lines().collect();
                assert!(lines[usize::try_from(last).unwrap() - 1].starts_with("2023-09-04 15:01:54"));
            }
        }
    }

    #[test]
    fn a_plain_log_is_borrowed() {
        let unwrapped = unwrap(LOG.as_bytes());
        assert!(matches!(unwrapped.bytes, Cow::Borrowed(_)) && unwrapped.breaks.is_empty());
    }
}
