//! Arms a machine by a plan, and puts it back. Every step is in the journal before it is taken.

mod boot_log;
mod etw;
mod restore;
mod step;
mod task;
mod tidy;

use serde::Serialize;

use crate::error::{CaptureError, Result};
use crate::facts::{Finding, Severity, preflight};
use crate::journal::{self, Journal, Line};
use crate::machine::Machine;
use crate::messages::{self as say, Message, errors};
use crate::plan::{Action, FOLDER, Plan, TRACES, WORK};

pub(crate) use boot_log::is_pml;
pub(crate) use etw::{is_ours, stop_sessions};

/// Version of the journal's layout.
const VERSION: u32 = 2;

/// How arming went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Armed {
    /// What preflight found; no blocker is among them.
    pub findings: Vec<Finding>,
    /// Steps that failed and were left out: what, and why.
    pub left_out: Vec<(Message, Message)>,
    /// What was checked, and what goes on in part.
    pub notes: Vec<Message>,
}

/// Arms the machine.
///
/// # Errors
/// [`CaptureError::Blocked`] by preflight, [`CaptureError::AlreadyArmed`]; where a required step fails, its error
/// after everything was put back.
pub fn arm(machine: &dyn Machine, plan: &Plan) -> Result<Armed> {
    if let Some(journal) = journal::read(machine)? {
        let armed = journal.lines.iter().any(|l| matches!(l, Line::Armed { .. }));
        return Err(CaptureError::AlreadyArmed {
            state: if armed { errors::STATE_ARMED } else { errors::STATE_HALF_ARMED },
        });
    }
    let facts = machine.facts();
    let findings = preflight(&facts, &plan.options, plan);
    let is_blocker = |f: &&Finding| f.severity == Severity::Blocker;
    let mut blockers: Vec<_> = findings.iter().filter(is_blocker).map(|f| f.text.clone()).collect();
    let left = crate::traces::list(machine)?;
    if !left.is_empty() {
        blockers.push(say::TRACES_LEFT.with(&[&left.len(), &TRACES]));
    }
    if !blockers.is_empty() {
        return Err(CaptureError::Blocked(blockers));
    }
    machine.make_folder(FOLDER)?;
    let (at, options) = (machine.now(), plan.options.clone());
    journal::append(machine, &Line::Start { version: VERSION, at, options, boot: facts.boot })?;
    let mut report = Armed { findings, ..Armed::default() };
    let mut failed_copies = Vec::new();
    for (number, step) in plan.steps.iter().enumerate() {
        let taken = match step.action.runs().filter(|program| failed_copies.contains(program)) {
            // What is there under the copy's name is not what was meant to run.
            Some(program) => not_taken(machine, number, &step.action, program),
            None => run(machine, number, &step.action),
        };
        match taken {
            Ok(notes) => report.notes.extend(notes),
            Err(error) if step.required => {
                disarm(machine, false)?;
                return Err(error);
            }
            Err(error) => {
                if let Action::CopyFile { to, .. } = &step.action {
                    failed_copies.push(to.as_str());
                }
                report.left_out.push((step.action.does(), error.message()));
            }
        }
    }
    journal::append(machine, &Line::Armed { at: machine.now() })?;
    Ok(report)
}

/// Takes one step, journaled; where it fails, undoes it and says so in the journal. What users should know of it.
pub(crate) fn run(machine: &dyn Machine, number: usize, action: &Action) -> Result<Vec<Message>> {
    let before = step::look(machine, action)?;
    journal::append(machine, &Line::Begin { step: number, action: action.clone(), before: before.clone() })?;
    match step::take(machine, action, &before) {
        Ok(notes) => {
            journal::append(machine, &Line::Done { step: number, notes: notes.clone() })?;
            Ok(notes)
        }
        Err(error) => {
            restore::undo(machine, action, &before, Keep::Unbundled)?;
            journal::append(machine, &Line::Failed { step: number, why: error.message() })?;
            Err(error)
        }
    }
}

fn not_taken(machine: &dyn Machine, number: usize, action: &Action, program: &str) -> Result<Vec<Message>> {
    let error = CaptureError::NotTrusted { program: program.into(), why: errors::COPY_FAILED.plain() };
    let why = say::NOT_TAKEN.with(&[&action.does(), &error]);
    journal::append(machine, &Line::Failed { step: number, why })?;
    Err(error)
}

/// What outlives disarming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// Traces that no finished bundle holds.
    Unbundled,
    Nothing,
}

/// How disarming went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Disarmed {
    /// Steps undone. 0 where the machine was not armed.
    pub undone: usize,
    /// Traces that no finished bundle holds. They are kept.
    pub not_bundled: Vec<String>,
    /// What else is left in bootrace's folder, such as bundles.
    pub kept: Vec<String>,
    /// What was found that the journal does not name, and what is to be done by hand.
    pub left_over: Vec<Message>,
}

impl Disarmed {
    /// Whether the machine is as it was, but for traces and bundles.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left_over.is_empty()
    }
}

/// Puts everything back. On a machine that is not armed it does nothing; half armed or half disarmed is fine.
/// `discard` deletes traces that are in no bundle.
///
/// # Errors
/// [`CaptureError::NotRestored`] with all that failed; the journal stays then.
pub fn disarm(machine: &dyn Machine, discard: bool) -> Result<Disarmed> {
    let journal = journal::read(machine)?;
    let keep = if discard { Keep::Nothing } else { Keep::Unbundled };
    let mut report = Disarmed::default();
    let mut failed = Vec::new();
    failed.extend(stop_sessions(machine).into_iter().filter_map(|(_, result)| result.err()));
    // One that a killed `capture live` left.
    failed.extend(machine.stop(crate::live::SESSION).err());
    for (step, action, before) in journal.iter().flat_map(Journal::begun) {
        match restore::undo(machine, action, before, keep) {
            Ok(()) => {
                note_undone(machine, step);
                report.undone += 1;
            }
            Err(error) => failed.push(error),
        }
    }
    if failed.is_empty() {
        failed.extend(tidy::tidy(machine, journal.as_ref(), keep, &mut report).err());
    }
    if failed.is_empty() {
        return Ok(report);
    }
    Err(CaptureError::NotRestored(failed.iter().map(CaptureError::message).collect()))
}

/// Notes that a step is undone. A full disk does not stop the undoing: undoing a step again changes nothing.
fn note_undone(machine: &dyn Machine, step: usize) {
    let line = Line::Undone { step };
    if journal::append(machine, &line).is_err() && machine.remove(WORK).is_ok() {
        let _ = journal::append(machine, &line);
    }
}

/// Removes the task that has done its work, before disarm removes the rest.
pub(crate) fn remove_task(machine: &dyn Machine, journal: &Journal, task: &str) -> Result<()> {
    for (step, action, before) in journal.begun() {
        if matches!(action, Action::CreateTask { name, .. } if name == task) {
            restore::undo(machine, action, before, Keep::Unbundled)?;
            journal::append(machine, &Line::Undone { step })?;
        }
    }
    Ok(())
}
