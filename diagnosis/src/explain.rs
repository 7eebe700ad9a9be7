//! Why an event is the failing operation, a candidate, or neither. It is for those who debug a verdict.

use std::fmt::Write as _;

use timeline::{Event, Kept, Timeline};

use crate::{Diagnosis, candidates::Candidate, ordinary};

/// Events that are explained at most.
const MAX_EVENTS: usize = 20;
/// Errors that are explained where no candidate has the rank.
const MAX_NEXT: usize = 5;

/// Explains the funnel, and each event that `wanted` picks. Without a pick it explains the best candidates.
#[must_use]
pub fn explain(timeline: &Timeline<'_>, diagnosis: &Diagnosis, wanted: Option<&str>) -> String {
    let mut out = funnel(timeline, diagnosis);
    let picked: Vec<Event> = match wanted {
        None => diagnosis.candidates.iter().take(3).map(|c| c.event.clone()).collect(),
        Some(wanted) => pick(timeline, wanted),
    };
    if picked.is_empty() {
        let _ = writeln!(
            out,
            "no kept event matches: give a path or a part of one, or #INDEX as the report prints it"
        );
    }
    for event in picked.iter().take(MAX_EVENTS) {
        event_lines(timeline, diagnosis, event, &mut out);
    }
    if picked.len() > MAX_EVENTS {
        let _ = writeln!(out, "{} more events match", picked.len() - MAX_EVENTS);
    }
    out
}

/// Explains the candidate of a rank, from 1. If no candidate has the rank, it lists the next errors of servicing and the
/// faults of the logs, and says why bootrace names none of them.
#[must_use]
pub fn explain_rank(timeline: &Timeline<'_>, diagnosis: &Diagnosis, rank: u64) -> String {
    let mut out = funnel(timeline, diagnosis);
    let at = usize::try_from(rank).ok().and_then(|rank| rank.checked_sub(1));
    if let Some(candidate) = at.and_then(|at| diagnosis.candidates.get(at)) {
        event_lines(timeline, diagnosis, &candidate.event, &mut out);
        return out;
    }
    let eligible = diagnosis.candidates.iter().filter(|c| c.is_eligible()).count();
    let (verb, candidates) = match (eligible, diagnosis.candidates.len()) {
        (1, all) => ("candidate is eligible", all),
        (_, all) => ("candidates are eligible", all),
    };
    let _ = writeln!(out, "\n{eligible} {verb}, of {candidates}; none has rank {rank}. What came next:");
    for candidate in diagnosis.candidates.iter().skip(eligible).take(MAX_NEXT) {
        event_lines(timeline, diagnosis, &candidate.event, &mut out);
    }
    let room = MAX_NEXT.saturating_sub(candidates - eligible);
    let known = |event: &Event| {
        diagnosis.candidates.iter().any(|c| c.event.id == event.id || c.earlier.contains(&event.id))
    };
    // The errors nearest to the failure lost last.
    let end = diagnosis.verdict.failing.and_then(|at| diagnosis.candidates.get(at)).map(|c| c.event.time);
    let end = end.or_else(|| diagnosis.signs.first().map(|sign| sign.latest));
    let mut errors = timeline.suspects(|_| true, |event| !known(event));
    errors.sort_by_key(|event| (end.map(|end| event.time.0.abs_diff(end.0)), event.id));
    for event in errors.iter().take(room) {
        event_lines(timeline, diagnosis, event, &mut out);
    }
    let named: Vec<_> = diagnosis.faults.all.iter().take(MAX_NEXT).collect();
    if !named.is_empty() {
        out.push_str("\nwhat the logs say failed; a lead, but no operation:\n");
    }
    for fault in &named {
        let _ = writeln!(out, "  {}", fault.words().en);
    }
    if candidates == eligible && errors.is_empty() && named.is_empty() {
        out.push_str("nothing: servicing met no other error, and no log names a failure\n");
    }
    out
}

/// How many events came through each stage.
fn funnel(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> String {
    let kept = |wanted: fn(&Kept) -> bool| {
        timeline.scans.iter().flat_map(|scan| &scan.kept).filter(|(_, kept)| wanted(kept)).count() as u64
    };
    let stages: [(&str, u64); 5] = [
        ("records read", timeline.scans.iter().map(|scan| scan.events).sum()),
        ("events kept", kept(|_| true)),
        ("errors of servicing", kept(|kept| matches!(kept, Kept::Suspect { .. }))),
        ("candidates", diagnosis.candidates.len() as u64),
        (
            "candidates that can be named",
            diagnosis.candidates.iter().filter(|c| c.is_eligible()).count() as u64,
        ),
    ];
    let mut out = String::new();
    for (stage, count) in stages {
        let _ = writeln!(out, "{count:>10}  {stage}");
    }
    out
}

/// The kept events that a person means: `#123`, or a part of a path.
fn pick(timeline: &Timeline<'_>, wanted: &str) -> Vec<Event> {
    if let Some(index) = wanted.strip_prefix('#').and_then(|digits| digits.parse().ok()) {
        return timeline.numbered(index);
    }
    let part = wanted.to_lowercase();
    timeline.suspects(|_| true, |event| event.path.to_lowercase().contains(&part))
}

fn event_lines(timeline: &Timeline<'_>, diagnosis: &Diagnosis, event: &Event, out: &mut String) {
    let process = timeline.process_of(event);
    let name = process.map_or("?", |p| p.name.as_str());
    let result = status_codes::NamedResult(event.status);
    let _ = writeln!(out, "\n#{} {name} {} {} -> {result}", event.id.index, event.name, event.path);
    let known = |c: &&Candidate| c.event.id == event.id || c.earlier.contains(&event.id);
    let Some(position) = diagnosis.candidates.iter().position(|c| known(&c)) else {
        let _ = writeln!(out, "  not a candidate: {}", why_not(timeline, event));
        return;
    };
    let Some(candidate) = diagnosis.candidates.get(position) else { return };
    let what = match (diagnosis.verdict.failing == Some(position), candidate.is_eligible()) {
        (true, _) => "the failing operation",
        (false, true) => "can be named, but another one is likelier",
        (false, false) => "cannot be named",
    };
    let _ = writeln!(out, "  candidate {} of {}: {what}", position + 1, diagnosis.candidates.len());
    if candidate.links.is_empty() {
        let _ = writeln!(out, "  link missing: nothing ties it to the failure");
    }
    for link in &candidate.links {
        let _ = writeln!(out, "  link {}: {}", link.name(), link.words().en);
    }
    for objection in &candidate.objections {
        let _ = writeln!(out, "  against {}: {}", objection.name(), objection.words().en);
    }
    if let Some(words) = candidate.call.as_ref().and_then(|call| call.words(name)) {
        let _ = writeln!(out, "  stack: {}", words.en);
    }
    let after = &candidate.after;
    let _ = writeln!(
        out,
        "  before the sign its thread changed {} and read {} objects; other threads changed {}",
        after.thread_changes, after.thread_reads, after.process_changes
    );
    for feature in &candidate.features {
        let _ = writeln!(out, "  {:+.1} {}: {}", feature.score, feature.name, feature.words.en);
    }
}

/// Why an event is no candidate.
fn why_not(timeline: &Timeline<'_>, event: &Event) -> String {
    let Some(process) = timeline.process_of(event) else { return "its process is not known".to_owned() };
    if !event.failed() {
        return "it did not fail".to_owned();
    }
    if !process.role.services_updates() {
        return format!("{} does no work of servicing", process.name);
    }
    match ordinary::benign(process.role, event) {
        Some(words) => format!("its result is ordinary: {}", words.en),
        None => "it lies below the cap on candidates".to_owned(),
    }
}
