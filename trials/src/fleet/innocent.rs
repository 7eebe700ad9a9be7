//! Errors that servicing meets and that make no update fail. Some boots of a fleet have them.

use anyhow::Result;
use sample_traces::Rng;

use crate::traps::{Actor, Boot, Hand, Met, WORKERS, at_the_failure, refused};

/// How an innocent error is spread over the machines of a fleet.
#[derive(Debug)]
pub(super) struct Spread {
    pub(super) name: &'static str,
    /// Whether it comes right before the failure. Otherwise servicing shows that it goes on.
    late: bool,
    /// Of a hundred boots: healthy ones that have it, and failing ones.
    percent: (u64, u64),
}

/// All ways. In the last one the failing machines have another driver, so healthy boots say nothing of the error.
pub(super) const SPREADS: &[Spread] = &[
    Spread { name: "on nearly all machines, long before", late: false, percent: (90, 90) },
    Spread { name: "on nearly all machines", late: true, percent: (90, 90) },
    Spread { name: "on some machines", late: true, percent: (30, 30) },
    Spread { name: "on failing machines alone", late: true, percent: (0, 100) },
];

impl Spread {
    /// The error that all machines of an update share.
    pub(super) fn error(&self, update: u64) -> Met {
        refused(&mut Rng::new(update).fork("innocent"))
    }

    /// Lets the boot meet the error if the machine is one of those that do.
    pub(super) fn plant(&self, boot: &mut Boot, error: &Met) -> Result<()> {
        let mut rng = Rng::new(boot.seed).fork(&format!("innocent {}", boot.scenario));
        let (healthy, failing) = self.percent;
        if rng.below(100) >= if boot.is_healthy() { healthy } else { failing } {
            return Ok(());
        }
        let Some((actor, from, failed)) = work(boot) else { return Ok(()) };
        // Room for the few rows of an error.
        let at = if self.late { failed.saturating_sub(ROOM) } else { from + (failed - from) / 3 };
        let mut hand = Hand::new(&mut boot.tape, actor, at);
        error.meet(&mut hand)?;
        if self.late { Ok(()) } else { hand.work(&mut rng) }
    }
}

/// Two milliseconds, in ticks.
const ROOM: u64 = 20_000;

/// The thread that does the update's work: since when, and when its failure comes. A healthy one has a late moment
/// instead.
fn work(boot: &Boot) -> Option<(Actor, u64, u64)> {
    let threads =
        WORKERS.iter().map(|name| boot.tape.threads(&[name])).find(|threads| !threads.is_empty())?;
    if let Some((actor, failed)) = boot.sign_at().and_then(|sign| at_the_failure(boot, sign)) {
        let (_, from, _) = boot.tape.threads(WORKERS).into_iter().find(|(own, ..)| *own == actor)?;
        return Some((actor, from, failed.max(from)));
    }
    let (actor, from, to) = threads.into_iter().max_by_key(|(_, from, to)| to - from)?;
    Some((actor, from, from + (to - from) * 4 / 5))
}

#[cfg(test)]
mod tests {
    use sample_traces::scenario;

    use super::{Boot, SPREADS};

    #[test]
    fn machines_meet_the_error_as_often_as_it_is_spread() {
        for spread in SPREADS {
            let met = |name: &str| {
                let machines = (0..40).filter(|seed| {
                    let mut boot = Boot::of_update(scenario(name).unwrap(), *seed, 600, 0).unwrap();
                    let before = boot.tape.rows().len();
                    spread.plant(&mut boot, &spread.error(600)).unwrap();
                    boot.tape.rows().len() > before
                });
                machines.count() as u64 * 100 / 40
            };
            let (healthy, failing) = (met("healthy"), met("mof-disk-full"));
            assert!(healthy.abs_diff(spread.percent.0) <= 15, "{}: {healthy} %", spread.name);
            assert!(failing.abs_diff(spread.percent.1) <= 15, "{}: {failing} %", spread.name);
        }
    }
}
