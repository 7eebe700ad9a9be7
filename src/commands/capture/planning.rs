//! `capture plan`: the plan for this machine, or for another one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use trace_capture::facts::{Facts, Severity, preflight};
use trace_capture::{CaptureError, plan, script};

use super::actions::here;
use super::{Choices, Format, PlanArgs};
use crate::words::said as say;

pub(super) fn options(choices: &Choices, facts: &Facts) -> anyhow::Result<plan::Options> {
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
        auto_collect: choices.auto_collect,
        program: own_path()?,
        offline: choices.target.offline.clone(),
    })
}

/// This program, or what it is called on the machine that the plan is for.
fn own_path() -> anyhow::Result<String> {
    if cfg!(windows) {
        Ok(std::env::current_exe().with_context(|| say::OWN_PATH.plain())?.display().to_string())
    } else {
        Ok("bootrace.exe".into())
    }
}

pub(super) fn print_plan(args: &PlanArgs) -> anyhow::Result<()> {
    // Without a machine, or without rights to look at it, the plan is the same but for what depends on facts.
    let facts = match here(&args.choices.target) {
        Ok(machine) => Some(machine.facts()),
        Err(error) if error.downcast_ref::<CaptureError>().is_some_and(is_no_machine) => None,
        Err(error) => return Err(error),
    };
    let known = facts.is_some();
    let facts = facts.unwrap_or_default();
    let options = options(&args.choices, &facts)?;
    let plan = plan::build(&options, &facts)?;
    if let (Some(Format::Cmd), Some(folder)) = (args.format, &args.output) {
        return write_scripts(&plan, folder);
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", plan.to_json()?)?;
        return Ok(());
    }
    write!(out, "{}", say::shown(&plan))?;
    if known {
        print_findings(&mut out, &preflight(&facts, &options, &plan))?;
    } else {
        writeln!(out, "\n{}", say::NOT_LOOKED_AT.plain())?;
    }
    Ok(())
}

fn is_no_machine(error: &CaptureError) -> bool {
    matches!(error, CaptureError::NotWindows | CaptureError::NotAdministrator)
}

pub(super) fn print_findings(
    out: &mut dyn std::io::Write,
    findings: &[trace_capture::facts::Finding],
) -> std::io::Result<()> {
    for finding in findings {
        let said = match finding.severity {
            Severity::Blocker => say::STOPS_ARMING,
            Severity::Warning => say::CAUTION,
            Severity::Note => say::NOTE,
        };
        writeln!(out, "{}", said.with(&[&say::of_capture(&finding.text)]))?;
    }
    Ok(())
}

/// Writes the scripts beside each other. Files of these names are replaced.
fn write_scripts(plan: &plan::Plan, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    for (name, text) in script::scripts(plan, say::of_capture) {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("{}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}
