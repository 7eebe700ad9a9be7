//! What a signature is made from.

use timeline::{Event, Mark, PhaseName, Timeline};

use crate::{
    candidates::Candidate,
    faults::Faults,
    services::Service,
    signs::Sign,
    verdict::{Outcome, Verdict},
};

/// The facts of a diagnosis that identify a cause.
pub(crate) struct Facts<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) verdict: &'a Verdict,
    pub(crate) failing: Option<&'a Candidate>,
    pub(crate) faults: &'a Faults,
    pub(crate) services: &'a [Service],
    pub(crate) signs: &'a [Sign],
    pub(crate) marked: &'a [(Mark, Event)],
}

impl Facts<'_> {
    pub(super) fn failed(&self) -> bool {
        matches!(self.verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation)
    }

    /// The phase, unless nothing tells it.
    pub(super) fn phase(&self) -> &'static str {
        if self.verdict.phase == PhaseName::Unknown { "" } else { self.verdict.phase.name() }
    }
}
