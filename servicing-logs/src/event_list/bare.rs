//! Sentences of events that a post quotes alone, without the record around them.

use super::{ListedEvent, message, starts_block};
use crate::event_log::EventRecord;
use crate::text::{decode, lines};

/// Provider, number, how the sentence begins, and what else is in it.
const SENTENCES: &[(&str, u32, &str, &str)] = &[
    ("Microsoft-Windows-Servicing", 3, "Package ", " failed to be changed to the "),
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

/// The sentence of a line, without the marks of a quotation or a list.
fn sentence(line: &str) -> Option<(&'static str, u32, &str)> {
    let line = line.trim().trim_start_matches(['>', '-', '*', ' ', '"']);
    let known = |(_, _, begin, within): &&(&str, u32, &str, &str)| {
        line.starts_with(begin) && line.contains(within) && line.contains("0x")
    };
    SENTENCES.iter().find(known).map(|(provider, id, ..)| (*provider, *id, line))
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
}
