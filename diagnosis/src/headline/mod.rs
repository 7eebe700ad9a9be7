//! What a person asks first: which update failed, in which boot, how it ended, and what stood in its way.
//!
//! These are facts. The renderers word them.

mod boot;
mod culprit;
mod update;

pub use boot::{BootStart, FailingBoot};
pub use culprit::Culprit;
pub use update::{Update, UpdateKind};

use timeline::{FileTime, PhaseName, Place, Timeline, Trust};

use crate::{Diagnosis, FaultKind, Outcome};

/// The facts of the first line and of the headline.
#[derive(Debug, Clone, Default)]
pub struct Headline {
    /// The update that failed.
    pub update: Option<Update>,
    /// The boot that the report is about.
    pub boot: Option<FailingBoot>,
    /// How the update ended.
    pub ending: Option<Ending>,
    /// What stood in its way, the surest first.
    pub culprits: Vec<Culprit>,
}

/// How a failed update ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The update was rolled back.
    RolledBack {
        /// When the rollback began, if that is known.
        time: Option<FileTime>,
        /// Where that is recorded.
        place: Option<Place>,
        /// How it is known.
        trust: Trust,
    },
    /// It failed before the restart, so there was nothing to roll back.
    NotInstalled {
        /// When it failed, if that is known.
        time: Option<FileTime>,
    },
    /// What was to be removed is still there: that failed before the restart.
    NotRemoved {
        /// When it failed, if that is known.
        time: Option<FileTime>,
    },
    /// Its operations are still pending.
    Pending,
}

/// The facts of a diagnosis that a person asks for first.
#[must_use]
pub fn headline(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Headline {
    let failed =
        matches!(diagnosis.verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    let at = failed.then(|| moment(diagnosis)).flatten();
    let boot = boot::find(timeline, diagnosis, at);
    if !failed {
        return Headline { boot, ..Headline::default() };
    }
    let start = boot.as_ref().map(|boot| boot.start);
    let ending = ending(diagnosis, start);
    let traced = boot.as_ref().is_some_and(|boot| matches!(boot.shown_by, BootStart::Trace(_)));
    let boot = match (ending, at) {
        (Some(Ending::NotInstalled { .. } | Ending::NotRemoved { .. }), Some(at)) if !traced => {
            Some(boot::session(timeline, diagnosis, at))
        }
        _ => boot,
    };
    Headline {
        update: update::find(timeline, diagnosis, start, at),
        ending,
        culprits: culprit::find(timeline, diagnosis),
        boot,
    }
}

/// When the update failed, as far as anything shows it.
fn moment(diagnosis: &Diagnosis) -> Option<FileTime> {
    let fault = diagnosis.faults.primary.and_then(|at| diagnosis.faults.all.get(at));
    let operation = diagnosis.failing().map(|event| event.time);
    operation.or_else(|| fault?.time).or_else(|| diagnosis.signs.first().map(|sign| sign.time))
}

fn ending(diagnosis: &Diagnosis, start: Option<FileTime>) -> Option<Ending> {
    let of_this = |time: FileTime| start.is_none_or(|start| time >= start);
    let line = diagnosis.faults.rollback.iter().find(|line| line.time.is_none_or(of_this));
    if let Some(line) = line {
        let place = Some(Place::Line { source: line.source, line: line.line });
        return Some(Ending::RolledBack { time: line.time, place, trust: Trust::Recorded });
    }
    let phase = diagnosis.phases.iter().find(|p| p.name == PhaseName::Rollback && of_this(p.start));
    if let Some(phase) = phase {
        let (time, place) = (Some(phase.start), phase.evidence.place);
        return Some(Ending::RolledBack { time, place, trust: phase.trust });
    }
    let primary = diagnosis.faults.primary.and_then(|at| diagnosis.faults.all.get(at));
    if primary.is_some_and(|fault| fault.kind == FaultKind::Pending) {
        return Some(Ending::Pending);
    }
    let time = moment(diagnosis);
    (diagnosis.verdict.phase == PhaseName::Staging).then_some(match primary {
        Some(fault) if fault.is_removal() => Ending::NotRemoved { time },
        _ => Ending::NotInstalled { time },
    })
}
