//! The logs of another machine's failed update are beside the trace. They raise no confidence, and name nothing.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, with_and_without};
use crate::traps::judge::Trap;

pub(super) fn make(given: &Given<'_>, _: &mut Rng) -> Result<Vec<Trap>> {
    // The machine's own logs tell the failure rightly.
    let (false, Some(other)) = (given.with_logs, given.other) else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for (mut boot, without) in with_and_without(given.boot) {
        boot.logs.clone_from(&other.logs);
        let what = format!("logs of {} {}{without}", other.scenario, other.seed);
        traps.push(Trap { logs_are_foreign: true, ..trap(&boot, what, true)? });
    }
    Ok(traps)
}
