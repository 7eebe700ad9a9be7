//! Signs that an update failed: what a trace shows by itself, and the lines of logs that say so.

use crate::faults::{Fault, FaultKind, Faults};
use timeline::{
    Event, Evidence, FileTime, LogLine, Mark, Place, Process, ProcessId, Role, Ticks, Timeline, Trust, Words,
};

/// Lines of servicing logs are cut to the second.
pub(crate) const LINE_GRAIN: Ticks = Ticks(9_999_999);

/// A sign that the update failed.
#[derive(Debug, Clone)]
pub struct Sign {
    /// When it shows; of a line of a log the begin of its second.
    pub time: FileTime,
    /// The latest it can have been: lines are cut to the second.
    pub latest: FileTime,
    /// The event or the line that shows it.
    pub place: Option<Place>,
    /// The process that shows it.
    pub process: Option<ProcessId>,
    /// The thread that shows it.
    pub tid: Option<u32>,
    /// Recorded if a log says it, inferred if a trace shows it.
    pub trust: Trust,
    /// What it is.
    pub words: Words,
}

impl Sign {
    /// The sign as evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence { place: self.place, words: self.words.clone() }
    }
}

/// The signs, in order of time. Lines without a known time show in the faults, not here.
#[tracing::instrument(name = "signs", skip_all)]
pub(crate) fn find(timeline: &Timeline<'_>, marked: &[(Mark, Event)], faults: &Faults) -> Vec<Sign> {
    let mut signs: Vec<Sign> =
        marked.iter().filter_map(|(mark, event)| of_mark(timeline, *mark, event)).collect();
    for (number, process) in timeline.processes.iter().enumerate() {
        let (Some(status), Some(time)) = (process.exit_status, process.end) else { continue };
        if process.role != Role::Poqexec || status == 0 || was_run_again(timeline, process) {
            continue;
        }
        let words = Words::new(
            format!("poqexec.exe ({}) ends with status 0x{status:08X}", process.pid),
            format!("poqexec.exe ({}) 以状态 0x{status:08X} 结束", process.pid),
        );
        let process = Some(ProcessId::at(number));
        signs.push(Sign {
            time,
            latest: time,
            place: None,
            process,
            tid: None,
            trust: Trust::Recorded,
            words,
        });
    }
    let of_line = |time: Option<FileTime>, place: Place, words: Words| {
        let time = time?;
        let latest = time.plus(LINE_GRAIN);
        Some(Sign {
            time,
            latest,
            place: Some(place),
            process: None,
            tid: None,
            trust: Trust::Recorded,
            words,
        })
    };
    // What an earlier attempt failed at did not lead to this failure, nor what was passed over before its step began, nor
    // what poqexec noted and made up for.
    let decisive = faults.first().map_or(0, |first| first.attempt);
    let began = faults.first().and_then(|first| Some(first.time?.0.saturating_sub(first.took?.0)));
    let passed = |f: &Fault| {
        let over = f.time.zip(began).is_some_and(|(time, began)| time.plus(LINE_GRAIN).0 < began);
        over && f.kind == FaultKind::Call || f.kind == FaultKind::Primitive && ended_well(timeline, f)
    };
    signs.extend(
        faults
            .all
            .iter()
            .filter(|f| f.kind.of_servicing() && f.attempt >= decisive && !passed(f))
            .filter_map(|f| of_line(f.time, f.place, f.words())),
    );
    let line = |l: &LogLine| {
        of_line(
            l.time,
            Place::Line { source: l.source, line: l.line },
            Words::new(l.text.clone(), l.text.clone()),
        )
    };
    signs.extend(faults.rollback.iter().filter_map(line));
    signs.sort_by_key(|s| (s.time, s.place));
    signs
}

/// Whether a trace shows by itself that an update failed.
pub(crate) fn are_in_trace(timeline: &Timeline<'_>, marked: &[(Mark, Event)]) -> bool {
    !find(timeline, marked, &Faults::default()).is_empty()
}

/// Whether the run of poqexec that noted a fault ended with 0.
fn ended_well(timeline: &Timeline<'_>, fault: &Fault) -> bool {
    let Some(time) = fault.time else { return false };
    let ran = |process: &&Process| {
        let noted = process.start.is_some_and(|start| start <= time.plus(LINE_GRAIN))
            && process.end.is_some_and(|end| end.plus(LINE_GRAIN) >= time);
        process.role == Role::Poqexec && noted
    };
    timeline.processes.iter().find(ran).is_some_and(|process| process.exit_status == Some(0))
}

/// Whether the worker that ran this poqexec ran another one after it. Then the last one decides. What smss runs after a
/// failure takes the update back.
pub(crate) fn was_run_again(timeline: &Timeline<'_>, process: &Process) -> bool {
    let by_worker = |id: &ProcessId| timeline.process(*id).is_some_and(|p| p.role == Role::TiWorker);
    let Some((parent, end)) = process.parent.filter(by_worker).zip(process.end) else { return false };
    process.role == Role::Poqexec
        && timeline.processes.iter().any(|other| {
            other.role == Role::Poqexec
                && other.parent == Some(parent)
                && other.start.is_some_and(|start| start >= end)
        })
}

fn of_mark(timeline: &Timeline<'_>, mark: Mark, event: &Event) -> Option<Sign> {
    let process = timeline.process_of(event)?;
    if !process.role.services_updates() {
        return None;
    }
    let who = format!("{} ({})", process.name, process.pid);
    let words = match mark {
        Mark::ErrorReportAsked => Words::new(
            format!("{who} reads DisableWerReporting, as CBS does first when it gathers an error report"),
            format!("{who} 读取 DisableWerReporting，CBS 收集错误报告的第一步"),
        ),
        Mark::ErrorReportFile => Words::new(
            format!("{who} touches {}, which CBS gathers for an error report", event.path),
            format!("{who} 访问 {}，CBS 为错误报告收集该文件", event.path),
        ),
        Mark::InstallerFailure => Words::new(
            format!("{who} writes AIFailureInformation to the component store"),
            format!("{who} 在组件存储中写入 AIFailureInformation"),
        ),
        Mark::PoqexecFailure => Words::new(
            format!("{who} writes PoqexecFailure to the component store"),
            format!("{who} 在组件存储中写入 PoqexecFailure"),
        ),
        _ => return None,
    };
    let place = Some(event.id.into());
    Some(Sign {
        time: event.time,
        latest: event.time,
        place,
        process: event.process,
        tid: Some(event.tid),
        trust: Trust::Inferred,
        words,
    })
}
