//! `bootrace slice`: a smaller log with the events that matter, for a colleague or a case.

use std::{collections::BTreeSet, ops::RangeInclusive, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use diagnosis::{Outcome, Rules};
use pml_reader::{PmlEvent, PmlFile, TICKS_PER_SECOND, write::write_subset};
use rayon::prelude::*;
use timeline::{
    Case, FileTime, Source, SourceId,
    query::{Filter, Scratch},
};

use super::{choice::Choice, log, part::Part, reading, report::spinner};
use crate::lang;
use crate::words::said as say;

/// Writes a smaller Process Monitor log with the events that you choose
///
/// The new log has the same events, with stacks and sequence numbers, and the processes that they need. Process
/// Monitor and other readers of PML files open it. The input does not change.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bootrace slice boot.pml -o small.pml --where 'process-name is TiWorker.exe'
  bootrace slice boot.pml -o denied.pml --where 'result is ACCESS DENIED'
  bootrace slice boot.pml -o cpu.pml --where 'path contains cpu.inf' --where 'result is-not SUCCESS'
  bootrace slice boot.pml -o quiet.pml --where 'event-class is-not Profiling'
  bootrace slice boot.pml -o minute.pml --from 15:58:00 --to 15:59:00
  bootrace slice boot.pml -o around.pml --around '@14.8s±2s'
  bootrace slice boot.pml -o failure.pml --around-failure --with CBS.log

Filters are Process Monitor's: several on one column are alternatives, different columns must all
hold, is-not and excludes take away. `bootrace events` takes the same ones and shows what they choose.

Exit codes: 0 done; 2 the log could not be read, or the new one not written.")]
pub(crate) struct Args {
    /// Process Monitor log (.pml)
    #[arg(value_name = "IN.pml")]
    input: PathBuf,

    /// The log to write; a file that is there is replaced once the new one is whole
    #[arg(short, long, value_name = "OUT.pml")]
    output: PathBuf,

    #[command(flatten)]
    choice: Choice,

    /// Only the events that the report of this log shows, and all events within SECONDS of the failing operation (1
    /// by default)
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = seconds
    )]
    around_failure: Option<f64>,

    /// Other inputs of the same reboot, such as CBS.log, for --around-failure; give it several times
    #[arg(long, value_name = "INPUT", requires = "around_failure")]
    with: Vec<PathBuf>,
}

/// A number of seconds that can be one.
fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    number.ok_or_else(|| say::NO_SECONDS.with(&[&text]))
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    // What is wrong with the options is told before the log is opened.
    args.choice.filter(|_| Some(FileTime(0)))?;
    let input = args.input.display();
    let file = log::open(&args.input)?;
    let time = |number: u64| Some(FileTime(file.event(usize::try_from(number).ok()?).ok()?.time().0));
    let filter = args.choice.filter(time)?;
    let around = args.around_failure.map(|seconds| Around::find(args, seconds)).transpose()?;
    let chosen = choose(&file, &filter, around.as_ref());
    let mut part = Part::beside(&args.output, &args.input)?;
    let (_, subset) = write_subset(&file, chosen.iter().map(|i| *i as usize), &mut part.file)
        .with_context(|| say::CANNOT_WRITE.with(&[&args.output.display()]))?;
    part.rename(&args.output)?;
    let (events, processes) = (file.len(), file.processes().len());
    let output = args.output.display();
    tell!("{}", say::SLICED.with(&[&output, &subset.events, &events, &subset.processes, &processes]));
    if subset.without_completion > 0 {
        tell!("bootrace: {}", say::CUT_COMPLETIONS.with(&[&input, &subset.without_completion]));
    }
    if subset.damaged > 0 {
        tell!("bootrace: {}", say::DAMAGED_EVENTS.with(&[&input, &subset.damaged]));
    }
    Ok(ExitCode::SUCCESS)
}

/// What lies around the failure.
struct Around {
    /// Numbers of the events that the report shows.
    shown: BTreeSet<u64>,
    /// Times around the failing operation, as FILETIME; `None` where no operation of this log is named.
    times: Option<RangeInclusive<u64>>,
}

impl Around {
    /// Diagnoses the log.
    fn find(args: &Args, seconds: f64) -> anyhow::Result<Self> {
        let input = args.input.display();
        let paths: Vec<PathBuf> = std::iter::once(&args.input).chain(&args.with).cloned().collect();
        let case = Case::open(&paths);
        for error in &case.unreadable {
            tell!("bootrace: {}", lang::of(&error.words()));
        }
        let name = args.input.file_name().unwrap_or_default().to_string_lossy();
        let is_this = |input: &timeline::Input| matches!(input.source, Source::Pml(_)) && input.path == name;
        let number = case.inputs.iter().position(is_this).and_then(|number| u16::try_from(number).ok());
        let source = SourceId(number.with_context(|| say::NOT_DIAGNOSED.with(&[&input]))?);
        let bar = spinner();
        let timeline = reading::read(&case, &bar);
        bar.set_message(say::DIAGNOSING.plain());
        let diagnosis = diagnosis::diagnose(&timeline, &Rules::built_in());
        bar.finish_and_clear();
        let mut shown = diagnosis.events_of(source);
        let culprits = diagnosis::headline(&timeline, &diagnosis).culprits;
        shown.extend(culprits.iter().filter_map(|culprit| match culprit.place()? {
            timeline::Place::Event(id) if id.source == source => Some(id.index),
            _ => None,
        }));
        let verdict = &diagnosis.verdict;
        for words in verdict.mixture.iter().chain([&verdict.summary]) {
            tell!("bootrace: {}", lang::of(words));
        }
        let failed =
            matches!(diagnosis.verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
        if !failed || shown.is_empty() {
            bail!(say::NO_FAILURE.with(&[&input]));
        }
        let failing = diagnosis.failing().filter(|event| event.id.source == source);
        #[expect(
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "a cast of a float ends at the bounds of the integer"
        )]
        let within = (seconds * TICKS_PER_SECOND as f64) as u64;
        let times = failing.map(|e| e.time.0.saturating_sub(within)..=e.time.0.saturating_add(within));
        Ok(Self { shown, times })
    }

    fn holds(&self, number: u32, event: &PmlEvent<'_>) -> bool {
        self.shown.contains(&number.into())
            || self.times.as_ref().is_some_and(|times| times.contains(&event.time().0))
    }
}

/// Numbers of the events that pass, in order of time; those of damaged events too, which the copying leaves out and
/// counts.
fn choose(file: &PmlFile, filter: &Filter, around: Option<&Around>) -> Vec<u32> {
    // A log counts its events in 32 bits.
    let count = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let mut chosen: Vec<u32> = (0..count)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, i| {
            let wants = |e: PmlEvent<'_>| {
                around.is_none_or(|around| around.holds(i, &e)) && filter.wants(&e, scratch)
            };
            file.event(i as usize).map_or(around.is_none(), wants).then_some(i)
        })
        .flatten_iter()
        .collect();
    // A log lists its events by time, unless it is damaged.
    let time = |i: &u32| file.event(*i as usize).map_or(0, |e| e.time().0);
    if !chosen.is_sorted_by_key(time) {
        chosen.sort_by_key(time);
    }
    chosen
}
