//! The worker is refused a change, and hands it over. TrustedInstaller or a service makes it soon after.

use anyhow::Result;
use pml_reader::TICKS_PER_SECOND;
use sample_traces::Rng;

use super::{Given, ROOM, trap, without_failing, worker_at};
use crate::traps::{
    acts::{Hand, MILLISECOND},
    judge::Trap,
    unusual,
};

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for helper in ["trustedinstaller.exe", "svchost.exe"] {
        let mut boot = without_failing(given.boot);
        let Some((actor, ..)) = worker_at(&boot, sign) else { continue };
        let mut helpers = boot.tape.threads(&[helper]);
        helpers.retain(|(other, from, to)| other.process != actor.process && *from < sign && *to > sign);
        if helpers.is_empty() {
            continue;
        }
        let (other, ..) = rng.pick(&helpers);
        let error = unusual::refused(rng);
        let mut hand = Hand::new(&mut boot.tape, actor, sign.saturating_sub(ROOM));
        error.meet(&mut hand)?;
        hand.note()?;
        let (noted, mut then) = (hand.now, hand.now + MILLISECOND);
        // The trace is of one clock with its logs, so that it cannot be stretched beside them.
        if !given.with_logs {
            let pause = rng.between(MILLISECOND, 4 * TICKS_PER_SECOND);
            boot.tape.stretch(noted, pause);
            then -= pause / 2;
        }
        error.succeed(&mut Hand::new(&mut boot.tape, other, then))?;
        let what = format!("{} with 0x{:08X}, done by {helper}", error.what, error.status);
        traps.push(trap(&boot, what, given.with_logs)?);
    }
    Ok(traps)
}
