//! Text over several lines. It is broken after spaces and separators of paths, and beside Chinese characters.

use crate::visible::columns;

/// The lines of a text in so many columns; the first may have another width. Each is found when it is asked for: a trace's
/// texts may have 32,767 characters.
pub(super) fn wrap(text: &str, first: usize, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text.trim());
    let mut room = first;
    std::iter::from_fn(move || {
        let (now, later) = rest?.split_at(break_at(rest?, room));
        rest = Some(later.trim_start()).filter(|later| !later.is_empty());
        room = width;
        Some(now.trim_end())
    })
}

/// The byte offset at which a text wider than `width` is broken: after a space, after a separator of a path, or
/// beside a wide character. Otherwise it is where the width ends.
fn break_at(text: &str, width: usize) -> usize {
    let mut used = 0;
    let mut best = None;
    let mut before = ' ';
    for (offset, c) in text.char_indices() {
        let wide = columns(c.encode_utf8(&mut [0; 4]));
        let closes = matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '”');
        if offset > 0 && (c == ' ' || (wide == 2 && !closes) || (before == '\\' && c != '\\')) {
            best = Some(offset);
        }
        used += wide;
        if used > width {
            return best.unwrap_or(offset).max(c.len_utf8().min(text.len()));
        }
        before = c;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, first: usize, width: usize) -> Vec<&str> {
        wrap(text, first, width).collect()
    }

    #[test]
    fn text_breaks_at_spaces_paths_and_chinese_characters() {
        assert_eq!(lines("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(lines(r"C:\Windows\System32\cpu.inf", 12, 12), [r"C:\Windows\", r"System32\", "cpu.inf"]);
        assert_eq!(lines("更新已回滚：拒绝访问", 12, 12), ["更新已回滚：", "拒绝访问"]);
        assert_eq!(lines("abcdefgh", 3, 4), ["abc", "defg", "h"]);
        assert_eq!(lines("", 3, 3), [""]);
    }
}
