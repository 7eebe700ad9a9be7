//! Cases with one signature.

use std::collections::{BTreeMap, BTreeSet};

use reports::model::Text;
use serde::Serialize;

use crate::{
    FleetError, Shared, Store,
    overview::{CaseRow, Tally, tally},
};

/// The cases of one signature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The signature.
    pub id: String,
    /// The same in words.
    pub text: String,
    /// Cases.
    pub cases: usize,
    /// Machines.
    pub machines: usize,
    /// Cases by day.
    pub days: Vec<Tally>,
    /// Cases by build.
    pub builds: Vec<Tally>,
    /// Cases by update.
    pub kbs: Vec<Tally>,
    /// A case that stands for all.
    pub representative: Representative,
    /// Whether there are enough machines to say what they share.
    pub enough: bool,
    /// What they share and the others do not.
    pub shared: Vec<Shared>,
}

/// A case that stands for its group, with its report's words.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Representative {
    /// The case.
    pub name: String,
    /// Consequence and cause.
    pub headline: Text,
    /// The answer in one sentence.
    pub summary: Text,
    /// The failing operation, its object and its result.
    pub operation: String,
    /// Its object.
    pub path: String,
    /// Its result and status.
    pub result: String,
    /// What to do next.
    pub action: Text,
    /// The command that begins it.
    pub command: String,
}

/// The groups without what they share, the largest first, each with its machines.
pub(crate) fn groups(store: &Store, cases: &[CaseRow]) -> Result<Vec<(Group, BTreeSet<usize>)>, FleetError> {
    let mut by_id: BTreeMap<&str, Vec<&CaseRow>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.is_failure()) {
        if let Some(id) = &case.signature {
            by_id.entry(id).or_default().push(case);
        }
    }
    let mut groups = Vec::new();
    for (id, cases) in by_id {
        let machines: BTreeSet<usize> = cases.iter().map(|case| case.machine).collect();
        // The surest case; of several the first by name.
        let sure = |case: &&&CaseRow| {
            let level = ["high", "medium", "low"].iter().position(|l| case.confidence == *l).unwrap_or(3);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a cast of a float ends at the bounds of the integer"
            )]
            let millionths = (case.score * 1e6) as i64;
            (level, std::cmp::Reverse(millionths), case.name.clone())
        };
        let Some(first) = cases.iter().min_by_key(sure) else { continue };
        groups.push((
            Group {
                id: id.to_owned(),
                text: first.signature_text.clone(),
                cases: cases.len(),
                machines: machines.len(),
                days: tally(cases.iter().map(|case| case.day.as_str())),
                builds: tally(cases.iter().map(|case| case.build.as_str())),
                kbs: tally(cases.iter().map(|case| case.kb.as_str())),
                representative: representative(store, &first.case_id)?,
                enough: false,
                shared: Vec::new(),
            },
            machines,
        ));
    }
    groups.sort_by(|(a, _), (b, _)| (b.machines, b.cases, &a.id).cmp(&(a.machines, a.cases, &b.id)));
    Ok(groups)
}

fn representative(store: &Store, case_id: &str) -> Result<Representative, FleetError> {
    let sql = "SELECT c.name, v.headline_en, v.headline_zh, v.summary_en, v.summary_zh, v.operation, v.path,
                      v.result, v.status, coalesce(v.remedy_en, v.next_capture_en),
                      coalesce(v.remedy_zh, v.next_capture_zh), v.remedy_command
               FROM cases c JOIN verdicts v USING (case_id) WHERE case_id = ?";
    let row = |row: &rusqlite::Row<'_>| {
        let text =
            |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
        let mut codes: Vec<String> =
            [text(7)?, text(8)?].into_iter().filter(|code| !code.is_empty()).collect();
        // A result without a name of its own is written as its status.
        codes.dedup();
        Ok(Representative {
            name: text(0)?,
            headline: Text::new(text(1)?, text(2)?),
            summary: Text::new(text(3)?, text(4)?),
            operation: text(5)?,
            path: text(6)?,
            result: codes.join(" "),
            action: Text::new(text(9)?, text(10)?),
            command: text(11)?,
        })
    };
    store.connection.query_row(sql, [case_id], row).map_err(store.failed())
}
