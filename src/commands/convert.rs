//! `bootrace convert`: a log that Process Monitor would not open, as one that it does.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use pml_reader::{PmlFile, pmb::Pmb, write::write_subset};

use super::{part::Part, recovered};

/// Writes a raw boot log (Procmon.pmb), or a Process Monitor log that was not closed cleanly, as a clean log
///
/// Process Monitor and every other reader of PML files open the result. The input is only read. The layout of raw boot logs is
/// known from a public description only: where the machine still runs, let Process Monitor save its boot log too.
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
    let file = open(&args.input).with_context(|| format!("{input} cannot be read"))?;
    let mut part = Part::beside(&args.output, &args.input)?;
    let (_, subset) = write_subset(&file, 0..file.len(), &mut part.file)
        .with_context(|| format!("{} cannot be written", args.output.display()))?;
    part.rename(&args.output)?;
    eprintln!("{}: {} events, {} processes", args.output.display(), subset.events, subset.processes);
    if subset.damaged > 0 {
        eprintln!("bootrace: {input}: {} events are damaged and were left out", subset.damaged);
    }
    Ok(ExitCode::SUCCESS)
}

/// The log; of a raw one what it is turned into, in a temporary file without a name.
fn open(path: &Path) -> anyhow::Result<PmlFile> {
    let mut magic = [0; 4];
    let is_pml = File::open(path)?.read_exact(&mut magic).is_ok() && &magic == b"PML_";
    if is_pml {
        let file = PmlFile::open(path)?;
        if let Some(words) = recovered(&file) {
            eprintln!("bootrace: {}: {words}", path.display());
        }
        return Ok(file);
    }
    let (file, pmb) = timeline::open_raw_boot_log(path)?;
    eprintln!("bootrace: {}: {}", path.display(), words(&pmb));
    Ok(file)
}

fn words(pmb: &Pmb) -> String {
    let drives: Vec<_> = pmb.drives.iter().map(|(volume, drive)| format!("{volume} = {drive}:")).collect();
    let assumed = if pmb.assumed_drive { " (assumed)" } else { "" };
    format!(
        "a raw boot log of a {}-bit system, read by a public description of its layout that no real file was held against: {} operations, \
         {} joined to their end; {}{assumed}; {} bytes are no record",
        if pmb.is_64bit { 64 } else { 32 },
        pmb.operations,
        pmb.joined,
        drives.join(", "),
        pmb.gap_bytes
    )
}
