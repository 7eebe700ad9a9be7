//! The answer: which operation failed, or why none is named.

mod answer;
mod capture;
mod coverage;
mod found;
mod inputs;
mod log_words;
mod logs;
mod named;
mod tools;
mod unexplained;

pub use answer::{Confidence, Level, NextCapture, Outcome, Verdict};
use coverage::{Coverage, caveats};
pub(crate) use found::Found;
use named::failing;
use unexplained::{poqexec_failed, unexplained};

use crate::{
    calibration::Calibration,
    candidates::{Candidate, features},
};

/// Leads at most.
const MAX_LEADS: usize = 3;

/// Decides.
#[tracing::instrument(name = "verdict", skip_all)]
pub(crate) fn decide(found: &Found<'_>) -> Verdict {
    let seen = Coverage::new(found.timeline, found.boots);
    let safe = Calibration::built_in().threshold(found.situation).map(f64::from);
    let is_enough = |score: f64| score >= features::NAMEABLE && safe.is_some_and(|safe| score >= safe);
    // Where another one would come first without what other boots say, neither is sure.
    let is_outranked = |candidate: &Candidate| {
        let eligible = found.candidates.iter().take_while(|c| c.is_eligible());
        eligible.map(Candidate::own_score).any(|score| score > candidate.own_score())
    };
    let nameable =
        found.candidates.first().filter(|c| c.is_eligible() && is_enough(c.score) && !is_outranked(c));
    let failed = !found.signs.is_empty() || found.faults.any();
    let mut verdict = match (nameable, found.faults.first()) {
        (Some(candidate), _) if failed => failing(found, candidate),
        // A stage that failed does not tell that poqexec did before.
        (_, Some(fault)) if fault.kind.names_a_cause() || poqexec_failed(found).is_none() => {
            logs::without_operation(found, fault, &seen)
        }
        (_, Some(_)) => unexplained(found, &seen),
        (None, None) if failed => unexplained(found, &seen),
        _ if (seen.complete_reboot() && !seen.hidden) || found.faults.state.ended_well() => {
            logs::no_failure(found, &seen)
        }
        _ => logs::not_enough(found, &seen),
    };
    verdict.hresult = found.faults.reported;
    if verdict.outcome == Outcome::FailureWithoutOperation {
        let leads = found.candidates.iter().enumerate().filter(|(_, candidate)| candidate.is_lead());
        verdict.leads = leads.map(|(at, _)| at).take(MAX_LEADS).collect();
    }
    tools::add_pending_restart(found, &mut verdict);
    tools::add_health(found, &mut verdict);
    inputs::add_mixture(found, &mut verdict);
    verdict.covered = seen.covered();
    verdict.not_covered.extend(caveats(found.timeline));
    verdict.not_covered.extend(seen.not_covered());
    verdict.not_covered.extend(coverage::errors_left_out(found.left_out));
    verdict
}
