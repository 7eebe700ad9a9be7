//! Writes made traces, and holds the diagnosis against them: `sample-traces list`, `write`, `write-all`, `evaluate`.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use pml_reader::PmlFile;
use rayon::prelude::*;
use sample_traces::{
    EtlForm, Made, Options, SCENARIOS, Scenario, etl_twin,
    evaluate::{self, Judged},
};

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
    /// Writes one trace, beside it NAME.CBS.log and NAME.label.json
    Write {
        /// Which scenario
        #[arg(long)]
        scenario: String,
        /// The trace to write; one that ends in .etl is a trace of ETW
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
    Evaluate(Evaluate),
    Torture(sample_traces::torture::Torture),
}

/// Asks the diagnosis about traces whose cause is known, and prints how often it is right.
#[derive(Debug, clap::Args)]
struct Evaluate {
    /// Seeds of the scenarios, from..to; weights were tuned on 1..4, all others are unseen
    #[arg(long, default_value = "100..104", value_parser = range)]
    seeds: std::ops::Range<u64>,
    /// Rows of background noise, about
    #[arg(long, default_value_t = 5_000)]
    noise: u32,
    /// What the scenarios are written as
    #[arg(long, value_enum, default_value = "pml")]
    format: Format,
    /// Events of an ETW trace
    #[arg(long, value_enum, default_value = "kernel")]
    events: Events,
    /// Only scenarios whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// A folder of folders with traces, logs and a label.json each, instead of the scenarios
    #[arg(long)]
    folder: Vec<PathBuf>,
    /// A folder of real Process Monitor logs without a failed update
    #[arg(long)]
    real: Vec<PathBuf>,
    /// A row for every scenario
    #[arg(long)]
    each: bool,
    /// What was said where it was wrong
    #[arg(long)]
    wrong: bool,
}

fn range(text: &str) -> Result<std::ops::Range<u64>, String> {
    let wrong = || format!("{text:?} is no range; give it as 100..104");
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    Ok(from.parse().map_err(|_| wrong())?..to.parse().map_err(|_| wrong())?)
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
    events: Events,
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
enum Events {
    /// Those of the kernel logger
    Kernel,
    /// Those of the manifest providers Kernel-Process, Kernel-File, Kernel-Registry
    Manifest,
}

impl Format {
    /// The events of an ETW trace.
    fn form(self, events: Events) -> Option<EtlForm> {
        (self == Self::Etl).then_some(match events {
            Events::Kernel => EtlForm::Kernel,
            Events::Manifest => EtlForm::Manifest,
        })
    }
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
        Command::Evaluate(evaluate) => evaluate.run()?,
        Command::Torture(torture) => torture.run()?,
    }
    Ok(())
}

impl Evaluate {
    fn run(&self) -> Result<()> {
        let rules = timeline::Rules::built_in();
        let mut cases = Vec::new();
        for folder in &self.folder {
            cases.extend(evaluate::under(folder)?);
        }
        for folder in &self.real {
            cases.extend(evaluate::real_logs(folder)?);
        }
        cases.retain(|c| c.truth.scenario.contains(&self.only));
        let mut judged: Vec<Judged> = cases.par_iter().map(|case| evaluate::judge(case, &rules)).collect();
        if self.folder.is_empty() {
            judged.extend(self.scenarios(&rules)?);
        }
        if self.wrong {
            for one in &judged {
                print!("{}", one.complaint());
            }
        }
        print!("{}", evaluate::table(&judged, self.each));
        Ok(())
    }

    /// The scenarios, with their log and without, made one at a time: a trace is gone when it was judged.
    fn scenarios(&self, rules: &timeline::Rules) -> Result<Vec<Judged>> {
        let chosen = SCENARIOS.iter().filter(|s| s.name.contains(&self.only));
        let asked: Vec<(&'static Scenario, u64, bool)> = chosen
            .flat_map(|s| self.seeds.clone().flat_map(move |seed| [(s, seed, false), (s, seed, true)]))
            .collect();
        asked
            .into_par_iter()
            .map(|(scenario, seed, with_log)| {
                let folder = tempfile::tempdir()?;
                // Machines of both pointer sizes.
                let options = Options { seed, is_64bit: seed % 3 != 0, noise: self.noise };
                let case = evaluate::scenarios(
                    scenario,
                    options,
                    folder.path(),
                    self.format.form(self.events),
                    with_log,
                )?;
                Ok(evaluate::judge(&case, rules))
            })
            .collect()
    }
}

fn write(scenario: &'static Scenario, how: &How, output: &Path) -> Result<()> {
    let Made { pml, cbs_log, mut label } = sample_traces::make(scenario, how.options())?;
    let is_etl = output.extension().is_some_and(|e| e.eq_ignore_ascii_case("etl"));
    let format = if is_etl { Format::Etl } else { Format::Pml };
    let trace = match format.form(how.events) {
        Some(form) => {
            let log = PmlFile::from_vec(pml)?;
            let twin = etl_twin(&log, form)?;
            label = twin.label(&label, &log)?;
            twin.bytes
        }
        None => pml,
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
