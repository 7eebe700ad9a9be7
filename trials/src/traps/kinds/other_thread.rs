//! Another thread of the worker meets ordinary results right before the sign.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, with_and_without, worker_at};
use crate::traps::{
    acts::{Hand, MILLISECOND},
    judge::Trap,
    ordinary::storm,
    tape::Actor,
};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for (mut boot, without) in with_and_without(given.boot) {
        let Some((actor, ..)) = worker_at(&boot, sign) else { continue };
        let actor = Actor { tid: actor.tid + 4 * rng.between32(1, 50), ..actor };
        storm(&mut Hand::new(&mut boot.tape, actor, sign.saturating_sub(500 * MILLISECOND)), rng, 4)?;
        traps.push(trap(&boot, format!("another thread meets ordinary results{without}"), given.with_logs)?);
    }
    Ok(traps)
}
