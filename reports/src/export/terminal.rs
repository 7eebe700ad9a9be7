//! Any export on its way to a terminal.

use std::io::{self, Write};

use crate::visible::visible;

/// Passes whole lines on with their control characters shown instead of obeyed: what a log says cannot move the cursor,
/// change colours or turn the order of reading.
#[derive(Debug)]
pub struct Terminal<W>(pub W);

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Exports write whole lines of text.
        for line in String::from_utf8_lossy(bytes).split_inclusive('\n') {
            let (text, end) = match line.strip_suffix("\r\n") {
                Some(text) => (text, "\r\n"),
                None => line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n")),
            };
            self.0.write_all(visible(text).as_bytes())?;
            self.0.write_all(end.as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_is_shown() {
        let mut out = Terminal(Vec::new());
        out.write_all("a,\u{1b}[2J\r;\tb\r\nd\u{202e}\n系统\u{9b}31m".as_bytes()).unwrap();
        out.flush().unwrap();
        let shown = String::from_utf8(out.0).unwrap();
        assert_eq!(shown, r"a,\u{001B}[2J\u{000D};\u{0009}b".to_owned() + "\r\nd\\u{202E}\n系统\\u{009B}31m");
    }
}
