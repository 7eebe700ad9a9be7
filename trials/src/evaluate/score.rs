//! What the diagnosis answered in a case, and whether that is right.

use diagnosis::{Candidate, Level, Outcome as Said, Rules, diagnose};
use timeline::{Case as Inputs, EventId, Timeline};

use super::{cases::Case, remedy};
use sample_traces::Outcome;

/// What the diagnosis said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The outcome.
    pub outcome: Said,
    /// The phase.
    pub phase: &'static str,
    /// The code of the whole.
    pub hresult: Option<u32>,
    /// How sure it is.
    pub level: Level,
    /// The sentence.
    pub summary: String,
    /// The first candidates in a few words, best first.
    pub first: Vec<String>,
    /// The rules whose remedies are given, best first.
    pub remedies: Vec<String>,
}

/// A case that was judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The case.
    pub case: Case,
    /// The answer.
    pub answer: Answer,
    /// The outcome is right.
    pub outcome: bool,
    /// If an operation is to be found: the verdict names it.
    pub named: Option<bool>,
    /// If an operation is to be found: it is among the first three candidates.
    pub among_three: Option<bool>,
    /// If the update failed: the phase is right.
    pub phase: Option<bool>,
    /// If the update failed: the code is right. The code of a trace alone is the failing operation's status.
    pub code: Option<bool>,
    /// If the update failed in a known way: its remedy is among those given.
    pub remedy: Option<bool>,
    /// An operation is named that the answer does not allow: in a boot without one, or another than the failing one.
    pub false_verdict: bool,
}

impl Judged {
    /// What is wrong in the answer: the right answer, and the given one. Empty if it is right.
    #[must_use]
    pub fn complaint(&self) -> String {
        let wrong =
            [Some(self.outcome), self.named, self.phase, self.code, self.remedy].contains(&Some(false));
        if !wrong && !self.false_verdict {
            return String::new();
        }
        let (truth, answer) = (&self.case.truth, &self.answer);
        let mut text = format!(
            "{} {} ({}): {:?} {} #{} {:08X?} {:08X?} signature {:?} kind {:?}\n    said {:?} {} {:08X?} {:?}: {} {:?}\n",
            truth.scenario,
            truth.seed,
            self.case.group,
            truth.outcome,
            truth.phase.as_deref().unwrap_or("-"),
            truth.index.map_or_else(|| "-".to_owned(), |i| i.to_string()),
            truth.status,
            truth.reported,
            truth.signature,
            truth.kind,
            answer.outcome,
            answer.phase,
            answer.hresult,
            answer.level,
            answer.summary,
            answer.remedies
        );
        for candidate in &answer.first {
            text.push_str(&format!("    {candidate}\n"));
        }
        text
    }
}

/// Asks the diagnosis and judges what it says.
#[must_use]
pub fn judge(case: &Case, rules: &Rules) -> Judged {
    let inputs = Inputs::open(&case.files);
    let timeline = Timeline::new(&inputs);
    let diagnosis = diagnose(&timeline, rules);
    let truth = &case.truth;
    let names: Vec<String> = inputs.inputs.iter().map(|i| i.path.clone()).collect();
    let same_trace = |id: EventId| {
        truth.trace.as_ref().is_none_or(|trace| {
            names.get(usize::from(id.source.0)).is_some_and(|name| name.ends_with(trace.as_str()))
        })
    };
    let right = |c: &Candidate| {
        let id = c.event.id;
        same_trace(id)
            && (truth.acceptable.contains(&id.index)
                || truth.index == Some(id.index)
                    && truth.status.is_none_or(|status| status == c.event.status))
    };
    let verdict = &diagnosis.verdict;
    let wanted = truth.outcome == Outcome::FailingOperation;
    let failing = verdict.failing.and_then(|at| diagnosis.candidates.get(at));
    let named = failing.is_some_and(&right);
    let failed = matches!(truth.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    let told = inputs.inputs.iter().any(|i| !i.source.is_trace());
    let code = match (told, verdict.hresult) {
        (true, code) => code == truth.reported || code == truth.hresult,
        (false, _) if wanted => named,
        (false, code) => code.is_none(),
    };
    let remedies: Vec<String> = diagnosis.remedies.iter().map(|r| r.rule.clone()).collect();
    let wanted_rules = remedy::wanted(truth.signature, truth.kind, told);
    let remedy = remedies.iter().any(|rule| wanted_rules.contains(&rule.as_str()));
    let words = |c: &Candidate| {
        let process = timeline.process_of(&c.event).map_or("?", |p| p.name.as_str());
        format!(
            "{:.1} #{} {process} {} {} 0x{:08X}: links {:?}, against {:?}, {:?}: {}",
            c.score,
            c.event.id.index,
            c.event.name,
            c.event.path,
            c.event.status,
            c.links,
            c.objections,
            c.after,
            c.features.iter().map(|f| format!("{} {:+.1}", f.name, f.score)).collect::<Vec<_>>().join(", ")
        )
    };
    Judged {
        outcome: is_same(truth.outcome, verdict.outcome),
        named: wanted.then_some(named),
        among_three: wanted.then(|| diagnosis.candidates.iter().take(3).any(&right)),
        phase: truth.phase.as_deref().filter(|_| failed).map(|phase| phase == verdict.phase.name()),
        code: failed.then_some(code),
        remedy: (failed && !wanted_rules.is_empty()).then_some(remedy),
        false_verdict: verdict.outcome == Said::FailingOperation && !(wanted && named),
        answer: Answer {
            outcome: verdict.outcome,
            phase: verdict.phase.name(),
            hresult: verdict.hresult,
            level: verdict.confidence.level,
            summary: verdict.summary.en.clone(),
            first: diagnosis.candidates.iter().take(3).map(words).collect(),
            remedies,
        },
        case: case.clone(),
    }
}

/// A healthy machine's answer is not wrong if it is more careful than the label.
fn is_same(truth: Outcome, said: Said) -> bool {
    match truth {
        Outcome::FailingOperation => said == Said::FailingOperation,
        Outcome::FailureWithoutOperation => said == Said::FailureWithoutOperation,
        Outcome::NoFailure => said == Said::NoFailure,
        Outcome::NotEnoughEvidence => matches!(said, Said::NotEnoughEvidence | Said::NoFailure),
    }
}
