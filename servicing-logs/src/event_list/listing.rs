//! Records as `Get-WinEvent` prints them: below the name of their provider, in rows of time, number, level and message.
//!
//! ```text
//!    ProviderName: Microsoft-Windows-Servicing
//!
//! TimeCreated                     Id LevelDisplayName Message
//! -----------                     -- ---------------- -------
//! 3/13/2025 2:11:05 AM             3 Error            Package KB1234567 failed to be changed to …
//! ```

use super::{ListedEvent, message, stamp};
use crate::event_log::{EventRecord, is_known_provider};
use crate::text::{decode, lines};
use crate::time::LocalTime;

/// Lines that are looked at to see whether a text is such a list.
const MAX_LINES: usize = 400;

/// The first columns of a row.
pub(super) struct Head<'a> {
    /// The time, if its date is not ambiguous.
    pub(super) local: Option<LocalTime>,
    id: u32,
    /// Level and message.
    rest: &'a str,
}

/// Whether a text has the name of a provider that is looked at, and a row below it.
pub(super) fn is_listing(text: &[u8]) -> bool {
    let mut named = false;
    lines(text).take(MAX_LINES).any(|(_, line)| {
        let text = decode(line.bytes);
        named |= provider(&text).is_some_and(is_known_provider);
        named && head(&text).is_some()
    })
}

pub(super) fn read(text: &[u8], visit: &mut impl FnMut(ListedEvent)) {
    let mut source = String::new();
    let mut open: Option<Row> = None;
    for (number, line) in lines(text) {
        let text = decode(line.bytes);
        if let Some(name) = provider(&text) {
            end(open.take(), &source, visit);
            name.clone_into(&mut source);
        } else if let Some(head) = head(&text) {
            end(open.take(), &source, visit);
            let (local, id) = (head.local, head.id);
            open = Some(Row { line: number, local, id, message: without_level(head.rest).to_owned() });
        } else if let Some(row) = open.as_mut().filter(|_| text.starts_with([' ', '\t'])) {
            // A message that is too long for its column goes on below it.
            let more = text.trim();
            if !more.is_empty() && row.message.len() <= message::MAX_MESSAGE {
                row.message.push(' ');
                row.message.push_str(more);
            }
        }
    }
    end(open, &source, visit);
}

struct Row {
    line: u64,
    local: Option<LocalTime>,
    id: u32,
    message: String,
}

fn end(row: Option<Row>, source: &str, visit: &mut impl FnMut(ListedEvent)) {
    let Some(row) = row.filter(|_| is_known_provider(source)) else { return };
    let record = EventRecord {
        record_id: row.line,
        provider: source.to_owned(),
        event_id: row.id,
        values: message::values(source, row.id, row.message.trim_end_matches(['.', '…'])),
        ..EventRecord::default()
    };
    visit(ListedEvent { record, local: row.local, line: row.line });
}

/// The name behind `ProviderName:`, which PowerShell prints in every language.
fn provider(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("ProviderName:")?.trim();
    (!name.is_empty() && !name.contains(char::is_whitespace)).then_some(name)
}

/// Words at most before the number: date, time, and half of the day.
const MAX_TIME_WORDS: usize = 3;

/// Time and number at the beginning of a row.
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let line = line.trim_start();
    let date = line.split(' ').next().filter(|date| {
        let parts = date.split(['/', '-', '.']).filter(|part| !part.is_empty());
        parts.clone().count() == 3
            && parts.clone().all(|part| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
    })?;
    let mut at = date.len();
    for _ in 0..MAX_TIME_WORDS {
        let rest = line.get(at..)?;
        at += rest.len() - rest.trim_start().len();
        let word = line.get(at..)?.split_whitespace().next()?;
        if let Ok(id) = word.parse() {
            let time = line.get(..at)?.trim();
            let rest = line.get(at + word.len()..)?;
            return time.contains(':').then(|| Head {
                local: stamp::local(time),
                id,
                rest: rest.trim_start(),
            });
        }
        at += word.len();
    }
    None
}

/// The message behind the level, which is a word in the language of the machine.
fn without_level(rest: &str) -> &str {
    rest.split_once(char::is_whitespace).map_or("", |(_, message)| message.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::EventKind;

    const LIST: &str = "\r\n   ProviderName: Microsoft-Windows-Servicing\r\n\r\n\
        TimeCreated                     Id LevelDisplayName Message\r\n\
        -----------                     -- ---------------- -------\r\n\
        3/13/2025 2:11:05 AM             3 Error            Package KB5000001 failed to be changed to the\r\n\
\x20                                                           Installed state. Status: 0x800f0922.\r\n\
        13.03.2025 01:58:10              4 Informationen    A reboot is necessary before package KB5000001 can...\r\n\
        \r\n   ProviderName: Some-Other-Provider\r\n\r\n\
        3/13/2025 2:11:05 AM             3 Error            Package KB5000002 failed\r\n";

    #[test]
    fn rows_below_the_name_of_their_provider() {
        assert!(is_listing(LIST.as_bytes()));
        let mut seen = Vec::new();
        read(LIST.as_bytes(), &mut |event| {
            let typed = event.record.typed().unwrap();
            let local = event.local.map(|at| at.to_string().get(..16).unwrap_or_default().to_owned());
            seen.push((
                event.line,
                typed.kind,
                typed.subject.unwrap().to_owned(),
                typed.error.is_some(),
                local,
            ));
        });
        let package = || "KB5000001".to_owned();
        let at = |time: &str| Some(time.to_owned());
        assert_eq!(
            seen,
            [
                (6, EventKind::PackageChangeFailed, package(), true, at("2025-03-13T02:11")),
                (8, EventKind::PackageRebootNeeded, package(), false, at("2025-03-13T01:58")),
            ]
        );
    }

    #[test]
    fn what_is_none() {
        for text in [
            "ProviderName: Microsoft-Windows-Servicing\nno row\n",
            "3/13/2025 2:11:05 AM 3 Error x\n",
            "ProviderName: a b\n3/13/2025 2:11:05 AM 3 Error x\n",
        ] {
            assert!(!is_listing(text.as_bytes()), "{text}");
        }
        for line in ["3/13 2:11 3 x", "a 3", "1.2.3.4 5", "3/13/2025 3 4", ""] {
            assert!(head(line).is_none(), "{line}");
        }
    }
}
