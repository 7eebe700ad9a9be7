//! `bootrace capture`: arms the failing machine, collects, and puts everything back.

mod actions;
mod planning;

use std::path::PathBuf;

pub(crate) use actions::run;

/// Records the reboot of an update on the failing machine, and packs the files for a report
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
  bootrace capture live -- wusa D:\\x.msu /quiet /norestart   an installation that fails before any restart
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
  bootrace capture plan --json | jq .steps
  bootrace capture plan --format cmd -o scripts     scripts for a machine that does not allow unsigned programs")]
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
    /// Pack traces, logs and facts about the machine into one .zip
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
    /// End the recording of a boot once the update is through; started by the task of Process Monitor
    #[command(hide = true)]
    Watch,
    /// Record while a command runs, for failures without a restart
    #[command(after_help = "\
Examples:
  bootrace capture live -- wusa D:\\x.msu /quiet /norestart
  bootrace capture live -- dism /online /add-package /packagepath:D:\\x.cab
  bootrace capture live -o D:\\sfc.etl -- sfc /scannow

The exit code is the command's.")]
    Live(LiveArgs),
}

#[derive(Debug, clap::Args)]
struct Target {
    /// Windows folder of a system that does not start, such as D:\Windows; for WinPE or another Windows
    #[arg(long, value_name = "FOLDER")]
    offline: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Choices {
    #[command(flatten)]
    target: Target,

    /// How many boots to record, 1 to 15, each in its own trace: for updates that restart several times
    #[arg(long, value_name = "N", default_value_t = 1)]
    boots: u32,

    /// Process Monitor (Procmon64.exe), which logs the next boot too. bootrace copies it and runs the copy
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

    /// Collect by itself after the next boot, once
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

    /// cmd: arm.cmd, status.cmd, collect.cmd and disarm.cmd, which run no program but Windows' own and Process
    /// Monitor
    #[arg(long, value_enum, conflicts_with = "json", requires = "output")]
    format: Option<Format>,

    /// The folder for the scripts
    #[arg(short, long, value_name = "FOLDER", requires = "format")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Cmd,
}

#[derive(Debug, clap::Args)]
struct ArmArgs {
    #[command(flatten)]
    choices: Choices,

    /// Restart at once after arming. Without this option bootrace never restarts the machine
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

    /// Mask names of people and machines, and leave out files that cannot be masked; SECURITY.md lists what stays
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

    /// Also delete the traces that are in no finished bundle
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
