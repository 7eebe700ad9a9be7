//! `bootrace capture`: arms the failing machine, collects, and puts everything back.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use trace_capture::facts::{Facts, Severity, preflight};
use trace_capture::machine::{Call, Machine, Outcome};
use trace_capture::{CaptureError, collect, engine, plan, status};

/// Records the reboot of an update on the failing machine, and packs what the report needs
///
/// Run it there as administrator: arm, install the update, restart, collect, disarm. Nothing is downloaded or
/// installed: Windows itself records (ETW), and Process Monitor too where you give it. `plan` shows every change first
/// and works on any system; the others need Windows.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples, on the failing machine, in a Command Prompt opened with 'Run as administrator':
  bootrace capture plan                                      what arming would change, and how it is undone
  bootrace capture arm                                       trace the next boot, and the shutdown before it
  bootrace capture arm --procmon D:\\Procmon64.exe --accept-eula --boots 3
  bootrace capture status                                    after the restart: did it record, was anything lost
  bootrace capture collect -o D:\\case-4711.zip               one .zip with traces, logs and a manifest
  bootrace capture disarm                                    puts everything back
  bootrace capture live -- dism /online /cleanup-image /restorehealth
Then, on any system:
  bootrace report case-4711.zip

Exit codes: 0 done; 2 not done, and the message says what to do.")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what arming would change, step by step, and how it is undone; changes nothing
    #[command(after_help = "\
Examples:
  bootrace capture plan
  bootrace capture plan --procmon D:\\Procmon64.exe --boots 3
  bootrace capture plan --json | jq .steps")]
    Plan(PlanArgs),
    /// Set the machine up to record its next boots
    #[command(after_help = "\
Examples:
  bootrace capture arm
  bootrace capture arm --procmon D:\\Procmon64.exe --accept-eula
  bootrace capture arm --boots 3 --auto-collect     an update that restarts several times")]
    Arm(ArmArgs),
    /// Show whether it is armed, what was recorded, and what was lost; changes nothing
    #[command(after_help = "\
Examples:
  bootrace capture status
  bootrace capture status --offline D:\\Windows     from WinPE")]
    Status(Target),
    /// Pack traces, logs and facts of the machine into one .zip
    #[command(after_help = "\
Examples:
  bootrace capture collect -o D:\\case-4711.zip
  bootrace capture collect --redact -o D:\\case-4711.zip
  bootrace capture collect --unarmed -o D:\\logs.zip     only the logs, nothing was traced")]
    Collect(CollectArgs),
    /// Put everything back as it was; safe at any time, also twice
    #[command(after_help = "\
Examples:
  bootrace capture disarm
  bootrace capture disarm --offline D:\\Windows     from WinPE")]
    Disarm(DisarmArgs),
    /// Record while a command runs, for failures that come without a restart
    #[command(after_help = "\
Examples:
  bootrace capture live -- dism /online /cleanup-image /restorehealth
  bootrace capture live -o D:\\sfc.etl -- sfc /scannow")]
    Live(LiveArgs),
}

#[derive(Debug, clap::Args)]
struct Target {
    /// Windows folder of a system that does not start, such as D:\Windows, from WinPE or another Windows
    #[arg(long, value_name = "FOLDER")]
    offline: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Choices {
    #[command(flatten)]
    target: Target,

    /// How many boots keep a trace of their own, 1 to 15: for updates that restart several times
    #[arg(long, value_name = "N", default_value_t = 1)]
    boots: u32,

    /// Process Monitor (Procmon64.exe), to log the next boot too; it is copied, and the copy is run
    #[arg(long, value_name = "PATH")]
    procmon: Option<PathBuf>,

    /// You have read and accept the licence of Process Monitor
    #[arg(long)]
    accept_eula: bool,

    /// Add the kernel's own session: every file and registry operation, some GB for each boot
    #[arg(long)]
    kernel: bool,

    /// Do not record from now until the restart
    #[arg(long)]
    no_shutdown: bool,

    /// Collect by itself after the next logon, once
    #[arg(long)]
    auto_collect: bool,
}

#[derive(Debug, clap::Args)]
struct PlanArgs {
    #[command(flatten)]
    choices: Choices,

    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct ArmArgs {
    #[command(flatten)]
    choices: Choices,

    /// Restart at once when armed; without it nothing ever restarts
    #[arg(long)]
    reboot: bool,
}

#[derive(Debug, clap::Args)]
struct CollectArgs {
    #[command(flatten)]
    target: Target,

    /// The .zip to write, in a folder that only administrators can write [default: in %SystemRoot%\bootrace\bundles]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Mask names of people and machines, and leave out what cannot be masked; SECURITY.md says what stays
    #[arg(long)]
    redact: bool,

    /// Collect logs of a machine that was not armed
    #[arg(long)]
    unarmed: bool,

    /// Started by the task of --auto-collect
    #[arg(long, hide = true)]
    auto: bool,
}

#[derive(Debug, clap::Args)]
struct DisarmArgs {
    #[command(flatten)]
    target: Target,

    /// Delete traces that are in no bundle yet
    #[arg(long)]
    discard: bool,
}

#[derive(Debug, clap::Args)]
struct LiveArgs {
    /// The trace file to write (.etl) [default: in %SystemRoot%\bootrace\bundles]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// The command: a whole path, or the name of a program in System32
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Plan(args) => print_plan(args)?,
        Command::Arm(args) => arm(args)?,
        Command::Status(target) => print!("{}", status::status(&*here(target)?)?),
        Command::Collect(args) => collect(args)?,
        Command::Disarm(args) => disarm(args)?,
        Command::Live(args) => live(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn here(target: &Target) -> anyhow::Result<Box<dyn Machine>> {
    Ok(trace_capture::here(target.offline.as_deref())?)
}

fn options(choices: &Choices, facts: &Facts) -> anyhow::Result<plan::Options> {
    let whole = |path: &PathBuf| {
        let whole = if cfg!(windows) { std::path::absolute(path) } else { Ok(path.clone()) };
        Ok::<_, anyhow::Error>(whole.with_context(|| format!("{}", path.display()))?.display().to_string())
    };
    let found = facts.procmon.clone().filter(|_| choices.accept_eula && choices.target.offline.is_none());
    Ok(plan::Options {
        boots: choices.boots,
        procmon: choices.procmon.as_ref().map(whole).transpose()?.or(found),
        accept_eula: choices.accept_eula,
        kernel: choices.kernel,
        shutdown: !choices.no_shutdown,
        auto_collect: choices.auto_collect.then(own_path).transpose()?,
        offline: choices.target.offline.clone(),
    })
}

/// This program, or what it is called on the machine that the plan is for.
fn own_path() -> anyhow::Result<String> {
    if cfg!(windows) {
        Ok(std::env::current_exe().context("find the own program")?.display().to_string())
    } else {
        Ok("bootrace.exe".into())
    }
}

fn print_plan(args: &PlanArgs) -> anyhow::Result<()> {
    // Without a machine, or without rights to look at it, the plan is the same but for what depends on facts.
    let facts = match here(&args.choices.target) {
        Ok(machine) => Some(machine.facts()?),
        Err(error) if error.downcast_ref::<CaptureError>().is_some_and(is_no_machine) => None,
        Err(error) => return Err(error),
    };
    let known = facts.is_some();
    let facts = facts.unwrap_or_default();
    let options = options(&args.choices, &facts)?;
    let plan = plan::build(&options, &facts)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", plan.to_json()?)?;
        return Ok(());
    }
    write!(out, "{plan}")?;
    if known {
        print_findings(&mut out, &preflight(&facts, &options, &plan))?;
    } else {
        writeln!(
            out,
            "\nThe failing machine was not looked at (that needs Windows and administrator rights): there, arming checks it first."
        )?;
    }
    Ok(())
}

fn is_no_machine(error: &CaptureError) -> bool {
    matches!(error, CaptureError::NotWindows | CaptureError::NotAdministrator)
}

fn print_findings(
    out: &mut dyn std::io::Write,
    findings: &[trace_capture::facts::Finding],
) -> std::io::Result<()> {
    for finding in findings {
        let name = match finding.severity {
            Severity::Blocker => "stops arming",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        writeln!(out, "{name}: {}", finding.text)?;
    }
    Ok(())
}

fn arm(args: &ArmArgs) -> anyhow::Result<()> {
    let machine = here(&args.choices.target)?;
    let facts = machine.facts()?;
    let plan = plan::build(&options(&args.choices, &facts)?, &facts)?;
    let report = engine::arm(&*machine, &plan)?;
    let mut out = std::io::stdout().lock();
    print_findings(&mut out, &report.findings)?;
    for (what, why) in &report.left_out {
        writeln!(out, "left out: {what}: {why}")?;
    }
    writeln!(
        out,
        "Armed. Install the update if it is not pending yet, then restart (Restart, not Shut down)."
    )?;
    writeln!(out, "After that: bootrace capture collect, then bootrace capture disarm.")?;
    if args.reboot && args.choices.target.offline.is_none() {
        restart(&*machine)?;
        writeln!(out, "Restarting in 15 seconds; `shutdown /a` stops it.")?;
    }
    Ok(())
}

fn restart(machine: &dyn Machine) -> anyhow::Result<()> {
    let program = r"%SystemRoot%\System32\shutdown.exe".to_owned();
    let args = ["/r", "/t", "15"].map(str::to_owned).to_vec();
    match machine.run(&Call { program, args, seconds: 30, output: None })? {
        Outcome::Exit(0) => Ok(()),
        outcome => anyhow::bail!(
            "shutdown.exe did not restart the machine ({outcome:?}): it is armed, restart it by hand"
        ),
    }
}

fn collect(args: &CollectArgs) -> anyhow::Result<()> {
    let machine = here(&args.target)?;
    let bundle = match &args.output {
        Some(path) => std::path::absolute(path).with_context(|| format!("{}", path.display()))?,
        None => in_bundles(&*machine, "bundle", "zip")?,
    };
    let options = collect::Options {
        bundle,
        redact: args.redact,
        unarmed: args.unarmed,
        offline: args.target.offline.is_some(),
    };
    let shown = std::io::stderr().is_terminal() && !args.auto;
    let report = collect::collect(&*machine, &options, &mut |source| {
        if shown {
            eprintln!("  {source}");
        }
    })?;
    let manifest = &report.manifest;
    println!("{}", report.bundle.display());
    println!(
        "{}: {} files; {} could not be had (manifest.json says why); {} left out by --redact",
        trace_capture::facts::size(report.bytes),
        manifest.files.len(),
        manifest.failed.len(),
        manifest.left_out.len()
    );
    println!("Next: take it away, run `bootrace report` on it, and `bootrace capture disarm` here.");
    Ok(())
}

/// A name in the folder of bundles: one that a kill left half written, so that it is gone on with, else a new one.
fn in_bundles(machine: &dyn Machine, what: &str, ending: &str) -> anyhow::Result<PathBuf> {
    machine.make_folder(plan::FOLDER)?;
    machine.make_folder(plan::BUNDLES)?;
    let left = machine.list(plan::BUNDLES)?.unwrap_or_default();
    let left = left.iter().find_map(|e| e.name.strip_suffix(".partial").filter(|n| n.ends_with(ending)));
    let name = match left {
        Some(name) => name.to_owned(),
        None => format!("{what}-{}.{ending}", machine.now().replace([':', '-'], "")),
    };
    Ok(machine.real(plan::BUNDLES).join(name))
}

fn disarm(args: &DisarmArgs) -> anyhow::Result<()> {
    let report = engine::disarm(&*here(&args.target)?, args.discard)?;
    if report.undone == 0 {
        println!("Nothing was armed.");
    } else {
        println!("Disarmed: {} steps undone, everything is as it was.", report.undone);
    }
    for folder in &report.kept {
        println!("Kept: {folder}");
    }
    if report.kept.iter().any(|k| k == plan::TRACES) {
        println!(
            "Its traces are in no bundle: `bootrace capture collect --unarmed` packs them, `bootrace capture disarm --discard` deletes them."
        );
    }
    Ok(())
}

fn live(args: &LiveArgs) -> anyhow::Result<()> {
    let file = match &args.output {
        Some(path) => std::path::absolute(path).with_context(|| format!("{}", path.display()))?,
        None => in_bundles(&*trace_capture::here(None)?, "live", "etl")?,
    };
    print!("{}", trace_capture::run_live(&args.command, &file)?);
    Ok(())
}
