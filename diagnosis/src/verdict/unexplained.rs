//! A trace shows that the update failed, and no operation explains it.

use timeline::{Evidence, Mark, PhaseName, Role, Trust, Words};

use super::{
    answer::{Level, Outcome, Verdict},
    capture::next_capture,
    coverage::Coverage,
    found::Found,
};
use crate::{
    missing::{self, Lack, Missing},
    phases,
    signs::Sign,
    waits,
};

/// A trace shows that the update failed, and nothing says by what.
pub(super) fn unexplained(found: &Found<'_>, seen: &Coverage) -> Verdict {
    let mut verdict = Verdict::new(
        Outcome::FailureWithoutOperation,
        Words::new(
            "The update failed, and no single operation in the trace explains it.",
            "更新失败，但跟踪中没有单个操作可以解释。",
        ),
    );
    verdict.phase = found.signs.first().map_or(PhaseName::Unknown, |s| phases::before(found.phases, s.time));
    let mut evidence: Vec<_> = found.signs.iter().take(3).map(Sign::evidence).collect();
    let mut what = Words::new(
        "an operation whose failure explains the rollback; the cause may be an absence, such as a service that never answered",
        "能解释回滚的失败操作；原因可能是该发生的没有发生，例如服务一直没有响应",
    );
    let mut lacks = missing::disabled_services(found.services);
    let program = found.signs.first().and_then(|s| missing::program_failed(found.timeline, s.time));
    let wait = found.signs.first().and_then(|s| waits::before(found.timeline, s));
    if let Some(sign) = poqexec_failed(found) {
        verdict.phase = PhaseName::BootPoq;
        verdict.summary = Words::new(
            format!("{}, and no operation of it explains that.", sign.words.en),
            format!("{}，但其操作都无法解释。", sign.words.zh),
        );
        let foreign = found.marked.iter().filter(|(mark, _)| *mark == Mark::ForeignImage);
        let foreign: Vec<Evidence> = foreign.map(|(_, e)| missing::foreign_image(e)).collect();
        if !foreign.is_empty() {
            what = Words::new(
                "why poqexec.exe ended: a library that is not Windows' own was loaded into it",
                "poqexec.exe 结束的原因：有非 Windows 自带的库被加载到其中",
            );
        }
        evidence.extend(foreign);
    } else if let Some((name, words)) = program {
        lacks.push((Lack::Program, name));
        evidence.push(Evidence { place: None, words: words.clone() });
        (what, verdict.confidence.level) = (words, Level::Low);
    } else if let Some(wait) = wait {
        let (words, asked) = wait.words(found.timeline);
        (what, verdict.confidence.level) = (words, Level::Low);
        evidence.extend(asked);
        // Who was asked may be unknown.
        let asked = wait.asked.into_iter().map(|(name, _)| name).chain([String::new()]);
        lacks.extend(asked.map(|name| (Lack::Answer, name)));
    }
    evidence.extend(missing::suspicious(found.services));
    let unnamed = Words::new(
        "the records show that the update failed, and nothing ties an operation to that",
        "记录表明更新失败，但没有内容将某个操作与失败联系起来",
    );
    verdict.confidence.reasons.push((Trust::Inferred, Evidence { place: None, words: unnamed }));
    verdict.missing = Some(Missing { what, evidence, lacks });
    verdict.next_capture = Some(next_capture(seen.traces, seen.logs));
    verdict
}

/// What shows that poqexec itself ended with an error.
pub(super) fn poqexec_failed<'a>(found: &Found<'a>) -> Option<&'a Sign> {
    let is_poqexec = |s: &&Sign| {
        let process = s.process.and_then(|p| found.timeline.process(p));
        s.place.is_none() && process.is_some_and(|p| p.role == Role::Poqexec)
    };
    found.signs.iter().find(is_poqexec)
}
