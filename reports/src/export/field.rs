//! Events as columns with types, for programs that take tables: what each column is called, what it holds, and its value.

use std::fmt::Write as _;

use pml_reader::{Column, TICKS_PER_SECOND};
use timeline::query::{COLUMNS, ColumnError, Row, column_name, column_named};

use super::push_cell;

/// A column of a table with types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The event's number in its source.
    Index,
    /// NTSTATUS in hex.
    Status,
    /// A column of Process Monitor.
    Column(Column),
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A whole number.
    Number,
    /// Nanoseconds since 1970 in UTC.
    Time,
    /// Seconds, with a fraction.
    Seconds,
    /// Text of which most rows have another one.
    Text,
    /// Text that many rows share: of the process, of the kind of operation, of its result.
    SharedText,
}

impl Field {
    /// All fields: number and status, and the columns that an export has where none are named.
    pub fn all() -> impl Iterator<Item = Self> {
        let columns = COLUMNS.iter().map(|(column, _)| *column).filter(|c| *c != Column::Sequence);
        Self::of(columns)
    }

    /// Number and status, and these columns.
    pub fn of(columns: impl IntoIterator<Item = Column>) -> impl Iterator<Item = Self> {
        [Self::Index, Self::Status].into_iter().chain(columns.into_iter().map(Self::Column))
    }

    /// The field with this name.
    ///
    /// # Errors
    /// [`ColumnError`], with the nearest names.
    pub fn named(name: &str) -> Result<Self, ColumnError> {
        match name {
            "index" => Ok(Self::Index),
            "status" => Ok(Self::Status),
            _ => column_named(name).map(Self::Column),
        }
    }

    /// Its name, with underscores: `process_name`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Index => "index".to_owned(),
            Self::Status => "status".to_owned(),
            Self::Column(column) => column_name(column).replace('-', "_"),
        }
    }

    /// What its values are.
    #[must_use]
    pub fn kind(self) -> FieldKind {
        use Column as C;
        match self {
            Self::Index | Self::Column(C::Pid | C::ParentPid | C::Tid | C::Session) => FieldKind::Number,
            Self::Column(C::DateAndTime | C::CompletionTime) => FieldKind::Time,
            Self::Column(C::Duration | C::RelativeTime) => FieldKind::Seconds,
            Self::Status | Self::Column(C::Operation | C::Result | C::EventClass | C::Category) => {
                FieldKind::SharedText
            }
            Self::Column(column) if column.is_of_process() => FieldKind::SharedText,
            Self::Column(_) => FieldKind::Text,
        }
    }

    /// The value of a row where it is a number or a time; `None` where there is none.
    #[inline]
    pub fn number<R: Row>(self, row: &R) -> Option<i64> {
        match self {
            Self::Index => i64::try_from(row.index()).ok(),
            Self::Status => None,
            Self::Column(column) => {
                let number = row.number(column)?;
                if self.kind() == FieldKind::Time { nanoseconds(number) } else { i64::try_from(number).ok() }
            }
        }
    }

    /// The value of a row where it is a span, in seconds; `None` where there is none.
    #[inline]
    pub fn seconds<R: Row>(self, row: &R) -> Option<f64> {
        let Self::Column(column) = self else { return None };
        row.number(column).map(|ticks| ticks as f64 / TICKS_PER_SECOND as f64)
    }

    /// Appends the value of a row where it is text; nothing where there is none.
    ///
    /// # Errors
    /// What is damaged; what can be read has been appended.
    #[inline]
    pub fn push_text<R: Row>(self, row: &R, out: &mut String) -> Result<(), R::Damage> {
        match self {
            Self::Index => {}
            Self::Status => {
                if let Some(status) = row.status() {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "0x{status:08X}");
                }
            }
            Self::Column(column) => return push_cell(row, column, out),
        }
        Ok(())
    }

    /// A number on which alone the text depends, as [`Row::key`] gives it.
    #[inline]
    pub fn key<R: Row>(self, row: &R) -> Option<u128> {
        match self {
            Self::Index => None,
            Self::Status => row.status().map(u128::from),
            Self::Column(column) => row.key(column),
        }
    }
}

/// Nanoseconds since 1970; `None` where 64 bits do not reach, which is before 1677 and after 2262.
fn nanoseconds(filetime: u64) -> Option<i64> {
    const TO_1970: i64 = 11_644_473_600 * TICKS_PER_SECOND.cast_signed();
    i64::try_from(filetime).ok()?.checked_sub(TO_1970)?.checked_mul(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_nanoseconds_where_these_reach() {
        assert_eq!(nanoseconds(133_686_043_643_180_019), Some(1_724_130_764_318_001_900));
        assert_eq!(nanoseconds(0), None);
        assert_eq!(nanoseconds(u64::MAX), None);
    }

    #[test]
    fn every_field_is_found_by_its_name() {
        let fields: Vec<Field> = Field::all().collect();
        assert_eq!(fields.len(), 28);
        for field in fields {
            assert_eq!(Field::named(&field.name()), Ok(field));
        }
        assert_eq!(Field::named("Process-Name"), Ok(Field::Column(Column::ProcessName)));
        let error = Field::named("proces_name").unwrap_err().to_string();
        assert_eq!(error, "there is no column \"proces_name\"; did you mean process-name?");
    }
}
