//! Looks at what a step is about to change, and takes it.

use super::restore::{driver_files, driver_keys, is_driver};
use crate::error::{CaptureError, Result};
use crate::journal::Before;
use crate::machine::{Call, Machine, Outcome};
use crate::plan::{Action, PMB, SERVICES_KEY};
use crate::sessions::Session;
use crate::tree::Data;

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
            let settings = format!(r"{}\Software\Sysinternals", machine.user_key()?);
            let mut keys = vec![(settings.clone(), machine.tree(&settings)?)];
            for key in driver_keys(machine)? {
                keys.push((key.clone(), machine.tree(&key)?));
            }
            Before { existed: there(PMB)?, keys, files: driver_files(machine)?, ..Before::default() }
        }
        Action::CreateTask { name, .. } => {
            Before { existed: Some(task_exists(machine, name)?), ..Before::default() }
        }
    })
}

/// Keys above `key` that are not there, outermost first.
fn missing(machine: &dyn Machine, key: &str) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    let mut above = key;
    while let Some((parent, _)) = above.rsplit_once('\\') {
        if !parent.contains('\\') || machine.tree(parent)?.is_some() {
            break;
        }
        missing.insert(0, parent.to_owned());
        above = parent;
    }
    Ok(missing)
}

/// Takes the step, and looks whether it worked where the result of a call does not say so.
pub(super) fn take(machine: &dyn Machine, action: &Action, before: &Before) -> Result<()> {
    match action {
        Action::MakeFolder { path } => machine.make_folder(path).map(drop),
        Action::CopyFile { from, to } => machine.copy(from, to),
        Action::SetAside { from, to } => {
            if before.existed == Some(true) {
                machine.rename(from, to)?;
            }
            Ok(())
        }
        Action::RecordServices { to } => {
            let services = serde_json::to_vec_pretty(&machine.services()?)
                .map_err(|e| CaptureError::io("write", to.clone())(e.into()))?;
            machine.append(to, &services)
        }
        Action::WriteKey { key, tree } => {
            machine.write(key, tree)?;
            if machine.tree(key)?.is_some_and(|now| now.holds(tree)) {
                return Ok(());
            }
            Err(CaptureError::Registry {
                what: "write",
                key: key.clone(),
                why: "it does not hold afterwards what was written".into(),
            })
        }
        Action::StartSession { session, file } => {
            let session = Session::named(session)
                .ok_or_else(|| CaptureError::Usage(format!("no trace session is called {session}")))?;
            machine.start(session, file)
        }
        Action::EnableBootLog { procmon } => enable_boot_log(machine, procmon),
        Action::ConvertBootLog { procmon, to } => convert_boot_log(machine, procmon, to),
        Action::CreateTask { name, command } => {
            let args = [
                "/Create", "/TN", name, "/SC", "ONLOGON", "/RU", "SYSTEM", "/RL", "HIGHEST", "/TR", command,
                "/F",
            ];
            match schtasks(machine, &args)? {
                Outcome::Exit(0) => Ok(()),
                outcome => Err(failed(
                    SCHTASKS,
                    outcome,
                    "a policy may forbid tasks; after the restart run `bootrace capture collect` by hand",
                )),
            }
        }
    }
}

pub(super) const SCHTASKS: &str = r"%SystemRoot%\System32\schtasks.exe";

pub(super) fn schtasks(machine: &dyn Machine, args: &[&str]) -> Result<Outcome> {
    machine.run(&Call {
        program: SCHTASKS.into(),
        args: args.iter().map(ToString::to_string).collect(),
        seconds: 60,
        output: None,
    })
}

pub(super) fn task_exists(machine: &dyn Machine, name: &str) -> Result<bool> {
    Ok(schtasks(machine, &["/Query", "/TN", name])? == Outcome::Exit(0))
}

pub(super) fn failed(program: &str, outcome: Outcome, advice: &'static str) -> CaptureError {
    match outcome {
        Outcome::Exit(code) => CaptureError::Exit { program: program.into(), code, advice },
        Outcome::TimedOut => CaptureError::TimedOut { program: program.into(), seconds: 60, advice },
    }
}

/// What Process Monitor gets with every call. `/Quiet` alone does not suppress the licence question.
const SILENT: [&str; 4] = ["/AcceptEula", "/Quiet", "/Minimized", "/NoFilter"];

const ENABLE_SECONDS: u64 = 120;

/// The exit code is not to be trusted: 1 was seen where nothing was armed, and a security product may remove the
/// driver although Process Monitor said 0. The driver's key is what the next boot reads.
fn enable_boot_log(machine: &dyn Machine, procmon: &str) -> Result<()> {
    let args = SILENT.into_iter().chain(["/EnableBootLogging"]).map(str::to_owned).collect();
    let outcome =
        machine.run(&Call { program: procmon.into(), args, seconds: ENABLE_SECONDS, output: None })?;
    let Outcome::Exit(code) = outcome else {
        return Err(CaptureError::TimedOut {
            program: procmon.into(),
            seconds: ENABLE_SECONDS,
            advice: "it waits for an answer in a window nobody sees (a licence, an old boot log, another Process Monitor): \
                     start it once by hand, answer, close it, disarm and arm again; ETW alone still captures the boot",
        });
    };
    for key in driver_keys(machine)? {
        let start = machine.tree(&key)?.and_then(|t| t.value("Start").and_then(Data::as_dword));
        if start == Some(0) {
            return Ok(());
        }
    }
    Err(CaptureError::BootLogNotArmed { code })
}

/// Seconds to convert a boot log of that size: five minutes, and one more for each 256 MB.
fn convert_seconds(bytes: u64) -> u64 {
    300 + bytes / (256 << 20) * 60
}

fn convert_boot_log(machine: &dyn Machine, procmon: &str, to: &str) -> Result<()> {
    let Some(pmb) = machine.entry(PMB)? else {
        return Err(CaptureError::System {
            what: "find the boot log",
            why: format!("{PMB} is not there"),
            advice: "the driver did not run in this boot, or another Process Monitor took the log; the ETW traces are collected",
        });
    };
    let seconds = convert_seconds(pmb.bytes);
    let args = SILENT.into_iter().chain(["/ConvertBootLog", to]).map(str::to_owned).collect();
    let outcome = machine.run(&Call { program: procmon.into(), args, seconds, output: None })?;
    if outcome == Outcome::TimedOut {
        return Err(CaptureError::TimedOut {
            program: procmon.into(),
            seconds,
            advice: "the raw Procmon.pmb is collected; convert it with Process Monitor on another machine",
        });
    }
    if machine.entry(to)?.is_some_and(|pml| pml.bytes > 0) {
        return Ok(());
    }
    Err(failed(procmon, outcome, "it wrote no log; the raw Procmon.pmb is collected"))
}

/// Whether a file in the folder of drivers is Process Monitor's.
pub(super) fn is_driver_file(name: &str) -> bool {
    name.to_ascii_uppercase().strip_suffix(".SYS").is_some_and(is_driver)
}

/// The driver's service key, by its name.
pub(super) fn service_key(name: &str) -> String {
    format!(r"{SERVICES_KEY}\{name}")
}
