//! The building blocks of the report: prose in two languages, time, spans, open enums.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Says whether a field holds nothing, and is therefore left out of the JSON.
pub(crate) fn is_absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Declares structs whose fields may all be absent: absent fields are not written, and may be missing when read.
macro_rules! open_struct {
    ($( $(#[$meta:meta])* pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $type:ty, )* } )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(default)]
        pub struct $name { $(
            $(#[$field_meta])*
            #[serde(skip_serializing_if = "crate::model::parts::is_absent")]
            pub $field: $type,
        )* }
    )+ };
}
pub(crate) use open_struct;

/// Declares enums that are strings in JSON and keep strings that this version does not know.
macro_rules! open_enum {
    ($(
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $variant_doc:literal])* $variant:ident = $text:literal, )+ }
    )+) => { $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[doc = $variant_doc])* $variant, )+
            /// A value that this version does not know, kept as it was read.
            Other(String),
        }

        impl $name {
            /// The values that this version knows, as they stand in JSON.
            pub const KNOWN: &'static [&'static str] = &[$( $text, )+];

            /// The value as it stands in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    _ => Self::Other(text.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(String::deserialize(deserializer)?.as_str()))
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let values = [$( ($text, concat!($( $variant_doc ),*)), )+];
                crate::model::schema::open_enum(concat!($( $doc ),*), &values)
            }
        }
    )+ };
}
pub(crate) use open_enum;

open_struct! {
    /// Prose that bootrace itself wrote. Codes, paths and operation names inside it are the same in both languages.
    pub struct Text {
        /// English.
        pub en: String,
        /// Simplified Chinese. Where it is absent the English stands in.
        pub zh: String,
    }
}

impl Text {
    /// The same sentence in both languages.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// A text that reads the same in every language, such as a code or a log line.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { en: text.into(), zh: String::new() }
    }

    /// True where neither language has a text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

const TICKS_PER_SECOND: u64 = 10_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// A point in time: FILETIME, 100 ns units since 1601-01-01 UTC. In JSON it is RFC 3339 UTC with seven decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// The time of a FILETIME.
    #[must_use]
    pub const fn from_filetime(filetime: u64) -> Self {
        Self(filetime)
    }

    /// The FILETIME of this time.
    #[must_use]
    pub const fn filetime(self) -> u64 {
        self.0
    }

    /// Whether the date is known, and not only the time of day.
    #[must_use]
    pub const fn is_dated(self) -> bool {
        timeline::FileTime(self.0).is_dated()
    }

    /// Whether the time of day is known: a line without date and time stands at the beginning of a day.
    #[must_use]
    pub const fn has_clock(self) -> bool {
        !self.0.is_multiple_of(SECONDS_PER_DAY * TICKS_PER_SECOND)
    }

    /// The span from `earlier` to this time in 100 ns units; negative where `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        let (high, low, sign) =
            if self.0 >= earlier.0 { (self.0, earlier.0, 1) } else { (earlier.0, self.0, -1) };
        i64::try_from(high - low).unwrap_or(i64::MAX) * sign
    }

    /// Reads RFC 3339 in UTC (`Z`) with up to seven decimals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
        let mut date = date.split('-').map(|part| part.parse::<u64>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let (clock, decimals) = clock.split_once('.').unwrap_or((clock, ""));
        let mut clock = clock.split(':').map(|part| part.parse::<u64>().ok());
        let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
        let in_range = (1601..=60_056).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 61
            && decimals.len() <= 7
            && decimals.bytes().all(|digit| digit.is_ascii_digit());
        if !in_range {
            return None;
        }
        let fraction = format!("{decimals:0<7}").parse::<u64>().ok()?;
        let seconds =
            days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        Some(Self(seconds.checked_mul(TICKS_PER_SECOND)?.checked_add(fraction)?))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, fraction) = (self.0 / TICKS_PER_SECOND, self.0 % TICKS_PER_SECOND);
        let (days, second) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("not an RFC 3339 UTC time: {text:?}")))
    }
}

/// Days from 1601-01-01 to a date of the Gregorian calendar, which repeats every 400 years (146,097 days).
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = year - 1601;
    let (cycle, year) = (year / 400, year % 400);
    let leap = is_leap(year + 1601);
    let before = MONTHS.iter().zip(1..month).map(|(days, _)| days);
    let month_days = before.sum::<u64>() + u64::from(leap && month > 2);
    cycle * 146_097 + year * 365 + year / 4 - year / 100 + month_days + day - 1
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let (cycle, mut day) = (days / 146_097, days % 146_097);
    let mut year = 1601 + cycle * 400;
    // The estimate by the mean year is at most one year too late.
    let guess = (day * 400 / 146_097).min(399);
    let before = |years: u64| years * 365 + years / 4 - years / 100;
    let passed = if before(guess) > day { guess - 1 } else { guess };
    year += passed;
    day -= before(passed);
    if day == 365 && !is_leap(year) {
        return (year + 1, 1, 1);
    }
    for (month, length) in (1..).zip(MONTHS) {
        let length = length + u64::from(month == 2 && is_leap(year));
        if day < length {
            return (year, month, day + 1);
        }
        day -= length;
    }
    (year + 1, 1, day + 1)
}

const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// A length of time in 100 ns units. In JSON it is a number of seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(u64);

impl Span {
    /// A span of so many 100 ns units.
    #[must_use]
    pub const fn from_ticks(ticks: u64) -> Self {
        Self(ticks)
    }

    /// The span in 100 ns units.
    #[must_use]
    pub const fn ticks(self) -> u64 {
        self.0
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / TICKS_PER_SECOND as f64)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ticks = f64::deserialize(deserializer)? * TICKS_PER_SECOND as f64;
        #[expect(
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "a cast of a float ends at the bounds of the integer"
        )]
        let ticks = ticks.round() as u64;
        Ok(Self(ticks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_with_seven_decimals_and_read_back() {
        for (filetime, text) in [
            (0, "1601-01-01T00:00:00.0000000Z"),
            (116_444_736_000_000_000, "1970-01-01T00:00:00.0000000Z"),
            (125_911_584_000_000_001, "2000-01-01T00:00:00.0000001Z"),
            (125_963_423_999_999_999, "2000-02-29T23:59:59.9999999Z"),
            (133_800_768_000_000_000, "2024-12-31T00:00:00.0000000Z"),
            (126_227_807_999_999_999, "2000-12-31T23:59:59.9999999Z"),
            (u64::MAX, "60056-05-28T05:36:10.9551615Z"),
        ] {
            assert_eq!(Time(filetime).to_string(), text);
            assert_eq!(Time::parse(text), Some(Time(filetime)), "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_centuries_comes_back() {
        for days in 0..292_195 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn odd_times_are_refused() {
        for text in [
            "",
            "Z",
            "2024-01-01",
            "2024-13-01T00:00:00Z",
            "2024-01-01T00:00:00.12345678Z",
            "1600-01-01T00:00:00Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }
}
