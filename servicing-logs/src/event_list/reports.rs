//! Error reports on updates: what Windows Error Reporting writes into the Application log (event 1001), and Report.wer.
//! Each becomes the event of the update client that says the same.
//!
//! ```text
//! Event Name: CbsPackageServicingFailure2
//! P1: 10.0.17763.1518
//! P2: Package_for_RollupFix
//! ```

use super::ListedEvent;
use crate::event_log::{EventRecord, EventValue};
use crate::text::{decode, lines};
use crate::update_client::{DOWNLOAD_FAILED, FAILED, PROVIDER, SEARCH_FAILED};

/// How the names of the reports begin.
const NAMES: [&str; 3] =
    ["CbsPackageServicingFailure", "WindowsUpdateFailure", "WindowsServicingFailureInfo"];
/// Lines that are looked at; a report has some thirty.
const MAX_LINES: usize = 400;
/// Parameters of a report.
const MAX_PARAMETERS: usize = 10;

/// Whether a text has such a report.
pub(super) fn is_reports(text: &[u8]) -> bool {
    lines(text).take(MAX_LINES).any(|(_, line)| name(&decode(line.bytes)).is_some())
}

/// A report as far as it was read.
struct Report {
    name: &'static str,
    line: u64,
    parameters: [String; MAX_PARAMETERS],
}

pub(super) fn read(text: &[u8], visit: &mut impl FnMut(ListedEvent)) {
    let mut open: Option<Report> = None;
    for (number, line) in lines(text) {
        let text = decode(line.bytes);
        if let Some(name) = name(&text) {
            open.take().and_then(Report::event).into_iter().for_each(&mut *visit);
            open = Some(Report { name, line: number, parameters: Default::default() });
        } else if let Some((at, value)) = parameter(&text)
            && let Some(slot) = open.as_mut().and_then(|report| report.parameters.get_mut(at))
        {
            value.clone_into(slot);
        }
    }
    open.and_then(Report::event).into_iter().for_each(visit);
}

/// The name of a report in its line, whatever the label: `Event Name: …`, `Ereignisname: …`, `EventType=…`.
fn name(line: &str) -> Option<&'static str> {
    let (_, value) = line.trim().split_once([':', '='])?;
    NAMES.iter().copied().find(|name| value.trim().starts_with(name))
}

/// A parameter: `P2: 80070002`, `Problem Signature 02: 80070002`, `Sig[1].Value=80070002`.
fn parameter(line: &str) -> Option<(usize, &str)> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("Sig[") {
        let (at, value) = rest.split_once("].Value=")?;
        return Some((at.parse().ok()?, value.trim()));
    }
    let (label, value) = line.split_once(':')?;
    let number =
        label.trim().strip_prefix('P').or_else(|| label.rsplit_once(' ').map(|(_, number)| number))?;
    Some((number.parse::<usize>().ok()?.checked_sub(1)?, value.trim()))
}

impl Report {
    /// What the update client would say of it.
    fn event(self) -> Option<ListedEvent> {
        let [_, second, third, fourth, ..] = &self.parameters;
        let code =
            |text: &str| u32::from_str_radix(text.trim_start_matches("0x"), 16).ok().filter(|c| c >> 31 == 1);
        let of_client = self.name == "WindowsUpdateFailure";
        let id = match fourth.as_str() {
            "Scan" | "Detection" if of_client => SEARCH_FAILED,
            "Download" if of_client => DOWNLOAD_FAILED,
            _ => FAILED,
        };
        let title = match self.name {
            "CbsPackageServicingFailure" => format!("{second} {third}"),
            "WindowsUpdateFailure" if id != SEARCH_FAILED => third.clone(),
            _ => String::new(),
        };
        let code = self.parameters.iter().filter(|text| text.len() >= 8).find_map(|text| code(text))?;
        let values = [("errorCode", format!("0x{code:08x}")), ("updateTitle", title.trim().to_owned())];
        let record = EventRecord {
            record_id: self.line,
            provider: PROVIDER.to_owned(),
            event_id: id,
            values: values.map(|(name, value)| EventValue { name: name.to_owned(), value }).into(),
            ..EventRecord::default()
        };
        Some(ListedEvent { record, local: None, line: self.line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(u64, u32, String, String)> {
        let mut seen = Vec::new();
        read(text.as_bytes(), &mut |event| {
            let value = |name| event.record.value(name).unwrap_or_default().to_owned();
            seen.push((event.line, event.record.event_id, value("errorCode"), value("updateTitle")));
        });
        seen
    }

    #[test]
    fn a_report_of_servicing_names_its_package() {
        let report = "Fault bucket , type 0\nEvent Name: CbsPackageServicingFailure2\nResponse: Not available\n\nProblem signature:\n\
            P1: 10.0.17763.1518\nP2: Package_for_RollupFix\nP3: 17763.1577.1.8\nP4: amd64\nP5: unknown\nP6: 80073701\nP7: Resolve\n";
        assert!(is_reports(report.as_bytes()));
        let expected =
            (2, FAILED, "0x80073701".to_owned(), "Package_for_RollupFix 17763.1577.1.8".to_owned());
        assert_eq!(seen(report), [expected]);
        assert_eq!(seen(&report.replace("P6: 80073701", "P6: 0")), []);
    }

    #[test]
    fn a_report_of_the_client_tells_its_step() {
        let report = |step: &str| {
            format!(
                "EventType=WindowsUpdateFailure3\nSig[0].Value=10.0.19041.4165\nSig[1].Value=80070002\nSig[2].Value=9D6A\nSig[3].Value={step}\n"
            )
        };
        let of = |id, title: &str| [(1, id, "0x80070002".to_owned(), title.to_owned())];
        assert_eq!(seen(&report("Install")), of(FAILED, "9D6A"));
        assert_eq!(seen(&report("Scan")), of(SEARCH_FAILED, ""));
        assert!(!is_reports(b"Event Name: APPCRASH\nP1: TiWorker.exe\n"));
    }
}
