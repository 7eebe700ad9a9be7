//! Faults: what the servicing logs themselves say failed, and which of them comes first.

mod attempts;
mod collect;
mod fault;
mod kinds;
mod log_faults;
mod online;
mod words;

pub(crate) use collect::{component_name, ends_badly, failure_code};
pub use fault::{Detail, Fault};
pub(crate) use fault::{package_name, win32};
pub use kinds::FaultKind;
pub use log_faults::Faults;
pub use online::{Online, OnlineStep};

use crate::{
    log_state::LogState,
    settled::Settled,
    stages::{self, Stages},
};
use attempts::{Covered, Ends};
use timeline::{Fact, LogKind, LogLine, PhaseName, Source, Step, Ticks, Timeline};

/// Collects the faults of all logs.
#[tracing::instrument(name = "faults", skip_all)]
pub(crate) fn find(timeline: &Timeline<'_>) -> Faults {
    let is_cbs = |source: &Source| matches!(source, Source::Log(log) if log.kind == LogKind::Cbs);
    let scans = timeline.case.inputs.iter().zip(&timeline.scans);
    let (mut cbs, others): (Vec<_>, Vec<_>) = scans.partition(|(input, _)| is_cbs(&input.source));
    // CBS closes its log at many of its starts; the next one goes on where that ended.
    cbs.sort_by_key(|(_, scan)| scan.lines.first().and_then(|l| l.local));
    let lines: Vec<&LogLine> = cbs.iter().flat_map(|(_, scan)| &scan.lines).collect();
    let places = Stages::of(&lines);
    let mut faults =
        Faults { state: LogState::of(&lines), settled: Settled::of(timeline), ..Faults::default() };
    let mut open = None;
    for (at, (line, place)) in lines.iter().zip(&places).enumerate() {
        faults.record(line, *place, lines.get(at + 1..).unwrap_or_default());
        match &line.fact {
            Fact::Installer(run) => open = Some(run).filter(|run| !run.ended),
            Fact::Stage(_, Step::Complete) => open = None,
            Fact::Hang => faults.hung_in(open.take()),
            _ => {}
        }
    }
    faults.drop_false_rollbacks(&lines);
    faults.roll_back_as_decided(&places);
    faults.drop_unsupported(&lines, &places);
    faults.drop_good_sessions(&lines, &places);
    let covered = Covered::of(timeline);
    let ends = Ends::of(&lines, &places, &covered);
    faults.set_past_apart(&ends, &covered);
    let attempt = faults.attempt(&covered).unwrap_or(0);
    let begin = lines.iter().find_map(|l| l.time);
    for line in others.iter().flat_map(|(_, scan)| &scan.lines) {
        if faults.settled.has(line) || faults.precedes_end_of_cbs(line) {
            continue;
        }
        // What is older than CBS.log belongs to no attempt that it tells of.
        // poqexec ran before CBS wrote its first line.
        let of_poqexec = matches!(line.fact, Fact::Primitive { .. });
        let grace = if of_poqexec { attempts::ANOTHER_ATTEMPT } else { Ticks(0) };
        if line.time.zip(begin).is_none_or(|(time, begin)| time.plus(grace) >= begin) {
            let place = match of_poqexec {
                // poqexec runs before anything is written to CBS.log.
                true => faults.startup_after(line.time),
                false => faults.place_at(line.time),
            };
            let phase = if of_poqexec { PhaseName::BootPoq } else { PhaseName::Unknown };
            let boot = faults.all.iter().find(|f| f.attempt == attempt).map_or(0, |f| f.boot);
            faults.record(line, place.unwrap_or(stages::Place { phase, boot, attempt }), &[]);
        }
    }
    faults.place_by_drivers();
    faults.set_done_apart(&ends);
    faults.find_first(&covered);
    faults.online =
        faults.first().map_or_else(Online::default, |first| Online::of(&lines, &places, first.attempt));
    faults.prefer_reported_package();
    faults
}
