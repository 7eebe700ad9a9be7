//! Another product's operations fail right before the sign, at servicing's own files. They did not make the update
//! fail.

use anyhow::Result;
use sample_traces::Rng;

use super::{Given, trap, without_failing};
use crate::traps::{
    acts::{ACCESS_DENIED, CANNOT_DELETE, Hand, MILLISECOND, Open, SHARING_VIOLATION},
    boot::SERVICING,
    judge::Trap,
};

/// Windows' own programs.
const SYSTEM: &[&str] = &["system", "registry", "smss.exe", "csrss.exe", "wininit.exe", "idle"];

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut boot = without_failing(given.boot);
    let names: Vec<String> =
        boot.tape.original().processes().map(|p| p.name().to_string().to_lowercase()).collect();
    let others: Vec<&str> =
        names.iter().map(String::as_str).filter(|n| !SERVICING.contains(n) && !SYSTEM.contains(n)).collect();
    let mut threads = boot.tape.threads(&others);
    threads.retain(|(_, from, to)| *from < sign && *to > sign);
    if threads.is_empty() {
        return Ok(Vec::new());
    }
    let (actor, ..) = rng.pick(&threads);
    let before = rng.between(4, 400) * MILLISECOND;
    let mut hand = Hand::new(&mut boot.tape, actor, sign.saturating_sub(before));
    let file = format!(r"C:\Windows\WinSxS\amd64_microsoft-windows-{}_none\file.dll", rng.hash());
    hand.open(&file, Open::WRITE, ACCESS_DENIED)?;
    hand.open(r"C:\Windows\WinSxS\pending.xml", Open::WRITE, SHARING_VIOLATION)?;
    hand.delete(r"C:\Windows\System32\drivers\usbport.sys", CANNOT_DELETE)?;
    hand.open_key(r"HKLM\COMPONENTS\DerivedData", 0xF_003F, ACCESS_DENIED)?;
    let who = boot.tape.program(actor.process);
    Ok(vec![trap(&boot, format!("{who} fails before the sign"), given.with_logs)?])
}
