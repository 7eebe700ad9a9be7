//! The trace ends before the failing operation, begins after it, or ends before what followed.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap};
use crate::traps::judge::Trap;

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let boot = given.boot;
    let rows = boot.tape.rows();
    let is_right = |number: Option<usize>| number.is_some_and(|n| boot.right.contains(&n));
    let failed: Vec<u64> = rows.iter().filter(|r| is_right(r.number)).map(|r| r.time).collect();
    let (Some(first), Some(last)) = (rows.first().map(|r| r.time), rows.last().map(|r| r.time)) else {
        return Ok(Vec::new());
    };
    let (begin, end) = (failed.first().copied().unwrap_or(last), failed.last().copied().unwrap_or(last));
    let earlier = begin - rng.below((begin - first) / 3 + 1);
    let mut parts = vec![("it ends before the failing operation", first, earlier)];
    if boot.names_one() {
        parts.push(("it ends right after the failing operation", first, end + 1));
        parts.push(("it begins after the failing operation", end + 1, last + 1));
    }
    parts
        .into_iter()
        .map(|(what, from, to)| {
            let mut boot = boot.clone();
            boot.tape.retain(|r| (from..to).contains(&r.time));
            trap(&boot, what, given.with_logs)
        })
        .collect()
}
