//! `bootrace fleet add`: cases into the database.

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode, thread, time::Duration};

use anyhow::{Context as _, bail};
use fleet::{Options, Step, Store};
use indicatif::{ProgressBar, ProgressStyle};

use crate::words::said as say;

/// Analyses cases and adds them to a database
///
/// A file is a case: a bundle, a log, a trace. A folder that directly holds a file other than a .zip is one case. A
/// folder of .zip files and folders is a collection: each .zip and each folder in it is a case. Worker processes
/// analyse the cases, so a bad case becomes a row with its error and stops nothing. The command leaves out a case that
/// the database holds, by the hash of its content. You can stop it and start it again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace fleet add bundles --db fleet.db
  bootrace fleet add PC-1.zip PC-2.zip day-3 --db fleet.db --redact
  bootrace fleet add good --db fleet.db --healthy

Exit codes: 0 done, also where cases could not be analysed; 2 a case cannot be found, or the database
cannot be written.")]
pub(crate) struct Args {
    /// Bundles, logs, traces, folders of them
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<PathBuf>,

    #[command(flatten)]
    database: super::Database,

    /// The cases are boots with a successful update
    #[arg(long)]
    healthy: bool,

    /// Store hashes instead of names of machines and users
    #[arg(long)]
    redact: bool,

    /// Cases at a time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Seconds that a case may take
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    timeout: NonZeroUsize,

    /// Memory that a case may take, in MiB
    #[arg(long, value_name = "MIB", default_value = "2048")]
    memory: NonZeroUsize,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let cases = fleet::find(&args.cases)?;
    if cases.is_empty() {
        bail!(say::NO_CASES.plain());
    }
    let mut store = Store::create(&args.database.db)?;
    let program = std::env::current_exe().with_context(|| say::OWN_PATH.plain())?;
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let memory = u64::try_from(args.memory.get())?.saturating_mul(1 << 20);
    let worker = ["fleet", "worker", "--memory"].map(ToOwned::to_owned).into_iter();
    let options = Options {
        jobs: args.jobs.unwrap_or(cores).get(),
        timeout: Duration::from_secs(u64::try_from(args.timeout.get())?),
        memory,
        healthy: args.healthy,
        redact: args.redact,
        worker: (program, worker.chain([memory.to_string()]).collect()),
    };
    let bar = bar(cases.len());
    let sum = fleet::add(&mut store, cases, &options, |step| {
        if let Step::Failed { name, reason } = step {
            bar.suspend(|| tell!("bootrace: {}: {}", reports::visible(name), reports::visible(reason)));
        }
        bar.inc(1);
    });
    bar.finish_and_clear();
    let sum = sum?;
    tell!("bootrace: {}", say::CASES_ADDED.with(&[&sum.added, &sum.known, &sum.failed]));
    Ok(ExitCode::SUCCESS)
}

/// Drawn where standard error is a terminal.
fn bar(cases: usize) -> ProgressBar {
    let bar = ProgressBar::new(cases as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {per_sec} {elapsed} / {eta}") {
        bar.set_style(style);
    }
    bar
}
