//! The worker meets an ordinary result right before the sign. Between them it writes once more.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, with_and_without, worker_at};
use crate::traps::{
    acts::{Hand, MILLISECOND},
    judge::Trap,
    ordinary::ORDINARY,
};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for (mut boot, without) in with_and_without(given.boot) {
        let Some((actor, ..)) = worker_at(&boot, sign) else { continue };
        let (what, meet) = rng.pick(ORDINARY);
        let before = rng.between(15, 40) * MILLISECOND;
        let mut hand = Hand::new(&mut boot.tape, actor, sign.saturating_sub(before));
        meet(&mut hand, &rng.hash())?;
        hand.now = hand.now.min(sign.saturating_sub(5 * MILLISECOND));
        hand.work(rng)?;
        traps.push(trap(&boot, format!("{what} right before the sign{without}"), given.with_logs)?);
    }
    Ok(traps)
}
