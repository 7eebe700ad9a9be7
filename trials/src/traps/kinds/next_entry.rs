//! The worker meets an unusual error, and then begins the next entry of the driver queue. What fails there is not in
//! the trace.

use anyhow::Result;
use pml_reader::write::encode::Value;
use sample_traces::Rng;

use super::{Given, ROOM, trap, without_failing, worker_at};
use crate::traps::{acts::Hand, judge::Trap, unusual};

const QUEUE: &str =
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\DriverOperations";

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let Some(sign) = given.boot.sign_at() else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for (noted, words) in [(true, "noted"), (false, "not noted")] {
        let mut boot = without_failing(given.boot);
        let Some((actor, ..)) = worker_at(&boot, sign) else { continue };
        let error = unusual::any(rng);
        let mut hand = Hand::new(&mut boot.tape, actor, sign.saturating_sub(ROOM));
        error.meet(&mut hand)?;
        if noted {
            hand.note()?;
        }
        let entry = rng.between(2, 40);
        let identity = format!("{}.inf", rng.hash());
        hand.query_value(&format!(r"{QUEUE}\{entry}\Identity"), Some(Value::Sz(&identity)))?;
        let what = format!("{} with 0x{:08X}, {words}, then the next entry", error.what, error.status);
        traps.push(trap(&boot, what, given.with_logs)?);
    }
    Ok(traps)
}
