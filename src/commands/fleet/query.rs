//! `bootrace fleet query`: any question in SQL.

use std::{io::Write as _, process::ExitCode};

use fleet::Store;

/// Asks the database in SQL
///
/// The command opens the database for reading only. docs/FLEET.md describes the tables. bootrace adds the function
/// masked(path): the path without the parts that differ between machines.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace fleet query --db fleet.db \"SELECT build, count(*) FROM cases GROUP BY build\"
  bootrace fleet query --db fleet.db \"SELECT name, error FROM cases WHERE state = 'error'\" --format csv

Exit codes: 0 done; 2 the database cannot be read, or the SQL is wrong.")]
pub(crate) struct Args {
    /// The question
    #[arg(value_name = "SQL")]
    sql: String,

    #[command(flatten)]
    database: super::Database,

    /// How the answer is printed
    #[arg(long, value_enum, default_value = "table")]
    format: TableFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TableFormat {
    /// Aligned, for people
    Table,
    /// For programs
    Csv,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let store = Store::open(&args.database.db)?;
    let rows = fleet::query(&store, &args.sql)?;
    let bytes = match args.format {
        TableFormat::Table => rows.table().into_bytes(),
        TableFormat::Csv => rows.csv()?,
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&bytes)?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}
