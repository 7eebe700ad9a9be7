//! What disarm does beside undoing the journal's steps: it deletes the traces that a bundle holds, and finds what is
//! bootrace's where the journal does not say so, as after a damage to the journal.

use super::{Disarmed, Keep, boot_log, etw, task};
use crate::bundled;
use crate::error::Result;
use crate::journal::{self, Journal};
use crate::machine::Machine;
use crate::messages as say;
use crate::plan::{
    Action, BUNDLES, COLLECT_TASK, EARLIER_PMB, FOLDER, PMB, SELF, SERVICES_BEFORE, TRACES, WATCH_TASK, WORK,
    procmon_copies,
};
use crate::sessions::{AUTOLOGGER, KERNEL, STANDARD};
use crate::tree::{Data, Tree};

/// Deletes traces: all of them, or those that a finished bundle holds.
pub(super) fn remove_traces(machine: &dyn Machine, keep: Keep) -> Result<()> {
    let held = bundled::read(machine);
    for entry in machine.list(TRACES)?.unwrap_or_default() {
        let path = format!(r"{TRACES}\{}", entry.name);
        let is_held = || !entry.folder && bundled::holds(machine, &held, &path, entry.bytes);
        if keep == Keep::Nothing || is_held() {
            machine.remove(&path)?;
        }
    }
    Ok(())
}

/// Removes what is left of bootrace, and reports what it keeps or cannot decide.
pub(super) fn tidy(
    machine: &dyn Machine,
    journal: Option<&Journal>,
    keep: Keep,
    report: &mut Disarmed,
) -> Result<()> {
    let mut found = keys(machine)?;
    found.extend(tasks(machine, journal)?);
    found.extend(files(machine)?);
    machine.remove(WORK)?;
    remove_traces(machine, keep)?;
    doubts(machine, journal, !found.is_empty(), report)?;
    report.left_over.extend(found.iter().map(|what| say::FOUND_WITHOUT_JOURNAL.with(&[what])));
    close_journal(machine, journal, report)?;
    folder(machine, keep, report)
}

/// AutoLogger keys with a GUID of ours, or with a file in our folder.
fn keys(machine: &dyn Machine) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for name in machine.subkeys(AUTOLOGGER)? {
        let key = format!(r"{AUTOLOGGER}\{name}");
        if machine.tree(&key)?.is_some_and(|tree| is_ours(&tree)) {
            machine.delete(&key)?;
            found.push(key);
        }
    }
    Ok(found)
}

fn is_ours(tree: &Tree) -> bool {
    let text = |name: &str| tree.value(name).map(Data::as_texts).unwrap_or_default().concat();
    let guid = text("Guid");
    let has_guid = STANDARD.iter().chain([&KERNEL]).any(|s| s.guid.eq_ignore_ascii_case(&guid));
    has_guid || etw::is_ours(&text("FileName"))
}

fn tasks(machine: &dyn Machine, journal: Option<&Journal>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, _) in [COLLECT_TASK, WATCH_TASK] {
        if task::exists(machine, name)? && !journal.is_some_and(|j| j.met_task(name)) {
            task::delete(machine, name)?;
            found.push(format!("the task \"{name}\""));
        }
    }
    Ok(found)
}

/// Files of ours, and a boot log of somebody else that was set aside.
fn files(machine: &dyn Machine) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in procmon_copies().chain([SELF, SERVICES_BEFORE].map(str::to_owned)) {
        if machine.entry(&path)?.is_some() {
            machine.remove(&path)?;
            found.push(path);
        }
    }
    if machine.entry(EARLIER_PMB)?.is_some() && machine.entry(PMB)?.is_none() {
        machine.rename(EARLIER_PMB, PMB)?;
        found.push(EARLIER_PMB.into());
    }
    Ok(found)
}

/// What a journal that is not whole leaves open.
fn doubts(
    machine: &dyn Machine,
    journal: Option<&Journal>,
    found: bool,
    report: &mut Disarmed,
) -> Result<()> {
    let empty = Journal::default();
    let lines = journal.unwrap_or(&empty);
    let is_suspect =
        found || journal.is_some_and(|j| j.cut || !j.damaged.is_empty() || j.options().is_none());
    let asked = lines.options().is_some_and(|o| o.procmon.is_some());
    let covered = lines.names(|action| matches!(action, Action::EnableBootLog { .. }));
    if !covered && (is_suspect || asked) {
        let armed = boot_log::armed_drivers(machine)?;
        report.left_over.extend(armed.iter().map(|driver| say::DRIVER_STILL_ARMED.with(&[driver])));
    }
    if journal.is_some_and(|j| j.cut) && (found || !report.left_over.is_empty()) {
        report.left_over.push(say::JOURNAL_CUT.plain());
    }
    Ok(())
}

/// Removes the journal, or sets it aside where somebody must still read it.
fn close_journal(machine: &dyn Machine, journal: Option<&Journal>, report: &mut Disarmed) -> Result<()> {
    let damaged = journal.map(|j| j.damaged.as_slice()).unwrap_or_default();
    if damaged.is_empty() {
        return machine.remove(&journal::path());
    }
    let kept = journal::damaged_path();
    let notes = damaged.iter().map(|(line, why)| say::JOURNAL_DAMAGED.with(&[line, why, &kept]));
    report.left_over.extend(notes);
    machine.remove(&kept)?;
    machine.rename(&journal::path(), &kept)
}

/// Removes the folder, or says what is in it.
fn folder(machine: &dyn Machine, keep: Keep, report: &mut Disarmed) -> Result<()> {
    for trace in crate::traces::list(machine)? {
        report.not_bundled.push(format!(r"{TRACES}\{}", trace.name));
    }
    if report.not_bundled.is_empty() {
        machine.remove(&bundled::path())?;
    }
    for entry in machine.list(FOLDER)?.unwrap_or_default() {
        let path = format!(r"{FOLDER}\{}", entry.name);
        let is_empty = entry.folder && !entry.link && machine.list(&path)?.is_some_and(|l| l.is_empty());
        if is_empty || (keep == Keep::Nothing && path != BUNDLES) {
            machine.remove(&path)?;
        } else if path != bundled::path() {
            report.kept.push(path);
        }
    }
    if report.kept.is_empty() && report.not_bundled.is_empty() && machine.entry(FOLDER)?.is_some() {
        machine.remove(FOLDER)?;
    }
    Ok(())
}
