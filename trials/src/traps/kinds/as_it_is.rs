//! The boot itself. What failed in it may be named, and nothing else.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap};
use crate::traps::judge::Trap;

pub(super) fn make(given: &Given<'_>, _: &mut Rng) -> Result<Vec<Trap>> {
    Ok(vec![trap(given.boot, "nothing is changed", given.with_logs)?])
}
