//! `bootrace fleet`: many cases in one database.

mod add;
mod export;
mod query;
mod report;

use std::{path::PathBuf, process::ExitCode};

/// Finds out which of many machines share a cause
///
/// `fleet add` analyses cases and keeps what their reports say in one SQLite file. The other commands answer from it.
/// Any SQLite tool can read the file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace fleet add bundles --db fleet.db      each bundle of the folder is a case
  bootrace fleet add good --db fleet.db --healthy
  bootrace fleet report --db fleet.db -o fleet.html
  bootrace report PC-4711.zip --fleet fleet.db  one case, compared with all others")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    Report(report::Args),
    Query(query::Args),
    Export(export::Args),
    /// Analyses the cases that come over standard input: what `fleet add` starts
    #[command(hide = true)]
    Worker {
        /// Bytes of memory
        #[arg(long)]
        memory: u64,
    },
}

/// The database, for each command that takes one.
#[derive(Debug, clap::Args)]
struct Database {
    /// The database
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Add(args) => add::run(args),
        Command::Report(args) => report::run(args),
        Command::Query(args) => query::run(args),
        Command::Export(args) => export::run(args),
        Command::Worker { memory } => {
            fleet::serve(*memory)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
