//! Sentences of events that a post quotes alone, without the record around them.

use super::{ListedEvent, listing, message, starts_block};
use crate::event_log::EventRecord;
use crate::text::{decode, lines};
use crate::update_client::PROVIDER as WU;

const SERVICING: &str = "Microsoft-Windows-Servicing";
const WUSA: &str = "Microsoft-Windows-WUSA";

/// Provider, number, how the sentence begins, and what else is in it.
const SENTENCES: &[(&str, u32, &str, &[&str])] = &[
    (SERVICING, 1, "Initiating changes for package ", &["Target state is "]),
    (SERVICING, 2, "Package ", &[" was successfully changed to the "]),
    (SERVICING, 3, "Package ", &[" failed to be changed to the ", "0x"]),
    (SERVICING, 4, "A reboot is necessary before package ", &["can be changed"]),
    (SERVICING, 11, "Update ", &[" failed to be turned on. Status: 0x"]),
    (SERVICING, 12, "Update ", &[" failed to be turned off. Status: 0x"]),
    (WU, 19, "Installation Successful: Windows successfully installed the following update: ", &[]),
    (WU, 20, "Installation Failure: Windows failed to install the following update with error 0x", &[]),
    (WU, 25, "Windows Update failed to check for updates with error 0x", &[]),
    (WU, 31, "Windows Update failed to download an update", &[]),
    (WU, 43, "Installation Started: Windows has started installing the following update: ", &[]),
    (WUSA, 2, "Windows update ", &[" was successfully installed. (Command line: "]),
    (WUSA, 3, "Windows update ", &["could not be installed because of error "]),
    (WUSA, 4, "Windows update ", &["requires a computer restart to complete the installation."]),
    (WUSA, 8, "Windows update ", &["could not be uninstalled because of error "]),
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

/// Reads each such sentence as its event, whose time is known only in a row that has it.
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
        let columns = text.split(said).next().unwrap_or_default();
        let local = listing::head(columns).and_then(|head| head.local);
        visit(ListedEvent { record, local, line: number });
    }
}

/// Levels that begin a row of Event Viewer.
const LEVELS: [&str; 3] = ["Error ", "Information ", "Warning "];
/// How the name of a provider begins, in a column that is too narrow for it.
const PROVIDERS: &str = "Microsoft-Windows";
/// Bytes of the other columns of a row, before its message.
const MAX_COLUMNS: usize = 200;

/// The sentence of a line, without the marks of a quotation or a list. A row of Event Viewer whose columns are parted by
/// spaces has it behind its level, or behind the name of its provider.
fn sentence(line: &str) -> Option<(&'static str, u32, &str)> {
    let line = line.trim().trim_start_matches(['>', '-', '*', ' ', '"']);
    SENTENCES.iter().find_map(|(provider, id, begin, within)| {
        let at = line.find(begin).filter(|at| *at <= MAX_COLUMNS)?;
        let (columns, said) = line.split_at_checked(at)?;
        let row = columns.contains(provider)
            || LEVELS.contains(&columns)
            || columns.contains(PROVIDERS)
            || listing::head(columns).is_some();
        let known = (columns.is_empty() || row) && within.iter().all(|part| said.contains(part));
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
                (2, 3, [wanted("0x800f0922", "KB5000001"), vec!["Installed".to_owned()]].concat()),
                (3, 20, wanted("0x80070643", "An Update (KB5000002)")),
            ]
        );
        assert!(!is_quoted(b"Package KB5000001 was changed to the Installed state.\n"));
    }

    #[test]
    fn sentences_of_the_standalone_installer() {
        let of = |text: &str| {
            let mut seen = Vec::new();
            read(text.as_bytes(), &mut |event| {
                let typed = event.record.typed().unwrap();
                let code = typed.error.and_then(crate::codes::CodeValue::hresult);
                seen.push((typed.kind, typed.subject.unwrap_or_default().to_owned(), code));
            });
            seen
        };
        let failed =
            |name: &str, code| vec![(crate::event_log::EventKind::UpdateFailed, name.to_owned(), Some(code))];
        let line =
            r#"(Command line: ""C:\Windows\system32\wusa.exe" "C:\temp\windows10.0-kb5000003-x64.msu" ")"#;
        assert_eq!(
            of(&format!("Windows update could not be installed because of error 2359302 \"\" {line}")),
            failed("KB5000003", 0x0024_0006)
        );
        assert_eq!(
            of(&format!(
                "Windows update \"An Update\" could not be installed because of error 2149842967 \"\" {line}"
            )),
            failed("An Update", 0x8024_0017)
        );
        let denied =
            "Windows update could not be installed because of error 2147942405 \"Access is denied.\"";
        assert_eq!(of(denied), failed("", 0x8007_0005));
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
