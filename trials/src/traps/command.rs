//! The command `trials traps`.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use diagnosis::Rules;
use rayon::prelude::*;

use super::{
    boots::{boots, lender},
    judge::{Beside, Sprung, spring_all},
    kinds::Given,
    sum::Sum,
};
use crate::range;

/// Sets traps for the diagnosis: cases in which it may name nothing, or one operation alone
#[derive(Debug, clap::Args)]
pub struct Traps {
    /// Seeds of the boots, from..to
    #[arg(long, default_value = "200..202", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise in a synthetic boot, about
    #[arg(long, default_value_t = 1_500)]
    noise: u32,
    /// A folder of real Process Monitor logs without a failed update, packed by xz or not
    #[arg(long)]
    real: Vec<PathBuf>,
    /// Leave the independent generator out, which needs Python
    #[arg(long)]
    own: bool,
    /// Ask beside a fleet that speaks for all that may not be named, and against what may
    #[arg(long)]
    poisoned: bool,
    /// Only these kinds
    #[arg(long)]
    kind: Vec<String>,
    /// Only scenarios whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Print only the cases in which something wrong was named
    #[arg(long)]
    wrong: bool,
    /// A folder that gets the files of each case in which something wrong was named
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// A trap that was sprung.
struct Line {
    kind: String,
    text: String,
    sprung: Sprung,
}

impl Traps {
    /// Springs the traps, and prints a line for each and the sums.
    ///
    /// # Errors
    /// Where boots cannot be made or read. That something wrong was named is one too.
    pub fn run(&self) -> Result<()> {
        let rules = Rules::built_in();
        let boots = boots(&self.seeds, self.noise, &self.only, !self.own, &self.real)?;
        let asked: Vec<(usize, bool)> = (0..boots.len()).flat_map(|at| [(at, false), (at, true)]).collect();
        let lines: Vec<Vec<Line>> = asked
            .into_par_iter()
            .map(|(at, with_logs)| {
                let Some(boot) = boots.get(at) else { return Ok(Vec::new()) };
                self.spring(&Given { boot, other: lender(&boots, at), with_logs }, &rules)
                    .with_context(|| format!("{} {}", boot.scenario, boot.seed))
            })
            .collect::<Result<_>>()?;
        let mut sum = Sum::default();
        for line in lines.iter().flatten() {
            if !self.wrong || line.sprung.is_wrong {
                println!("{}", line.text);
            }
            sum.add(&line.kind, &line.sprung);
        }
        print!("\n{sum}");
        anyhow::ensure!(sum.wrong() == 0, "{} traps caught the diagnosis", sum.wrong());
        Ok(())
    }

    fn spring(&self, given: &Given<'_>, rules: &Rules) -> Result<Vec<Line>> {
        let boot = given.boot;
        let kinds: Vec<&str> = self.kind.iter().map(String::as_str).collect();
        let logs = if given.with_logs { "with logs" } else { "trace alone" };
        let mut lines = Vec::new();
        let beside = if self.poisoned { Beside::PoisonedFleet } else { Beside::Nothing };
        for (kind, trap, sprung) in spring_all(given, &kinds, beside, rules)? {
            let named = sprung.named.as_ref().map_or_else(
                || "nothing".to_owned(),
                |n| format!("{:?} {:.1} {}", n.level, n.score, n.words).to_lowercase(),
            );
            let verdict = if sprung.is_wrong { "WRONG" } else { "ok" };
            let text = format!(
                "{verdict:<6}{kind} {} {} {logs} [{}] {}: {named}",
                boot.from, boot.seed, boot.scenario, trap.what
            );
            if let Some(folder) = self.keep.as_ref().filter(|_| sprung.is_wrong) {
                let name = format!("{kind}-{}-{}-{logs}-{}", boot.scenario, boot.seed, lines.len());
                keep(&folder.join(name.replace(' ', "-")), &trap.files)?;
            }
            lines.push(Line { kind: format!("{kind}, {logs}"), text, sprung });
        }
        Ok(lines)
    }
}

fn keep(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
