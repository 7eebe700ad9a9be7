//! The command line of bootrace: arguments, progress, exit codes. No analysis.
#![forbid(unsafe_code)]

/// Says something on standard error. A reader that has seen enough (`2>&1 | head`) is no failure.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        drop(writeln!(std::io::stderr(), $($text)*));
    }};
}

mod commands;
mod dropped;
mod lang;
mod words;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use reports::Lang;

/// Tells which file or registry operation made a Windows update fail at its reboot.
#[derive(Debug, Parser)]
#[command(
    name = "bootrace",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 110
)]
struct Cli {
    /// Language of the output: en or zh-CN [default: the user interface's]
    #[arg(long, global = true, value_parser = lang::LangParser)]
    lang: Option<Lang>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Report(commands::report::Args),
    Events(commands::events::Args),
    Slice(commands::slice::Args),
    Diff(commands::diff::Args),
    Compare(commands::compare::Args),
    Signature(commands::signature::Args),
    Convert(commands::convert::Args),
    Fleet(commands::fleet::Args),
    Explain(commands::explain::Args),
    Rules(commands::rules::Args),
    Capture(commands::capture::Args),
    Mcp(commands::mcp::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}

/// Exit code of bad usage, of unreadable input and of output that could not be written.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = std::env::args_os().collect();
    let (arguments, dropped) = dropped::as_report(arguments, &Cli::command());
    let code = parse(arguments).map_or(ExitCode::from(FAILED), run);
    if dropped {
        dropped::wait_for_key();
    }
    code
}

/// The command that the arguments ask for; `None` where they were refused. Help ends the program.
fn parse(arguments: Vec<OsString>) -> Option<Command> {
    // The help is shown while the arguments are read.
    let lang = lang::choose(&arguments);
    let program = match lang {
        Lang::En => Cli::command(),
        Lang::Zh => words::chinese(Cli::command()),
    };
    let parsed = program.try_get_matches_from(arguments).and_then(|found| Cli::from_arg_matches(&found));
    let error = match parsed {
        Ok(cli) => return Some(cli.command),
        Err(error) => error,
    };
    match words::refused(&error).filter(|_| lang == Lang::Zh) {
        Some(text) => tell!("{}", text.trim_end()),
        None => error.exit(),
    }
    None
}

fn run(command: Command) -> ExitCode {
    let result = match command {
        Command::Report(args) => commands::report::run(&args),
        Command::Events(args) => commands::events::run(&args),
        Command::Slice(args) => commands::slice::run(&args),
        Command::Compare(args) => commands::compare::run(&args),
        Command::Signature(args) => commands::signature::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Convert(args) => commands::convert::run(&args),
        Command::Fleet(args) => commands::fleet::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Rules(args) => commands::rules::run(&args),
        Command::Capture(args) => commands::capture::run(&args),
        Command::Mcp(args) => commands::mcp::run(&args),
        Command::Completions(args) => commands::completions::run(&args, Cli::command()),
        Command::Man(args) => commands::man::run(&args, Cli::command()),
    };
    match result {
        Ok(code) => code,
        // A reader that has seen enough (`| head`) is no failure.
        Err(error) if commands::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<trace_capture::CaptureError>() {
                Some(error) => tell!("bootrace: {}", words::said::of_capture(&error.message())),
                None => tell!("bootrace: {error:#}"),
            }
            ExitCode::from(FAILED)
        }
    }
}
