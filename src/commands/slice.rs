//! `bootrace slice`: a smaller log with the events that matter, for a colleague or a case.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use pml_reader::{PmlFile, write::write_subset};
use rayon::prelude::*;
use timeline::query::{Filter, Scratch};

use super::{part::Part, recovered};

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
    if let Some(words) = recovered(&file) {
        eprintln!("bootrace: {input}: {words}");
    }
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
    if subset.without_completion > 0 {
        eprintln!(
            "bootrace: {input}: what the completion added to {} events is cut off and was left out",
            subset.without_completion
        );
    }
    if subset.damaged > 0 {
        eprintln!("bootrace: {input}: {} events are damaged and were left out", subset.damaged);
    }
    Ok(ExitCode::SUCCESS)
}

/// Numbers of the events that pass, in order of time; those of damaged events too, which the copying leaves out and counts.
fn choose(file: &PmlFile, filter: &Filter) -> Vec<u32> {
    // A log counts its events in 32 bits.
    let count = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let mut chosen: Vec<u32> = (0..count)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, i| {
            file.event(i as usize).map_or(true, |e| filter.wants(&e, scratch)).then_some(i)
        })
        .flatten_iter()
        .collect();
    // A log lists its events by time, unless it is damaged.
    let time = |i: &u32| file.event(*i as usize).map_or(0, |e| e.time().0);
    if !chosen.is_sorted_by_key(time) {
        chosen.sort_by_key(time);
    }
    chosen
}
