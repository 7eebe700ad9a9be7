//! Collects the traces and what an escalation asks for into one .zip. What cannot be had is a line in its manifest.

pub mod bundle;
pub mod items;
pub mod manifest;
pub mod redact;
mod work;

use std::path::PathBuf;

use serde::Serialize;

use self::bundle::Bundle;
use self::manifest::{Manifest, Missing};
use self::work::Work;
use crate::bundled::{self, Finished, Held, sha256};
use crate::engine::{is_pml, remove_task, run, stop_sessions};
use crate::error::{CaptureError, Result};
use crate::journal::{self, Journal, Line};
use crate::machine::Machine;
use crate::messages::{self as say, Message, errors};
use crate::plan::{Action, COLLECT_TASK, FOLDER, PMB, PML, WORK, procmon_copies};
use crate::traces;
use crate::watch::{is_booted, wait_for_update};

/// What to collect, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The bundle.
    pub bundle: PathBuf,
    /// Whether to mask names and leave out what cannot be masked.
    pub redact: bool,
    /// Whether to collect on a machine that was not armed: logs only.
    pub unarmed: bool,
    /// Whether the task of `--auto-collect` asks: then only after a boot since arming, and after the update.
    pub auto: bool,
}

/// What was collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The bundle.
    pub bundle: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What is in it and what is not.
    pub manifest: Manifest,
}

/// How collecting ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// There is a bundle.
    Collected(Box<Report>),
    /// It is not time yet. Nothing was changed.
    Waiting(Message),
}

/// Collects. `progress` is told what comes next. Called again after a kill, it goes on where it stopped.
///
/// # Errors
/// [`CaptureError::NotArmed`]; the bundle cannot be written. What cannot be read is no error.
pub fn collect(machine: &dyn Machine, options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Outcome> {
    let journal = journal::read(machine)?;
    if journal.is_none() && !options.unarmed {
        return Err(CaptureError::NotArmed);
    }
    let armed = journal.is_some();
    let journal = journal.unwrap_or_default();
    if options.auto {
        if !is_booted(machine, &journal) {
            return Ok(Outcome::Waiting(say::AUTO_WAITS.plain()));
        }
        wait_for_update(machine);
    }
    let mut failed = Vec::new();
    let mut warnings = Vec::new();
    for folder in [FOLDER, WORK] {
        failed.extend(machine.make_folder(folder).err().map(|e| missing(folder, e)));
    }
    for (session, stopped) in stop_sessions(machine) {
        match stopped {
            Ok(Some(r)) if r.events_lost + r.buffers_lost > 0 => {
                warnings.push(say::EVENTS_LOST.with(&[&session, &r.events_lost, &r.buffers_lost]));
            }
            Ok(_) => {}
            Err(error) => failed.push(missing(&format!("session {session}"), error)),
        }
    }
    progress("the boot log of Process Monitor, where there is one; converting it takes minutes");
    let converted = match convert(machine, &journal) {
        Ok(()) => converted_log(machine),
        Err(error) => {
            failed.push(missing("conversion of the boot log", error));
            vec![]
        }
    };
    warnings.extend(traces::warnings(machine, &traces::list(machine).unwrap_or_default()));
    for (line, why) in &journal.damaged {
        failed.push(missing(&format!("{}, line {line}", journal::path()), why));
    }
    let fresh = Manifest {
        bootrace_bundle: 1,
        version: env!("CARGO_PKG_VERSION").into(),
        started: machine.now(),
        redacted: options.redact,
        ..Manifest::default()
    };
    let mut bundle = Bundle::open(machine, &options.bundle, fresh)?;
    // They are all tried again.
    bundle.manifest.left_out.clear();
    (bundle.manifest.failed, bundle.manifest.warnings, bundle.manifest.converted) =
        (failed, warnings, converted);
    let words = if options.redact { machine.private_words()? } else { vec![] };
    let (manifest, bytes) = Work { machine, options, words, bundle, progress }.run()?;
    let (at, bundle) = (machine.now(), options.bundle.display().to_string());
    bundled::append(machine, &Finished { at: at.clone(), bundle: bundle.clone(), holds: manifest.holds() })?;
    if armed {
        journal::append(machine, &Line::Collected { at, bundle })?;
        remove_task(machine, &journal, COLLECT_TASK.0)?;
    }
    Ok(Outcome::Collected(Box::new(Report { bundle: options.bundle.clone(), bytes, manifest })))
}

fn missing(source: &str, why: impl ToString) -> Missing {
    Missing { source: source.into(), why: why.to_string() }
}

/// Has Process Monitor convert the boot log, where this capture armed it. Journaled: it loads its driver again.
pub(crate) fn convert(machine: &dyn Machine, journal: &Journal) -> Result<()> {
    if !journal.arms_boot_log() || machine.entry(PML)?.is_some_and(|e| e.bytes > 0) {
        return Ok(());
    }
    if machine.is_offline() {
        return Err(CaptureError::OfflineWindows { what: errors::THE_BOOT_LOG.plain() });
    }
    let copies = procmon_copies().map(|path| Ok::<_, CaptureError>(machine.entry(&path)?.map(|_| path)));
    let procmon = copies.filter_map(Result::transpose).next().transpose()?;
    let Some(procmon) = procmon else {
        return Err(CaptureError::NotTrusted {
            program: "Process Monitor".into(),
            why: errors::COPY_GONE.plain(),
        });
    };
    let action = Action::ConvertBootLog { procmon, to: PML.into() };
    let result = run(machine, journal.next_step(), &action).map(drop);
    if result.is_err() && !is_pml(machine, PML)? {
        machine.remove(PML)?;
    }
    result
}

/// The raw boot log, where its conversion is what the bundle gets.
fn converted_log(machine: &dyn Machine) -> Vec<Held> {
    let is_converted = machine.entry(PML).is_ok_and(|e| e.is_some());
    let raw = machine.entry(PMB).ok().flatten().filter(|_| is_converted);
    let held = raw.and_then(|raw| {
        Some(Held { name: "Procmon.pmb".into(), bytes: raw.bytes, sha256: sha256(machine, PMB).ok()? })
    });
    held.into_iter().collect()
}
