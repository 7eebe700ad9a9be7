//! What a column's numbers are compared with: values as people write them, as ranges of what they may mean.

use std::{fmt, ops::Range};

use pml_reader::{Column, Relation, TICKS_PER_SECOND};

use super::{
    row::Row,
    time::{DAY, Written, instant, span, time_of_day},
};

/// A value that is held against a number, not against text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A number, or ticks.
    Number(Range<u64>),
    /// FILETIME; `local` where the value named no offset and is on the clock that is printed.
    Instant { range: Range<u64>, local: bool },
    /// Ticks since midnight on the clock that is printed.
    TimeOfDay(Range<u64>),
}

/// What a column holds beside text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Span,
    Time,
}

fn kind(column: Column) -> Option<Kind> {
    Some(match column {
        Column::Pid | Column::ParentPid | Column::Tid | Column::Session => Kind::Number,
        Column::Duration | Column::RelativeTime => Kind::Span,
        Column::TimeOfDay | Column::DateAndTime | Column::CompletionTime => Kind::Time,
        _ => return None,
    })
}

/// What a column of numbers, spans or times takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// A number.
    Number,
    /// Seconds or a span.
    Span,
    /// A time of day or a time.
    Time,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number, as 4 or 0x4",
            Self::Span => "seconds or a span, as 0.5, 350ms or 00:00:01.5",
            Self::Time => "a time of day, as 15:58:05, or a time, as 2024-10-02T15:58:05Z",
        })
    }
}

impl Expected {
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Self::Number => "数字，例如 4 或 0x4",
            Self::Span => "秒数或时长，例如 0.5、350ms 或 00:00:01.5",
            Self::Time => "时刻（例如 15:58:05）或时间（例如 2024-10-02T15:58:05Z）",
        }
    }
}

impl Value {
    /// The value of a column that holds numbers, spans or times; `Ok(None)` where text is compared.
    ///
    /// # Errors
    /// What such a column takes, where `text` is none of it.
    pub(super) fn read(column: Column, relation: Relation, text: &str) -> Result<Option<Self>, Expected> {
        let Some(kind) = kind(column) else { return Ok(None) };
        // What is equal to `1:18:10` is all of that second; more and less than it is what is not its first tick.
        let range = |Written { ticks, step }: Written| match relation {
            Relation::LessThan => 0..ticks,
            Relation::MoreThan => ticks.saturating_add(1)..u64::MAX,
            _ => ticks..ticks.saturating_add(step),
        };
        match relation {
            Relation::BeginsWith | Relation::EndsWith | Relation::Contains | Relation::Excludes => {
                return Ok(None);
            }
            // An empty cell, such as the duration of what never completed.
            Relation::Is | Relation::IsNot if text.is_empty() => return Ok(None),
            _ => {}
        }
        let value = match kind {
            Kind::Number => number(text).map(|ticks| Self::Number(range(Written { ticks, step: 1 }))),
            Kind::Span => span(text).map(|ticks| Self::Number(range(Written { ticks, step: 1 }))),
            Kind::Time => time_of_day(text).map(|w| Self::TimeOfDay(range(w))).or_else(|| {
                let (written, local) = instant(text)?;
                Some(Self::Instant { range: range(written), local })
            }),
        };
        value.map(Some).ok_or(match kind {
            Kind::Number => Expected::Number,
            Kind::Span => Expected::Span,
            Kind::Time => Expected::Time,
        })
    }

    /// Whether a row's number in this column is among what the value stands for. What has no number is not.
    pub(super) fn holds<R: Row>(&self, row: &R, column: Column, utc_offset_minutes: i32) -> bool {
        self.has(row.number(column), utc_offset_minutes)
    }

    /// The same of a number, or of an empty cell.
    pub(super) fn has(&self, number: Option<u64>, utc_offset_minutes: i32) -> bool {
        let ahead = i64::from(utc_offset_minutes) * 60 * TICKS_PER_SECOND as i64;
        number.is_some_and(|number| self.contains(number, ahead))
    }

    fn contains(&self, number: u64, ahead: i64) -> bool {
        let local = number.saturating_add_signed(ahead);
        match self {
            Self::Number(range) | Self::Instant { range, local: false } => range.contains(&number),
            Self::Instant { range, local: true } => range.contains(&local),
            Self::TimeOfDay(range) => range.contains(&(local % DAY)),
        }
    }
}

/// `4`, `1,024` or `0x4`.
fn number(text: &str) -> Option<u64> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = hex.map_or_else(|| text.replace(',', ""), str::to_owned);
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(&digits, if hex.is_some() { 16 } else { 10 }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = TICKS_PER_SECOND;
    /// 2020-07-12T01:18:10.7752429Z
    const TIME: u64 = 132_389_902_907_752_429;

    fn holds(column: Column, relation: Relation, text: &str, number: u64, ahead: i64) -> bool {
        Value::read(column, relation, text).unwrap().unwrap().contains(number, ahead * SECOND as i64)
    }

    #[test]
    fn times_compare_as_times() {
        use Column::{DateAndTime, TimeOfDay};
        use Relation::{Is, LessThan, MoreThan};
        for (column, relation, text, expected) in [
            (TimeOfDay, Is, "1:18:10 AM", true),
            (TimeOfDay, Is, "01:18", true),
            (TimeOfDay, Is, "01:18:10.77", true),
            (TimeOfDay, Is, "01:18:10.7752428", false),
            (TimeOfDay, MoreThan, "01:18:10", true),
            (TimeOfDay, MoreThan, "01:18:11", false),
            (TimeOfDay, MoreThan, "1:18:10.7752428 AM", true),
            (TimeOfDay, LessThan, "10:00", true),
            (TimeOfDay, LessThan, "1:00 PM", true),
            (TimeOfDay, MoreThan, "2020-07-12T01:18:10.7Z", true),
            (DateAndTime, Is, "7/12/2020 1:18:10 AM", true),
            (DateAndTime, Is, "2020-07-12T03:18:10+02:00", true),
            (DateAndTime, LessThan, "2020-07-12T01:18:10Z", false),
            (DateAndTime, MoreThan, "2020-07-12T01:18:09Z", true),
        ] {
            assert_eq!(holds(column, relation, text, TIME, 0), expected, "{column:?} {relation:?} {text}");
        }
        let hour = 3_600;
        assert!(holds(TimeOfDay, Is, "03:18", TIME, 2 * hour));
        assert!(holds(DateAndTime, Is, "7/11/2020 8:18:10 PM", TIME, -5 * hour));
        assert!(holds(DateAndTime, Is, "2020-07-12T01:18:10Z", TIME, -5 * hour));
    }

    #[test]
    fn numbers_and_spans_compare_by_value() {
        use Column::{Duration, Pid, RelativeTime};
        use Relation::{Is, LessThan, MoreThan};
        assert!(holds(Pid, Is, "0x4", 4, 0) && holds(Pid, LessThan, "1,000", 999, 0));
        assert!(!holds(Pid, MoreThan, "4", 4, 0) && holds(Pid, MoreThan, "3", 4, 0));
        assert!(holds(Duration, Is, "0", 0, 0) && holds(Duration, Is, "0.5", SECOND / 2, 0));
        assert!(holds(Duration, MoreThan, "350ms", SECOND / 2, 0));
        assert!(holds(RelativeTime, LessThan, "00:00:10", 9 * SECOND, 0));
        assert!(holds(RelativeTime, LessThan, "10", 9 * SECOND, 0));
    }

    #[test]
    fn text_stays_text_and_a_wrong_value_is_told() {
        let read = |column, relation, text| Value::read(column, relation, text);
        assert_eq!(read(Column::Path, Relation::MoreThan, "5"), Ok(None));
        assert_eq!(read(Column::Pid, Relation::Contains, "5"), Ok(None));
        assert_eq!(read(Column::Duration, Relation::Is, ""), Ok(None));
        for (column, text) in [
            (Column::Pid, "explorer.exe"),
            (Column::Tid, "+4"),
            (Column::Duration, "long"),
            (Column::DateAndTime, "2020-07-12"),
            (Column::TimeOfDay, "25:00"),
        ] {
            assert!(read(column, Relation::Is, text).is_err(), "{column:?} {text}");
        }
    }
}
