//! The worker runs poqexec, which is refused and ends with that status. It runs it once more, and all is done. Then the
//! update fails for another reason.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, ROOM, trap, without_failing, worker_at};
use crate::traps::{
    acts::{ACCESS_DENIED, Hand, MILLISECOND, Open, SHARING_VIOLATION, SUCCESS},
    judge::Trap,
    programs::Program,
    tape::{Actor, Tape},
};

/// From the first run to the sign.
const BEFORE: u64 = 5 * ROOM;

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    // The primitive that was refused may be done under another name.
    for (same, words) in [(true, "the same file"), (false, "another file")] {
        let mut boot = without_failing(given.boot);
        let Some((worker, ..)) = worker_at(&boot, sign) else { continue };
        let status = rng.pick(&[ACCESS_DENIED, SHARING_VIOLATION]);
        let first = format!(r"C:\Windows\System32\{}.dll", rng.hash());
        let second = if same { first.clone() } else { format!(r"C:\Windows\System32\{}.dll", rng.hash()) };
        let begin = sign.saturating_sub(BEFORE);
        let end = run(&mut boot.tape, worker, begin, |hand| hand.open(&first, Open::DELETE, status), status)?;
        run(&mut boot.tape, worker, end + ROOM, |hand| hand.delete(&second, SUCCESS), SUCCESS)?;
        let what = format!("poqexec ends with 0x{status:08X}, then with 0 after {words}");
        traps.push(trap(&boot, what, given.with_logs)?);
    }
    Ok(traps)
}

/// Runs poqexec: it opens what is pending, does something, and ends with an exit code. Gives when it ended.
fn run(
    tape: &mut Tape,
    worker: Actor,
    begin: u64,
    act: impl FnOnce(&mut Hand<'_>) -> Result<()>,
    exit_code: u32,
) -> Result<u64> {
    let program = Program::of_system("poqexec.exe", r"/display_progress \SystemRoot\WinSxS\pending.xml");
    let poqexec = tape.start(&program, worker, worker.process, begin)?;
    let mut hand = Hand::new(tape, poqexec, begin + MILLISECOND);
    hand.open(r"C:\Windows\WinSxS\pending.xml", Open::READ, SUCCESS)?;
    act(&mut hand)?;
    let end = hand.now + MILLISECOND;
    tape.end(poqexec, exit_code, end)?;
    Ok(end)
}
