//! The published kinds of failures at an update's reboot, one small log each, from the log to the remedy.
//!
//! The logs are synthetic. Each puts the published messages into lines of the real format. One kind is left out,
//! because it only shows on the screen (`Error C0190003 applying update operation …`). Its rule is tried on a line
//! that quotes it.

mod boots;
mod drivers;
mod installers;

use super::common::{cbs, tell};
use diagnosis::{FaultKind as Fault, Outcome};
use timeline::PhaseName as Phase;

/// Every kind.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    [drivers::KINDS, installers::KINDS, boots::KINDS].into_iter().flatten()
}

/// A log of one kind, and what the diagnosis must say.
struct Kind {
    name: &'static str,
    log: &'static [&'static str],
    phase: Phase,
    fault: Fault,
    /// What the name of the failed thing contains.
    item: &'static str,
    /// The code it failed with.
    code: Option<u32>,
    /// The code that servicing reported of the whole.
    reported: Option<u32>,
    /// Every rule that holds, in order. The first is the one written for the kind, the rest say less of the same.
    rules: &'static [&'static str],
}

impl Kind {
    /// What the diagnosis says wrongly.
    fn differences(&self) -> Vec<String> {
        let told = tell(self.name, &[("CBS.log", cbs(self.log))]);
        let mut found = Vec::new();
        let mut expect = |what: &str, told: String, wanted: String| {
            if told != wanted {
                found.push(format!("{}: {what} is {told}, not {wanted}", self.name));
            }
        };
        expect("outcome", format!("{:?}", told.outcome), format!("{:?}", Outcome::FailureWithoutOperation));
        expect("phase", format!("{:?}", told.phase), format!("{:?}", self.phase));
        expect("kind", format!("{:?}", told.fault), format!("{:?}", Some(self.fault)));
        expect("code", format!("{:x?}", told.code), format!("{:x?}", self.code));
        expect("reported", format!("{:x?}", told.reported), format!("{:x?}", self.reported));
        expect("rules", format!("{:?}", told.rules), format!("{:?}", self.rules));
        if !told.item.contains(self.item) {
            found.push(format!("{}: item is {:?}", self.name, told.item));
        }
        let remedies: Vec<_> = told.remedies.iter().map(String::as_str).collect();
        if remedies.first() != self.rules.first() {
            found.push(format!("{}: the remedies are {remedies:?}", self.name));
        }
        found
    }
}

#[test]
fn every_kind_is_told_with_its_remedy() {
    let differences: Vec<_> = kinds().flat_map(Kind::differences).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(kinds().all(|kind| kind.rules.iter().all(|rule| rule.starts_with("BR-"))));
}

/// A rule that no log meets would be a guess.
#[test]
fn every_rule_for_logs_is_met_by_a_kind() {
    let rules = diagnosis::Rules::built_in();
    let about_logs = rules.all().iter().filter(|r| {
        let m = &r.matches;
        let of_trace =
            [&m.process, &m.path, &m.status, &m.disabled, &m.inside, &m.seen, &m.missing, &m.service];
        !m.started && of_trace.iter().all(|part| part.is_empty())
    });
    // Tried by tests of their own below; those for installations and for other logs are held against their examples.
    let elsewhere = ["BR-0409", "BR-0412", "BR-0414", "BR-0418", "BR-0419", "BR-0420"];
    let unmet: Vec<_> = about_logs
        .map(|r| r.id.as_str())
        .filter(|id| {
            !elsewhere.contains(id)
                && !["BR-05", "BR-06"].iter().any(|group| id.starts_with(group))
                && !kinds().any(|kind| kind.rules.contains(id))
        })
        .collect();
    assert_eq!(unmet, [""; 0]);
}
