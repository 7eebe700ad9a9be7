//! Another thread of the worker meets an error that nothing makes up for, and does nothing more. The worker's own thread
//! works on and reports the failure.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, without_failing, worker_at};
use crate::traps::{
    acts::{ACCESS_DENIED, Hand, MILLISECOND, NAME_NOT_FOUND, Open, SHARING_VIOLATION},
    judge::Trap,
    tape::Actor,
};

/// An error that nothing cures.
type Error = (&'static str, fn(&mut Hand<'_>, &str) -> Result<()>);

const ERRORS: &[Error] = &[
    ("a file is refused", |hand, name| {
        hand.open(&format!(r"C:\Windows\System32\{name}.exe"), Open::WRITE, ACCESS_DENIED)
    }),
    ("a key is refused", |hand, name| {
        hand.create_key(&format!(r"HKLM\Software\Classes\CLSID\{name}"), 0xF_003F, ACCESS_DENIED)
    }),
    ("a driver's file is in use", |hand, name| {
        hand.open(&format!(r"C:\Windows\System32\drivers\{name}.sys"), Open::WRITE, SHARING_VIOLATION)
    }),
    ("a service is missing", |hand, name| {
        hand.open_key(&format!(r"HKLM\System\CurrentControlSet\Services\{name}"), 0x2_0019, NAME_NOT_FOUND)
    }),
];

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let Some((actor, ..)) = worker_at(&boot, sign) else { return Ok(Vec::new()) };
    let other = Actor { tid: actor.tid + 4 * rng.between32(60, 90), ..actor };
    let (what, meet) = rng.pick(ERRORS);
    let mut hand = Hand::new(&mut boot.tape, other, sign.saturating_sub(rng.between(20, 900) * MILLISECOND));
    hand.work(rng)?;
    meet(&mut hand, &rng.hash())?;
    Ok(vec![trap(&boot, format!("{what} on a thread that then rests"), given.with_logs)?])
}
