//! What a fleet keeps of its boots, and what it says of a case: as `bootrace fleet add` and `report --fleet` do, without
//! a database.

use std::collections::HashSet;

use diagnosis::{Others, Outcome, Rules, Seen, compare::masked, diagnose};
use timeline::{Case, Timeline};

/// Operation, status, and path without what differs between machines.
type Key = (String, u32, String);

fn key(operation: &str, status: u32, path: &str) -> Key {
    (operation.to_owned(), status, masked(path))
}

/// A boot of a fleet that was added as healthy.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Its report lists them.
    candidates: HashSet<Key>,
    /// Whether the report had no room for others.
    left_out: bool,
}

impl Told {
    /// The boot of these inputs; `None` if its report says that an update failed: then it counts as a failing one.
    pub(super) fn new(case: &Case, rules: &Rules) -> Option<Self> {
        let timeline = Timeline::new(case);
        let diagnosis = diagnose(&timeline, rules);
        let failed = [Outcome::FailingOperation, Outcome::FailureWithoutOperation];
        if failed.contains(&diagnosis.verdict.outcome) {
            return None;
        }
        let report = reports::report(&timeline, &diagnosis);
        let operations = report.candidates.iter().map(|candidate| &candidate.operation);
        Some(Self {
            candidates: operations
                .filter_map(|o| Some(key(&o.operation, number(&o.status)?, &o.path)))
                .collect(),
            left_out: report.omitted.iter().any(|omitted| omitted.section == "candidates"),
        })
    }
}

/// `0xC0000022`.
fn number(status: &str) -> Option<u32> {
    u32::from_str_radix(status.strip_prefix("0x")?, 16).ok()
}

/// A fleet beside a case.
pub(super) struct Counts<'f> {
    pub(super) boots: &'f [&'f Told],
    pub(super) weight: f64,
}

impl Others for Counts<'_> {
    fn seen(&self, operation: &str, status: u32, path: &str) -> Option<Seen> {
        let key = key(operation, status, path);
        let mut seen = Seen { same_build: true, ..Seen::default() };
        for boot in self.boots {
            let has_it = boot.candidates.contains(&key);
            // Where candidates were left out, this one may be among them.
            if !has_it && boot.left_out {
                continue;
            }
            seen.healthy.0 += u32::from(has_it);
            seen.healthy.1 += 1;
        }
        (seen.healthy.1 > 0).then_some(seen)
    }

    fn weight(&self) -> f64 {
        self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_with_more_candidates_than_its_report_has_room_for_counts_only_where_it_has_the_result() {
        let denied = 0xC000_0022;
        let told = |user: &str, left_out| Told {
            candidates: HashSet::from([key("CreateFile", denied, &format!(r"C:\Users\{user}\NTUSER.DAT"))]),
            left_out,
        };
        let boots = [told("ann", false), told("bob", true)];
        let counts = Counts { boots: &boots.iter().collect::<Vec<_>>(), weight: 0.0 };
        let seen = |path: &str| counts.seen("CreateFile", denied, path).map(|seen| seen.healthy);
        assert_eq!(seen(r"C:\Users\eve\NTUSER.DAT"), Some((2, 2)));
        assert_eq!(seen(r"C:\Windows\win.ini"), Some((0, 1)));
    }
}
