//! Times of an export. They are local, in the form of the machine that saved it. The file itself must show the order
//! of day and month.

use crate::{FileTime, TICKS_PER_SECOND};

const DAY: u64 = 86_400 * TICKS_PER_SECOND;
/// Passings of midnight that a file without dates may have.
pub(crate) const MAX_TURNS: usize = 4096;

/// In which order a date names its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// 7/12/2020 is the twelfth of July.
    #[default]
    MonthDayYear,
    /// 12.07.2020, 12/07/2020.
    DayMonthYear,
    /// 2020/7/12, 2020-07-12.
    YearMonthDay,
}

/// How the order of dates is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateEvidence {
    /// There are no dates: times count from the day on which the log begins.
    #[default]
    NoDates,
    /// The year comes first, or a day is above 12.
    Told,
    /// Dots between the parts, or AM and PM after the time. Most languages that write so have this order.
    Likely,
    /// Nothing shows the order: day before month.
    Assumed,
}

/// What is known of an export's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportClock {
    /// Order of the parts of a date.
    pub order: DateOrder,
    /// How it is known.
    pub evidence: DateEvidence,
    /// Minutes that the clock is ahead of UTC, if the file shows it. Times are then in UTC, otherwise as they are in
    /// the file.
    pub ahead_minutes: Option<i32>,
    /// Midnight of the first row's day, in a file without dates.
    pub(crate) first_day: u64,
    /// In a file without dates: from which row on which day it is.
    pub(crate) turns: Vec<(u64, i64)>,
}

/// The numbers of a date or a time, with the characters between them.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    values: [u64; 8],
    digits: [u32; 8],
    count: usize,
    /// The character after the first number.
    separator: u8,
    /// Whether it is in the second half of the day, if the text says so.
    afternoon: Option<bool>,
}

/// Words for the halves of the day.
const HALVES: &[(&str, bool)] = &[
    ("am", false),
    ("pm", true),
    ("上午", false),
    ("下午", true),
    ("午前", false),
    ("午後", true),
    ("오전", false),
    ("오후", true),
    ("πμ", false),
    ("μμ", true),
];

impl Numbers {
    fn read(text: &str) -> Option<Self> {
        let mut found = Self::default();
        let mut inside = false;
        for byte in text.bytes() {
            if byte.is_ascii_digit() {
                let at = if inside { found.count.checked_sub(1)? } else { found.count };
                let value = found.values.get_mut(at)?;
                *value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
                *found.digits.get_mut(at)? += 1;
                found.count = at + 1;
                inside = true;
            } else {
                inside = false;
                if found.count == 1 && found.separator == 0 {
                    found.separator = byte;
                }
            }
        }
        if text.bytes().any(|b| b.is_ascii_alphabetic() || !b.is_ascii()) {
            let mut letters = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
            let mut word = String::new();
            word.extend(letters.by_ref().take(4));
            found.afternoon = HALVES.iter().find(|(half, _)| *half == word).map(|(_, afternoon)| *afternoon);
        }
        Some(found)
    }

    fn value(&self, at: usize) -> Option<u64> {
        (at < self.count).then(|| self.values.get(at).copied()).flatten()
    }

    /// Ticks since midnight of the hour, minute and second from number `at` on, and of the fraction after them.
    fn clock(&self, at: usize) -> Option<u64> {
        let (hour, minute, second) = (self.value(at)?, self.value(at + 1)?, self.value(at + 2)?);
        let hour = match self.afternoon {
            Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
            _ => hour,
        };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let fraction = match (self.value(at + 3), self.digits.get(at + 3)) {
            (Some(value), Some(digits @ 1..=7)) => value * 10u64.pow(7 - digits),
            (Some(_), _) => return None,
            (None, _) => 0,
        };
        Some(((hour * 60 + minute) * 60 + second) * TICKS_PER_SECOND + fraction)
    }
}

/// Ticks since midnight of a time of day.
pub(crate) fn time_of_day(text: &str) -> Option<u64> {
    Numbers::read(text)?.clock(0)
}

impl ImportClock {
    /// Learns the order of dates from some of them.
    pub(crate) fn learn<'t>(dates: impl IntoIterator<Item = &'t str>) -> Self {
        let (mut first, mut second) = (0, 0);
        let (mut year_first, mut dots, mut halves, mut any) = (false, false, false, false);
        for date in dates {
            let Some(numbers) = Numbers::read(date).filter(|n| n.count >= 3) else { continue };
            any = true;
            year_first |= numbers.digits.first().is_some_and(|d| *d >= 3);
            first = first.max(numbers.value(0).unwrap_or(0));
            second = second.max(numbers.value(1).unwrap_or(0));
            dots |= numbers.separator == b'.';
            halves |= numbers.afternoon.is_some();
        }
        use {DateEvidence as Evidence, DateOrder as Order};
        let (order, evidence) = if !any {
            (Order::default(), Evidence::NoDates)
        } else if year_first {
            (Order::YearMonthDay, Evidence::Told)
        } else if first > 12 {
            (Order::DayMonthYear, Evidence::Told)
        } else if second > 12 {
            (Order::MonthDayYear, Evidence::Told)
        } else if dots {
            (Order::DayMonthYear, Evidence::Likely)
        } else if halves {
            (Order::MonthDayYear, Evidence::Likely)
        } else {
            (Order::DayMonthYear, Evidence::Assumed)
        };
        Self { order, evidence, ..Self::default() }
    }

    /// The instant of a row. The date is from one column, the time from the other, which is finer. If the file has
    /// dates and one cannot be read, there is no time.
    #[inline]
    pub(crate) fn time(&self, clock: &str, date: &str, index: u64) -> Option<FileTime> {
        let local = if self.evidence == DateEvidence::NoDates {
            let at = self.turns.partition_point(|(row, _)| *row <= index);
            let day = at.checked_sub(1).and_then(|at| self.turns.get(at)).map_or(0, |(_, day)| *day);
            let midnight = self.first_day.saturating_add_signed(day.saturating_mul(DAY.cast_signed()));
            midnight.saturating_add(time_of_day(clock)?)
        } else {
            let numbers = Numbers::read(date)?;
            let (a, b, c) = (numbers.value(0)?, numbers.value(1)?, numbers.value(2)?);
            let (year, month, day) = match self.order {
                DateOrder::MonthDayYear => (c, a, b),
                DateOrder::DayMonthYear => (c, b, a),
                DateOrder::YearMonthDay => (a, b, c),
            };
            let year = if year < 100 { year + 2000 } else { year };
            let time = if clock.is_empty() { numbers.clock(3) } else { time_of_day(clock) };
            FileTime::at_date(year, month, day)?.0 + time?
        };
        let ahead = i64::from(self.ahead_minutes.unwrap_or(0)) * 60 * TICKS_PER_SECOND.cast_signed();
        Some(FileTime(local.saturating_add_signed(-ahead)))
    }

    /// Sets the clock by the moment, in UTC, at which a row's local time was `local`. It sets the offset to the
    /// quarter of an hour, and the day if the file has no dates. It sets nothing if the two are no time zone apart.
    pub(crate) fn align(&mut self, local: FileTime, utc: FileTime) -> bool {
        const QUARTER: i64 = 900 * TICKS_PER_SECOND as i64;
        let mut ahead = local.0.cast_signed().saturating_sub(utc.0.cast_signed());
        let mut days = 0;
        if self.evidence == DateEvidence::NoDates {
            // From 10 hours behind UTC to 13 ahead of it: of two zones a day apart the one where more people live.
            days = (-ahead + 27 * 2 * QUARTER).div_euclid(DAY.cast_signed());
            ahead += days * DAY.cast_signed();
        }
        let quarters = (ahead + QUARTER / 2).div_euclid(QUARTER);
        let rest = ahead - quarters * QUARTER;
        let zone = (-48..=56).contains(&quarters) && rest.abs() <= 10 * TICKS_PER_SECOND.cast_signed();
        if zone {
            self.first_day = self.first_day.saturating_add_signed(days * DAY.cast_signed());
            self.ahead_minutes = i32::try_from(quarters * 15).ok();
        }
        zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-07-12T13:18:10.7752429Z
    const TIME: u64 = 132_389_902_907_752_429 + 12 * 3600 * TICKS_PER_SECOND;

    #[test]
    fn dates_are_read_in_the_forms_of_several_languages() {
        use {DateEvidence::*, DateOrder::*};
        for (clock, date, order, evidence) in [
            ("1:18:10.7752429 PM", "7/12/2020 1:18:10 PM", MonthDayYear, Likely),
            ("1:18:10.7752429\u{202f}PM", "7/12/2020 1:18:10\u{202f}PM", MonthDayYear, Likely),
            ("13:18:10,7752429", "12.07.2020 13:18:10", DayMonthYear, Likely),
            ("13:18:10,7752429", "12/07/2020 13:18:10", DayMonthYear, Assumed),
            ("13:18:10.7752429", "2020/7/12 13:18:10", YearMonthDay, Told),
            ("下午 1:18:10.7752429", "2020/7/12 下午 1:18:10", YearMonthDay, Told),
            ("13:18:10.7752429", "2020-07-12 13:18:10", YearMonthDay, Told),
            ("13.18.10,7752429", "12.7.2020 13.18.10", DayMonthYear, Likely),
            ("1:18:10.7752429 p. m.", "12/7/20 1:18:10 p. m.", MonthDayYear, Likely),
        ] {
            let learnt = ImportClock::learn([date]);
            assert_eq!((learnt.order, learnt.evidence), (order, evidence), "{date}");
            if order != MonthDayYear || date.contains("2020") {
                assert_eq!(learnt.time(clock, date, 0), Some(FileTime(TIME)), "{date}");
            }
        }
    }

    #[test]
    fn a_day_above_twelve_tells_the_order() {
        let learn = |dates: &[&str]| {
            let learnt = ImportClock::learn(dates.iter().copied());
            (learnt.order, learnt.evidence)
        };
        assert_eq!(learn(&["12/07/2020 1:00:00 PM", "13/07/2020 1:00:00 AM"]).0, DateOrder::DayMonthYear);
        assert_eq!(
            learn(&["07/12/2020 13:00:00", "07/13/2020 00:00:00"]),
            (DateOrder::MonthDayYear, DateEvidence::Told)
        );
        assert_eq!(learn(&["", "x"]).1, DateEvidence::NoDates);
    }

    #[test]
    fn what_is_no_time_gives_none() {
        let clock = ImportClock::learn(["2020-07-12 13:18:10"]);
        for (time, date) in [
            ("25:00:00", "2020-07-12 13:18:10"),
            ("1:00", "2020-07-12 13:18:10"),
            ("1:00:00.12345678", "2020-07-12 13:18:10"),
            ("1:00:00", "2020-02-30 13:18:10"),
            ("1:00:00", ""),
            ("99999999999999999999999:0:0", "2020-07-12 13:18:10"),
            ("1:2:3:4:5:6:7:8:9:10", "2020-07-12 13:18:10"),
        ] {
            assert_eq!(clock.time(time, date, 0), None, "{time} {date}");
        }
        assert_eq!(time_of_day(""), None);
        assert_eq!(time_of_day("12:00:00 AM"), Some(0));
        assert_eq!(time_of_day("12:00:00 PM"), Some(DAY / 2));
    }

    #[test]
    fn a_known_moment_sets_offset_and_day() {
        let hour = 3600 * TICKS_PER_SECOND;
        let mut clock = ImportClock::learn(["2020-07-12 15:18:10"]);
        assert!(clock.align(FileTime(TIME + 2 * hour), FileTime(TIME + 3)));
        assert_eq!(clock.ahead_minutes, Some(120));
        assert_eq!(clock.time("15:18:10.7752429", "2020-07-12 15:18:10", 0), Some(FileTime(TIME)));
        assert!(!ImportClock::default().align(FileTime(TIME + 7 * 60 * TICKS_PER_SECOND), FileTime(TIME)));

        let mut clock = ImportClock::learn([]);
        let local = clock.time("1:18:10.7752429 AM", "", 0).unwrap();
        // 01:18 of the thirteenth at twelve hours ahead of UTC.
        assert!(clock.align(local, FileTime(TIME)));
        assert_eq!(clock.ahead_minutes, Some(720));
        assert_eq!(clock.time("1:18:10.7752429 AM", "", 0), Some(FileTime(TIME)));
    }
}
