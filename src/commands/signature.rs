//! `bootrace signature`: what a cause has in common on all machines.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use diagnosis::Rules;
use reports::model::Signature;
use serde::Serialize;
use timeline::Case;

use super::{reading, report, terminal};
use crate::lang;
use crate::words::said as say;

/// Prints an id that is the same for the same cause on every machine
///
/// Build, language, drive letters and users do not change the id, and it rarely depends on CBS.log. The command
/// lists each part, says whether the id contains it, and why. Each input is a case of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace signature case-4711.zip
  bootrace signature case-*.zip --format json | jq -r '.[].signature.id' | sort | uniq -c

Exit codes: 0 done; 2 a case could not be read.")]
pub(crate) struct Args {
    /// Cases: a file, a folder or a .zip file each
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<PathBuf>,

    /// text for people, json for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Text,
    Json,
}

/// A case and its signature, as JSON has it.
#[derive(Debug, Serialize)]
struct Row {
    case: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let rules = Rules::built_in();
    let progress = report::spinner();
    let mut rows = Vec::new();
    let mut unread = false;
    for path in &args.cases {
        progress.set_message(say::READING.plain());
        let case = Case::open(std::slice::from_ref(path));
        for error in &case.unreadable {
            progress.suspend(|| tell!("bootrace: {}", lang::of(&error.words())));
        }
        if case.inputs.is_empty() {
            progress.suspend(|| tell!("bootrace: {}", say::NOTHING_READ_CASE.with(&[&path.display()])));
            unread = true;
            continue;
        }
        let timeline = reading::read(&case, &progress);
        let diagnosis = diagnosis::diagnose(&timeline, &rules);
        let signature = reports::report(&timeline, &diagnosis).signature;
        rows.push(Row { case: path.display().to_string(), signature });
    }
    progress.finish_and_clear();
    let options = terminal::text_options(lang::chosen());
    let text = match args.format {
        Form::Json => reports::json::pretty(&rows)?,
        Form::Text => rows
            .iter()
            .map(|row| reports::text::signature(&row.case, row.signature.as_ref(), &options))
            .collect(),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(if unread { ExitCode::from(crate::FAILED) } else { ExitCode::SUCCESS })
}
