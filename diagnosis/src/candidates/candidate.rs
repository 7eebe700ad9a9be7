//! A candidate with the facts that rank it.

use super::{
    after::After,
    link::{Link, Objection},
};
use crate::{others::HEALTHY_TOO, stacks::Call};
use timeline::{Event, EventId, FileTime, Place, ProcessId, Words};

/// An operation that may be the one that failed.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The last attempt.
    pub event: Event,
    /// How often the same was tried with the same result.
    pub tries: u64,
    /// The attempts before the last, the latest of them, in order.
    pub earlier: Vec<EventId>,
    /// A later success of the same process on the same path.
    pub later_success: Option<EventId>,
    /// An open for attributes only, of the same path by the same thread, right after the error.
    pub reopened: Option<EventId>,
    /// An open of the same object by the same thread, right after the error, that asked for less and got it.
    pub lesser: Option<EventId>,
    /// Who else had the object open.
    pub holder: Option<Holder>,
    /// The line of a log that reports it.
    pub report: Option<LogReport>,
    /// What ties it to the failure, the strongest first.
    pub links: Vec<Link>,
    /// What speaks against naming it.
    pub objections: Vec<Objection>,
    /// What its call stack says, if it has one.
    pub call: Option<Call>,
    /// What came after it.
    pub after: After,
    /// What it scores, and for what.
    pub features: Vec<FeatureHit>,
    /// The sum of the features.
    pub score: f64,
}

impl Candidate {
    /// A candidate that has only its operation.
    #[must_use]
    pub fn new(event: Event) -> Self {
        Self {
            event,
            tries: 1,
            earlier: Vec::new(),
            later_success: None,
            reopened: None,
            lesser: None,
            holder: None,
            report: None,
            links: Vec::new(),
            objections: Vec::new(),
            call: None,
            after: After::default(),
            features: Vec::new(),
            score: 0.0,
        }
    }

    /// Whether something ties it to the failure, and nothing speaks against that.
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        !self.links.is_empty() && self.objections.is_empty()
    }

    /// Whether a log says with its code that this very object failed.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.links.contains(&Link::LogObjectAndCode)
            && self.report.as_ref().is_some_and(|report| report.exact)
    }

    /// Whether what followed would speak against it, if no log named it: servicing went on, made do with less, or another
    /// thread shows the failure.
    pub(crate) fn is_doubtful(&self) -> bool {
        let after = &self.after;
        after.carried_on()
            || after.began_next
            || after.other_thread
            || after.ended_before
            || self.lesser.is_some()
    }

    /// The score without what other boots say: they take from it and add nothing.
    pub(crate) fn own_score(&self) -> f64 {
        let of_fleet = self.features.iter().filter(|f| f.name == HEALTHY_TOO);
        self.score - of_fleet.map(|f| f.score).sum::<f64>()
    }

    /// Whether it is worth a look if no operation is named. Nothing must show that servicing went on after it, or
    /// that another product started it.
    #[must_use]
    pub fn is_lead(&self) -> bool {
        self.score > 0.0 && self.objections.iter().all(|objection| objection.leaves_a_lead())
    }
}

/// A process that had the object open when the operation failed.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    /// The process.
    pub process: ProcessId,
    /// Its open.
    pub event: EventId,
    /// When it opened the object.
    pub time: FileTime,
    /// The share mode it granted.
    pub share: u32,
    /// Whether the result can come from that. A conflict of share modes is a SHARING VIOLATION. If an open was denied
    /// instead, another's open says only who else was at the file, perhaps with a filter of its own.
    pub explains: bool,
}

/// A line of a log that reports a candidate's error.
#[derive(Debug, Clone)]
pub struct LogReport {
    /// The line.
    pub place: Place,
    /// Its text.
    pub text: String,
    /// Its time, if its clock is known.
    pub time: Option<FileTime>,
    /// The code that it names, if the operation's status maps to it: an HRESULT, or the NTSTATUS itself.
    pub code: Option<u32>,
    /// It names a code, and the operation's status does not map to it.
    pub other_code: bool,
    /// It names a code that a function above the operation may give for its status.
    pub kin: bool,
    /// It names the operation's object.
    pub same_name: bool,
    /// It says what failed, in a form that is known. Another line may speak of the object in passing.
    pub is_fault: bool,
    /// It names an entry of the driver queue by its INF: something of that entry failed, be it that file or not.
    pub of_entry: bool,
    /// It names the object itself, and not the entry of the driver queue that the object belongs to.
    pub exact: bool,
    /// It was written within seconds of the operation.
    pub close: bool,
}

/// A feature that applies to a candidate.
#[derive(Debug, Clone)]
pub struct FeatureHit {
    /// Its name in the table of features.
    pub name: &'static str,
    /// What it adds.
    pub score: f64,
    /// In words.
    pub words: Words,
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Objection};
    use timeline::Event;

    #[test]
    fn a_lead_is_an_error_after_which_nothing_shows_that_servicing_went_on() {
        let lead = |score, objections: &[Objection]| {
            let objections = objections.to_vec();
            Candidate { score, objections, ..Candidate::new(Event::blank()) }.is_lead()
        };
        assert!(lead(8.0, &[]));
        assert!(lead(8.0, &[Objection::Contradicted, Objection::NotCovered]));
        assert!(!lead(-1.0, &[]));
        for refuted in [Objection::MadeUpFor, Objection::Norm, Objection::NotServicing, Objection::AfterSign]
        {
            assert!(!lead(8.0, &[Objection::NotCovered, refuted]), "{refuted:?}");
        }
    }
}
