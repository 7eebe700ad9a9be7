//! The tables of the diagnosis, as rows for its page.

use std::collections::BTreeMap;

use crate::{
    calibration::{Calibration, Situation},
    candidates::{features, link_rows, objection_rows},
    norms::{NormCounts, Norms},
};

/// A table: its name, its columns, and rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// In lower case, such as `links`.
    pub name: &'static str,
    /// Headings of the columns.
    pub columns: &'static [&'static str],
    /// Rows, each with a cell a column.
    pub rows: Vec<Vec<String>>,
}

/// All tables by which the diagnosis decides: links, objections, features, calibration, norms.
pub fn tables() -> Vec<Table> {
    let links = link_rows().map(Vec::from).collect();
    let objections = objection_rows().map(Vec::from).collect();
    let features = features::rows().map(Vec::from).collect();
    vec![
        Table { name: "links", columns: &["link", "what it says"], rows: links },
        Table { name: "objections", columns: &["objection", "what it says"], rows: objections },
        Table { name: "features", columns: &["feature", "weight", "applies where"], rows: features },
        calibration(),
        norms(),
    ]
}

fn calibration() -> Table {
    let table = Calibration::built_in();
    let rows = Situation::all().filter_map(|situation| {
        let row = table.like(situation, features::NAMEABLE)?;
        let bound = format!("{:.2} %", row.bound * 100.0);
        let counts = [row.cases, row.named, row.wrong].map(|count| count.to_string());
        Some([vec![situation.words().en], counts.to_vec(), vec![bound]].concat())
    });
    Table {
        name: "calibration",
        columns: &["given", "cases", "operation named", "wrong", "95 % bound of wrong among the cases"],
        rows: rows.collect(),
    }
}

/// The norms, one row a role.
fn norms() -> Table {
    let mut roles: BTreeMap<&str, (usize, NormCounts)> = BTreeMap::new();
    for (key, counts) in &Norms::built_in().0 {
        let (rows, sum) = roles.entry(&key.role).or_default();
        *rows += 1;
        sum.events += counts.events;
        sum.healed += counts.healed;
        sum.carried_on += counts.carried_on;
    }
    let rows = roles.into_iter().map(|(role, (rows, sum))| {
        let counts = [rows as u64, sum.events, sum.healed, sum.carried_on].map(|count| count.to_string());
        [vec![role.to_owned()], counts.to_vec()].concat()
    });
    Table {
        name: "norms",
        columns: &["process role", "rows", "failures", "then healed", "then carried on"],
        rows: rows.collect(),
    }
}
