//! Inputs that do not belong together: of different machines, or of times that do not meet.

mod logs;

use std::collections::BTreeSet;

use super::{answer::Verdict, found::Found};
use crate::{apart::Apart, faults::Fault};
use logs::name;
use timeline::{SourceId, Words};

/// Says which inputs do not belong together, and on which of them the verdict rests.
pub(super) fn add_mixture(found: &Found<'_>, verdict: &mut Verdict) {
    let mixture = machines(found).or_else(|| times(found)).or_else(|| logs::apart(found));
    let Some(mixture) = mixture else { return };
    let rests = rests_on(found, verdict);
    let names: Vec<&str> = rests.iter().map(|id| name(found, *id)).collect();
    verdict.mixture = Some(match names.as_slice() {
        [] => mixture,
        names => Words::new(
            format!("{} This verdict rests on {}.", mixture.en, names.join(", ")),
            format!("{}此结论依据 {}。", mixture.zh, names.join("、")),
        ),
    });
}

/// The inputs that hold the verdict's evidence.
fn rests_on(found: &Found<'_>, verdict: &Verdict) -> BTreeSet<SourceId> {
    let failing = verdict.failing.and_then(|at| found.candidates.get(at)).map(|c| c.event.id.source);
    let reasons = verdict.confidence.reasons.iter().map(|(_, evidence)| evidence);
    let missing = verdict.missing.iter().flat_map(|missing| &missing.evidence);
    let places = reasons.chain(missing).filter_map(|evidence| evidence.place);
    failing.into_iter().chain(places.map(timeline::Place::source)).collect()
}

/// Inputs of another machine, which were set aside.
fn machines(found: &Found<'_>) -> Option<Words> {
    let timeline = found.timeline;
    let ids = || (0..).map(SourceId).take(timeline.case.inputs.len());
    let named = |stranger: bool| {
        ids()
            .filter(move |id| timeline.is_stranger(*id) == stranger)
            .find_map(|id| Some((name(found, id), timeline.host(id)?.to_uppercase())))
    };
    let ((own, own_host), (other, other_host)) = named(false).zip(named(true))?;
    Some(Words::new(
        format!(
            "The inputs are of different machines: {own} is of {own_host}, {other} of {other_host}, which is set aside."
        ),
        format!("输入来自不同的计算机：{own} 来自 {own_host}，{other} 来自 {other_host}，后者不予采用。"),
    ))
}

/// Traces whose time meets that of no log.
fn times(found: &Found<'_>) -> Option<Words> {
    let Apart { trace, logs: log } = Apart::of(found.timeline)?;
    let names = logs::listed(&log.names);
    let (trace, at) = (trace.names.join(", "), trace.first.minute());
    let (from, to) = (log.first.minute(), log.last.minute());
    let another = found.faults.another.as_ref().map(Fault::words);
    let told = another.map_or_else(Words::default, |fault| {
        Words::new(
            format!(
                " The log tells of another failure, of its own time: {}.",
                fault.en.trim_end_matches('.')
            ),
            format!("日志记录的是当时的另一次失败：{}。", fault.zh.trim_end_matches(['.', '。'])),
        )
    });
    Some(Words::new(
        format!(
            "The inputs are of times that do not meet: {trace} is of {at}, {names} of {from} to {to}.{}",
            told.en
        ),
        format!("输入的时间没有交集：{trace} 为 {at}，{names} 为 {from} 至 {to}。{}", told.zh),
    ))
}
