//! Lines of servicing that have no header where they stand: the list of a store check, which CheckSUR.log is made of, and
//! bare messages. Each gets the header with which the readers know it.

use super::line::is_header;
use super::patterns::CBS_INDEX;
use crate::codes;
use crate::text::{leading_hex, leading_number, lines, split_once};

/// The text with a header before each line that `write` knows, up to the first line that has a header.
pub(super) fn headed(text: &[u8], write: fn(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut whole = false;
    for (_, line) in lines(text) {
        // What follows a header may be the body of its record.
        whole |= is_header(line.bytes);
        match write(line.bytes.trim_ascii()).filter(|_| !whole) {
            Some(line) => out.extend_from_slice(&line),
            None => out.extend_from_slice(line.bytes),
        }
        out.push(b'\n');
    }
    out
}

/// Whether a line is of the list of a store check: of CBS.log without its header, or of CheckSUR.log.
pub(crate) fn is_check_line(line: &[u8]) -> bool {
    let line = unquoted(line);
    let listed = [&b"(p)"[..], b"(f)", b"(fix)"].iter().find_map(|mark| line.strip_prefix(*mark));
    let listed = listed.map(<[u8]>::trim_ascii_start);
    line.starts_with(b"Checking System Update Readiness")
        || line.starts_with(SFC_FIX)
        || line.starts_with(b"Unavailable repair files:")
        || line.starts_with(b"Seconds executed: ")
        || counted_errors(line).is_some()
        || listed.is_some_and(|rest| rest.starts_with(b"CSI ") || rest.starts_with(b"CBS "))
}

/// How the log of SFCFix begins, which helpers in forums let people run.
const SFC_FIX: &[u8] = b"SFCFix version ";

/// What a line of SFCFix says, as the check of servicing says it.
fn of_sfc_fix(line: &[u8]) -> Option<Vec<u8>> {
    let counts: [(&[u8], &[u8]); 2] = [
        (b"CBS & SFC total detected corruption count:", b"Total Detected Corruption:\t"),
        (b"CBS & SFC total fixed corruption count:", b"Total Repaired Corruption:\t"),
    ];
    if let Some((label, totals)) = counts.iter().find(|(label, _)| line.starts_with(label)) {
        let count = line.get(label.len()..).unwrap_or_default();
        return Some([*totals, count.trim_ascii()].concat());
    }
    let path = line.strip_prefix(b"CORRUPT: ")?.trim_ascii();
    let in_store = path.to_ascii_lowercase();
    let at = memchr::memmem::find(&in_store, b"\\winsxs\\")? + b"\\winsxs\\".len();
    Some([b"(p) CSI Payload Corrupt (n) ", path.get(at..)?].concat())
}

/// How many errors the summary of CheckSUR found and fixed, where a copy has it in one line:
/// `Summary: Seconds executed: 450 Found 6856 errors Fixed 175 errors …`.
fn counted_errors(line: &[u8]) -> Option<(u32, u32)> {
    let line = line.strip_prefix(b"Summary:")?;
    let count = |word: &[u8]| {
        let number = split_once(line, word)?.1;
        let (value, taken) = leading_number(number, 9)?;
        number.get(taken..)?.starts_with(b" error").then_some(value)
    };
    Some((count(b" Found ")?, count(b" Fixed ").unwrap_or_default()))
}

pub(super) fn check_line(line: &[u8]) -> Option<Vec<u8>> {
    let line = unquoted(line);
    if let Some((found, fixed)) = counted_errors(line) {
        let (found, fixed) = (format!("Found {found} errors\n"), format!("Fixed {fixed} errors"));
        return Some([HEAD, found.as_bytes(), HEAD, fixed.as_bytes()].concat());
    }
    if let Some(line) = of_sfc_fix(line) {
        return Some([HEAD, &line].concat());
    }
    // The files that CheckSUR has no copy of, alone in their lines.
    let unavailable = [&b"servicing\\"[..], b"winsxs\\"].iter().any(|folder| line.starts_with(folder));
    let entry: &[u8] = if unavailable { b"(f) CBS File Missing " } else { b"" };
    (!line.is_empty()).then(|| [HEAD, entry, line].concat())
}

/// Whether a line is the bare message of a failure: an article quotes it without its head, in a list or a quotation.
pub(crate) fn is_bare(line: &[u8]) -> bool {
    let message = unlisted(line);
    let failed =
        codes::trailing_hresult(message).is_some_and(|code| code >> 31 == 1) || ends_in_code(message);
    let reports = failed || is_boot_screen(message) || REPORTS.iter().any(|begin| message.starts_with(begin));
    reports && CBS_INDEX.find(message).is_some() || is_mof_error(message)
}

/// Whether a message ends with a failing code as newer stacks print it: `[0x80073712 ERROR_SXS_COMPONENT_STORE_CORRUPT]`.
fn ends_in_code(message: &[u8]) -> bool {
    let inside =
        message.strip_suffix(b"]").and_then(|inside| inside.get(memchr::memrchr(b'[', inside)? + 1..));
    let code = inside.and_then(|inside| inside.strip_prefix(b"0x")).and_then(leading_hex);
    code.is_some_and(|(code, taken)| taken == 8 && code >> 31 == 1)
}

/// Messages of a failure that have no code at their end.
const REPORTS: [&[u8]; 6] = [
    b"Store corruption, manifest missing for package: ",
    b"WER: Generating failure report for package:",
    b"Startup: Failed while processing ",
    b"Startup: Failed executing critical driver",
    b"Shtd: Failed while processing ",
    b"Shtd: Failed executing critical driver",
];

/// Whether a line is what poqexec shows on the screen when it stops: `Fatal error C0190003 applying update operation
/// 19505 of 247778 (amd64_microsoft`, or since Windows 8 `!! 0xc0190003 !! 19505/247778 (amd64_microsoft…)`.
fn is_boot_screen(message: &[u8]) -> bool {
    split_once(message, b" applying update operation ").is_some()
        || message.strip_prefix(b"!! ").and_then(|rest| split_once(rest, b" !! ")).is_some_and(|(_, rest)| {
            leading_number(rest, 9).is_some_and(|(_, taken)| rest.get(taken) == Some(&b'/'))
        })
}

/// Whether a line is what the MOF compiler says of a file: `C:\…\mispace.mof (1): error SYNTAX 0X8004402f: …`.
pub(super) fn is_mof_error(message: &[u8]) -> bool {
    let file = split_once(message, b": error ").and_then(|(file, _)| split_once(file, b" ("));
    file.is_some_and(|(file, _)| file.to_ascii_lowercase().ends_with(b".mof"))
        && message.get(1) == Some(&b':')
}

pub(super) fn bare_line(line: &[u8]) -> Option<Vec<u8>> {
    let message = unlisted(line);
    let said_by: &[u8] = if is_mof_error(message) { b"MOF compiler: " } else { b"" };
    (!message.is_empty()).then(|| [HEAD, said_by, message].concat())
}

/// A line without the marks of a quotation and of a list, and without those of Markdown.
fn unlisted(line: &[u8]) -> &[u8] {
    let line = unquoted(line);
    let listed = [&b"- "[..], b"* "].iter().find_map(|mark| line.strip_prefix(*mark));
    let line = listed.unwrap_or(line).trim_ascii();
    line.strip_prefix(b"`").and_then(|line| line.strip_suffix(b"`")).unwrap_or(line)
}

/// The header of a line of a check, which has no date.
const HEAD: &[u8] = b"1601-01-01 00:00:00, Info CBS    ";

/// A line without its indent and the marks of a quotation.
fn unquoted(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|byte| !b" \t>".contains(byte)).unwrap_or(line.len());
    line.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn headed_by(write: fn(&[u8]) -> Option<Vec<u8>>, text: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&headed(text.as_bytes(), write)), expected);
    }

    #[test]
    fn lists_of_a_store_check_without_headers() {
        let head = "1601-01-01 00:00:00, Info CBS    ";
        headed_by(
            check_line,
            "Checking System Update Readiness.\n    (p)\tCSI Payload Corrupt (n) a\\b.dll\n\nOperation result: 0x0\n",
            &format!(
                "{head}Checking System Update Readiness.\n{head}(p)\tCSI Payload Corrupt (n) a\\b.dll\n\n{head}Operation result: 0x0\n"
            ),
        );
        headed_by(
            check_line,
            "Unavailable repair files:\n\tservicing\\packages\\a.mum\n",
            &format!(
                "{head}Unavailable repair files:\n{head}(f) CBS File Missing servicing\\packages\\a.mum\n"
            ),
        );
        headed_by(
            check_line,
            "Summary: Seconds executed: 450 Found 6856 errors Fixed 175 errors CSI Manifest Missing Total count: 6\n",
            &format!("{head}Found 6856 errors\n{head}Fixed 175 errors\n"),
        );
        headed_by(
            check_line,
            "CORRUPT: C:\\Windows\\winsxs\\amd64_a\\a.dll\n   CBS & SFC total detected corruption count:     1\nCORRUPT: D:\\x\n",
            &format!(
                "{head}(p) CSI Payload Corrupt (n) amd64_a\\a.dll\n{head}Total Detected Corruption:\t1\n{head}CORRUPT: D:\\x\n"
            ),
        );
        assert!(is_check_line(b"SFCFix version 3.0.2.1 by niemiro."));
        assert!(!is_check_line(b"(p) an item") && !is_check_line(b"Summary: all is well"));
    }

    #[test]
    fn what_follows_a_header_is_its_body() {
        let head = "1601-01-01 00:00:00, Info CBS    ";
        let rest = "2024-01-01 10:00:00, Info                  CSI    00000001 a\n    Installer name: 'x'\n";
        headed_by(
            check_line,
            &format!("(p) CSI Payload Corrupt a\n{rest}"),
            &format!("{head}(p) CSI Payload Corrupt a\n{rest}"),
        );
    }

    #[test]
    fn bare_messages_of_failures() {
        let head = "1601-01-01 00:00:00, Info CBS    ";
        let message =
            "Failed to resolve execution chain. [HRESULT = 0x80073701 - ERROR_SXS_ASSEMBLY_MISSING]";
        assert!(is_bare(format!("- `{message}`").as_bytes()));
        for before in ["", "- ", "   * ", "> ", "> - "] {
            let line = format!("{before}{message}");
            assert!(is_bare(line.as_bytes()), "{line}");
            headed_by(bare_line, &format!("{line}\n\nprose\n"), &format!("{head}{message}\n\n{head}prose\n"));
        }
        assert!(is_bare(b"Failed to decompress OC Content. [0x80073712 ERROR_SXS_COMPONENT_STORE_CORRUPT]"));
        for screen in [
            "Fatal error C0190003 applying update operation 19505 of 247778 (amd64_microsoft",
            "Error C0190003 applying update operation 21417 of 247778 (wow64_microsoft-window",
            "!! 0xc0000034 !! 142/53007 (_0000000000000000.cdf-ms)",
            "!! c0000005 !! 22/17042 (\\Registry\\Machine\\COMPONENTS)",
        ] {
            assert!(is_bare(screen.as_bytes()), "{screen}");
        }
        let mof = "C:\\Windows\\system32\\wbem\\mispace.mof (1): error SYNTAX 0X8004402f: Error creating temporary file";
        headed_by(bare_line, mof, &format!("{head}MOF compiler: {mof}\n"));
        assert!(is_bare(mof.as_bytes()));
        for other in [
            "!! important !! read this",
            "see x.mof (1): error",
            "Failed to plan execution.",
            "My disk failed [HRESULT = 0x80070002]",
            "Session: 1 [HRESULT = 0x00000000 - S_OK]",
        ] {
            assert!(!is_bare(other.as_bytes()), "{other}");
        }
    }
}
