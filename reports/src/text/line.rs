//! Lines of styled text for a terminal.

use crate::visible::{columns, visible};

/// How a part of a line looks where colours are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Label,
    Faint,
    Strong,
    Bad,
    Good,
    Unsure,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Label => "36",
            Self::Faint => "2",
            Self::Strong => "1",
            Self::Bad => "1;31",
            Self::Good => "1;32",
            Self::Unsure => "1;33",
        }
    }
}

/// One line: parts of one style each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    parts: Vec<(Style, String)>,
    width: usize,
}

impl Line {
    /// Adds text of a trace or of ours; hidden characters are shown.
    pub(crate) fn push(&mut self, style: Style, text: &str) -> &mut Self {
        let text = visible(text).into_owned();
        self.width += columns(&text);
        self.parts.push((style, text));
        self
    }

    /// Fills with spaces up to a column.
    pub(crate) fn pad_to(&mut self, column: usize) -> &mut Self {
        if column > self.width {
            self.push(Style::Plain, &" ".repeat(column - self.width));
        }
        self
    }

    /// Columns so far.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// Puts `…` at the end, within so many columns.
    pub(crate) fn end_with_ellipsis(&mut self, width: usize) {
        self.end_within(width.saturating_sub(1));
        self.push(Style::Faint, "…");
    }

    /// Cuts what is beyond so many columns.
    pub(crate) fn end_within(&mut self, width: usize) {
        while self.width > width {
            let Some((_, text)) = self.parts.last_mut() else { return };
            match text.pop() {
                Some(last) => self.width -= columns(last.encode_utf8(&mut [0; 4])),
                None => drop(self.parts.pop()),
            }
        }
    }

    /// Writes the line without spaces at its end.
    pub(crate) fn write(&self, colour: bool, out: &mut String) {
        let last = self.parts.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (position, (style, text)) in self.parts.iter().enumerate() {
            if last.is_none_or(|last| position > last) {
                break;
            }
            let text = if last == Some(position) { text.trim_end() } else { text };
            if colour && !style.code().is_empty() && !text.trim().is_empty() {
                out.push_str("\u{1b}[");
                out.push_str(style.code());
                out.push('m');
                out.push_str(text);
                out.push_str("\u{1b}[0m");
            } else {
                out.push_str(text);
            }
        }
        out.push('\n');
    }
}
