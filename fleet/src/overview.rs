//! The fleet at a glance: what the page, the text and the JSON show.

use std::collections::BTreeMap;

use reports::model::Text;
use serde::Serialize;

use crate::{
    FleetError, Group, Store, groups,
    shared::{self, MIN_MACHINES, Machines},
};

/// What is known of a fleet.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Overview {
    /// Cases in the database.
    pub cases: usize,
    /// Machines that they come from.
    pub machines: usize,
    /// Cases by outcome.
    pub outcomes: Vec<Tally>,
    /// Failed updates by day.
    pub days: Vec<Tally>,
    /// Cases with one signature, the most machines first.
    pub groups: Vec<Group>,
    /// Tests of what groups share, for which the rates are corrected.
    pub tests: usize,
    /// Cases without an operation, by what they lack.
    pub lacking: Vec<Lacking>,
    /// Cases that could not be analysed.
    pub failed: Vec<Failed>,
    /// Boots without a failed update, by build.
    pub healthy: Vec<Tally>,
    /// Cases that were added as healthy although an update failed in them.
    pub not_healthy: Vec<String>,
    /// Whether names were replaced in all cases.
    pub redacted: bool,
}

/// How many cases have something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// What they have.
    pub name: String,
    /// How many.
    pub cases: usize,
}

/// Cases without an operation that lack the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lacking {
    /// What they lack.
    pub what: Text,
    /// How many.
    pub cases: usize,
    /// The first of them by name.
    pub example: String,
    /// The capture that would answer what is open.
    pub next: Text,
}

/// A case that could not be analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The case.
    pub name: String,
    /// `panic`, `timeout`, `memory`, `died`, `unreadable`.
    pub kind: String,
    /// Why.
    pub reason: String,
}

/// What the overview needs of a case.
#[derive(Debug, Clone)]
pub(crate) struct CaseRow {
    pub(crate) case_id: String,
    pub(crate) name: String,
    pub(crate) machine: usize,
    pub(crate) build: String,
    pub(crate) day: String,
    pub(crate) kb: String,
    pub(crate) confidence: String,
    pub(crate) score: f64,
    pub(crate) signature: Option<String>,
    pub(crate) signature_text: String,
    outcome: String,
    healthy: bool,
    redacted: bool,
    error: Option<(String, String)>,
    lack: Text,
    next: Text,
}

impl CaseRow {
    /// Whether an update failed in it.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.outcome.as_str(), "failing_operation" | "failure_without_operation")
    }
}

/// What the database tells of its cases.
///
/// # Errors
/// The database cannot be read.
pub fn overview(store: &Store) -> Result<Overview, FleetError> {
    let (cases, machines) = cases(store)?;
    let analysed = || cases.iter().filter(|case| case.error.is_none());
    let mut found = groups::groups(store, &cases)?;
    let sets: Vec<_> = found.iter().map(|(_, machines)| machines.clone()).collect();
    let (shared, tests) = shared::shared(store, &machines, &sets)?;
    let all = analysed().map(|case| case.machine).collect::<std::collections::BTreeSet<_>>().len();
    for ((group, _), shared) in found.iter_mut().zip(shared) {
        group.enough = group.machines >= MIN_MACHINES && all - group.machines >= MIN_MACHINES;
        group.shared = shared;
    }
    let healthy = |case: &&CaseRow| !case.is_failure() && (case.healthy || case.outcome == "no_failure");
    let failed = cases.iter().filter_map(|case| {
        let (kind, reason) = case.error.clone()?;
        Some(Failed { name: case.name.clone(), kind, reason })
    });
    Ok(Overview {
        cases: cases.len(),
        machines: all,
        outcomes: tally(analysed().map(|case| case.outcome.as_str())),
        days: by_name(tally(analysed().filter(|case| case.is_failure()).map(|case| case.day.as_str()))),
        groups: found.into_iter().map(|(group, _)| group).collect(),
        tests,
        lacking: lacking(&cases),
        failed: failed.collect(),
        healthy: tally(analysed().filter(healthy).map(|case| case.build.as_str())),
        not_healthy: analysed().filter(|c| c.healthy && c.is_failure()).map(|c| c.name.clone()).collect(),
        redacted: !cases.is_empty() && cases.iter().all(|case| case.redacted),
    })
}

/// How often each name occurs, the most frequent first.
pub(crate) fn tally<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Tally> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    let mut tallies: Vec<_> =
        counts.into_iter().map(|(name, cases)| Tally { name: name.to_owned(), cases }).collect();
    tallies.sort_by_key(|tally| std::cmp::Reverse(tally.cases));
    tallies
}

/// Tallies in the order of their names: days in the order of time.
pub(crate) fn by_name(mut tallies: Vec<Tally>) -> Vec<Tally> {
    tallies.sort_by(|a, b| a.name.cmp(&b.name));
    tallies
}

fn lacking(cases: &[CaseRow]) -> Vec<Lacking> {
    let mut found: BTreeMap<&str, Lacking> = BTreeMap::new();
    let without = |case: &&CaseRow| {
        matches!(case.outcome.as_str(), "failure_without_operation" | "not_enough_evidence")
    };
    for case in cases.iter().filter(without) {
        let entry = found.entry(&case.lack.en).or_insert_with(|| Lacking {
            what: case.lack.clone(),
            cases: 0,
            example: case.name.clone(),
            next: case.next.clone(),
        });
        entry.cases += 1;
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|lacking| std::cmp::Reverse(lacking.cases));
    found
}

/// The cases in the order of their names, and the number of each one's machine.
fn cases(store: &Store) -> Result<(Vec<CaseRow>, Machines), FleetError> {
    let sql = "SELECT c.case_id, c.name, coalesce(nullif(c.machine, ''), c.case_id), c.build, c.day, coalesce(nullif(v.kb, ''), v.update_version),
                      v.confidence, (SELECT score FROM candidates k WHERE k.case_id = c.case_id AND number = 1),
                      s.id, s.text, v.outcome, c.healthy, c.redacted, c.error_kind, c.error,
                      coalesce(v.missing_en, v.summary_en), coalesce(v.missing_zh, v.summary_zh),
                      v.next_capture_en, v.next_capture_zh
               FROM cases c LEFT JOIN verdicts v USING (case_id) LEFT JOIN signatures s USING (case_id)
               ORDER BY c.name, c.case_id";
    let mut statement = store.connection.prepare(sql).map_err(store.failed())?;
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut machines = Machines::new();
    let mut rows = statement.query([]).map_err(store.failed())?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next().map_err(store.failed())? {
        let case = read(row, &mut numbers).map_err(store.failed())?;
        if case.error.is_none() {
            machines.insert(case.case_id.clone(), case.machine);
        }
        cases.push(case);
    }
    Ok((cases, machines))
}

fn read(row: &rusqlite::Row<'_>, numbers: &mut BTreeMap<String, usize>) -> rusqlite::Result<CaseRow> {
    let text = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
    let next = numbers.len();
    let kind: Option<String> = row.get(13)?;
    Ok(CaseRow {
        case_id: text(0)?,
        name: text(1)?,
        machine: *numbers.entry(text(2)?).or_insert(next),
        build: text(3)?,
        day: text(4)?,
        kb: text(5)?,
        confidence: text(6)?,
        score: row.get::<_, Option<f64>>(7)?.unwrap_or(0.0),
        signature: row.get(8)?,
        signature_text: text(9)?,
        outcome: text(10)?,
        healthy: row.get(11)?,
        redacted: row.get(12)?,
        error: kind.map(|kind| Ok::<_, rusqlite::Error>((kind, text(14)?))).transpose()?,
        lack: Text::new(text(15)?, text(16)?),
        next: Text::new(text(17)?, text(18)?),
    })
}
