//! `bootrace explain`: what a status code says, in each of the spaces that Windows counts its errors in.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use status_codes::explain;

const EXAMPLES: &str = "\
Examples:
  bootrace explain 0x80071ab1                  an HRESULT out of CBS.log
  bootrace explain 5 C0190019 \"ACCESS DENIED\"  Win32, NTSTATUS, a Result of Procmon
  bootrace explain -2147023143                 an HRESULT in decimal, as event logs print it
  bootrace explain ERROR_ACCESS_DENIED         a name";

/// Tells what a status code means: its names in each space, and what it stands for in servicing
///
/// Windows counts its errors in three spaces: NTSTATUS (the kernel), Win32 (programs) and HRESULT (servicing). One
/// failure shows as another number in each log. Every reading that is possible is printed, with the codes that it turns
/// into in the other spaces and with how that is known. No file is read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Code, name, or Result text of Process Monitor
    ///
    /// Hexadecimal with or without 0x, decimal, or negative decimal; a name such as STATUS_ACCESS_DENIED; a text of
    /// Process Monitor's Result column, such as "NAME NOT FOUND".
    #[arg(value_name = "CODE", required = true, allow_negative_numbers = true)]
    codes: Vec<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut printed = false;
    let mut unknown = false;
    for code in &args.codes {
        match explain(code) {
            Ok(explanation) => {
                let gap = if printed { "\n" } else { "" };
                writeln!(out, "{gap}{explanation}")?;
                printed = true;
            }
            Err(error) => {
                eprintln!("bootrace: {error}");
                unknown = true;
            }
        }
    }
    out.flush()?;
    Ok(if unknown { ExitCode::from(crate::FAILED) } else { ExitCode::SUCCESS })
}
