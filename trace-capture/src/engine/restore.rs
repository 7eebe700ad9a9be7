//! Undoes a step: what it changed becomes exactly what it was. Doing it twice is doing it once.

use super::tidy::remove_traces;
use super::{Keep, etw, task};
use crate::error::{CaptureError, Result};
use crate::journal::{Before, is_driver, is_driver_file};
use crate::machine::Machine;
use crate::messages::errors;
use crate::plan::{Action, DRIVERS, EARLIER_PMB, PMB, SERVICES_KEY, TRACES};
use crate::sessions::Session;
use crate::tree::Tree;

/// Undoes `action`.
pub(super) fn undo(machine: &dyn Machine, action: &Action, before: &Before, keep: Keep) -> Result<()> {
    match action {
        Action::MakeFolder { path } if path == TRACES => {
            remove_traces(machine, keep)?;
            if before.existed == Some(true) || machine.list(path)?.is_some_and(|l| !l.is_empty()) {
                return Ok(());
            }
            machine.remove(path)
        }
        Action::MakeFolder { path }
        | Action::CopyFile { to: path, .. }
        | Action::RecordServices { to: path } => match before.existed {
            Some(true) => Ok(()),
            _ => machine.remove(path),
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
        Action::StartSession { session, .. } => match Session::named(session) {
            Some(session) => etw::stop(machine, session).map(drop),
            None => Ok(()),
        },
        Action::EnableBootLog { .. } => {
            take_boot_log(machine, before)?;
            restore_driver(machine, before)
        }
        Action::ConvertBootLog { .. } => restore_driver(machine, before),
        Action::CreateTask { name, .. } => {
            if before.existed == Some(true) || !task::exists(machine, name)? {
                return Ok(());
            }
            task::delete(machine, name)
        }
    }
}

/// Moves the boot log that this capture made to the traces. One that was there before and is back is not ours.
fn take_boot_log(machine: &dyn Machine, before: &Before) -> Result<()> {
    let theirs_is_back = before.set_aside && machine.entry(EARLIER_PMB)?.is_none();
    if before.existed != Some(false) || theirs_is_back || machine.entry(PMB)?.is_none() {
        return Ok(());
    }
    machine.make_folder(TRACES)?;
    for number in 1.. {
        let name = if number == 1 { "Procmon.pmb".to_owned() } else { format!("Procmon-{number}.pmb") };
        let to = format!(r"{TRACES}\{name}");
        if machine.entry(&to)?.is_none() {
            return machine.rename(PMB, &to);
        }
    }
    Ok(())
}

/// Process Monitor's settings, its driver's keys and files. An offline Windows has the drivers, not the settings.
fn restore_driver(machine: &dyn Machine, before: &Before) -> Result<()> {
    let is_out_of_reach = |key: &str| machine.is_offline() && !key.starts_with(SERVICES_KEY);
    for (key, tree) in before.keys.iter().filter(|(key, _)| !is_out_of_reach(key)) {
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
    match before.keys.iter().find(|(key, _)| is_out_of_reach(key)) {
        Some((key, _)) => Err(CaptureError::OfflineWindows { what: errors::PROCMON_KEY.with(&[key]) }),
        None => Ok(()),
    }
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

/// Keys of Process Monitor's drivers.
pub(super) fn driver_keys(machine: &dyn Machine) -> Result<Vec<String>> {
    let names = machine.subkeys(SERVICES_KEY)?;
    Ok(names.iter().filter(|n| is_driver(n)).map(|n| format!(r"{SERVICES_KEY}\{n}")).collect())
}

/// Files of Process Monitor's drivers.
pub(super) fn driver_files(machine: &dyn Machine) -> Result<Vec<String>> {
    let entries = machine.list(DRIVERS)?.unwrap_or_default();
    Ok(entries.iter().filter(|e| is_driver_file(&e.name)).map(|e| format!(r"{DRIVERS}\{}", e.name)).collect())
}
