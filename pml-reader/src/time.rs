//! FILETIME and the ways Process Monitor prints times (en-US).

use crate::text::{Short, push_decimal, push_padded};

/// 100-nanosecond ticks since 1601-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileTime(pub u64);

/// Ticks in a second.
pub const TICKS_PER_SECOND: u64 = 10_000_000;

/// A FILETIME broken into its calendar parts (proleptic Gregorian).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Full year.
    pub year: u64,
    /// 1–12.
    pub month: u64,
    /// 1–31.
    pub day: u64,
    /// 0–23.
    pub hour: u64,
    /// 0–59.
    pub minute: u64,
    /// 0–59.
    pub second: u64,
    /// 0–9,999,999.
    pub ticks: u64,
}

impl FileTime {
    /// Midnight of a date, UTC. `None` if there is no such date between 1601 and 9999.
    #[must_use]
    pub fn at_date(year: u64, month: u64, day: u64) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let lengths = [31, 28 + u64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let months = usize::try_from(month.checked_sub(1)?).ok()?;
        let length = lengths.get(months)?;
        if !(1601..=9999).contains(&year) || !(1..=*length).contains(&day) {
            return None;
        }
        let years = year - 1601;
        let before: u64 = lengths.iter().take(months).sum();
        let days = years * 365 + years / 4 - years / 100 + years / 400 + before + day - 1;
        Some(Self(days * 86_400 * TICKS_PER_SECOND))
    }

    /// The calendar parts in UTC.
    #[must_use]
    pub fn civil(self) -> Civil {
        let ticks = self.0 % TICKS_PER_SECOND;
        let seconds = self.0 / TICKS_PER_SECOND;
        let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
        // Howard Hinnant's days-to-civil, moved from 1970 to 1601: 584,694 days lie between 0000-03-01 and 1601-01-01.
        let z = days + 584_694;
        let era = z / 146_097;
        let doe = z % 146_097;
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Civil {
            year: yoe + era * 400 + u64::from(month <= 2),
            month,
            day: doy - (153 * mp + 2) / 5 + 1,
            hour: second_of_day / 3_600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
            ticks,
        }
    }

    /// The same instant on a clock that is `minutes` ahead of UTC, for printing local time.
    ///
    /// A negative number of ticks goes back before 1601, as in Process Monitor: its export of -1 at UTC+2 has
    /// 1/1/1601 1:59:59 AM.
    #[must_use]
    pub fn shifted(self, minutes: i32) -> Self {
        let ticks = i64::from(minutes) * 60 * TICKS_PER_SECOND as i64;
        Self(match self.is_negative() {
            true => self.0.wrapping_add_signed(ticks),
            false => self.0.saturating_add_signed(ticks),
        })
    }

    /// Whether Windows takes it as no time. -1 asks that a file's time stays as it is.
    fn is_negative(self) -> bool {
        self.0.cast_signed() < 0
    }

    /// Appends `1:18:10.7752429 AM` (or without the fraction).
    pub fn push_time_of_day(self, out: &mut String, fraction: bool) {
        let mut text = Short::new();
        self.civil().time_of_day(&mut text, fraction);
        text.push_to(out);
    }

    /// Appends `7/12/2020 1:18:10 AM`. A negative number is no time, so the number itself is appended.
    pub fn push_date_time(self, out: &mut String) {
        if self.is_negative() {
            out.push_str(&self.0.cast_signed().to_string());
            return;
        }
        let c = self.civil();
        let mut text = Short::new();
        for (number, behind) in [(c.month, b'/'), (c.day, b'/'), (c.year, b' ')] {
            text.number(number, 1);
            text.push(behind);
        }
        c.time_of_day(&mut text, false);
        text.push_to(out);
    }
}

impl Civil {
    fn time_of_day(&self, text: &mut Short, fraction: bool) {
        let hour = match self.hour % 12 {
            0 => 12,
            hour => hour,
        };
        text.number(hour, 1);
        for number in [self.minute, self.second] {
            text.push(b':');
            text.number(number, 2);
        }
        if fraction {
            text.push(b'.');
            text.number(self.ticks, 7);
        }
        text.push(b' ');
        text.push(if self.hour < 12 { b'A' } else { b'P' });
        text.push(b'M');
    }
}

/// Appends ticks as seconds, `0.0000074`.
pub(crate) fn push_seconds(out: &mut String, ticks: u64) {
    push_decimal(out, ticks / TICKS_PER_SECOND);
    out.push('.');
    push_padded::<7>(out, ticks % TICKS_PER_SECOND);
}

/// Appends ticks as `00:00:00.0339400`.
pub(crate) fn push_relative(out: &mut String, ticks: u64) {
    let seconds = ticks / TICKS_PER_SECOND;
    let hours = seconds / 3_600;
    if hours < 100 {
        push_padded::<2>(out, hours)
    } else {
        push_decimal(out, hours)
    }
    out.push(':');
    push_padded::<2>(out, seconds / 60 % 60);
    out.push(':');
    push_padded::<2>(out, seconds % 60);
    out.push('.');
    push_padded::<7>(out, ticks % TICKS_PER_SECOND);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filetimes_print_as_process_monitor_prints_them() {
        let print = |t: u64| {
            let mut s = String::new();
            FileTime(t).push_date_time(&mut s);
            s
        };
        assert_eq!(print(0), "1/1/1601 12:00:00 AM");
        assert_eq!(print(116_444_736_000_000_000), "1/1/1970 12:00:00 AM");
        assert_eq!(print(116_444_736_000_000_000 + 951_782_400 * TICKS_PER_SECOND), "2/29/2000 12:00:00 AM");
        assert_eq!(print(116_444_736_000_000_000 + 1_594_516_690 * TICKS_PER_SECOND), "7/12/2020 1:18:10 AM");
        let minus_one = |minutes| {
            let mut s = String::new();
            FileTime(u64::MAX).shifted(minutes).push_date_time(&mut s);
            s
        };
        assert_eq!(minus_one(120), "1/1/1601 1:59:59 AM");
        assert_eq!(minus_one(0), "-1");
        let mut s = String::new();
        FileTime(12 * 3600 * TICKS_PER_SECOND + 5).push_time_of_day(&mut s, true);
        push_relative(&mut s, 339_400);
        push_seconds(&mut s, 74);
        assert_eq!(s, "12:00:00.0000005 PM00:00:00.03394000.0000074");
    }
}
