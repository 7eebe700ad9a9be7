//! The answer and its parts.

use timeline::{Evidence, PhaseName, Trust, Words};

use crate::{calibration::Measured, missing::Missing};

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An operation is named.
    FailingOperation,
    /// The update failed, and no single operation explains it.
    FailureWithoutOperation,
    /// An update's reboot is there, and nothing in it failed.
    NoFailure,
    /// The inputs do not show it.
    NotEnoughEvidence,
}

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Level {
    Low,
    Medium,
    High,
}

/// How sure, and why.
#[derive(Debug, Clone)]
pub struct Confidence {
    /// In a word.
    pub level: Level,
    /// How often names like the one that is given were wrong, where an operation is named.
    pub measured: Option<Measured>,
    /// What speaks for it, the strongest reason first, and how each is known.
    pub reasons: Vec<(Trust, Evidence)>,
}

/// The capture that would answer what is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextCapture {
    /// What it would show.
    pub title: Words,
    /// The command that takes it, if there is one.
    pub command: &'static str,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What kind of answer.
    pub outcome: Outcome,
    /// In one sentence.
    pub summary: Words,
    /// Whether the summary begins with the words of the first fault, [`crate::Fault::words`].
    pub summary_says_fault: bool,
    /// Why the inputs do not belong together, if so, and which of them the answer rests on.
    pub mixture: Option<Words>,
    /// In which phase.
    pub phase: PhaseName,
    /// The code that servicing reported of the whole.
    pub hresult: Option<u32>,
    /// How sure.
    pub confidence: Confidence,
    /// Position of the failing operation among the candidates.
    pub failing: Option<usize>,
    /// If a failure has no operation: positions of the candidates worth a look, the likeliest first.
    pub leads: Vec<usize>,
    /// What is missing.
    pub missing: Option<Missing>,
    /// What was looked at.
    pub covered: Vec<Words>,
    /// What was not there to look at.
    pub not_covered: Vec<Words>,
    /// What to capture next.
    pub next_capture: Option<NextCapture>,
    /// What keeps an answer without a failure from being a plain OK: a damaged store, a restart that is pending.
    pub caution: Option<Words>,
}

impl Verdict {
    /// An answer that has only an outcome and its sentence.
    pub(super) fn new(outcome: Outcome, summary: Words) -> Self {
        Self {
            outcome,
            summary,
            summary_says_fault: false,
            mixture: None,
            phase: PhaseName::Unknown,
            confidence: Confidence { level: Level::Low, measured: None, reasons: Vec::new() },
            failing: None,
            leads: Vec::new(),
            missing: None,
            covered: Vec::new(),
            not_covered: Vec::new(),
            next_capture: None,
            caution: None,
            hresult: None,
        }
    }
}
