//! What standard output is, and how texts are written to it.

use std::io::IsTerminal;

use reports::{Lang, text::TextOptions};

/// Columns where standard output is a terminal: what `COLUMNS` says, else what the terminal itself says, else 120.
pub(super) fn width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0.into())).or(Some(120))
}

/// In colours and cut to the width where a terminal shows it.
pub(super) fn text_options(lang: Lang) -> TextOptions {
    let width = width();
    let colour = width.is_some() && std::env::var_os("NO_COLOR").is_none();
    TextOptions { lang, colour, width, ..TextOptions::default() }
}
