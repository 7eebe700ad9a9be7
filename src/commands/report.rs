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
    Lang,
    model::{Outcome, Report},
    png::{Png, PngError},
    write::{Format, Output},
};
use timeline::{Case, Timeline};

use super::{reading, terminal};

/// Names the operation that made an update fail, and writes the report
///
/// Give it everything the machine handed over, in any mix; what a file is is told by its content. The verdict goes to
/// the terminal; the report goes to a folder: report.html for people, report.png for a mail, report.json for programs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace report boot.pml                      verdict, and boot.pml-report/ beside the log
  bootrace report boot.pml -o case-4711         the same in the folder case-4711
  bootrace report boot.pml -o verdict.html --format html --lang zh-CN
  bootrace report boot.pml -o - --format json | jq .verdict
  bootrace report boot.pml --baseline good.pml  held against a boot that went well
  bootrace report boot.pml boot.etl CBS.log     one case: both traces and the log on one clock
  bootrace report boot.pml --format html,pmc,perfetto
                                                page, Process Monitor's filter, trace for ui.perfetto.dev

Exit codes: 0 done; 1 only with --exit-code, where a failing operation was found; 2 nothing could be
read, or the report could not be written.")]
pub(crate) struct Args {
    /// Process Monitor logs (.pml), its raw boot logs (.pmb) and exports (.csv, .xml), ETW traces (.etl), CBS.log and other
    /// servicing logs, event logs, registry hives, folders and .zip files of them
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Folder for the report; one file where PATH ends like a file of the one format asked for (.html, .png, .json, .txt,
    /// .dot, .mmd, .pftrace, .pmc); `-` for standard output [default: INPUT-report beside the first input]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// What to write
    #[arg(long, value_delimiter = ',', value_enum, default_values = ["html", "png", "json"])]
    format: Vec<FormatArg>,

    /// Language of the verdict, the picture, and the page when it opens
    #[arg(long, value_enum, default_value = "en")]
    lang: LangArg,

    /// Folder with rules of your own (.toml), beside the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// A boot of the same machine, or of one like it, in which the update went well: a file, a folder or a .zip file; give
    /// it several times for several files of that boot
    #[arg(long, value_name = "GOOD")]
    baseline: Vec<PathBuf>,

    /// Leave out names of users, machines and domains
    #[arg(long)]
    redact: bool,

    /// Say on standard error why events are candidates or not: the best candidates, or those with this path or number
    #[arg(long, value_name = "PATH|#INDEX", num_args = 0..=1)]
    explain: Option<Option<String>>,

    /// End with exit code 1 where a failing operation was found
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
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LangArg {
    #[value(name = "en")]
    English,
    #[value(name = "zh-CN")]
    Chinese,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::English => Self::En,
            LangArg::Chinese => Self::Zh,
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut rules = Rules::built_in();
    for folder in &args.rules {
        rules.add_folder(folder).context("the rules cannot be used")?;
    }
    let formats: Vec<Format> = args.format.iter().copied().map(Format::from).collect();
    let first = args.inputs.first().map(PathBuf::as_path).unwrap_or_else(|| Path::new("bootrace"));
    let output = Output::choose(args.output.as_deref(), first, &formats)?;

    let progress = spinner();
    progress.set_message("reading");
    let case = Case::open_announced(&args.inputs, |member| {
        progress.suspend(|| {
            eprintln!(
                "bootrace: {}: unpacking it to {}, which takes {} of free space there",
                member.path,
                member.folder.display(),
                indicatif::HumanBytes(member.bytes)
            );
        });
    });
    for error in &case.unreadable {
        progress.suspend(|| eprintln!("bootrace: {error}"));
    }
    if let Some(words) = not_understood(&case) {
        progress.suspend(|| eprintln!("bootrace: {words}"));
    }
    if case.inputs.is_empty() {
        bail!(
            "nothing could be read of what was given; bootrace reads Process Monitor's logs (.pml, .pmb) and exports (.csv, .xml), \
             ETW traces (.etl), servicing logs, event logs, registry hives, and folders and .zip files of them"
        );
    }
    let lang = args.lang.into();
    let draw = |report: &Report| {
        formats.contains(&Format::Png).then(|| reports::png::render(report, lang)).transpose()
    };
    let good = open_baseline(&args.baseline, &progress)?;
    let how = How { rules: &rules, redact: args.redact, good: good.as_ref(), explain: args.explain.as_ref() };
    let (report, picture) = analyse(&case, &how, &progress, draw)?;
    let failing = report.outcome() == Outcome::FailingOperation;
    progress.set_message("writing");
    let written = reports::write::write(&report, &formats, lang, &output, picture)?;
    progress.finish_and_clear();
    if !matches!(output, Output::Stdout(_)) {
        print_verdict(&report, lang)?;
    }
    for note in &written.notes {
        eprintln!("bootrace: {}", note.get(lang));
    }
    for file in &written.files {
        eprintln!("bootrace: wrote {}", file.display());
    }
    Ok(if args.exit_code && failing { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Files that a line on the terminal names.
const MAX_NAMED: usize = 3;

/// How many files of folders and archives were not understood, and the first of them.
fn not_understood(case: &Case) -> Option<String> {
    let files = &case.not_understood;
    let names: Vec<&str> = files.iter().take(MAX_NAMED).map(|(path, _)| path.as_str()).collect();
    let more = if files.len() > MAX_NAMED { ", …" } else { "" };
    let count = timeline::counted(files.len(), "file");
    (!files.is_empty()).then(|| {
        format!("{count} not understood ({}{more}); the report's coverage lists them", names.join(", "))
    })
}

/// Opens the files of a good boot; `None` where none were given.
pub(super) fn open_baseline(paths: &[PathBuf], progress: &ProgressBar) -> anyhow::Result<Option<Case>> {
    if paths.is_empty() {
        return Ok(None);
    }
    progress.set_message("reading the good boot");
    let good = Case::open(paths);
    for error in &good.unreadable {
        progress.suspend(|| eprintln!("bootrace: {error}"));
    }
    if good.inputs.is_empty() {
        bail!(
            "nothing could be read of the good boot; give its Process Monitor log (.pml), or a folder with it"
        );
    }
    Ok(Some(good))
}

/// How a case is analysed.
pub(super) struct How<'a> {
    pub(super) rules: &'a Rules,
    pub(super) redact: bool,
    /// A boot that went well.
    pub(super) good: Option<&'a Case>,
    /// Whether to explain the candidates, and which.
    pub(super) explain: Option<&'a Option<String>>,
}

fn print_verdict(report: &Report, lang: Lang) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(reports::text::render(report, &terminal::text_options(lang)).as_bytes())?;
    stdout.flush()
}

/// The report and its picture. Hashing the inputs takes longer than reading them, and nothing but the report's list of
/// inputs waits for it.
pub(super) fn analyse(
    case: &Case,
    how: &How<'_>,
    progress: &ProgressBar,
    draw: impl Fn(&Report) -> Result<Option<Png>, PngError>,
) -> anyhow::Result<(Report, Option<Png>)> {
    std::thread::scope(|scope| {
        let hashes = scope.spawn(|| case.inputs.iter().map(timeline::Input::sha256).collect::<Vec<_>>());
        let timeline = reading::read(case, progress);
        progress.set_message("diagnosing");
        let baseline = how.good.map(|good| {
            let timeline = Timeline::new(good);
            let diagnosis = diagnosis::diagnose(&timeline, &Rules::default());
            Baseline::new(timeline, diagnosis)
        });
        let diagnosis = diagnosis::diagnose_beside(&timeline, how.rules, baseline.as_ref());
        if let Some(wanted) = how.explain {
            let text = diagnosis::explain(&timeline, &diagnosis, wanted.as_deref());
            progress.suspend(|| eprint!("{text}"));
        }
        let mut report = reports::report(&timeline, &diagnosis);
        if how.redact {
            report = reports::redact(&report).context("the report cannot be redacted")?;
        }
        progress.set_message("drawing");
        let picture = draw(&report)?;
        progress.set_message("hashing");
        // A panic there is a bug that the join passes on.
        let hashes = hashes.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        for (input, hash) in report.inputs.iter_mut().zip(hashes) {
            input.sha256 = hash;
        }
        Ok((report, picture))
    })
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
