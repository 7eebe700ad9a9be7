//! Looks at what a step is about to change, and takes it.

use super::restore::{driver_files, driver_keys};
use super::{boot_log, task};
use crate::error::{CaptureError, Result};
use crate::journal::{Before, SETTINGS};
use crate::machine::Machine;
use crate::messages::{self as say, Message, errors};
use crate::plan::{Action, EARLIER_PMB, PMB};
use crate::sessions::{PROCESS, Session};

/// What is there before the step.
pub(super) fn look(machine: &dyn Machine, action: &Action) -> Result<Before> {
    let there = |path: &str| Ok::<_, CaptureError>(Some(machine.entry(path)?.is_some()));
    Ok(match action {
        Action::MakeFolder { path } => Before { existed: there(path)?, ..Before::default() },
        Action::CopyFile { to, .. } | Action::RecordServices { to } => {
            Before { existed: there(to)?, ..Before::default() }
        }
        Action::SetAside { from, .. } => Before { existed: there(from)?, ..Before::default() },
        Action::WriteKey { key, .. } => Before {
            keys: vec![(key.clone(), machine.tree(key)?)],
            missing: missing(machine, key)?,
            ..Before::default()
        },
        Action::StartSession { .. } => Before::default(),
        Action::EnableBootLog { .. } | Action::ConvertBootLog { .. } => {
            let settings = format!(r"{}\{SETTINGS}", machine.user_key()?);
            let mut keys = vec![(settings.clone(), machine.tree(&settings)?)];
            for key in driver_keys(machine)? {
                keys.push((key.clone(), machine.tree(&key)?));
            }
            let set_aside = machine.entry(EARLIER_PMB)?.is_some();
            Before {
                existed: there(PMB)?,
                set_aside,
                keys,
                files: driver_files(machine)?,
                ..Before::default()
            }
        }
        Action::CreateTask { name, .. } => {
            Before { existed: Some(task::exists(machine, name)?), ..Before::default() }
        }
    })
}

/// Keys above `key` that are not there, outermost first.
fn missing(machine: &dyn Machine, key: &str) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    let mut above = key;
    while let Some((parent, _)) = above.rsplit_once('\\') {
        // `HKLM\SYSTEM\CurrentControlSet` is there wherever Windows is.
        if parent.split('\\').count() <= 3 || machine.tree(parent)?.is_some() {
            break;
        }
        missing.insert(0, parent.to_owned());
        above = parent;
    }
    Ok(missing)
}

/// Takes the step, and looks whether it worked where the result of a call does not say so. What users should know.
pub(super) fn take(machine: &dyn Machine, action: &Action, before: &Before) -> Result<Vec<Message>> {
    match action {
        Action::MakeFolder { path } => machine.make_folder(path).map(drop)?,
        Action::CopyFile { from, to } => machine.copy(from, to)?,
        Action::SetAside { from, to } => {
            if before.existed == Some(true) {
                machine.rename(from, to)?;
            }
        }
        Action::RecordServices { to } => {
            let services = serde_json::to_vec_pretty(&machine.services()?)
                .map_err(|e| CaptureError::io(errors::WRITE, to.clone())(e.into()))?;
            machine.append(to, &services)?;
        }
        Action::WriteKey { key, tree } => {
            machine.write(key, tree)?;
            if !machine.tree(key)?.is_some_and(|now| now.holds(tree)) {
                return Err(CaptureError::Registry {
                    what: errors::WRITE,
                    key: key.clone(),
                    why: errors::NOT_HELD.plain(),
                });
            }
        }
        Action::StartSession { session, file, max_file_mb } => {
            return start(machine, session, file, *max_file_mb);
        }
        Action::EnableBootLog { procmon } => return boot_log::enable(machine, procmon),
        Action::ConvertBootLog { procmon, to } => return boot_log::convert(machine, procmon, to),
        Action::CreateTask { name, .. } if before.existed == Some(true) => {
            return Err(CaptureError::Usage(errors::TASK_IS_THERE.with(&[name])));
        }
        Action::CreateTask { name, program, arguments, minutes } => {
            task::create(machine, name, program, arguments, *minutes)?;
        }
    }
    Ok(vec![])
}

/// Starts a session. It goes without providers that cannot be enabled, unless none can.
fn start(machine: &dyn Machine, name: &str, file: &str, max_file_mb: u32) -> Result<Vec<Message>> {
    let session =
        Session::named(name).ok_or_else(|| CaptureError::Usage(errors::NO_SESSION.with(&[&name])))?;
    let failed = machine.start(session, file, max_file_mb)?;
    if let Some(first) = failed.first()
        && failed.len() == session.providers.len()
    {
        return Err(CaptureError::Etw {
            session: name.into(),
            what: errors::ENABLE_PROVIDERS,
            code: first.code,
        });
    }
    let mut notes: Vec<_> =
        failed.iter().map(|f| say::PROVIDER_FAILED.with(&[&name, &f.provider, &f.code])).collect();
    // The processes that run already started before the session, and would have no names in it.
    let names_processes = session.providers.iter().any(|p| p.guid == PROCESS.guid);
    if names_processes && let Err(error) = machine.capture_state(name, &PROCESS) {
        notes.push(say::NO_PROCESS_NAMES.with(&[&name, &error]));
    }
    Ok(notes)
}
