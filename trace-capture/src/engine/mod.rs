//! Arms a machine by a plan, and puts it back. Every step is in the journal before it is taken.

mod restore;
mod step;

use serde::Serialize;

use crate::error::{CaptureError, Result};
use crate::facts::{Finding, Severity, preflight};
use crate::journal::{self, Before, Line};
use crate::machine::{Etw, Machine};
use crate::plan::{Action, BUNDLES, FOLDER, Plan, TRACES};
use crate::sessions::{KERNEL, STANDARD};

/// How arming went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Armed {
    /// What preflight found; no blocker is among them.
    pub findings: Vec<Finding>,
    /// Steps that failed and were left out: what, and why.
    pub left_out: Vec<(String, String)>,
}

/// Arms the machine.
///
/// # Errors
/// [`CaptureError::Blocked`] by preflight, [`CaptureError::AlreadyArmed`]; where a required step fails, its error
/// after everything was put back.
pub fn arm(machine: &dyn Machine, plan: &Plan) -> Result<Armed> {
    if let Some(lines) = journal::read(machine)? {
        let armed = lines.iter().any(|l| matches!(l, Line::Armed { .. }));
        return Err(CaptureError::AlreadyArmed { state: if armed { "armed" } else { "half armed" } });
    }
    let findings = preflight(&machine.facts()?, &plan.options, plan);
    let blockers: Vec<_> =
        findings.iter().filter(|f| f.severity == Severity::Blocker).map(|f| f.text.clone()).collect();
    if !blockers.is_empty() {
        return Err(CaptureError::Blocked(blockers));
    }
    machine.make_folder(FOLDER)?;
    journal::append(machine, &Line::Start { version: 1, at: machine.now(), options: plan.options.clone() })?;
    let mut report = Armed { findings, left_out: vec![] };
    for (number, step) in plan.steps.iter().enumerate() {
        let Err(error) = run(machine, number, &step.action) else { continue };
        if step.required {
            disarm(machine, true)?;
            return Err(error);
        }
        report.left_out.push((step.action.does(), error.to_string()));
    }
    journal::append(machine, &Line::Armed { at: machine.now() })?;
    Ok(report)
}

/// Takes one step, journaled; where it fails, undoes it and says so in the journal.
pub(crate) fn run(machine: &dyn Machine, number: usize, action: &Action) -> Result<()> {
    let before = step::look(machine, action)?;
    journal::append(machine, &Line::Begin { step: number, action: action.clone(), before: before.clone() })?;
    match step::take(machine, action, &before) {
        Ok(()) => journal::append(machine, &Line::Done { step: number }),
        Err(error) => {
            restore::undo(machine, action, &before, Keep::Traces)?;
            journal::append(machine, &Line::Failed { step: number, why: error.to_string() })?;
            Err(error)
        }
    }
}

/// Whether traces outlive the undoing of their folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Traces,
    Nothing,
}

/// How disarming went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Disarmed {
    /// Steps undone. 0 where the machine was not armed.
    pub undone: usize,
    /// Folders left because they hold what is nowhere else: traces not collected, bundles.
    pub kept: Vec<String>,
}

/// Puts everything back. On a machine that is not armed it does nothing; half armed or half disarmed is fine.
/// `discard` deletes traces that are in no bundle.
///
/// # Errors
/// [`CaptureError::NotRestored`] with all that failed; the journal stays then.
pub fn disarm(machine: &dyn Machine, discard: bool) -> Result<Disarmed> {
    let lines = journal::read(machine)?;
    let collected = lines.iter().flatten().any(|l| matches!(l, Line::Collected { .. }));
    let keep = if discard || collected { Keep::Nothing } else { Keep::Traces };
    let mut report = Disarmed::default();
    let mut failed = Vec::new();
    failed.extend(stop_sessions(machine).into_iter().filter_map(|(_, result)| result.err()));
    // One that a killed `capture live` left.
    failed.extend(machine.stop(crate::live::SESSION).err());
    for (step, action, before) in begun(lines.as_deref().unwrap_or_default()) {
        match restore::undo(machine, action, before, keep) {
            Ok(()) => {
                journal::append(machine, &Line::Undone { step })?;
                report.undone += 1;
            }
            Err(error) => failed.push(error),
        }
    }
    if !failed.is_empty() {
        return Err(CaptureError::NotRestored(failed.iter().map(ToString::to_string).collect()));
    }
    machine.remove(&journal::path())?;
    for entry in machine.list(FOLDER)?.unwrap_or_default() {
        let path = format!(r"{FOLDER}\{}", entry.name);
        let empty = entry.folder && machine.list(&path)?.is_some_and(|l| l.is_empty());
        if empty || (discard && path != BUNDLES) {
            machine.remove(&path)?;
        } else {
            report.kept.push(path);
        }
    }
    // Only a folder of ours, and only when nothing is in it: without a journal it may be what a kill left.
    if report.kept.is_empty() && machine.entry(FOLDER)?.is_some() {
        machine.remove(FOLDER)?;
    }
    Ok(report)
}

/// Stops the sessions of ours that run, by name, with what ETW said of each.
pub(crate) fn stop_sessions(
    etw: &(impl Etw + ?Sized),
) -> Vec<(&'static str, Result<Option<crate::machine::Running>>)> {
    let names = STANDARD.iter().chain([&KERNEL]).map(|s| s.name);
    names
        .map(|name| {
            let stopped = match etw.query(name) {
                Ok(Some(running)) if is_ours(&running.file) => etw.stop(name),
                Ok(_) => Ok(None),
                Err(error) => Err(error),
            };
            (name, stopped)
        })
        .collect()
}

/// Whether a session's trace file lies in our folder: a session of the same name may be somebody else's. ETW names
/// the file with a drive letter or as `\SystemRoot\…`.
pub(crate) fn is_ours(file: &str) -> bool {
    let folder = TRACES.trim_start_matches("%SystemRoot%").to_ascii_lowercase();
    file.to_ascii_lowercase().contains(&folder)
}

/// The steps that were begun and are not undone, the last one first, with what was there before.
pub(crate) fn begun(lines: &[Line]) -> Vec<(usize, &Action, &Before)> {
    let undone = |number: usize| {
        lines
            .iter()
            .any(|line| matches!(line, Line::Failed { step, .. } | Line::Undone { step } if *step == number))
    };
    let steps = lines.iter().rev().filter_map(|line| match line {
        Line::Begin { step, action, before } if !undone(*step) => Some((*step, action, before)),
        _ => None,
    });
    steps.collect()
}

/// Undoes the one kind of step that goes before disarm: the task of `--auto-collect`, which runs once.
pub(crate) fn remove_task(machine: &dyn Machine, lines: &[Line]) -> Result<()> {
    for (step, action, before) in begun(lines) {
        if matches!(action, Action::CreateTask { .. }) {
            restore::undo(machine, action, before, Keep::Traces)?;
            journal::append(machine, &Line::Undone { step })?;
        }
    }
    Ok(())
}
