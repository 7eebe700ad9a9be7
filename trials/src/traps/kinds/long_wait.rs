//! The worker meets an unusual error and notes it. Then it does nothing for long, and the sign follows.

use anyhow::Result;
use pml_reader::TICKS_PER_SECOND;
use sample_traces::Rng;

use super::{Given, ROOM, trap, without_failing, worker_at};
use crate::traps::{acts::Hand, judge::Trap, unusual};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    // The trace is of one clock with its logs, so that it cannot be stretched beside them.
    let (false, Some(sign)) = (given.with_logs, given.boot.sign_at()) else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let Some((actor, ..)) = worker_at(&boot, sign) else { return Ok(Vec::new()) };
    let error = unusual::any(rng);
    let mut hand = Hand::new(&mut boot.tape, actor, sign.saturating_sub(ROOM));
    error.meet(&mut hand)?;
    hand.note()?;
    let seconds = rng.between(25, 91);
    let end = hand.now;
    boot.tape.stretch(end, seconds * TICKS_PER_SECOND);
    let what = format!("{} with 0x{:08X}, then {seconds} s of nothing", error.what, error.status);
    Ok(vec![trap(&boot, what, false)?])
}
