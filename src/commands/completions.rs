//! `bootrace completions`: what a shell needs to complete bootrace's commands and options.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap_complete::Shell;

/// Prints a script that lets a shell complete commands, options and their values
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace completions bash > ~/.local/share/bash-completion/completions/bootrace
  bootrace completions zsh > ~/.zfunc/_bootrace            with ~/.zfunc in $fpath
  bootrace completions fish > ~/.config/fish/completions/bootrace.fish
  bootrace completions powershell >> $PROFILE")]
pub(crate) struct Args {
    /// Which shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut command: clap::Command) -> anyhow::Result<ExitCode> {
    // The generator panics where it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "bootrace", &mut script);
    let mut out = io::stdout().lock();
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
