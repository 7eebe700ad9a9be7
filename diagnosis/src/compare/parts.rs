//! Phases, processes, services and pauses of the failing boot, compared with those of the good one.

use std::collections::BTreeMap;

use super::{
    comparison::{Boot, Difference, DifferenceKind, Weight},
    operations::{BAD, GOOD, GoodBoot, seconds, weight},
    profile::Profile,
    waits::{PAUSE, grew},
};
use crate::{
    phases::{Boots, Phase},
    services::Service,
};
use timeline::{EventId, FileTime, PhaseName, Process, ProcessId, Role, Ticks};

fn blank(kind: DifferenceKind, weight: Weight, phase: PhaseName, operation: &str) -> Difference {
    Difference {
        kind,
        weight,
        phase,
        process: String::new(),
        operation: operation.to_owned(),
        path: String::new(),
        good: String::new(),
        bad: String::new(),
        time: None,
        event: None,
    }
}

/// Phases that only one boot has, and those that took longer.
pub(super) fn phases(good: Boot<'_>, bad: Boot<'_>) -> Vec<Difference> {
    const OPERATION: &str = "phase";
    let by_name = |boot: Boot<'_>| {
        let mut names: BTreeMap<PhaseName, (FileTime, Option<Ticks>)> = BTreeMap::new();
        for Phase { name, start, end, .. } in boot.phases {
            let took = end.map(|end| end.since(*start));
            let known = names.entry(*name).or_insert((*start, took));
            known.1 = known.1.max(took);
        }
        names
    };
    let (good, bad) = (by_name(good), by_name(bad));
    let took = |span: Option<Ticks>| span.map_or_else(|| "?".to_owned(), seconds);
    let mut rows = Vec::new();
    for (name, (start, bad_span)) in &bad {
        let Some((_, good_span)) = good.get(name) else {
            rows.push(Difference {
                bad: took(*bad_span),
                time: Some(*start),
                ..blank(DifferenceKind::OnlyInBad, weight(*name, false), *name, OPERATION)
            });
            continue;
        };
        if let (Some(good_span), Some(bad_span)) = (good_span, bad_span)
            && grew(*good_span, *bad_span)
        {
            rows.push(Difference {
                good: seconds(*good_span),
                bad: seconds(*bad_span),
                time: Some(*start),
                ..blank(DifferenceKind::Slower, weight(*name, true), *name, OPERATION)
            });
        }
    }
    let never = good.iter().filter(|(name, _)| !bad.contains_key(name));
    rows.extend(never.map(|(name, (_, span))| Difference {
        good: took(*span),
        ..blank(DifferenceKind::OnlyInGood, Weight::Consequence, *name, OPERATION)
    }));
    rows
}

/// Processes of servicing and hosts of services that only one boot has, and those that end with another status.
pub(super) fn processes(good_boot: &GoodBoot, good: Boot<'_>, bad: Boot<'_>) -> Vec<Difference> {
    let mut rows = Vec::new();
    let matters = |role: Role| role.services_updates() || role == Role::ServiceHost;
    for (number, actor) in (0u32..).zip(&good_boot.actors.list).filter(|(_, a)| matters(a.role)) {
        let of = |boot: usize, side: Boot<'_>| -> Vec<usize> {
            let ids = 0..side.timeline.processes.len();
            ids.filter(|p| good_boot.actors.get(boot, ProcessId::at(*p)) == Some(number)).collect()
        };
        let process = |side: Boot<'_>, at: usize| side.timeline.processes.get(at).cloned();
        let good_ones: Vec<Process> = of(GOOD, good).into_iter().filter_map(|p| process(good, p)).collect();
        let bad_ones: Vec<Process> = of(BAD, bad).into_iter().filter_map(|p| process(bad, p)).collect();
        let named =
            |side: Boot<'_>| side.timeline.processes.iter().any(|p| p.name.eq_ignore_ascii_case(&actor.name));
        // A part of servicing that the other boot has in no form.
        let own = actor.role.services_updates() && actor.role != Role::ServicingChild;
        let row = |kind, weight, phase, operation: &str, process: &Process| Difference {
            process: actor.name.clone(),
            path: process.command_line.clone(),
            ..blank(kind, weight, phase, operation)
        };
        match (good_ones.first(), bad_ones.first()) {
            (None, Some(process)) => {
                let phase = process.start.map_or(PhaseName::Unknown, |t| bad.aligned.at(t));
                rows.push(Difference {
                    bad: times(bad_ones.len()),
                    time: process.start,
                    ..row(
                        DifferenceKind::OnlyInBad,
                        weight(phase, own && !named(good)),
                        phase,
                        "Process Start",
                        process,
                    )
                });
            }
            (Some(process), None) => {
                let phase = process.start.map_or(PhaseName::Unknown, |t| good.aligned.at(t));
                let reached = phase != PhaseName::Unknown && bad.phases.iter().any(|p| p.name == phase);
                let telling = own && !named(bad) && reached;
                let weight = if telling { Weight::Telling } else { Weight::Consequence };
                rows.push(Difference {
                    good: times(good_ones.len()),
                    ..row(DifferenceKind::OnlyInGood, weight, phase, "Process Start", process)
                });
            }
            (Some(_), Some(_)) => {
                let known = |status: u32| good_ones.iter().any(|p| p.exit_status == Some(status));
                let other = bad_ones.iter().find(|p| p.exit_status.is_some_and(|s| s != 0 && !known(s)));
                let usual = good_ones.iter().find_map(|p| p.exit_status);
                if let (Some(process), Some(usual)) = (other, usual) {
                    // The end of a process that had begun before may be the failure itself.
                    let phase = process.start.map_or(PhaseName::Unknown, |t| bad.aligned.at(t));
                    rows.push(Difference {
                        good: exit_status(usual),
                        bad: process.exit_status.map_or_else(String::new, exit_status),
                        time: process.end,
                        ..row(
                            DifferenceKind::DifferentResult,
                            weight(phase, actor.role.services_updates()),
                            phase,
                            "Process Exit",
                            process,
                        )
                    });
                }
            }
            (None, None) => {}
        }
    }
    rows
}

fn times(count: usize) -> String {
    if count == 1 { "SUCCESS".to_owned() } else { format!("SUCCESS ×{count}") }
}

fn exit_status(status: u32) -> String {
    format!("0x{status:08X}")
}

/// Services that run in one boot only, are set to start otherwise, or take longer to run.
pub(super) fn services(good: Boot<'_>, bad: Boot<'_>) -> Vec<Difference> {
    const OPERATION: &str = "service";
    let mut rows = Vec::new();
    // The begin of the boot, else of the recording.
    let origin = |boot: Boot<'_>| {
        let first = Boots::of(boot.timeline).starts.first().copied();
        first.or_else(|| boot.timeline.span().map(|s| s.0)).unwrap_or_default()
    };
    let (good_origin, bad_origin) = (origin(good), origin(bad));
    let bad_length = bad.timeline.span().map_or(Ticks(0), |(_, last)| last.since(bad_origin));
    for theirs in good.services {
        let Some(ours) = bad.services.iter().find(|s| s.name.eq_ignore_ascii_case(&theirs.name)) else {
            continue;
        };
        let row = |kind, weight, phase, time| Difference {
            path: ours.name.clone(),
            time,
            ..blank(kind, weight, phase, OPERATION)
        };
        if let (Some((good_start, _)), Some((bad_start, evidence))) = (&theirs.start_type, &ours.start_type)
            && good_start != bad_start
        {
            let event = evidence.place.and_then(|p| match p {
                timeline::Place::Event(id) => Some(id),
                timeline::Place::Line { .. } => None,
            });
            rows.push(Difference {
                good: good_start.name().to_owned(),
                bad: bad_start.name().to_owned(),
                event,
                ..row(DifferenceKind::DifferentResult, Weight::Telling, PhaseName::Unknown, None)
            });
        }
        match (running(theirs), running(ours)) {
            (Some(good_time), Some(bad_time)) => {
                let (good_wait, bad_wait) = (good_time.since(good_origin), bad_time.since(bad_origin));
                if grew(good_wait, bad_wait) {
                    let phase = bad.aligned.at(bad_time);
                    rows.push(Difference {
                        good: format!("running after {}", seconds(good_wait)),
                        bad: format!("running after {}", seconds(bad_wait)),
                        ..row(DifferenceKind::Slower, weight(phase, true), phase, Some(bad_time))
                    });
                }
            }
            (Some(good_time), None) => {
                let good_wait = good_time.since(good_origin);
                // A recording that ends before cannot show it.
                let reached = bad_length > good_wait;
                let weight = if reached { Weight::Telling } else { Weight::Consequence };
                rows.push(Difference {
                    good: format!("running after {}", seconds(good_wait)),
                    bad: "-".to_owned(),
                    ..row(DifferenceKind::OnlyInGood, weight, good.aligned.at(good_time), None)
                });
            }
            _ => {}
        }
    }
    rows
}

fn running(service: &Service) -> Option<FileTime> {
    service.states.iter().find(|s| s.state == "running").map(|s| s.time)
}

/// Pauses of processes of servicing that are much longer than the longest of the same part in the same phase.
pub(super) fn pauses(good_boot: &GoodBoot, bad_profile: &Profile, bad: Boot<'_>) -> Vec<Difference> {
    const OPERATION: &str = "pause";
    type Longest = BTreeMap<u32, (Ticks, FileTime, EventId, ProcessId)>;
    let longest = |boot: usize, profile: &Profile| -> Longest {
        let mut longest = Longest::new();
        for (process, life) in &profile.lives {
            let Some(actor) = good_boot.actors.get(boot, *process) else { continue };
            for (pause, time, event) in &life.pauses {
                let found = (*pause, *time, *event, *process);
                let known = longest.entry(actor).or_insert(found);
                if (found.0, std::cmp::Reverse(found.1)) > (known.0, std::cmp::Reverse(known.1)) {
                    *known = found;
                }
            }
        }
        longest
    };
    let good = longest(GOOD, &good_boot.profile);
    let rows = longest(BAD, bad_profile).into_iter().filter_map(|(actor, (pause, time, event, _))| {
        if !good_boot.actors.plays(GOOD, actor) {
            return None;
        }
        let part = good_boot.actors.actor(actor)?;
        // The others wait for these.
        let works =
            matches!(part.role, Role::Poqexec | Role::TiWorker | Role::DriverInstall | Role::ServicingChild);
        let usual = good.get(&actor).map_or(Ticks(0), |g| g.0);
        let phase = bad.aligned.at(time);
        let behind = bad.timeline.event(event);
        let path = behind.map_or_else(String::new, |e| format!("{} {}", e.name, e.path));
        grew(usual, pause).then(|| Difference {
            process: part.name.clone(),
            path,
            good: if usual.0 == 0 { format!("< {}", seconds(PAUSE)) } else { seconds(usual) },
            bad: seconds(pause),
            time: Some(time),
            event: Some(event),
            ..blank(DifferenceKind::Slower, weight(phase, works), phase, OPERATION)
        })
    });
    rows.collect()
}
