//! An operation is named: how sure that is, and why.

use timeline::{Evidence, PhaseName, Role, Trust, Words};

use super::{
    answer::{Confidence, Level, Outcome, Verdict},
    found::Found,
};
use crate::{
    calibration::{Calibration, Situation},
    candidates::{Candidate, Link, features},
    phases,
    stacks::Part,
};

pub(super) fn failing(found: &Found<'_>, candidate: &Candidate) -> Verdict {
    let event = &candidate.event;
    // Other boots make no lead.
    let others = found.candidates.get(1..).unwrap_or_default();
    let next = others.chunk_by(|a, b| a.is_eligible() == b.is_eligible()).next().into_iter().flatten();
    let lead = candidate.score - next.map(Candidate::own_score).fold(0.0, f64::max);
    let process = found.timeline.process_of(event).map_or("?", |p| p.name.as_str());
    let result = status_codes::NamedResult(event.status);
    let mut verdict = Verdict::new(
        Outcome::FailingOperation,
        Words::new(
            format!("{} of {} by {process} failed with {result}.", event.name, event.path),
            format!("{process} 对 {} 的 {} 失败：{result}。", event.path, event.name),
        ),
    );
    let report = candidate.report.as_ref().filter(|r| r.close);
    let reported = report.and_then(|r| found.faults.all.iter().find(|f| f.place == r.place)).map(|f| f.phase);
    let role = found.timeline.process_of(event).map_or(Role::Other, |p| p.role);
    verdict.phase = match reported {
        // What happens before there are services is told of later.
        Some(phase)
            if phase != PhaseName::Unknown && !matches!(role, Role::Poqexec | Role::SessionManager) =>
        {
            phase
        }
        _ => by_stack(candidate, phases::of_event(found.timeline, found.boots, found.phases, event)),
    };
    verdict.failing = Some(0);
    // A log that does not speak of the operation is no log to rest a measured share on.
    let situation = match found.situation {
        Situation::WithLogs if report.is_none() && !candidate.links.contains(&Link::LogStep) => {
            Situation::TraceAlone
        }
        situation => situation,
    };
    // A service works for others than the update as well.
    let for_others = matches!(role, Role::ServiceHost | Role::ServiceControl);
    let strong = candidate.score >= features::STRONG && lead >= features::LEAD;
    verdict.confidence = Confidence {
        level: level(candidate, strong, for_others),
        measured: Calibration::built_in().like(situation, candidate.score),
        reasons: reasons(candidate),
    };
    verdict
}

/// The phase, corrected by the part of servicing that the call stack shows: installers and the driver queue follow each
/// other at one startup, and their paths alone do not tell them apart.
fn by_stack(candidate: &Candidate, phase: PhaseName) -> PhaseName {
    match (phase, candidate.call.as_ref().and_then(|call| call.part)) {
        (PhaseName::StartupDrivers, Some(Part::Installer)) => PhaseName::StartupInstallers,
        (PhaseName::StartupInstallers, Some(Part::DriverQueue)) => PhaseName::StartupDrivers,
        _ => phase,
    }
}

/// How sure the naming of a candidate is. High only if a log names the object with the code, and outweighs no doubt.
/// Medium if its process or its thread, or a log, speaks of this very operation.
fn level(candidate: &Candidate, strong: bool, for_others: bool) -> Level {
    let has = |link| candidate.links.contains(&link);
    let speaks = has(Link::ExitStatus)
        || has(Link::WorkStopped) && ends_all(candidate)
        || has(Link::AskedHolder)
        || has(Link::LogObject)
        || has(Link::LogCode) && candidate.after.stops() && !for_others;
    match (strong && !candidate.is_doubtful(), has(Link::LogObjectAndCode)) {
        (true, true) => Level::High,
        (_, true) => Level::Medium,
        (true, false) if speaks => Level::Medium,
        _ => Level::Low,
    }
}

/// Whether the call stack shows that the error came from a part of servicing that its first error ends. Installers go on.
fn ends_all(candidate: &Candidate) -> bool {
    let part = candidate.call.as_ref().and_then(|call| call.part);
    part.is_some_and(Part::ends_at_first_error)
}

/// Reasons that a verdict gives. All features are with the candidates.
const MAX_REASONS: usize = 5;

/// What speaks for a candidate: a line of a log first, then its features.
fn reasons(candidate: &Candidate) -> Vec<(Trust, Evidence)> {
    let event = &candidate.event;
    let mut reasons = Vec::new();
    if let Some(report) = &candidate.report {
        let (en, zh) = match (report.code, report.same_name) {
            (Some(code), true) => (
                format!("the log says 0x{code:08X} for the same object"),
                format!("日志对同一对象记录了 0x{code:08X}"),
            ),
            (Some(code), false) => (format!("the log says 0x{code:08X}"), format!("日志记录了 0x{code:08X}")),
            (None, _) => ("the log names the same object".to_owned(), "日志提到同一对象".to_owned()),
        };
        let when = match report.time {
            Some(_) if report.close => ("at that time", "时间吻合"),
            _ => ("at another time, or at none that is known", "时间不同或未知"),
        };
        let words = Words::new(
            format!("{en}, {}: {}", when.0, report.text),
            format!("{zh}，{}：{}", when.1, report.text),
        );
        reasons.push((Trust::Correlated, Evidence::at(report.place, words)));
    }
    if candidate.links.contains(&Link::LogStep) {
        reasons.push((Trust::Correlated, Evidence::at(event.id, Link::LogStep.words())));
    }
    let links = candidate.links.iter().filter(|link| !link.is_of_log());
    reasons.extend(links.map(|link| (Trust::Inferred, Evidence::at(event.id, link.words()))));
    let telling = candidate.features.iter().filter(|f| {
        f.score > 0.0 && !matches!(f.name, "named" | "reported" | "ended-with-it" | "looked-up-after")
    });
    reasons.extend(
        telling.take(MAX_REASONS).map(|f| (Trust::Inferred, Evidence::at(event.id, f.words.clone()))),
    );
    reasons
}
