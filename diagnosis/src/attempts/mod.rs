//! A few attempts at an update side by side: what failed in all of them, what only in some, and what changed between.

mod failed;
mod state;
mod thing;

use timeline::{FileTime, Timeline};

use crate::{diagnosis::Diagnosis, headline::headline, signature::Signature};
pub use state::{Change, State, StateKind};
pub use thing::{Thing, ThingKind};

/// What one attempt says.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What identifies its cause.
    pub signature: Option<Signature>,
    /// When its failing boot began.
    pub began: Option<FileTime>,
    /// What failed in it.
    pub failed: Vec<Thing>,
    /// In which state the machine was.
    pub state: Vec<State>,
}

/// A thing that failed in some attempts.
#[derive(Debug, Clone)]
pub struct Failing {
    /// The thing as the first of them has it.
    pub thing: Thing,
    /// The attempts in which it failed, by their places.
    pub attempts: Vec<usize>,
}

/// Attempts side by side.
#[derive(Debug, Clone)]
pub struct Attempts {
    /// What failed in all of them.
    pub all: Vec<Failing>,
    /// What failed in some of them, in most attempts first.
    pub some: Vec<Failing>,
    /// What changed between them.
    pub changed: Vec<Change>,
}

impl Attempt {
    /// What an attempt says, by its diagnosis.
    #[must_use]
    pub fn of(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Self {
        Self {
            signature: diagnosis.signature.clone(),
            began: headline(timeline, diagnosis).boot.map(|boot| boot.start),
            failed: failed::things(timeline, diagnosis),
            state: state::of(timeline, diagnosis),
        }
    }
}

impl Attempts {
    /// Holds attempts side by side.
    #[must_use]
    pub fn new(attempts: &[Attempt]) -> Self {
        let mut found: Vec<Failing> = Vec::new();
        for (number, attempt) in attempts.iter().enumerate() {
            for thing in &attempt.failed {
                let known = found.iter_mut().find(|f| f.thing.kind == thing.kind && f.thing.key == thing.key);
                match known {
                    Some(failing) if failing.attempts.contains(&number) => {}
                    Some(failing) => failing.attempts.push(number),
                    None => found.push(Failing { thing: thing.clone(), attempts: vec![number] }),
                }
            }
        }
        found.sort_by_key(|f| (std::cmp::Reverse(f.attempts.len()), f.thing.kind));
        let (all, some) = found.into_iter().partition(|f| f.attempts.len() == attempts.len());
        Self { all, some, changed: state::changes(attempts.iter().map(|attempt| attempt.state.as_slice())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use timeline::{Evidence, Words};

    fn attempt(failed: &[(ThingKind, &str)], state: &[(StateKind, &str, &str)]) -> Attempt {
        let thing = |(kind, key): &(ThingKind, &str)| Thing {
            kind: *kind,
            value: (*key).to_owned(),
            key: (*key).to_owned(),
            evidence: Evidence { place: None, words: Words::default() },
        };
        let state = state.iter().map(|(kind, name, value)| State {
            kind: *kind,
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        });
        Attempt {
            signature: None,
            began: None,
            failed: failed.iter().map(thing).collect(),
            state: state.collect(),
        }
    }

    #[test]
    fn what_all_share_is_told_from_what_some_share() {
        use ThingKind::{Code, Driver};
        let attempts = Attempts::new(&[
            attempt(&[(Driver, "cpu.inf"), (Code, "5")], &[]),
            attempt(&[(Driver, "cpu.inf"), (Code, "5"), (Code, "2")], &[]),
            attempt(&[(Code, "5")], &[]),
        ]);
        let list = |failing: &[Failing]| -> Vec<(String, Vec<usize>)> {
            failing.iter().map(|f| (f.thing.key.clone(), f.attempts.clone())).collect()
        };
        assert_eq!(list(&attempts.all), [("5".to_owned(), vec![0, 1, 2])]);
        assert_eq!(list(&attempts.some), [("cpu.inf".to_owned(), vec![0, 1]), ("2".to_owned(), vec![1])]);
    }

    #[test]
    fn a_state_has_changed_only_where_two_attempts_can_know_it() {
        use StateKind::{Driver, Package, Service};
        let attempts = Attempts::new(&[
            attempt(&[], &[(Package, "KB1", "installed"), (Service, "HTTP", "manual")]),
            attempt(&[], &[(Package, "KB2", "installed"), (Service, "HTTP", "disabled"), (Driver, "a", "1")]),
        ]);
        let values =
            |one: Option<&str>, other: Option<&str>| vec![one.map(str::to_owned), other.map(str::to_owned)];
        let changed: Vec<_> = attempts.changed.iter().map(|c| (c.name.as_str(), c.values.clone())).collect();
        assert_eq!(
            changed,
            [
                ("KB1", values(Some("installed"), None)),
                ("KB2", values(None, Some("installed"))),
                ("HTTP", values(Some("manual"), Some("disabled"))),
            ],
            "no list of drivers is there to compare with"
        );
    }
}
