//! The command `trials calibrate`.

use std::{ops::Range, path::PathBuf};

use anyhow::Result;
use diagnosis::Rules;
use rayon::prelude::*;

use super::table::{Point, Table};
use crate::{
    range,
    traps::{self, Boot, Given},
};

/// Kinds of traps that calibrate: those that need nothing invented.
const KINDS: &[&str] = &["as it is", "knock-out", "planted-sign", "foreign-log"];

/// Finds, for each situation, the score from which on at most 1 % of the names are wrong
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
                for situation in ["trace alone", "with logs", "with baseline"] {
                    let with_logs = situation == "with logs";
                    let beside = baseline.filter(|_| situation == "with baseline");
                    if with_logs && boot.logs.is_empty() || situation == "with baseline" && beside.is_none() {
                        continue;
                    }
                    let given = Given { boot, other: traps::lender(&boots, at), with_logs };
                    for (_, _, sprung) in traps::spring_all(&given, KINDS, beside, &rules)? {
                        points.push(Point {
                            situation,
                            scenario: boot.scenario.clone(),
                            score: sprung.named.as_ref().map(|named| named.score),
                            is_wrong: sprung.is_wrong,
                            has_right: sprung.has_right,
                        });
                    }
                }
                Ok(points)
            })
            .collect::<Result<_>>()?;
        let table = Table(points.into_iter().flatten().collect()).to_string();
        match &self.output {
            Some(path) => std::fs::write(path, table)?,
            None => print!("{table}"),
        }
        Ok(())
    }
}
