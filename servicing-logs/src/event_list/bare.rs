//! Sentences of events that a post quotes alone, without the record around them.

use super::{ListedEvent, message, starts_block};
use crate::event_log::EventRecord;
use crate::text::{decode, lines};

/// Provider, number, how the sentence begins, and what else is in it.
const SENTENCES: &[(&str, u32, &str, &str)] = &[
    ("Microsoft-Windows-Servicing", 3, "Package ", " failed to be changed to the "),
    ("Microsoft-Windows-Servicing", 11, "Update ", " failed to be turned on. Status: "),
    ("Microsoft-Windows-Servicing", 12, "Update ", " failed to be turned off. Status: "),
    (
        "Microsoft-Windows-WindowsUpdateClient",
        20,
        "Installation Failure: Windows failed to install the following update with error 0x",
        "",
    ),
];

/// Lines that are looked at; a post has some dozens.
const MAX_LINES: usize = 400;

/// Whether a text has such a sentence in a line of its own.
pub(super) fn is_quoted(text: &[u8]) -> bool {
    lines(text).take(MAX_LINES).any(|(_, line)| sentence(&decode(line.bytes)).is_some())
}

/// Whether a record begins in the text: its sentence is read with it.
pub(super) fn has_block(text: &[u8]) -> bool {
    lines(text).take(MAX_LINES).any(|(_, line)| starts_block(line.bytes.trim_ascii()))
}

/// Reads each such sentence as its event, whose time is not known.
pub(super) fn read(text: &[u8], visit: &mut impl FnMut(ListedEvent)) {
    for (number, line) in lines(text) {
        let text = decode(line.bytes);
        let Some((provider, event_id, said)) = sentence(&text) else { continue };
        let record = EventRecord {
            record_id: number,
            provider: provider.to_owned(),
            event_id,
            values: message::values(provider, event_id, said),
            ..EventRecord::default()
        };
        visit(ListedEvent { record, local: None, line: number });
    }
}

/// Levels that begin a row of Event Viewer.
const LEVELS: [&str; 3] = ["Error ", "Information ", "Warning "];
/// Bytes of the other columns of a row, before its message.
const MAX_COLUMNS: usize = 200;

/// The sentence of a line, without the marks of a quotation or a list. A row of Event Viewer whose columns are parted by
/// spaces has it behind its level, or behind the name of its provider.
fn sentence(line: &str) -> Option<(&'static str, u32, &str)> {
    let line = line.trim().trim_start_matches(['>', '-', '*', ' ', '"']);
    SENTENCES.iter().find_map(|(provider, id, begin, within)| {
        let at = line.find(begin).filter(|at| *at <= MAX_COLUMNS)?;
        let (columns, said) = line.split_at_checked(at)?;
        let row = columns.contains(provider) || LEVELS.contains(&columns);
        let known = (columns.is_empty() || row) && said.contains(within) && said.contains("0x");
        known.then_some((*provider, *id, said))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_alone_are_their_events() {
        let text = "It says:\n> Package KB5000001 failed to be changed to the Installed state. Status: 0x800f0922.\n\
            Installation Failure: Windows failed to install the following update with error 0x80070643: An Update (KB5000002).\n";
        assert!(is_quoted(text.as_bytes()));
        let mut seen = Vec::new();
        read(text.as_bytes(), &mut |event| {
            let values = event.record.values.iter().map(|v| v.value.clone()).collect::<Vec<_>>();
            seen.push((event.line, event.record.event_id, values));
        });
        let wanted = |code: &str, name: &str| vec![code.to_owned(), name.to_owned()];
        assert_eq!(
            seen,
            [
                (2, 3, wanted("0x800f0922", "KB5000001")),
                (3, 20, wanted("0x80070643", "An Update (KB5000002)")),
            ]
        );
        assert!(!is_quoted(b"Package KB5000001 was changed to the Installed state.\n"));
    }

    #[test]
    fn a_feature_that_could_not_be_turned_off() {
        let mut seen = Vec::new();
        let text =
            b"Update Example-Role of package Example-Package failed to be turned off. Status: 0x800f0922.\n";
        read(text, &mut |event| {
            let typed = event.record.typed().unwrap();
            seen.push((typed.kind, typed.subject.map(str::to_owned), typed.error.is_some()));
        });
        let kind = crate::event_log::EventKind::FeatureRemovalFailed;
        assert_eq!(seen, [(kind, Some("Example-Role".to_owned()), true)]);
    }

    #[test]
    fn rows_whose_columns_are_parted_by_spaces() {
        let of = |line: &'static str| sentence(line).map(|(_, id, said)| (id, said.len()));
        let said = "Package KB5000001 failed to be changed to the Installed state. Status: 0x8e5e03fa.";
        assert_eq!(
            of(
                "Information pc.corp. 3 Microsoft-Windows-Servicing N/A NT AUTHORITY\\SYSTEM Package KB5000001 failed to be changed to the Installed state. Status: 0x8e5e03fa."
            ),
            Some((3, said.len()))
        );
        assert!(of("Error Installation Failure: Windows failed to install the following update with error 0x8024001E: An Update").is_some());
        assert_eq!(of("He said: Package KB5000001 failed to be changed to the Installed state: 0x1."), None);
    }
}
