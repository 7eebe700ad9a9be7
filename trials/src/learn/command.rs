//! The command `trials learn`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use diagnosis::{NormCounts, NormKey, Norms};
use timeline::Case;

use super::trace;
use crate::traps::read_packed;

/// Counts what servicing meets in real traces of healthy machines, and adds it to the table of norms
#[derive(Debug, clap::Args)]
pub struct Learn {
    /// Folders of Process Monitor logs and ETW traces, packed by xz or not
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// The file of the table. If it exists, the counts are added to it
    #[arg(short, long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../diagnosis/data/norms.tsv"))]
    output: PathBuf,
    /// Make the table anew
    #[arg(long)]
    anew: bool,
}

impl Learn {
    /// Counts and writes the table.
    ///
    /// # Errors
    /// A folder or a table that cannot be read, a table that cannot be written.
    pub fn run(&self) -> Result<()> {
        let mut norms = match std::fs::read_to_string(&self.output) {
            Ok(text) if !self.anew => {
                Norms::parse(&text).with_context(|| self.output.display().to_string())?
            }
            _ => Norms::default(),
        };
        let mut files = Vec::new();
        for folder in &self.folders {
            find(folder, &mut files)?;
        }
        files.sort();
        // A machine that recorded several traces is one machine.
        let mut machines: BTreeMap<NormKey, BTreeSet<String>> = BTreeMap::new();
        for file in &files {
            let Some((machine, counts)) = learn(file)? else { continue };
            println!("{}: {} kinds of failures", file.display(), counts.len());
            for (key, counts) in counts {
                let is_new = machines.entry(key.clone()).or_default().insert(machine.clone());
                norms.add(key, NormCounts { machines: u64::from(is_new), ..counts });
            }
        }
        if let Some(folder) = self.output.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&self.output, norms.to_string()).with_context(|| self.output.display().to_string())?;
        println!("{}: {} rows", self.output.display(), norms.0.len());
        Ok(())
    }
}

/// The counts of a trace, and what distinguishes its machine from others. `None` if nothing of it can be read.
fn learn(file: &Path) -> Result<Option<(String, BTreeMap<NormKey, NormCounts>)>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(file.file_stem().unwrap_or_default());
    std::fs::write(&path, read_packed(file)?)?;
    let case = Case::open(&[path]);
    let Some(input) = case.inputs.first() else { return Ok(None) };
    let machine = input.source.machine().map_or_else(|| file.display().to_string(), |m| m.name);
    Ok(Some((machine, trace::count(&case))))
}

/// The traces in a folder and the folders below it.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".xz").unwrap_or(&name);
        if path.is_dir() {
            find(&path, files)?;
        } else if name.ends_with(".pml") || name.ends_with(".etl") {
            files.push(path);
        }
    }
    Ok(())
}
