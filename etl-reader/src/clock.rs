//! The clocks of a log file. Ticks and FILETIME are different types. Only [`Clock`] converts them.

use std::fmt;

/// A FILETIME: units of 100 ns since 1601-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileTime(pub i64);

impl FileTime {
    /// 100 ns units from `earlier` to this time; negative when this time is the earlier one.
    #[must_use]
    pub fn since(self, earlier: FileTime) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (100 ns since 1601-01-01 UTC)", self.0)
    }
}

/// A raw time of a record, in units of the file's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ticks(pub i64);

/// What a tick is. `ReservedFlags` of the log-file header says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClockType {
    /// 1: the performance counter. All real files seen use it.
    QueryPerformanceCounter,
    /// 2: the system time, a FILETIME. From the documentation only.
    SystemTime,
    /// 3: processor cycles. From the documentation only.
    CpuCycles,
    /// Any other number. Read as the performance counter, as files older than the field hold zero there.
    Other(u32),
}

impl ClockType {
    /// The clock with this number.
    #[must_use]
    pub fn from_number(number: u32) -> ClockType {
        match number {
            1 => ClockType::QueryPerformanceCounter,
            2 => ClockType::SystemTime,
            3 => ClockType::CpuCycles,
            other => ClockType::Other(other),
        }
    }

    /// The number in the log-file header.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            ClockType::QueryPerformanceCounter => 1,
            ClockType::SystemTime => 2,
            ClockType::CpuCycles => 3,
            ClockType::Other(number) => number,
        }
    }
}

/// Converts the ticks of one log file to FILETIME and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    zero: i64,
    start: i64,
    /// FILETIME units = ticks · numerator / denominator.
    numerator: i64,
    denominator: i64,
}

/// FILETIME units in one second.
const SECOND: i64 = 10_000_000;

impl Clock {
    /// A clock of the given type. `zero` is the raw time of the log-file header's record and stands for
    /// `start`, the header's StartTime. `frequency` is in ticks a second, `cpu_mhz` in MHz.
    ///
    /// A frequency of zero or less (a damaged header) is taken as 10 MHz, so that every tick has a time.
    #[must_use]
    pub fn new(kind: ClockType, zero: Ticks, start: FileTime, frequency: i64, cpu_mhz: u32) -> Clock {
        let (zero, start, numerator, denominator) = match kind {
            ClockType::SystemTime => (0, 0, 1, 1),
            ClockType::CpuCycles => (zero.0, start.0, 10, i64::from(cpu_mhz)),
            ClockType::QueryPerformanceCounter | ClockType::Other(_) => (zero.0, start.0, SECOND, frequency),
        };
        let (numerator, denominator) =
            if denominator <= 0 || numerator == denominator { (1, 1) } else { (numerator, denominator) };
        Clock { zero, start, numerator, denominator }
    }

    /// The time of a raw time. Times before 1601 or after 30,000 years saturate.
    #[inline]
    #[must_use]
    pub fn filetime(&self, ticks: Ticks) -> FileTime {
        // Nearly all fit 64 bits.
        let delta = ticks.0.checked_sub(self.zero);
        let near = delta.and_then(|delta| delta.checked_mul(self.numerator)).and_then(|product| {
            let scaled = if self.denominator == 1 { product } else { product.div_euclid(self.denominator) };
            scaled.checked_add(self.start)
        });
        near.map_or_else(|| self.far(ticks), FileTime)
    }

    #[cold]
    fn far(&self, ticks: Ticks) -> FileTime {
        let delta = i128::from(ticks.0) - i128::from(self.zero);
        FileTime(saturate(i128::from(self.start) + self.scale(delta, self.numerator, self.denominator)))
    }

    /// The length of a span of ticks in units of 100 ns.
    #[must_use]
    pub fn duration(&self, ticks: i64) -> i64 {
        saturate(self.scale(i128::from(ticks), self.numerator, self.denominator))
    }

    /// The raw time of a time, for writing. Rounded up, so that converting it back gives the same time
    /// whenever a tick is not longer than 100 ns.
    #[must_use]
    pub fn ticks(&self, time: FileTime) -> Ticks {
        let delta = i128::from(time.0) - i128::from(self.start);
        let product = delta * i128::from(self.denominator);
        let ticks = (product + i128::from(self.numerator) - 1).div_euclid(i128::from(self.numerator));
        Ticks(saturate(ticks + i128::from(self.zero)))
    }

    /// 128 bits in between: ticks of a long uptime times ten million do not fit 64.
    fn scale(&self, ticks: i128, numerator: i64, denominator: i64) -> i128 {
        if denominator == 1 {
            return ticks * i128::from(numerator);
        }
        let short = i64::try_from(ticks).ok().and_then(|ticks| ticks.checked_mul(numerator));
        if let Some(product) = short {
            return i128::from(product.div_euclid(denominator));
        }
        (ticks * i128::from(numerator)).div_euclid(i128::from(denominator))
    }
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClockType::*;

    #[test]
    fn performance_counter() {
        let clock = Clock::new(QueryPerformanceCounter, Ticks(1_000), FileTime(50), 2_109_960, 2_160);
        assert_eq!(clock.filetime(Ticks(1_000)), FileTime(50));
        assert_eq!(clock.filetime(Ticks(1_000 + 2_109_960)), FileTime(50 + SECOND));
        // Ten years of a 3 GHz counter: the product does not fit 64 bits.
        let clock = Clock::new(QueryPerformanceCounter, Ticks(0), FileTime(0), 3_000_000_000, 0);
        let years = 10 * 365 * 86_400;
        assert_eq!(clock.filetime(Ticks(3_000_000_000 * years)), FileTime(years * SECOND));
        // Before the header's record.
        assert_eq!(clock.filetime(Ticks(-3_000_000_000)), FileTime(-SECOND));
    }

    #[test]
    fn other_clocks() {
        let clock = Clock::new(SystemTime, Ticks(77), FileTime(50), 1, 1);
        assert_eq!(clock.filetime(Ticks(123)), FileTime(123));
        let clock = Clock::new(CpuCycles, Ticks(100), FileTime(50), 1, 2_000);
        assert_eq!(clock.filetime(Ticks(100 + 2_000_000_000)), FileTime(50 + SECOND));
    }

    #[test]
    fn ticks_of_a_time_give_the_time_back() {
        for frequency in [10_000_000, 14_318_180, 24_000_000, 3_000_000_000] {
            let clock = Clock::new(QueryPerformanceCounter, Ticks(637), FileTime(1_000), frequency, 0);
            for time in [1_000, 1_001, 1_003, 77_777_777, 999] {
                assert_eq!(clock.filetime(clock.ticks(FileTime(time))), FileTime(time), "{frequency}");
            }
        }
    }

    #[test]
    fn damaged_headers_do_not_panic() {
        let clock = Clock::new(QueryPerformanceCounter, Ticks(i64::MIN), FileTime(i64::MAX), 0, 0);
        assert_eq!(clock.filetime(Ticks(i64::MAX)), FileTime(i64::MAX));
        let clock = Clock::new(CpuCycles, Ticks(i64::MAX), FileTime(i64::MIN), 0, u32::MAX);
        assert_eq!(clock.filetime(Ticks(i64::MIN)), FileTime(i64::MIN));
    }
}
