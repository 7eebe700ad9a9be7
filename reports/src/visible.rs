//! Text of a trace, made safe to look at. Characters that control a terminal or the order of reading are shown, not
//! obeyed.

use std::borrow::Cow;
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// True for characters that act instead of being seen: controls, marks of writing direction, zero-width characters,
/// line and paragraph separators, tags, noncharacters.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{E0000}'..='\u{E007F}')
}

/// The text with every hidden character written out, such as `\u{001B}` for ESC. Control pictures (U+2400) would be
/// shorter, but fonts lack them.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            let _ = write!(shown, "\\u{{{:04X}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Columns that a text takes in a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// The text cut to so many columns, with `…` at its end where something is missing.
pub(crate) fn shorten_end(text: &str, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut cut = take_columns(text.chars(), width.saturating_sub(1));
    cut.push('…');
    Cow::Owned(cut)
}

/// The text cut to so many columns, with `…` in its middle where something is missing.
pub(crate) fn shorten_middle(text: &str, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let tail_width = width.saturating_sub(1) / 2;
    let mut cut = take_columns(text.chars(), width.saturating_sub(1 + tail_width));
    cut.push('…');
    cut.extend(take_columns(text.chars().rev(), tail_width).chars().rev());
    Cow::Owned(cut)
}

/// A path cut to so many columns between its components: the drive or hive, `…`, and as much of its end as fits.
pub(crate) fn shorten_path(path: &str, width: usize) -> Cow<'_, str> {
    if columns(path) <= width {
        return Cow::Borrowed(path);
    }
    let head_end = path.find('\\').filter(|&at| at > 0).unwrap_or(0);
    let (head, rest) = path.split_at(head_end);
    let room = width.saturating_sub(columns(head) + 2);
    // The longest tail of whole components that fits begins at one of the separators.
    let tails = rest.rmatch_indices('\\').map(|(at, _)| rest.split_at(at).1);
    let tail = tails.take_while(|tail| columns(tail) <= room).last();
    match tail {
        Some(tail) if tail.len() > 1 => Cow::Owned(format!("{head}\\…{tail}")),
        _ => shorten_middle(path, width),
    }
}

fn take_columns(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width;
    chars
        .take_while(|c| {
            let needed = c.width().unwrap_or(0);
            let fits = needed <= left;
            left = left.saturating_sub(needed);
            fits
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(visible("a\u{1b}[31m\0\n"), r"a\u{001B}[31m\u{0000}\u{000A}");
        assert_eq!(visible("gpj\u{202e}.exe\u{9b}"), "gpj\\u{202E}.exe\\u{009B}");
        assert_eq!(visible("C:\\Windows\\系统 é"), "C:\\Windows\\系统 é");
    }

    #[test]
    fn paths_are_cut_between_components() {
        let path = r"C:\Windows\WinSxS\Temp\PendingRenames\a1.cdf-ms";
        assert_eq!(shorten_path(path, 80), path);
        assert_eq!(shorten_path(path, 32), r"C:\…\PendingRenames\a1.cdf-ms");
        assert_eq!(shorten_path(path, 20), r"C:\…\a1.cdf-ms");
        assert_eq!(shorten_path(path, 12), r"C:\Win…df-ms");
        assert_eq!(shorten_path(r"\Registry\Machine\System", 14), r"\…\System");
    }

    #[test]
    fn no_cut_exceeds_its_width() {
        for text in [
            "系统更新失败的原因",
            r"C:\系统\更新\失败\原因.txt",
            "e\u{301}e\u{301}e\u{301}",
            "👩‍💻👩‍💻",
            "\\\\",
            "",
        ] {
            for width in 1..24 {
                for cut in [shorten_end(text, width), shorten_middle(text, width), shorten_path(text, width)]
                {
                    assert!(columns(&cut) <= width, "{text:?} {width} {cut:?}");
                }
            }
        }
    }
}
