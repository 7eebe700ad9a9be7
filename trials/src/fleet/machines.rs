//! The machines that install one update, and fleets of some of them. Failing boots change no rank, so fleets have none.

use anyhow::{Context as _, Result};
use diagnosis::Rules;
use rayon::prelude::*;
use sample_traces::{Rng, scenario};

use super::{counts::Told, innocent::Spread};
use crate::traps::{self, Boot};

/// Boots in which the update goes through, without errors and with those that servicing cures.
const HEALTHY: &[&str] =
    &["healthy", "healthy-denied-then-retried", "healthy-sharing-then-retried", "healthy-delete-retried"];

/// Seeds of the machines of an update begin here.
const FIRST: u64 = 1_000;

/// The machines that may be in a fleet.
pub(super) struct Machines {
    /// Boots in which the update went through.
    healthy: Vec<Told>,
    /// Boots that failed with the cause of a case. Their traces end before that shows, and they were marked as healthy.
    mislabelled: Vec<Told>,
}

/// Makes so many machines of the update that are healthy.
pub(super) fn healthy(update: &Update, machines: u64, rules: &Rules) -> Result<Vec<Told>> {
    let seeds: Vec<(u64, &str)> = (FIRST..FIRST + machines).zip(HEALTHY.iter().copied().cycle()).collect();
    let boots = seeds.into_par_iter().map(|(seed, name)| told(&update.boot(name, seed)?, rules));
    Ok(boots.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn told(boot: &Boot, rules: &Rules) -> Result<Option<Told>> {
    let folder = tempfile::tempdir()?;
    let case = traps::case(folder.path(), &boot.files(false)?)?;
    Ok(Told::new(&case, rules))
}

impl Machines {
    /// The healthy machines, and a third as many that failed with this cause.
    pub(super) fn beside(healthy: &[Told], update: &Update, cause: &str, rules: &Rules) -> Result<Self> {
        let mut mislabelled = Vec::new();
        for seed in (FIRST..).take(healthy.len().div_ceil(3)) {
            let mut boot = update.boot(cause, seed)?;
            if let Some(sign) = boot.sign_at() {
                boot.tape.retain(|row| row.time < sign);
                mislabelled.extend(told(&boot, rules)?);
            }
        }
        Ok(Self { healthy: healthy.to_vec(), mislabelled })
    }

    /// A fleet of so many boots. A quarter of them had failed if `mislabelled`.
    pub(super) fn fleet(&self, boots: usize, mislabelled: bool, rng: &mut Rng) -> Vec<&Told> {
        let wrong = if mislabelled { boots.div_ceil(4) } else { 0 };
        let mut chosen = some(&self.mislabelled, wrong, rng);
        chosen.extend(some(&self.healthy, boots - wrong, rng));
        chosen
    }
}

/// So many of them, none twice.
fn some<'t>(of: &'t [Told], most: usize, rng: &mut Rng) -> Vec<&'t Told> {
    let mut left: Vec<&Told> = of.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < most && !left.is_empty() {
        chosen.push(left.swap_remove(rng.place(left.len())));
    }
    chosen
}

/// An update, and the innocent error that its machines meet.
pub(super) struct Update {
    pub(super) seed: u64,
    pub(super) spread: &'static Spread,
    pub(super) noise: u32,
}

impl Update {
    /// A boot of one of its machines.
    pub(super) fn boot(&self, name: &str, seed: u64) -> Result<Boot> {
        let scenario = scenario(name).context("no such scenario")?;
        let mut boot = Boot::of_update(scenario, seed, self.seed, self.noise)?;
        self.spread.plant(&mut boot, &self.spread.error(self.seed))?;
        Ok(boot)
    }
}
