//! The two times that servicing logs carry, as two types that do not mix.
//!
//! The line time of CBS.log, dism.log and setupapi.dev.log is the wall clock of the machine, without a zone:
//! [`LocalTime`]. The `@` time of a CSI line, the times of event records and of registry keys are UTC: [`FileTime`].
//! Only [`LocalTime::ahead_of`] combines one of each. It gives a difference, not a time.

use std::fmt;

/// 100-nanosecond units in one second.
pub const TICKS_PER_SECOND: u64 = 10_000_000;
const TICKS_PER_DAY: u64 = 86_400 * TICKS_PER_SECOND;
/// Days from 0000-03-01 to 1601-01-01 in the proleptic Gregorian calendar.
const DAYS_TO_1601: i64 = 584_694;

/// UTC, in 100 ns since 1601-01-01: the FILETIME of Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileTime(pub u64);

/// Wall-clock time of the machine that wrote the log, zone unknown, in 100 ns since 1601-01-01 of that clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub u64);

/// Year, month, day, hour, minute, second and 100 ns units of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Calendar year, 1601 to 60055.
    pub year: u32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31.
    pub day: u32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute, 0 to 59.
    pub minute: u32,
    /// Second, 0 to 59.
    pub second: u32,
    /// 100 ns units, 0 to 9,999,999.
    pub ticks: u32,
}

impl Civil {
    /// Units of 100 ns since 1601-01-01. `None` for a date that does not exist or is before 1601.
    #[must_use]
    pub fn to_ticks(self) -> Option<u64> {
        if self.year < 1601
            || self.year > 9999
            || !(1..=12).contains(&self.month)
            || self.day == 0
            || self.day > days_in_month(self.year, self.month)
            || self.hour > 23
            || self.minute > 59
            || self.second > 59
            || u64::from(self.ticks) >= TICKS_PER_SECOND
        {
            return None;
        }
        // Days are counted in years that begin in March, so that the leap day is the last day of its year.
        let (year, month) = if self.month > 2 {
            (i64::from(self.year), i64::from(self.month) - 3)
        } else {
            (i64::from(self.year) - 1, i64::from(self.month) + 9)
        };
        let days =
            365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let days = u64::try_from(days - DAYS_TO_1601).ok()?;
        let seconds = u64::from(self.hour) * 3600 + u64::from(self.minute) * 60 + u64::from(self.second);
        Some(days * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + u64::from(self.ticks))
    }

    /// The date and time of a count of 100 ns since 1601-01-01.
    #[must_use]
    pub fn from_ticks(ticks: u64) -> Civil {
        let days = ticks / TICKS_PER_DAY + DAYS_TO_1601.unsigned_abs();
        let rest = ticks % TICKS_PER_DAY;
        let seconds = rest / TICKS_PER_SECOND;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Civil {
            year: small(year),
            month: small(month),
            day: small(day),
            hour: small(seconds / 3600),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
            ticks: small(rest % TICKS_PER_SECOND),
        }
    }
}

fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}",
            self.year, self.month, self.day, self.hour, self.minute, self.second, self.ticks
        )
    }
}

impl FileTime {
    /// The parts of this time, in UTC.
    #[must_use]
    pub fn civil(self) -> Civil {
        Civil::from_ticks(self.0)
    }
}

impl LocalTime {
    /// The parts of this time as the machine's clock showed them.
    #[must_use]
    pub fn civil(self) -> Civil {
        Civil::from_ticks(self.0)
    }

    /// How far the wall clock is ahead of UTC, in 100 ns, when `self` and `utc` name the same moment.
    ///
    /// A line of CBS.log cuts its time to the second. It may be written a little after its `@` time was taken. So the
    /// result is near a whole quarter of an hour, not on it.
    #[must_use]
    pub fn ahead_of(self, utc: FileTime) -> i64 {
        let difference = i128::from(self.0) - i128::from(utc.0);
        i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.civil())
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.civil().fmt(f)
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS`, with any separators, and an optional fraction after a dot.
///
/// `digits` gives the width of the date's fields. CBS.log and setupapi.dev.log pad them. The `@` time of a CSI line
/// does not (`2023/5/17:15:25:12.358`), so widths may be shorter than usual.
pub(crate) fn parse_civil(text: &[u8]) -> Option<(Civil, usize)> {
    let mut at = 0;
    let mut field = |most: usize, separators: &[u8]| -> Option<u32> {
        let (value, taken) = crate::text::leading_number(text.get(at..)?, most)?;
        at += taken;
        if !separators.is_empty() {
            if !separators.contains(text.get(at)?) {
                return None;
            }
            at += 1;
        }
        Some(value)
    };
    let year = field(4, b"-/")?;
    let month = field(2, b"-/")?;
    let day = field(2, b" :T")?;
    let hour = field(2, b":")?;
    let minute = field(2, b":")?;
    let second = field(2, b"")?;
    let mut ticks = 0;
    if text.get(at) == Some(&b'.') {
        let fraction: &[u8] = text.get(at + 1..)?;
        let width = fraction.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
        if width > 0 {
            let (value, _) = crate::text::leading_number(fraction, width)?;
            ticks = value * 10u32.pow(7 - u32::try_from(width).ok()?);
            at += 1 + width;
        }
    }
    let civil = Civil { year, month, day, hour, minute, second, ticks };
    civil.to_ticks()?;
    Some((civil, at))
}

/// A wall-clock time at the start of `text`, and its length in bytes.
pub(crate) fn parse_local(text: &[u8]) -> Option<(LocalTime, usize)> {
    let (civil, taken) = parse_civil(text)?;
    Some((LocalTime(civil.to_ticks()?), taken))
}

/// A UTC time at the start of `text`, and its length in bytes.
pub(crate) fn parse_utc(text: &[u8]) -> Option<(FileTime, usize)> {
    let (civil, taken) = parse_civil(text)?;
    Some((FileTime(civil.to_ticks()?), taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_filetimes() {
        // The Unix epoch and the day after a leap day, as any FILETIME calculator gives them.
        assert_eq!(FileTime(116_444_736_000_000_000).to_string(), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(FileTime(0).to_string(), "1601-01-01T00:00:00.0000000Z");
        let civil = Civil { year: 2024, month: 3, day: 1, hour: 12, minute: 0, second: 0, ticks: 1 };
        assert_eq!(civil.to_ticks(), Some(133_537_680_000_000_001));
        assert_eq!(Civil::from_ticks(133_537_680_000_000_001), civil);
    }

    #[test]
    fn every_day_of_eight_centuries_returns_to_itself() {
        for day in 0..292_194 {
            let ticks = day * TICKS_PER_DAY + 123;
            assert_eq!(Civil::from_ticks(ticks).to_ticks(), Some(ticks));
        }
    }

    #[test]
    fn dates_that_do_not_exist() {
        for text in
            ["2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-01-01 24:00:00", "0999-01-01 00:00:00"]
        {
            assert_eq!(parse_local(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn csi_time_is_read_without_padding() {
        let (time, taken) = parse_utc(b"2023/5/17:15:25:12.358 WcpInitialize").unwrap();
        assert_eq!((time.to_string().as_str(), taken), ("2023-05-17T15:25:12.3580000Z", 22));
    }

    #[test]
    fn wall_clock_ahead_of_utc() {
        let (local, _) = parse_local(b"2026-10-08 20:50:05").unwrap();
        let (utc, _) = parse_utc(b"2026/10/8:18:50:05.198").unwrap();
        assert_eq!(local.ahead_of(utc), 2 * 3600 * 10_000_000 - 1_980_000);
    }
}
