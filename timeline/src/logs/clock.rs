//! From a log's wall clock to UTC.

use servicing_logs::cbs::ClockPair;

use super::LocalTicks;
use crate::model::{FileTime, Trust};

/// A quarter of an hour, the grain of the world's time zones, in ticks.
const QUARTER: i64 = 15 * 60 * 10_000_000;

/// How far a wall clock is ahead of UTC, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// Minutes ahead of UTC.
    pub minutes: i32,
    /// Line from which on it holds.
    pub from_line: u64,
}

/// The wall clock of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalClock {
    /// The offsets, by the line from which each holds; never empty.
    offsets: Vec<Offset>,
    /// Whether lines say so, or it is assumed.
    pub trust: Trust,
}

impl LocalClock {
    /// Learns the clock from lines that carry both times. `None` where there is none.
    ///
    /// A line is written up to a few seconds after its UTC time was taken, so differences are rounded to the quarter of
    /// an hour. A difference that is no quarter of an hour within two minutes is passed over.
    pub(crate) fn learn(pairs: &[ClockPair]) -> Option<Self> {
        let mut offsets: Vec<Offset> = Vec::new();
        for pair in pairs {
            let ahead = pair.local.ahead_of(pair.utc);
            let quarters = (ahead + QUARTER / 2).div_euclid(QUARTER);
            let off = (ahead - quarters * QUARTER).abs();
            if off > 2 * 60 * 10_000_000 || quarters.abs() > 4 * 15 {
                continue;
            }
            let minutes = i32::try_from(quarters * 15).unwrap_or(0);
            match offsets.last() {
                Some(last) if last.minutes == minutes => {}
                Some(_) => offsets.push(Offset { minutes, from_line: pair.line }),
                None => offsets.push(Offset { minutes, from_line: 0 }),
            }
        }
        (!offsets.is_empty()).then_some(Self { offsets, trust: Trust::Recorded })
    }

    /// Learns the clock from the moment, in UTC, in which a line of this local time was written. `None` where the two
    /// are no time zone apart.
    pub(crate) fn align(local: LocalTicks, written: FileTime) -> Option<Self> {
        let pair = ClockPair {
            line: 0,
            local: servicing_logs::LocalTime(local.0),
            utc: servicing_logs::FileTime(written.0),
        };
        Some(Self { trust: Trust::Correlated, ..Self::learn(&[pair])? })
    }

    /// The clock of another log of the same machine.
    pub(crate) fn borrowed(&self) -> Self {
        let minutes = self.minutes();
        Self { offsets: vec![Offset { minutes, from_line: 0 }], trust: Trust::Inferred }
    }

    /// A clock that is assumed to show UTC, where nothing tells.
    pub(crate) fn assumed_utc() -> Self {
        Self { offsets: vec![Offset { minutes: 0, from_line: 0 }], trust: Trust::Inferred }
    }

    /// UTC of a line's local time.
    #[must_use]
    pub fn to_utc(&self, line: u64, local: LocalTicks) -> FileTime {
        let at = self.offsets.partition_point(|o| o.from_line <= line);
        let minutes = self.offsets.get(at.saturating_sub(1)).map_or(0, |o| o.minutes);
        FileTime(local.0.saturating_add_signed(-i64::from(minutes) * 60 * 10_000_000))
    }

    /// Minutes ahead of UTC at the end of the log.
    #[must_use]
    pub fn minutes(&self) -> i32 {
        self.offsets.last().map_or(0, |o| o.minutes)
    }

    /// The offsets, one for each change.
    #[must_use]
    pub fn offsets(&self) -> &[Offset] {
        &self.offsets
    }
}

#[cfg(test)]
mod tests {
    use servicing_logs::{FileTime as Utc, LocalTime};

    use super::*;

    const HOUR: u64 = 3600 * 10_000_000;

    fn pair(line: u64, local_hours: u64, utc_hours: u64, lag: u64) -> ClockPair {
        ClockPair {
            line,
            local: LocalTime(1_000_000 * HOUR + local_hours * HOUR),
            utc: Utc(1_000_000 * HOUR + utc_hours * HOUR - lag),
        }
    }

    #[test]
    fn the_offset_is_learnt_and_follows_a_change() {
        let clock = LocalClock::learn(&[pair(5, 12, 10, 9_000_000), pair(90, 13, 12, 0)]).unwrap();
        assert_eq!(clock.offsets().iter().map(|o| o.minutes).collect::<Vec<_>>(), [120, 60]);
        let local = LocalTicks(1_000_000 * HOUR + 12 * HOUR);
        assert_eq!(clock.to_utc(3, local).0, 1_000_000 * HOUR + 10 * HOUR);
        assert_eq!(clock.to_utc(90, local).0, 1_000_000 * HOUR + 11 * HOUR);
        assert_eq!(LocalClock::learn(&[]), None);
    }

    #[test]
    fn a_difference_that_is_no_zone_teaches_nothing() {
        let odd = ClockPair { line: 1, local: LocalTime(50 * HOUR), utc: Utc(48 * HOUR + HOUR / 8) };
        assert_eq!(LocalClock::learn(&[odd]), None);
        let far = ClockPair { line: 1, local: LocalTime(80 * HOUR), utc: Utc(48 * HOUR) };
        assert_eq!(LocalClock::learn(&[far]), None);
    }
}
