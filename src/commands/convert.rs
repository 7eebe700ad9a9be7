//! `bootrace convert`: a log that Process Monitor would not open, as one that it does.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use pml_reader::write::write_subset;

use super::{log, part::Part};
use crate::words::said as say;

/// Repairs a raw boot log (Procmon.pmb), or a Process Monitor log that was not closed cleanly
///
/// Process Monitor and other readers of PML files open the result. The input does not change. The layout of raw
/// boot logs comes from a public description. If the machine still runs, let Process Monitor save its boot log too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace convert Procmon.pmb -o boot.pml
  bootrace convert broken.pml -o mended.pml

Exit codes: 0 done; 2 the log could not be read, or the new one not written.")]
pub(crate) struct Args {
    /// Raw boot log (.pmb), or Process Monitor log (.pml)
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// The log to write; a file that is there is replaced once the new one is whole
    #[arg(short, long, value_name = "OUT.pml")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let input = args.input.display();
    let file = log::open(&args.input)?;
    let mut part = Part::beside(&args.output, &args.input)?;
    let (_, subset) = write_subset(&file, 0..file.len(), &mut part.file)
        .with_context(|| say::CANNOT_WRITE.with(&[&args.output.display()]))?;
    part.rename(&args.output)?;
    tell!("{}", say::COPIED.with(&[&args.output.display(), &subset.events, &subset.processes]));
    if subset.damaged > 0 {
        tell!("bootrace: {}", say::DAMAGED_EVENTS.with(&[&input, &subset.damaged]));
    }
    Ok(ExitCode::SUCCESS)
}
