//! The boots that traps are made of.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use rayon::prelude::*;
use sample_traces::{Outcome, SCENARIOS};

use super::boot::Boot;
use crate::{evaluate, independent};

/// The boots of both generators with these seeds, and those of the real logs in folders.
///
/// # Errors
/// Where boots cannot be made or read.
pub(crate) fn boots(
    seeds: &Range<u64>,
    noise: u32,
    only: &str,
    with_independent: bool,
    real: &[PathBuf],
) -> Result<Vec<Boot>> {
    let own: Vec<_> = SCENARIOS
        .iter()
        .filter(|s| s.name.contains(only))
        .flat_map(|s| seeds.clone().map(move |seed| (s, seed)))
        .collect();
    let mut boots: Vec<Boot> = own
        .into_par_iter()
        .map(|(scenario, seed)| Boot::own(scenario, seed, noise))
        .collect::<Result<_>>()?;
    if with_independent {
        let folder = tempfile::tempdir()?;
        independent::make(folder.path(), seeds, noise)?;
        let mut cases = evaluate::under(folder.path())?;
        cases.retain(|c| c.truth.scenario.contains(only));
        let read: Vec<Option<Boot>> = cases.par_iter().map(Boot::of_case).collect::<Result<_>>()?;
        boots.extend(read.into_iter().flatten());
    }
    for folder in real {
        for file in logs_in(folder)? {
            boots.push(Boot::real(&file)?);
        }
    }
    Ok(boots)
}

/// A boot of another machine whose update failed, with logs.
pub(crate) fn lender(boots: &[Boot], to: usize) -> Option<&Boot> {
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
