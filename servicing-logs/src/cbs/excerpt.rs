//! Restores the headers of lines that a person copied out of a log.
//!
//! Mails, tickets and articles quote CBS.log without dates (`Error CBS …`), with masked dates (`20xx-xx-18 15:21:14,`,
//! `<DateTime>,`), without dates and levels (`MOUPG  …`), indented, quoted with `>`, numbered (`Line 3079:`), and with
//! the spaces and dashes of a word processor. Some lose the line breaks between records. Each such line is written
//! again as the servicing stack writes it. A date that is not known is 1601-01-01, which the timeline takes for "no
//! date". The logs of Windows Setup have the same form.

use std::borrow::Cow;

use super::headless::{bare_line, check_line, headed, is_bare, is_check_line};
use super::line::{Component, Header, Level, parse_header};
use super::setup_diag;
use super::stamps::{STAMP, UNDATED, first_utc, in_year_of, masked, stamped, without, write_stamp};
use crate::text::{LogText, lines};
use crate::time::Civil;

/// Bytes that are examined to see whether a text is an excerpt.
const SAMPLE: usize = 256 * 1024;
/// Bytes of the longest text that is taken for an excerpt: nobody copies more by hand, and a restored text is up to four
/// times as long as its lines.
const MAX_EXCERPT: usize = 16 << 20;
/// Bytes from a level to the end of the component.
const MAX_HEAD: usize = 96;

/// Components whose lines are recognised without a date: those of servicing, and those of Windows Setup.
const COMPONENTS: [&[u8]; 14] = [
    b"CBS", b"CSI", b"DPX", b"DEPLOY", b"DISM", b"SQM", b"MOUPG", b"SP", b"MIG", b"CONX", b"CMXMIG",
    b"PANTHR", b"IBS", b"SYSPRP",
];
/// Parts of messages that are errors, where the level was left out.
const ERRORS: [&[u8]; 7] =
    [b"(F) ", b"Result = 0x8", b"Result = 0xC", b"Error", b"ailed", b"Cannot", b"E_INVALIDARG"];
const LEVELS: [&[u8]; 4] = [b"Info", b"Warning", b"Error", b"Perf"];

/// What a word processor or a terminal makes of the characters of a log.
const RETYPED: [(&str, &str); 8] = [
    ("\u{a0}", " "),
    ("\u{2009}", " "),
    ("\u{2013}", "-"),
    ("\u{201c}", "\""),
    ("\u{201d}", "\""),
    ("\u{2018}", "'"),
    ("\u{2019}", "'"),
    ("^M", ""),
];

/// A quoted line in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quoted<'a> {
    /// As much of date and time as the line gives.
    stamp: Option<Civil>,
    level: &'a [u8],
    /// What stands after the level: event code, component and text.
    rest: &'a [u8],
    component: &'a [u8],
    /// The component was left out as well, and is written before the rest.
    bare: bool,
}

/// The component of a line with a header, whole or as a person copied it.
pub(crate) fn component(line: &[u8]) -> Option<Component> {
    let header = parse_header(line);
    let copied =
        if is_whole(header) { None } else { quoted(&retype(line)).map(|q| Component::named(q.component)) };
    copied.or(header.map(|header| header.component))
}

/// Whether a header has a level that the servicing stack writes.
fn is_whole(header: Option<Header<'_>>) -> bool {
    header.is_some_and(|header| header.level != Level::Other)
}

/// The text of a log of servicing, with the headers of its lines restored where a person copied them out of it.
#[must_use]
pub fn restored(text: LogText<'_>) -> LogText<'_> {
    text.map(restore)
}

/// The text with the headers of its lines restored; the text itself where most of its headers are whole.
fn restore(text: &[u8]) -> Cow<'_, [u8]> {
    if text.len() > MAX_EXCERPT {
        return Cow::Borrowed(text);
    }
    if setup_diag::is_setup_diag(text.get(..text.len().min(SAMPLE)).unwrap_or_default()) {
        return Cow::Owned(setup_diag::records(text));
    }
    if let Some(cut) = unglued(text) {
        return Cow::Owned(restore(&cut).into_owned());
    }
    match form(text) {
        Form::Whole => return Cow::Borrowed(text),
        Form::Headless(write) => return Cow::Owned(headed(&retype(text), write)),
        Form::Copied => {}
    }
    let retyped = retype(text);
    let mut out = Vec::with_capacity(retyped.len() + retyped.len() / 4);
    let utc = first_utc(&retyped);
    let mut stamp = utc.unwrap_or(UNDATED);
    for (_, line) in lines(&retyped) {
        match quoted(line.bytes) {
            Some(quoted) => {
                let known = quoted.stamp.map(|stamp| utc.map_or(stamp, |utc| in_year_of(stamp, utc)));
                stamp = known.or_else(|| first_utc(quoted.rest)).unwrap_or(stamp);
                write_stamp(&mut out, stamp);
                out.extend_from_slice(quoted.level);
                out.push(b' ');
                if quoted.bare {
                    out.extend_from_slice(quoted.component);
                    out.extend_from_slice(b"   ");
                }
                out.extend_from_slice(quoted.rest);
            }
            // Some lines of a post have a head and others have not.
            None => match bare_line(line.bytes).filter(|_| is_bare(line.bytes)) {
                Some(line) => out.extend_from_slice(&line),
                None => out.extend_from_slice(line.bytes),
            },
        }
        out.push(b'\n');
    }
    Cow::Owned(out)
}

/// The text with a line for each record, where the line breaks between records were lost; `None` for any other text. A
/// line that begins with a whole header and has another one in it holds two records.
fn unglued(text: &[u8]) -> Option<Vec<u8>> {
    let sample = text.get(..text.len().min(SAMPLE)).unwrap_or_default();
    if !lines(sample).any(|(_, line)| glued_at(line.bytes).is_some()) {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 64);
    for (_, line) in lines(text) {
        let mut rest = line.bytes;
        while let Some((record, next)) = glued_at(rest).and_then(|at| rest.split_at_checked(at)) {
            out.extend_from_slice(record.trim_ascii_end());
            out.push(b'\n');
            rest = next;
        }
        out.extend_from_slice(rest);
        out.push(b'\n');
    }
    Some(out)
}

/// Where the next record begins in a line that begins with one.
fn glued_at(line: &[u8]) -> Option<usize> {
    if !is_whole(parse_header(line)) {
        return None;
    }
    // The comma after the seconds.
    memchr::memchr_iter(b',', line).filter_map(|comma| comma.checked_sub(STAMP)).find(|at| {
        // A quotation within a message has its header behind a quote, a bracket or a colon.
        let parted = at.checked_sub(1).and_then(|before| line.get(before));
        let parted = parted.is_some_and(|before| matches!(before, b' ' | b']' | b'.'));
        let next = || line.get(*at..).filter(|next| next.first().is_some_and(u8::is_ascii_digit));
        parted && is_whole(next().and_then(parse_header))
    })
}

/// How a text has the headers of its lines.
enum Form {
    /// As the log has them.
    Whole,
    /// In part.
    Copied,
    /// None of them, but lines that only one log has: a line is written with the header that it needs.
    Headless(fn(&[u8]) -> Option<Vec<u8>>),
}

/// Whether more lines have the head of a quoted line than a whole header.
fn form(text: &[u8]) -> Form {
    let sample = text.get(..text.len().min(SAMPLE)).unwrap_or_default();
    if memchr::memmem::find(sample.get(..MAX_LINE.min(sample.len())).unwrap_or_default(), b"^M\n").is_some() {
        return Form::Copied;
    }
    let (mut whole, mut excerpt) = (0_usize, 0_usize);
    for (_, line) in lines(sample) {
        let header = parse_header(line.bytes);
        if whole + excerpt == 0 && is_check_line(line.bytes) {
            return Form::Headless(check_line);
        }
        if !is_whole(header) && quoted(&retype(line.bytes)).is_some() {
            excerpt += 1;
        } else if header.is_some() {
            whole += 1;
            // One page of whole headers is enough: this is asked of every log.
            if whole > 64 + 2 * excerpt {
                return Form::Whole;
            }
        }
    }
    if excerpt > whole {
        return Form::Copied;
    }
    if whole > 0 {
        return Form::Whole;
    }
    if lines(sample).any(|(_, line)| is_bare(line.bytes)) {
        return Form::Headless(bare_line);
    }
    Form::Whole
}

/// Bytes within which a text shows that a terminal wrote its carriage returns as `^M`.
const MAX_LINE: usize = 4096;

/// The parts of a line that a person copied; `None` where it has no level and component of servicing.
fn quoted(line: &[u8]) -> Option<Quoted<'_>> {
    let line = unquoted(line);
    let (stamp, line) = stamped(line);
    let levelled = LEVELS.iter().find_map(|level| {
        let rest = line.strip_prefix(*level)?;
        rest.first().is_some_and(|next| matches!(next, b' ' | b'\t' | b',')).then_some((*level, rest))
    });
    let Some((level, rest)) = levelled else { return unlevelled(stamp, line) };
    let rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
    let head = rest.get(..rest.len().min(MAX_HEAD)).unwrap_or_default();
    let mut words = head.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let component = words.find(|word| !word.starts_with(b"[0x"))?;
    COMPONENTS.contains(&component).then_some(Quoted { stamp, level, rest, component, bare: false })
}

/// A line that has only its component and its message: `MOUPG  CSetupHost::Execute(433): Result = 0x80070490`. The
/// padding of the component distinguishes it from prose.
fn unlevelled(stamp: Option<Civil>, line: &[u8]) -> Option<Quoted<'_>> {
    let padded = COMPONENTS.into_iter().find(|name| {
        let rest = line.strip_prefix(*name).unwrap_or_default();
        rest.starts_with(b"  ") || rest.starts_with(b"\t")
    });
    let bare = padded.is_none() && is_dism(line);
    let component = padded.or_else(|| bare.then_some(&b"DISM"[..]))?;
    let error = ERRORS.iter().any(|part| memchr::memmem::find(line, part).is_some())
        || bare && memchr::memmem::find(line, b"HRESULT=8").is_some();
    let level: &[u8] = if error { b"Error" } else { b"Info" };
    Some(Quoted { stamp, level, rest: line, component, bare })
}

/// Whether a line is a message of dism.log without its header: `DISM Package Manager: PID=1 TID=2 …`, `DISM.EXE: …`.
fn is_dism(line: &[u8]) -> bool {
    let head = line.get(..line.len().min(MAX_HEAD)).unwrap_or_default();
    let of_provider = line.starts_with(b"DISM ") && memchr::memmem::find(head, b": PID=").is_some();
    of_provider || line.starts_with(b"DISM.EXE: ") || line.starts_with(b"API: PID=")
}

/// A line without its indent, the `>` of a mail, and the `Line 3079:` of an editor's list of hits, or the bare number
/// of a listing.
fn unquoted(line: &[u8]) -> &[u8] {
    let line = without(line, b" \t>|,");
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let listed = without(line.get(digits..).unwrap_or_default(), b" \t|.)");
    if digits > 0 && listed.len() + digits < line.len() && masked(listed).is_some() {
        return listed;
    }
    let Some(numbered) = line.strip_prefix(b"Line ") else { return line };
    let digits = numbered.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match numbered.get(digits..).and_then(|rest| rest.strip_prefix(b":")) {
        Some(rest) if digits > 0 => rest.trim_ascii_start(),
        _ => line,
    }
}

fn retype(text: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(text);
    for (from, to) in RETYPED {
        if memchr::memmem::find(&text, from.as_bytes()).is_none() {
            continue;
        }
        let mut out = Vec::with_capacity(text.len());
        let mut last = 0;
        for at in memchr::memmem::find_iter(&text, from.as_bytes()) {
            out.extend_from_slice(text.get(last..at).unwrap_or_default());
            out.extend_from_slice(to.as_bytes());
            last = at + from.len();
        }
        out.extend_from_slice(text.get(last..).unwrap_or_default());
        text = Cow::Owned(out);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn restored(text: &str, lines: &str) {
        assert_eq!(String::from_utf8_lossy(&restore(text.as_bytes())), lines);
    }

    #[test]
    fn lines_without_a_date_are_undated() {
        restored(
            "Info CBS Doqe: x\nError      [0x018003] CSI    00000c71 (F) y\n",
            concat!(
                "1601-01-01 00:00:00, Info CBS Doqe: x\n",
                "1601-01-01 00:00:00, Error [0x018003] CSI    00000c71 (F) y\n",
            ),
        );
    }

    #[test]
    fn masked_dates_keep_the_time_of_day() {
        restored("20xx-xx-18 15:21:14, Info CBS x", "1601-01-18 15:21:14, Info CBS x\n");
        restored(
            "20xx-xx-06 xx:51:15, Error CSI 00000036 (F) x",
            "1601-01-06 00:51:15, Error CSI 00000036 (F) x\n",
        );
        for placeholder in [" <DateTime>", "\\<Date> \\<Time>", "*\\<DateTime>*", "> \\<Date> \\<Time>"] {
            restored(&format!("{placeholder}, Info CBS x"), "1601-01-01 00:00:00, Info CBS x\n");
        }
    }

    #[test]
    fn lines_without_a_level_have_the_padding_of_their_component() {
        restored(
            "MOUPG  CSetupHost::Execute(433): Result = 0x80070490\nSP     Enabled x\n       more of it\n",
            concat!(
                "1601-01-01 00:00:00, Error MOUPG  CSetupHost::Execute(433): Result = 0x80070490\n",
                "1601-01-01 00:00:00, Info SP     Enabled x\n       more of it\n",
            ),
        );
        for prose in ["CBS is a word", "SP 1 is installed", "MIG: x"] {
            assert_eq!(quoted(prose.as_bytes()), None, "{prose}");
        }
    }

    #[test]
    fn a_head_that_is_cut_off_in_part() {
        restored(
            ", Error                 CSI    000006d2 (F) x",
            "1601-01-01 00:00:00, Error CSI    000006d2 (F) x\n",
        );
        restored("14:23:55, Error CBS x", "1601-01-01 14:23:55, Error CBS x\n");
    }

    #[test]
    fn quotes_indents_and_numbers_of_lines_are_taken_away() {
        let line = "2017-10-03 16:57:05, Info                  CBS    x";
        for before in ["    ", "\t", "> ", ">> ", "\tLine 3079: ", "| ", "  101  ", "7. ", "12 | "] {
            restored(&format!("{before}{line}\n"), "2017-10-03 16:57:05, Info CBS    x\n");
        }
    }

    #[test]
    fn messages_of_dism_without_any_head() {
        restored(
            "DISM Package Manager: PID=1 TID=2 Failed x - C::D(hr:0x80080005)\n...\nDISM.EXE: Reboot required=no.\n",
            concat!(
                "1601-01-01 00:00:00, Error DISM   DISM Package Manager: PID=1 TID=2 Failed x - C::D(hr:0x80080005)\n",
                "...\n1601-01-01 00:00:00, Info DISM   DISM.EXE: Reboot required=no.\n",
            ),
        );
        assert_eq!(quoted(b"DISM said: a thing failed"), None);
    }

    #[test]
    fn a_time_of_csi_dates_what_has_no_date() {
        restored(
            "Info CSI 000000fb a\nError CSI 000000fc@2018/9/29:08:45:29.414 (F) b\nInfo CBS c\n",
            concat!(
                "2018-09-29 08:45:29, Info CSI 000000fb a\n",
                "2018-09-29 08:45:29, Error CSI 000000fc@2018/9/29:08:45:29.414 (F) b\n",
                "2018-09-29 08:45:29, Info CBS c\n",
            ),
        );
    }

    #[test]
    fn what_a_word_processor_changed_is_changed_back() {
        restored(
            "2017-12-06 15:30:46, Info\u{a0}\u{a0}CBS x [HRESULT = 0x80070490 \u{2013} ERROR_NOT_FOUND]^M",
            "2017-12-06 15:30:46, Info CBS x [HRESULT = 0x80070490 - ERROR_NOT_FOUND]\n",
        );
    }

    #[test]
    fn whole_logs_and_other_texts_stay_as_they_are() {
        let whole = "2017-10-03 16:57:05, Info                  CBS    x\n  Info CBS in a body\n";
        for text in [whole, "Info about CBS\nErrors CBS\nInfo\n", "", "Error\tXYZ\tno component"] {
            assert!(matches!(restore(text.as_bytes()), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn records_without_line_breaks_between_them_are_parted() {
        let first = "2017-10-03 16:57:05, Info                  CBS    a";
        let second = "2017-10-03 16:57:06, Error                 CSI    00000001 (F) b [HRESULT = 0x1]";
        for between in ["", " ", "  "] {
            let text = format!("{second}{between}{first} {second}\n");
            restored(&text, &format!("{second}\n{first}\n{second}\n"));
        }
        // A message that quotes a record, and one that tells a time.
        for whole in [format!("{first}: '{second}'\n"), format!("{first} 2017-10-03 16:57:06, at night\n")] {
            assert!(matches!(restore(whole.as_bytes()), Cow::Borrowed(_)), "{whole}");
        }
    }

    #[test]
    fn a_long_text_is_no_excerpt() {
        let line = "Info CBS x\n";
        let fits = line.repeat(MAX_EXCERPT / line.len());
        assert!(matches!(restore(fits.as_bytes()), Cow::Owned(_)));
        assert!(matches!(restore([&fits, line].concat().as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn the_rest_of_a_message_stays() {
        restored(
            "Info CSI 1 a\n    Installer name: 'x'\n...\n",
            concat!("1601-01-01 00:00:00, Info CSI 1 a\n", "    Installer name: 'x'\n...\n",),
        );
    }
}
