//! `bootrace man`: the manual pages, made from what `--help` says.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::words::said as say;
use anyhow::Context as _;
use clap_mangen::Man;

/// Writes the manual pages, one a command, into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace man ~/.local/share/man/man1
  bootrace man . && man ./bootrace-report.1")]
pub(crate) struct Args {
    /// Folder for bootrace.1, bootrace-report.1 and the others; made if it is absent
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args, command: clap::Command) -> anyhow::Result<ExitCode> {
    let failed = || say::CANNOT_WRITE.with(&[&args.folder.display()]);
    fs::create_dir_all(&args.folder).with_context(failed)?;
    let mut command = command.disable_help_subcommand(true);
    command.build();
    write_pages(&command, &args.folder).with_context(failed)?;
    tell!("bootrace: {}", say::WROTE_MANUAL.with(&[&args.folder.display()]));
    Ok(ExitCode::SUCCESS)
}

/// Writes the page of a command and those of its parts.
fn write_pages(command: &clap::Command, folder: &Path) -> io::Result<()> {
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        write_pages(part, folder)?;
    }
    let version = format!("bootrace {}", command.get_version().unwrap_or_default());
    let man = Man::new(command.clone()).source(version);
    let mut page = Vec::new();
    man.render(&mut page)?;
    fs::write(folder.join(man.get_filename()), examples(&String::from_utf8_lossy(&page)))
}

/// What stands below the options of `--help` are examples in columns: `man` shall not fill its lines.
fn examples(page: &str) -> String {
    let Some((before, rest)) = page.split_once("\n.SH EXTRA\n") else { return page.to_owned() };
    let (lines, after) = rest.split_once("\n.SH ").unwrap_or((rest, ""));
    let lines = lines.strip_prefix("Examples:\n").unwrap_or(lines);
    let after = if after.is_empty() { String::new() } else { format!(".SH {after}") };
    format!("{before}\n.SH EXAMPLES\n.nf\n{lines}\n.fi\n{after}")
}
