//! The time axis: from 100 ns units to pixels, and round ticks.

use super::measure;
use crate::model::{Report, Time};
use crate::view;

/// Maps a range of time onto a range of pixels. A time outside the range has its place too, one zoom away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) start: Time,
    pub(super) end: Time,
    /// The earliest time of all.
    pub(super) first: Time,
    /// The latest time of all.
    pub(super) last: Time,
    pub(super) left: i32,
    pub(super) right: i32,
    /// The zero of the labels.
    pub(super) origin: Time,
}

impl Scale {
    /// The failing boot, if it is known. Otherwise the range of a report's phases, processes, services, events and
    /// failure, or the clock's range if there are none. `None` if the report holds no two times.
    pub(super) fn of(report: &Report, left: i32, right: i32) -> Option<Self> {
        let phases = report.phases.iter().flat_map(|phase| [phase.start, phase.end]);
        let processes = report.processes.iter().flat_map(|process| [process.start, process.end]);
        let services =
            report.services.iter().flat_map(|service| service.states.iter().map(|state| state.time));
        let chain = report.chain.iter().map(|link| link.time);
        let failing = report.verdict.failing_operation.iter().map(|operation| operation.time);
        let gaps = report.gaps.iter().flat_map(|gap| [gap.start, gap.end]);
        let bins = report.histogram.iter().flat_map(|histogram| {
            let width = histogram.bin.unwrap_or_default().ticks();
            let bins = u64::try_from(histogram.events.len()).unwrap_or(u64::MAX);
            let end =
                histogram.start.map(|start| start.filetime().saturating_add(width.saturating_mul(bins)));
            [histogram.start, end.map(Time::from_filetime)]
        });
        let seen =
            phases.chain(processes).chain(services).chain(chain).chain(failing).chain(gaps).chain(bins);
        let clock = report.clock.iter().flat_map(|clock| [clock.start, clock.end]);
        // One clock: see `meets`.
        let dated = view::origin(report).is_some_and(Time::is_dated);
        let met = |time: &Time| time.is_dated() == dated;
        let (first, last) =
            range(seen.flatten().filter(met)).or_else(|| range(clock.flatten().filter(met)))?;
        let (start, end) = window(report).unwrap_or((first, last));
        let (first, last) = (first.min(start), last.max(end));
        Some(Self { start, end, first, last, left, right, origin: view::origin(report).unwrap_or(start) })
    }

    /// The pixel of a time. It is left or right of the plot if the time is outside.
    pub(super) fn x(&self, time: Time) -> i32 {
        let range = self.end.since(self.start).max(1) as f64;
        let part = time.since(self.start) as f64 / range;
        let x = f64::from(self.left) + part * f64::from(self.right - self.left);
        // Damaged times may lie centuries apart.
        measure::pixel(x.clamp(-FAR, FAR))
    }

    /// Whether any of a stretch of time is on the plot.
    pub(super) fn shows(&self, start: Time, end: Time) -> bool {
        start <= self.end && end >= self.start
    }

    /// Whether a time is on the plot's clock: what has only a time of day is on another than what has a date.
    pub(super) fn meets(&self, time: Time) -> bool {
        time.is_dated() == self.start.is_dated()
    }

    /// Seconds from the start of the plot, as the page's script reads them.
    pub(super) fn seconds(&self, time: Time) -> String {
        view::seconds(time.since(self.start), 7).replace(',', "")
    }

    /// Times and labels of at most so many ticks, at 1, 2 or 5 times a power of ten seconds.
    pub(super) fn ticks(&self, at_most: i64) -> Vec<(Time, String)> {
        let range = self.end.since(self.start).max(1);
        let steps = (0..20)
            .flat_map(|power| [1, 2, 5].map(|factor: i64| factor.checked_mul(10_i64.checked_pow(power)?)));
        let Some(step) = steps.flatten().find(|step| range / step <= at_most) else { return Vec::new() };
        let decimals = (1..=7).find(|decimals| step % 10_i64.pow(7 - decimals) == 0).unwrap_or(7);
        // Damaged times may lie so far apart that the round one before them is out of range.
        let Some(first) = self.start.since(self.origin).div_euclid(step).checked_mul(step) else {
            return Vec::new();
        };
        let offsets = (0..=at_most + 2).filter_map(|number| first.checked_add(step.checked_mul(number)?));
        let time = |offset: i64| self.origin.filetime().checked_add_signed(offset).map(Time::from_filetime);
        offsets
            .filter_map(|offset| Some((time(offset)?, offset)))
            .filter(|(time, _)| (self.start..=self.end).contains(time))
            .map(|(time, offset)| (time, label(offset, step, decimals)))
            .collect()
    }
}

/// Pixels from the plot beyond which nothing is drawn.
const FAR: f64 = 100_000_000.0;

/// Margin around a failure that is one moment: a second.
const LEAST_MARGIN: i64 = 10_000_000;

/// What lies further from an attempt belongs to another one: an hour.
const ATTEMPT: i64 = 36_000_000_000;

/// A range of time with the phases of the same attempt: those that follow each other without a long silence.
fn with_attempt(report: &Report, (mut start, mut end): (Time, Time)) -> (Time, Time) {
    let spans = report.phases.iter().filter_map(|phase| Some((phase.start?, phase.end.or(phase.start)?)));
    let mut spans: Vec<(Time, Time)> = spans.filter(|(first, _)| first.is_dated()).collect();
    // Each pass adds what is near; a report has few phases.
    loop {
        let (far, near): (Vec<_>, Vec<_>) = spans
            .into_iter()
            .partition(|(first, last)| start.since(*last) > ATTEMPT || first.since(end) > ATTEMPT);
        let Some(range) = range(near.iter().flat_map(|(first, last)| [*first, *last]).chain([start, end]))
        else {
            return (start, end);
        };
        if near.is_empty() {
            return range;
        }
        (start, end) = range;
        spans = far;
    }
}

/// The failing boot with a margin, so that its ends can be seen.
fn window(report: &Report) -> Option<(Time, Time)> {
    let incident = report.incident.as_ref()?;
    let (start, end) = (incident.boot_start?, incident.boot_end?);
    let chain = report.chain.iter().filter_map(|link| link.time);
    let failing = report.verdict.failing_operation.iter().filter_map(|operation| operation.time);
    let end =
        chain.chain(failing).chain(incident.ending_time).filter(|time| *time >= start).fold(end, Time::max);
    // A trace holds its boot alone; logs tell of the session, the shutdown and the boots of an attempt.
    let (start, end) =
        if report.histogram.is_none() { with_attempt(report, (start, end)) } else { (start, end) };
    let margin = end.since(start).checked_div(50).filter(|margin| *margin > 0).unwrap_or(LEAST_MARGIN);
    let earlier = Time::from_filetime(start.filetime().saturating_add_signed(-margin));
    Some((earlier, Time::from_filetime(end.filetime().saturating_add_signed(margin))))
}

fn label(offset: i64, step: i64, decimals: u32) -> String {
    let seconds = view::seconds(offset, decimals);
    let whole = if step % 10_000_000 == 0 { seconds.split('.').next().unwrap_or(&seconds) } else { &seconds };
    format!("{whole} s")
}

fn range(times: impl Iterator<Item = Time>) -> Option<(Time, Time)> {
    let (start, end) = times.fold((None, None), |(start, end): (Option<Time>, Option<Time>), time| {
        (Some(start.map_or(time, |start| start.min(time))), Some(end.map_or(time, |end| end.max(time))))
    });
    Some((start?, end?)).filter(|(start, end)| start < end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_spans_one_clock() {
        use crate::model::{Clock, PhaseSpan};
        let time = |text| Time::parse(text);
        let (start, end) = (time("2016-10-19T20:24:01Z"), time("2016-10-19T20:24:09Z"));
        let day = time("1601-01-01T14:24:01Z");
        let phase = |start, end| PhaseSpan { start, end, ..PhaseSpan::default() };
        let report = |origin| Report {
            clock: Some(Clock { origin, ..Clock::default() }),
            phases: vec![phase(start, end), phase(day, time("1601-01-01T14:24:03Z"))],
            ..Report::default()
        };
        let scale = Scale::of(&report(start), 0, 1000).unwrap();
        assert_eq!((Some(scale.first), Some(scale.last)), (start, end));
        assert!(scale.meets(start.unwrap()) && !scale.meets(day.unwrap()));
        let scale = Scale::of(&report(day), 0, 1000).unwrap();
        assert_eq!((Some(scale.first), scale.last.since(scale.first)), (day, 20_000_000));
    }

    #[test]
    fn a_timeline_of_logs_has_the_phases_of_its_attempt() {
        use crate::model::{Histogram, Incident, PhaseSpan};
        let time = |text: &str| Time::parse(&format!("2026-10-08T{text}Z"));
        let phase = |start, end| PhaseSpan { start: time(start), end: time(end), ..PhaseSpan::default() };
        let failed = time("10:20:00");
        let logs = Report {
            incident: Some(Incident { boot_start: failed, boot_end: failed, ..Incident::default() }),
            phases: vec![
                phase("07:00:00", "07:30:00"),
                phase("09:10:00", "09:12:00"),
                phase("10:05:00", "10:06:00"),
                phase("10:20:00", "10:21:00"),
            ],
            ..Report::default()
        };
        let scale = Scale::of(&logs, 0, 1000).unwrap();
        let shows = |from: &str, to: &str| scale.shows(time(from).unwrap(), time(to).unwrap());
        assert!(shows("09:10:00", "09:10:00") && shows("10:21:00", "10:21:00"));
        assert!(!shows("07:00:00", "07:30:00"), "the attempt before");
        let traced = Report { histogram: Some(Histogram::default()), ..logs };
        let scale = Scale::of(&traced, 0, 1000).unwrap();
        assert_eq!(scale.end.since(scale.start), 2 * LEAST_MARGIN);
    }

    #[test]
    fn ticks_are_round_and_within() {
        let second = 10_000_000;
        let scale = |from: u64, to: u64| Scale {
            start: Time::from_filetime(from),
            end: Time::from_filetime(to),
            first: Time::from_filetime(from),
            last: Time::from_filetime(to),
            left: 0,
            right: 1000,
            origin: Time::from_filetime(100 * second),
        };
        let labels = |scale: Scale| scale.ticks(6).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(scale(100 * second, 312 * second)), ["0 s", "50 s", "100 s", "150 s", "200 s"]);
        assert_eq!(
            labels(scale(99 * second, 100 * second + 1)),
            ["-1.0 s", "-0.8 s", "-0.6 s", "-0.4 s", "-0.2 s", "0.0 s"]
        );
        assert_eq!(labels(scale(100 * second, 100 * second + 3)).len(), 4);
        assert!(scale(0, u64::MAX).ticks(8).len() <= 11);
        let far = Scale { origin: Time::from_filetime(u64::MAX), ..scale(0, 7 * second) };
        assert!(far.ticks(6).is_empty());
    }
}
