//! The machines that install one update, and fleets of some of them.

use anyhow::Result;
use diagnosis::Rules;
use rayon::prelude::*;
use sample_traces::{Rng, SCENARIOS, Scenario};

use super::{counts::Told, innocent::Spread};
use crate::traps::{self, Boot};

/// What makes the update fail: an operation of each of servicing's parts, refused, in use, missing or without room. Some
/// healthy boots meet the first three as well, and servicing tries again.
pub(super) const CAUSES: &[&str] = &[
    "driver-queue-access-denied",
    "driver-file-denied",
    "poqexec-sharing-violation",
    "driver-inf-missing",
    "poqexec-rename-fails",
    "poqexec-source-missing",
    "container-layer-denied",
    "task-missing",
    "mof-disk-full",
    "installer-state-denied",
];

/// Boots in which the update goes through, without errors and with those that servicing cures.
const HEALTHY: &[&str] =
    &["healthy", "healthy-denied-then-retried", "healthy-sharing-then-retried", "healthy-delete-retried"];

/// Seeds of the machines of an update begin here; those of the cases come after.
const FIRST: u64 = 1_000;

/// What the boots of a fleet are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Make {
    /// How many there are. A quarter of them failed.
    pub(super) boots: usize,
    /// How many of a hundred of the failing ones have the cause of the case.
    pub(super) same: usize,
    /// Whether a quarter of the healthy boots failed with the cause of the case. Their traces end before that shows, and
    /// they were marked as healthy.
    pub(super) mislabelled: bool,
}

/// The boots of one update, by what became of them.
pub(super) struct Machines {
    healthy: Vec<Told>,
    /// By their causes.
    failing: Vec<Vec<Told>>,
    /// The same machines, in traces that end before the failure shows.
    cut: Vec<Vec<Told>>,
}

impl Machines {
    /// Makes so many machines that fail with each cause, and three times as many healthy ones.
    pub(super) fn new(of: &Update, machines: u64, rules: &Rules) -> Result<Self> {
        let told = |boots: Vec<Boot>, marked: bool| -> Result<Vec<Told>> {
            let told = boots.into_par_iter().map(|boot| {
                let folder = tempfile::tempdir()?;
                let case = traps::case(folder.path(), &boot.files(false)?)?;
                Ok(Told::new(&case, marked, rules))
            });
            Ok(told.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        };
        let seeds = FIRST..FIRST + machines;
        let boots = |name: &str| -> Result<Vec<Boot>> {
            seeds.clone().into_par_iter().map(|seed| of.boot(name, seed)).collect()
        };
        let mut healthy = Vec::new();
        for seed in FIRST..FIRST + 3 * machines {
            let at = usize::try_from(seed).unwrap_or(0) % HEALTHY.len();
            healthy.extend(HEALTHY.get(at).map(|name| (*name, seed)));
        }
        let healthy =
            healthy.into_par_iter().map(|(name, seed)| of.boot(name, seed)).collect::<Result<_>>()?;
        let (mut failing, mut cut) = (Vec::new(), Vec::new());
        for cause in CAUSES {
            let boots = boots(cause)?;
            cut.push(told(boots.iter().filter_map(before_its_sign).collect(), true)?);
            failing.push(told(boots, false)?);
        }
        Ok(Self { healthy: told(healthy, true)?, failing, cut })
    }

    /// A fleet beside a case of this cause.
    pub(super) fn fleet(&self, cause: usize, make: Make, rng: &mut Rng) -> Vec<&Told> {
        let failing = make.boots.div_ceil(4);
        let healthy = make.boots - failing;
        let same = (failing * make.same).div_ceil(100);
        let mislabelled = if make.mislabelled { healthy.div_ceil(4) } else { 0 };
        let others: Vec<&Told> =
            self.failing.iter().enumerate().filter(|(at, _)| *at != cause).flat_map(|(_, b)| b).collect();
        let own = |of: &'_ [Vec<Told>]| of.get(cause).map_or(0, Vec::len);
        debug_assert!(own(&self.failing) >= same && own(&self.cut) > 0);
        let mut boots = some(self.failing.get(cause).into_iter().flatten().collect(), same, rng);
        boots.extend(some(others, failing - same, rng));
        boots.extend(some(self.healthy.iter().collect(), healthy - mislabelled, rng));
        boots.extend(some(self.cut.get(cause).into_iter().flatten().collect(), mislabelled, rng));
        boots
    }
}

/// So many of them, none twice.
fn some<'t>(mut of: Vec<&'t Told>, most: usize, rng: &mut Rng) -> Vec<&'t Told> {
    let mut chosen = Vec::new();
    while chosen.len() < most && !of.is_empty() {
        chosen.push(of.swap_remove(rng.below(of.len() as u64) as usize));
    }
    chosen
}

/// The boot up to the first sign that the update failed.
fn before_its_sign(boot: &Boot) -> Option<Boot> {
    let sign = boot.sign_at()?;
    let mut boot = boot.clone();
    boot.tape.retain(|row| row.time < sign);
    Some(boot)
}

/// An update, and the innocent error that its machines meet.
pub(super) struct Update {
    pub(super) seed: u64,
    pub(super) spread: &'static Spread,
    pub(super) noise: u32,
}

impl Update {
    /// A boot of one of its machines.
    pub(super) fn boot(&self, scenario: &str, seed: u64) -> Result<Boot> {
        let scenario: Option<&'static Scenario> = SCENARIOS.iter().find(|s| s.name == scenario);
        let scenario = scenario.ok_or_else(|| anyhow::anyhow!("no such scenario"))?;
        let mut boot = Boot::of_update(scenario, seed, self.seed, self.noise)?;
        self.spread.plant(&mut boot, &self.spread.error(self.seed))?;
        Ok(boot)
    }
}
