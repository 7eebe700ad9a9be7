//! Springs a trap: what the diagnosis names in it, and whether it may.

use std::path::{Path, PathBuf};

use anyhow::Result;
use diagnosis::{Baseline, Level, Others, Outcome, Rules, Seen, diagnose, diagnose_among};
use sample_traces::Rng;
use timeline::{Case, Event, Timeline};

use super::{
    boot::Boot,
    kinds::{Given, KINDS},
};

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

/// What a trap is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Beside<'b> {
    Nothing,
    /// The trace of a good boot.
    GoodBoot(&'b Boot),
    /// A fleet that speaks for all that may not be named, and against the rest.
    PoisonedFleet,
}

/// Operations with their status and path. All healthy boots of the fleet have them, and no failing boot does. For all other
/// operations it is the other way round.
struct Poisoned(Vec<(&'static str, u32, String)>);

impl Others for Poisoned {
    fn seen(&self, operation: &str, status: u32, path: &str) -> Option<Seen> {
        const ALL: (u32, u32) = (500, 500);
        const NONE: (u32, u32) = (0, 500);
        let is_right =
            self.0.iter().any(|right| (right.0, right.1, right.2.as_str()) == (operation, status, path));
        let (healthy, failing) = if is_right { (ALL, NONE) } else { (NONE, ALL) };
        Some(Seen { healthy, failing, same_build: true })
    }
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

/// The case of these files, written into a folder.
pub(crate) fn case(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<Case> {
    std::fs::create_dir_all(folder)?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes)?;
        paths.push(path);
    }
    Ok(Case::open(&paths))
}

/// Gives the first files of the trap to the diagnosis, with what they are compared with.
fn ask(trap: &Trap, files: usize, beside: Beside<'_>, rules: &Rules) -> Result<Option<Named>> {
    let files = trap.files.get(..files).unwrap_or(&trap.files);
    let folder = tempfile::tempdir()?;
    let case_of = |name: &str, files: &[(String, Vec<u8>)]| case(&folder.path().join(name), files);
    let case = case_of("this", files)?;
    let timeline = Timeline::new(&case);
    let good = match beside {
        Beside::GoodBoot(boot) => Some(case_of("good", &boot.files(false)?)?),
        Beside::Nothing | Beside::PoisonedFleet => None,
    };
    let baseline = good.as_ref().map(|good| {
        let timeline = Timeline::new(good);
        let diagnosis = diagnose(&timeline, rules);
        Baseline::new(timeline, diagnosis)
    });
    let trace = files.first().map_or("", |(name, _)| name.as_str());
    let is_of_trace = |event: &Event| {
        let source = case.inputs.get(usize::from(event.id.source.0));
        source.is_some_and(|input| input.path.ends_with(trace))
    };
    let mut diagnosis = diagnose_among(&timeline, rules, baseline.as_ref(), None);
    if matches!(beside, Beside::PoisonedFleet) {
        let events = diagnosis.candidates.iter().map(|c| &c.event);
        let right = events.filter(|event| is_of_trace(event) && trap.allowed.contains(&event.id.index));
        let fleet = Poisoned(right.map(|event| (event.name, event.status, event.path.clone())).collect());
        diagnosis = diagnose_among(&timeline, rules, None, Some(&fleet));
    }
    let verdict = &diagnosis.verdict;
    let named = verdict.failing.filter(|_| verdict.outcome == Outcome::FailingOperation);
    Ok(named.and_then(|at| diagnosis.candidates.get(at)).map(|c| {
        let process = timeline.process_of(&c.event).map_or("?", |p| p.name.as_str());
        Named {
            level: verdict.confidence.level,
            score: c.score,
            index: c.event.id.index,
            of_trace: is_of_trace(&c.event),
            words: format!("{process} {} {} 0x{:08X}", c.event.name, c.event.path, c.event.status),
        }
    }))
}

/// Asks about the trap.
fn spring(trap: &Trap, beside: Beside<'_>, rules: &Rules) -> Result<Sprung> {
    let named = ask(trap, trap.files.len(), beside, rules)?;
    let may = named.as_ref().is_none_or(|n| n.of_trace && trap.allowed.contains(&n.index));
    let mut is_wrong = !may;
    if trap.logs_are_foreign
        && let Some(named) = &named
    {
        let alone = ask(trap, 1, beside, rules)?;
        is_wrong |= alone.is_none_or(|alone| alone.level < named.level);
    }
    Ok(Sprung { named, is_wrong, has_right: !trap.allowed.is_empty() })
}

/// Makes the traps of these kinds (all if none is named) and asks about each.
///
/// # Errors
/// If a trap cannot be made, or its files cannot be written.
pub(crate) fn spring_all(
    given: &Given<'_>,
    kinds: &[&str],
    beside: Beside<'_>,
    rules: &Rules,
) -> Result<Vec<(&'static str, Trap, Sprung)>> {
    let boot = given.boot;
    let mut all = Vec::new();
    if given.with_logs && boot.logs.is_empty() {
        return Ok(all);
    }
    for kind in KINDS.iter().filter(|k| kinds.is_empty() || kinds.contains(&k.name)) {
        let topic = format!("{}{}{}", kind.name, boot.scenario, given.with_logs);
        let mut rng = Rng::new(boot.seed).fork(&topic);
        for trap in (kind.make)(given, &mut rng)? {
            let sprung = spring(&trap, beside, rules)?;
            all.push((kind.name, trap, sprung));
        }
    }
    Ok(all)
}
