//! The contents of each lane of the timeline.

use super::canvas::Ink;
use super::lane::{Bar, Lane, LaneKind, Mark, Note, ROW};
use super::measure;
use super::scale::Scale;
use super::timeline::LABELS;
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Gap, Histogram, PhaseSpan, Process, ProcessRole, Report, Service, Severity, Time};
use crate::view;
use crate::visible::visible;
use timeline::thousands;

/// Processes that get a lane of their own.
const MAX_PROCESSES: usize = 6;
/// Services that get a lane of their own.
const MAX_SERVICES: usize = 3;
const BAR: i32 = 12;
/// Height of the bar of a service that does not run.
const IDLE_BAR: i32 = 3;
const SMALL: u32 = 12;

/// The lanes from top to bottom, for a drawing of this width. Texts are arranged for the narrowest plot that it may have.
pub(super) fn lanes<'a>(report: &'a Report, lang: Lang, scale: &Scale, width: i32) -> Vec<Lane<'a>> {
    let plot = Scale { left: 0, right: width - LABELS.min(width / 3) - 12, ..*scale };
    let mut lanes = Vec::new();
    lanes.extend(boots(report, lang, &plot));
    lanes.extend(phases(&report.phases, lang, &plot));
    lanes.extend(chain(report, lang, &plot));
    lanes.extend(processes(report, &plot).map(|process| self::process(process, report, lang, &plot)));
    let shown = |service: &&Service| {
        let mut times = service.states.iter().filter_map(|state| state.time);
        times.any(|time| plot.shows(time, time)) || never_ran(service) && !report.processes.is_empty()
    };
    let mut services: Vec<_> = report.services.iter().filter(shown).collect();
    services.sort_by_key(|service| service.severity.as_ref().map_or(4, severity_order));
    lanes.extend(services.into_iter().take(MAX_SERVICES).map(|service| self::service(service, lang, &plot)));
    lanes.extend(unusual(report, lang, &plot));
    lanes.extend(report.histogram.iter().filter_map(|histogram| self::histogram(histogram, lang, &plot)));
    lanes
}

const fn severity_order(severity: &Severity) -> u8 {
    match severity {
        Severity::Cause => 0,
        Severity::Warning => 1,
        Severity::Note | Severity::Other(_) => 2,
        Severity::Ok => 3,
    }
}

/// When each boot begins and ends, in order. Each input counts its boots for itself, and several may record one.
fn boot_spans(phases: &[PhaseSpan], plot: &Scale) -> Vec<(Time, Time)> {
    let mut boots: Vec<((&str, u32), Time, Time)> = Vec::new();
    for phase in phases {
        let (Some(boot), Some(start)) = (phase.boot, phase.start) else { continue };
        let end = phase.end.unwrap_or(plot.end);
        let key = (phase.evidence.as_ref().map_or("", |evidence| evidence.source.as_str()), boot);
        match boots.iter_mut().find(|(other, ..)| *other == key) {
            Some((_, first, last)) => (*first, *last) = ((*first).min(start), (*last).max(end)),
            None => boots.push((key, start, end)),
        }
    }
    boots.sort_by_key(|(_, start, _)| *start);
    let mut spans: Vec<(Time, Time)> = Vec::new();
    for (_, start, end) in boots {
        match spans.last_mut().filter(|(_, last)| start <= *last) {
            Some((_, last)) => *last = (*last).max(end),
            None => spans.push((start, end)),
        }
    }
    spans
}

fn boots(report: &Report, lang: Lang, plot: &Scale) -> Option<Lane<'static>> {
    let boots = boot_spans(&report.phases, plot);
    if boots.iter().filter(|(start, end)| plot.shows(*start, *end)).count() < 2 {
        return None;
    }
    let mut lane = Lane::new(LaneKind::Boots, m::LANE_BOOTS.get(lang).to_owned(), ROW);
    let mut free = i32::MIN;
    for (number, (start, end)) in (1..).zip(boots) {
        let number: u32 = number;
        let text = m::BOOT.fill(lang, &[&number.to_string()]);
        lane.bars.push(Bar { start, end, top: 17, height: 3, ink: Ink::Other, title: text.clone() });
        let x = plot.x(start);
        if x >= free {
            free = x + measure::width(&text, SMALL, false) + 8;
            lane.texts.push(Note { time: start, shift: 0, y: 9, text, ink: Ink::Muted });
        }
    }
    Some(lane)
}

/// The phases. A name that does not fit into its phase goes below, in the first row that has room.
fn phases(phases: &[PhaseSpan], lang: Lang, plot: &Scale) -> Option<Lane<'static>> {
    let mut lane = Lane::new(LaneKind::Phases, m::LANE_PHASES.get(lang).to_owned(), 30);
    let mut rows: Vec<i32> = Vec::new();
    for (number, phase) in phases.iter().enumerate() {
        let Some(start) = phase.start else { continue };
        let end = phase.end.unwrap_or(plot.end);
        let name =
            phase.name.as_ref().map(|name| view::phase_name(name).get(lang).to_owned()).unwrap_or_default();
        let name = visible(&name).into_owned();
        let rollback = phase.name == Some(crate::model::Phase::Rollback);
        let ink = match number % 2 {
            _ if rollback => Ink::BadSoft,
            0 => Ink::Phase,
            _ => Ink::PhaseNext,
        };
        let trust = phase.trust.iter().map(|trust| view::trust_name(trust).get(lang).to_owned());
        let when = format!("{} – {}", view::at(start, Some(plot.origin)), view::at(end, Some(plot.origin)));
        let title = [name.clone(), when].into_iter().chain(trust).collect::<Vec<_>>().join(" · ");
        // A browser counts pixels in 24 bits: what begins days before is drawn in two parts, of which one is in view.
        let seen = if start < plot.start && plot.shows(start, end) { plot.start } else { start };
        if seen != start {
            lane.bars.push(Bar { start, end: seen, top: 4, height: 22, ink, title: title.clone() });
        }
        lane.bars.push(Bar { start: seen, end, top: 4, height: 22, ink, title });
        let (from, to) = (plot.x(seen), plot.x(end));
        let width = measure::width(&name, SMALL, false);
        if from.max(0) + 6 + width <= to {
            lane.texts.push(Note { time: seen, shift: 6, y: 15, text: name, ink: Ink::Text });
            continue;
        }
        if !plot.shows(start, end) {
            continue;
        }
        let x = (from + 4).min(plot.right - width).max(0);
        let row = rows.iter().position(|free| *free <= x).unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(0);
        }
        if let Some(free) = rows.get_mut(row) {
            *free = x + width + 10;
        }
        let y = 36 + 15 * i32::try_from(row).unwrap_or(0);
        lane.texts.push(Note { time: seen, shift: x - from, y, text: name, ink: Ink::Muted });
    }
    lane.height += 15 * i32::try_from(rows.len()).unwrap_or(0);
    (!lane.bars.is_empty()).then_some(lane)
}

/// Rows of labels below the points of the chain.
const CHAIN_ROWS: usize = 3;
/// Pixels of a label of the chain.
const CHAIN_LABEL: i32 = 420;

/// The points of the chain, each with what happened.
fn chain<'a>(report: &'a Report, lang: Lang, plot: &Scale) -> Option<Lane<'a>> {
    let mut lane = Lane::new(LaneKind::Chain, m::LANE_CHAIN.get(lang).to_owned(), ROW);
    let mut links: Vec<_> = report.chain.iter().enumerate().collect();
    links.sort_by_key(|(number, link)| (link.time, std::cmp::Reverse(*number)));
    let mut free = [i32::MIN; CHAIN_ROWS];
    for (number, link) in links {
        let Some(time) = link.time else { continue };
        let title = link.what.get(lang);
        lane.marks.push(Mark { time, ink: Ink::Bad, title: title.into(), chain: Some(number.to_string()) });
        if !plot.shows(time, time) {
            continue;
        }
        let text = measure::fit(&visible(title), SMALL, false, CHAIN_LABEL.min(plot.right * 2 / 3));
        let width = measure::width(&text, SMALL, false);
        let point = plot.x(time);
        // Right of the point, or left of it where the plot ends.
        let x = if point - 4 + width <= plot.right { point - 4 } else { point + 4 - width };
        let row = free.iter().position(|free| *free <= x);
        if let Some((row, free)) = row.and_then(|row| Some((row, free.get_mut(row)?))) {
            *free = x + width + 12;
            let y = ROW + 4 + 15 * i32::try_from(row).unwrap_or(0);
            lane.texts.push(Note { time, shift: x - point, y, text, ink: Ink::Text });
            lane.height = lane.height.max(y + 10);
        }
    }
    (!lane.marks.is_empty()).then_some(lane)
}

/// The processes that matter most, in order of their begin.
fn processes<'a>(report: &'a Report, plot: &Scale) -> impl Iterator<Item = &'a Process> + use<'a> {
    let failing = report.verdict.failing_operation.as_ref();
    let weight = |process: &Process| {
        let is_failing = is_failing(process, report);
        let named = failing.is_some_and(|operation| operation.process == process.name);
        let role = match &process.role {
            Some(ProcessRole::Interferer) => 3,
            Some(ProcessRole::Servicing) => 2,
            Some(ProcessRole::ServiceHost) => 1,
            Some(ProcessRole::Other(_)) | None => 0,
        };
        (is_failing, named, role, process.failures.unwrap_or(0))
    };
    let mut chosen: Vec<(usize, &Process)> = report
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| {
            let life = (process.start.unwrap_or(plot.start), process.end.unwrap_or(plot.end));
            // One that ran before and after its trace is where the trace is.
            let trace = report.histogram.as_ref().and_then(|histogram| histogram.start);
            let mut known = process.start.into_iter().chain(process.end).chain(trace);
            let matters = process.role.is_some() || is_failing(process, report);
            matters && known.all(|time| plot.meets(time)) && plot.shows(life.0, life.1)
        })
        .collect();
    chosen.sort_by(|(a, first), (b, second)| weight(second).cmp(&weight(first)).then(a.cmp(b)));
    chosen.truncate(MAX_PROCESSES);
    chosen.sort_by_key(|(position, process)| (process.start, *position));
    chosen.into_iter().map(|(_, process)| process)
}

/// When the first cause in the chain happened.
fn first_cause(report: &Report) -> Option<Time> {
    report.chain.last().and_then(|link| link.time)
}

fn is_failing(process: &Process, report: &Report) -> bool {
    report.verdict.failing_operation.as_ref().is_some_and(|operation| {
        operation.pid.is_some() && operation.pid == process.pid && operation.process == process.name
    })
}

fn process<'a>(process: &'a Process, report: &'a Report, lang: Lang, plot: &Scale) -> Lane<'a> {
    let label = visible(&view::process_and_pid(&process.name, process.pid)).into_owned();
    let mut lane = Lane::new(LaneKind::Process, label, ROW);
    lane.strong = is_failing(process, report);
    let start = process.start.unwrap_or(plot.start);
    let end = process.end.unwrap_or(plot.end);
    let own = |gap: &&Gap| gap.pid.is_some() && gap.pid == process.pid && gap.process == process.name;
    let ran_then = first_cause(report).is_none_or(|time| (start..=end).contains(&time));
    let (ink, rank) = match process.role {
        Some(ProcessRole::Servicing) => (Ink::Servicing, if ran_then { 1 } else { 2 }),
        Some(ProcessRole::Interferer) => (Ink::Interferer, 1),
        _ => (Ink::Other, 4),
    };
    let waits = report.gaps.iter().any(|gap| own(&gap));
    lane.rank = if lane.strong || waits { 0 } else { rank };
    let title = format!("{} {}", process.name, process.command_line);
    lane.bars.push(Bar { start, end, top: (ROW - BAR) / 2, height: BAR, ink, title });
    for gap in report.gaps.iter().filter(own) {
        let (Some(start), Some(end)) = (gap.start, gap.end) else { continue };
        let title = gap.what.get(lang).to_owned();
        lane.bars.push(Bar { start, end, top: ROW / 2 - 7, height: 14, ink: Ink::PhaseNext, title });
        let seconds = format!("{:.0}", end.since(start) as f64 / 1e7);
        let text = m::WAITED.fill(lang, &[&seconds]);
        let (from, to) = (plot.x(start), plot.x(end));
        let width = measure::width(&text, SMALL, false);
        if to - from >= width + 4 {
            let shift = (to - from - width) / 2;
            lane.texts.push(Note { time: start, shift, y: ROW / 2, text, ink: Ink::Text });
        }
    }
    let failures = report.evidence.iter().filter(|row| {
        row.pid.is_some()
            && row.pid == process.pid
            && row.process == process.name
            && is_error(&row.status)
            && row.benign.is_empty()
    });
    for row in failures {
        let Some(time) = row.time else { continue };
        let title = format!("{} {} {}", row.operation, row.result, row.path);
        lane.marks.push(Mark { time, ink: Ink::Bad, title: title.into(), chain: None });
    }
    lane
}

/// True for an NTSTATUS of severity error (the upper two bits are set).
pub(crate) fn is_error(status: &str) -> bool {
    let hex = status.strip_prefix("0x").or_else(|| status.strip_prefix("0X"));
    hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).is_some_and(|status| status >> 30 == 3)
}

/// Whether a service caused the failure and has no state: it never ran.
fn never_ran(service: &Service) -> bool {
    service.states.is_empty() && service.severity == Some(Severity::Cause)
}

fn service(service: &Service, lang: Lang, plot: &Scale) -> Lane<'static> {
    let mut lane = Lane::new(LaneKind::Service, visible(&service.name).into_owned(), ROW);
    lane.strong = service.severity == Some(Severity::Cause);
    lane.rank = if lane.strong { 0 } else { 3 };
    if never_ran(service) {
        let title = service.assessment.get(lang).to_owned();
        let (top, height) = ((ROW - IDLE_BAR) / 2, IDLE_BAR);
        lane.bars.push(Bar { start: plot.start, end: plot.end, top, height, ink: Ink::Idle, title });
    }
    let ends = service.states.iter().skip(1).map(|state| state.time.unwrap_or(plot.end)).chain([plot.end]);
    for (state, end) in service.states.iter().zip(ends) {
        let start = state.time.unwrap_or(plot.start);
        let (ink, height) = match state.state.as_str() {
            "running" => (Ink::Good, BAR),
            "start-pending" | "stop-pending" | "continue-pending" | "pause-pending" => {
                (Ink::Pending, BAR - 4)
            }
            _ => (Ink::Idle, IDLE_BAR),
        };
        let trust = state.trust.iter().map(|trust| view::trust_name(trust).get(lang).to_owned());
        let title = [format!("{}: {}", service.name, state.state), view::at(start, Some(plot.origin))];
        let title = title.into_iter().chain(trust).collect::<Vec<_>>().join(" · ");
        if start < end {
            lane.bars.push(Bar { start, end, top: (ROW - height) / 2, height, ink, title });
        }
    }
    lane
}

/// The failures that are not ordinary: the first and the last of each group.
fn unusual<'a>(report: &'a Report, lang: Lang, plot: &Scale) -> Option<Lane<'a>> {
    let mut lane = Lane::new(LaneKind::Failures, m::LANE_UNUSUAL.get(lang).to_owned(), ROW);
    lane.rank = 2;
    for group in report.failures.iter().filter(|group| group.benign.is_empty()) {
        let count = group.count.map(|count| format!(" ×{}", thousands(count))).unwrap_or_default();
        let title =
            format!("{} {} {}{count} {}", group.process, group.operation, group.result, group.example_path);
        let last = group.last.filter(|last| Some(*last) != group.first);
        for time in group.first.into_iter().chain(last).filter(|time| plot.meets(*time)) {
            lane.marks.push(Mark { time, ink: Ink::Bad, title: title.clone().into(), chain: None });
        }
    }
    (!lane.marks.is_empty()).then_some(lane)
}

/// Bars that are drawn at most; more bins than that are joined.
const MAX_BARS: usize = 240;
const CHART: i32 = 38;

fn histogram(histogram: &Histogram, lang: Lang, plot: &Scale) -> Option<Lane<'static>> {
    let start = histogram.start.filter(|start| plot.meets(*start))?;
    let bin = histogram.bin.filter(|bin| bin.ticks() > 0)?;
    let joined = histogram.events.len().div_ceil(MAX_BARS).max(1);
    let width = bin.ticks().saturating_mul(u64::try_from(joined).unwrap_or(1));
    let decimals = if width < pml_reader::TICKS_PER_SECOND { 3 } else { 1 };
    let seconds = view::seconds(i64::try_from(width).unwrap_or(i64::MAX), decimals);
    let counts: Vec<u64> = histogram
        .events
        .chunks(joined)
        .map(|bins| bins.iter().fold(0, |sum: u64, bin| sum.saturating_add(*bin)))
        .collect();
    let most = counts.iter().copied().max().filter(|most| *most > 0)?;
    let mut lane = Lane::new(LaneKind::Events, m::LANE_EVENTS.get(lang).to_owned(), CHART);
    lane.rank = 5;
    lane.note = m::AT_MOST.fill(lang, &[&thousands(most), &seconds]);
    let mut begin = start.filetime();
    for count in counts {
        let end = begin.saturating_add(width);
        let height = measure::pixel((count as f64 / most as f64 * f64::from(CHART - 8)).ceil());
        if count > 0 {
            let (start, end) = (Time::from_filetime(begin), Time::from_filetime(end));
            let (top, title) = (CHART - 4 - height, String::new());
            lane.bars.push(Bar { start, end, top, height, ink: Ink::Other, title });
        }
        begin = end;
    }
    Some(lane)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_that_began_days_before_is_drawn_and_named_where_it_is_seen() {
        let time = |second: u64| Time::from_filetime(second * 10_000_000);
        let staging = PhaseSpan {
            name: Some(crate::model::Phase::Staging),
            start: Some(time(1_000)),
            end: Some(time(900_000)),
            ..PhaseSpan::default()
        };
        let incident = crate::model::Incident {
            boot_start: Some(time(900_000)),
            boot_end: Some(time(900_001)),
            ..Default::default()
        };
        let report = Report { phases: vec![staging], incident: Some(incident), ..Report::default() };
        let scale = Scale::of(&report, 0, 1000).unwrap();
        let lane = phases(&report.phases, Lang::En, &scale).unwrap();
        let seen: Vec<_> = lane.bars.iter().filter(|bar| bar.start >= scale.start).collect();
        assert_eq!((lane.bars.len(), seen.len()), (2, 1));
        assert!(scale.x(seen[0].end) - scale.x(seen[0].start) < 1000);
        let note = &lane.texts[0];
        assert!((0..1000).contains(&(scale.x(note.time) + note.shift)), "{note:?}");
    }

    #[test]
    fn a_boot_that_a_trace_and_a_log_record_is_one() {
        let time = |second: u64| Time::from_filetime(second * 10_000_000);
        let phase = |source: &str, boot, start, end| PhaseSpan {
            boot: Some(boot),
            start: Some(time(start)),
            end: Some(time(end)),
            evidence: Some(crate::model::Evidence { source: source.to_owned(), ..Default::default() }),
            ..PhaseSpan::default()
        };
        let report = Report {
            phases: vec![
                phase("CBS.log", 1, 5, 10),
                phase("CBS.log", 2, 500, 600),
                phase("boot.pml", 1, 490, 590),
            ],
            ..Report::default()
        };
        let scale = Scale::of(&report, 0, 1000).unwrap();
        let spans = boot_spans(&report.phases, &scale);
        assert_eq!(spans, [(time(5), time(10)), (time(490), time(600))]);
    }

    #[test]
    fn the_process_that_waits_is_kept_before_those_that_ended() {
        let time = |second: u64| Some(Time::from_filetime(second * 10_000_000));
        let running = |name: &str, pid, start, end| Process {
            name: name.to_owned(),
            pid: Some(pid),
            role: Some(ProcessRole::Servicing),
            start: time(start),
            end: time(end),
            ..Process::default()
        };
        let gap = Gap {
            process: "TiWorker.exe".to_owned(),
            pid: Some(3),
            start: time(20),
            end: time(320),
            ..Gap::default()
        };
        let report = Report {
            processes: vec![
                running("poqexec.exe", 1, 5, 6),
                running("smss.exe", 2, 4, 330),
                running("TiWorker.exe", 3, 10, 325),
            ],
            gaps: vec![gap],
            chain: vec![crate::model::ChainLink { time: time(320), ..Default::default() }],
            ..Report::default()
        };
        let scale = Scale::of(&report, 0, 1000).unwrap();
        let lanes = report.processes.iter().map(|one| process(one, &report, Lang::En, &scale));
        assert_eq!(lanes.map(|lane| lane.rank).collect::<Vec<_>>(), [2, 1, 0]);
    }
}
