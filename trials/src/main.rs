//! `trials evaluate`, `traps`, `torture`, `learn`, `calibrate`, `signatures`, `fleet`.
#![forbid(unsafe_code)]

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Runs bootrace on traces whose answer is known, on traps and on damaged files.
#[derive(Debug, Parser)]
#[command(arg_required_else_help = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Evaluate(trials::evaluate::Evaluate),
    Torture(trials::torture::Torture),
    Traps(trials::traps::Traps),
    Learn(trials::learn::Learn),
    Calibrate(trials::calibrate::Calibrate),
    Signatures(trials::signatures::Signatures),
    Fleet(trials::fleet::Fleet),
    Page(trials::page::Page),
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Torture(torture) => torture.run(),
        Command::Traps(traps) => traps.run(),
        Command::Learn(learn) => learn.run(),
        Command::Calibrate(calibrate) => calibrate.run(),
        Command::Signatures(signatures) => signatures.run(),
        Command::Fleet(fleet) => fleet.run(),
        Command::Page(page) => page.run(),
    }
}
