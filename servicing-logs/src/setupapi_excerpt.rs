//! setupapi.dev.log as people quote it: indented, behind the name of a program that copied it, with `> > >` or `\\>>>` for
//! `>>>`.

use std::borrow::Cow;

use crate::text::{LogText, lines};

/// Bytes that are examined to see whether a text is an excerpt, and those of the longest one.
const SAMPLE: usize = 256 * 1024;
const MAX_EXCERPT: usize = 16 << 20;
/// Bytes in front of a line that may be another program's.
const MAX_BEFORE: usize = 48;

/// The categories of lines. Microsoft, "Format of Log Entries That Are Not Part of a Text Log Section"; the last ones are
/// seen in logs.
const CATEGORIES: [&[u8]; 20] = [
    b"cmd", b"act", b"bak", b"cci", b"cpy", b"dvi", b"flq", b"inf", b"ndv", b"prp", b"reg", b"set", b"sig",
    b"sto", b"tsk", b"ui ", b"ump", b"pol", b"idb", b"dvs",
];

/// The text with its lines as SetupAPI writes them.
#[must_use]
pub fn restored(text: LogText<'_>) -> LogText<'_> {
    text.map(restore)
}

fn restore(text: &[u8]) -> Cow<'_, [u8]> {
    if text.len() > MAX_EXCERPT || is_whole(text) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 64);
    for (_, line) in lines(text) {
        out.extend_from_slice(&own(line.bytes));
        out.push(b'\n');
    }
    Cow::Owned(out)
}

/// Whether the sections of a text begin at the start of their lines.
fn is_whole(text: &[u8]) -> bool {
    let sample = text.get(..text.len().min(SAMPLE)).unwrap_or_default();
    let (mut whole, mut copied) = (0_usize, 0_usize);
    for (_, line) in lines(sample) {
        let bytes = line.bytes;
        if bytes.starts_with(b">>>  ") || bytes.starts_with(b"<<<  ") || bytes.starts_with(b"!!!  ") {
            whole += 1;
        } else if is_mark(&own(bytes)) {
            copied += 1;
        }
    }
    whole > copied
}

/// Whether a line is one of a section, quoted or not.
pub(crate) fn is_line(line: &[u8]) -> bool {
    is_own(&own(line))
}

fn is_own(line: &[u8]) -> bool {
    is_mark(line) || category(line).is_some()
}

fn is_mark(line: &[u8]) -> bool {
    [&b">>>  ["[..], b">>>  Section start", b"<<<  Section end", b"<<<  [Exit status", b"!!!  "]
        .iter()
        .any(|mark| line.starts_with(mark))
}

/// What stands after blanks, category and `: `.
fn category(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_start();
    let rest = CATEGORIES.iter().find_map(|name| line.strip_prefix(*name))?;
    rest.strip_prefix(b": ")
}

/// A line without what was put in front of it.
fn own(line: &[u8]) -> Cow<'_, [u8]> {
    let before = line.get(..line.len().min(MAX_BEFORE)).unwrap_or_default();
    let line = match memchr::memmem::find(before, b"[syslog] ") {
        Some(at) => line.get(at + b"[syslog] ".len()..).unwrap_or_default(),
        None => line,
    };
    let bare = unquoted(line.trim_ascii());
    let bare = bare.strip_prefix(b"\\").unwrap_or(bare);
    for (mark, copies) in [(&b">>>"[..], [&b"> > >"[..], b">>>"]), (b"<<<", [b"< < <", b"<<<"])] {
        let Some(rest) = copies.iter().find_map(|copy| bare.strip_prefix(*copy)) else { continue };
        let rest = rest.trim_ascii_start();
        return match rest.first() {
            Some(b'[' | b'S') => Cow::Owned([mark, b"  ", rest].concat()),
            // A quotation within a quotation: the line is what follows.
            _ => own(rest),
        };
    }
    own_message(bare)
}

/// A line without the `> ` of a quotation. Three of them stand for `>>>`.
fn unquoted(line: &[u8]) -> &[u8] {
    let mut bare = line;
    while (!bare.starts_with(b"> > >") || bare.starts_with(b"> > >>>"))
        && let Some(rest) = bare.strip_prefix(b">")
        && matches!(rest.first(), None | Some(b' ' | b'\\'))
    {
        bare = rest.trim_ascii_start();
    }
    bare
}

/// A line with `!!!`, `!` or a category, which begins in the first column.
fn own_message(bare: &[u8]) -> Cow<'_, [u8]> {
    for mark in [&b"!!!"[..], b"!"] {
        if let Some(rest) = bare.strip_prefix(mark).filter(|rest| category(rest).is_some()) {
            return Cow::Owned([mark, b"  ", rest.trim_ascii_start()].concat());
        }
    }
    match category(bare) {
        Some(_) => Cow::Owned([b"     ", bare].concat()),
        None => Cow::Borrowed(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = ">>>  [Device Install - USB\\VID_1]\n>>>  Section start 2020/01/20 17:26:03.547\n     dvi: {x}\n\
        !!!  dvi: Error 0xe0000248: y\n<<<  Section end 2020/01/20 17:26:03.697\n<<<  [Exit status: FAILURE(0xe0000248)]\n";

    #[track_caller]
    fn restores(copy: &str) {
        assert_eq!(String::from_utf8_lossy(&restore(copy.as_bytes())), WHOLE);
    }

    #[test]
    fn marks_are_put_in_order() {
        assert!(matches!(restore(WHOLE.as_bytes()), Cow::Borrowed(_)));
        restores(&WHOLE.lines().map(|line| format!("        {line}\n")).collect::<String>());
        restores(&WHOLE.lines().map(|line| format!("tool:debug [syslog] {line}\n")).collect::<String>());
        restores(&WHOLE.replace(">>>", "\\>>>").replace("<<<", "\\<<<").replace("!!!  dvi", "!!! dvi"));
        let quoted: String =
            WHOLE
                .lines()
                .map(|line| {
                    if line.starts_with(">>>") {
                        line.replace(">>>", "> > >")
                    } else {
                        format!("> > > {line}")
                    }
                })
                .map(|line| line + "\n")
                .collect();
        restores(&quoted);
    }

    #[test]
    fn the_mark_of_a_quotation_is_no_part_of_a_line() {
        for mark in ["> ", ">  ", "> > ", "    > "] {
            restores(&WHOLE.lines().map(|line| format!("{mark}{line}\n")).collect::<String>());
        }
        restores(&WHOLE.replace(">>>", ">\\>>>").replace("<<<", "\\<<<"));
        let boot = own(b"> [Boot Session: 2020/01/20 17:00:00.000]");
        assert_eq!(&*boot, b"[Boot Session: 2020/01/20 17:00:00.000]");
    }

    #[test]
    fn other_texts() {
        for line in ["> quoted", "Setup: x", "inf x", "!important", ""] {
            assert!(!is_line(line.as_bytes()), "{line}");
        }
    }
}
