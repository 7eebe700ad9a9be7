//! The command `trials evaluate`.

use std::{ops::Range, path::PathBuf};

use anyhow::Result;
use diagnosis::Rules;
use rayon::prelude::*;
use sample_traces::{EtlForm, Options, SCENARIOS, Scenario};

use super::{Judged, judge, real_logs, scenarios, table, under};
use crate::range;

/// Asks the diagnosis about traces whose cause is known, and prints how often it is right
#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// Seeds of the scenarios, from..to; weights were tuned on 1..4, all others are unseen
    #[arg(long, default_value = "100..104", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise, about
    #[arg(long, default_value_t = 5_000)]
    noise: u32,
    /// Write the scenarios as ETW traces with these events, not as logs of Process Monitor
    #[arg(long, value_enum, value_name = "EVENTS")]
    etl: Option<EtlForm>,
    /// Only scenarios whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// A folder of folders with traces, logs and a label.json each, instead of the scenarios
    #[arg(long)]
    folder: Vec<PathBuf>,
    /// A folder of real Process Monitor logs without a failed update
    #[arg(long)]
    real: Vec<PathBuf>,
    /// A row for every scenario
    #[arg(long)]
    each: bool,
    /// Print the wrong answers
    #[arg(long)]
    wrong: bool,
}

impl Evaluate {
    /// Judges all cases and prints the table.
    ///
    /// # Errors
    /// A folder that cannot be read, and a trace that cannot be made.
    pub fn run(&self) -> Result<()> {
        let rules = Rules::built_in();
        let mut cases = Vec::new();
        for folder in &self.folder {
            cases.extend(under(folder)?);
        }
        for folder in &self.real {
            cases.extend(real_logs(folder)?);
        }
        cases.retain(|c| c.truth.scenario.contains(&self.only));
        let mut judged: Vec<Judged> = cases.par_iter().map(|case| judge(case, &rules)).collect();
        if self.folder.is_empty() {
            judged.extend(self.scenarios(&rules)?);
        }
        if self.wrong {
            for one in &judged {
                print!("{}", one.complaint());
            }
        }
        print!("{}", table(&judged, self.each));
        Ok(())
    }

    /// The scenarios, with their log and without. Each trace is removed when it has been judged.
    fn scenarios(&self, rules: &Rules) -> Result<Vec<Judged>> {
        let chosen = SCENARIOS.iter().filter(|s| s.name.contains(&self.only));
        let asked: Vec<(&'static Scenario, u64, bool)> = chosen
            .flat_map(|s| self.seeds.clone().flat_map(move |seed| [(s, seed, false), (s, seed, true)]))
            .collect();
        asked
            .into_par_iter()
            .map(|(scenario, seed, with_log)| {
                let folder = tempfile::tempdir()?;
                // Machines of both pointer sizes.
                let options = Options { seed, is_64bit: seed % 3 != 0, noise: self.noise };
                let case = scenarios(scenario, options, folder.path(), self.etl, with_log)?;
                Ok(judge(&case, rules))
            })
            .collect()
    }
}
