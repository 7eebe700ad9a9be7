//! What SetupDiag found, whatever form its result has: XML, a log, a console, or a part of one of them that somebody
//! quotes. It becomes one record of Windows Setup's log, and the line of a log that SetupDiag quotes stays one.
//!
//! ```text
//! <FailureDetails>RollbackErrorCode = 0xC1900101, ExtendedCode = 0x40017, LastOperation = …, LastPhase = …</FailureDetails>
//! Error: SetupDiag reports DISM provider failure.
//! ```

use super::line::parse_header;
use crate::text::{decode, lines};

/// Parts that only SetupDiag writes.
const MARKS: [&[u8]; 4] = [b"SetupDiag reports ", b"<FailureDetails>", b"<FailureData>", b"<SetupDiag"];
/// Keys before the result code, and before its second part.
const CODES: [&str; 8] = [
    "RollbackErrorCode = ",
    "ErrorCode = ",
    "<ErrorCode>",
    "<Setup360Result>",
    "Err = ",
    "Error = ",
    "Error: ",
    "Result = ",
];
const EXTENDED: [&str; 4] = ["ExtendedCode = ", "ExCode = ", "<ExtendedErrorCode>", "<Setup360Extended>"];
const OPERATION: [&str; 3] = ["LastOperation = ", "Last Operation = ", "Last Operation: "];
const PHASE: [&str; 3] = ["LastPhase = ", "Last Phase = ", "Last Phase: "];
const ADVICE: [&str; 2] = ["<Remediation>", "<Message>Remediation: "];
/// What ends a value; the lines of one element run into each other without a space.
const ENDS: [&str; 9] =
    ["\n", "\r", "<", ", Last", ", Error", ", Ext", "Error =", "Last Operation", "Error:"];

/// Lines that are looked at, and how many of them may be lines of a log: it quotes a few.
const MAX_LINES: usize = 400;
const MAX_QUOTED: usize = 4;

/// Whether a text is SetupDiag's. A log that has its words has more lines of its own.
pub(crate) fn is_setup_diag(text: &[u8]) -> bool {
    let of_log = |line: &[u8]| line.first().is_some_and(u8::is_ascii_digit) && parse_header(line).is_some();
    MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some())
        && lines(text).take(MAX_LINES).filter(|(_, line)| of_log(line.bytes)).nth(MAX_QUOTED).is_none()
}

/// The records, each at the line that tells it.
pub(super) fn records(text: &[u8]) -> Vec<u8> {
    let whole = decode(text);
    let found = value(&whole, &["SetupDiag reports "], &["\n", "\r", "<", "Last ", ". "]);
    let found = found.map(|found| found.trim_end_matches('.'));
    let good = found.is_some_and(|found| found.starts_with("successful upgrade"));
    let summary = summary(&whole, found);
    let mut summary = summary.filter(|_| !good);
    let mut out = Vec::with_capacity(text.len());
    for (_, line) in lines(text) {
        let marked = MARKS.iter().take(3).any(|mark| memchr::memmem::find(line.bytes, mark).is_some());
        if let Some(quoted) = quoted(line.bytes) {
            out.extend_from_slice(quoted);
        } else if marked && good {
            out.extend_from_slice(
                b"1601-01-01 00:00:00, Info SP     SetupDiag: Reporting result value: [0x0]",
            );
        } else if let Some(summary) = summary.take_if(|_| marked) {
            out.extend_from_slice(b"1601-01-01 00:00:00, Error SP     SetupDiag: ");
            out.extend_from_slice(summary.as_bytes());
        }
        out.push(b'\n');
    }
    out
}

/// The line of a log behind `LogEntry: `.
fn quoted(line: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(line, b"LogEntry: ")?;
    let rest = line.get(at + b"LogEntry: ".len()..)?;
    let end = memchr::memmem::find(rest, b"</").unwrap_or(rest.len());
    let entry = rest.get(..end)?;
    parse_header(entry).map(|_| entry)
}

/// What failed, where, with which code, and what SetupDiag advises.
fn summary(text: &str, found: Option<&str>) -> Option<String> {
    // What is quoted of a log has codes of its own.
    let own: String =
        text.lines().filter(|line| !line.contains("LogEntry: ")).fold(String::new(), |mut own, line| {
            own.push_str(line);
            own.push('\n');
            own
        });
    let code = CODES
        .iter()
        .find_map(|key| own.match_indices(key).find_map(|(at, _)| hex(own.get(at + key.len()..)?)));
    let (code, behind) = code?;
    let extended = value(&own, &EXTENDED, &ENDS).and_then(hex).map(|(code, _)| code);
    let second = behind.trim_start_matches([' ', ',', '-']);
    let extended =
        extended.or_else(|| (second.len() < behind.len()).then(|| hex(second)).flatten().map(|h| h.0));
    let mut words = found.map_or_else(|| "it failed".to_owned(), str::to_owned);
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) =
            value.map(|value| value.trim().trim_end_matches('.')).filter(|value| !value.is_empty())
        {
            words.push_str(&format!("; {name}{value}"));
        }
    };
    add("last operation: ", value(&own, &OPERATION, &ENDS));
    add("last phase: ", value(&own, &PHASE, &ENDS));
    add("", value(&own, &ADVICE, &["<", "\n", "\r"]));
    words.push_str(&format!(": {code}"));
    if let Some(extended) = extended {
        words.push_str(&format!(" - {extended}"));
    }
    Some(words)
}

/// What follows the first of the keys, up to the first of the ends.
fn value<'a>(text: &'a str, keys: &[&str], ends: &[&str]) -> Option<&'a str> {
    let rest = keys.iter().find_map(|key| text.split_once(key)).map(|(_, rest)| rest)?;
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    rest.get(..end)
}

/// A code at the beginning of a text, and what follows it.
fn hex(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix("0x")?;
    let taken = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    (4..=8).contains(&taken).then(|| text.split_at_checked(taken + 2)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn said(text: &str, expected: &str) {
        assert!(is_setup_diag(text.as_bytes()), "{text}");
        let records = records(text.as_bytes());
        let records = String::from_utf8_lossy(&records);
        let first = records.lines().find(|line| !line.is_empty()).unwrap_or_default();
        assert_eq!(first, format!("1601-01-01 00:00:00, {expected}"));
    }

    #[test]
    fn the_forms_of_its_result() {
        said(
            "<FailureData>Error: SetupDiag reports rollback failure found.Last Phase = Safe OSLast Operation = Add [6] package a.cab to xError = 0x800736CC-0x20003</FailureData>\n",
            "Error SP     SetupDiag: rollback failure found; last operation: Add [6] package a.cab to x; last phase: Safe OS: 0x800736CC - 0x20003",
        );
        said(
            "Error: SetupDiag reports DISM provider failure.\nLast Phase: Safe OS\nLast Operation: Apply status\nError: 0x800706ba\nRecommend you try again.\n",
            "Error SP     SetupDiag: DISM provider failure; last operation: Apply status; last phase: Safe OS: 0x800706ba",
        );
        said(
            "<FailureDetails>DiskSpace = 20003, ErrorCode = 0xC190020E, ExCode = 0x4001E</FailureDetails>\n<Remediation>You must free up space.</Remediation>\n",
            "Error SP     SetupDiag: it failed; You must free up space: 0xC190020E - 0x4001E",
        );
        said(
            "SetupDiag reports successful upgrade found.\n",
            "Info SP     SetupDiag: Reporting result value: [0x0]",
        );
    }

    #[test]
    fn a_log_that_has_its_words_is_none() {
        let line = "2021-12-08 04:23:00, Info                  SP     SetupDiag reports nothing\n";
        assert!(!is_setup_diag(line.repeat(9).as_bytes()));
        assert!(!is_setup_diag(b"SetupDiag is a tool"));
    }

    #[test]
    fn the_line_of_a_log_that_it_quotes_stays() {
        let entry = "2021-12-08 04:23:00, Error                 MOUPG  x: Result = 0xC1900101";
        let text = format!(
            "Error: SetupDiag reports abrupt down-level failure.\nError: 0xC1900101 - 0x50016\nLogEntry: {entry}\n"
        );
        let records = records(text.as_bytes());
        let records = String::from_utf8_lossy(&records);
        assert_eq!(records.lines().nth(2), Some(entry));
        assert!(records.starts_with(
            "1601-01-01 00:00:00, Error SP     SetupDiag: abrupt down-level failure: 0xC1900101 - 0x50016"
        ));
    }
}
