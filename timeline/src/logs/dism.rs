//! dism.log: the requests to dism, and what failed.

use std::collections::HashSet;

use servicing_logs::{
    LogText,
    cbs::restored,
    codes::CodeValue,
    dism::{self, DismMessage, DismStep},
};

use super::{Fact, LocalTicks, LogLine, Tool, ToolFact, cut, latest::Latest, local_span};
use crate::{
    model::{Evidence, Place, SourceId, Words},
    scan::Scan,
};

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let text = restored(LogText::new(bytes));
    let mut scan = Scan::default();
    let mut runs = Runs::default();
    let counts = dism::read_log(&text, |message| {
        runs.take(&mut scan, source, &message);
    });
    runs.lines.end(&mut scan);
    scan.events = counts.records;
    scan.bad = counts.malformed;
    scan.local = local_span(counts.first, counts.last);
    scan
}

/// The runs of dism in one log: the lines so far, and what is known of the run at hand.
#[derive(Default)]
struct Runs {
    lines: Latest,
    command: Option<String>,
    /// What dism says that it is to do.
    asked: Option<String>,
    /// Codes that the run's lines have told of: callers repeat the code of what they called.
    told: HashSet<(Option<u32>, Option<u32>)>,
    /// Position of a failure that says only its code.
    wordless: Option<usize>,
}

impl Runs {
    fn take(&mut self, scan: &mut Scan, source: SourceId, message: &DismMessage<'_>) {
        let code = message.code.and_then(CodeValue::hresult).filter(|code| code >> 31 == 1);
        let (failed, fact) = match message.step {
            DismStep::Harmless => return,
            // The lines of what dism is to do are the command where its command line is not at hand.
            DismStep::Asked => {
                let asked = message.text.split_once(')').map_or("", |(asked, _)| asked);
                self.asked = Some(format!("dism /{asked}"));
                return;
            }
            DismStep::Option => {
                if let (Some(asked), Some(option)) = (&mut self.asked, option(&message.text)) {
                    asked.push_str(&option);
                }
                return;
            }
            DismStep::Command => {
                self.told.clear();
                self.asked = None;
                let command = message.text.to_string();
                self.command = Some(command.clone());
                scan.known.waits_for_restart = None;
                // No failure: it only begins.
                (false, Fact::DismCommand(command))
            }
            DismStep::RestartRequired => {
                let words = Words::new(cut(&message.text), cut(&message.text));
                let place = Place::Line { source, line: message.line };
                scan.known.waits_for_restart = Some(Evidence::at(place, words));
                (false, Fact::Event)
            }
            DismStep::Failure | DismStep::CommandFailed => {
                let decides = message.step == DismStep::CommandFailed;
                let what = without_function(&message.text);
                if !self.told.insert((message.pid, code)) && !decides {
                    self.give_words(what);
                    return;
                }
                self.wordless = message.text.contains(WORDLESS).then(|| self.lines.next_place());
                let fact = ToolFact { tool: Tool::Dism, what: cut(what), command: self.command(), decides };
                (true, Fact::Tool(fact))
            }
        };
        self.lines.push(LogLine {
            source,
            line: message.line,
            local: Some(LocalTicks(message.header.time.0)),
            time: None,
            text: cut(&message.text),
            code,
            failed,
            fact,
        });
    }

    /// What was asked for.
    fn command(&self) -> Option<String> {
        self.command.clone().or_else(|| self.asked.clone())
    }

    /// A failure that says only its code has the words of what called it.
    fn give_words(&mut self, words: &str) {
        let line = self.wordless.take().and_then(|at| self.lines.at(at));
        if let Some(Fact::Tool(fact)) = line.map(|line| &mut line.fact) {
            fact.what = cut(words);
        }
    }
}

/// An option as a command line has it: ` /featurename:WCF-Services45` of `featurename" with value "WCF-Services45" - C…`.
fn option(text: &str) -> Option<String> {
    let (name, rest) = text.split_once('"')?;
    let (_, value) = rest.split_once('"')?;
    let (value, _) = value.split_once('"')?;
    Some(if value == "(null)" { format!(" /{name}") } else { format!(" /{name}:{value}") })
}

/// The message of a failure without words.
const WORDLESS: &str = "Error in operation: (null)";

/// A message without the function that printed it: ` - CDISMPackageManager::Internal_Finalize(hr:0x800f0922)`.
fn without_function(text: &str) -> &str {
    let Some((message, function)) = text.rsplit_once(" - ") else { return text };
    if function.contains("::") { message.trim_end() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: &str = "\
2023-05-17 08:44:04, Info                  DISM   DISM.EXE: Executing command line: dism /online /add-package /packagepath:a.cab\r\n\
2023-05-17 08:44:06, Error                 DISM   DISM Package Manager: PID=8 TID=9 Failed finalizing changes. - CDISMPackageManager::Internal_Finalize(hr:0x800f0922)\r\n\
2023-05-17 08:44:06, Error                 DISM   DISM Package Manager: PID=8 TID=9 Failed while processing command add-package. - CPackageManagerCLIHandler::ExecuteCmdLine(hr:0x800f0922)\r\n";

    fn failed(log: &str) -> Vec<(u64, Option<u32>, String)> {
        let scan = read(log.as_bytes(), SourceId(0));
        let failed = scan.lines.into_iter().filter(|line| line.failed);
        let of = |line: LogLine| match line.fact {
            Fact::Tool(fact) => (line.line, line.code, fact.what),
            fact => panic!("{fact:?}"),
        };
        failed.map(of).collect()
    }

    #[test]
    fn a_chain_of_calls_is_one_failure() {
        assert_eq!(failed(FAILED), [(2, Some(0x800F_0922), "Failed finalizing changes.".to_owned())]);
    }

    #[test]
    fn what_dism_is_to_do_stands_for_its_command_line() {
        let head = "2017-03-10 10:24:08, Info                  DISM   DISM Package Manager: PID=8 TID=9 ";
        let log = format!(
            "{head}Processing the top level command token(enable-feature). - C::V\r\n{head}Encountered the option \"featurename\" with value \"WCF-MSMQ-Activation45\" - C::P\r\n{}",
            FAILED.lines().nth(1).unwrap()
        );
        let scan = read(log.as_bytes(), SourceId(0));
        let command = scan.lines.iter().find_map(|line| match &line.fact {
            Fact::Tool(fact) => fact.command.clone(),
            _ => None,
        });
        assert_eq!(command.as_deref(), Some("dism /enable-feature /featurename:WCF-MSMQ-Activation45"));
    }

    #[test]
    fn a_failure_without_words_has_those_of_its_caller() {
        let head = "2023-02-01 02:25:08, Info                  DISM   DISM Package Manager: PID=8 TID=9 ";
        let log = format!(
            "{head} Error in operation: (null) (CBS HRESULT=0x80070002) - CCbsConUIHandler::Error\r\n{}Failed to analyze component store. - C::D(hr:0x80070002)\r\n",
            head.replace("Info ", "Error")
        );
        assert_eq!(failed(&log), [(1, Some(0x8007_0002), "Failed to analyze component store.".to_owned())]);
    }

    #[test]
    fn a_failure_stays_whatever_a_later_run_says_and_each_run_has_its_command() {
        let command = FAILED.lines().next().unwrap();
        let log = format!("{FAILED}{command}\r\n");
        assert_eq!(failed(&log).len(), 1);
        let lines = read(log.as_bytes(), SourceId(0)).lines;
        let runs = lines.iter().filter_map(|line| match &line.fact {
            Fact::DismCommand(command) => Some((line.line, line.failed, command.as_str())),
            _ => None,
        });
        let command = "dism /online /add-package /packagepath:a.cab";
        assert_eq!(runs.collect::<Vec<_>>(), [(1, false, command), (4, false, command)]);
    }
}
