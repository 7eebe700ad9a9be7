//! The history of updates as the PowerShell module PSWindowsUpdate prints it: rows with a result and a title. Each row
//! becomes the client's own event.
//!
//! ```text
//! 3 SRV01        Failed     KB1234567   32GB 2024-01 Cumulative Update for … (KB1234567)
//!   Installation   Succeeded  9/11/2024 3:24:1... 2024-09 Servicing Stack Update for … (KB1234567)
//! ```
//!
//! The history that Settings shows has a title, and below it or behind it a code:
//!
//! ```text
//! 2024-05 Cumulative Update for … (KB5037771)
//! Failed to install on 5/15/2024 - 0x800f0922
//! ```

use super::ListedEvent;
use crate::event_log::{EventRecord, EventValue};
use crate::text::{decode, lines};
use crate::update_client::{FAILED, INSTALLED, PROVIDER, REMOVAL_FAILED};

/// Results, and the numbers of the events that say the same.
const RESULTS: &[(&str, u32)] = &[
    ("Failed", FAILED),
    ("Installed", INSTALLED),
    ("Succeeded", INSTALLED),
    ("SucceededWithErrors", FAILED),
];
/// Lines that are looked at.
const MAX_LINES: usize = 400;

/// Whether a text has the heading of such a list, and a row.
pub(super) fn is_history(text: &[u8]) -> bool {
    let (mut headed, mut before) = (false, String::new());
    lines(text).take(MAX_LINES).any(|(_, line)| {
        let text = decode(line.bytes);
        if shown(&before, &text).is_some() {
            return true;
        }
        text.trim().clone_into(&mut before);
        let has = |word: &str| text.split_whitespace().any(|w| w == word);
        headed |= has("Title") && (has("KB") || has("OperationName")) && (has("Result") || has("Status"))
            || text.contains("Get-WUHistory")
            || text.contains("Install-WindowsUpdate");
        headed && row(&text).is_some()
    })
}

pub(super) fn read(text: &[u8], visit: &mut impl FnMut(ListedEvent)) {
    let mut before = String::new();
    for (number, line) in lines(text) {
        let text = decode(line.bytes);
        let of_settings = shown(&before, &text);
        let (event_id, title, code) = match (&of_settings, row(&text)) {
            (Some((event_id, title, code)), _) => (*event_id, &**title, *code),
            (None, Some((event_id, title))) => (event_id, title, None),
            (None, None) => {
                text.trim().clone_into(&mut before);
                continue;
            }
        };
        let code = code.map(|code| ("errorCode", format!("0x{code:08x}")));
        let values = code.into_iter().chain([("updateTitle", title.to_owned())]);
        let record = EventRecord {
            record_id: number,
            provider: PROVIDER.to_owned(),
            event_id,
            values: values.map(|(name, value)| EventValue { name: name.to_owned(), value }).collect(),
            ..EventRecord::default()
        };
        visit(ListedEvent { record, local: None, line: number });
    }
}

/// What Settings shows of an update: its title with a KB number, and in the same or the next line a dash and a code; in
/// English also that it went well.
fn shown(before: &str, line: &str) -> Option<(u32, String, Option<u32>)> {
    let is_title = |text: &str| text.contains("(KB") && !text.contains("0x");
    let line = line.trim();
    if line.starts_with("Successfully installed on ") && is_title(before) {
        return Some((INSTALLED, before.to_owned(), None));
    }
    let (said, code) = line.rsplit_once("0x")?;
    let code = u32::from_str_radix(code, 16).ok().filter(|value| code.len() == 8 && value >> 31 == 1)?;
    let (said, word) = said.rsplit_once(" - ").or_else(|| said.rsplit_once(" – "))?;
    // `Error 0x…` in any language, and not the end of a sentence.
    (word.split_whitespace().count() <= 1).then_some(())?;
    let title = [said, before].into_iter().find(|text| is_title(text))?;
    Some((FAILED, title.trim().to_owned(), Some(code)))
}

/// The event and the title of a row: a result in a column of its own, then a title that names a KB number.
fn row(line: &str) -> Option<(u32, &str)> {
    let at = line.rfind("KB")?;
    let digits = line.get(at + 2..)?.bytes().take_while(u8::is_ascii_digit).count();
    let mut words = line.split_whitespace().take(4);
    let (result, id) = words.find_map(|word| RESULTS.iter().find(|(name, _)| *name == word))?;
    let (before, after) = line.split_once(result)?;
    let id = if before.contains("Uninstallation") && *id == FAILED { REMOVAL_FAILED } else { *id };
    (digits >= 6).then(|| (id, title(after)))
}

/// The title of a row: what follows the columns of number, size or date.
fn title(columns: &str) -> &str {
    let mut rest = columns.trim();
    while let Some((word, after)) = rest.split_once(char::is_whitespace) {
        let number =
            word.starts_with("KB") && word.get(2..).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let size = word.ends_with(['B']) && word.starts_with(|c: char| c.is_ascii_digit());
        let date = word.contains(['/', ':']) || word.ends_with("...") || matches!(word, "AM" | "PM");
        if !(number || size || date) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_settings_shows() {
        let of = |text: &str| {
            let mut seen = Vec::new();
            read(text.as_bytes(), &mut |event| {
                let value = |name| event.record.value(name).unwrap_or_default().to_owned();
                seen.push((event.record.event_id, value("updateTitle"), value("errorCode")));
            });
            seen
        };
        let title = "2024-05 Cumulative Update for Windows 11 (KB5037771)";
        let failed = (FAILED, title.to_owned(), "0x800f0922".to_owned());
        for said in [
            "Failed to install on 5/15/2024 - 0x800f0922",
            "Fehler bei der Installation am 15.05.2024 - 0x800f0922",
        ] {
            let text = format!("{title}\n{said}\n");
            assert!(is_history(text.as_bytes()), "{said}");
            assert_eq!(of(&text), std::slice::from_ref(&failed), "{said}");
        }
        let settings = format!("There were some problems installing updates:\n{title} - Error 0x800f0922\n");
        assert_eq!(of(&settings), [failed]);
        let good = format!("{title}\nSuccessfully installed on 4/10/2024\n");
        assert_eq!(of(&good), [(INSTALLED, title.to_owned(), String::new())]);
        for other in [
            "It ends - as I said before - with 0x800f0922",
            "(KB5037771) fails here as well - see the code 0x800f0922",
        ] {
            assert!(!is_history(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn results_and_titles() {
        let list = "X ComputerName Result     KB          Size Title\n\
            - ------------ ------     --          ---- -----\n\
            1 SRV01        Accepted   KB5000001   32GB 2024-01 Update (KB5000001)\n\
            3 SRV01        Failed     KB5000001   32GB 2024-01 Update (KB5000001)\n\
            3 SRV01        Installed  KB5000002    1MB 2024-01 Tool (KB5000002)\n";
        assert!(is_history(list.as_bytes()));
        let mut seen = Vec::new();
        read(list.as_bytes(), &mut |event| {
            let title = event.record.value("updateTitle").unwrap().to_owned();
            seen.push((event.line, event.record.event_id, title));
        });
        let of = |line, id, title: &str| (line, id, title.to_owned());
        assert_eq!(
            seen,
            [of(4, FAILED, "2024-01 Update (KB5000001)"), of(5, INSTALLED, "2024-01 Tool (KB5000002)")]
        );
        let history = "  Installation   Succeeded  9/11/2024 3:24:1... 2024-09 Update (KB5000003)";
        assert_eq!(row(history), Some((INSTALLED, "2024-09 Update (KB5000003)")));
        for other in ["KB5000001 Failed to install", "He Failed KB5", "Title KB Result"] {
            assert!(!is_history(other.as_bytes()), "{other}");
        }
    }
}
