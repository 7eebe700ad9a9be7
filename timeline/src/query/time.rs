//! Moments as people type them.

use crate::model::FileTime;

/// A time that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no time; give 2024-10-02T15:58:05.5Z (UTC), a time of day 15:58:05 or 3:58:05 PM, or +12.5s after the first event"
)]
pub struct TimeError(pub String);

/// A moment, as far as it can be told without the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePoint {
    /// A moment in UTC.
    Absolute(FileTime),
    /// Ticks since midnight, on the day of the first event or, where that is earlier, the next.
    OfDay(u64),
    /// Ticks after the first event.
    After(u64),
}

const SECOND: u64 = 10_000_000;
const DAY: u64 = 86_400 * SECOND;

impl TimePoint {
    /// Reads a moment.
    ///
    /// # Errors
    /// [`TimeError`], where the text is none.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError(text.to_owned());
        let text = text.trim();
        if let Some(after) = text.strip_prefix('+') {
            return seconds(after.strip_suffix('s').unwrap_or(after)).map(Self::After).ok_or_else(wrong);
        }
        if let Some((date, clock)) = text.split_once(['T', ' ']).filter(|(date, _)| date.contains('-')) {
            let days = days(date).ok_or_else(wrong)?;
            let clock = clock_ticks(clock.strip_suffix('Z').unwrap_or(clock)).ok_or_else(wrong)?;
            return days
                .checked_mul(DAY)
                .and_then(|t| t.checked_add(clock))
                .map(|t| Self::Absolute(FileTime(t)))
                .ok_or_else(wrong);
        }
        clock_ticks(text).map(Self::OfDay).ok_or_else(wrong)
    }

    /// The moment in a log whose first event was at `first`, told on a clock `utc_offset_minutes` ahead of UTC.
    pub fn resolve(self, first: FileTime, utc_offset_minutes: i32) -> FileTime {
        let offset = i64::from(utc_offset_minutes) * 60 * SECOND as i64;
        match self {
            Self::Absolute(time) => time,
            Self::After(ticks) => FileTime(first.0.saturating_add(ticks)),
            Self::OfDay(ticks) => {
                let local = first.0.saturating_add_signed(offset);
                let time = (local - local % DAY).saturating_add(ticks);
                // A log that runs past midnight: a time before its first second is of the next day.
                let time = if time + SECOND <= local { time.saturating_add(DAY) } else { time };
                FileTime(time.saturating_add_signed(-offset))
            }
        }
    }
}

/// `12.5` in ticks.
fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 7 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<7}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(SECOND)?.checked_add(fraction)
}

/// `15:58:05.5`, `3:58 PM` in ticks since midnight.
fn clock_ticks(text: &str) -> Option<u64> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim(), Some(0)),
        (_, Some(clock)) => (clock.trim(), Some(12)),
        _ => (upper.as_str(), None),
    };
    let mut parts = clock.split(':');
    let hour: u64 = parts.next()?.parse().ok()?;
    let minute: u64 = parts.next()?.parse().ok()?;
    let ticks = parts.next().map_or(Some(0), seconds)?;
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    (parts.next().is_none() && hour < 24 && minute < 60 && ticks < 60 * SECOND)
        .then(|| (hour * 60 + minute) * 60 * SECOND + ticks)
}

/// Days from 1601-01-01 to `YYYY-MM-DD`.
fn days(date: &str) -> Option<u64> {
    let mut parts = date.split('-').map(|p| p.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, 28 + u64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = lengths.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
    if !(1601..=9999).contains(&year) || !(1..=*length).contains(&day) || parts.next().is_some() {
        return None;
    }
    let years = year - 1601;
    let before: u64 = lengths.iter().take(month as usize - 1).sum();
    Some(years * 365 + years / 4 - years / 100 + years / 400 + before + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_their_forms() {
        // 2020-07-12T01:18:10.7752429Z
        let first = FileTime(132_389_902_907_752_429);
        let resolve = |text: &str, offset| TimePoint::parse(text).unwrap().resolve(first, offset).0;
        assert_eq!(resolve("2020-07-12T01:18:10.7752429Z", 0), first.0);
        assert_eq!(resolve("2020-07-12 01:18:10.7752429", 0), first.0);
        assert_eq!(resolve("1:18:10.7752429 AM", 0), first.0);
        assert_eq!(resolve("03:18:10.7752429", 120), first.0);
        assert_eq!(resolve("+1.5s", 0), first.0 + 15_000_000);
        assert_eq!(resolve("00:00:01", 0), first.0 - first.0 % DAY + DAY + SECOND);
        for wrong in
            ["", "yesterday", "25:00", "13:00 PM", "2020-02-30T00:00:00Z", "+-1", "1:2:3:4", "+1.12345678"]
        {
            assert!(TimePoint::parse(wrong).is_err(), "{wrong}");
        }
    }
}
