//! What runs after a start of Windows: waits until the update is through, then ends the recording of that boot.

use serde::Serialize;

use crate::engine::stop_sessions;
use crate::error::Result;
use crate::facts::Facts;
use crate::journal::{self, Journal, Line};
use crate::machine::Machine;
use crate::plan::{PMB, PML, sessions};
use crate::sessions::size::RESERVE_BYTES;
use crate::tree::Data;

/// How often it looks, seconds.
const LOOK_SECONDS: u64 = 30;
/// How long an update may be at work before the recording ends all the same, seconds.
const LONGEST_SECONDS: u64 = 2 * 60 * 60;

/// How watching ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Watched {
    /// Sessions that were stopped.
    pub stopped: Vec<String>,
    /// Whether Process Monitor's boot log was ended and converted.
    pub converted: bool,
    /// What failed.
    pub failed: Vec<String>,
}

/// Waits for the end of the update, or for a disk that runs full, and ends the recording.
///
/// # Errors
/// The journal cannot be read.
pub fn watch(machine: &dyn Machine) -> Result<Watched> {
    let mut watched = Watched::default();
    let Some(journal) = journal::read(machine)? else { return Ok(watched) };
    wait_for_update(machine);
    for (session, stopped) in stop_sessions(machine) {
        match stopped {
            Ok(Some(_)) => watched.stopped.push(session.into()),
            Ok(None) => {}
            Err(error) => watched.failed.push(error.to_string()),
        }
    }
    // Process Monitor's driver logs on until Process Monitor runs.
    if journal.arms_boot_log() && machine.entry(PMB)?.is_some() && machine.entry(PML)?.is_none() {
        match crate::collect::convert(machine, &journal) {
            Ok(()) => watched.converted = true,
            Err(error) => watched.failed.push(error.to_string()),
        }
    }
    Ok(watched)
}

/// Waits while servicing is at work and the volume has room.
pub(crate) fn wait_for_update(machine: &dyn Machine) {
    let mut waited = 0;
    while waited < LONGEST_SECONDS {
        let facts = machine.facts();
        if !is_at_work(&facts) || facts.free_bytes.is_some_and(|free| free < RESERVE_BYTES) {
            return;
        }
        machine.wait(LOOK_SECONDS);
        waited += LOOK_SECONDS;
    }
}

/// Whether an update has still work for this boot or the next one.
fn is_at_work(facts: &Facts) -> bool {
    facts.pending_xml == Some(true) || !facts.setup_execute.is_empty()
}

/// Whether Windows started since arming: ETW writes into the keys of the sessions that it starts, and Windows counts
/// its boots.
pub(crate) fn is_booted(machine: &dyn Machine, journal: &Journal) -> bool {
    let options = journal.options();
    let started = options.into_iter().flat_map(sessions).any(|session| {
        let key = machine.tree(&session.key()).ok().flatten().unwrap_or_default();
        ["Status", "FileCounter"].iter().any(|name| key.value(name).and_then(Data::as_dword).is_some())
    });
    let armed_in =
        journal.lines.iter().find_map(|l| if let Line::Start { boot, .. } = l { *boot } else { None });
    started || matches!((armed_in, machine.facts().boot), (Some(then), Some(now)) if then != now)
}
