//! The worker runs a program that meets an unusual error. The program ends well, or the worker goes on all the same.

use anyhow::Result;
use pml_reader::write::encode::Value;
use sample_traces::Rng;

use super::{Given, ROOM, at_the_failure, trap, without_failing};
use crate::traps::{
    acts::{Hand, MILLISECOND, Open, SUCCESS},
    judge::Trap,
    programs::Program,
    unusual,
};

/// Programs that installers run, with arguments.
const PROGRAMS: &[(&str, &str)] = &[
    ("lodctr.exe", "/R"),
    ("wevtutil.exe", r"im C:\Windows\provider.man"),
    ("mofcomp.exe", r"C:\Windows\System32\wbem\provider.mof"),
    ("netsh.exe", "trace postreset"),
];

/// Exit codes of success: 0, ERROR_SUCCESS_REBOOT_INITIATED and ERROR_SUCCESS_REBOOT_REQUIRED.
const WELL: &[u32] = &[0, 1641, 3010];
/// Exit codes of failure, after which the worker goes on.
const BADLY: &[u32] = &[1, 5];

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for (codes, goes_on) in [(WELL, false), (BADLY, true)] {
        let mut boot = without_failing(given.boot);
        let Some((worker, at)) = at_the_failure(given.boot, sign) else { continue };
        let begin = at.saturating_sub(ROOM);
        // Of a program that a log says failed, by name or by exit code, the error may be why.
        let is_told =
            |words: &str| given.boot.logs.iter().any(|(_, log)| String::from_utf8_lossy(log).contains(words));
        let programs: Vec<_> = PROGRAMS.iter().copied().filter(|(name, _)| !is_told(name)).collect();
        let is_other = |code: &u32| !is_told(&format!("Process exit code {code} "));
        let codes: Vec<u32> = codes.iter().copied().filter(is_other).collect();
        if programs.is_empty() || codes.is_empty() {
            continue;
        }
        let (name, arguments) = rng.pick(&programs);
        let program = Program::of_system(name, arguments);
        let child = boot.tape.start(&program, worker, worker.process, begin)?;
        let error = unusual::any(rng);
        let mut hand = Hand::new(&mut boot.tape, child, begin + MILLISECOND);
        hand.open(&program.image, Open::READ, SUCCESS)?;
        error.meet(&mut hand)?;
        let end = hand.now + MILLISECOND;
        let code = rng.pick(&codes);
        boot.tape.end(child, code, end)?;
        if goes_on {
            let mut hand = Hand::new(&mut boot.tape, worker, end + MILLISECOND);
            for number in 0..rng.between(2, 6) {
                let value =
                    format!(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State{number}\Done");
                hand.set_value(&value, Value::Dword(1), SUCCESS)?;
            }
        }
        let then = if goes_on { ", and the worker goes on" } else { "" };
        let what =
            format!("{} with 0x{:08X} in {name} that ends with {code}{then}", error.what, error.status);
        traps.push(trap(&boot, what, given.with_logs)?);
    }
    Ok(traps)
}
