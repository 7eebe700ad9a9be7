//! Moments and spans as people type them.

use crate::model::FileTime;

/// A time that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no time of this log; give @12.5s or +12.5s after the first event, a time of day 15:58:05, 15:58:05+09:00 or 3:58:05 PM, \
     2024-10-02T15:58:05.5Z (UTC), or the number of an event as #1588"
)]
pub struct TimeError(pub String);

/// A moment, as far as it can be told without the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePoint {
    /// A moment in UTC.
    Absolute(FileTime),
    /// Ticks since midnight, on the log's first day or, where only that lies within the log, the next.
    OfDay(u64),
    /// Ticks since midnight on a clock so many minutes ahead of UTC, on the same days.
    OfDayAt(u64, i32),
    /// Ticks after the first event.
    After(u64),
    /// Ticks before the first event.
    Before(u64),
    /// The time of an event, by its number.
    Event(u64),
}

/// Ticks around a moment where none are given.
const AROUND: u64 = SECOND;

const SECOND: u64 = 10_000_000;
/// Ticks in a day.
pub(super) const DAY: u64 = 86_400 * SECOND;

/// A value and what its last digit stands for: `1:18:10` is any tick of that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) ticks: u64,
    pub(super) step: u64,
}

impl TimePoint {
    /// Reads a moment.
    ///
    /// # Errors
    /// [`TimeError`], where the text is none.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let text = text.trim();
        let point = match text.split_at_checked(1) {
            Some(("@", rest)) => match rest.strip_prefix('-') {
                Some(before) => span(&before.replace(',', "")).map(Self::Before),
                None => span(&rest.replace(',', "")).map(Self::After),
            },
            Some(("+", after)) => span(after).map(Self::After),
            Some(("#", number)) => digits(number).filter(|_| !number.is_empty()).map(Self::Event),
            _ => time_of_day(text)
                .map(|w| Self::OfDay(w.ticks))
                .or_else(|| of_day_at(text))
                .or_else(|| instant(text).map(|(w, _)| Self::Absolute(FileTime(w.ticks)))),
        };
        point.ok_or_else(|| TimeError(text.to_owned()))
    }

    /// Reads a moment and the ticks around it: `@14.8s`, `#1588±2s`, `15:58:05+-500ms`; a second where none are given.
    ///
    /// # Errors
    /// [`TimeError`], where the text is none.
    pub fn parse_around(text: &str) -> Result<(Self, u64), TimeError> {
        let parts = text.split_once('±').or_else(|| text.split_once("+-"));
        let (moment, margin) = match parts {
            Some((moment, margin)) => (moment, span(margin).ok_or_else(|| TimeError(text.to_owned()))?),
            None => (text, AROUND),
        };
        Ok((Self::parse(moment)?, margin))
    }

    /// Whether this moment is later than another of the same form. Times of day may be of two days.
    pub(super) fn is_after(self, other: Self) -> bool {
        match (self, other) {
            (Self::Absolute(from), Self::Absolute(to)) => from > to,
            (Self::After(from), Self::After(to)) | (Self::Event(from), Self::Event(to)) => from > to,
            (Self::Before(from), Self::Before(to)) => from < to,
            (Self::After(_), Self::Before(_)) => true,
            _ => false,
        }
    }

    /// The moment in a log whose first and last events were at these times, told on a clock `utc_offset_minutes` ahead
    /// of UTC.
    #[must_use]
    pub fn resolve(self, (first, last): (FileTime, FileTime), utc_offset_minutes: i32) -> FileTime {
        let offset = i64::from(utc_offset_minutes) * 60 * SECOND as i64;
        match self {
            Self::Absolute(time) => time,
            Self::After(ticks) => FileTime(first.0.saturating_add(ticks)),
            Self::Before(ticks) => FileTime(first.0.saturating_sub(ticks)),
            // Its time was to be put in before; without it nothing is left out.
            Self::Event(_) => first,
            Self::OfDayAt(ticks, minutes) => Self::OfDay(ticks).resolve((first, last), minutes),
            Self::OfDay(ticks) => {
                let local = first.0.saturating_add_signed(offset);
                let on = |day: u64| day.saturating_add(ticks).saturating_add_signed(-offset);
                let midnight = local - local % DAY;
                // A log that runs past midnight: what is before its first event may be of the next day.
                let (today, tomorrow) = (on(midnight), on(midnight.saturating_add(DAY)));
                FileTime(if today < first.0 && tomorrow <= last.0 { tomorrow } else { today })
            }
        }
    }
}

/// `15:58:05+09:00`.
fn of_day_at(text: &str) -> Option<TimePoint> {
    let at = text.rfind(['+', '-'])?;
    let (time, offset) = text.split_at_checked(at)?;
    let size = clock(offset.get(1..)?, 16)?.ticks / (60 * SECOND);
    let minutes = i32::try_from(size).ok()?;
    let minutes = if offset.starts_with('-') { -minutes } else { minutes };
    Some(TimePoint::OfDayAt(time_of_day(time)?.ticks, minutes))
}

/// `0.0074`, `12.5s`, `350ms`, `2m`, `1h` or `00:00:12.5` in ticks; a bare number is seconds.
pub(super) fn span(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("ms", SECOND / 1000),
        ("us", SECOND / 1_000_000),
        ("µs", SECOND / 1_000_000),
        ("min", 60 * SECOND),
        ("s", SECOND),
        ("m", 60 * SECOND),
        ("h", 3600 * SECOND),
    ];
    let text = text.trim();
    if text.contains(':') {
        return clock(text, u64::MAX).map(|written| written.ticks);
    }
    let in_unit = UNITS.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)));
    let (number, unit) = in_unit.unwrap_or((text, SECOND));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    digits(whole)?.checked_mul(unit)?.checked_add(part(fraction, unit)?)
}

fn digits(text: &str) -> Option<u64> {
    // `parse` alone would take a sign.
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The digits behind a point, in ticks of a unit; what is less than a tick is dropped.
fn part(fraction: &str, unit: u64) -> Option<u64> {
    let digit = |b: u8| b.is_ascii_digit().then(|| u64::from(b - b'0'));
    let mut worth = unit;
    fraction.bytes().try_fold(0, |ticks, b| {
        worth /= 10;
        Some(ticks + digit(b)? * worth)
    })
}

/// `15:58`, `15:58:05.5`, with fewer than so many hours.
fn clock(text: &str, hours: u64) -> Option<Written> {
    let mut parts = text.split(':');
    let hour = digits(parts.next()?).filter(|h| *h < hours)?;
    let minute = digits(parts.next()?).filter(|m| *m < 60)?;
    let (ticks, step) = match parts.next() {
        None => (0, 60 * SECOND),
        Some(second) => {
            let (second, fraction) = second.split_once('.').unwrap_or((second, ""));
            let step = fraction.bytes().fold(SECOND, |step, _| step / 10).max(1);
            (digits(second).filter(|s| *s < 60)? * SECOND + part(fraction, SECOND)?, step)
        }
    };
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    let ticks = minutes.checked_mul(60 * SECOND)?.checked_add(ticks)?;
    parts.next().is_none().then_some(Written { ticks, step })
}

/// `15:58:05.5`, `3:58 PM` in ticks since midnight.
pub(super) fn time_of_day(text: &str) -> Option<Written> {
    let upper = text.trim().to_ascii_uppercase();
    let half =
        [("AM", 0), ("PM", 12)].iter().find_map(|(mark, hours)| Some((upper.strip_suffix(mark)?, *hours)));
    let Some((of_half, start)) = half else { return clock(&upper, 24) };
    let written = clock(of_half.trim_end(), 13)?;
    let (hour, rest) = (written.ticks / (3600 * SECOND), written.ticks % (3600 * SECOND));
    (hour > 0).then_some(Written { ticks: (hour % 12 + start) * 3600 * SECOND + rest, ..written })
}

/// `2020-07-12T01:18:10.5Z`, `2020-07-12 03:18+02:00` or `7/12/2020 1:18:10 AM` as FILETIME, and whether it names no
/// offset. RFC 3339 without one is UTC; Process Monitor's form is on the clock that is shown.
pub(super) fn instant(text: &str) -> Option<(Written, bool)> {
    let (date, time) = text.trim().split_once(['T', 't', ' '])?;
    let number = |part: Option<&str>| part.and_then(digits);
    let local = date.contains('/');
    let mut parts = date.split(['-', '/']);
    let [a, b, c] = [number(parts.next())?, number(parts.next())?, number(parts.next())?];
    let (year, month, day) = if local { (c, a, b) } else { (a, b, c) };
    if parts.next().is_some() {
        return None;
    }
    let (time, ahead) = match time.rfind(['+', '-']).and_then(|at| time.split_at_checked(at)) {
        _ if time.ends_with(['Z', 'z']) => (time.trim_end_matches(['Z', 'z']), 0),
        Some((time, offset)) => {
            let size = clock(offset.get(1..)?, 24)?.ticks.cast_signed();
            (time, if offset.starts_with('-') { -size } else { size })
        }
        None => (time, 0),
    };
    let written = time_of_day(time)?;
    let date = pml_reader::FileTime::at_date(year, month, day)?;
    let ticks = date.0.checked_add(written.ticks)?;
    Some((Written { ticks: ticks.checked_add_signed(-ahead)?, ..written }, local))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-07-12T01:18:10.7752429Z
    const FIRST: u64 = 132_389_902_907_752_429;

    #[test]
    fn moments_are_read_in_their_forms() {
        let log = (FileTime(FIRST), FileTime(FIRST + 60 * SECOND));
        let resolve = |text: &str, offset| TimePoint::parse(text).unwrap().resolve(log, offset).0;
        assert_eq!(resolve("2020-07-12T01:18:10.7752429Z", 0), FIRST);
        assert_eq!(resolve("2020-07-12 01:18:10.7752429", 0), FIRST);
        assert_eq!(resolve("2020-07-12T03:18:10.7752429+02:00", 0), FIRST);
        assert_eq!(resolve("2020-07-11T20:18:10.7752429-05:00", 120), FIRST);
        assert_eq!(resolve("1:18:10.7752429 AM", 0), FIRST);
        assert_eq!(resolve("03:18:10.7752429", 120), FIRST);
        assert_eq!(resolve("+1.5s", 0), FIRST + 15_000_000);
        assert_eq!(resolve("+350ms", 0), FIRST + 3_500_000);
        assert_eq!(resolve("@14.8s", 0), FIRST + 148_000_000);
        assert_eq!(resolve("@1,014.800s", 0), FIRST + 10_148_000_000);
        assert_eq!(resolve("@-2s", 0), FIRST - 20_000_000);
        assert_eq!(resolve("03:18:10.7752429+02:00", -300), FIRST);
        assert_eq!(TimePoint::parse("#1588"), Ok(TimePoint::Event(1588)));
        assert_eq!(TimePoint::parse_around("#7±2s"), Ok((TimePoint::Event(7), 20_000_000)));
        assert_eq!(TimePoint::parse_around("@1s+-5ms"), Ok((TimePoint::After(10_000_000), 50_000)));
        for wrong in [
            "",
            "yesterday",
            "25:00",
            "13:00 PM",
            "2020-02-30T00:00:00Z",
            "+-1",
            "1:2:3:4",
            "2020-07-12",
            "T",
            "é AM",
            "#",
            "#1x",
            "@",
            "@soon",
        ] {
            assert!(TimePoint::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_of_day_is_of_the_day_on_which_the_log_has_it() {
        let midnight = FIRST - FIRST % DAY;
        let log = |from: u64, to: u64| (FileTime(midnight + from * SECOND), FileTime(midnight + to * SECOND));
        let at = |text: &str, log| TimePoint::parse(text).unwrap().resolve(log, 0).0 - midnight;
        // A window wider than the log stays around it.
        assert_eq!(at("00:30", log(4_690, 4_703)), 1_800 * SECOND);
        assert_eq!(at("23:00", log(4_690, 4_703)), 82_800 * SECOND);
        // From 23:00 to 01:00.
        assert_eq!(at("23:30", log(82_800, 90_000)), 84_600 * SECOND);
        assert_eq!(at("00:30", log(82_800, 90_000)), DAY + 1_800 * SECOND);
        assert_eq!(at("12:00", log(82_800, 90_000)), 43_200 * SECOND);
    }

    #[test]
    fn spans_and_what_the_last_digit_stands_for() {
        for (text, ticks) in [
            ("0.0000074", 74),
            ("12.5s", 125_000_000),
            ("2m", 120 * SECOND),
            ("1.5h", 5_400 * SECOND),
            ("00:01:12.5", 725_000_000),
            ("100:00:00", 360_000 * SECOND),
        ] {
            assert_eq!(span(text), Some(ticks), "{text}");
        }
        for wrong in ["", "s", "-1", "+1", "1.2.3", "99999999999999999999", "1:60", "1,5"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
        let step = |text| time_of_day(text).map(|w| w.step);
        assert_eq!(step("1:18 AM"), Some(60 * SECOND));
        assert_eq!(step("01:18:10"), Some(SECOND));
        assert_eq!(step("01:18:10.77"), Some(SECOND / 100));
        assert_eq!(step("23:59:59.99999999"), Some(1));
    }
}
