//! Runs that a log reports in several lines: an advanced installer, and poqexec started by CBS.

use super::event::{CbsEvent, InstallerBegin, Text};
use super::failed::{Failed, InstallerNote, Part};
use super::line::Level;
use super::object::Object;
use super::record::CbsItem;
use crate::codes::CodeValue;
use crate::time::{FileTime, LocalTime};

/// One run of an advanced installer, from its begin line to its end line.
#[derive(Clone, Debug, PartialEq)]
pub struct InstallerRun<'a> {
    /// Line of the begin.
    pub line: u64,
    /// Time of the begin.
    pub start: LocalTime,
    /// The begin.
    pub begin: InstallerBegin<'a>,
    /// Line and time of the end; absent if the log has none.
    pub end: Option<(u64, LocalTime)>,
    /// Time taken as CSI measured it, in microseconds.
    pub microseconds: Option<u64>,
    /// The end of that time, in UTC.
    pub measured: Option<FileTime>,
    /// `Completion status:` of the end.
    pub status: Option<CodeValue<'a>>,
    /// Line of `Failed execution of queue item Installer:` in the run.
    pub failure_line: Option<u64>,
    /// That line says that the failure will be ignored.
    pub ignored: bool,
    /// What was named during the run: the driver or file that was in progress last, a service that could not be started.
    pub names: Vec<Object<Text<'a>>>,
    /// The DLL that was loaded for it.
    pub library: Option<Text<'a>>,
    /// Line and status of a failure to load the installer itself.
    pub setup: Option<(u64, Option<CodeValue<'a>>)>,
    /// The function that the installer's own last words say failed: `OpenProcessToken`.
    pub function: Option<String>,
    /// Lines of level Error within the run, the last ones; each says that something failed.
    pub errors: Vec<u64>,
}

impl<'a> InstallerRun<'a> {
    fn new(item: &CbsItem<'a>, begin: InstallerBegin<'a>) -> InstallerRun<'a> {
        InstallerRun {
            line: item.line,
            start: item.time,
            begin,
            end: None,
            microseconds: None,
            measured: None,
            status: None,
            failure_line: None,
            ignored: false,
            names: Vec::new(),
            library: None,
            setup: None,
            function: None,
            errors: Vec::new(),
        }
    }

    fn measure(&mut self, item: &CbsItem<'a>, microseconds: u64) {
        self.microseconds = Some(microseconds);
        self.measured = item.csi.and_then(|csi| csi.utc);
    }

    /// Keeps what a line within the run names.
    fn note(&mut self, item: &CbsItem<'a>) {
        if item.level == Level::Error && matches!(item.event, CbsEvent::Failed(_)) {
            if self.errors.len() == MAX_NAMES {
                self.errors.remove(0);
            }
            self.errors.push(item.line);
        }
        match &item.event {
            CbsEvent::InstallerNote(InstallerNote::Driver(driver)) => {
                self.names.retain(|name| !matches!(name, Object::Driver(_)));
                self.names.push(Object::Driver(driver.clone()));
            }
            CbsEvent::InstallerNote(InstallerNote::File(path)) => {
                self.names.retain(|name| !matches!(name, Object::Path(_)));
                self.names.push(Object::Path(path.clone()));
            }
            CbsEvent::Failed(Failed { part: Part::ServiceStart | Part::InstallerWords, objects }) => {
                self.function = failed_function(&item.text).map(str::to_owned);
                let room = MAX_NAMES.saturating_sub(self.names.len());
                self.names.extend(objects.iter().take(room).cloned());
            }
            CbsEvent::Failed(Failed { part: Part::InstallerSetup, .. }) => {
                self.setup.get_or_insert((item.line, item.code.map(|(value, _)| value)));
            }
            _ => {}
        }
    }
}

/// The function that a text says failed: `utility.cpp(133): RegCreateKeyExW failed.`, `RegSetValueExW(Name) failed`.
fn failed_function(text: &str) -> Option<&str> {
    let before = text.split(" failed").next().filter(|before| before.len() < text.len())?;
    let name = without_argument(before).rsplit([' ', '\'', '"', ':']).next()?;
    let humps = name.bytes().filter(u8::is_ascii_uppercase).count();
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && humps >= 2 && name.starts_with(|c: char| c.is_ascii_uppercase())).then_some(name)
}

/// A call without its argument, which may have parentheses within: `GetFolder(\Microsoft\Windows (x86)\a:b)`.
fn without_argument(call: &str) -> &str {
    let Some(inner) = call.strip_suffix(')') else { return call };
    let mut depth = 1_usize;
    for (at, sign) in inner.char_indices().rev() {
        match sign {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inner.get(..at).unwrap_or(call);
        }
    }
    call
}

/// Names and lines kept of one run. The richest real run at hand names two.
const MAX_NAMES: usize = 8;

/// One run of poqexec by CBS.
#[derive(Clone, Debug, PartialEq)]
pub struct PoqexecRun<'a> {
    /// Line of `Running poqexec with:`.
    pub line: u64,
    /// Its time.
    pub start: LocalTime,
    /// The command line.
    pub command_line: Text<'a>,
    /// The number after `/transaction`.
    pub transaction: Option<u32>,
    /// Line and time of `Poqexec.exe completed.`
    pub end: Option<(u64, LocalTime)>,
    /// Its result.
    pub status: Option<CodeValue<'a>>,
}

/// Pairs begin and end of every advanced installer. `items` are in the order of the log.
///
/// Runs are matched by their sequence number, which the same installer repeats in each boot: an end goes to the
/// latest run of that number that is still open.
#[must_use]
pub fn installer_runs<'a>(items: &[CbsItem<'a>]) -> Vec<InstallerRun<'a>> {
    let mut runs: Vec<InstallerRun<'a>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    // A DLL is loaded before the run that needs it.
    let mut library = None;
    for item in items {
        let newest = |wanted: &dyn Fn(&InstallerRun<'a>) -> bool| {
            open.iter().rposition(|at| runs.get(*at).is_some_and(wanted))
        };
        match &item.event {
            CbsEvent::InstallerBegin(begin) => {
                if open.len() == MAX_OPEN_RUNS {
                    open.remove(0);
                }
                open.push(runs.len());
                runs.push(InstallerRun { library: library.take(), ..InstallerRun::new(item, begin.clone()) });
            }
            CbsEvent::InstallerTime { id, microseconds, component } => {
                let at = newest(&|run| run.begin.id.as_ref() == Some(id));
                match at.and_then(|at| open.get(at)).and_then(|at| runs.get_mut(*at)) {
                    Some(run) => run.measure(item, *microseconds),
                    // An excerpt that begins within the run.
                    None => {
                        let begin = InstallerBegin {
                            phase: None,
                            index: None,
                            sequence: 0,
                            old_component: None,
                            new_component: component.clone(),
                            mode: None,
                            id: Some(id.clone()),
                            name: None,
                        };
                        let mut run = InstallerRun::new(item, begin);
                        run.measure(item, *microseconds);
                        run.end = Some((item.line, item.time));
                        runs.push(run);
                    }
                }
            }
            CbsEvent::InstallerEnd { sequence, status } => {
                let at = newest(&|run| run.begin.sequence == *sequence);
                if let Some(run) = at.map(|at| open.remove(at)).and_then(|at| runs.get_mut(at)) {
                    run.end = Some((item.line, item.time));
                    run.status = *status;
                }
            }
            // The failure is logged after the end of its run (26100) or before it (2010).
            CbsEvent::InstallerFailed { id: Some(id), name, ignored, status } => {
                let run = runs.iter_mut().rev().take(MAX_OPEN_RUNS);
                if let Some(run) = run.into_iter().find(|run| run.begin.id.as_ref() == Some(id)) {
                    run.failure_line = Some(item.line);
                    run.ignored = *ignored;
                    run.status = run.status.filter(|status| status.is_failure()).or(*status);
                    run.begin.name.get_or_insert_with(|| name.clone());
                }
            }
            CbsEvent::InstallerNote(InstallerNote::Library(path)) => library = Some(path.clone()),
            CbsEvent::InstallerNote(_) | CbsEvent::Failed(_) => {
                if let Some(run) = open.last().and_then(|at| runs.get_mut(*at)) {
                    run.note(item);
                }
            }
            _ => {}
        }
    }
    runs
}

/// Runs without an end that are remembered. Installers run one after the other; in the logs at hand one is open.
pub const MAX_OPEN_RUNS: usize = 64;

/// Pairs start and end of every run of poqexec by CBS. `items` are in the order of the log.
#[must_use]
pub fn poqexec_runs<'a>(items: &[CbsItem<'a>]) -> Vec<PoqexecRun<'a>> {
    let mut runs: Vec<PoqexecRun<'a>> = Vec::new();
    for item in items {
        match &item.event {
            CbsEvent::PoqexecRun { command_line, transaction } => runs.push(PoqexecRun {
                line: item.line,
                start: item.time,
                command_line: command_line.clone(),
                transaction: *transaction,
                end: None,
                status: None,
            }),
            CbsEvent::PoqexecDone | CbsEvent::Failed(Failed { part: Part::Poqexec, .. }) => {
                if let Some(run) = runs.last_mut().filter(|run| run.end.is_none()) {
                    run.end = Some((item.line, item.time));
                    run.status = item.code.map(|(value, _)| value);
                }
            }
            _ => {}
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::failed_function;

    #[test]
    fn a_function_stands_before_the_word_that_it_failed() {
        for (text, function) in [
            (
                "Logged @: [l:70 ml:71]'Plugin utility.cpp(133): RegCreateKeyExW failed. HR=0x80070005.'",
                Some("RegCreateKeyExW"),
            ),
            (
                "Logged @: [l:74 ml:75]'publisher.cpp(412): RegSetValueExW(HelpLink) failed. HR=0x80070005.'",
                Some("RegSetValueExW"),
            ),
            ("CMIADAPTER: Inner Error Message from AI: OpenSCManager failed", Some("OpenSCManager")),
            (
                r"[l:9]'task.cpp(311): ITaskFolder::GetFolder(\Microsoft\Windows (x86)\a:b) failed. HR=0x8007007b.'",
                Some("GetFolder"),
            ),
            ("Registration of provider.man failed. HR=0x80070002.", None),
            ("Something failed", None),
            ("RegCreateKeyExW", None),
        ] {
            assert_eq!(failed_function(text), function, "{text}");
        }
    }
}
