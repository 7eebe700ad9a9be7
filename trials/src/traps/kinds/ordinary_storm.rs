//! Servicing meets ordinary results before the failure and works on. They may not be named.

use anyhow::Result;
use pml_reader::TICKS_PER_SECOND;
use sample_traces::Rng;

use super::{Given, trap, with_and_without, worker_at};
use crate::traps::{acts::Hand, boot::Boot, judge::Trap, ordinary::storm};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let mut traps = Vec::new();
    let Some(sign) = given.boot.sign_at() else { return Ok(traps) };
    let end = given.boot.failed_at().unwrap_or(sign).min(sign);
    for minutes in [0, 5] {
        // The trace is of one clock with its logs, so that it cannot be stretched beside them.
        if minutes > 0 && given.with_logs {
            continue;
        }
        for (mut boot, without) in with_and_without(given.boot) {
            if blow(&mut boot, rng, end, minutes * 60 * TICKS_PER_SECOND)? {
                let what = format!("{minutes} minutes of work follow{without}");
                traps.push(trap(&boot, what, given.with_logs)?);
            }
        }
    }
    Ok(traps)
}

/// Puts a storm before `end`, by the worker that is at work then. After it comes a `pause` of work that goes well.
fn blow(boot: &mut Boot, rng: &mut Rng, end: u64, pause: u64) -> Result<bool> {
    let Some((actor, from, _)) = worker_at(boot, end) else { return Ok(false) };
    let at = from + rng.below((end - from).max(1));
    let gap = if pause == 0 { 0 } else { pause + TICKS_PER_SECOND };
    boot.tape.stretch(at + 1, gap);
    let mut hand = Hand::new(&mut boot.tape, actor, at + 1 - gap);
    storm(&mut hand, rng, 12)?;
    hand.work_until(rng, at)?;
    Ok(true)
}
