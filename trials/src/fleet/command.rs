//! The command `trials fleet`.

use std::{collections::BTreeMap, ops::Range};

use anyhow::Result;
use diagnosis::{Rules, Weights};
use rayon::prelude::*;
use sample_traces::Rng;

use super::{
    case::Case,
    counts::Counts,
    innocent::SPREADS,
    machines::{CAUSES, Machines, Make, Update},
    sum::Sum,
};
use crate::range;

/// Makes fleets of machines that install one update, and shows what their counts do to the answers of other cases
#[derive(Debug, clap::Args)]
pub struct Fleet {
    /// Seeds of the updates, from..to. Each way in which innocent errors are spread takes its turn
    #[arg(long, default_value = "600..612", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise in a boot, about
    #[arg(long, default_value_t = 300)]
    noise: u32,
    /// Machines of an update that fail with each cause; the largest fleet has four times as many boots
    #[arg(long, default_value_t = 50)]
    machines: u64,
    /// Cases of each cause of an update
    #[arg(long, default_value_t = 1)]
    cases: u64,
    /// Try other weights than the built-in ones too
    #[arg(long)]
    weights: bool,
}

const SIZES: &[usize] = &[3, 10, 40, 200];
const SAME: &[usize] = &[5, 25, 100];
const HEALTHY_TOO: &[f64] = &[0.0, 2.0, 4.0, 8.0, 12.0];
const FAILING_ONLY: &[f64] = &[0.0, 1.5, 3.0, 6.0];

/// What rows of the tables are about, by table and row.
type Sums = BTreeMap<(usize, usize), (String, Sum)>;

const TABLES: &[&str] = &[
    "weights: healthy too, failing only",
    "the same where a quarter of the healthy boots had failed",
    "boots of the fleet",
    "failing boots with the same cause",
    "innocent error",
];

impl Fleet {
    /// Makes the fleets, asks about the cases and prints the tables.
    ///
    /// # Errors
    /// Where a boot cannot be made.
    pub fn run(&self) -> Result<()> {
        let rules = Rules::built_in();
        let mut all = Sums::new();
        for seed in self.seeds.clone() {
            let at = usize::try_from(seed).unwrap_or(0) % SPREADS.len();
            let Some(spread) = SPREADS.get(at) else { continue };
            let update = Update { seed, spread, noise: self.noise };
            let machines = Machines::new(&update, self.machines, &rules)?;
            let numbers = |cause: usize| (0..self.cases).map(move |n| (cause, n));
            let asked: Vec<(usize, u64)> = (0..CAUSES.len()).flat_map(numbers).collect();
            let sums =
                asked.into_par_iter().map(|(cause, n)| self.ask(&update, at, &machines, cause, n, &rules));
            for sums in sums.collect::<Result<Vec<Sums>>>()? {
                merge(&mut all, sums);
            }
            eprintln!("{seed}: {}", spread.name);
        }
        print(&all);
        Ok(())
    }

    /// Asks about one machine, with its log and without, and with its failing operation and without.
    fn ask(
        &self,
        update: &Update,
        spread: usize,
        machines: &Machines,
        cause: usize,
        number: u64,
        rules: &Rules,
    ) -> Result<Sums> {
        let mut sums = Sums::new();
        let boot = update.boot(CAUSES[cause], 9_000 + number)?;
        let mut without = boot.clone();
        without.knock_out();
        let mut rng = Rng::new(update.seed).fork(&format!("{cause} {number}"));
        let fleets: Vec<(usize, usize, bool, Vec<_>)> = [false, true]
            .into_iter()
            .flat_map(|mislabelled| SIZES.iter().map(move |boots| (mislabelled, boots)))
            .flat_map(|(mislabelled, boots)| SAME.iter().map(move |same| (mislabelled, *boots, *same)))
            .map(|(mislabelled, boots, same)| {
                let fleet = machines.fleet(cause, Make { boots, same, mislabelled }, &mut rng);
                (boots, same, mislabelled, fleet)
            })
            .collect();
        for (boot, with_logs) in [(&boot, false), (&boot, true), (&without, false), (&without, true)] {
            let case = Case::new(boot, with_logs)?;
            let timeline = case.timeline();
            let alone = case.ask(&timeline, None, rules);
            let mut add = |table, row, name: String, among| {
                sums.entry((table, row)).or_insert_with(|| (name, Sum::default())).1.add(
                    &alone,
                    &among,
                    case.has_right(),
                );
            };
            for (boots, same, mislabelled, fleet) in &fleets {
                let grid = grid().filter(|(_, weights)| self.weights || *weights == Weights::BUILT_IN);
                for (row, weights) in grid {
                    let counts = Counts { boots: fleet, weights };
                    let among = case.ask(&timeline, Some(&counts), rules);
                    let name = format!("{}, {}", weights.healthy_too, weights.failing_only);
                    add(usize::from(*mislabelled), row, name, among);
                    if weights != Weights::BUILT_IN {
                        continue;
                    }
                    if !mislabelled {
                        add(2, *boots, boots.to_string(), among);
                        add(3, *same, format!("{same} %"), among);
                        add(4, spread, update.spread.name.to_owned(), among);
                        add(4, spread + SPREADS.len(), format!("{}: alone", update.spread.name), alone);
                    }
                }
            }
        }
        Ok(sums)
    }
}

/// All weights that are tried.
fn grid() -> impl Iterator<Item = (usize, Weights)> {
    let weights = |healthy_too: &f64| {
        let healthy_too = *healthy_too;
        FAILING_ONLY.iter().map(move |failing_only| Weights { healthy_too, failing_only: *failing_only })
    };
    HEALTHY_TOO.iter().flat_map(weights).enumerate()
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
