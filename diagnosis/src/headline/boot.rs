//! The boot that failed, and when it began: the zero of the report's times. Without a restart it is the session that failed.

use timeline::{Fact, FileTime, Input, PhaseName, Place, Scan, SessionStep, SourceId, Ticks, Timeline};

use crate::{Diagnosis, stages::LONGEST_SILENCE};

/// The boot that the report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingBoot {
    /// When it began.
    pub start: FileTime,
    /// Its last known time.
    pub end: FileTime,
    /// What shows that.
    pub shown_by: BootStart,
}

/// What shows when a boot began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootStart {
    /// The first event of this trace.
    Trace(SourceId),
    /// A record of the boot in a log.
    Line(Place),
    /// The first phase of that boot in the logs.
    Phase,
    /// No boot: the start of the session that failed, before any restart.
    Session(Place),
    /// No boot: the failure itself, before any restart.
    Failure,
}

/// A failure that a log notes so soon after the end of a trace belongs to the trace's boot.
const AFTER_TRACE: Ticks = Ticks::seconds(3600);

/// A boot that failed an update failed it within this time; the clock of a log may be off by a time zone.
const BOOT: Ticks = Ticks::seconds(24 * 3600);

/// The boot in which the update failed at `at`; without a failure the one that the latest trace holds.
pub(super) fn find(
    timeline: &Timeline<'_>,
    diagnosis: &Diagnosis,
    at: Option<FileTime>,
) -> Option<FailingBoot> {
    let failing = diagnosis.failing().map(|event| event.id.source);
    let traced = traces(timeline)
        .filter(|(source, first, last)| match (failing, at) {
            (Some(failing), _) => failing == *source,
            (None, Some(at)) => *first <= at && at.0.saturating_sub(last.0) <= AFTER_TRACE.0,
            (None, None) => true,
        })
        .max_by_key(|(_, first, _)| *first);
    if let Some((source, start, end)) = traced {
        return Some(FailingBoot { start, end, shown_by: BootStart::Trace(source) });
    }
    let logged = || boots_in_logs(timeline);
    let end = |start: FileTime| {
        let next = logged().map(|(time, _)| time).filter(|time| *time > start).min();
        last_known(diagnosis, (start, at.unwrap_or(start)), next)
    };
    let before = logged().filter(|(time, _)| at.is_none_or(|at| *time <= at && at.since(*time) <= BOOT));
    if let Some((start, place)) = before.max_by_key(|(time, _)| *time) {
        return Some(FailingBoot { start, end: end(start), shown_by: BootStart::Line(place) });
    }
    let at = at?;
    if let Some(start) = first_phase(diagnosis, at) {
        return Some(FailingBoot { start, end: end(start), shown_by: BootStart::Phase });
    }
    // Times that count from the first input would be those of another boot.
    let far = timeline.span().is_some_and(|(first, _)| at.since(first) > BOOT);
    far.then(|| session(timeline, diagnosis, at))
}

/// When the first phase began of the boot that failed at `at`, if any did. A long silence ends a boot, because the
/// numbers of boots go on through logs of other times.
fn first_phase(diagnosis: &Diagnosis, at: FileTime) -> Option<FileTime> {
    let silence =
        |phase: &crate::Phase, then: FileTime| then.since(phase.end.unwrap_or(phase.start)) > LONGEST_SILENCE;
    let before = || diagnosis.phases.iter().filter(|p| p.name != PhaseName::Staging && p.start <= at);
    let boot = before().filter(|phase| !silence(phase, at)).map(|phase| phase.boot).max()?;
    let mut of_boot: Vec<_> = before().filter(|phase| phase.boot == boot).collect();
    of_boot.sort_by_key(|phase| phase.start);
    let mut start = at;
    for phase in of_boot.into_iter().rev() {
        if silence(phase, start) {
            break;
        }
        start = start.min(phase.start);
    }
    Some(start)
}

/// The latest start of a session before a failure belongs to it if so much time lies between them at most.
const SESSION: Ticks = Ticks::seconds(2 * 3600);

/// The session that failed at `at`, before any restart: the boot it ran in says nothing of it.
pub(super) fn session(timeline: &Timeline<'_>, diagnosis: &Diagnosis, at: FileTime) -> FailingBoot {
    let lines = timeline.scans.iter().flat_map(|scan| &scan.lines);
    let starts = lines.filter_map(|line| match &line.fact {
        Fact::Session(session) if session.step == SessionStep::Started => {
            Some((line.time?, Place::Line { source: line.source, line: line.line }))
        }
        _ => None,
    });
    let before = starts.filter(|(time, _)| *time <= at && at.0 - time.0 <= SESSION.0);
    let (start, shown_by) = before
        .max_by_key(|(time, _)| *time)
        .map_or((at, BootStart::Failure), |(time, place)| (time, BootStart::Session(place)));
    let next = boots_in_logs(timeline).map(|(time, _)| time).filter(|time| *time > at).min();
    let longest = FileTime(at.0.saturating_add(SESSION.0));
    let next = next.map_or(longest, |next| next.min(longest));
    FailingBoot { start, end: last_known(diagnosis, (start, at), Some(next)), shown_by }
}

/// The latest that a diagnosis knows of a boot that began at `start` and was at work at `at`, before the next one. A long
/// silence ends it.
fn last_known(diagnosis: &Diagnosis, (start, at): (FileTime, FileTime), next: Option<FileTime>) -> FileTime {
    let phases = diagnosis.phases.iter().flat_map(|phase| [Some(phase.start), phase.end]);
    let faults = diagnosis.faults.all.iter().map(|fault| fault.time);
    let rollback = diagnosis.faults.rollback.iter().map(|line| line.time);
    let signs = diagnosis.signs.iter().map(|sign| Some(sign.latest));
    let known = phases.chain(faults).chain(rollback).chain(signs).flatten();
    let within = |time: &FileTime| *time >= start && next.is_none_or(|next| *time < next);
    let mut known: Vec<FileTime> = known.filter(within).collect();
    known.sort_unstable();
    let go_on = |last: FileTime, time: FileTime| {
        if time.since(last) <= LONGEST_SILENCE { last.max(time) } else { last }
    };
    known.into_iter().fold(start.max(at), go_on)
}

/// The traces with operations, and when each begins and ends.
fn traces<'a>(timeline: &'a Timeline<'_>) -> impl Iterator<Item = (SourceId, FileTime, FileTime)> + 'a {
    sources(timeline)
        .filter(|(_, input, scan)| input.source.is_trace() && scan.has_operations)
        .filter_map(|(source, _, scan)| Some((source, scan.first?, scan.last?)))
}

fn sources<'a>(timeline: &'a Timeline<'_>) -> impl Iterator<Item = (SourceId, &'a Input, &'a Scan)> + 'a {
    let inputs = timeline.case.inputs.iter().zip(&timeline.scans).enumerate();
    inputs.filter_map(|(number, (input, scan))| Some((SourceId(u16::try_from(number).ok()?), input, scan)))
}

/// The boots that lines of logs name.
fn boots_in_logs<'a>(timeline: &'a Timeline<'_>) -> impl Iterator<Item = (FileTime, Place)> + 'a {
    timeline.scans.iter().flat_map(|scan| {
        scan.lines.iter().filter_map(|line| {
            let time = match line.fact {
                Fact::Boot => line.time?,
                Fact::LastBoot(local) => scan.clock.as_ref()?.to_utc(line.line, local),
                _ => return None,
            };
            Some((time, Place::Line { source: line.source, line: line.line }))
        })
    })
}
