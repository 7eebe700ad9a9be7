//! Times as a reader sees them: from the report's zero, and on the machine's wall clock.

use crate::model::{Report, Span, Time, Trust};
use timeline::thousands;

/// The zero of `@` times: the clock's origin, otherwise the earliest time that the report knows.
pub(crate) fn origin(report: &Report) -> Option<Time> {
    let clock = report.clock.as_ref();
    clock.and_then(|clock| clock.origin.or(clock.start)).or_else(|| {
        let inputs = report.inputs.iter().filter_map(|input| input.first);
        let phases = report.phases.iter().filter_map(|phase| phase.start);
        let rows = report.evidence.iter().filter_map(|row| row.time);
        let chain = report.chain.iter().filter_map(|link| link.time);
        let operation = report.verdict.failing_operation.iter().filter_map(|operation| operation.time);
        let times = inputs.chain(phases).chain(rows).chain(chain).chain(operation);
        times.min_by_key(|time| (!time.is_dated(), *time))
    })
}

/// A time as seconds since the origin: `@41.318s`. As RFC 3339 if there is no origin. As the time of day if the
/// origin has a date and the time has none.
pub(crate) fn at(time: Time, origin: Option<Time>) -> String {
    match origin {
        Some(origin) if time.is_dated() == origin.is_dated() => {
            format!("@{}s", seconds(time.since(origin), 3))
        }
        _ if !time.is_dated() => time_of_day(time, 3),
        _ => time.to_string(),
    }
}

/// `14:24:01.355`, as it was recorded.
fn time_of_day(time: Time, decimals: usize) -> String {
    let text = time.to_string();
    let clock = text.split_once('T').map_or("", |(_, clock)| clock);
    let length = if decimals == 0 { 8 } else { 9 + decimals };
    clock.get(..length).unwrap_or(clock).to_owned()
}

/// A number of 100 ns units as seconds with 1 to 7 decimals, rounded down.
pub(crate) fn seconds(ticks: i64, decimals: u32) -> String {
    let unit = 10_u64.pow(7 - decimals);
    let parts = ticks.unsigned_abs() / unit;
    let per_second = 10_u64.pow(decimals);
    let sign = if ticks < 0 && parts > 0 { "-" } else { "" };
    let width = decimals as usize;
    format!("{sign}{}.{:0width$}", thousands(parts / per_second), parts % per_second)
}

/// Minutes that the machine's wall clock is ahead of UTC, if that is known.
fn utc_offset(report: &Report) -> Option<i32> {
    let clock = report.clock.as_ref()?;
    let assumed = clock.evidence.as_ref().is_some_and(|evidence| evidence.trust == Some(Trust::Inferred));
    clock.log_utc_offset_minutes.filter(|_| !assumed)
}

/// A time on the machine's wall clock: date, time of day with so many decimals, zone. UTC if the zone is not known. A
/// time without a date has neither date nor zone.
pub(crate) fn local(report: &Report, time: Time, decimals: usize) -> (String, String, String) {
    if !time.is_dated() {
        return (String::new(), time_of_day(time, decimals), String::new());
    }
    let offset = utc_offset(report);
    let ahead = i64::from(offset.unwrap_or(0)) * 60 * 10_000_000;
    let shown = Time::from_filetime(time.filetime().saturating_add_signed(ahead));
    let date = shown.to_string().split('T').next().unwrap_or_default().to_owned();
    (date, time_of_day(shown, decimals), offset.map_or_else(|| "UTC".to_owned(), zone))
}

/// `UTC+09:00`.
pub(crate) fn zone(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
}

/// A time as `@14.800s`, with the time of day beside it.
pub(crate) fn at_and_local(report: &Report, time: Time) -> String {
    match origin(report) {
        Some(origin) if time.is_dated() => {
            format!("{} ({})", at(time, Some(origin)), local(report, time, 0).1)
        }
        origin => at(time, origin),
    }
}

/// `14.800 s`.
pub(crate) fn duration(span: Span) -> String {
    format!("{} s", seconds(i64::try_from(span.ticks()).unwrap_or(i64::MAX), 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_not_counted_from_a_date() {
        let time = |text| Time::parse(text).unwrap();
        let (day, dated) = (time("1601-01-01T14:24:01.3551234Z"), time("2016-10-19T20:24:01.5Z"));
        assert_eq!(at(day, Some(dated)), "14:24:01.355");
        assert_eq!(at(dated, Some(time("2016-10-19T20:24:00Z"))), "@1.500s");
        assert_eq!(at(day, Some(time("1601-01-01T14:24:00Z"))), "@1.355s");
        assert_eq!(at(dated, Some(day)), dated.to_string());
        let (date, clock, zone) = local(&Report::default(), day, 0);
        assert_eq!((date.as_str(), clock.as_str(), zone.as_str()), ("", "14:24:01", ""));
    }
}
