//! Process Monitor dropped what its filter hid. There are no successes.

use anyhow::Result;
use pml_reader::EventClass;
use sample_traces::Rng;

use super::{Given, trap, with_and_without};
use crate::traps::judge::Trap;

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let mut traps = Vec::new();
    for (mut boot, without) in with_and_without(given.boot) {
        let keeps_life = rng.below(2) == 0;
        let life = EventClass::Process as u32;
        boot.tape.retain(|r| r.status >> 30 == 3 || keeps_life && r.payload.class == life);
        let what = if keeps_life { "no successes but of processes" } else { "no successes" };
        traps.push(trap(&boot, format!("{what}{without}"), given.with_logs)?);
    }
    Ok(traps)
}
