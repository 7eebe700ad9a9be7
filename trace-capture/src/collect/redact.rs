//! Masks names of people and machines in a stream, byte for byte, so that every layout stays what it is: text in
//! UTF-8 and UTF-16, and the uncompressed traces, whose strings are UTF-16 in fixed places.
//!
//! Masked are: whole words that name the computer, its domain or a user; whatever follows `\Users\`; the machine's
//! part of account SIDs (S-1-5-21-…), as text and as bytes.

use std::io::{self, Read};

/// How far a match may reach: a path component of 255 UTF-16 units behind `\Users\`.
const REACH: usize = 640;
/// Bytes read at once.
const CHUNK: usize = 1 << 18;

/// Words that mean something else too often; they are masked behind `\Users\` only.
const COMMON: &[&str] = &[
    "admin",
    "administrator",
    "all",
    "computer",
    "default",
    "desktop",
    "guest",
    "home",
    "local",
    "machine",
    "microsoft",
    "owner",
    "public",
    "server",
    "service",
    "services",
    "system",
    "test",
    "user",
    "users",
    "windows",
    "workgroup",
];
/// Folders in `\Users` that are on every machine.
const SHARED_PROFILES: &[&str] = &["public", "default", "default user", "all users", "defaultapppool"];

/// A stream with names masked.
pub struct Redacted<R> {
    inner: R,
    words: Vec<Vec<u8>>,
    /// Bytes that may start a word, in either case.
    starts: [bool; 256],
    /// Read, the first `ready` of them final, the first `given` of those given out.
    buffer: Vec<u8>,
    ready: usize,
    given: usize,
    /// The two bytes before the buffer: what stands before a word.
    before: [u8; 2],
    ended: bool,
    masked: u64,
}

impl<R: Read> Redacted<R> {
    /// Masks `words`, whatever their case.
    pub fn new(inner: R, words: &[String]) -> Self {
        let words: Vec<Vec<u8>> = words
            .iter()
            .map(|w| w.trim().to_lowercase())
            .filter(|w| (3..=64).contains(&w.len()) && !COMMON.contains(&w.as_str()))
            .map(String::into_bytes)
            .collect();
        let mut starts = [false; 256];
        for first in words.iter().filter_map(|w| w.first()) {
            for byte in [first.to_ascii_lowercase(), first.to_ascii_uppercase()] {
                if let Some(start) = starts.get_mut(usize::from(byte)) {
                    *start = true;
                }
            }
        }
        Self {
            inner,
            words,
            starts,
            buffer: Vec::new(),
            ready: 0,
            given: 0,
            before: [0; 2],
            ended: false,
            masked: 0,
        }
    }

    /// How often something was masked so far.
    pub fn masked(&self) -> u64 {
        self.masked
    }

    /// Reads on and masks, keeping back what a match may still need.
    fn fill(&mut self) -> io::Result<()> {
        let last = |n: usize| self.ready.checked_sub(n).and_then(|i| self.buffer.get(i)).copied();
        if let (Some(first), Some(second)) = (last(2), last(1)) {
            self.before = [first, second];
        }
        self.buffer.drain(..self.ready);
        (self.ready, self.given) = (0, 0);
        let wanted = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        while !self.ended && self.buffer.len() <= REACH {
            self.ended = (&mut self.inner).take(wanted).read_to_end(&mut self.buffer)? == 0;
        }
        let end = if self.ended { self.buffer.len() } else { self.buffer.len().saturating_sub(REACH) };
        let mut at = 0;
        while at < end {
            at += self.mask_at(at).max(1);
        }
        self.ready = at.min(self.buffer.len());
        Ok(())
    }

    /// Masks what starts at `at`; how many bytes were looked at for good.
    fn mask_at(&mut self, at: usize) -> usize {
        match self.buffer.get(at) {
            Some(b'\\' | b'/') => {
                self.mask_profile::<1>(at).or_else(|| self.mask_profile::<2>(at)).unwrap_or(1)
            }
            Some(b'S') => self
                .mask_sid::<1>(at)
                .or_else(|| self.mask_sid::<2>(at))
                .or_else(|| self.mask_words(at))
                .unwrap_or(1),
            Some(1) => self.mask_binary_sid(at).unwrap_or(1),
            Some(byte) if self.starts.get(usize::from(*byte)) == Some(&true) => {
                self.mask_words(at).unwrap_or(1)
            }
            _ => 1,
        }
    }

    /// The character at a position, in an encoding of `N` bytes a character; none beyond 7 bits.
    fn char_at<const N: usize>(&self, at: usize) -> Option<u8> {
        let byte = *self.buffer.get(at)?;
        (N == 1 || *self.buffer.get(at + 1)? == 0).then_some(byte)
    }

    fn starts_with<const N: usize>(&self, at: usize, text: &[u8]) -> bool {
        text.iter()
            .enumerate()
            .all(|(i, b)| self.char_at::<N>(at + i * N).is_some_and(|c| c.eq_ignore_ascii_case(b)))
    }

    fn put<const N: usize>(&mut self, at: usize, characters: usize, mask: u8) {
        for index in 0..characters {
            let from = at + index * N;
            if let Some(unit) = self.buffer.get_mut(from..from + N) {
                unit.fill(0);
                unit.iter_mut().take(1).for_each(|b| *b = mask);
            }
        }
        self.masked += 1;
    }

    fn mask_profile<const N: usize>(&mut self, at: usize) -> Option<usize> {
        const USERS: &[u8] = b"users";
        if !self.starts_with::<N>(at + N, USERS) {
            return None;
        }
        let mut from = at + (USERS.len() + 1) * N;
        // Escaped paths have two separators (JSON, .reg).
        let first = from;
        while matches!(self.char_at::<N>(from), Some(b'\\' | b'/')) {
            from += N;
        }
        if from == first {
            return None;
        }
        let mut name = Vec::new();
        let mut end = from;
        while let Some(unit) = self.buffer.get(end..end + N)
            && name.len() < 255
        {
            let wide = N == 2 && unit.last() != Some(&0);
            let byte = unit.first().copied().unwrap_or_default();
            if !wide && (byte < 0x20 || b"\\/:*?\"<>|,;".contains(&byte)) {
                break;
            }
            name.push(if wide { b'?' } else { byte.to_ascii_lowercase() });
            end += N;
        }
        let shared = |folder: &&str| name.starts_with(folder.as_bytes());
        if name.is_empty() || SHARED_PROFILES.iter().any(shared) {
            return None;
        }
        // A blank may be in the name or after it: in a log line only the first word is a name for sure.
        let characters = name.iter().position(|b| *b == b' ').filter(|_| N == 1).unwrap_or(name.len());
        self.put::<N>(from, characters, b'x');
        Some(from + characters * N - at)
    }

    fn mask_sid<const N: usize>(&mut self, at: usize) -> Option<usize> {
        const PREFIX: &[u8] = b"S-1-5-21-";
        if !self.starts_with::<N>(at, PREFIX) {
            return None;
        }
        let mut position = at + PREFIX.len() * N;
        for _ in 0..3 {
            let from = position;
            while self.char_at::<N>(position).is_some_and(|c| c.is_ascii_digit()) && position - from < 10 * N
            {
                position += N;
            }
            let digits = (position - from) / N;
            self.put::<N>(from, digits, b'0');
            if self.char_at::<N>(position) == Some(b'-') {
                position += N;
            }
        }
        Some(position - at)
    }

    /// Revision 1, four or five subauthorities, authority 5, the first of them 21: then the machine's three.
    fn mask_binary_sid(&mut self, at: usize) -> Option<usize> {
        let head = self.buffer.get(at..at + 12)?;
        let counts = head.get(1).is_some_and(|n| matches!(n, 4 | 5));
        if !counts || head.get(2..) != Some(&[0, 0, 0, 0, 0, 5, 21, 0, 0, 0][..]) {
            return None;
        }
        self.buffer.get_mut(at + 12..at + 24)?.fill(0);
        self.masked += 1;
        Some(24)
    }

    fn mask_words(&mut self, at: usize) -> Option<usize> {
        for index in 0..self.words.len() {
            let word = self.words.get(index).cloned().unwrap_or_default();
            if self.word_at::<2>(at, &word) {
                self.put::<2>(at, word.len(), b'x');
                return Some(word.len() * 2);
            }
            if self.word_at::<1>(at, &word) {
                self.put::<1>(at, word.len(), b'x');
                return Some(word.len());
            }
        }
        None
    }

    fn word_at<const N: usize>(&self, at: usize, word: &[u8]) -> bool {
        let letter = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_alphanumeric() || (N == 1 && c >= 0x80));
        let before = match at.checked_sub(N) {
            Some(previous) => self.char_at::<N>(previous),
            None if N == 1 || self.before[1] == 0 => {
                Some(if N == 1 { self.before[1] } else { self.before[0] })
            }
            None => None,
        };
        self.starts_with::<N>(at, word) && !letter(before) && !letter(self.char_at::<N>(at + word.len() * N))
    }
}

impl<R: Read> Read for Redacted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready {
            self.fill()?;
        }
        let ready = self.buffer.get(self.given..self.ready).unwrap_or_default();
        let count = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<String> {
        ["FABRIKAM-PC7", "m.weber", "Fabrikam", "admin", "ab"].map(String::from).to_vec()
    }

    fn masked(bytes: &[u8]) -> (Vec<u8>, u64) {
        let mut reader = Redacted::new(bytes, &words());
        let mut out = Vec::new();
        reader.read_to_end(&mut out).unwrap();
        assert_eq!(out.len(), bytes.len());
        (out, reader.masked())
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn names_are_masked_in_both_encodings_and_the_rest_stays() {
        for (text, expected) in [
            ("host fabrikam-pc7, user M.Weber.", "host xxxxxxxxxxxx, user xxxxxxx."),
            (r"C:\Users\karl\AppData", r"C:\Users\xxxx\AppData"),
            (r#"{"p":"C:\\Users\\karl\\x"}"#, r#"{"p":"C:\\Users\\xxxx\\x"}"#),
            (r"C:\Users\Public\x C:\Users\Default\y", r"C:\Users\Public\x C:\Users\Default\y"),
            (
                r"\REGISTRY\USER\S-1-5-21-111-22-3333333333-1001\Software",
                r"\REGISTRY\USER\S-1-5-21-000-00-0000000000-1001\Software",
            ),
            ("S-1-5-18 S-1-5-32-544", "S-1-5-18 S-1-5-32-544"),
            ("fabrikamx xfabrikam admin ab", "fabrikamx xfabrikam admin ab"),
            ("FABRIKAM\\x", "xxxxxxxx\\x"),
        ] {
            assert_eq!(String::from_utf8(masked(text.as_bytes()).0).unwrap(), expected);
            assert_eq!(masked(&wide(text)).0, wide(expected), "{text}");
        }
    }

    #[test]
    fn a_binary_sid_loses_the_machines_part_only() {
        let sid = [&[1u8, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0][..], &[9; 12], &[0xE9, 3, 0, 0]].concat();
        let (out, count) = masked(&sid);
        assert_eq!((&out[..12], &out[12..24], &out[24..]), (&sid[..12], &[0u8; 12][..], &sid[24..]));
        assert_eq!(count, 1);
    }

    /// A reader that gives one byte at a time must not change what is found, nor where chunks end.
    #[test]
    fn chunk_borders_change_nothing() {
        let mut bytes = vec![b'.'; CHUNK - 5];
        bytes.extend_from_slice(b" fabrikam-pc7 S-1-5-21-1-2-3-4 ");
        bytes.extend(vec![b'.'; CHUNK - REACH - 3]);
        bytes.extend(wide(r" C:\Users\karl\x"));
        let (all, count) = masked(&bytes);
        assert_eq!(count, 1 + 3 + 1);
        struct Slow<'b>(&'b [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
                let Some(to) = out.first_mut() else { return Ok(0) };
                (*to, self.0) = (*first, rest);
                Ok(1)
            }
        }
        let mut slow = Vec::new();
        Redacted::new(Slow(&bytes), &words()).read_to_end(&mut slow).unwrap();
        assert!(slow == all);
        assert!(!String::from_utf8_lossy(&all).contains("fabrikam"));
    }
}
