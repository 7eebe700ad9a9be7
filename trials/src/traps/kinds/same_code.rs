//! In the place of the failing operation the same thread meets an ordinary result with the same code.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, without_failing};
use crate::traps::{acts::Hand, endings::ENDINGS, judge::Trap};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(failing) = given.boot.failing else { return Ok(Vec::new()) };
    let rows = given.boot.tape.rows();
    let Some(row) = rows.iter().find(|row| row.number == Some(failing)) else { return Ok(Vec::new()) };
    let (status, actor, time) = (row.status, row.actor, row.time);
    let alike: Vec<_> = ENDINGS.iter().filter(|ending| ending.1 == status).copied().collect();
    let mut traps = Vec::new();
    if !alike.is_empty() {
        let mut boot = without_failing(given.boot);
        let (what, _, meet) = rng.pick(&alike);
        meet(&mut Hand::new(&mut boot.tape, actor, time), &rng.hash())?;
        traps.push(trap(&boot, format!("{what}, in the place of what failed"), given.with_logs)?);
    }
    Ok(traps)
}
