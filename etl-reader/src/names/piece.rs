//! A text that a path must hold, looked for in UTF-16 whatever the case.

use memchr::{memchr_iter, memchr2_iter};

use crate::text::Utf16;

/// A text in lower-case ASCII.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    text: Vec<u8>,
    /// The place of the letter that is looked for first.
    rare: usize,
    /// Whether letters outside ASCII can be that letter in lower case.
    has_others: bool,
}

/// Bytes that are frequent in paths, the most frequent first.
const FREQUENT: &[u8] = b"eistnaorcdlmwpfuyh0.";

impl Piece {
    /// Nothing where the text is empty, or not lower-case ASCII.
    pub(super) fn new(text: &str) -> Option<Piece> {
        let fits = |byte: &u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        let text = text.as_bytes().to_vec();
        if !text.iter().all(fits) {
            return None;
        }
        let cost = |byte: u8| {
            let frequent =
                FREQUENT.iter().position(|known| *known == byte).map_or(0, |at| FREQUENT.len() - at);
            (other(byte).is_some(), frequent)
        };
        let rare = (0..text.len()).min_by_key(|at| text.get(*at).copied().map(cost))?;
        let has_others = text.get(rare).copied().and_then(other).is_some();
        Some(Piece { text, rare, has_others })
    }

    /// Whether a text holds it.
    #[inline]
    pub(super) fn is_in(&self, text: Utf16<'_>) -> bool {
        let bytes = text.as_bytes();
        let Some(&low) = self.text.get(self.rare) else { return true };
        let holds = |place: usize| {
            let start = (place / 2).checked_sub(self.rare);
            place.is_multiple_of(2) && start.is_some_and(|start| self.is_at(bytes, 2 * start))
        };
        let up = low.to_ascii_uppercase();
        if self.has_others {
            (0..bytes.len()).step_by(2).any(holds)
        } else if up == low {
            memchr_iter(low, bytes).any(holds)
        } else {
            memchr2_iter(low, up, bytes).any(holds)
        }
    }

    fn is_at(&self, bytes: &[u8], start: usize) -> bool {
        let Some(there) = bytes.get(start..start + 2 * self.text.len()) else { return false };
        there.chunks_exact(2).zip(&self.text).all(|(unit, wanted)| match *unit {
            [low, 0] => low.to_ascii_lowercase() == *wanted,
            [low, high] => other(*wanted) == Some(u16::from_le_bytes([low, high])),
            _ => false,
        })
    }

    /// Whether a text in ASCII holds it.
    pub(super) fn is_in_text(&self, text: &str) -> bool {
        text.to_lowercase().as_bytes().windows(self.text.len()).any(|window| window == self.text)
    }
}

/// The letter outside ASCII whose lower case is, or begins with, a letter of ASCII: the Kelvin sign, and I with a dot.
fn other(letter: u8) -> Option<u16> {
    match letter {
        b'k' => Some(0x212a),
        b'i' => Some(0x0130),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_found_where_lower_case_holds_it() {
        let texts = [
            "",
            "a",
            "cpu.inf",
            r"C:\CPU.INF",
            "cpu,inf",
            "xcpu.in",
            "\u{212a}ey",
            "D\u{130}M",
            "磀磀",
            "\u{6361}c",
            "kik",
        ];
        for piece in ["cpu.inf", "k", "key", "di", "c", "xc", "ki"] {
            for text in texts {
                let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let found = Piece::new(piece).unwrap().is_in(Utf16::new(&bytes));
                let holds = text.to_lowercase().contains(piece);
                // The small dotted I has a mark behind it: one that is found too much is looked at again.
                assert!(found == holds || found && text.contains('\u{130}'), "{piece} in {text}");
                assert_eq!(Piece::new(piece).unwrap().is_in_text(text), holds, "{piece} in {text}");
            }
        }
        assert!(["", "A", "é"].iter().all(|text| Piece::new(text).is_none()));
    }
}
