//! The verdict, its candidates and the chain.

use diagnosis::Level;

use crate::model::{
    Candidate, ChainLink, Confidence, ConfidenceLevel, Evidence, Feature, Measured, Missing, NextCapture,
    Omission, Outcome, PhaseSpan, Remedy, Span, Verdict,
};

use super::{View, omit, phase, stacks, status, text, time, trust};

/// Candidates that a report lists.
const MAX_CANDIDATES: usize = 10;

impl View<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        let v = &self.diagnosis.verdict;
        let failing = v.failing.and_then(|at| self.diagnosis.candidates.get(at));
        let reasons = v.confidence.reasons.iter();
        Verdict {
            outcome: Some(match v.outcome {
                diagnosis::Outcome::FailingOperation => Outcome::FailingOperation,
                diagnosis::Outcome::FailureWithoutOperation => Outcome::FailureWithoutOperation,
                diagnosis::Outcome::NoFailure => Outcome::NoFailure,
                diagnosis::Outcome::NotEnoughEvidence => Outcome::NotEnoughEvidence,
            }),
            summary: text(&v.summary),
            phase: phase(v.phase),
            hresult: v.hresult.map_or_else(String::new, status),
            hresult_name: v
                .hresult
                .map(status_codes::HResult)
                .and_then(|code| code.name().or_else(|| code.win32()?.name()))
                .unwrap_or_default()
                .to_owned(),
            confidence: Some(Confidence {
                level: Some(match v.confidence.level {
                    Level::Low => ConfidenceLevel::Low,
                    Level::Medium => ConfidenceLevel::Medium,
                    Level::High => ConfidenceLevel::High,
                }),
                measured: v.confidence.measured.map(|measured| Measured {
                    situation: text(&measured.situation.words()),
                    named: measured.named,
                    wrong: measured.wrong,
                }),
                reasons: reasons.map(|(t, e)| Evidence { trust: trust(*t), ..self.evidence(e) }).collect(),
            }),
            failing_operation: failing.map(|c| self.operation(&c.event)),
            leads: v
                .leads
                .iter()
                .filter_map(|at| self.diagnosis.candidates.get(*at))
                .map(|c| self.operation(&c.event))
                .collect(),
            missing: v.missing.as_ref().map(|m| Missing {
                what: text(&m.what),
                evidence: m.evidence.iter().map(|e| self.evidence(e)).collect(),
            }),
            remedies: self
                .diagnosis
                .remedies
                .iter()
                .map(|r| Remedy {
                    rule: r.rule.clone(),
                    title: text(&r.title),
                    text: text(&r.text),
                    command: r.command.clone(),
                    reference: r.reference.clone(),
                })
                .collect(),
            covered: v.covered.iter().map(text).collect(),
            not_covered: v.not_covered.iter().map(text).collect(),
            next_capture: v
                .next_capture
                .as_ref()
                // A culprit that is known needs no other record.
                .filter(|_| self.headline.culprits.is_empty())
                .map(|n| NextCapture { title: text(&n.title), command: n.command.to_owned() }),
            caution: v.caution.as_ref().map(text),
        }
    }

    pub(super) fn candidates(&self, omitted: &mut Vec<Omission>) -> Vec<Candidate> {
        let all = &self.diagnosis.candidates;
        omit(omitted, "candidates", all.len(), MAX_CANDIDATES);
        let ranked = all.iter().take(MAX_CANDIDATES).zip(1..);
        ranked
            .map(|(candidate, rank)| Candidate {
                operation: self.operation(&candidate.event),
                rank: Some(rank),
                score: Some(candidate.score),
                features: candidate
                    .features
                    .iter()
                    .map(|f| Feature { name: f.name.to_owned(), score: Some(f.score), text: text(&f.words) })
                    .collect(),
                ..stacks::of_candidate(candidate)
            })
            .collect()
    }

    pub(super) fn chain(&self) -> Vec<ChainLink> {
        let links = self.diagnosis.chain.iter();
        links
            .map(|link| ChainLink {
                node: super::around::node_id(link.node),
                what: text(&link.what),
                time: Some(time(link.time)),
                duration: link.since.map(|t| Span::from_ticks(t.0)),
                trust: trust(link.trust),
                evidence: Some(self.evidence(&link.evidence)),
            })
            .collect()
    }

    pub(super) fn phases(&self) -> Vec<PhaseSpan> {
        let phases = self.diagnosis.phases.iter();
        phases
            .map(|p| PhaseSpan {
                name: phase(p.name),
                boot: (p.boot > 0).then_some(p.boot),
                start: Some(time(p.start)),
                end: p.end.map(time),
                trust: trust(p.trust),
                evidence: Some(self.evidence(&p.evidence)),
            })
            .collect()
    }
}
