//! A good boot that a failing one is compared with.

use timeline::Timeline;

use crate::{
    compare::{Aligned, Boot, Reference},
    diagnosis::Diagnosis,
    verdict::Outcome,
};

/// A good boot with its diagnosis.
#[derive(Debug)]
pub struct Baseline<'c> {
    /// The names of its inputs.
    pub name: String,
    /// Its timeline.
    pub timeline: Timeline<'c>,
    /// Its diagnosis: a good boot has no failure.
    pub diagnosis: Diagnosis,
    /// Whether the data that all processes read is compared, not that of servicing alone.
    pub all_data: bool,
}

impl<'c> Baseline<'c> {
    /// A boot that was read and diagnosed.
    #[must_use]
    pub fn new(timeline: Timeline<'c>, diagnosis: Diagnosis) -> Self {
        let names: Vec<&str> = timeline.case.inputs.iter().map(|i| i.path.as_str()).collect();
        Self { name: names.join(", "), timeline, diagnosis, all_data: false }
    }

    /// Whether an update failed in it as well. It is then no good boot.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.diagnosis.verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation)
    }

    /// The boot as the comparison takes it.
    pub(crate) fn reference(&self) -> Reference<'_> {
        let boot = Boot {
            timeline: &self.timeline,
            phases: &self.diagnosis.phases,
            aligned: Aligned::new(&self.diagnosis.phases, &self.diagnosis.signs),
            services: &self.diagnosis.services,
        };
        Reference { name: &self.name, failed: self.failed(), boot, all_data: self.all_data }
    }
}
