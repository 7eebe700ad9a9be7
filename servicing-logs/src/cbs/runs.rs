//! Runs that a log tells in several lines: an advanced installer, and poqexec started by CBS.

use super::event::{CbsEvent, InstallerBegin, Text};
use super::record::CbsItem;
use crate::codes::CodeValue;
use crate::time::LocalTime;

/// One run of an advanced installer, from its begin line to its end line.
#[derive(Clone, Debug, PartialEq)]
pub struct InstallerRun<'a> {
    /// Line of the begin.
    pub line: u64,
    /// Time of the begin.
    pub start: LocalTime,
    /// The begin.
    pub begin: InstallerBegin<'a>,
    /// Line and time of the end; absent where the log has none.
    pub end: Option<(u64, LocalTime)>,
    /// Time taken as CSI measured it, in microseconds.
    pub microseconds: Option<u64>,
    /// `Completion status:` of the end.
    pub status: Option<CodeValue<'a>>,
    /// Line of `Failed execution of queue item Installer:` in the run.
    pub failure_line: Option<u64>,
    /// That line says that the failure will be ignored.
    pub ignored: bool,
}

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
pub fn installer_runs<'a>(items: &[CbsItem<'a>]) -> Vec<InstallerRun<'a>> {
    let mut runs: Vec<InstallerRun<'a>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
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
                runs.push(InstallerRun {
                    line: item.line,
                    start: item.time,
                    begin: begin.clone(),
                    end: None,
                    microseconds: None,
                    status: None,
                    failure_line: None,
                    ignored: false,
                });
            }
            CbsEvent::InstallerTime { id, microseconds, .. } => {
                let at = newest(&|run| run.begin.id.as_ref() == Some(id));
                if let Some(run) = at.and_then(|at| open.get(at)).and_then(|at| runs.get_mut(*at)) {
                    run.microseconds = Some(*microseconds);
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
            CbsEvent::InstallerFailed { id: Some(id), ignored, .. } => {
                let run = runs.iter_mut().rev().take(MAX_OPEN_RUNS);
                if let Some(run) = run.into_iter().find(|run| run.begin.id.as_ref() == Some(id)) {
                    run.failure_line = Some(item.line);
                    run.ignored = *ignored;
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
            CbsEvent::PoqexecDone => {
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
