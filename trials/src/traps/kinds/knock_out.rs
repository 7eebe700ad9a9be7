//! The operation that failed, and its tries, are not in the trace. Everything that followed is. Nothing may be named.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, without_failing};
use crate::traps::judge::Trap;

pub(super) fn make(given: &Given<'_>, _: &mut Rng) -> Result<Vec<Trap>> {
    if !given.boot.names_one() {
        return Ok(Vec::new());
    }
    Ok(vec![trap(&without_failing(given.boot), "the failing operation is taken out", given.with_logs)?])
}
