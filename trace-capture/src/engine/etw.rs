//! Sessions of ours that run.

use crate::error::Result;
use crate::machine::{Machine, Running};
use crate::plan::TRACES;
use crate::sessions::{KERNEL, PROCESS, STANDARD, Session};

/// Stops the sessions of ours that run, by name, with what ETW said of each.
pub(crate) fn stop_sessions(machine: &dyn Machine) -> Vec<(&'static str, Result<Option<Running>>)> {
    STANDARD.iter().chain([&KERNEL]).map(|s| (s.name, stop(machine, s))).collect()
}

/// Stops one session, where it runs and is ours.
pub(super) fn stop(machine: &dyn Machine, session: &Session) -> Result<Option<Running>> {
    match machine.query(session.name)? {
        Some(running) if is_ours(&running.file) => {
            // The names of the processes that still run; without them the trace is worth less, and not nothing.
            if session.providers.iter().any(|p| p.guid == PROCESS.guid) {
                let _ = machine.capture_state(session.name, &PROCESS);
            }
            machine.stop(session.name)
        }
        _ => Ok(None),
    }
}

/// Whether a session's trace file lies in our folder: a session of the same name may be somebody else's. ETW names
/// the file with a drive letter or as `\SystemRoot\…`.
pub(crate) fn is_ours(file: &str) -> bool {
    let folder = TRACES.trim_start_matches("%SystemRoot%").to_ascii_lowercase();
    file.to_ascii_lowercase().contains(&folder)
}
