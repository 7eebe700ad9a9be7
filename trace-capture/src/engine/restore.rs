//! Undoes a step: what it changed becomes exactly what it was. Doing it twice is doing it once.

use super::Keep;
use super::step::{SCHTASKS, failed, is_driver_file, schtasks, service_key, task_exists};
use crate::error::Result;
use crate::journal::Before;
use crate::machine::{Machine, Outcome};
use crate::plan::{Action, DRIVERS, PMB, SERVICES_KEY, TRACES};
use crate::tree::Tree;

/// Undoes `action`.
pub(super) fn undo(machine: &dyn Machine, action: &Action, before: &Before, keep: Keep) -> Result<()> {
    match action {
        Action::MakeFolder { path } => {
            let kept = keep == Keep::Traces && path == TRACES;
            if before.existed == Some(true) || (kept && machine.list(path)?.is_some_and(|l| !l.is_empty())) {
                return Ok(());
            }
            machine.remove(path)
        }
        Action::CopyFile { to, .. } | Action::RecordServices { to } => match before.existed {
            Some(true) => Ok(()),
            _ => machine.remove(to),
        },
        Action::SetAside { from, to } => {
            if before.existed == Some(true) && machine.entry(to)?.is_some() {
                machine.rename(to, from)?;
            }
            Ok(())
        }
        Action::WriteKey { .. } => {
            for (key, tree) in &before.keys {
                restore(machine, key, tree.as_ref())?;
            }
            for key in before.missing.iter().rev() {
                if machine.tree(key)?.is_some_and(|t| t == Tree::default()) {
                    machine.delete(key)?;
                }
            }
            Ok(())
        }
        // Sessions are stopped by name before any step is undone, here for a start that failed half way.
        Action::StartSession { session, .. } => match machine.query(session)? {
            Some(running) if super::is_ours(&running.file) => machine.stop(session).map(drop),
            _ => Ok(()),
        },
        Action::EnableBootLog { .. } => {
            restore_driver(machine, before)?;
            if before.existed == Some(false) && machine.entry(PMB)?.is_some() {
                let to = format!(r"{TRACES}\Procmon.pmb");
                machine.remove(&to)?;
                machine.rename(PMB, &to)?;
            }
            Ok(())
        }
        Action::ConvertBootLog { .. } => restore_driver(machine, before),
        Action::CreateTask { name, .. } => {
            if before.existed == Some(true) || !task_exists(machine, name)? {
                return Ok(());
            }
            match schtasks(machine, &["/Delete", "/TN", name, "/F"])? {
                Outcome::Exit(0) => Ok(()),
                outcome => Err(failed(SCHTASKS, outcome, "delete the task by hand in the Task Scheduler")),
            }
        }
    }
}

/// Process Monitor's settings, its driver's keys and files.
fn restore_driver(machine: &dyn Machine, before: &Before) -> Result<()> {
    for (key, tree) in &before.keys {
        restore(machine, key, tree.as_ref())?;
    }
    for key in driver_keys(machine)? {
        if !before.keys.iter().any(|(k, _)| k.eq_ignore_ascii_case(&key)) {
            machine.delete(&key)?;
        }
    }
    for file in driver_files(machine)? {
        if !before.files.iter().any(|f| f.eq_ignore_ascii_case(&file)) {
            machine.remove(&file)?;
        }
    }
    Ok(())
}

/// Makes a key what it was, by its differences only: what did not change keeps its place and its permissions.
fn restore(machine: &dyn Machine, key: &str, before: Option<&Tree>) -> Result<()> {
    let now = machine.tree(key)?;
    if now.as_ref() == before {
        return Ok(());
    }
    let Some(before) = before else { return machine.delete(key) };
    let now = now.unwrap_or_default();
    for (name, _) in &now.values {
        if before.value(name).is_none() {
            machine.delete_value(key, name)?;
        }
    }
    for (name, _) in &now.keys {
        if !before.keys.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
            machine.delete(&format!(r"{key}\{name}"))?;
        }
    }
    for (name, tree) in &before.keys {
        restore(machine, &format!(r"{key}\{name}"), Some(tree))?;
    }
    let changed =
        before.values.iter().filter(|(name, data)| now.value(name) != Some(data)).cloned().collect();
    machine.write(key, &Tree { values: changed, keys: vec![] })
}

/// Whether a service or driver is Process Monitor's: PROCMON and a number (23, 24, 25 were seen).
pub(super) fn is_driver(name: &str) -> bool {
    let digits = name.to_ascii_uppercase();
    let digits = digits.strip_prefix("PROCMON").unwrap_or_default();
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

/// Keys of Process Monitor's drivers.
pub(super) fn driver_keys(machine: &dyn Machine) -> Result<Vec<String>> {
    let names = machine.subkeys(SERVICES_KEY)?;
    Ok(names.iter().filter(|n| is_driver(n)).map(|n| service_key(n)).collect())
}

/// Files of Process Monitor's drivers.
pub(super) fn driver_files(machine: &dyn Machine) -> Result<Vec<String>> {
    let entries = machine.list(DRIVERS)?.unwrap_or_default();
    Ok(entries.iter().filter(|e| is_driver_file(&e.name)).map(|e| format!(r"{DRIVERS}\{}", e.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_procmon_and_a_number_is_its_driver() {
        assert!(is_driver("PROCMON24") && is_driver("procmon25") && is_driver_file("PROCMON23.SYS"));
        assert!(!is_driver("PROCMON") && !is_driver("PROCMON24X") && !is_driver("XPROCMON24"));
        assert!(!is_driver_file("PROCMON24.SYS.bak") && !is_driver_file("PROCMON24"));
    }
}
