//! The filter of Process Monitor hid the files, or the registry, and with it the operation that failed.

use anyhow::Result;
use pml_reader::EventClass;
use sample_traces::Rng;

use super::{Given, trap, without_failing, worker_at};
use crate::traps::{
    acts::{ACCESS_DENIED, Hand, MILLISECOND, Open},
    judge::Trap,
};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(failed) = given.boot.failed_at() else { return Ok(Vec::new()) };
    let rows = given.boot.tape.rows();
    let failing = rows.iter().find(|row| row.number == given.boot.failing);
    let Some(hidden) = failing.map(|row| row.payload.class) else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    if let Some((actor, ..)) = worker_at(&boot, failed) {
        let mut hand = Hand::new(&mut boot.tape, actor, failed.saturating_sub(MILLISECOND));
        let name = rng.hash();
        if hidden == EventClass::Registry as u32 {
            hand.open(&format!(r"C:\Windows\Prefetch\{name}.pf"), Open::READ, ACCESS_DENIED)?;
        } else {
            hand.open_key(&format!(r"HKLM\Software\{name}\Private"), 0x2_0019, ACCESS_DENIED)?;
        }
    }
    boot.tape.retain(|row| row.payload.class != hidden);
    let sort = if hidden == EventClass::Registry as u32 { "registry" } else { "files" };
    Ok(vec![trap(&boot, format!("the trace lacks the {sort}"), given.with_logs)?])
}
