//! setupapi.dev.log: the driver side of servicing.

use servicing_logs::{LogText, cbs::Part, codes::CodeValue, setupapi};
use status_codes::results;

use super::{Fact, LocalTicks, LogLine, cut};
use crate::{model::SourceId, scan::Scan};

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let text = setupapi::restored(LogText::new(bytes));
    let mut scan = Scan::default();
    let counts = setupapi::read(&text, |section| {
        let servicing = section.title.contains("Driver Updates")
            || section.transaction.as_deref() == Some(SERVICING_TRANSACTION)
            || section.command.as_deref().is_some_and(|c| c.to_ascii_lowercase().contains("tiworker"));
        // SetupAPI's own HRESULTs lose their facility in the exit status.
        let whole = section
            .messages
            .iter()
            .filter_map(|m| m.code.and_then(CodeValue::hresult))
            .find(|code| code >> 16 == SETUP_FACILITY && section.exit_code == Some(code & 0xFFFF));
        let code = whole.or_else(|| section.exit_code.and_then(hresult));
        let failed = code.is_some();
        let local = section.end.or(section.start).map(|t| LocalTicks(t.0));
        for message in section.messages.iter().filter(|m| m.severity == setupapi::Severity::Error) {
            scan.lines.push(LogLine {
                source,
                line: message.line,
                local: section.start.map(|t| LocalTicks(t.0)),
                time: None,
                text: cut(&message.text),
                code: message.code.and_then(CodeValue::hresult).filter(|code| code >> 31 == 1),
                failed: true,
                fact: Fact::Failed { part: Part::Other, objects: Vec::new() },
            });
        }
        // An INF that cannot be read is only a warning, and yet what makes the section fail.
        let causes = |m: &&setupapi::SetupMessage<'_>| {
            m.severity == setupapi::Severity::Error || failed && m.text.starts_with("Unable to load INF")
        };
        let first_error = section.messages.iter().find(causes);
        let title = match &section.instance {
            Some(instance) => format!("{} - {instance}", section.title),
            None => section.title.to_string(),
        };
        scan.lines.push(LogLine {
            source,
            line: section.line,
            local,
            time: None,
            text: cut(&first_error.map_or_else(|| title.clone(), |m| format!("{title}: {}", m.text))),
            code,
            failed,
            fact: Fact::Setup { title: cut(&title), servicing },
        });
    });
    scan.lines.sort_by_key(|l| l.line);
    scan.events = counts.sections;
    scan
}

/// The transaction that drivers share with poqexec at the reboot of an update.
const SERVICING_TRANSACTION: &str = "CbsDriversAndPrimitives";

/// The upper half of a failing HRESULT of SetupAPI: `0x800F0207`.
const SETUP_FACILITY: u32 = 0x800F;

/// Exit statuses are Win32 errors or SetupAPI's own. ERROR_SUCCESS_REBOOT_REQUIRED, ERROR_SUCCESS_RESTART_REQUIRED and
/// ERROR_NO_BETTER_DRIVER are no failures.
fn hresult(exit: u32) -> Option<u32> {
    match exit {
        0 | 3010 | 3011 | 0xE000_020E => None,
        code if code >> 31 == 1 => Some(code),
        code => Some(results::from_win32(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_status_gets_back_the_facility_that_a_message_gives() {
        let code = |message: &str| {
            let log = format!(
                ">>>  [Setup Root Device - Install]\n>>>  Section start 2014/10/01 21:57:01.843\n!!!  set: {message}\n\
                <<<  Section end 2014/10/01 21:57:01.843\n<<<  [Exit status: FAILURE(0x00000207)]\n"
            );
            let scan = read(log.as_bytes(), SourceId(0));
            scan.lines.iter().find(|line| matches!(line.fact, Fact::Setup { .. })).and_then(|line| line.code)
        };
        assert_eq!(code("No element for device ROOT\\X\\0001. HRESULT = 0x800f0207"), Some(0x800F_0207));
        assert_eq!(code("No element. HRESULT = 0x800f0208"), Some(0x8007_0207));
    }
}
