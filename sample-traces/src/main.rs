//! Writes synthetic traces: `sample-traces list`, `write`, `write-all`.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use pml_reader::PmlFile;
use sample_traces::{EtlForm, Made, Options, SCENARIOS, Scenario, etl_twin};

/// Makes traces of an update's reboot whose cause is known. They are synthetic: no machine recorded them.
#[derive(Debug, Parser)]
#[command(arg_required_else_help = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the scenarios
    List,
    /// Writes one trace, with NAME.CBS.log and NAME.label.json beside it
    Write {
        /// Which scenario
        #[arg(long)]
        scenario: String,
        /// The trace to write; one that ends in .etl is a trace of ETW, in .pmb a raw boot log
        #[arg(short, long)]
        output: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Writes all scenarios into a folder
    WriteAll {
        /// The folder, made if absent
        #[arg(short, long)]
        output: PathBuf,
        /// What they are written as
        #[arg(long, value_enum, default_value = "pml")]
        format: Format,
        #[command(flatten)]
        how: How,
    },
}

#[derive(Debug, clap::Args)]
struct How {
    /// The same seed makes the same trace, byte for byte
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Pointer size of the machine
    #[arg(long, value_enum, default_value = "64")]
    bits: Bits,
    /// Events of an ETW trace
    #[arg(long, value_enum, default_value = "kernel")]
    events: EtlForm,
    /// Rows of background noise, about
    #[arg(long, default_value_t = 5_000)]
    noise: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A log of Process Monitor
    Pml,
    /// A trace of ETW
    Etl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bits {
    #[value(name = "32")]
    ThirtyTwo,
    #[value(name = "64")]
    SixtyFour,
}

impl How {
    fn options(&self) -> Options {
        Options { seed: self.seed, is_64bit: self.bits == Bits::SixtyFour, noise: self.noise }
    }
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::List => {
            for scenario in SCENARIOS {
                println!("{:<34}{}", scenario.name, scenario.about);
            }
        }
        Command::Write { scenario, output, how } => {
            let scenario = sample_traces::scenario(&scenario).with_context(|| {
                format!("there is no scenario {scenario}; `sample-traces list` names them all")
            })?;
            write(scenario, &how, &output)?;
        }
        Command::WriteAll { output, format, how } => {
            let ending = if format == Format::Etl { "etl" } else { "pml" };
            std::fs::create_dir_all(&output).with_context(|| output.display().to_string())?;
            for scenario in SCENARIOS {
                write(scenario, &how, &output.join(format!("{}.{ending}", scenario.name)))?;
            }
        }
    }
    Ok(())
}

fn write(scenario: &'static Scenario, how: &How, output: &Path) -> Result<()> {
    let Made { pml, cbs_log, mut label } = sample_traces::make(scenario, how.options())?;
    let ends_in = |ending: &str| output.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    let trace = if ends_in("etl") {
        let log = PmlFile::from_vec(pml)?;
        let twin = etl_twin(&log, how.events)?;
        label = twin.label(&label, &log)?;
        twin.bytes
    } else if ends_in("pmb") {
        sample_traces::pmb::write(&PmlFile::from_vec(pml)?)
    } else {
        pml
    };
    let mut json = serde_json::to_string_pretty(&label)?;
    json.push('\n');
    let beside = |ending: &str| output.with_extension(ending);
    for (path, bytes) in [
        (output.to_owned(), trace),
        (beside("CBS.log"), cbs_log.into_bytes()),
        (beside("label.json"), json.into_bytes()),
    ] {
        std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
