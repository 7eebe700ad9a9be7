//! Writes made traces: `sample-traces list`, `write`, `write-all`.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use sample_traces::{Made, Options, SCENARIOS, Scenario};

/// Makes traces of an update's reboot whose cause is known. They are made up: no machine recorded them.
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
    /// Writes one trace: the PML, beside it NAME.CBS.log and NAME.label.json
    Write {
        /// Which scenario
        #[arg(long)]
        scenario: String,
        /// The PML to write
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
    /// Rows of background noise, about
    #[arg(long, default_value_t = 5_000)]
    noise: u32,
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
            write(scenario, how.options(), &output)?;
        }
        Command::WriteAll { output, how } => {
            std::fs::create_dir_all(&output).with_context(|| output.display().to_string())?;
            for scenario in SCENARIOS {
                write(scenario, how.options(), &output.join(format!("{}.pml", scenario.name)))?;
            }
        }
    }
    Ok(())
}

fn write(scenario: &'static Scenario, options: Options, output: &Path) -> Result<()> {
    let Made { pml, cbs_log, label } = sample_traces::make(scenario, options)?;
    let mut json = serde_json::to_string_pretty(&label)?;
    json.push('\n');
    for (ending, bytes) in
        [("pml", pml), ("CBS.log", cbs_log.into_bytes()), ("label.json", json.into_bytes())]
    {
        let path = if ending == "pml" { output.to_owned() } else { output.with_extension(ending) };
        std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
