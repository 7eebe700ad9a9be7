//! `bootrace report`: from files to the report that goes on the case.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use diagnosis::{Baseline, Rules};
use indicatif::{ProgressBar, ProgressStyle};
use reports::{
    model::{CaseNote, Outcome, Report},
    png::{Png, PngError},
    text::TextOptions,
    write::{Format, Output},
};
use timeline::{Case, Timeline};

use super::{reading, terminal};
use crate::lang;
use crate::words::said as say;

/// Names the operation that made an update fail, and writes the report
///
/// Give it all files of the case, in any mix. bootrace recognises each file by its content. The verdict goes
/// to the terminal. The report goes to a folder: report.html for people, report.png for a mail, report.json for
/// programs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace report boot.pml                      verdict, and boot.pml-report/ beside the log
  bootrace report boot.pml -o case-4711         the same in the folder case-4711
  bootrace report boot.pml -o verdict.html --lang zh-CN
  bootrace boot.pml                             the same as `bootrace report boot.pml`
  bootrace report boot.pml -o - --format json | jq .verdict
  bootrace report boot.pml --baseline good.pml  compared with a good boot
  bootrace report boot.pml boot.etl CBS.log     one case: both traces and the log on one clock
  bootrace report boot.pml --format html,pmc,perfetto
                                                page, Process Monitor's filter, trace for ui.perfetto.dev
  bootrace report boot.pml -o - --format brief  for a language model

Exit codes: 0 done; 1 only with --exit-code, where an update failed, with or without an operation
named; 2 an input is missing, nothing could be read, or the report could not be written. The verdict
is printed also where a file cannot be written.")]
pub(crate) struct Args {
    /// Process Monitor logs (.pml), its raw boot logs (.pmb) and exports (.csv, .xml), ETW traces (.etl), CBS.log and
    /// other servicing logs, event logs, registry hives, folders and .zip files of them
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Folder for the report; one file where PATH ends like one (.html, .png, .json, .txt, .dot, .mmd, .pftrace,
    /// .pmc); `-` for standard output [default: INPUT-report beside the first input]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// What to write [default: what -o ends with, else html,png,json]
    #[arg(long, value_delimiter = ',', value_enum)]
    format: Vec<FormatArg>,

    /// A note for the report, such as what was tried already; give it several times. A file case.md among the inputs
    /// does the same
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,

    /// Add how long each phase took to the verdict, and print how long each stage of the analysis took
    #[arg(short, long)]
    verbose: bool,

    /// Folder with rules of your own (.toml), beside the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// A good boot of the same or a similar machine: a file, a folder or a .zip file. Give it several times for
    /// several files of that boot
    #[arg(long, value_name = "GOOD")]
    baseline: Vec<PathBuf>,

    /// A database of `bootrace fleet add`. The report then says how many other boots have the same result at the
    /// same object
    #[arg(long, value_name = "FILE")]
    fleet: Option<PathBuf>,

    /// Leave out names of users, machines and domains
    #[arg(long)]
    redact: bool,

    /// Explain on standard error why events are candidates or not: the best candidates, or the events with this
    /// path or number
    #[arg(long, value_name = "PATH|#INDEX", num_args = 0..=1)]
    explain: Option<Option<String>>,

    /// On Windows: also write the values of `--format triage` to HKLM\SOFTWARE\bootrace, for Intune and Configuration
    /// Manager. Needs an administrator
    #[arg(long)]
    registry: bool,

    /// End with exit code 1 where an update failed
    #[arg(long)]
    exit_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FormatArg {
    /// The page for people
    Html,
    /// Verdict and timeline as a picture
    Png,
    /// Everything, for programs
    Json,
    /// The verdict in 15 lines
    Text,
    /// The comparison with the good boot in full
    Compare,
    /// The graph around the failure, for Graphviz
    Dot,
    /// The same graph for Mermaid: Markdown pages, wikis
    Mermaid,
    /// Phases, services, processes and operations in time, for ui.perfetto.dev
    Perfetto,
    /// The same in Chrome's trace format, for chrome://tracing and others
    Chrome,
    /// A Process Monitor configuration whose filter shows the evidence: File > Import Configuration
    Pmc,
    /// Verdict, evidence and next step in 2,000 tokens, for a language model
    Brief,
    /// One JSON object of 2 KB at most, for inventory systems
    Triage,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Html => Self::Html,
            FormatArg::Png => Self::Png,
            FormatArg::Json => Self::Json,
            FormatArg::Text => Self::Text,
            FormatArg::Compare => Self::Compare,
            FormatArg::Dot => Self::Dot,
            FormatArg::Mermaid => Self::Mermaid,
            FormatArg::Perfetto => Self::Perfetto,
            FormatArg::Chrome => Self::Chrome,
            FormatArg::Pmc => Self::Pmc,
            FormatArg::Brief => Self::Brief,
            FormatArg::Triage => Self::Triage,
        }
    }
}

impl Args {
    /// The formats asked for, or what the name of the output asks for.
    fn formats(&self) -> Vec<Format> {
        let named = || Some(vec![Format::of_path(self.output.as_deref()?)?]);
        match self.format.as_slice() {
            [] => named().unwrap_or_else(|| vec![Format::Html, Format::Png, Format::Json]),
            formats => formats.iter().copied().map(Format::from).collect(),
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut rules = Rules::built_in();
    for folder in &args.rules {
        rules.add_folder(folder).with_context(|| say::BAD_RULES.plain())?;
    }
    let formats = args.formats();
    let first = args.inputs.first().map(PathBuf::as_path).unwrap_or_else(|| Path::new("bootrace"));
    let output = Output::choose(args.output.as_deref(), first, &formats)?;

    if args.verbose {
        print_stages();
    }
    let progress = spinner();
    progress.set_message(say::READING.plain());
    let case = Case::open_announced(&args.inputs, |member| {
        progress.suspend(|| {
            let bytes = indicatif::HumanBytes(member.bytes);
            let said = say::UNPACKING.with(&[&member.path, &member.folder.display(), &bytes]);
            tell!("bootrace: {said}");
        });
    });
    for error in &case.unreadable {
        progress.suspend(|| tell!("bootrace: {}", lang::of(&error.words())));
    }
    if let Some(words) = not_understood(&case) {
        progress.suspend(|| tell!("bootrace: {words}"));
    }
    if case.inputs.is_empty() {
        bail!(say::NOTHING_READ.plain());
    }
    let lang = lang::chosen();
    let draw = |report: &Report| formats.contains(&Format::Png).then(|| reports::png::render(report, lang));
    let good = open_baseline(&args.baseline, &progress)?;
    let how = How {
        rules: &rules,
        redact: args.redact,
        fleet: args.fleet.as_deref(),
        good: good.as_ref(),
        all_data: false,
        explain: args.explain.as_ref(),
        notes: &args.note,
    };
    let (report, picture) = analyse(&case, &how, &progress, draw)?;
    progress.finish_and_clear();
    let text = TextOptions { phases: args.verbose, ..terminal::text_options(lang) };
    // First the answer: a full disk must not keep it from the person.
    if !matches!(output, Output::Stdout(_)) {
        print_verdict(&report, &text)?;
    }
    let picture = picture.transpose().context("report.png")?;
    let file_text = TextOptions { colour: false, width: None, ..text };
    let written =
        reports::write::write(&report, &formats, &file_text, &output, picture).map_err(say::not_written)?;
    for note in &written.notes {
        tell!("bootrace: {}", note.get(lang));
    }
    for file in &written.files {
        tell!("bootrace: {}", say::WROTE.with(&[&file.display()]));
    }
    if args.registry {
        super::inventory::write(&report)?;
        tell!("bootrace: {}", say::WROTE.with(&[&super::inventory::KEY]));
    }
    let failed = matches!(report.outcome(), Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    // Its absence was told with the other errors; the rest was done.
    let missing = args.inputs.iter().any(|path| !path.exists());
    Ok(match () {
        () if missing => ExitCode::from(crate::FAILED),
        () if args.exit_code && failed => ExitCode::from(1),
        () => ExitCode::SUCCESS,
    })
}

/// Files that a line on the terminal names.
const MAX_NAMED: usize = 3;

/// How many files of folders and archives were not understood, and the first of them.
fn not_understood(case: &Case) -> Option<String> {
    let files = &case.not_understood;
    let names: Vec<&str> = files.iter().take(MAX_NAMED).map(|(path, _)| path.as_str()).collect();
    let more = if files.len() > MAX_NAMED { ", …" } else { "" };
    let names = names.join(", ") + more;
    (!files.is_empty()).then(|| say::NOT_UNDERSTOOD.with(&[&files.len(), &names]))
}

/// Opens the files of a good boot; `None` where none were given.
pub(super) fn open_baseline(paths: &[PathBuf], progress: &ProgressBar) -> anyhow::Result<Option<Case>> {
    if paths.is_empty() {
        return Ok(None);
    }
    progress.set_message(say::READING_GOOD.plain());
    let good = Case::open(paths);
    for error in &good.unreadable {
        progress.suspend(|| tell!("bootrace: {}", lang::of(&error.words())));
    }
    if good.inputs.is_empty() {
        bail!(say::NOTHING_READ_GOOD.plain());
    }
    Ok(Some(good))
}

/// How a case is analysed.
pub(super) struct How<'a> {
    pub(super) rules: &'a Rules,
    pub(super) redact: bool,
    /// The database of a fleet.
    pub(super) fleet: Option<&'a Path>,
    /// A boot that went well.
    pub(super) good: Option<&'a Case>,
    /// Whether the data that all processes read is compared with that boot.
    pub(super) all_data: bool,
    /// Whether to explain the candidates, and which.
    pub(super) explain: Option<&'a Option<String>>,
    /// Notes given on the command line.
    pub(super) notes: &'a [String],
}

fn print_verdict(report: &Report, options: &TextOptions) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(reports::text::render(report, options).as_bytes())?;
    stdout.flush()
}

/// The report and its picture. Hashing the inputs takes longer than reading them, and nothing but the report's list of
/// inputs waits for it.
pub(super) fn analyse(
    case: &Case,
    how: &How<'_>,
    progress: &ProgressBar,
    draw: impl Fn(&Report) -> Option<Result<Png, PngError>>,
) -> anyhow::Result<(Report, Option<Result<Png, PngError>>)> {
    std::thread::scope(|scope| {
        let hashes = scope.spawn(|| case.inputs.iter().map(timeline::Input::sha256).collect::<Vec<_>>());
        let timeline = reading::read(case, progress);
        progress.set_message(say::DIAGNOSING.plain());
        let baseline = how.good.map(|good| {
            let timeline = Timeline::new(good);
            let diagnosis = diagnosis::diagnose(&timeline, &Rules::default());
            Baseline { all_data: how.all_data, ..Baseline::new(timeline, diagnosis) }
        });
        let others = how.fleet.map(|fleet| ::fleet::OtherBoots::open(fleet, case, &timeline)).transpose()?;
        let of_fleet = others.as_ref().map(|others| others as &dyn diagnosis::Others);
        let diagnosis = diagnosis::diagnose_among(&timeline, how.rules, baseline.as_ref(), of_fleet);
        if let Some(wanted) = how.explain {
            let text = diagnosis::explain(&timeline, &diagnosis, wanted.as_deref());
            progress.suspend(|| eprint!("{text}"));
        }
        let mut report = reports::report(&timeline, &diagnosis);
        let note = |text: &String| CaseNote { text: text.clone(), ..CaseNote::default() };
        report.notes.extend(how.notes.iter().map(note));
        if let Some(others) = &others {
            others.note(&mut report)?;
        }
        if how.redact {
            report = reports::redact(&report).with_context(|| say::CANNOT_REDACT.plain())?;
        }
        progress.set_message(say::DRAWING.plain());
        let picture = draw(&report);
        progress.set_message(say::HASHING.plain());
        // A panic there is a bug that the join passes on.
        let hashes = hashes.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        for (input, hash) in report.inputs.iter_mut().zip(hashes) {
            input.sha256 = hash;
        }
        Ok((report, picture))
    })
}

/// Prints each stage of the analysis with its time to the standard error, as it ends.
fn print_stages() {
    use tracing_subscriber::fmt::format::FmtSpan;
    let stages = tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).with_writer(std::io::stderr);
    stages
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_target(false)
        .with_level(false)
        .with_ansi(false)
        .init();
}

/// Drawn only where standard error is a terminal, and only once the work has gone on for a while.
pub(super) fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
