//! The logs of other clients that install updates: of Configuration Manager WUAHandler.log, UpdatesHandler.log,
//! UpdatesDeployment.log, ScanAgent.log; of Defender MpSigStub.log. What they say becomes records of the update client's own events.
//!
//! ```text
//! <![LOG[Scan failed with error = 0x80244021.]LOG]!><time="10:01:00.010-120" date="05-17-2023" component="WUAHandler" …>
//! Scan failed with error = 0x80244021.<TAB>WUAHandler<TAB>5/17/2023 10:01:00 AM<TAB>7312 (0x1C90)
//! ERROR 0x8007051a : 'Microsoft Windows Defender (RS1+)' failed to update.
//! ```

use crate::event_list::ListedEvent;
use crate::event_log::{EventRecord, EventValue};
use crate::text::{LogText, decode, lines};
use crate::time::{LocalTime, parse_local};
use crate::update_client::{DOWNLOAD_FAILED, FAILED, INSTALLED, PROVIDER, RESTART_REQUIRED, SEARCH_FAILED};

/// Components whose messages are read.
const COMPONENTS: [&str; 5] =
    ["WUAHandler", "UpdatesHandler", "UpdatesDeploymentAgent", "ScanAgent", "UpdatesStore"];

/// Messages that state a failure, by their first words; the code follows `= ` or `error `. The order is that in which
/// the handler calls: whoever hands the code on tells the same failure again.
const STATED: &[(&str, u32)] = &[
    ("OnSearchComplete - Failed to end search job", SEARCH_FAILED),
    ("Scan failed with error", SEARCH_FAILED),
    ("Unable to read existing resultant WUA policy", SEARCH_FAILED),
    ("Failed to download updates to the WUAgent datastore", DOWNLOAD_FAILED),
    ("Failed to initiate install of WSUS updates", FAILED),
    ("Failed to start batch install through WSUS Install handler", FAILED),
    ("InstallUpdatesInBatch failed with error", FAILED),
    ("Installation job encountered some failures", FAILED),
    ("Failed to install update", FAILED),
];

/// Whether a line is one of these logs.
pub(crate) fn is_line(line: &[u8]) -> bool {
    let line = decode(line);
    match message(&line) {
        Some(message) => COMPONENTS.contains(&message.component),
        None => !line.starts_with("<![LOG[") && said(bare(&line)).is_some(),
    }
}

/// Reads such a log. Each result goes to `visit`. The result is the number of its lines.
pub(crate) fn read(data: &[u8], mut visit: impl FnMut(ListedEvent)) -> u64 {
    let text = LogText::new(data);
    let mut records = 0;
    // The code that was told of last; the callers repeat it. Whoever sums a job up has another code.
    let mut told: Option<u32> = None;
    for (line, bytes) in lines(text.bytes()) {
        let text = decode(bytes.bytes);
        let (local, text) = match message(&text) {
            Some(message) => (message.local, message.text),
            None => (None, bare(&text)),
        };
        if text.is_empty() {
            continue;
        }
        records += 1;
        let Some(said) = said(text) else {
            // The next scan or installation is told of anew.
            if text.starts_with("Async ") && text.contains("started") {
                told = None;
            }
            continue;
        };
        let repeats = said.update.is_none()
            && said.code != 0
            && (told == Some(said.code) || told.is_some() && said.id == FAILED);
        told = Some(said.code).filter(|code| *code != 0).or(told);
        if repeats {
            continue;
        }
        let mut tell = |id| visit(event(line, local, id, said.code, said.update.unwrap_or_default()));
        tell(said.id);
        if said.restart {
            tell(RESTART_REQUIRED);
        }
    }
    records
}

fn event(line: u64, local: Option<LocalTime>, event_id: u32, code: u32, update: &str) -> ListedEvent {
    let code = (code != 0).then(|| ("errorCode", format!("0x{code:08x}")));
    let values = code.into_iter().chain([("updateTitle", update.to_owned())]);
    let record = EventRecord {
        record_id: line,
        provider: PROVIDER.to_owned(),
        event_id,
        values: values.map(|(name, value)| EventValue { name: name.to_owned(), value }).collect(),
        ..EventRecord::default()
    };
    ListedEvent { record, local, line }
}

/// A line with what stands around its message.
struct Message<'a> {
    text: &'a str,
    component: &'a str,
    local: Option<LocalTime>,
}

/// The parts of a line as the client writes it, or as its viewer copies it.
fn message(line: &str) -> Option<Message<'_>> {
    let line = line.trim_start_matches(['>', ' ', '\u{feff}']);
    if let Some(rest) = line.strip_prefix("<![LOG[") {
        let (text, attributes) = rest.split_once("]LOG]!>")?;
        let value = |name: &str| {
            let (_, rest) = attributes.split_once(name)?;
            rest.split_once('"').map(|(value, _)| value)
        };
        let component = value("component=\"").unwrap_or_default();
        let local = value("date=\"").zip(value("time=\"")).and_then(|(date, time)| written(date, time));
        return Some(Message { text, component, local });
    }
    let mut fields = line.split('\t');
    let (text, component) = (fields.next()?, fields.next()?);
    COMPONENTS.contains(&component.trim()).then_some(Message {
        text,
        component: component.trim(),
        local: None,
    })
}

/// `05-17-2023` and `10:01:00.010-120`.
fn written(date: &str, time: &str) -> Option<LocalTime> {
    let mut parts = date.split('-');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let clock = time.get(..8)?;
    Some(parse_local(format!("{year}-{month}-{day} {clock}").as_bytes())?.0)
}

/// A message that a post quotes alone.
fn bare(line: &str) -> &str {
    line.trim().trim_start_matches(['>', '-', '*', ' ']).trim_end()
}

/// What a message states.
struct Said<'a> {
    id: u32,
    code: u32,
    update: Option<&'a str>,
    restart: bool,
}

fn said(text: &str) -> Option<Said<'_>> {
    finished(text).or_else(|| of_defender(text)).or_else(|| {
        let (_, id) = STATED.iter().find(|(begin, _)| text.starts_with(begin))?;
        let (_, digits) = text.split_once("0x")?;
        let code = u32::from_str_radix(digits.get(..8)?, 16).ok().filter(|code| code >> 31 == 1)?;
        Some(Said { id: *id, code, update: None, restart: false })
    })
}

/// `Update 1 (0a91b273-404a-475f-b065-b2f54b99c7b1) finished installing (0x80070643), Reboot Required? No`
fn finished(text: &str) -> Option<Said<'_>> {
    let (before, after) = text.strip_prefix("Update ")?.split_once(") finished installing (0x")?;
    let (_, update) = before.split_once('(')?;
    let code = u32::from_str_radix(after.get(..8)?, 16).ok()?;
    let failed = code >> 31 == 1;
    let restart = after.contains("Reboot Required? Yes");
    Some(Said { id: if failed { FAILED } else { INSTALLED }, code, update: Some(update), restart })
}

/// `ERROR 0x8007051a : 'Microsoft Windows Defender (RS1+)' failed to update.`
fn of_defender(text: &str) -> Option<Said<'_>> {
    let (digits, words) = text.strip_prefix("ERROR 0x")?.split_at_checked(8)?;
    let (update, _) = words.strip_prefix(" : '")?.split_once("' failed to update")?;
    let code = u32::from_str_radix(digits, 16).ok().filter(|code| code >> 31 == 1)?;
    Some(Said { id: FAILED, code, update: Some(update), restart: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(log: &str) -> Vec<(u64, u32, String, String)> {
        let mut events = Vec::new();
        read(log.as_bytes(), |event| {
            let value = |name| event.record.value(name).unwrap_or_default().to_owned();
            events.push((event.line, event.record.event_id, value("errorCode"), value("updateTitle")));
        });
        events
    }

    fn of(line: u64, id: u32, code: &str, update: &str) -> (u64, u32, String, String) {
        (line, id, code.to_owned(), update.to_owned())
    }

    fn written_line(text: &str) -> String {
        format!(
            "<![LOG[{text}]LOG]!><time=\"10:01:00.010-120\" date=\"05-17-2023\" component=\"WUAHandler\" context=\"\" type=\"3\" thread=\"1\" file=\"a.cpp:1\">\n"
        )
    }

    #[test]
    fn a_failed_search_is_told_once() {
        let log = written_line("OnSearchComplete - Failed to end search job. Error = 0x80244021.")
            + &written_line("Scan failed with error = 0x80244021.");
        assert!(is_line(log.lines().next().unwrap().as_bytes()));
        assert_eq!(seen(&log), [of(1, SEARCH_FAILED, "0x80244021", "")]);
        let mut times = Vec::new();
        read(log.as_bytes(), |event| times.push(event.local.unwrap().to_string()));
        assert!(times[0].starts_with("2023-05-17T10:01:00"), "{times:?}");
    }

    #[test]
    fn the_update_that_failed_and_not_the_job() {
        let log = "Update 1 (0a91b273) finished installing (0x80070643), Reboot Required? No\n\
            Installation job encountered some failures. Error = 0x80240022. Commit Result = 0x00000001.\n";
        assert!(is_line(log.lines().next().unwrap().as_bytes()));
        assert_eq!(seen(log), [of(1, FAILED, "0x80070643", "0a91b273")]);
        let good = "Update 1 (0a91b273) finished installing (0x00000000), Reboot Required? Yes\n";
        assert_eq!(seen(good), [of(1, INSTALLED, "", "0a91b273"), of(1, RESTART_REQUIRED, "", "0a91b273")]);
    }

    #[test]
    fn lines_that_the_viewer_copied() {
        let tail = "\tWUAHandler\t5/17/2023 11:03:00 AM\t7312 (0x1C90)\n";
        let log = format!(
            "Failed to download updates to the WUAgent datastore. Error = 0x800b0101.{tail}Failed to initiate install of WSUS updates, error = 0x800b0101{tail}"
        );
        assert_eq!(seen(&log), [of(1, DOWNLOAD_FAILED, "0x800b0101", "")]);
    }

    #[test]
    fn an_update_of_defender() {
        let log = "ERROR 0x8007051a : One or more of the packages found failed to update for Example.\n\
            ERROR 0x8007051a : 'Example (RS1+)' failed to update.\nERROR 0x8007051a : MpSigStubMain\n";
        assert_eq!(seen(log), [of(2, FAILED, "0x8007051a", "Example (RS1+)")]);
    }

    #[test]
    fn other_lines() {
        for line in [
            "Scan failed with error",
            "Update 1 of 2",
            "a\tb\tc",
            "<![LOG[x]LOG]!><time=\"1\" component=\"Other\">",
        ] {
            assert!(!is_line(line.as_bytes()), "{line}");
        }
    }
}
