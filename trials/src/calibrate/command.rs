//! The command `trials calibrate`.

use std::{ops::Range, path::PathBuf};

use anyhow::Result;
use diagnosis::{Rules, Situation};
use rayon::prelude::*;

use super::table::{self, Point};
use crate::{
    range,
    traps::{self, Beside, Boot, Given},
};

/// Kinds of traps that calibrate: those that need nothing invented.
const KINDS: &[&str] = &["as it is", "knock-out", "planted-sign", "foreign-log"];

/// Counts right and wrong names by score: the table from which a report takes how often names like its own were wrong
#[derive(Debug, clap::Args)]
pub struct Calibrate {
    /// Seeds of the boots, from..to
    #[arg(long, default_value = "300..304", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise in a synthetic boot, about
    #[arg(long, default_value_t = 1_500)]
    noise: u32,
    /// A folder of real Process Monitor logs without a failed update, packed by xz or not
    #[arg(long)]
    real: Vec<PathBuf>,
    /// The file for the table. Without it, the table is printed
    #[arg(short, long)]
    output: Option<PathBuf>,
}

impl Calibrate {
    /// Springs the traps and returns the table.
    ///
    /// # Errors
    /// If boots cannot be made or read.
    pub fn run(&self) -> Result<()> {
        let rules = Rules::built_in();
        let boots = traps::boots(&self.seeds, self.noise, "", true, &self.real)?;
        let good: Vec<&Boot> = boots.iter().filter(|b| b.is_healthy() && b.from == "own").collect();
        let points: Vec<Vec<Point>> = (0..boots.len())
            .into_par_iter()
            .map(|at| {
                let Some(boot) = boots.get(at) else { return Ok(Vec::new()) };
                // A seed is a machine.
                let baseline = good.iter().find(|b| b.seed == boot.seed && boot.from == "own").copied();
                let mut points = Vec::new();
                for situation in Situation::all() {
                    let with_logs = situation == Situation::WithLogs;
                    let with_baseline = situation == Situation::WithBaseline;
                    let beside = match baseline {
                        Some(good) if with_baseline => Beside::GoodBoot(good),
                        None if with_baseline => continue,
                        _ => Beside::Nothing,
                    };
                    if with_logs && boot.logs.is_empty() {
                        continue;
                    }
                    let given = Given { boot, other: traps::lender(&boots, at), with_logs };
                    for (_, _, sprung) in traps::spring_all(&given, KINDS, beside, &rules)? {
                        points.push(Point {
                            situation,
                            scenario: boot.scenario.clone(),
                            score: sprung.named.as_ref().map(|named| named.score),
                            is_wrong: sprung.is_wrong,
                        });
                    }
                }
                Ok(points)
            })
            .collect::<Result<_>>()?;
        let points = points.concat();
        let left_out = Situation::all()
            .map(|situation| {
                let wrong = table::left_out(&points, situation);
                format!(
                    "# {}: {wrong} wrong names in scenarios left out of the calibration\n",
                    situation.name()
                )
            })
            .collect::<String>();
        let seeds = format!("{}..{}", self.seeds.start, self.seeds.end);
        let table = format!(
            "# Names in calibration cases: synthetic failing boots, and healthy boots both synthetic and real.\n\
             # Made by `trials calibrate`, seeds {seeds}.\n{left_out}{}",
            table::calibration(points.iter())
        );
        match &self.output {
            Some(path) => std::fs::write(path, table)?,
            None => print!("{table}"),
        }
        Ok(())
    }
}
