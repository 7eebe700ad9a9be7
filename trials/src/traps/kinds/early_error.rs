//! Servicing meets one error that no later success makes up for, long before the failure. It goes on with its work
//! for minutes.

use anyhow::Result;
use pml_reader::TICKS_PER_SECOND;
use sample_traces::Rng;

use super::{Given, trap, without_failing, worker_at};
use crate::traps::{
    acts::{ACCESS_DENIED, CANNOT_DELETE, Hand, NAME_NOT_FOUND, Open, SHARING_VIOLATION},
    judge::Trap,
};

/// Minutes between the error and the failure.
const MINUTES: u64 = 5;

/// An error that nothing cures, of an object with this name.
type Error = (&'static str, fn(&mut Hand<'_>, &str) -> Result<()>);

const ERRORS: &[Error] = &[
    ("a driver's file is denied", |hand, name| hand.open(&driver(name), Open::WRITE, ACCESS_DENIED)),
    ("a driver's file is missing", |hand, name| hand.open(&driver(name), Open::READ, NAME_NOT_FOUND)),
    ("a component's key is missing", |hand, name| {
        let key = format!(r"HKLM\COMPONENTS\DerivedData\Components\{name}");
        hand.open_key(&key, 0xF_003F, NAME_NOT_FOUND)
    }),
    ("a file is in use", |hand, name| {
        hand.open(&format!(r"C:\Windows\System32\{name}.dll"), Open::WRITE, SHARING_VIOLATION)
    }),
    ("a file cannot be deleted", |hand, name| {
        hand.delete(&format!(r"C:\Windows\WinSxS\Temp\{name}"), CANNOT_DELETE)
    }),
    ("a file cannot be moved", |hand, name| {
        let store = format!(r"C:\Windows\WinSxS\Temp\{name}");
        hand.rename(&store, &format!(r"C:\Windows\System32\{name}.dll"), ACCESS_DENIED)
    }),
];

fn driver(name: &str) -> String {
    format!(r"C:\Windows\System32\DriverStore\FileRepository\{name}.inf_amd64_{name}\{name}.sys")
}

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let (false, Some(sign)) = (given.with_logs, given.boot.sign_at()) else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let Some((actor, from, _)) = worker_at(&boot, sign) else { return Ok(Vec::new()) };
    let at = from + (sign - from) / 2;
    let pause = MINUTES * 60 * TICKS_PER_SECOND;
    boot.tape.stretch(at + 1, pause);
    let mut hand = Hand::new(&mut boot.tape, actor, at + 1 - pause);
    let (what, meet) = rng.pick(ERRORS);
    meet(&mut hand, &rng.hash())?;
    hand.work_until(rng, at)?;
    Ok(vec![trap(&boot, format!("{what}, {MINUTES} minutes before"), false)?])
}
