//! The diagnosis: what failed, how that is known, and what is missing where it is not.

mod candidates;
mod evidence;
mod faults;
mod features;
mod involved;
mod missing;
mod needed;
mod noise;
mod remedies;
mod reports;
mod rests_on;
mod signs;
mod told;
mod verdict;
mod waits;

use candidates::Ranked;
pub use candidates::{Candidate, FeatureHit, Holder, Report};
pub use evidence::Relation;
pub use faults::{Fault, FaultKind, Faults};
pub use missing::{Lack, Missing};
pub use noise::benign;
pub(crate) use noise::ordinary;
pub use remedies::Remedy;
pub(crate) use signs::LINE_GRAIN;
pub use signs::Sign;
pub use verdict::{ChainLink, Confidence, Level, NextCapture, Outcome, Verdict};

use crate::{
    Phase, Rule, Rules, Service, Timeline,
    compare::{self, Aligned, Baseline, Comparison},
    graph::{self, CaseGraph},
    model::Event,
    phases::{self, Boots},
    rules, services,
};

/// Remedies of rules that a report gives.
const MAX_REMEDIES: usize = 4;

/// A rule that holds for a case.
#[derive(Debug, Clone)]
pub struct RuleHit {
    /// The rule.
    pub rule: Rule,
    /// Position of the fault it holds for, where it looks at faults.
    pub fault: Option<usize>,
}

/// Everything that the report tells.
#[derive(Debug)]
pub struct Diagnosis {
    /// The answer.
    pub verdict: Verdict,
    /// What to do about the failing operation, the best first.
    pub remedies: Vec<Remedy>,
    /// The rules that hold.
    pub rules: Vec<RuleHit>,
    /// The candidates, best first.
    pub candidates: Vec<Candidate>,
    /// From the rollback back to the first cause: a path in `graph`.
    pub chain: Vec<ChainLink>,
    /// The phases of the reboot.
    pub phases: Vec<Phase>,
    /// The services that updates need.
    pub services: Vec<Service>,
    /// What the logs say failed.
    pub faults: Faults,
    /// Signs that the update failed.
    pub signs: Vec<Sign>,
    /// Events around the failing operation, in order of time, with why each is shown.
    pub evidence: Vec<(Relation, Event)>,
    /// The whole case as a graph.
    pub graph: CaseGraph,
    /// This boot beside a good one, where one was given.
    pub comparison: Option<Comparison>,
}

/// Finds what failed.
pub fn diagnose(timeline: &Timeline<'_>, rules: &Rules) -> Diagnosis {
    diagnose_beside(timeline, rules, None)
}

/// Finds what failed, and what a good boot does otherwise.
pub fn diagnose_beside(timeline: &Timeline<'_>, rules: &Rules, baseline: Option<&Baseline<'_>>) -> Diagnosis {
    let marked = timeline.marked();
    let boots = Boots::of(timeline);
    let faults = faults::find(timeline);
    let signs = signs::find(timeline, &marked, &faults);
    let phases = phases::find(timeline, &boots, &marked, &signs, &faults);
    let mut services = services::find(timeline, &marked, &faults);
    let this = compare::Boot {
        timeline,
        phases: &phases,
        aligned: Aligned::new(&phases, &signs),
        services: &services,
    };
    let (mut comparison, good) = baseline.map(|baseline| compare::compare(baseline, this)).unzip();
    // A boot that failed itself says nothing of what is harmless.
    let good = good.as_ref().filter(|_| baseline.is_some_and(|b| !b.failed()));
    let beside = good.map(|good| candidates::Beside { good, phases: this.aligned });
    let Ranked { candidates, touching } = candidates::rank(timeline, &signs, &faults, beside.as_ref());
    let verdict = verdict::decide(&verdict::Found {
        timeline,
        boots: &boots,
        signs: &signs,
        faults: &faults,
        phases: &phases,
        services: &services,
        candidates: &candidates,
        marked: &marked,
    });
    let failing = verdict.failing.and_then(|at| candidates.get(at));
    if let (Some(comparison), Some(good), Some(failing)) = (&mut comparison, good, failing) {
        comparison.include(good, this, &failing.event);
    }
    let graph = CaseGraph::of(&graph::Parts {
        timeline,
        candidates: &candidates,
        failing: verdict.failing,
        signs: &signs,
        faults: &faults,
        phases: &phases,
        services: &services,
    });
    let chain = graph.links();
    let evidence = failing.map_or_else(Vec::new, |c| evidence::around(timeline, c, &touching));
    let failed = matches!(verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    let facts = rules::Facts {
        timeline,
        faults: &faults,
        failing,
        services: &services,
        marked: &marked,
        lacks: verdict.missing.as_ref().map_or(&[], |m| m.lacks.as_slice()),
    };
    let hits = if failed { rules::hits(rules, &facts) } else { Vec::new() };
    // A component that was removed is what the first failure is about, whoever tells it.
    let is_cause = |at: usize| faults.all.get(at).is_some_and(|f| f.kind == FaultKind::Component);
    let about_first =
        hits.iter().filter(|h| h.fault.is_none_or(|at| Some(at) == faults.primary || is_cause(at)));
    // A rule is more than what a status alone says.
    let mut remedies: Vec<Remedy> =
        about_first.take(MAX_REMEDIES).map(|h| remedies::of_rule(h.rule)).collect();
    if !hits.iter().any(|h| h.rule.matches.is_about_operation()) {
        remedies.extend(failing.into_iter().flat_map(remedies::of_status));
    }
    if let Some((candidate, remedy)) = failing.and_then(|c| Some((c, remedies::of_holder(timeline, c)?))) {
        // Who stands in the way is more than any rule knows; who was only there too is less than the best of them.
        let explains = candidate.holder.is_some_and(|h| h.explains);
        remedies.insert(if explains { 0 } else { remedies.len().min(1) }, remedy);
    }
    involved::answer(
        &involved::Found { timeline, verdict: &verdict, failing, faults: &faults },
        &mut services,
    );
    let hits = hits.into_iter().map(|h| RuleHit { rule: h.rule.clone(), fault: h.fault }).collect();
    Diagnosis {
        verdict,
        remedies,
        rules: hits,
        candidates,
        chain,
        phases,
        services,
        faults,
        signs,
        evidence,
        graph,
        comparison,
    }
}
