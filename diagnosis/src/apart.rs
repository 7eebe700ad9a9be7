//! Traces and logs whose times do not meet.

use timeline::{FileTime, LogKind, Source, Ticks, Timeline, Trust};

/// How far a log's clock may be off if nothing shows it: the time zones of the world.
const UNKNOWN_ZONE: Ticks = Ticks::seconds(15 * 3600);
/// A trace and the logs of its boot are written within this time of each other.
const MEETS: Ticks = Ticks::seconds(3600);

/// A time that inputs cover, and which they are.
pub(crate) struct Span<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) first: FileTime,
    pub(crate) last: FileTime,
    /// How far its clock may be off.
    slack: Ticks,
}

impl Span<'_> {
    fn meets(&self, other: &Self) -> bool {
        let slack = Ticks(self.slack.0.max(other.slack.0));
        self.first <= other.last.plus(slack) && other.first <= self.last.plus(slack)
    }
}

/// A trace that meets no log, and the log that tells most.
pub(crate) struct Apart<'a> {
    pub(crate) trace: Span<'a>,
    pub(crate) logs: Span<'a>,
}

impl<'a> Apart<'a> {
    /// The first trace whose time meets that of no log. The parts of one CBS.log are one log, because a machine is off
    /// between them.
    pub(crate) fn of(timeline: &Timeline<'a>) -> Option<Self> {
        let (traces, logs) = spans(timeline);
        let alone = traces.into_iter().find(|trace| !logs.iter().any(|log| log.meets(trace)))?;
        Some(Self { trace: alone, logs: logs.into_iter().next()? })
    }

    /// Whether no trace meets a log: what the logs tell of happened in none of the boots that were recorded.
    pub(crate) fn are_all(timeline: &Timeline<'_>) -> bool {
        let (traces, logs) = spans(timeline);
        let meets = |trace: &Span<'_>| logs.iter().any(|log| log.meets(trace));
        !logs.is_empty() && !traces.is_empty() && !traces.iter().any(meets)
    }
}

/// Whether a trace covers a time, or nearly.
pub(crate) fn is_recorded(timeline: &Timeline<'_>) -> impl Fn(FileTime) -> bool {
    let (traces, _) = spans(timeline);
    let recorded: Vec<_> = traces.into_iter().map(|trace| (trace.first, trace.last)).collect();
    move |time| recorded.iter().any(|(first, last)| *first <= time.plus(MEETS) && time <= last.plus(MEETS))
}

/// The times of the traces with operations, and those of the logs; CBS.log is the first of these.
fn spans<'a>(timeline: &Timeline<'a>) -> (Vec<Span<'a>>, Vec<Span<'a>>) {
    let inputs = timeline.case.inputs.iter().zip(&timeline.scans);
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
    (traces, logs)
}
