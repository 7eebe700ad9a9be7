//! Inputs that do not belong together: of different machines, or of times that do not meet.

mod logs;

use std::collections::BTreeSet;

use super::{answer::Verdict, found::Found};
use logs::name;
use timeline::{FileTime, LogKind, Source, SourceId, Ticks, Trust, Words};

/// How far a log's clock may be off if nothing shows it: the time zones of the world.
const UNKNOWN_ZONE: Ticks = Ticks::seconds(15 * 3600);
/// A trace and the logs of its boot are written within this time of each other.
const MEETS: Ticks = Ticks::seconds(3600);

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

/// A time that inputs cover, and which they are.
struct Span<'a> {
    names: Vec<&'a str>,
    first: FileTime,
    last: FileTime,
    /// How far its clock may be off.
    slack: Ticks,
}

impl Span<'_> {
    fn meets(&self, other: &Self) -> bool {
        let slack = Ticks(self.slack.0.max(other.slack.0));
        self.first <= other.last.plus(slack) && other.first <= self.last.plus(slack)
    }
}

/// Traces whose time meets that of no log. The parts of one CBS.log are one log, because a machine is off between
/// them.
fn times(found: &Found<'_>) -> Option<Words> {
    let inputs = found.timeline.case.inputs.iter().zip(&found.timeline.scans);
    let (mut traces, mut logs): (Vec<Span<'_>>, Vec<Span<'_>>) = Default::default();
    let mut cbs: Option<Span<'_>> = None;
    for (input, scan) in inputs {
        let Some((first, last)) = scan.first.zip(scan.last) else { continue };
        let assumed = scan.clock.as_ref().is_some_and(|clock| clock.trust == Trust::Inferred);
        let slack = if assumed { UNKNOWN_ZONE } else { MEETS };
        let span = Span { names: vec![input.path.as_str()], first, last, slack };
        match &input.source {
            Source::Log(log) if log.kind == LogKind::Cbs => match &mut cbs {
                Some(cbs) => {
                    cbs.names.extend(span.names);
                    (cbs.first, cbs.last) = (cbs.first.min(first), cbs.last.max(last));
                    cbs.slack = Ticks(cbs.slack.0.max(slack.0));
                }
                None => cbs = Some(span),
            },
            Source::Log(log) if matches!(log.kind, LogKind::Events | LogKind::EventList) => logs.push(span),
            Source::Log(_) => {}
            _ if scan.has_operations && last.is_dated() => traces.push(span),
            _ => {}
        }
    }
    logs.splice(0..0, cbs);
    let alone = traces.iter().find(|trace| !logs.is_empty() && !logs.iter().any(|log| log.meets(trace)))?;
    let log = logs.first()?;
    let names = logs::listed(&log.names);
    let (trace, at) = (alone.names.join(", "), alone.first.minute());
    let (from, to) = (log.first.minute(), log.last.minute());
    Some(Words::new(
        format!("The inputs are of times that do not meet: {trace} is of {at}, {names} of {from} to {to}."),
        format!("输入的时间没有交集：{trace} 为 {at}，{names} 为 {from} 至 {to}。"),
    ))
}
