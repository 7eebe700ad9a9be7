//! The last that the worker does before the sign is ordinary. No work follows that would show it.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, ROOM, trap, without_failing, worker_at};
use crate::traps::{acts::Hand, endings::ENDINGS, judge::Trap};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let Some((actor, ..)) = worker_at(&boot, sign) else { return Ok(Vec::new()) };
    let (what, _, meet) = rng.pick(ENDINGS);
    meet(&mut Hand::new(&mut boot.tape, actor, sign.saturating_sub(ROOM)), &rng.hash())?;
    Ok(vec![trap(&boot, format!("{what}, and then the sign"), given.with_logs)?])
}
