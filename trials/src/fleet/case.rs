//! A case, and what the answer is alone and beside a fleet.

use std::collections::HashSet;

use anyhow::Result;
use diagnosis::{Diagnosis, Level, Others, Outcome, Rules, diagnose_among};
use timeline::{Case as Inputs, Timeline};

use crate::traps::{self, Boot};

/// A failing boot, with its files.
pub(super) struct Case {
    inputs: Inputs,
    /// Keeps the files.
    _folder: tempfile::TempDir,
    /// Numbers of the events that may be named; none if nothing may.
    allowed: HashSet<u64>,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answer {
    /// Number of the event that is named, whether it is right, and how sure.
    pub(super) named: Option<(u64, bool, Level)>,
    /// The place of the right operation among the candidates, from 0.
    pub(super) place: Option<usize>,
}

impl Answer {
    pub(super) fn is_right(&self) -> bool {
        self.named.is_some_and(|(_, right, _)| right)
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.named.is_some_and(|(_, right, _)| !right)
    }
}

impl Case {
    pub(super) fn new(boot: &Boot, with_logs: bool) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let inputs = traps::case(folder.path(), &boot.files(with_logs)?)?;
        let places = boot.tape.places();
        let allowed = boot.right.iter().filter_map(|number| places.get(number).copied()).collect();
        Ok(Self { inputs, _folder: folder, allowed })
    }

    /// Whether there is an operation to be named.
    pub(super) fn has_right(&self) -> bool {
        !self.allowed.is_empty()
    }

    pub(super) fn timeline(&self) -> Timeline<'_> {
        Timeline::new(&self.inputs)
    }

    pub(super) fn ask(&self, timeline: &Timeline<'_>, fleet: Option<&dyn Others>, rules: &Rules) -> Answer {
        self.answer(&diagnose_among(timeline, rules, None, fleet))
    }

    fn answer(&self, diagnosis: &Diagnosis) -> Answer {
        let verdict = &diagnosis.verdict;
        let failing = verdict.failing.filter(|_| verdict.outcome == Outcome::FailingOperation);
        let named = failing.and_then(|at| diagnosis.candidates.get(at)).map(|candidate| {
            let number = candidate.event.id.index;
            (number, self.allowed.contains(&number), verdict.confidence.level)
        });
        let place = diagnosis.candidates.iter().position(|c| self.allowed.contains(&c.event.id.index));
        Answer { named, place }
    }
}
