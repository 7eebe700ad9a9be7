//! A sign of a failure is put into a boot that did not fail, at several times. Nothing may be named.

use anyhow::{Context as _, Result};
use pml_reader::EventClass;
use sample_traces::Rng;

use super::{Given, trap};
use crate::traps::{
    acts::{ACCESS_DENIED, Hand, NAME_NOT_FOUND, SHARING_VIOLATION},
    boot::{Boot, WORKERS},
    judge::Trap,
    signs::SIGNS,
};

/// Places in a real boot.
const REAL_PLACES: u64 = 50;
/// Places in a synthetic one.
const PLACES: u64 = 2;

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let boot = given.boot;
    if !boot.is_healthy() {
        return Ok(Vec::new());
    }
    let mut traps = Vec::new();
    of_workers(given, rng, &mut traps)?;
    of_poqexec(given, &mut traps)?;
    if traps.is_empty() {
        of_another(boot, given.with_logs, &mut traps)?;
    }
    Ok(traps)
}

fn of_workers(given: &Given<'_>, rng: &mut Rng, traps: &mut Vec<Trap>) -> Result<()> {
    let boot = given.boot;
    let threads = boot.tape.threads(WORKERS);
    let Some(busiest) = threads.iter().max_by_key(|(_, from, to)| to - from) else { return Ok(()) };
    let places = if boot.from == "real" { REAL_PLACES } else { PLACES };
    for (place, turn) in (0..places).zip(0usize..) {
        let (actor, from, to) = if rng.below(3) == 0 { rng.pick(&threads) } else { *busiest };
        let part = (to - from) / places;
        let at = from + part * place + rng.below(part.max(1));
        let next = SIGNS.iter().cycle().nth(turn + rng.place(2));
        let (sign, show) = next.context("there are signs")?;
        let mut planted = boot.clone();
        show(&mut Hand::new(&mut planted.tape, actor, at))?;
        let tenths = (at - from) * 10 / (to - from).max(1);
        traps.push(trap(&planted, format!("{sign}, at {tenths} tenths"), given.with_logs)?);
    }
    Ok(())
}

fn of_poqexec(given: &Given<'_>, traps: &mut Vec<Trap>) -> Result<()> {
    let boot = given.boot;
    let Some((poqexec, ..)) = boot.tape.threads(&["poqexec.exe"]).first().copied() else { return Ok(()) };
    let met: Vec<u32> =
        boot.tape.rows().iter().filter(|r| r.actor.process == poqexec.process).map(|r| r.status).collect();
    for status in [ACCESS_DENIED, SHARING_VIOLATION, NAME_NOT_FOUND] {
        // A status that one of its operations has may well point to that one.
        if met.contains(&status) {
            continue;
        }
        let mut planted = boot.clone();
        planted.tape.exit_with(poqexec.process, status)?;
        traps.push(trap(&planted, format!("poqexec ends with 0x{status:08X}"), given.with_logs)?);
    }
    Ok(())
}

/// If no servicing program runs, another one shows the sign.
fn of_another(boot: &Boot, with_logs: bool, traps: &mut Vec<Trap>) -> Result<()> {
    let last = boot.tape.rows().iter().rev().find(|r| r.payload.class == EventClass::Registry as u32);
    let Some((actor, time)) = last.map(|r| (r.actor, r.time)) else { return Ok(()) };
    for (sign, show) in SIGNS {
        let mut planted = boot.clone();
        show(&mut Hand::new(&mut planted.tape, actor, time))?;
        traps.push(trap(&planted, format!("{sign}, by a program that is not servicing"), with_logs)?);
    }
    Ok(())
}
