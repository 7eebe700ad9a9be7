//! The machine's own logs, of a boot on another day. They say nothing about this trace.

use anyhow::Result;
use pml_reader::TICKS_PER_SECOND;
use sample_traces::Rng;

use super::{Given, trap, without_failing};
use crate::traps::judge::Trap;

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    if !given.with_logs || !given.boot.names_one() {
        return Ok(Vec::new());
    }
    let mut boot = without_failing(given.boot);
    let days = rng.between(1, 20);
    let end = boot.tape.rows().last().map_or(0, |r| r.time) + 1;
    boot.tape.stretch(end, days * 86_400 * TICKS_PER_SECOND + rng.below(3_600 * TICKS_PER_SECOND));
    let what = format!("a trace of {days} days before the logs, without the failing operation");
    Ok(vec![trap(&boot, what, true)?])
}
