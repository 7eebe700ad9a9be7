//! What the machines of a group have in common, and the others have not.
//!
//! A machine counts once. For each group and each feature, Fisher's exact test (one-sided) asks whether chance explains the
//! counts. All tests of a fleet are corrected together by Benjamini and Hochberg. Machines of which nothing is known in a
//! kind of feature do not count there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{FleetError, Store, stats};

/// Fewer machines than this, in the group or outside it, say nothing.
pub(crate) const MIN_MACHINES: usize = 5;
/// The rate of false discoveries among what is claimed.
pub(crate) const MAX_RATE: f64 = 0.01;
/// The share of a group that must have a feature.
const MIN_SHARE: f64 = 0.8;
/// How much more often the group must have it.
const MIN_RATIO: f64 = 2.0;
/// Features that are listed of a group.
const MAX_LISTED: usize = 12;

/// A kind of feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// A driver of another company, filter drivers among them.
    Driver,
    /// A file system filter of any maker, as hives and `fltmc` list it.
    Filter,
    /// A module of another company in call stacks, or a library in a servicing process.
    Module,
    /// A service with its start type.
    Service,
    /// The build.
    Build,
    /// A package with its state.
    Package,
}

/// For each kind: which machines have what, and of which machines it is known.
const QUERIES: &[(Feature, &str, &str)] = &[
    (
        Feature::Driver,
        "SELECT case_id, lower(name) FROM drivers_and_filters WHERE name <> '' AND loaded = 1",
        "SELECT case_id FROM inputs WHERE kind IN ('pml', 'pmb', 'etl') UNION SELECT case_id FROM drivers_and_filters WHERE loaded = 1",
    ),
    (
        // A driver that a trace lists counts above, with more machines beside it.
        Feature::Filter,
        "SELECT case_id, lower(name) FROM drivers_and_filters WHERE name <> '' AND loaded IS NOT 1",
        "SELECT case_id FROM drivers_and_filters WHERE altitude <> '' OR start_type <> ''",
    ),
    (
        Feature::Module,
        "SELECT case_id, issuer FROM candidates WHERE issuer <> ''
         UNION SELECT case_id, lower(name) FROM faults WHERE kind = 'library-inside'",
        "SELECT case_id FROM inputs WHERE kind IN ('pml', 'pmb', 'etl')",
    ),
    (
        Feature::Service,
        "SELECT case_id, name || ' ' || start_type FROM services WHERE start_type <> ''",
        "SELECT case_id FROM services WHERE start_type <> ''",
    ),
    (
        Feature::Build,
        "SELECT case_id, build FROM cases WHERE build <> ''",
        "SELECT case_id FROM cases WHERE build <> ''",
    ),
    (
        Feature::Package,
        "SELECT case_id, kb || ' ' || state FROM packages WHERE kb <> '' AND state <> ''",
        "SELECT case_id FROM packages WHERE kb <> '' AND state <> ''",
    ),
];

/// Something that the machines of a group share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shared {
    /// What kind of thing.
    pub kind: Feature,
    /// Which.
    pub name: String,
    /// Machines of the group that have it, of how many that are known.
    pub inside: (usize, usize),
    /// The same outside the group.
    pub outside: (usize, usize),
    /// How likely chance alone gives such counts, or stronger ones.
    pub p: f64,
    /// The rate of false discoveries with it, after the correction.
    pub rate: f64,
}

/// Which case is which machine: a number a machine. A case whose machine is not known is one of its own.
pub(crate) type Machines = BTreeMap<String, usize>;

/// What each group shares, in the order of the groups, and how many tests there were.
pub(crate) fn shared(
    store: &Store,
    machines: &Machines,
    groups: &[BTreeSet<usize>],
) -> Result<(Vec<Vec<Shared>>, usize), FleetError> {
    let factorials = stats::Factorials::up_to(machines.values().max().map_or(0, |most| most + 1));
    let mut tests: Vec<(usize, Shared)> = Vec::new();
    for (kind, having, known) in QUERIES {
        let known: BTreeSet<usize> =
            pairs(store, known)?.iter().filter_map(|(case, _)| machines.get(case).copied()).collect();
        let mut features: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (case, name) in pairs(store, having)? {
            if let Some(machine) = machines.get(&case) {
                features.entry(name).or_default().insert(*machine);
            }
        }
        // Which features are tested does not depend on who has them.
        features.retain(|_, having| having.len() >= MIN_MACHINES);
        for (number, group) in groups.iter().enumerate() {
            let size = group.intersection(&known).count();
            let others = known.len() - size;
            if size < MIN_MACHINES || others < MIN_MACHINES {
                continue;
            }
            for (name, having) in &features {
                let inside = having.intersection(group).filter(|m| known.contains(m)).count();
                let outside = having.intersection(&known).count() - inside;
                let p = factorials.fisher(inside, size, outside, others);
                let (inside, outside) = ((inside, size), (outside, others));
                tests.push((
                    number,
                    Shared { kind: *kind, name: name.clone(), inside, outside, p, rate: 1.0 },
                ));
            }
        }
    }
    let p: Vec<f64> = tests.iter().map(|(_, test)| test.p).collect();
    let mut found = vec![Vec::new(); groups.len()];
    let count = tests.len();
    for ((group, mut test), rate) in tests.into_iter().zip(stats::false_discovery_rates(&p)) {
        test.rate = rate;
        if let Some(found) = found.get_mut(group).filter(|_| test.is_claimed()) {
            found.push(test);
        }
    }
    for found in &mut found {
        found.sort_by(|a, b| (a.p.total_cmp(&b.p)).then_with(|| (a.kind, &a.name).cmp(&(b.kind, &b.name))));
        found.truncate(MAX_LISTED);
    }
    Ok((found, count))
}

impl Shared {
    fn is_claimed(&self) -> bool {
        let share = |(some, all): (usize, usize)| some as f64 / all.max(1) as f64;
        let (inside, outside) = (share(self.inside), share(self.outside));
        self.rate <= MAX_RATE
            && self.inside.0 >= MIN_MACHINES
            && inside >= MIN_SHARE
            && inside >= MIN_RATIO * outside
    }
}

/// The first column, and the second where there is one.
fn pairs(store: &Store, sql: &str) -> Result<Vec<(String, String)>, FleetError> {
    let mut statement = store.connection.prepare(sql).map_err(store.failed())?;
    let second = statement.column_count() > 1;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, if second { row.get(1)? } else { String::new() }));
    let rows = statement.query_map([], row).map_err(store.failed())?;
    rows.collect::<Result<_, _>>().map_err(store.failed())
}

#[cfg(test)]
mod tests;
