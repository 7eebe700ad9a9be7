//! `bootrace slice`: a smaller log with the events that matter, for a colleague or a case.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use pml_reader::{PmlFile, write::write_subset};
use rayon::prelude::*;
use timeline::query::{Filter, Scratch};

/// Writes a smaller Process Monitor log with the events that you choose
///
/// The events are copied as they are, with their stacks and sequence numbers; the processes that they need come along
/// with their modules and icons. Process Monitor and every other reader of PML files open the result. The input is only
/// read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace slice boot.pml -o small.pml --where 'process-name is TiWorker.exe'
  bootrace slice boot.pml -o denied.pml --where 'result is ACCESS DENIED'
  bootrace slice boot.pml -o cpu.pml --where 'path contains cpu.inf' --where 'result is-not SUCCESS'
  bootrace slice boot.pml -o quiet.pml --where 'event-class is-not Profiling'
  bootrace slice boot.pml -o minute.pml --from 15:58:00 --to 15:59:00

Filters are Process Monitor's: several on one column are alternatives, different columns must all
hold, is-not and excludes take away. `bootrace events` takes the same ones and shows what they choose.

Exit codes: 0 done; 2 the log could not be read, or the new one not written.")]
pub(crate) struct Args {
    /// Process Monitor log (.pml)
    #[arg(value_name = "IN.pml")]
    input: PathBuf,

    /// The log to write; a file that is there is replaced once the new one is whole
    #[arg(short, long, value_name = "OUT.pml")]
    output: PathBuf,

    /// Keep events where COLUMN RELATION VALUE holds; may be given more than once
    #[arg(long = "where", value_name = "EXPR")]
    filters: Vec<String>,

    /// Keep events from this time on: 2024-10-02T15:58:05.5Z, 15:58:05 (UTC), or +12.5s after the first event
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Keep events up to this time, itself included
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let filter = Filter::parse(&args.filters)?.between(args.from.as_deref(), args.to.as_deref())?;
    let input = args.input.display();
    let file = PmlFile::open(&args.input).with_context(|| format!("{input} cannot be read"))?;
    for problem in file.problems() {
        eprintln!("bootrace: {input}: {problem}");
    }
    let chosen = choose(&file, &filter);
    let mut part = Part::beside(&args.output, &args.input)?;
    let (_, subset) = write_subset(&file, chosen.iter().map(|i| *i as usize), &mut part.file)
        .with_context(|| format!("{} cannot be written", args.output.display()))?;
    part.rename(&args.output)?;
    eprintln!(
        "{}: {} of {} events, {} of {} processes",
        args.output.display(),
        subset.events,
        file.len(),
        subset.processes,
        file.processes().len()
    );
    if subset.damaged > 0 {
        eprintln!("bootrace: {input}: {} events are damaged and were left out", subset.damaged);
    }
    Ok(ExitCode::SUCCESS)
}

/// Numbers of the events that pass, rising; those of damaged events too, which the copying leaves out and counts.
fn choose(file: &PmlFile, filter: &Filter) -> Vec<u32> {
    // A log counts its events in 32 bits.
    (0..file.header().event_count)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, i| {
            file.event(i as usize).map_or(true, |e| filter.wants(&e, scratch)).then_some(i)
        })
        .flatten_iter()
        .collect()
}

/// The output while it is not whole: a file beside it, which goes away unless it is renamed.
struct Part {
    path: PathBuf,
    file: File,
    whole: bool,
}

impl Part {
    fn beside(output: &Path, input: &Path) -> anyhow::Result<Self> {
        let shown = output.display();
        if output.as_os_str() == "-" {
            bail!(
                "a log cannot be written to standard output, its header is written last; give a file to -o"
            );
        }
        if let (Ok(a), Ok(b)) = (fs::canonicalize(output), fs::canonicalize(input))
            && a == b
        {
            bail!("{shown} is the log that is read; give another file to -o");
        }
        let Some(name) = output.file_name().filter(|_| !output.is_dir()) else {
            bail!("{shown} is a folder; give a file to -o");
        };
        let mut part = name.to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let path = output.with_file_name(part);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self { path, file, whole: false })
    }

    fn rename(mut self, output: &Path) -> anyhow::Result<()> {
        self.file.sync_all().with_context(|| format!("{} cannot be written", self.path.display()))?;
        fs::rename(&self.path, output).with_context(|| format!("{} cannot be replaced", output.display()))?;
        self.whole = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.whole {
            // Nothing is lost where it cannot be removed.
            let _ = fs::remove_file(&self.path);
        }
    }
}
