//! Collects the candidates. Says which can be named and which is likeliest.

use std::collections::HashMap;

use timeline::{Event, FileTime, Paths, PhaseName, Place, Process, ProcessId, Role, Timeline};

use super::{
    after::After,
    by_service, calls,
    candidate::{Candidate, FeatureHit, LogReport},
    covered::Covered,
    elsewhere,
    ended_services::EndedServices,
    features::{self, Context},
    found,
    gate::{self, Around},
    link::{Link, Objection},
    log_reports,
    log_step::LogSteps,
    outcomes,
    relate::{group, relate},
    rivals,
    stance::LogStance,
    steps::Steps,
    sweeps,
};
use crate::{
    compare::{Aligned, GoodBoot, InGood, Likeness},
    faults::Faults,
    needed,
    norms::{NormKey, Norms},
    ordinary,
    others::{self, Others},
    signs::Sign,
};

/// Candidates that are looked at closely; the rest of a flood of equal errors says nothing more.
const MAX_CANDIDATES: usize = 400;

/// The good boot, and the phases of this one.
pub(crate) struct Beside<'a> {
    pub(crate) good: &'a GoodBoot,
    pub(crate) phases: Aligned<'a>,
}

impl Beside<'_> {
    fn of(&self, timeline: &Timeline<'_>, event: &Event) -> Option<InGood> {
        self.good.beside(timeline, event, self.phases.at(event.time))
    }
}

/// The candidates, best first.
pub(crate) struct Ranked {
    pub(crate) candidates: Vec<Candidate>,
    /// Everything that touches the object of one of them, in order of time.
    pub(crate) touching: Vec<Event>,
    /// Errors of servicing beyond those that were looked at closely.
    pub(crate) left_out: usize,
}

/// Collects and ranks.
#[tracing::instrument(name = "candidates", skip_all)]
pub(crate) fn rank(
    timeline: &Timeline<'_>,
    signs: &[Sign],
    faults: &Faults,
    beside: Option<&Beside<'_>>,
    others: Option<&dyn Others>,
) -> Ranked {
    let lines = log_reports::Lines::new(timeline, faults);
    // What the plan makes anew, or takes away, need not be there before.
    let planned = |event: &Event| {
        timeline
            .scans
            .iter()
            .find_map(|s| {
                let plan = &s.known.plan;
                plan.primitive(&event.path).or_else(|| plan.primitive(event.target.as_ref()?))
            })
            .filter(|p| p.must_exist || !needed::is_missing(event.status))
    };
    let in_good = |event: &Event| beside.and_then(|b| b.of(timeline, event));
    let steps_in_log = LogSteps::new(timeline, faults);
    let ended_services = EndedServices::new(timeline, steps_in_log.called(), faults.first());
    let looked_at = |e: &Event| {
        timeline.process_of(e).is_some_and(|p| {
            by_service::is_looked_at(e, p, steps_in_log.called(), faults.first())
                || ended_services.end_with(e, p)
        })
    };
    // A result that is ordinary is looked at where a log or the plan speaks of its object, or where the good boot always
    // succeeds with it.
    let role = |e: &Event| timeline.process_of(e).map_or(Role::Other, |p| p.role);
    // poqexec opens what it moves with the right to delete it. A source that is not there ends it.
    let may_end_poqexec = |e: &Event| {
        role(e) == Role::Poqexec
            && needed::is_missing(e.status)
            && e.open.is_some_and(|open| open.only_deletes())
    };
    let speaks_for = |e: &Event| {
        ordinary::can_be_raised(e)
            && (lines.name(e)
                || steps_in_log.called().is_some_and(|called| called.names(e))
                || planned(e).is_some()
                || (!ordinary::is_lookup(e) || may_end_poqexec(e)) && features::ended_with_it(timeline, e))
            || in_good(e) == Some(InGood::Succeeds(Likeness::Same))
    };
    let wanted = |e: &Event| {
        !e.path.is_empty()
            && looked_at(e)
            && (ordinary::benign(role(e), e).is_none()
                || speaks_for(e) && !ordinary::books(&e.path.to_ascii_lowercase()).aftermath)
    };
    let suspects = timeline.suspects(|status| beside.is_some() || !ordinary::is_always(status), wanted);
    let mut candidates = group(suspects);
    // Of a flood the latest are nearest to the failure; what mutates comes before what only looks.
    candidates.sort_by_key(|c| {
        (std::cmp::Reverse(c.event.kind.mutates()), std::cmp::Reverse((c.event.time, c.event.id)))
    });
    let left_out = candidates.len().saturating_sub(MAX_CANDIDATES);
    candidates.truncate(MAX_CANDIDATES);
    let paths = Paths::new(candidates.iter().map(|c| c.event.path.as_str()));
    let touching = if paths.is_empty() { Vec::new() } else { timeline.touching(&paths) };
    relate(&mut candidates, &touching, timeline, signs);
    for candidate in &mut candidates {
        candidate.report = lines.report(&candidate.event, role(&candidate.event));
    }
    let alike = alike(timeline);
    let failed = candidates.iter().map(|c| (role(&c.event), c.event.name, c.event.status)).collect();
    let steps = Steps::gather(timeline, failed);
    let norms = Norms::built_in();
    let covered = Covered::new(timeline, faults, &steps);
    let last = signs.first().map(|sign| {
        candidates.iter().filter(|c| c.event.time <= sign.latest).map(|c| (c.event.time, c.event.id)).max()
    });
    let judged: Vec<Judged> = candidates
        .iter()
        .map(|candidate| {
            let event = &candidate.event;
            let Some(process) = timeline.process_of(event) else { return Judged::default() };
            let sign = signs.iter().find(|s| s.latest >= event.time);
            let report = candidate.report.as_ref();
            let mut stance = LogStance::new(event, process, report, faults);
            let coded = report.is_some_and(|report| report.code.is_some() && report.close);
            let failed = faults.first().filter(|_| coded && !stance.can_be_meant);
            stance.can_be_meant |= failed.is_some_and(|fault| {
                by_service::worked_for(timeline, event, process, steps_in_log.called(), fault)
                    || ended_services.end_with(event, process)
            });
            let for_another = by_service::serves_a_user(timeline, event, process)
                || by_service::worked_for_another_object(timeline, event, process, steps_in_log.called())
                || matches!(process.role, Role::ServiceHost | Role::ServiceControl)
                    && by_service::did_it_before(timeline, event);
            stance.can_be_meant &= !(coded && for_another);
            let context = Context {
                candidate,
                process,
                before_sign: sign.map(|s| s.time.since(event.time)),
                last_before_sign: last.flatten() == Some((event.time, event.id)),
                planned: planned(event),
                needed: needed::row(
                    process.role,
                    event.kind,
                    event.status,
                    &event.path.to_ascii_lowercase(),
                    event.open,
                ),
                ordinary: ordinary::benign(process.role, event),
                stance,
                in_good: in_good(event),
                seen: others.and_then(|o| o.seen(event.name, event.status, &event.path)),
                fleet_weight: others.map_or(others::FLEET_WEIGHT, Others::weight),
                codes_known: lines.tell_codes(),
                alike: alike.get(&(event.process, event.name, event.status)).copied().unwrap_or(1),
            };
            let after = After::new(&steps, process, event, signs, steps_in_log.end(event, process));
            let ended_with_it = features::ended_with_it(timeline, event)
                || by_service::ended_for_the_worker(timeline, event, process);
            let links = gate::links(&context, &after, ended_with_it, steps_in_log.hold(event, process));
            let around = Around {
                after_sign: first_sign(
                    signs,
                    timeline,
                    event,
                    own_line(candidate, process, faults, &steps_in_log),
                )
                .is_none_or(|first| event.time > first),
                reporting: event.process.is_some_and(|p| steps.was_reporting(p, event)),
                alike: steps.alike(process.role, event),
                met_before: met_before(timeline, &steps, candidate),
                norm: norms.carry_on_after(&NormKey::new(
                    process.role,
                    event.name,
                    event.status,
                    event.kind,
                    &event.path,
                )),
                ignored: steps_in_log.ignore(event, process),
                outside: steps_in_log.exclude(event, process),
                other_call: steps_in_log.called_another(event, process),
                covered: covered.shows(event),
            };
            let objections = gate::objections(&context, &after, &links, &around);
            let (features, score) = features::score(&context);
            Judged { after, links, objections, features, score }
        })
        .collect();
    for (candidate, judged) in candidates.iter_mut().zip(judged) {
        candidate.after = judged.after;
        candidate.links = judged.links;
        candidate.objections = judged.objections;
        (candidate.features, candidate.score) = (judged.features, judged.score);
    }
    calls::judge(timeline, &steps, faults, &mut candidates);
    let failed = faults.first().map(|fault| fault.place);
    outcomes::judge(timeline, &steps, &steps_in_log, failed, signs, &touching, &mut candidates);
    let in_step =
        |event: &Event| timeline.process_of(event).is_some_and(|process| steps_in_log.hold(event, process));
    sweeps::judge(&mut candidates, in_step);
    found::judge(timeline, &mut candidates);
    elsewhere::judge(timeline, &steps_in_log, &touching, &mut candidates);
    rivals::judge(timeline, &steps_in_log, &mut candidates);
    // What can be named comes first, then what is likelier.
    candidates.sort_by(|a, b| {
        b.is_eligible()
            .cmp(&a.is_eligible())
            .then(b.score.total_cmp(&a.score))
            .then(b.event.time.cmp(&a.event.time))
            .then(a.event.id.cmp(&b.event.id))
    });
    Ranked { candidates, touching, left_out }
}

/// Whether servicing met the error at that object before, and went on.
fn met_before(timeline: &Timeline<'_>, steps: &Steps, candidate: &Candidate) -> bool {
    let event = &candidate.event;
    let Some(process) = event.process.filter(|_| !candidate.earlier.is_empty()) else { return false };
    let earlier = candidate.earlier.iter().filter_map(|id| Some(timeline.event(*id)?.time));
    let tries: Vec<FileTime> = earlier.chain([event.time]).collect();
    steps.went_on_between(process, event, &tries)
}

/// The line that says what failed, and means a candidate: the line of what failed first, if the candidate belongs to that
/// step or has its code, or one that names the object with its code. What lines said before it, did not make the update
/// fail.
fn own_line(
    candidate: &Candidate,
    process: &Process,
    faults: &Faults,
    steps: &LogSteps,
) -> Option<(Place, FileTime)> {
    let first = faults.first();
    let report = candidate.report.as_ref().filter(|r| r.is_fault && r.code.is_some() && r.close);
    let is_forward = |place: Place| {
        faults.all.iter().any(|fault| fault.place == place && fault.phase != PhaseName::Rollback)
    };
    let means = |report: &&LogReport| {
        first.is_some_and(|first| first.place == report.place) || report.same_name && is_forward(report.place)
    };
    let reported = report.filter(means).and_then(|report| Some((report.place, report.time?)));
    let held = first.filter(|_| steps.hold(&candidate.event, process));
    reported.or_else(|| held.and_then(|fault| Some((fault.place, fault.time?))))
}

/// When the first sign of failure was there that the trace of an event can explain. If a log's sign is from before
/// the trace, no event of the trace explains it. A line's time is cut to the second. What a trace shows within that
/// second gives the exact time. `own` is the line that means the event.
fn first_sign(
    signs: &[Sign],
    timeline: &Timeline<'_>,
    event: &Event,
    own: Option<(Place, FileTime)>,
) -> Option<FileTime> {
    let scan = timeline.scans.get(usize::from(event.id.source.0));
    let begin = scan.and_then(|scan| scan.first).unwrap_or_default();
    // The end of poqexec has no place. Where poqexec made the update fail, no installer fails after it.
    let passed = |sign: &Sign| {
        let is_line = matches!(sign.place, Some(Place::Line { .. }) | None);
        is_line && own.is_some_and(|(place, time)| sign.place != Some(place) && sign.time <= time)
    };
    let counted = || signs.iter().filter(|sign| !passed(sign));
    let first = counted().find(|sign| sign.latest >= begin)?;
    let exact = counted().filter(|sign| sign.time == sign.latest && sign.time >= first.time);
    Some(exact.map(|sign| sign.time).min().unwrap_or(first.latest).min(first.latest))
}

/// What was found of a candidate.
#[derive(Default)]
struct Judged {
    after: After,
    links: Vec<Link>,
    objections: Vec<Objection>,
    features: Vec<FeatureHit>,
    score: f64,
}

fn alike(timeline: &Timeline<'_>) -> HashMap<(Option<ProcessId>, &'static str, u32), u64> {
    timeline.failures().map(|g| ((g.process, g.operation, g.status), g.count)).collect()
}
