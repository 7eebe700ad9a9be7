//! An answer that is no larger than it may be, and says where the rest begins.

use std::io;

/// Bytes of an answer at most, with the line that says that there is more.
pub(super) const MOST: usize = 48 * 1024;
/// Room for that line.
const NOTE: usize = 256;

/// A part of a longer text: what lies behind `skip` bytes, as far as it has room.
#[derive(Debug)]
pub(super) struct Answer {
    skip: usize,
    passed: usize,
    bytes: Vec<u8>,
}

impl Answer {
    /// The part at a cursor; without one the first.
    ///
    /// # Errors
    /// The cursor is not one that an answer gave.
    pub(super) fn at(cursor: Option<&str>) -> anyhow::Result<Self> {
        let skip = match cursor {
            None | Some("") => 0,
            Some(cursor) => {
                cursor.parse().map_err(|_| anyhow::anyhow!("the cursor is not one of an answer"))?
            }
        };
        Ok(Self { skip, passed: 0, bytes: Vec::new() })
    }

    /// The text, and where there is more, a last line with the cursor of the rest.
    pub(super) fn text(mut self) -> String {
        let room = MOST - NOTE;
        if self.bytes.len() <= room {
            if self.bytes.is_empty() && self.skip > 0 {
                return "bootrace: the cursor lies behind the end\n".to_owned();
            }
            return String::from_utf8_lossy(&self.bytes).into_owned();
        }
        self.bytes.truncate(room);
        let line = self.bytes.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
        // A line that is longer than an answer is cut between two characters.
        let whole = || self.bytes.iter().rposition(|byte| byte & 0xC0 != 0x80);
        let kept = line.or_else(whole).unwrap_or(room);
        self.bytes.truncate(kept);
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        let next = self.skip + kept;
        text.push_str(&format!("\nbootrace: there is more; ask the same with \"cursor\": \"{next}\"\n"));
        text
    }
}

impl io::Write for Answer {
    /// Fails once the answer is full, so that nothing more is made for it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() > MOST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let behind = self.skip.saturating_sub(self.passed).min(bytes.len());
        self.passed += bytes.len();
        self.bytes.extend(bytes.iter().skip(behind).take(MOST + 1));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn the_parts_make_the_whole_and_none_is_too_large() {
        let lines = (0..9_000).map(|n| format!("row {n} «系统»\n"));
        let long = "系".repeat(40_000) + "\n";
        for whole in [lines.collect::<String>(), long, "short\n".to_owned()] {
            let (mut all, mut cursor) = (String::new(), None::<String>);
            loop {
                let mut answer = Answer::at(cursor.as_deref()).unwrap();
                for piece in whole.as_bytes().chunks(1_000) {
                    if answer.write_all(piece).is_err() {
                        break;
                    }
                }
                let text = answer.text();
                assert!(text.len() <= MOST, "{}", text.len());
                let Some((part, note)) = text.split_once("\nbootrace: there is more") else {
                    all.push_str(&text);
                    break;
                };
                all.push_str(part);
                cursor = note.split('"').nth(3).map(str::to_owned);
            }
            assert_eq!(all, whole);
        }
        assert!(Answer::at(Some("x")).is_err());
    }
}
