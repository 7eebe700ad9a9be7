//! Texts that many rows share, each kept once: an Arrow dictionary while it is built.

use std::{collections::HashMap, ops::Range};

/// Answers that are remembered by key: a small table in which a new key takes the place of another.
const ANSWERS: usize = 1 << 8;

/// The code of a row without text.
pub(crate) const NONE: i32 = -1;

/// Distinct texts in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct SharedTexts {
    text: String,
    ends: Vec<usize>,
    codes: HashMap<Box<str>, i32>,
    answers: Vec<Option<(u128, i32)>>,
}

impl SharedTexts {
    /// The code that was found for a key.
    #[inline]
    pub(crate) fn answer(&self, key: u128) -> Option<i32> {
        let (known, code) = (*self.answers.get(place(key))?)?;
        (known == key).then_some(code)
    }

    /// Remembers the code of a key.
    pub(crate) fn remember(&mut self, key: u128, code: i32) {
        if self.answers.is_empty() {
            self.answers = vec![None; ANSWERS];
        }
        if let Some(answer) = self.answers.get_mut(place(key)) {
            *answer = Some((key, code));
        }
    }

    /// The code of the text that `push` appends, and what `push` returns.
    pub(crate) fn code_of<T>(&mut self, push: impl FnOnce(&mut String) -> T) -> (i32, T) {
        let start = self.text.len();
        let returned = push(&mut self.text);
        let text = self.text.get(start..).unwrap_or_default();
        let known = if text.is_empty() { Some(NONE) } else { self.codes.get(text).copied() };
        if let Some(code) = known {
            self.text.truncate(start);
            return (code, returned);
        }
        // A batch has fewer rows than codes.
        let code = i32::try_from(self.ends.len()).unwrap_or(NONE);
        self.codes.insert(text.into(), code);
        self.ends.push(self.text.len());
        (code, returned)
    }

    /// The codes here of all texts of another.
    pub(crate) fn take(&mut self, other: &Self) -> Vec<i32> {
        let mut start = 0;
        let texts =
            other.ends.iter().map(|end| Range { start: std::mem::replace(&mut start, *end), end: *end });
        texts
            .map(|range| self.code_of(|text| text.push_str(other.text.get(range).unwrap_or_default())).0)
            .collect()
    }

    /// The texts one after the other, and where each ends.
    pub(crate) fn into_texts(self) -> (String, Vec<usize>) {
        (self.text, self.ends)
    }
}

fn place(key: u128) -> usize {
    let folded = (key & 0xFFFF_FFFF_FFFF_FFFF) as u64 ^ ((key >> 64) as u64).rotate_left(17);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % ANSWERS
}
