//! The logs of Windows Setup: what it reports as its result, and what failed on the way.

use servicing_logs::{
    LogText,
    cbs::restored,
    codes::CodeValue,
    windows_setup::{self, SetupStep},
};

use super::{Fact, LocalTicks, LogLine, Tool, ToolFact, cut, latest::Latest, local_span};
use crate::{model::SourceId, scan::Scan};

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let text = restored(LogText::new(bytes));
    let mut lines = Latest::default();
    let mut before = None;
    // The last error that good upgrades have too.
    let mut noise = String::new();
    let counts = windows_setup::read(&text, |message| {
        let code = message.code.and_then(CodeValue::hresult).filter(|code| code >> 31 == 1);
        let decides = message.step == SetupStep::Result;
        // Each caller repeats the code of what it called.
        if message.step == SetupStep::Noise {
            noise = message.text.to_string();
        }
        let repeats = message.step == SetupStep::Failure
            && message.extended.is_none()
            && code.is_some()
            && code == before;
        before = code;
        if repeats {
            return;
        }
        let failed = match message.step {
            SetupStep::Result => code.is_some(),
            SetupStep::Failure | SetupStep::Rollback => true,
            SetupStep::Fatal => true,
            SetupStep::RollbackStep | SetupStep::Phase | SetupStep::Noise => false,
        };
        let what = match message.extended.and_then(|at| Some((at, at.phase()?, at.operation()?))) {
            Some((at, phase, operation)) => {
                format!("{} (0x{:05X}: {phase}, {operation})", message.text, at.0)
            }
            None if message.step == SetupStep::Fatal => std::mem::take(&mut noise),
            None => message.text.to_string(),
        };
        let fact = ToolFact {
            tool: if message.recovery { Tool::Recovery } else { Tool::WindowsSetup },
            what: cut(&what),
            command: None,
            decides: decides
                || message.step == SetupStep::Fatal
                || message.extended.is_some()
                || is_top_call(&message.text),
        };
        lines.push(LogLine {
            source,
            line: message.line,
            local: Some(LocalTicks(message.header.time.0)),
            time: None,
            text: cut(&message.text),
            code,
            failed,
            fact: match failed {
                true => Fact::Tool(fact),
                false if decides => Fact::UpgradeDone,
                false => Fact::Event,
            },
        });
    });
    let mut scan = Scan::default();
    lines.end(&mut scan);
    scan.events = counts.records;
    scan.bad = counts.malformed;
    scan.local = local_span(counts.first, counts.last);
    scan
}

/// Calls whose result is that of the whole: what fails after them only looks for the reason. SetupDiag names the result.
fn is_top_call(text: &str) -> bool {
    ["CSetupHost::Execute(", "CSetupManager::Execute(", "SetupDiag: "]
        .iter()
        .any(|call| text.starts_with(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: &str = "\
2024-03-28 11:54:45, Error                 SP     Operation failed: Add drivers. Error: 0xC1900101[gle=0x000000b7]\r\n\
2024-03-28 11:54:45, Error                 MOUPG  CSetupHost::Execute(433): Result = 0xC1900101\r\n\
2024-03-28 11:55:48, Info                  MOUPG  Finalize: Reporting result value: [0xC1900101]\r\n";

    #[test]
    fn lines_as_a_forum_has_them() {
        let scan = read(
            b"Warning SP Failed to get WimMount ImagePath, 0x80070002\n\
            Error SP CMountWIM::DoExecute: Failed to mount WIM file C:\\x\\winre.wim. Error 0xC1420121[gle=0xc1420121]\n",
            SourceId(0),
        );
        let failed: Vec<_> = scan.lines.iter().filter(|l| l.failed).map(|l| (l.line, l.code)).collect();
        assert_eq!((failed, scan.events), (vec![(2, Some(0xC142_0121))], 2));
    }

    #[test]
    fn a_reported_success_is_a_fact_and_takes_nothing_back() {
        let told = |log: &str| {
            let scan = read(log.as_bytes(), SourceId(0));
            let told = scan.lines.iter().map(|l| (l.line, l.failed, l.code, l.fact == Fact::UpgradeDone));
            told.collect::<Vec<_>>()
        };
        let failed = |line| (line, true, Some(0xC190_0101), false);
        assert_eq!(told(FAILED), [failed(1), failed(3)]);
        let done = FAILED.replace("[0xC1900101]", "[0x0]");
        assert_eq!(told(&done), [failed(1), (3, false, None, true)]);
    }
}
