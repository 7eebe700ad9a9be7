//! The command `trials fleet`.

use std::{collections::BTreeMap, ops::Range};

use anyhow::Result;
use diagnosis::{FLEET_WEIGHT, Rules};
use rayon::prelude::*;
use sample_traces::{Outcome, Rng, SCENARIOS};

use super::{
    case::{Answer, Case},
    counts::Counts,
    innocent::SPREADS,
    machines::{Machines, Update, healthy},
    sum::Sum,
};
use crate::range;

/// Makes fleets of machines that install one update, and shows what their counts do to the answers of other cases
#[derive(Debug, clap::Args)]
pub struct Fleet {
    /// Seeds of the updates, from..to. Each way in which innocent errors are spread takes its turn
    #[arg(long, default_value = "600..620", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise in a boot, about
    #[arg(long, default_value_t = 300)]
    noise: u32,
    /// Only causes whose scenario's name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Weights to be tried beside the built-in one
    #[arg(long, value_delimiter = ',', default_value = "0,1,2,3,4,6,8,12")]
    weights: Vec<f64>,
}

/// Healthy boots of a fleet.
const SIZES: &[usize] = &[3, 10, 40, 150];
/// The machine of a case is in no fleet.
const CASE: u64 = 9_000;

/// What the rows of the tables are about, by table and row.
type Sums = BTreeMap<(usize, usize), (String, Sum)>;

const TABLES: &[&str] = &[
    "weight",
    "weight, where a quarter of the healthy boots had failed",
    "healthy boots in the fleet",
    "innocent error",
];

impl Fleet {
    /// Makes the fleets, asks about the cases and prints the tables.
    ///
    /// # Errors
    /// Where a boot cannot be made. That a fleet gave a wrong name is one too.
    pub fn run(&self) -> Result<()> {
        let rules = Rules::built_in();
        let causes: Vec<&str> = SCENARIOS
            .iter()
            .filter(|s| s.outcome() == Outcome::FailingOperation && s.name.contains(&self.only))
            .map(|s| s.name)
            .collect();
        let most = SIZES.iter().copied().max().unwrap_or(0) as u64;
        let mut all = Sums::new();
        for seed in self.seeds.clone() {
            let at = usize::try_from(seed).unwrap_or(0) % SPREADS.len();
            let Some(spread) = SPREADS.get(at) else { continue };
            let update = Update { seed, spread, noise: self.noise };
            let healthy = healthy(&update, most, &rules)?;
            let sums = causes.par_iter().map(|cause| {
                let machines = Machines::beside(&healthy, &update, cause, &rules)?;
                self.ask(&update, at, cause, &machines, &rules)
            });
            for sums in sums.collect::<Result<Vec<Sums>>>()? {
                merge(&mut all, sums);
            }
        }
        print(&all);
        let wrong: usize = all.range(..(2, 0)).map(|(_, (_, sum))| sum.new_wrong).sum();
        anyhow::ensure!(wrong == 0, "fleets gave {wrong} wrong names");
        Ok(())
    }

    /// Asks about one machine, with its log and without, and with its failing operation and without.
    fn ask(
        &self,
        update: &Update,
        spread: usize,
        cause: &str,
        machines: &Machines,
        rules: &Rules,
    ) -> Result<Sums> {
        let mut sums = Sums::new();
        let boot = update.boot(cause, CASE)?;
        let mut without = boot.clone();
        without.knock_out();
        let mut rng = Rng::new(update.seed).fork(cause);
        let sorts = [false, true].into_iter().flat_map(|wrong| SIZES.iter().map(move |size| (*size, wrong)));
        let fleets: Vec<_> =
            sorts.map(|(size, wrong)| (size, wrong, machines.fleet(size, wrong, &mut rng))).collect();
        for (boot, with_logs) in [(&boot, false), (&boot, true), (&without, false), (&without, true)] {
            let case = Case::new(boot, with_logs)?;
            let timeline = case.timeline();
            let alone = case.ask(&timeline, None, rules);
            let mut add = |table, row, name: String, answer: &Answer| {
                let (_, sum) = sums.entry((table, row)).or_insert_with(|| (name, Sum::default()));
                sum.add(&alone, answer, case.has_right());
            };
            for (size, wrong, boots) in &fleets {
                let ask = |weight| case.ask(&timeline, Some(&Counts { boots, weight }), rules);
                for (row, weight) in self.weights.iter().enumerate() {
                    add(usize::from(*wrong), row, weight.to_string(), &ask(*weight));
                }
                if !wrong {
                    let answer = ask(FLEET_WEIGHT);
                    add(2, *size, size.to_string(), &answer);
                    let name = update.spread.name;
                    add(3, 2 * spread, format!("{name}: no fleet"), &alone);
                    add(3, 2 * spread + 1, format!("{name}: beside a fleet"), &answer);
                }
            }
        }
        Ok(sums)
    }
}

fn merge(into: &mut Sums, from: Sums) {
    for (at, (name, sum)) in from {
        let own = into.entry(at).or_insert_with(|| (name, Sum::default()));
        own.1 = own.1.merge(&sum);
    }
}

fn print(sums: &Sums) {
    for (table, heading) in TABLES.iter().enumerate() {
        println!("{}", Sum::heading(heading).trim_end());
        for (_, (name, sum)) in sums.range((table, 0)..(table + 1, 0)) {
            print!("{}", sum.row(name));
        }
        println!();
    }
}
