//! `bootrace compare`: a few attempts at an update side by side.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use diagnosis::{Attempt, Rules};
use reports::{attempts::AttemptsReport, model::Report, text::TextOptions};
use timeline::Case;

use super::{reading, report, terminal};
use crate::lang;
use crate::words::said as say;

/// Compares several attempts at an update: shared failures, other failures, and changes between them
///
/// The attempts are usually of one machine. Give them in their order, each as one file, folder or .zip file. A
/// failure is an object, an operation, a code, an installer, a driver or a service. A change is a package, the
/// start type of a service, a driver or its version.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace compare 0904.zip 1102.zip
  bootrace compare 0904.zip 1102.zip 1120.zip -o attempts.html
  bootrace compare 0904.zip 1102.zip --format json | jq .shared

Exit codes: 0 done, whether they share a failure or not; 2 an attempt could not be read, or the file
could not be written.")]
pub(crate) struct Args {
    /// The attempts in their order: a file, a folder or a .zip file each
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<PathBuf>,

    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// text, json or html [default: what -o ends with, else text]
    #[arg(long, value_enum)]
    format: Option<Form>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Text,
    Json,
    Html,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "html" => Some(Self::Html),
            "json" => Some(Self::Json),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.cases.len() < 2 {
        bail!(say::TOO_FEW.plain());
    }
    let file = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    let form = args.format.or_else(|| Form::of(file?)).unwrap_or(Form::Text);
    let progress = report::spinner();
    let rules = Rules::built_in();
    let mut attempts: Vec<(String, Report, Attempt)> = Vec::new();
    for path in &args.cases {
        progress.set_message(say::READING.plain());
        let case = Case::open(std::slice::from_ref(path));
        for error in &case.unreadable {
            progress.suspend(|| tell!("bootrace: {}", lang::of(&error.words())));
        }
        if case.inputs.is_empty() {
            bail!(say::NOTHING_READ_CASE.with(&[&path.display()]));
        }
        let timeline = reading::read(&case, &progress);
        progress.set_message(say::DIAGNOSING.plain());
        let diagnosis = diagnosis::diagnose(&timeline, &rules);
        let report = reports::report(&timeline, &diagnosis);
        attempts.push((path.display().to_string(), report, Attempt::of(&timeline, &diagnosis)));
    }
    progress.finish_and_clear();
    let attempts = AttemptsReport::new(&attempts);
    let lang = lang::chosen();
    let terminal = terminal::text_options(lang);
    let options =
        if file.is_some() { TextOptions { colour: false, width: None, ..terminal } } else { terminal };
    let text = match form {
        Form::Text => attempts.text(&options),
        Form::Json => attempts.json()?,
        Form::Html => attempts.page(lang)?,
    };
    match file {
        Some(file) => {
            std::fs::write(file, text).with_context(|| say::CANNOT_WRITE.with(&[&file.display()]))?;
            tell!("bootrace: {}", say::WROTE.with(&[&file.display()]));
        }
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
