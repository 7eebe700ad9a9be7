//! Logs that do not belong together: of different builds of Windows, or of times that lie far apart.

use std::collections::BTreeSet;

use crate::verdict::found::Found;
use timeline::{Fact, FileTime, LogKind, Source, SourceId, Ticks, Words};

/// Servicing writes CBS.log on every running machine at least once in this time, because updates appear each month.
const MONTH: Ticks = Ticks::seconds(31 * 24 * 3600);

/// Names of inputs that a sentence has.
const NAMED: usize = 3;

pub(super) fn name<'a>(found: &Found<'a>, id: SourceId) -> &'a str {
    found.timeline.case.inputs.get(usize::from(id.0)).map_or("", |input| input.path.as_str())
}

/// The first names of several.
pub(super) fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{shown}, …") } else { shown }
}

/// Why the logs do not belong together.
pub(super) fn apart(found: &Found<'_>) -> Option<Words> {
    match (builds(found), times(found)) {
        (Some(builds), Some(times)) => {
            Some(Words::new(format!("{} {}", builds.en, times.en), format!("{}{}", builds.zh, times.zh)))
        }
        (builds, times) => builds.or(times),
    }
}

/// The builds whose servicing stack was loaded, as CBS.log says. Servicing of an image loads the stack of the
/// image, so one log may have several.
fn builds_of(found: &Found<'_>, id: SourceId) -> BTreeSet<String> {
    let lines = found.timeline.scans.get(usize::from(id.0)).map(|scan| scan.lines.as_slice());
    let builds = lines.unwrap_or_default().iter().filter_map(|line| match &line.fact {
        // 10.0.22621.1626
        Fact::Stack(version) => version.split('.').nth(2),
        // 22621.1.amd64fre.ni_release.220506-1250
        Fact::Build(build) => build.split('.').next(),
        _ => None,
    });
    builds.filter(|build| !build.is_empty()).map(str::to_owned).collect()
}

/// Two logs that have no build in common.
fn builds(found: &Found<'_>) -> Option<Words> {
    let logs: Vec<(SourceId, BTreeSet<String>)> = (0..)
        .map(SourceId)
        .take(found.timeline.case.inputs.len())
        .map(|id| (id, builds_of(found, id)))
        .filter(|(_, builds)| !builds.is_empty())
        .collect();
    let (one, other) = logs.iter().enumerate().find_map(|(at, one)| {
        let later = logs.get(at + 1..).unwrap_or_default();
        Some((one, later.iter().find(|other| other.1.is_disjoint(&one.1))?))
    })?;
    let of = |log: &(SourceId, BTreeSet<String>)| log.1.iter().cloned().collect::<Vec<_>>().join(", ");
    let (a, b) = (name(found, one.0), name(found, other.0));
    let (of_a, of_b) = (of(one), of(other));
    Some(Words::new(
        format!(
            "The logs are of different builds of Windows, so of different machines or of before and after an upgrade: {a} is of build {of_a}, {b} of {of_b}."
        ),
        format!(
            "日志来自不同的 Windows 内部版本，即不同的计算机，或同一台计算机升级前后：{a} 为内部版本 {of_a}，{b} 为 {of_b}。"
        ),
    ))
}

/// Logs that cover one time without a long gap.
struct Stretch<'a> {
    names: Vec<&'a str>,
    first: FileTime,
    last: FileTime,
}

impl Stretch<'_> {
    fn words(&self) -> (String, String, String) {
        (listed(&self.names), self.first.minute(), self.last.minute())
    }
}

/// Logs between which nothing was written for longer than a month.
fn times(found: &Found<'_>) -> Option<Words> {
    let inputs = found.timeline.case.inputs.iter().zip(&found.timeline.scans);
    let mut spans: Vec<Stretch<'_>> = Vec::new();
    for (input, scan) in inputs {
        let Source::Log(log) = &input.source else { continue };
        let (Some(first), Some(last)) = scan.record_span() else { continue };
        // Other logs are written only where somebody uses their tool.
        if matches!(log.kind, LogKind::Cbs | LogKind::Events | LogKind::EventList) && first.is_dated() {
            spans.push(Stretch { names: vec![input.path.as_str()], first, last });
        }
    }
    spans.sort_by_key(|span| span.first);
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    for span in spans {
        match stretches.last_mut().filter(|last| span.first <= last.last.plus(MONTH)) {
            Some(last) => {
                last.names.extend(span.names);
                last.last = last.last.max(span.last);
            }
            None => stretches.push(span),
        }
    }
    if stretches.len() < 2 {
        return None;
    }
    let shown = || stretches.iter().take(NAMED).map(Stretch::words);
    let en: Vec<String> = shown().map(|(names, from, to)| format!("{names} of {from} to {to}")).collect();
    let zh: Vec<String> = shown().map(|(names, from, to)| format!("{names} 为 {from} 至 {to}")).collect();
    let more = if stretches.len() > NAMED { ", …" } else { "" };
    let more_zh = if stretches.len() > NAMED { "……" } else { "" };
    Some(Words::new(
        format!("The logs are of times that do not meet: {}{more}.", en.join("; ")),
        format!("日志的时间没有交集：{}{more_zh}。", zh.join("；")),
    ))
}
