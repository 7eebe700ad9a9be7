//! `bootrace fleet report`: the groups and what they share.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use fleet::Store;

use crate::lang;
use crate::words::said as say;

/// Shows which machines share a cause, and what else they share
///
/// Cases with one signature are a group. For each group the report gives the number of machines, their days, builds
/// and updates, and an example case with its next action. It also names what the group's machines share and the
/// others lack, if chance does not explain the counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace fleet report --db fleet.db -o fleet.html
  bootrace fleet report --db fleet.db           the largest groups on the terminal
  bootrace fleet report --db fleet.db --format json | jq '.groups[].id'

Exit codes: 0 done; 2 the database cannot be read, or the report cannot be written.")]
pub(crate) struct Args {
    #[command(flatten)]
    database: super::Database,

    /// The file to write; `-` for standard output [default: standard output]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// What to write [default: what -o ends with, else text]
    #[arg(long, value_enum)]
    format: Option<FleetFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FleetFormat {
    /// One page for people
    Html,
    /// Lines for a terminal
    Text,
    /// Everything, for programs
    Json,
}

impl Args {
    fn format(&self) -> FleetFormat {
        let ending = self.output.as_deref().and_then(|path| path.extension()?.to_str());
        self.format.unwrap_or(match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("html" | "htm") => FleetFormat::Html,
            Some("json") => FleetFormat::Json,
            _ => FleetFormat::Text,
        })
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let lang = lang::chosen();
    let overview = fleet::overview(&Store::open(&args.database.db)?)?;
    let content = match args.format() {
        FleetFormat::Html => fleet::html(&overview, lang)?,
        FleetFormat::Text => fleet::text(&overview, lang),
        FleetFormat::Json => serde_json::to_string_pretty(&overview)? + "\n",
    };
    match args.output.as_ref().filter(|path| path.as_os_str() != "-") {
        Some(path) => {
            std::fs::write(path, content).with_context(|| say::CANNOT_WRITE.with(&[&path.display()]))?;
            tell!("bootrace: {}", say::WROTE.with(&[&path.display()]));
        }
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(content.as_bytes())?;
            stdout.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
