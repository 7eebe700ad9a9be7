//! A second worker meets an unusual error and notes it. It goes on after the first one shows the sign.

use anyhow::Result;
use pml_reader::TICKS_PER_SECOND;
use sample_traces::Rng;

use super::{Given, ROOM, at_the_failure, trap, without_failing};
use crate::traps::{
    acts::{Hand, SUCCESS},
    judge::Trap,
    programs::Program,
    unusual,
};

/// The name that the task of maintenance starts the second worker by.
const WORKER: &str = "TiWorker.exe";

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let Some((first, at)) = at_the_failure(given.boot, sign) else { return Ok(Vec::new()) };
    let Some((parent, ..)) = boot.tape.threads(&["svchost.exe"]).first().copied() else {
        return Ok(Vec::new());
    };
    let image = format!(r"C:\Windows\WinSxS\amd64_microsoft-windows-servicingstack_none\{WORKER}");
    let program = Program { name: WORKER, command_line: format!("{image} -Embedding"), image };
    let begin = at.saturating_sub(TICKS_PER_SECOND);
    let second = boot.tape.start(&program, parent, first.process, begin)?;
    let mut hand = Hand::new(&mut boot.tape, second, begin);
    clean_up(&mut hand, rng)?;
    hand.now = hand.now.max(at.saturating_sub(ROOM));
    let error = unusual::any(rng);
    error.meet(&mut hand)?;
    hand.note()?;
    hand.now = sign + TICKS_PER_SECOND;
    clean_up(&mut hand, rng)?;
    let end = hand.now;
    boot.tape.end(second, 0, end)?;
    let what = format!("{} with 0x{:08X} in a second worker", error.what, error.status);
    Ok(vec![trap(&boot, what, given.with_logs)?])
}

/// What the worker does for maintenance.
fn clean_up(hand: &mut Hand<'_>, rng: &mut Rng) -> Result<()> {
    (0..8).try_for_each(|_| hand.delete(&format!(r"C:\Windows\WinSxS\Backup\{}.dll", rng.hash()), SUCCESS))
}
