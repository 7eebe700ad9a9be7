//! The static tables that `build.rs` makes of `data/`, and the lookups in them.

use crate::evidence::*;
use crate::said::{Said, said};

/// A name of a code.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) code: u32,
    pub(crate) name: &'static str,
    pub(crate) evidence: &'static Evidence,
}

/// What RtlNtStatusToDosError makes of a status.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) ntstatus: u32,
    pub(crate) win32: u32,
    /// What older versions of Windows gave, if it differs.
    pub(crate) older: Option<u32>,
    pub(crate) evidence: &'static Evidence,
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// The names of one kind of code.
pub(crate) struct Names {
    by_code: &'static [Name],
    by_name: &'static [u16],
}

pub(crate) static NTSTATUS_NAMES: Names = Names { by_code: &NTSTATUS, by_name: &NTSTATUS_BY_NAME };
pub(crate) static WIN32_NAMES: Names = Names { by_code: &WIN32, by_name: &WIN32_BY_NAME };
pub(crate) static HRESULT_NAMES: Names = Names { by_code: &HRESULT, by_name: &HRESULT_BY_NAME };

impl Names {
    /// Every name of `code`, the one to print first.
    pub(crate) fn of(&self, code: u32) -> &'static [Name] {
        run(self.by_code, |row| row.code.cmp(&code))
    }

    /// The rows with this name, ignoring case. A name can stand for two codes (WBEM_S_…), so there can be several rows.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &'static Name> + use<> {
        let by_code = self.by_code;
        let row = move |at: &u16| by_code.get(usize::from(*at));
        let found =
            run(self.by_name, |at| row(at).map_or(std::cmp::Ordering::Less, |r| ignoring_case(r.name, name)));
        found.iter().filter_map(row)
    }
}

/// The rows of a sorted slice that `order` calls equal.
pub(crate) fn run<T>(rows: &[T], mut order: impl FnMut(&T) -> std::cmp::Ordering) -> &[T] {
    let start = rows.partition_point(|row| order(row).is_lt());
    let tail = rows.get(start..).unwrap_or_default();
    let length = tail.partition_point(|row| order(row).is_eq());
    tail.get(..length).unwrap_or_default()
}

fn ignoring_case(a: &str, b: &str) -> std::cmp::Ordering {
    a.bytes().map(|byte| byte.to_ascii_uppercase()).cmp(b.bytes().map(|byte| byte.to_ascii_uppercase()))
}

/// The kinds of code, in the order that `build.rs` numbers them in `MEANINGS`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Nt = 0,
    Win32 = 1,
    Hresult = 2,
}

/// (meaning, in servicing) of a code that has a row of its own.
pub(crate) fn words(of: Words, code: u32) -> Option<(Said, Option<Said>)> {
    let at = MEANINGS.binary_search_by_key(&(of as u8, code), |row| (row.0, row.1)).ok()?;
    let [en, zh, servicing, servicing_zh] = MEANINGS.get(at)?.2;
    Some((said(en, zh), (!servicing.is_empty()).then_some(said(servicing, servicing_zh))))
}

/// The names of a facility. If a number has several, they are joined by `/`.
pub(crate) fn facility(table: &'static [(u16, &'static str)], facility: u16) -> Option<&'static str> {
    let at = table.binary_search_by_key(&facility, |row| row.0).ok()?;
    table.get(at).map(|row| row.1)
}
