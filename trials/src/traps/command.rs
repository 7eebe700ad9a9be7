//! The command `trials traps`.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use diagnosis::Rules;
use rayon::prelude::*;
use sample_traces::{Outcome, Rng, SCENARIOS};

use super::{
    boot::Boot,
    judge::{Sprung, spring},
    kinds::{Given, KINDS, Kind},
    sum::Sum,
};
use crate::{evaluate, independent, range};

/// Sets traps for the diagnosis: cases in which it may name nothing, or one operation alone
#[derive(Debug, clap::Args)]
pub struct Traps {
    /// Seeds of the boots, from..to
    #[arg(long, default_value = "200..202", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise in a made boot, about
    #[arg(long, default_value_t = 1_500)]
    noise: u32,
    /// A folder of real Process Monitor logs without a failed update, packed by xz or not
    #[arg(long)]
    real: Vec<PathBuf>,
    /// Leave the independent generator out, which needs Python
    #[arg(long)]
    own: bool,
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
        let boots = self.boots()?;
        let kinds: Vec<&Kind> =
            KINDS.iter().filter(|k| self.kind.is_empty() || self.kind.iter().any(|n| n == k.name)).collect();
        let asked: Vec<(usize, &Kind, bool)> = (0..boots.len())
            .flat_map(|at| kinds.iter().flat_map(move |kind| [(at, *kind, false), (at, *kind, true)]))
            .collect();
        let lines: Vec<Vec<Line>> = asked
            .into_par_iter()
            .map(|(at, kind, with_logs)| {
                let Some(boot) = boots.get(at) else { return Ok(Vec::new()) };
                let other = lender(&boots, at);
                self.set(kind, &Given { boot, other, with_logs }, &rules)
                    .with_context(|| format!("{} of {} {}", kind.name, boot.scenario, boot.seed))
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

    fn boots(&self) -> Result<Vec<Boot>> {
        let own: Vec<_> = SCENARIOS
            .iter()
            .filter(|s| s.name.contains(&self.only))
            .flat_map(|s| self.seeds.clone().map(move |seed| (s, seed)))
            .collect();
        let mut boots: Vec<Boot> = own
            .into_par_iter()
            .map(|(scenario, seed)| Boot::own(scenario, seed, self.noise))
            .collect::<Result<_>>()?;
        if !self.own {
            let folder = tempfile::tempdir()?;
            independent::make(folder.path(), &self.seeds, self.noise)?;
            let mut cases = evaluate::under(folder.path())?;
            cases.retain(|c| c.truth.scenario.contains(&self.only));
            let read: Vec<Option<Boot>> = cases.par_iter().map(Boot::of_case).collect::<Result<_>>()?;
            boots.extend(read.into_iter().flatten());
        }
        for folder in &self.real {
            for file in logs_in(folder)? {
                boots.push(Boot::real(&file)?);
            }
        }
        Ok(boots)
    }

    fn set(&self, kind: &Kind, given: &Given<'_>, rules: &Rules) -> Result<Vec<Line>> {
        let boot = given.boot;
        if given.with_logs && boot.logs.is_empty() {
            return Ok(Vec::new());
        }
        let topic = format!("{}{}{}", kind.name, boot.scenario, given.with_logs);
        let mut rng = Rng::new(boot.seed).fork(&topic);
        let mut lines = Vec::new();
        for trap in (kind.make)(given, &mut rng)? {
            let sprung = spring(&trap, rules)?;
            let logs = if given.with_logs { "with logs" } else { "trace alone" };
            let named = sprung.named.as_ref().map_or_else(
                || "nothing".to_owned(),
                |n| format!("{:?} {:.1} {}", n.level, n.score, n.words).to_lowercase(),
            );
            let verdict = if sprung.is_wrong { "WRONG" } else { "ok" };
            let text = format!(
                "{verdict:<6}{} {} {} {logs} [{}] {}: {named}",
                kind.name, boot.from, boot.seed, boot.scenario, trap.what
            );
            if let Some(folder) = self.keep.as_ref().filter(|_| sprung.is_wrong) {
                let name = format!("{}-{}-{}-{logs}-{}", kind.name, boot.scenario, boot.seed, lines.len());
                keep(&folder.join(name.replace(' ', "-")), &trap.files)?;
            }
            lines.push(Line { kind: format!("{}, {logs}", kind.name), text, sprung });
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

/// A boot of another machine whose update failed, with logs.
fn lender(boots: &[Boot], to: usize) -> Option<&Boot> {
    let boot = boots.get(to)?;
    // A seed is a machine of the own generator.
    let fits = |b: &&Boot| {
        let other = b.seed != boot.seed || b.from != boot.from;
        other && b.outcome == Outcome::FailingOperation && !b.logs.is_empty()
    };
    let (before, after) = boots.split_at(to);
    after.iter().chain(before).filter(fits).nth(to % 7)
}

/// The Process Monitor logs in a folder, packed or not.
fn logs_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
    files.retain(|f| {
        let name = f.to_string_lossy().to_lowercase();
        name.ends_with(".pml") || name.ends_with(".pml.xz")
    });
    files.sort();
    Ok(files)
}
