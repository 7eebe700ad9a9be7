//! What a fleet says of one case: in how many other boots the same result was seen at the same object.
//!
//! Only the candidates of a boot are in the database. A boot whose candidates were too many for its report counts only
//! where the result is among those that are there: otherwise it is not known.

use std::path::Path;

use reports::model::{Evidence, Feature, Operation, Report, Text, Trust};
use rusqlite::params;
use timeline::Case;

use crate::{FleetError, Store, words as w};

/// Name of the feature that candidates get. It does not change their rank.
const FEATURE: &str = "fleet";

/// How many boots have the same result at the same object, and how many boots show one at all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    healthy: (u32, u32),
    failing: (u32, u32),
    same_build: bool,
}

/// Adds to a report what the fleet says of its operations: a reason beside the named operation, and one beside each
/// candidate. It changes neither the rank nor the verdict. The case itself does not count if it is in the database.
///
/// # Errors
/// The database cannot be read.
pub fn note_from(report: &mut Report, case: &Case, path: &Path) -> Result<(), FleetError> {
    let store = &Store::open(path)?;
    let build = report.machine.as_ref().map(|machine| machine.build.clone()).unwrap_or_default();
    let own = own_case(case, store)?;
    let about = |operation: &Operation| seen(store, operation, &build, &own);
    let mut candidates = Vec::new();
    for candidate in &report.candidates {
        candidates.push(about(&candidate.operation)?.map(|seen| words(&candidate.operation, &seen)));
    }
    for (candidate, text) in report.candidates.iter_mut().zip(candidates) {
        let feature = text.map(|text| Feature { name: FEATURE.into(), score: Some(0.0), text });
        candidate.features.extend(feature);
    }
    let named = report.verdict.failing_operation.as_ref();
    let reason = named.map(|operation| Ok::<_, FleetError>(about(operation)?.map(|s| words(operation, &s))));
    if let (Some(text), Some(confidence)) = (reason.transpose()?.flatten(), &mut report.verdict.confidence) {
        let source = store.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let reason = Evidence { trust: Some(Trust::Correlated), source, text, ..Evidence::default() };
        // Behind the first reason, where it is seen without unfolding.
        confidence.reasons.insert(confidence.reasons.len().min(1), reason);
    }
    Ok(())
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
fn seen(
    store: &Store,
    operation: &Operation,
    build: &str,
    own: &[String],
) -> Result<Option<Seen>, FleetError> {
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

fn count(store: &Store, operation: &Operation, build: &str, own: &[String]) -> Result<Seen, FleetError> {
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

fn words(operation: &Operation, seen: &Seen) -> Text {
    let numbers = [seen.healthy.0, seen.healthy.1, seen.failing.0, seen.failing.1].map(|n| n.to_string());
    let build = if seen.same_build { w::SEEN_SAME_BUILD } else { w::SEEN_ALL_BUILDS }.text();
    let [a, b, c, d] = &numbers;
    let filled = |build: &str| w::SEEN.fill(&[&operation.result, a, b, c, d, build]);
    Text::new(filled(&build.en).en, filled(&build.zh).zh)
}
