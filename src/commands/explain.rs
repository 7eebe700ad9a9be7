//! `bootrace explain`: what a status code says, in each of the spaces that Windows counts its errors in.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use diagnosis::Rules;
use reports::Lang;
use status_codes::{Explanation, explain};

use crate::lang;
use crate::words::said as say;

/// Known failures that are named for a code.
const MOST: usize = 3;

const EXAMPLES: &str = "\
Examples:
  bootrace explain 0x80071ab1                  an HRESULT out of CBS.log
  bootrace explain 5 C0190019 \"ACCESS DENIED\"  Win32, NTSTATUS, a Result of Procmon
  bootrace explain -2147023143                 an HRESULT in decimal, as event logs print it
  bootrace explain ERROR_ACCESS_DENIED         a name";

/// Explains a status code: its names in each space, and its meaning in servicing
///
/// Windows counts its errors in three spaces: NTSTATUS (the kernel), Win32 (programs) and HRESULT (servicing). Each
/// log shows another number for the same failure. The command prints every possible reading, the matching codes in
/// the other spaces, and how that is known. It reads no file.
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

/// What a code means.
pub(super) fn words(explanation: &Explanation, lang: Lang) -> String {
    match lang {
        Lang::En => explanation.to_string(),
        Lang::Zh => explanation.chinese(),
    }
}

/// The known failures that such a code belongs to, and what to do.
pub(super) fn remedies(explanation: &Explanation, lang: Lang) -> String {
    let readings = || explanation.readings.iter();
    let own = readings().map(|reading| reading.code);
    let hresults = readings().flat_map(|reading| reading.hresults.iter().map(|form| form.code.0));
    let win32 = readings().flat_map(|reading| reading.win32.iter().map(|form| form.code.0));
    let statuses = readings().flat_map(|reading| reading.ntstatuses.iter().map(|form| form.code.0));
    let codes: Vec<u32> =
        own.chain(hresults).chain(win32).chain(statuses).filter(|code| *code != 0).collect();
    let rules = Rules::built_in();
    let known = rules.about(&codes);
    let mut text = String::new();
    for rule in known.iter().take(MOST) {
        let said = |words: &diagnosis::RuleText| match lang {
            Lang::En => words.en.clone(),
            Lang::Zh => words.zh.clone(),
        };
        text.push_str(&format!("\n{}  {}\n  {}\n", rule.id, said(&rule.title), said(&rule.remedy)));
    }
    if text.is_empty() {
        return text;
    }
    let more = known.len().saturating_sub(MOST);
    let head = say::KNOWN_FAILURES.plain();
    let rest = if more > 0 { format!("\n{}\n", say::MORE_RULES.with(&[&more])) } else { String::new() };
    format!("\n{head}\n{text}{rest}")
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut printed = false;
    let mut unknown = false;
    let lang = lang::chosen();
    for code in &args.codes {
        match explain(code) {
            Ok(explanation) => {
                let gap = if printed { "\n" } else { "" };
                writeln!(out, "{gap}{}", words(&explanation, lang))?;
                write!(out, "{}", remedies(&explanation, lang))?;
                printed = true;
            }
            Err(error) => {
                let text = match lang {
                    Lang::En => error.to_string(),
                    Lang::Zh => error.chinese(),
                };
                tell!("bootrace: {text}");
                unknown = true;
            }
        }
    }
    out.flush()?;
    Ok(if unknown { ExitCode::from(crate::FAILED) } else { ExitCode::SUCCESS })
}
