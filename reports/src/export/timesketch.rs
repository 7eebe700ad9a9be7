//! JSON lines for Timesketch. It needs in each line `message`, `datetime` in ISO 8601 and `timestamp_desc`. It takes
//! `timestamp` in microseconds as it is. Every other key becomes a column. Written after its guide "Create timeline
//! from JSONL or CSV file" and its importer.

use std::fmt::Write as _;

use pml_reader::{Column, TICKS_PER_SECOND};
use timeline::query::{Row, column_name};

use super::{
    Format,
    jsonl::{Fields, push_quoted},
    push_cell,
};
use crate::model::Time;

/// JSON lines for Timesketch.
#[derive(Debug)]
pub struct Timesketch {
    fields: Fields,
}

impl Timesketch {
    /// These columns, in addition to the fields that Timesketch needs. Their names are written with underscores, like
    /// Timesketch's own.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        Self { fields: Fields::new(columns, |column| column_name(column).replace('-', "_")) }
    }
}

impl Format for Timesketch {
    type Memory = String;

    fn begin(&self, _out: &mut String) {}

    fn row<R: Row>(&self, row: &R, text: &mut String, out: &mut String) -> Result<(), R::Damage> {
        text.clear();
        let damage = push_message(row, text);
        out.push_str("{\"message\":");
        push_quoted(text, out);
        let time = row.time().0;
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            ",\"datetime\":\"{}\",\"timestamp\":{},\"timestamp_desc\":\"Start Time\",",
            iso_8601(time),
            microseconds(time)
        );
        let damage = damage.and(self.fields.push(row, text, out));
        out.push_str("}\n");
        damage
    }
}

/// `poqexec.exe (1204) CreateFile C:\Windows\x.inf: ACCESS DENIED`, each part if the trace records it.
fn push_message<R: Row>(row: &R, out: &mut String) -> Result<(), R::Damage> {
    let parts = [
        ("", Column::ProcessName, ""),
        (" (", Column::Pid, ")"),
        (" ", Column::Operation, ""),
        (" ", Column::Path, ""),
        (": ", Column::Result, ""),
    ];
    let mut damage = Ok(());
    for (before, column, after) in parts {
        let start = out.len();
        out.push_str(before);
        let empty = out.len();
        damage = damage.and(push_cell(row, column, out));
        if out.len() == empty {
            out.truncate(start);
        } else {
            out.push_str(after);
        }
    }
    damage
}

/// `2024-08-20T05:12:44.318000+00:00`: with microseconds, since many readers of ISO 8601 take three or six digits only.
fn iso_8601(filetime: u64) -> String {
    let text = Time::from_filetime(filetime).to_string();
    let (seconds, fraction) = text.split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
    let fraction = fraction.trim_end_matches('Z');
    format!("{seconds}.{:0<6}+00:00", fraction.get(..6).unwrap_or(fraction))
}

/// Microseconds since 1970 in UTC; below zero before.
fn microseconds(filetime: u64) -> i64 {
    const SECONDS_TO_1970: u64 = 11_644_473_600;
    const TICKS_PER_MICROSECOND: u64 = TICKS_PER_SECOND / 1_000_000;
    let to_1970 = SECONDS_TO_1970 * 1_000_000;
    let since_1601 = filetime / TICKS_PER_MICROSECOND;
    // Both fit: 64 bits of ticks are 61 bits of microseconds.
    since_1601.cast_signed() - to_1970.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_microseconds() {
        let time = 133_686_043_643_180_019;
        assert_eq!(iso_8601(time), "2024-08-20T05:12:44.318001+00:00");
        assert_eq!(microseconds(time), 1_724_130_764_318_001);
        assert_eq!(
            (iso_8601(0).as_str(), microseconds(0)),
            ("1601-01-01T00:00:00.000000+00:00", -11_644_473_600_000_000)
        );
        assert_eq!(microseconds(u64::MAX), (u64::MAX / 10) as i64 - 11_644_473_600_000_000);
    }
}
