//! The step that a log says failed: the run of an installer, or a program that servicing ran.

use timeline::{Event, Fact, FileTime, LogLine, Place, Process, Role, Ticks, Timeline};

use crate::{
    faults::{Fault, FaultKind, Faults},
    signs::LINE_GRAIN,
};

/// A log writes the end of a program soon after it.
const SOON: Ticks = Ticks::seconds(3);
/// The clock of Windows may stand for 15.6 ms, and a trace and a log read it at different times.
const CLOCK_GRAIN: Ticks = Ticks(160_000);

/// The first step that failed, as far as operations can be held against it.
pub(super) enum LogStep {
    /// TiWorker ran an installer from one time to another.
    Installer(FileTime, FileTime),
    /// A program ended with this code at about this time.
    Program { name: String, exit_code: u32, time: FileTime },
}

impl LogStep {
    /// `None` if what failed first is no such step, or if the log does not say when exactly it ran.
    pub(super) fn new(timeline: &Timeline<'_>, faults: &Faults) -> Option<Self> {
        let fault = faults.first()?;
        let Place::Line { source, .. } = fault.place else { return None };
        let lines = &timeline.scans.get(usize::from(source.0))?.lines;
        match fault.kind {
            FaultKind::Installer => {
                let (end, took) = measured(lines, fault)?;
                let begin = end.0.saturating_sub(took.0).saturating_sub(CLOCK_GRAIN.0);
                Some(Self::Installer(FileTime(begin), end.plus(CLOCK_GRAIN)))
            }
            FaultKind::Command => {
                let at = |line: &&LogLine| Place::Line { source, line: line.line } == fault.place;
                let command = lines.iter().filter(at).find_map(|line| match &line.fact {
                    Fact::GenericCommand(command) => Some(command),
                    _ => None,
                })?;
                let name = command.program.as_deref()?.rsplit('\\').next()?.to_owned();
                Some(Self::Program { name, exit_code: command.exit_code?, time: fault.time? })
            }
            _ => None,
        }
    }

    /// Whether an operation belongs to the step.
    pub(super) fn holds(&self, event: &Event, process: &Process) -> bool {
        match self {
            Self::Installer(begin, end) => {
                process.role == Role::TiWorker && event.time >= *begin && event.end() <= *end
            }
            Self::Program { name, exit_code, time } => {
                let is_near = |end: FileTime| time.plus(LINE_GRAIN) >= end && time.since(end) <= SOON;
                process.role == Role::ServicingChild
                    && process.exit_status == Some(*exit_code)
                    && process.name.eq_ignore_ascii_case(name)
                    && process.end.is_some_and(is_near)
            }
        }
    }
}

/// When the run of an installer ended, and how long it took. Of several runs it is the one nearest to the fault.
fn measured(lines: &[LogLine], fault: &Fault) -> Option<(FileTime, Ticks)> {
    let runs = lines.iter().filter_map(|line| match &line.fact {
        Fact::Installer(run) if run.decisive && run.name == fault.item => run.measured.zip(run.took),
        _ => None,
    });
    let time = fault.time?;
    runs.min_by_key(|(end, _)| end.0.abs_diff(time.0))
}
