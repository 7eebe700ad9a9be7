//! The one clock: FILETIME, UTC.

/// 100-nanosecond ticks since 1601-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileTime(pub u64);

/// A span in ticks of 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticks(pub u64);

/// Times before it are times of day: an export without dates counts from the first day of FILETIME. It is 1621.
const DATED: u64 = 20 * 365 * 86_400 * 10_000_000;

impl FileTime {
    /// Whether the date is known, and not only the time of day.
    #[must_use]
    pub const fn is_dated(self) -> bool {
        self.0 >= DATED
    }

    /// The span since `earlier`; none where that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Ticks {
        Ticks(self.0.saturating_sub(earlier.0))
    }

    /// Date and minute, `2024-03-28 11:52 UTC`.
    #[must_use]
    pub fn minute(self) -> String {
        let c = pml_reader::FileTime(self.0).civil();
        format!("{:04}-{:02}-{:02} {:02}:{:02} UTC", c.year, c.month, c.day, c.hour, c.minute)
    }

    /// The instant `span` later.
    #[must_use]
    pub fn plus(self, span: Ticks) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Ticks {
    /// Whole seconds as a span.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds * 10_000_000)
    }

    /// The span in seconds.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e7
    }
}

impl From<pml_reader::FileTime> for FileTime {
    fn from(time: pml_reader::FileTime) -> Self {
        Self(time.0)
    }
}
