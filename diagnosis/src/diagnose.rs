//! From a timeline to the diagnosis.

use std::collections::BTreeMap;

use timeline::{EventId, Mark, Timeline};

use crate::{
    apart::{self, Apart},
    baseline::Baseline,
    calibration::Situation,
    candidates::{self, Ranked},
    commands::{self, Names},
    compare::{self, Aligned},
    diagnosis::{Diagnosis, RuleHit},
    evidence,
    faults::{self, FaultKind},
    graph, involved, log_remedies,
    others::Others,
    phases::{self, Boots},
    remedies,
    remedy::Remedy,
    rules::{self, Rules},
    services, settled, signature, signs,
    stacks::{self, Call, StackLists},
    verdict::{self, Outcome},
};

/// Remedies of rules that a report gives.
const MAX_REMEDIES: usize = 4;

/// Finds what failed.
#[must_use]
pub fn diagnose(timeline: &Timeline<'_>, rules: &Rules) -> Diagnosis {
    diagnose_beside(timeline, rules, None)
}

/// Finds what failed, and what a good boot does otherwise.
#[must_use]
pub fn diagnose_beside(timeline: &Timeline<'_>, rules: &Rules, baseline: Option<&Baseline<'_>>) -> Diagnosis {
    diagnose_among(timeline, rules, baseline, None)
}

/// The same, with what other boots say of single operations.
#[tracing::instrument(name = "diagnosis", skip_all)]
pub fn diagnose_among(
    timeline: &Timeline<'_>,
    rules: &Rules,
    baseline: Option<&Baseline<'_>>,
    others: Option<&dyn Others>,
) -> Diagnosis {
    let marked = timeline.marked(Mark::says_something);
    let boots = Boots::of(timeline);
    let mut faults = faults::find(timeline);
    // Another log than CBS.log may tell of the recorded boot.
    if faults.any()
        && Apart::are_all(timeline)
        && !faults.lie_in(apart::is_recorded(timeline))
        && signs::are_in_trace(timeline, &marked)
    {
        faults.set_aside();
    }
    let signs = signs::find(timeline, &marked, &faults);
    let phases = phases::find(timeline, &boots, &marked, &signs, &faults);
    let mut services = services::find(timeline, &marked, &faults);
    let this = compare::Boot {
        timeline,
        phases: &phases,
        aligned: Aligned::new(&phases, &signs),
        services: &services,
    };
    let (mut comparison, good) = baseline.map(|good| compare::compare(&good.reference(), this)).unzip();
    // A boot that failed itself says nothing of what is harmless.
    let good = good.as_ref().filter(|_| baseline.is_some_and(|b| !b.failed()));
    let beside = good.map(|good| candidates::Beside { good, phases: this.aligned });
    let Ranked { candidates, touching, left_out } =
        candidates::rank(timeline, &signs, &faults, beside.as_ref(), others);
    let verdict = verdict::decide(&verdict::Found {
        timeline,
        situation: Situation::new(timeline, &faults, good.is_some()),
        boots: &boots,
        signs: &signs,
        faults: &faults,
        phases: &phases,
        services: &services,
        candidates: &candidates,
        left_out,
        marked: &marked,
    });
    let failing = verdict.failing.and_then(|at| candidates.get(at));
    if let (Some(comparison), Some(good), Some(failing)) = (&mut comparison, good, failing) {
        comparison.include(good, this, &failing.event);
    }
    let signature = signature::of(&signature::Facts {
        timeline,
        verdict: &verdict,
        failing,
        faults: &faults,
        services: &services,
        signs: &signs,
        marked: &marked,
    });
    let graph = graph::draw(&graph::Parts {
        timeline,
        candidates: &candidates,
        failing: verdict.failing,
        signs: &signs,
        faults: &faults,
        phases: &phases,
        services: &services,
    });
    let chain = graph::links(&graph);
    let evidence = failing.map_or_else(Vec::new, |c| evidence::around(timeline, c, &touching));
    let calls: BTreeMap<EventId, Call> =
        evidence.iter().filter_map(|(_, event)| Some((event.id, Call::of(timeline, event)?))).collect();
    let of_candidates = candidates.iter().filter_map(|c| c.call.as_ref());
    let drivers = stacks::drivers(timeline, of_candidates);
    let stack_lists = StackLists::of(timeline, candidates.iter().map(|c| (c.event.id, c.call.as_ref())));
    let failed = matches!(verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    // Other logs may tell of a failure that servicing says nothing of: there is still something to do.
    let told = faults.told().filter(|_| verdict.outcome == Outcome::NotEnoughEvidence);
    let first = faults.primary.or(told);
    let facts = rules::Facts {
        timeline,
        faults: &faults,
        first,
        failing: failing.map(|candidate| &candidate.event),
        services: &services,
        marked: &marked,
        lacks: verdict.missing.as_ref().map_or(&[], |m| m.lacks.as_slice()),
    };
    let hits = if failed || told.is_some() { rules::hits(rules.all(), &facts) } else { Vec::new() };
    // A component that was removed is what the first failure is about, whoever tells it.
    let is_cause = |at: usize| faults.all.get(at).is_some_and(|f| f.kind == FaultKind::Component);
    let about_first = hits.iter().filter(|h| h.fault.is_none_or(|at| Some(at) == first || is_cause(at)));
    // A rule is more than what a status alone says.
    let names = Names {
        failing: failing.map(|candidate| &candidate.event),
        lacks: facts.lacks,
        item: first.and_then(|at| Some(faults.all.get(at)?.item.as_str())),
        marked: &marked,
        awaited: about_first.clone().map(|hit| hit.rule.awaited.as_str()).find(|name| !name.is_empty()),
    };
    let (last_resorts, safe): (Vec<_>, Vec<_>) = about_first.partition(|h| h.rule.last_resort);
    let mut remedies: Vec<Remedy> =
        safe.into_iter().take(MAX_REMEDIES).map(|h| remedies::of_rule(h.rule, &names)).collect();
    if !hits.iter().any(|h| h.rule.matches.is_about_operation()) {
        remedies.extend(failing.into_iter().flat_map(remedies::of_status));
    }
    let of_log = first.filter(|_| failed || told.is_some()).and_then(|at| faults.all.get(at));
    if let Some(fault) = of_log.filter(|f| remedies.is_empty() || log_remedies::is_of_store(f)) {
        remedies.extend(log_remedies::of_fault(fault));
    }
    if !failed {
        let waits = settled::waiting(timeline).next().is_some();
        remedies.extend(log_remedies::of_state(&faults.state, waits));
    }
    let health = timeline.scans.iter().filter_map(|scan| scan.known.health.as_ref()).next_back();
    if remedies.is_empty() {
        remedies.extend(health.and_then(|(_, health, _)| log_remedies::of_health(*health)));
    }
    if let Some((candidate, remedy)) = failing.and_then(|c| Some((c, remedies::of_holder(timeline, c)?))) {
        // Who stands in the way is more than any rule knows; who was only there too is less than the best of them.
        let explains = candidate.holder.is_some_and(|h| h.explains);
        remedies.insert(if explains { 0 } else { remedies.len().min(1) }, remedy);
    }
    remedies.extend(last_resorts.into_iter().map(|h| remedies::of_rule(h.rule, &names)));
    let damaged = faults.state.damaged().map(|damaged| damaged.object.name());
    log_remedies::for_older(
        &mut remedies,
        &faults.state,
        damaged.chain(faults.first().map(|fault| fault.item.as_str())),
    );
    let remedies = commands::without_repeats(remedies);
    involved::answer(
        &involved::Found { timeline, verdict: &verdict, failing, faults: &faults },
        &mut services,
    );
    let hits = hits.into_iter().map(|h| RuleHit { rule: h.rule.clone(), fault: h.fault }).collect();
    Diagnosis {
        verdict,
        signature,
        remedies,
        rules: hits,
        candidates,
        chain,
        phases,
        services,
        faults,
        signs,
        evidence,
        calls,
        stack_lists,
        drivers,
        graph,
        comparison,
    }
}
