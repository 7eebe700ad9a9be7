//! `bootrace diff`: what the failing boot did that the good one did not.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::bail;
use diagnosis::Rules;
use reports::{
    model::Report,
    text::TextOptions,
    write::{Format, Output},
};
use timeline::Case;

use super::{
    report::{self, FormatArg, How},
    terminal,
};
use crate::lang;
use crate::words::said as say;

/// Shows how a failing boot differs from a good one
///
/// bootrace aligns the boots by phase and process role, not by time or process id. Volumes, users, component
/// versions and hashes, GUIDs and temporary names may differ. It compares all operations of servicing processes,
/// and the data that they read: registry values, sizes, attributes and versions of files. Of other processes it
/// compares only the failures.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace diff good.pml boot.pml
  bootrace diff good.zip case-4711.zip --lang zh-CN
  bootrace diff good.pml boot.pml --format json | jq .compare.rows
  bootrace diff good.pml boot.pml -o case-4711 --format compare,html

`bootrace report boot.pml --baseline good.pml` makes the report of the failing boot with the same
comparison in it.

Exit codes: 0 done, whether the two differ or not; 2 nothing could be read, or the comparison
could not be written.")]
pub(crate) struct Args {
    /// The good boot: a file, a folder or a .zip file
    #[arg(value_name = "GOOD")]
    good: PathBuf,

    /// The failing boot
    #[arg(value_name = "BAD")]
    bad: PathBuf,

    /// Folder for the files; one file where PATH ends like the one format asked for; `-` for standard output [default:
    /// standard output]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// What to write: the comparison as text, or the whole report with the comparison in it
    #[arg(long, value_delimiter = ',', value_enum, default_values = ["compare"])]
    format: Vec<FormatArg>,

    /// Compare the data that all processes read, not that of servicing alone
    #[arg(long)]
    all_data: bool,

    /// Leave out names of users, machines and domains
    #[arg(long)]
    redact: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let formats: Vec<Format> = args.format.iter().copied().map(Format::from).collect();
    let stdout = PathBuf::from("-");
    let output = args.output.as_ref().unwrap_or(&stdout);
    let output = Output::choose(Some(output), &args.bad, &formats)?;
    let progress = report::spinner();
    progress.set_message(say::READING.plain());
    let bad = Case::open(std::slice::from_ref(&args.bad));
    for error in &bad.unreadable {
        progress.suspend(|| tell!("bootrace: {}", lang::of(&error.words())));
    }
    if bad.inputs.is_empty() {
        bail!(say::NOTHING_READ_BAD.plain());
    }
    let good = report::open_baseline(std::slice::from_ref(&args.good), &progress)?;
    let how = How {
        rules: &Rules::built_in(),
        redact: args.redact,
        fleet: None,
        good: good.as_ref(),
        all_data: args.all_data,
        explain: None,
        notes: &[],
    };
    let lang = lang::chosen();
    let (report, _) = report::analyse(&bad, &how, &progress, |_| None)?;
    progress.finish_and_clear();
    if matches!(output, Output::Stdout(Format::Compare)) {
        print(&report, lang)?;
        return Ok(ExitCode::SUCCESS);
    }
    let written = reports::write::write(
        &report,
        &formats,
        &TextOptions { lang, ..TextOptions::default() },
        &output,
        None,
    )
    .map_err(say::not_written)?;
    for note in &written.notes {
        tell!("bootrace: {}", note.get(lang));
    }
    for file in &written.files {
        tell!("bootrace: {}", say::WROTE.with(&[&file.display()]));
    }
    Ok(ExitCode::SUCCESS)
}

/// With colours where a terminal shows it.
fn print(report: &Report, lang: reports::Lang) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(reports::text::compare(report, &terminal::text_options(lang)).as_bytes())?;
    stdout.flush()
}
