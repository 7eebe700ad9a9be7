//! Servicing fails at something after the first sign, during the rollback. That is no cause.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, without_failing, worker_at};
use crate::traps::{
    acts::{ACCESS_DENIED, Hand, MILLISECOND, Open, SHARING_VIOLATION},
    judge::Trap,
};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let Some((actor, _, to)) = worker_at(&boot, sign) else { return Ok(Vec::new()) };
    let after = MILLISECOND + rng.below((to - sign).max(1));
    let mut hand = Hand::new(&mut boot.tape, actor, sign + after);
    let name = rng.hash();
    let target = format!(r"C:\Windows\System32\{name}.dll");
    hand.open(&format!(r"C:\Windows\System32\drivers\{name}.sys"), Open::WRITE, ACCESS_DENIED)?;
    hand.rename(&format!(r"C:\Windows\WinSxS\Temp\{name}"), &target, SHARING_VIOLATION)?;
    Ok(vec![trap(&boot, "an error while it goes back", given.with_logs)?])
}
