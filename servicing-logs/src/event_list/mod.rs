//! Records of event logs that are text: copied or saved by Event Viewer, printed by PowerShell, or exported as XML.
//! They become the records of [`crate::event_log`].

mod bare;
mod blocks;
mod history;
mod listing;
mod message;
mod reports;
mod rows;
mod stamp;

use crate::event_log::{EventRecord, parse_event};
use crate::text::{LogText, decode};
use crate::time::{FileTime, LocalTime, parse_utc};

pub(crate) use blocks::starts_block;

/// A record, with what a text knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// The record. XML gives its time in UTC.
    pub record: EventRecord,
    /// The machine's wall clock, which the other forms give.
    pub local: Option<LocalTime>,
    /// Number of the record's first line, from one.
    pub line: u64,
}

/// Reads a text with records of an event log. Each record goes to `visit`. The result is their number.
pub fn read(data: &[u8], visit: impl FnMut(ListedEvent)) -> u64 {
    let text = LogText::new(data);
    records_of(text.bytes(), visit)
}

/// Whether a text begins with such records.
pub(crate) fn is_event_list(text: &[u8]) -> bool {
    rows::is_table(text)
        || listing::is_listing(text)
        || blocks::is_list(text)
        || bare::is_quoted(text)
        || history::is_history(text)
        || reports::is_reports(text)
}

fn records_of(bytes: &[u8], mut visit: impl FnMut(ListedEvent)) -> u64 {
    let mut count = 0;
    let mut counted = |event: ListedEvent| {
        count += 1;
        visit(event);
    };
    // An error report is a file of its own, or the text of one record.
    if reports::is_reports(bytes) {
        reports::read(bytes, &mut counted);
    }
    if bytes.trim_ascii_start().starts_with(b"<") {
        xml(bytes, &mut counted);
    } else if rows::is_table(bytes) {
        rows::read(&decode(bytes), &mut counted);
    } else if listing::is_listing(bytes) {
        listing::read(bytes, &mut counted);
    } else if !blocks::is_list(bytes) && bare::is_quoted(bytes) && !bare::has_block(bytes) {
        bare::read(bytes, &mut counted);
    } else if !blocks::is_list(bytes) && history::is_history(bytes) {
        history::read(bytes, &mut counted);
    } else {
        blocks::read(bytes, &mut counted);
    }
    count
}

/// The records of an XML file: the elements `Event`, whatever is around them.
fn xml(bytes: &[u8], visit: &mut impl FnMut(ListedEvent)) {
    const END: &[u8] = b"</Event>";
    let (mut at, mut line) = (0, 1);
    for from in memchr::memmem::find_iter(bytes, b"<Event") {
        // `<Events>` and `<EventID>` begin alike; what lies within an element was read with it.
        let is_element = bytes.get(from + b"<Event".len()).is_some_and(|next| b" >\t\r\n".contains(next));
        if from < at || !is_element {
            continue;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let length = memchr::memmem::find(rest, END).map_or(rest.len(), |end| end + END.len());
        let newlines = |text: &[u8]| memchr::memchr_iter(b'\n', text).count() as u64;
        line += newlines(bytes.get(at..from).unwrap_or_default());
        let element = decode(rest.get(..length).unwrap_or_default());
        let mut record = parse_event(&element);
        record.time = system_time(&element);
        visit(ListedEvent { record, local: None, line });
        line += newlines(rest.get(..length).unwrap_or_default());
        at = from + length;
    }
}

/// `SystemTime` of `<TimeCreated SystemTime="2021-01-20T13:57:59.3427786Z" />`.
fn system_time(element: &str) -> Option<FileTime> {
    let (_, time) = element.split_once("SystemTime=")?;
    parse_utc(time.get(1..)?.as_bytes()).map(|(time, _)| time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::EventKind;

    const COPIED: &str = "\
Log Name:      System\r\n\
Source:        Microsoft-Windows-WindowsUpdateClient\r\n\
Date:          6/30/2010 3:03:25 AM\r\n\
Event ID:      20\r\n\
Task Category: Windows Update Agent\r\n\
Level:         Error\r\n\
Computer:      pc.example.com\r\n\
Description:\r\n\
Installation Failure: Windows failed to install the following update with error 0x80070643: An Update (KB1234567).\r\n";

    type Seen = (u64, u32, Option<EventKind>, Option<u32>, String, Option<String>);

    fn seen(text: &str) -> Vec<Seen> {
        let mut events = Vec::new();
        read(text.as_bytes(), |event| {
            let typed = event.record.typed();
            let code = typed.as_ref().and_then(|t| t.error.and_then(crate::codes::CodeValue::hresult));
            let name = |t: &crate::event_log::TypedEvent<'_>| {
                t.subject.or(t.display_name).unwrap_or_default().to_owned()
            };
            events.push((
                event.line,
                event.record.event_id,
                typed.as_ref().map(|t| t.kind),
                code,
                typed.as_ref().map(name).unwrap_or_default(),
                event.local.map(|time| time.to_string().get(..19).unwrap_or_default().to_owned()),
            ));
        });
        events
    }

    #[test]
    fn what_event_viewer_copies() {
        let of_update = |at: &str| {
            (
                1,
                20,
                Some(EventKind::UpdateFailed),
                Some(0x8007_0643),
                "An Update (KB1234567)".to_owned(),
                Some(at.to_owned()),
            )
        };
        assert_eq!(seen(COPIED), [of_update("2010-06-30T03:03:25")]);
        let quoted: String = COPIED.lines().map(|line| format!("> {line}  \n")).collect();
        assert_eq!(seen(&quoted), [of_update("2010-06-30T03:03:25")]);
        let german = COPIED
            .replace("Log Name:", "Protokollname:")
            .replace("Source:", "Quelle:")
            .replace("Date:          6/30/2010 3:03:25 AM", "Datum:         30.06.2010 03:03:25")
            .replace("Event ID:", "Ereignis-ID:")
            .replace("Description:", "Beschreibung:");
        assert_eq!(seen(&german), [of_update("2010-06-30T03:03:25")]);
    }

    #[test]
    fn each_record_of_a_list_is_one() {
        let second = "\r\nLog Name: System\r\nSource: Service Control Manager\r\nEvent ID: 7000\r\nDescription:\r\n\
            The Example service failed to start due to the following error: \r\n%%1053\r\n\r\n---\r\n";
        let events = seen(&format!("{COPIED}{second}"));
        assert_eq!(
            events.get(1),
            Some(&(
                11,
                7000,
                Some(EventKind::ServiceFailedToStart),
                Some(0x8007_041D),
                "Example".to_owned(),
                None
            ))
        );
        assert_eq!(events.len(), 2);
        // A record that was formatted has what Windows prints for the code.
        let formatted = second.replace("7000", "7023").replace("failed to start due to", "terminated with");
        let ended = seen(&format!("{COPIED}{}", formatted.replace("%%1053", "Access is denied.")));
        let code = ended.get(1).and_then(|event| event.3);
        assert_eq!(code, Some(0x8007_0005), "{ended:?}");
    }

    #[test]
    fn rows_of_a_saved_list() {
        let list = "Level\tDate and Time\tSource\tEvent ID\tTask Category\r\n\
            Information\t7/20/2021 3:12:25 AM\tMicrosoft-Windows-Servicing\t3\t(1)\tPackage KB1234567 failed to be changed to the Installed state. Status: 0x800f0922.\r\n\
            Information\t7/20/2021 3:12:26 AM\tAnother-Source\t3\t(1)\tx\r\n";
        let expected = [(
            2,
            3,
            Some(EventKind::PackageChangeFailed),
            Some(0x800F_0922),
            "KB1234567".to_owned(),
            Some("2021-07-20T03:12:25".to_owned()),
        )];
        assert_eq!(seen(list), expected);
        assert_eq!(seen(&list.replace(['\t'], ",")), expected);
    }

    #[test]
    fn a_crash_of_a_program_of_servicing() {
        let crash = "Log Name: Application\r\nSource: Application Error\r\nEvent ID: 1000\r\nDescription:\r\n\
            Faulting application name: TiWorker.exe, version: 10.0.17763.3641, time stamp: 0x5d1f3f1a\r\n\
            Faulting module name: wcp.dll, version: 10.0.17763.3641, time stamp: 0x7c1d2b3c\r\n\
            Exception code: 0xc0000005\r\nFault offset: 0x000000000012a3b4\r\n";
        let kinds = |text: &str| seen(text).into_iter().map(|e| (e.2, e.4)).collect::<Vec<_>>();
        let of_worker = [(Some(EventKind::ProgramCrashed), "TiWorker.exe".to_owned())];
        assert_eq!(kinds(crash), of_worker);
        let german = crash
            .replace("Faulting application name", "Name der fehlerhaften Anwendung")
            .replace("Faulting module name", "Name des fehlerhaften Moduls")
            .replace("Exception code", "Ausnahmecode");
        assert_eq!(kinds(&german), of_worker);
        let mut state = None;
        read(crash.as_bytes(), |event| {
            state = event.record.typed().map(|t| (t.state.clone(), t.error));
        });
        let code = crate::codes::CodeValue::Ntstatus(0xC000_0005);
        assert_eq!(state, Some((Some("wcp.dll".to_owned()), Some(code))));
        assert_eq!(kinds(&crash.replace("TiWorker.exe", "notepad.exe")), [(None, String::new())]);
    }

    #[test]
    fn elements_of_an_xml_export() {
        let xml = "<?xml version=\"1.0\"?>\n<Events><Event xmlns='x'><System><Provider Name='Service Control Manager'/>\
            <EventID Qualifiers='49152'>7034</EventID><TimeCreated SystemTime='2021-01-20T13:57:59.3427786Z'/></System>\
            <EventData><Data Name='param1'>Example</Data><Data Name='param2'>2</Data></EventData></Event></Events>";
        let mut events = Vec::new();
        assert_eq!(read(xml.as_bytes(), |event| events.push(event)), 1);
        let [event] = events.as_slice() else { panic!("{events:?}") };
        let typed = event.record.typed().unwrap();
        assert_eq!((typed.kind, typed.crashes), (EventKind::ServiceTerminatedAgain, Some(2)));
        assert_eq!(event.record.time.unwrap().to_string(), "2021-01-20T13:57:59.3427786Z");
    }

    #[test]
    fn what_is_none() {
        for text in ["Source: a book\nDate: today\n", "a,b,c\n1,2,3\n", "", "Log Name: x\n"] {
            assert!(!is_event_list(text.as_bytes()), "{text}");
        }
    }
}
