//! What a fleet says of one case: in how many other boots the same result was seen at the same object.
//!
//! Only the candidates of a boot are in the database. A boot whose candidates were too many for its report counts only
//! where the result is among those that are there: otherwise it is not known.

use std::{cell::RefCell, path::Path};

use diagnosis::{Others, Seen};
use reports::model::{Evidence, Feature, Operation, Report, Text, Trust};
use rusqlite::params;
use timeline::{Case, Timeline};

use crate::{FleetError, Store};

/// Name of what candidates get whose rank the fleet does not change.
const FEATURE: &str = "fleet";
/// The feature of the diagnosis that says the same.
const RANKS: &str = "fleet-healthy-too";

/// The boots of a database, beside one case. The case itself does not count if it is there.
pub struct OtherBoots {
    store: Store,
    build: String,
    own: Vec<String>,
    /// The first error of the database: a diagnosis does not stop for it.
    error: RefCell<Option<FleetError>>,
}

impl Others for OtherBoots {
    fn seen(&self, operation: &str, status: u32, path: &str) -> Option<Seen> {
        let status = format!("0x{status:08X}");
        seen(&self.store, &At { operation, status: &status, path }, &self.build, &self.own).unwrap_or_else(
            |error| {
                self.error.borrow_mut().get_or_insert(error);
                None
            },
        )
    }
}

impl OtherBoots {
    /// The boots of the database of a fleet.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn open(path: &Path, case: &Case, timeline: &Timeline<'_>) -> Result<Self, FleetError> {
        let store = Store::open(path)?;
        let own = own_case(case, &store)?;
        let build = timeline.machine().map(|machine| machine.build).unwrap_or_default();
        Ok(Self { store, build, own, error: RefCell::default() })
    }

    /// Adds to a report what the fleet says of its operations: a reason for the named operation, and one for each
    /// candidate whose features do not say it.
    ///
    /// # Errors
    /// The database could not be read, then or now.
    pub fn note(&self, report: &mut Report) -> Result<(), FleetError> {
        let about = |operation: &Operation| {
            let at = At { operation: &operation.operation, status: &operation.status, path: &operation.path };
            let seen = seen(&self.store, &at, &self.build, &self.own)?;
            let words = seen.map(|seen| seen.words(&operation.result));
            Ok::<_, FleetError>(words.map(|words| Text::new(words.en, words.zh)))
        };
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        for candidate in &mut report.candidates {
            if candidate.features.iter().any(|feature| feature.name == RANKS) {
                continue;
            }
            let feature = about(&candidate.operation)?;
            let feature = feature.map(|text| Feature { name: FEATURE.into(), score: Some(0.0), text });
            candidate.features.extend(feature);
        }
        let named = report.verdict.failing_operation.as_ref().map(about).transpose()?.flatten();
        if let (Some(text), Some(confidence)) = (named, &mut report.verdict.confidence) {
            // A feature may have put the same words there.
            confidence.reasons.retain(|reason| reason.text != text);
            let source = self.store.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
            let reason = Evidence { trust: Some(Trust::Correlated), source, text, ..Evidence::default() };
            // Behind the first reason, where it is seen without unfolding.
            confidence.reasons.insert(confidence.reasons.len().min(1), reason);
        }
        Ok(())
    }
}

/// A result of an operation on an object.
struct At<'a> {
    operation: &'a str,
    status: &'a str,
    path: &'a str,
}

/// The cases that hold one of the same files.
fn own_case(case: &Case, store: &Store) -> Result<Vec<String>, FleetError> {
    let mut own = Vec::new();
    let sql = "SELECT DISTINCT case_id FROM inputs WHERE sha256 = ?";
    let mut statement = store.connection.prepare(sql).map_err(store.failed())?;
    for input in &case.inputs {
        let found = statement.query_map([input.sha256()], |row| row.get(0)).map_err(store.failed())?;
        for case in found {
            own.push(case.map_err(store.failed())?);
        }
    }
    Ok(own)
}

/// `None` where no boot can be compared. Boots of the same build are asked first, then all.
fn seen(store: &Store, operation: &At<'_>, build: &str, own: &[String]) -> Result<Option<Seen>, FleetError> {
    for (same_build, build) in [(true, build), (false, "")] {
        if same_build && build.is_empty() {
            continue;
        }
        let found = count(store, operation, build, own)?;
        if found.healthy.1 + found.failing.1 > 0 {
            return Ok(Some(Seen { same_build, ..found }));
        }
    }
    Ok(None)
}

fn count(store: &Store, operation: &At<'_>, build: &str, own: &[String]) -> Result<Seen, FleetError> {
    let sql = "
        WITH same AS (
            SELECT DISTINCT case_id FROM candidates
            WHERE operation = ?1 AND status = ?2 AND masked(path) = masked(?3)
        )
        SELECT v.outcome IN ('failing_operation', 'failure_without_operation'), same.case_id IS NOT NULL, count(*)
        FROM cases c JOIN verdicts v USING (case_id) LEFT JOIN same USING (case_id)
        WHERE (?4 = '' OR c.build = ?4)
          AND (v.outcome IN ('failing_operation', 'failure_without_operation', 'no_failure') OR c.healthy)
          AND (same.case_id IS NOT NULL OR c.candidates_left_out = 0)
          AND EXISTS (SELECT 1 FROM inputs i WHERE i.case_id = c.case_id AND i.kind IN ('pml', 'pmb', 'etl', 'csv', 'xml'))
          AND c.case_id NOT IN (SELECT value FROM json_each(?5))
        GROUP BY 1, 2";
    let own = serde_json::to_string(own)?;
    let mut statement = store.connection.prepare_cached(sql).map_err(store.failed())?;
    let values = params![operation.operation, operation.status, operation.path, build, own];
    let mut rows = statement.query(values).map_err(store.failed())?;
    let mut seen = Seen::default();
    while let Some(row) = rows.next().map_err(store.failed())? {
        let read = || Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (failing, having, boots): (bool, bool, u32) = read().map_err(store.failed())?;
        let counts = if failing { &mut seen.failing } else { &mut seen.healthy };
        counts.1 += boots;
        if having {
            counts.0 += boots;
        }
    }
    Ok(seen)
}
