//! `bootrace events`: the events of a log, chosen and exported.

use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal as _, Write},
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pml_reader::{COLUMNS, Column};
#[cfg(feature = "parquet")]
use reports::export::export_parquet;
use reports::export::{Csv, Exported, Format, JsonLines, ProcmonCsv, Table, Terminal, Timesketch, export};
use timeline::{
    Case, EventId, FileTime, Input, Source, SourceId,
    query::{Filter, Rows as _, column_name, column_named},
};

use super::{
    choice::{Choice, in_words},
    log, nothing, terminal,
};
use crate::lang;
use crate::words::said as say;

/// Lists, filters and exports the events of a trace
///
/// A trace is a log of Process Monitor or ETW. From a folder or an archive, the command reads all traces, one after
/// the other. A column that the trace does not record is empty.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace events boot.pml --where 'result is \"ACCESS DENIED\"'
  bootrace events boot.pml --where 'Process Name is poqexec.exe' --where 'result != SUCCESS'
  bootrace events boot.pml --around '#1588±500ms'
  bootrace events boot.pml --from @41s --to @43s --columns time-of-day,operation,path
  bootrace events boot.pml --format procmon-csv -o boot.csv     what Process Monitor itself would export
  bootrace events boot.pml --format jsonl | jq .path
  bootrace events boot.pml --format jsonl --profile timesketch -o boot.jsonl
  bootrace events boot.etl --where 'event-class is ETW'         what providers say, servicing's among them")]
pub(crate) struct Args {
    /// Process Monitor log (.pml) or export (.csv, .xml), ETW trace (.etl), or a folder or .zip file with such
    #[arg(value_name = "INPUT")]
    input: PathBuf,

    #[command(flatten)]
    choice: Choice,

    /// Columns to print, by their names in lower case with hyphens
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    columns: Vec<String>,

    /// At most this many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// How to print them [default: table at a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<FormatArg>,

    /// Make jsonl what another program takes
    #[arg(long, value_enum)]
    profile: Option<ProfileArg>,

    /// Clock of procmon-csv, and of times of day in filters, ahead of UTC
    #[arg(long, value_name = "±HH:MM", default_value = "+00:00", allow_hyphen_values = true, value_parser = offset)]
    utc_offset: i32,

    /// File to write instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// Aligned, for people
    Table,
    /// For programs: right values, times in RFC 3339
    Csv,
    /// Process Monitor's own export, byte for byte, its slips included
    ProcmonCsv,
    /// One JSON object a line
    Jsonl,
    /// For DuckDB, pandas and the like; where it was built with the feature parquet
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ProfileArg {
    /// With message, datetime, timestamp and timestamp_desc for an import into Timesketch
    Timesketch,
}

/// Columns of a table, and of csv and jsonl where none are named.
pub(super) const FOR_PEOPLE: [Column; 6] =
    [Column::TimeOfDay, Column::ProcessName, Column::Pid, Column::Operation, Column::Result, Column::Path];

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let input = args.input.display();
    // What is wrong with the options is told before the log is opened.
    args.choice.filter(|_| Some(FileTime(0)))?;
    let named = args.columns.iter().map(|name| column_named(name)).collect::<Result<Vec<_>, _>>();
    let named = named.map_err(|error| in_words(&error.into()))?;
    let terminal = args.output.is_none() && io::stdout().is_terminal();
    let format = match (args.format, args.profile) {
        (Some(format), None) => format,
        (None | Some(FormatArg::Jsonl), Some(_)) => FormatArg::Jsonl,
        (Some(_), Some(_)) => bail!(say::PROFILE_FORMAT.plain()),
        (None, None) if terminal => FormatArg::Table,
        (None, None) => FormatArg::Csv,
    };
    let all = || COLUMNS.iter().map(|(column, _)| *column).filter(|c| *c != Column::Sequence).collect();

    let case = Case::open(std::slice::from_ref(&args.input));
    let traces = traces(args, &case)?;
    let mut filter = args.choice.filter(|number| {
        let inputs = case.inputs.iter().enumerate().filter(|(_, input)| input.source.is_trace());
        let ids = inputs.filter_map(|(at, input)| Some((u16::try_from(at).ok()?, input)));
        let event =
            |(at, input): (u16, &Input)| input.source.event(EventId { source: SourceId(at), index: number });
        ids.filter_map(event).map(|event| event.time).next()
    })?;
    filter.style.utc_offset_minutes = args.utc_offset;
    refuse_absent_columns(&filter, &traces)?;
    let more = traces.len() > 1;
    if more {
        let names: Vec<&str> = traces.iter().map(|input| input.path.as_str()).collect();
        let said = say::SEVERAL_TRACES.with(&[&input, &names.len(), &names.join(", ")]);
        tell!("bootrace: {said}");
    }
    for trace in &traces {
        if let Source::Pml(source) = &trace.source
            && let Some(words) = log::words(&source.file, source.raw_boot_log())
        {
            tell!("bootrace: {}: {words}", trace.path);
        }
        for problem in trace.source.problems() {
            tell!("bootrace: {}: {}", trace.path, problem.what);
        }
    }
    let or = |columns: Vec<Column>, default: Vec<Column>| if columns.is_empty() { default } else { columns };
    let done = match format {
        FormatArg::Table => {
            let width = if args.output.is_none() { terminal::width() } else { None };
            write(args, &traces, &filter, &Table::new(or(named, FOR_PEOPLE.to_vec()), width))
        }
        FormatArg::Csv => write(args, &traces, &filter, &Csv::new(or(named, all()))),
        FormatArg::Jsonl if args.profile == Some(ProfileArg::Timesketch) => {
            if args
                .output
                .as_ref()
                .is_some_and(|path| path.extension().is_none_or(|ending| ending != "jsonl"))
            {
                tell!("bootrace: {}", say::TIMESKETCH_NAME.plain());
            }
            write(args, &traces, &filter, &Timesketch::new(&or(named, all())))
        }
        FormatArg::Jsonl => write(args, &traces, &filter, &JsonLines::new(&or(named, all()))),
        FormatArg::Parquet => write_parquet(args, &traces, &filter, &or(named, all())),
        FormatArg::ProcmonCsv if named.is_empty() => {
            write(args, &traces, &filter, &ProcmonCsv::new(args.utc_offset))
        }
        FormatArg::ProcmonCsv => {
            write(args, &traces, &filter, &ProcmonCsv::with_columns(args.utc_offset, named))
        }
    }?;
    if done.events == 0 && done.damaged == 0 && done.seen > 0 {
        let sources: Vec<_> = traces.iter().map(|input| &input.source).collect();
        nothing::why(&filter, &sources).iter().for_each(|why| tell!("bootrace: {why}"));
    }
    if let Some(first) = &done.first_damage {
        tell!("bootrace: {}", say::DAMAGED_RECORDS.with(&[&input, &done.damaged, first]));
    }
    if done.damaged > 0 && done.damaged == done.seen {
        bail!(say::NO_EVENT.with(&[&input]));
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a filter on a column that no trace has: nothing could ever pass it, or everything would.
pub(super) fn refuse_absent_columns(filter: &Filter, traces: &[&Input]) -> anyhow::Result<()> {
    for column in filter.columns() {
        if let Some(trace) = traces.first()
            && !traces.iter().any(|trace| trace.source.has_column(column))
        {
            bail!(say::NO_COLUMN.with(&[&trace.path, &column_name(column)]));
        }
    }
    Ok(())
}

/// The traces among what was given.
///
/// # Errors
/// That there is none, and why.
fn traces<'c>(args: &Args, case: &'c Case) -> anyhow::Result<Vec<&'c Input>> {
    let input = args.input.display();
    let traces: Vec<&Input> = case.inputs.iter().filter(|input| input.source.is_trace()).collect();
    if traces.is_empty() {
        return Err(match (case.unreadable.first(), case.inputs.first()) {
            (Some(error), _) => anyhow::anyhow!(lang::of(&error.words()).to_owned()),
            (None, Some(log)) => anyhow::anyhow!(say::OTHER_KIND.with(&[&input, &log.source.kind()])),
            (None, None) => anyhow::anyhow!(say::NO_TRACE.with(&[&input])),
        });
    }
    for error in &case.unreadable {
        tell!("bootrace: {}", lang::of(&error.words()));
    }
    Ok(traces)
}

fn write<F: Format>(args: &Args, traces: &[&Input], filter: &Filter, format: &F) -> anyhow::Result<Exported> {
    let sources: Vec<_> = traces.iter().map(|input| &input.source).collect();
    let bar = Bar::of(args, &sources);
    let tell = |events| bar.tell(events);
    let done = match output_file(args)? {
        Some((mut out, shown)) => {
            let done = export(&sources, filter, args.limit, format, &mut out, tell);
            done.and_then(|done| out.flush().map(|()| done))
                .with_context(|| say::CANNOT_WRITE.with(&[&shown]))?
        }
        None if io::stdout().is_terminal() => {
            export(&sources, filter, args.limit, format, &mut Terminal(io::stdout().lock()), tell)?
        }
        None => export(&sources, filter, args.limit, format, &mut io::stdout().lock(), tell)?,
    };
    bar.bar.finish_and_clear();
    Ok(done)
}

#[cfg(feature = "parquet")]
fn write_parquet(
    args: &Args,
    traces: &[&Input],
    filter: &Filter,
    columns: &[Column],
) -> anyhow::Result<Exported> {
    let sources: Vec<_> = traces.iter().map(|input| &input.source).collect();
    let bar = Bar::of(args, &sources);
    let tell = |events| bar.tell(events);
    let done = match output_file(args)? {
        Some((mut out, shown)) => {
            let done = export_parquet(&sources, filter, args.limit, columns, &mut out, tell);
            done.and_then(|done| out.flush().map(|()| done))
                .with_context(|| say::CANNOT_WRITE.with(&[&shown]))?
        }
        None if io::stdout().is_terminal() => bail!(say::PARQUET_TERMINAL.plain()),
        None => export_parquet(&sources, filter, args.limit, columns, io::stdout(), tell)?,
    };
    bar.bar.finish_and_clear();
    Ok(done)
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &Args, _: &[&Input], _: &Filter, _: &[Column]) -> anyhow::Result<Exported> {
    bail!(say::NO_PARQUET.plain())
}

/// The file to write, where one is named, and its name.
fn output_file(args: &Args) -> anyhow::Result<Option<(BufWriter<File>, String)>> {
    let Some(path) = &args.output else { return Ok(None) };
    let shown = path.display();
    if let (Ok(a), Ok(b)) = (path.canonicalize(), args.input.canonicalize())
        && a == b
    {
        bail!(say::IS_INPUT.with(&[&shown]));
    }
    let out = File::create(path).with_context(|| say::CANNOT_WRITE.with(&[&shown]))?;
    Ok(Some((BufWriter::new(out), shown.to_string())))
}

/// How far the export is, once it takes long and where that is not written among the rows.
struct Bar {
    bar: ProgressBar,
    begin: Instant,
    rows_elsewhere: bool,
}

impl Bar {
    fn of(args: &Args, sources: &[&Source]) -> Self {
        let bar = progress(sources.iter().map(|source| source.count()).sum());
        let rows_elsewhere = args.output.is_some() || !io::stdout().is_terminal();
        Self { bar, begin: Instant::now(), rows_elsewhere }
    }

    fn tell(&self, events: u64) {
        if self.rows_elsewhere && self.bar.is_hidden() && self.begin.elapsed() > LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(events);
    }
}

/// Work that takes longer shows how far it is.
const LONG: Duration = Duration::from_secs(1);

/// A bar that is not drawn yet; without an end where the traces do not tell how many events they have.
fn progress(events: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(events, ProgressDrawTarget::hidden());
    let template =
        if events.is_some() { "{bar:40} {pos}/{len} events {eta}" } else { "{spinner} {pos} events" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// `+02:00`, `-5`, `Z` in minutes.
fn offset(text: &str) -> Result<i32, String> {
    let wrong = || say::NO_OFFSET.with(&[&text]);
    if text.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let number = |text: &str, limit: i32| text.parse::<i32>().ok().filter(|n| (0..=limit).contains(n));
    let (hours, minutes) = number(hours, 15).zip(number(minutes, 59)).ok_or_else(wrong)?;
    Ok(sign * (hours * 60 + minutes))
}
