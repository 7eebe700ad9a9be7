//! `bootrace mcp`: reports and events for language models, over the Model Context Protocol on standard input and output.

#[cfg(feature = "mcp")]
mod allowed;
#[cfg(feature = "mcp")]
mod answer;
#[cfg(feature = "mcp")]
mod ask;
#[cfg(feature = "mcp")]
mod cases;
#[cfg(feature = "mcp")]
mod server;
#[cfg(feature = "mcp")]
mod tools;

use std::{path::PathBuf, process::ExitCode};

/// Answers a language model's questions about the traces in these folders
///
/// A server of the Model Context Protocol on standard input and output; a client such as an editor or an assistant starts
/// it. It reads only within the folders named here, writes nothing and uses no network. It is in builds with the cargo
/// feature mcp.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace mcp D:\\cases                  the command that a client is told to start
  claude mcp add bootrace -- bootrace mcp /cases")]
pub(crate) struct Args {
    /// Folder with traces and logs; nothing outside of it is read
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

#[cfg(feature = "mcp")]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    server::serve(allowed::Allowed::new(&args.folders)?)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(feature = "mcp"))]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = args.folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
    anyhow::bail!(crate::words::said::NO_MCP.with(&[&folder]))
}
