//! Masks names of people and machines in a stream, byte for byte, so that every layout stays what it is: text in
//! UTF-8, UTF-16 and code pages, and the uncompressed traces, whose strings are UTF-16 in fixed places.
//!
//! Masked are: whole words that name the computer, its domain or a user; whatever follows `\Users\`; the machine's
//! part of account SIDs (S-1-5-21-…), as text and as bytes.

mod json;
mod words;

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use self::words::Word;
use crate::bundled::hex;

pub use json::journal;

/// How far a match may reach: a path component of 255 UTF-16 units behind `\Users\`.
const REACH: usize = 640;
/// Bytes read at once.
const CHUNK: usize = 1 << 18;
/// Bytes that stay in the buffer after they were given out: the longest character before a word.
const CONTEXT: usize = 4;
/// Folders in `\Users` that are on every machine.
const SHARED_PROFILES: &[&str] = &["public", "default", "default user", "all users", "defaultapppool"];

/// A stream with names masked.
pub struct Redacted<R> {
    inner: R,
    words: Vec<Word>,
    /// Bytes that may start a word.
    starts: [bool; 256],
    /// Read, the first `ready` of them final, the first `given` of those given out.
    buffer: Vec<u8>,
    ready: usize,
    given: usize,
    /// Where the last masked word ended: what is before there is no letter of the next one.
    masked_until: usize,
    ended: bool,
    masked: u64,
    source: Sha256,
}

impl<R: Read> Redacted<R> {
    /// Masks `words`, whatever their case.
    pub fn new(inner: R, words: &[String]) -> Self {
        let words = words::compile(words);
        let mut starts = [false; 256];
        for byte in words.iter().flat_map(Word::first_bytes) {
            if let Some(start) = starts.get_mut(usize::from(byte)) {
                *start = true;
            }
        }
        Self {
            inner,
            words,
            starts,
            buffer: Vec::new(),
            ready: 0,
            given: 0,
            masked_until: 0,
            ended: false,
            masked: 0,
            source: Sha256::new(),
        }
    }

    /// How often something was masked so far.
    pub fn masked(&self) -> u64 {
        self.masked
    }

    /// SHA-256 of what was read so far, hex.
    pub fn source_sha256(&self) -> String {
        hex(&self.source.clone().finalize())
    }

    /// Reads on and masks, keeping back what a match may still need.
    fn fill(&mut self) -> io::Result<()> {
        let gone = self.ready.saturating_sub(CONTEXT);
        self.buffer.drain(..gone);
        self.masked_until = self.masked_until.saturating_sub(gone);
        (self.ready, self.given) = (self.ready - gone, self.ready - gone);
        let wanted = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        while !self.ended && self.buffer.len() <= self.ready + REACH {
            let before = self.buffer.len();
            self.ended = (&mut self.inner).take(wanted).read_to_end(&mut self.buffer)? == 0;
            self.source.update(self.buffer.get(before..).unwrap_or_default());
        }
        let end = if self.ended { self.buffer.len() } else { self.buffer.len().saturating_sub(REACH) };
        let mut at = self.ready;
        while at < end {
            at += self.mask_at(at).max(1);
        }
        self.ready = at.min(self.buffer.len());
        Ok(())
    }

    /// Masks what starts at `at`; how many bytes were looked at for good.
    fn mask_at(&mut self, at: usize) -> usize {
        let found = match self.buffer.get(at) {
            Some(b'\\' | b'/') => self.mask_profile::<1>(at).or_else(|| self.mask_profile::<2>(at)),
            Some(b'S') => self.mask_sid::<1>(at).or_else(|| self.mask_sid::<2>(at)),
            Some(1) => self.mask_binary_sid(at),
            _ => None,
        };
        let starts = self.buffer.get(at).and_then(|b| self.starts.get(usize::from(*b))) == Some(&true);
        found.or_else(|| if starts { self.mask_word(at) } else { None }).unwrap_or(1)
    }

    fn mask_word(&mut self, at: usize) -> Option<usize> {
        let word = self.words.iter().find_map(|word| {
            let length = word.length_at(&self.buffer, at, self.masked_until)?;
            Some((length, word.unit()))
        });
        let (length, unit) = word?;
        let masked = self.buffer.get_mut(at..at + length)?;
        for character in masked.chunks_mut(unit) {
            character.fill(0);
            character.iter_mut().take(1).for_each(|b| *b = b'x');
        }
        self.masked += 1;
        self.masked_until = at + length;
        Some(length)
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
}

impl Redacted<&[u8]> {
    /// Masks a text that is in memory.
    #[must_use]
    pub fn of(text: &[u8], words: &[String]) -> Vec<u8> {
        let mut masked = Vec::new();
        // Reading from memory does not fail.
        let _ = Redacted::new(text, words).read_to_end(&mut masked);
        masked
    }
}

impl<R: Read> Read for Redacted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready && !(self.ended && self.ready == self.buffer.len()) {
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
    fn names_beyond_ascii_are_masked_in_every_encoding() {
        let words = ["王伟".to_owned(), "Müller".to_owned()];
        let (gbk, latin) = (encoding_rs::GBK, encoding_rs::WINDOWS_1252);
        let text = "用户王伟的文件, MÜLLER; müllerei Müller，王伟Müller";
        let expected = "用户xxxxxx的文件, xxxxxxx; müllerei xxxxxxx，xxxxxxxxxxxxx";
        assert_eq!(String::from_utf8(Redacted::of(text.as_bytes(), &words)).unwrap(), expected);
        let expected = "用户xx的文件, xxxxxx; müllerei xxxxxx，xxxxxxxx";
        assert_eq!(Redacted::of(&wide(text), &words), wide(expected));
        let (bytes, _, _) = gbk.encode("用户 王伟 的");
        let (masked, _, _) = gbk.encode("用户 xxxx 的");
        assert_eq!(Redacted::of(&bytes, &words), &masked[..]);
        let (bytes, _, _) = latin.encode("Herr Müller, MÜLLER");
        assert_eq!(Redacted::of(&bytes, &words), b"Herr xxxxxx, xxxxxx");
        // The console's code page 850.
        assert_eq!(Redacted::of(b"Herr M\x81ller, M\x9ALLER", &words), b"Herr xxxxxx, xxxxxx");
    }

    #[test]
    fn the_source_is_hashed_as_it_was() {
        let mut reader = Redacted::new(&b"m.weber"[..], &words());
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert_eq!(reader.source_sha256(), hex(&Sha256::digest(b"m.weber")));
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
