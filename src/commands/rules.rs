//! `bootrace rules`: rules of one's own, checked.

use std::{path::PathBuf, process::ExitCode};

use crate::words::said as say;
use anyhow::{Context as _, bail};
use diagnosis::Rules;

/// Checks your own rules
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace rules check my-rules                 every rule against its examples and near misses
  bootrace report boot.pml --rules my-rules     the same rules beside the built-in ones")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Tests each rule of a folder on its examples and near misses
    ///
    /// A rule must fit all its examples and no near miss. It needs at least one of each. Each error is a line on
    /// standard error.
    #[command(after_help = "\
Examples:
  bootrace rules check my-rules                 every rule against its examples and near misses

Exit codes: 0 all rules are right; 2 a file cannot be read, or a rule is wrong.")]
    Check {
        /// Folder with the rules (.toml)
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Command::Check { folder } = &args.command;
    let mut rules = Rules::built_in();
    let own = rules.all().len();
    rules.add_folder(folder).with_context(|| say::BAD_RULES.plain())?;
    let added = rules.all().len() - own;
    if added == 0 {
        bail!(say::NO_RULES.with(&[&folder.display()]));
    }
    let problems = rules.check(own);
    for problem in &problems {
        tell!("bootrace: {problem}");
    }
    if !problems.is_empty() {
        return Ok(ExitCode::from(crate::FAILED));
    }
    println!("{}", say::RULES_HOLD.with(&[&added]));
    Ok(ExitCode::SUCCESS)
}
