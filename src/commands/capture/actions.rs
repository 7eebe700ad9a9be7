//! What the subcommands of `capture` do on Windows.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use trace_capture::machine::{Call, Machine, Outcome};
use trace_capture::{collect, engine, live, messages, plan, status, watch};

use super::planning::{options, print_findings, print_plan};
use super::{Args, ArmArgs, CollectArgs, Command, DisarmArgs, LiveArgs, Target};
use crate::words::said as say;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Plan(args) => print_plan(args)?,
        Command::Arm(args) => arm(args)?,
        Command::Status(target) => print!("{}", say::shown(&status::status(&*here(target)?)?)),
        Command::Collect(args) => collect(args)?,
        Command::Disarm(args) => disarm(args)?,
        Command::Watch => watch()?,
        Command::Live(args) => live(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn here(target: &Target) -> anyhow::Result<Box<dyn Machine>> {
    Ok(trace_capture::here(target.offline.as_deref())?)
}

fn arm(args: &ArmArgs) -> anyhow::Result<()> {
    let machine = here(&args.choices.target)?;
    let facts = machine.facts();
    let plan = plan::build(&options(&args.choices, &facts)?, &facts)?;
    let report = engine::arm(&*machine, &plan)?;
    let mut out = std::io::stdout().lock();
    print_findings(&mut out, &report.findings)?;
    for (what, why) in &report.left_out {
        writeln!(out, "{}", say::LEFT_OUT.with(&[what, why]))?;
    }
    for note in &report.notes {
        writeln!(out, "{}", say::of_capture(note))?;
    }
    writeln!(out, "{}", say::ARMED.plain())?;
    writeln!(out, "{}", say::ARMED_NEXT.plain())?;
    if args.reboot && args.choices.target.offline.is_none() {
        restart(&*machine)?;
        writeln!(out, "{}", say::RESTARTING.plain())?;
    }
    Ok(())
}

fn restart(machine: &dyn Machine) -> anyhow::Result<()> {
    let program = r"%SystemRoot%\System32\shutdown.exe".to_owned();
    let args = ["/r", "/t", "15"].map(str::to_owned).to_vec();
    match machine.run(&Call { program, args, seconds: 30, output: None })? {
        Outcome::Exit(0) => Ok(()),
        outcome => anyhow::bail!(say::NOT_RESTARTED.with(&[&format!("{outcome:?}")])),
    }
}

fn collect(args: &CollectArgs) -> anyhow::Result<()> {
    let machine = here(&args.target)?;
    let bundle = match &args.output {
        Some(path) => std::path::absolute(path).with_context(|| format!("{}", path.display()))?,
        None => in_bundles(&*machine, "bundle", "zip")?,
    };
    let options = collect::Options { bundle, redact: args.redact, unarmed: args.unarmed, auto: args.auto };
    let shown = std::io::stderr().is_terminal() && !args.auto;
    let outcome = collect::collect(&*machine, &options, &mut |source| {
        if shown {
            tell!("  {source}");
        }
    })?;
    let report = match outcome {
        collect::Outcome::Collected(report) => report,
        collect::Outcome::Waiting(why) => {
            println!("{}", say::of_capture(&why));
            return Ok(());
        }
    };
    let manifest = &report.manifest;
    println!("{}", report.bundle.display());
    let size = trace_capture::facts::size(report.bytes);
    let (files, failed, left_out) = (manifest.files.len(), manifest.failed.len(), manifest.left_out.len());
    println!("{}", say::BUNDLED.with(&[&size, &files, &failed, &left_out]));
    for warning in &manifest.warnings {
        println!("{}", say::CAUTION.with(&[&say::of_capture(warning)]));
    }
    println!("{}", say::COLLECTED_NEXT.plain());
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
    let steps = report.undone;
    match (steps, report.is_complete()) {
        (0, true) => println!("{}", say::NOTHING_ARMED.plain()),
        (_, true) => println!("{}", say::DISARMED.with(&[&steps])),
        (_, false) => println!("{}", say::DISARMED_PARTLY.with(&[&steps])),
    }
    for message in &report.left_over {
        println!("  {}", say::of_capture(message));
    }
    for trace in &report.not_bundled {
        println!("{}", say::of_capture(&messages::TRACES_NOT_BUNDLED.with(&[trace])));
    }
    for path in &report.kept {
        println!("{}", say::KEPT.with(&[path]));
    }
    Ok(())
}

/// What the task of Process Monitor runs. Nobody reads what it prints; the journal has what failed.
fn watch() -> anyhow::Result<()> {
    let watched = watch::watch(&*trace_capture::here(None)?)?;
    println!("{}", say::SESSIONS_STOPPED.with(&[&watched.stopped.len()]));
    Ok(())
}

fn live(args: &LiveArgs) -> anyhow::Result<()> {
    let machine = trace_capture::here(None)?;
    let file = match &args.output {
        Some(path) => std::path::absolute(path).with_context(|| format!("{}", path.display()))?,
        None => in_bundles(&*machine, "live", "etl")?,
    };
    let command = live::Command::find(&*machine, &args.command)?;
    let lived = live::trace(&*machine, &file, &|| command.run())?;
    print!("{}", say::shown(&lived));
    std::io::stdout().flush()?;
    // All 32 bits of it: scripts look for 3010 and for HRESULTs.
    std::process::exit(lived.exit_code)
}
