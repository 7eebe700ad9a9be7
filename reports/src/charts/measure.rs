//! Widths of texts before any font is known.
//!
//! The page is shown in the reader's own font, the picture in an embedded one. The table holds the advances of DejaVu
//! Sans, the widest of the usual interface fonts. A label that fits here fits everywhere.

use crate::visible::visible;
use unicode_width::UnicodeWidthChar;

/// Advances of U+0020 to U+007E in thousandths of the font size.
const ADVANCES: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
    636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
    295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
    500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
    392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// What bold text needs more.
const BOLD: f64 = 1.1;

fn advance(c: char) -> f64 {
    let ascii = u32::from(c).checked_sub(0x20).and_then(|place| ADVANCES.get(place as usize));
    match ascii {
        Some(advance) => f64::from(*advance) / 1000.0,
        None => match c.width() {
            Some(0) => 0.0,
            Some(2) => 1.0,
            _ => 0.8,
        },
    }
}

/// The nearest pixel.
#[expect(clippy::cast_possible_truncation, reason = "a cast of a float ends at the bounds of the integer")]
pub(crate) fn pixel(at: f64) -> i32 {
    at.round() as i32
}

/// Width of a text in pixels, never less than it will be.
pub(crate) fn width(text: &str, size: u32, bold: bool) -> i32 {
    let ems: f64 = text.chars().map(advance).sum();
    pixel((ems * f64::from(size) * if bold { BOLD } else { 1.0 }).ceil())
}

/// Where a text that is too long is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// In its middle: for paths and names, which differ at their ends.
    Middle,
    /// At its end: sentences.
    End,
}

/// The text made visible and cut to a width in pixels, with `…` in its middle where something is missing.
pub(crate) fn fit(text: &str, size: u32, bold: bool, room: i32) -> String {
    fit_by(text, size, bold, room, Cut::Middle)
}

/// The text made visible and cut to a width in pixels, with `…` where something is missing.
pub(crate) fn fit_by(text: &str, size: u32, bold: bool, room: i32, cut: Cut) -> String {
    let shown = visible(text);
    if shown.len() < 4096 && width(&shown, size, bold) <= room {
        return shown.into_owned();
    }
    // The first and last characters suffice for any width that is drawn.
    let head: Vec<char> = shown.chars().take(400).collect();
    let tail: Vec<char> = shown.chars().rev().take(400).collect();
    let room = f64::from(room) / (f64::from(size) * if bold { BOLD } else { 1.0 }) - advance('…');
    let kept_head = count_within(&head, if cut == Cut::End { room } else { room * 0.5 });
    let used: f64 = head.iter().take(kept_head).copied().map(advance).sum();
    let kept_tail = if cut == Cut::End { 0 } else { count_within(&tail, room - used) };
    let tail = tail.iter().take(kept_tail).rev();
    head.iter().take(kept_head).chain(&['…']).chain(tail).collect()
}

fn count_within(chars: &[char], room: f64) -> usize {
    let mut left = room;
    let fits = |c: &&char| {
        left -= advance(**c);
        left >= 0.0
    };
    chars.iter().take_while(fits).count()
}

/// The text made visible in lines of a width in pixels, broken between words or Chinese characters. The last line is
/// cut if there is more.
pub(crate) fn wrap(text: &str, size: u32, bold: bool, room: i32, max_lines: usize, cut: Cut) -> Vec<String> {
    let shown = visible(text);
    let mut lines = Vec::new();
    let mut rest = shown.trim();
    while !rest.is_empty() {
        if lines.len() + 1 == max_lines || (rest.len() < 4096 && width(rest, size, bold) <= room) {
            lines.push(fit_by(rest, size, bold, room, cut));
            break;
        }
        let (line, later) = rest.split_at(break_at(rest, size, bold, room));
        lines.push(fit(line.trim_end(), size, bold, room));
        rest = later.trim_start();
    }
    lines
}

/// The byte offset of the last place within a width where a line may end.
fn break_at(text: &str, size: u32, bold: bool, room: i32) -> usize {
    let ems = f64::from(room) / (f64::from(size) * if bold { BOLD } else { 1.0 });
    let mut used = 0.0;
    let mut best = None;
    for (offset, c) in text.char_indices() {
        let closes = matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '”');
        if offset > 0 && (c == ' ' || (c.width() == Some(2) && !closes)) {
            best = Some(offset);
        }
        used += advance(c);
        if used > ems {
            return best.unwrap_or(offset).max(text.chars().next().map_or(0, char::len_utf8));
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_texts_fit() {
        for text in
            ["SetRenameInformationFile", "更新失败的操作在这里", &"长name\\".repeat(5000), "a\u{202e}b"]
        {
            for room in [20, 55, 90, 300] {
                let cut = fit(text, 13, true, room);
                assert!(width(&cut, 13, true) <= room, "{cut} > {room}");
            }
        }
        assert_eq!(fit("short", 13, false, 100), "short");
    }
}
