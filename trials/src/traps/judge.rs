//! Springs a trap: what the diagnosis names in it, and whether it may.

use std::path::PathBuf;

use anyhow::Result;
use diagnosis::{Level, Outcome, Rules, diagnose};
use timeline::{Case, Timeline};

/// A trap.
#[derive(Debug)]
pub(crate) struct Trap {
    /// What was done, in a few words.
    pub(crate) what: String,
    /// Names and bytes of the inputs, the trace first.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Numbers of the events of the trace that may be named.
    pub(crate) allowed: Vec<u64>,
    /// Whether all but the trace may raise no confidence.
    pub(crate) logs_are_foreign: bool,
}

/// An operation that the diagnosis names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) level: Level,
    pub(crate) score: f64,
    /// Number of the event.
    index: u64,
    of_trace: bool,
    /// The operation in words.
    pub(crate) words: String,
}

/// What became of a trap.
#[derive(Debug)]
pub(crate) struct Sprung {
    pub(crate) named: Option<Named>,
    /// Nothing may be named, or something else.
    pub(crate) is_wrong: bool,
    /// Whether there was something to be named.
    pub(crate) has_right: bool,
}

/// Gives the files to the diagnosis.
pub(crate) fn ask(files: &[(String, Vec<u8>)], rules: &Rules) -> Result<Option<Named>> {
    let folder = tempfile::tempdir()?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        paths.push(path);
    }
    let case = Case::open(&paths);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, rules);
    let verdict = &diagnosis.verdict;
    let named = verdict.failing.filter(|_| verdict.outcome == Outcome::FailingOperation);
    Ok(named.and_then(|at| diagnosis.candidates.get(at)).map(|c| {
        let process = timeline.process_of(&c.event).map_or("?", |p| p.name.as_str());
        let trace = files.first().map_or("", |(name, _)| name.as_str());
        let source = case.inputs.get(usize::from(c.event.id.source.0));
        Named {
            level: verdict.confidence.level,
            score: c.score,
            index: c.event.id.index,
            of_trace: source.is_some_and(|i| i.path.ends_with(trace)),
            words: format!("{process} {} {} 0x{:08X}", c.event.name, c.event.path, c.event.status),
        }
    }))
}

/// Asks about the trap.
///
/// # Errors
/// Where its files cannot be written.
pub(crate) fn spring(trap: &Trap, rules: &Rules) -> Result<Sprung> {
    let named = ask(&trap.files, rules)?;
    let may = named.as_ref().is_none_or(|n| n.of_trace && trap.allowed.contains(&n.index));
    let mut is_wrong = !may;
    if trap.logs_are_foreign
        && let Some(named) = &named
    {
        let alone = ask(trap.files.get(..1).unwrap_or_default(), rules)?;
        is_wrong |= alone.is_none_or(|alone| alone.level < named.level);
    }
    Ok(Sprung { named, is_wrong, has_right: !trap.allowed.is_empty() })
}
