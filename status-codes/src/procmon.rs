//! The texts of Process Monitor's Result column.

use std::fmt;

use crate::evidence::{Evidence, PROCMON_UNLISTED};
use crate::ntstatus::NtStatus;
use crate::tables::{PROCMON, PROCMON_NOTES};

/// The text that Process Monitor prints in its Result column for `ntstatus`. Empty for a pending operation (0x103).
///
/// `None` for a status without a text: Process Monitor prints it as [`ProcmonResult`] does. The function allocates
/// nothing and sets up no table. It can be called for every event of a log.
#[inline]
#[must_use]
pub fn procmon_result_text(ntstatus: u32) -> Option<&'static str> {
    if ntstatus == 0 {
        return Some("SUCCESS");
    }
    let at = PROCMON.binary_search_by_key(&ntstatus, |row| row.0).ok()?;
    PROCMON.get(at).map(|row| row.1)
}

/// A status as Process Monitor prints it in its Result column: its text, or `0x%X` of a status that has none
/// (`0xC000046F` in a real export).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcmonResult(pub u32);

impl fmt::Display for ProcmonResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match procmon_result_text(self.0) {
            Some(text) => f.write_str(text),
            None => write!(f, "{:#X}", self.0),
        }
    }
}

/// A status for people: what Process Monitor prints, or the constant's name if Process Monitor prints a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedResult(pub u32);

impl fmt::Display for NamedResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match procmon_result_text(self.0).or_else(|| NtStatus(self.0).name()) {
            Some(text) => f.write_str(text),
            None => ProcmonResult(self.0).fmt(f),
        }
    }
}

impl ProcmonResult {
    /// How the printed form is known.
    #[must_use]
    pub fn evidence(self) -> Evidence {
        self.note().map_or(PROCMON_UNLISTED, |note| *note.0)
    }

    /// Another text that a table has for the same status, and which table: another version of Process Monitor may
    /// print it.
    #[must_use]
    pub fn other_text(self) -> Option<(&'static str, &'static str)> {
        self.note().and_then(|note| note.1)
    }

    fn note(self) -> Option<&'static (&'static Evidence, Option<(&'static str, &'static str)>)> {
        let at = PROCMON.binary_search_by_key(&self.0, |row| row.0).ok()?;
        PROCMON_NOTES.get(at)
    }
}

/// The statuses that Process Monitor prints as `text`, ignoring case, by number. A text can stand for several statuses.
/// If the log is there, match on the number.
///
/// The texts of other tables ([`ProcmonResult::other_text`]) count too. These come last.
pub fn ntstatuses_of_procmon_text(text: &str) -> impl Iterator<Item = NtStatus> {
    let own = PROCMON.iter().filter(move |row| row.1.eq_ignore_ascii_case(text)).map(|row| NtStatus(row.0));
    let other = PROCMON.iter().zip(&PROCMON_NOTES).filter_map(move |(row, note)| {
        note.1.filter(|other| other.0.eq_ignore_ascii_case(text)).map(|_| NtStatus(row.0))
    });
    own.chain(other)
}
