//! `bootrace fleet export`: the database for other programs.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use fleet::Store;

use crate::words::said as say;

/// Writes the database for other programs
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true).multiple(true),
    after_help = "\
Examples:
  bootrace fleet export --db fleet.db --jsonl cases.jsonl
  bootrace fleet export --db fleet.db --ocsf events.jsonl
  bootrace fleet export --db fleet.db --parquet tables

Exit codes: 0 done; 2 the database cannot be read, or a file cannot be written."
)]
pub(crate) struct Args {
    #[command(flatten)]
    database: super::Database,

    /// One JSON line a case, with the column names of UCUpdateAlert of Windows Update for Business reports beside those of
    /// the database
    #[arg(long, value_name = "FILE", group = "what")]
    jsonl: Option<PathBuf>,

    /// One event of OCSF a line: Operating System Patch State, for cases that name an update, a build and a time
    #[arg(long, value_name = "FILE", group = "what")]
    ocsf: Option<PathBuf>,

    /// All tables as Parquet, one file each; for builds with the feature parquet
    #[arg(long, value_name = "DIR", group = "what")]
    parquet: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let store = Store::open(&args.database.db)?;
    if let Some(path) = &args.jsonl {
        file(path, |out| Ok(fleet::export::jsonl(&store, out)?))?;
    }
    if let Some(path) = &args.ocsf {
        let mut left_out = 0;
        file(path, |out| {
            left_out = fleet::export::ocsf(&store, out)?;
            Ok(())
        })?;
        if left_out > 0 {
            tell!("bootrace: {}", say::NO_EVENTS_OF.with(&[&left_out]));
        }
    }
    if let Some(folder) = &args.parquet {
        parquet(&store, folder)?;
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "parquet")]
fn parquet(store: &Store, folder: &Path) -> anyhow::Result<()> {
    fleet::export::parquet(store, folder)?;
    tell!("bootrace: {}", say::WROTE.with(&[&folder.display()]));
    Ok(())
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Store, _: &Path) -> anyhow::Result<()> {
    anyhow::bail!(say::NO_PARQUET.plain())
}

fn file(path: &Path, write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let refused = || say::CANNOT_WRITE.with(&[&path.display()]);
    let mut out = BufWriter::new(File::create(path).with_context(refused)?);
    write(&mut out)?;
    out.flush().with_context(refused)?;
    tell!("bootrace: {}", say::WROTE.with(&[&path.display()]));
    Ok(())
}
