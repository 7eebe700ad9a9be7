//! Candidates: the errors of servicing processes that nothing makes ordinary, with the facts they are ranked by.

use status_codes::status;
use std::collections::HashMap;

mod candidate;
pub(crate) mod features;
mod log_reports;
mod stance;

use crate::{
    compare::{Aligned, GoodBoot, InGood, Likeness},
    faults::Faults,
    needed, ordinary,
    signs::Sign,
};
pub use candidate::{Candidate, FeatureHit, Holder, LogReport};
use features::Context;
use stance::LogStance;
use timeline::{Event, Kind, Paths, ProcessId, Role, Ticks, Timeline};

/// Candidates that are looked at closely; the rest of a flood of equal errors says nothing more.
const MAX_CANDIDATES: usize = 400;

/// Earlier attempts of a candidate that are remembered.
const MAX_EARLIER: usize = 4;

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
}

/// Collects and ranks.
pub(crate) fn rank(
    timeline: &Timeline<'_>,
    signs: &[Sign],
    faults: &Faults,
    beside: Option<&Beside<'_>>,
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
    // A result that is ordinary is looked at where a log or the plan speaks of its object, or where the good boot always
    // succeeds with it.
    let role = |e: &Event| timeline.process_of(e).map_or(Role::Other, |p| p.role);
    let wanted = |e: &Event| {
        !e.path.is_empty()
            && !ordinary::is_aftermath(&e.path)
            && (ordinary::benign(role(e), e).is_none()
                || ordinary::can_be_raised(e)
                    && (lines.name(e) || planned(e).is_some() || features::ended_with_it(timeline, e))
                || in_good(e) == Some(InGood::Succeeds(Likeness::Same)))
    };
    let suspects = timeline.suspects(wanted);
    let mut candidates = group(suspects);
    // Of a flood the latest are nearest to the failure; what mutates comes before what only looks.
    candidates.sort_by_key(|c| {
        (std::cmp::Reverse(c.event.kind.mutates()), std::cmp::Reverse((c.event.time, c.event.id)))
    });
    candidates.truncate(MAX_CANDIDATES);
    let paths = Paths::new(candidates.iter().map(|c| c.event.path.as_str()));
    let touching = if paths.is_empty() { Vec::new() } else { timeline.touching(&paths) };
    relate(&mut candidates, &touching, timeline);
    for candidate in &mut candidates {
        candidate.report = lines.report(&candidate.event);
    }
    let alike = alike(timeline);
    let last = signs.first().map(|sign| {
        candidates.iter().filter(|c| c.event.time <= sign.latest).map(|c| (c.event.time, c.event.id)).max()
    });
    let scored: Vec<(Vec<FeatureHit>, f64)> = candidates
        .iter()
        .map(|candidate| {
            let Some(process) = timeline.process_of(&candidate.event) else { return (Vec::new(), f64::MIN) };
            let event = &candidate.event;
            let sign = signs.iter().find(|s| s.latest >= event.time);
            let context = Context {
                candidate,
                process,
                before_sign: sign.map(|s| s.time.since(event.time)),
                last_before_sign: last.flatten() == Some((event.time, event.id)),
                planned: planned(event),
                needed: needed::row(process.role, event.kind, event.status, &event.path),
                ordinary: ordinary::benign(process.role, event),
                stance: LogStance::new(event, process, candidate.report.as_ref(), faults),
                in_good: in_good(event),
                codes_known: lines.tell_codes(),
                alike: alike.get(&(event.process, event.name, event.status)).copied().unwrap_or(1),
            };
            features::score(&context)
        })
        .collect();
    for (candidate, (features, score)) in candidates.iter_mut().zip(scored) {
        (candidate.features, candidate.score) = (features, score);
    }
    candidates.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then(b.event.time.cmp(&a.event.time)).then(a.event.id.cmp(&b.event.id))
    });
    Ranked { candidates, touching }
}

/// Joins attempts of one process at the same with the same result; the last stands for all.
fn group(suspects: Vec<Event>) -> Vec<Candidate> {
    let mut by_key: HashMap<(Option<ProcessId>, &'static str, u32, String), usize> = HashMap::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for event in suspects {
        let key = (event.process, event.name, event.status, event.path.to_ascii_lowercase());
        match by_key.get(&key).and_then(|at| candidates.get_mut(*at)) {
            Some(candidate) => {
                candidate.tries += 1;
                if candidate.earlier.len() == MAX_EARLIER {
                    candidate.earlier.remove(0);
                }
                candidate.earlier.push(std::mem::replace(&mut candidate.event, event).id);
            }
            None => {
                by_key.insert(key, candidates.len());
                candidates.push(Candidate {
                    event,
                    tries: 1,
                    earlier: Vec::new(),
                    later_success: None,
                    reopened: None,
                    holder: None,
                    report: None,
                    features: Vec::new(),
                    score: 0.0,
                });
            }
        }
    }
    candidates
}

fn alike(timeline: &Timeline<'_>) -> HashMap<(Option<ProcessId>, &'static str, u32), u64> {
    timeline.failures().map(|g| ((g.process, g.operation, g.status), g.count)).collect()
}

/// Within this time after an error an open for attributes only counts as its follow-up.
const REOPEN_WITHIN: Ticks = Ticks::seconds(2);

/// Finds what else happened to the candidates' objects. `touching` is in order of time.
fn relate(candidates: &mut [Candidate], touching: &[Event], timeline: &Timeline<'_>) {
    let mut by_path: HashMap<String, Vec<&Event>> = HashMap::new();
    for event in touching {
        by_path.entry(event.path.to_ascii_lowercase()).or_default().push(event);
    }
    for candidate in candidates {
        let Some(events) = by_path.get(&candidate.event.path.to_ascii_lowercase()) else { continue };
        let error = &candidate.event;
        let after = || events.iter().filter(|e| (e.time, e.id) > (error.time, error.id));
        let looks = |e: &&&Event| {
            e.tid == error.tid && e.process == error.process && e.open.is_some_and(|o| o.attributes_only())
        };
        candidate.reopened = after()
            .take_while(|e| e.time.since(error.end()) <= REOPEN_WITHIN)
            .filter(looks)
            .find(|e| !e.failed())
            .map(|e| e.id);
        candidate.later_success = after()
            .filter(|e| e.process == error.process && !e.failed())
            .find(|e| makes_up(error, e))
            .map(|e| e.id);
        candidate.holder = holder(events, error, timeline);
    }
}

/// Whether a success of the same process on the same path makes up for the error: the same kind of operation, or an open
/// that asks for as much.
fn makes_up(error: &Event, success: &Event) -> bool {
    // Of queries each asks for something else.
    let alike = error.kind.mutates() || error.open.is_some() || error.name == success.name;
    if success.kind != error.kind || !alike {
        return false;
    }
    match (error.open, success.open) {
        (Some(wanted), Some(got)) => !got.attributes_only() || wanted.attributes_only(),
        _ => true,
    }
}

/// Whether another open of the object can be what the error comes from, where it is worth a look at all. A conflict of
/// share modes is a SHARING VIOLATION, never an ACCESS DENIED; a rename, link or delete over an open or mapped file can be
/// denied as well.
fn is_of_sharing(error: &Event) -> Option<bool> {
    match error.status {
        _ if error.kind.is_registry() => None,
        status::SHARING_VIOLATION
        | status::DELETE_PENDING
        | status::CANNOT_DELETE
        | status::USER_MAPPED_FILE
        | status::TRANSACTIONAL_CONFLICT => Some(true),
        status::ACCESS_DENIED => {
            Some(matches!(error.kind, Kind::FileRename | Kind::FileLink | Kind::FileDelete))
        }
        _ => None,
    }
}

/// The process, other than the failing one, whose open of the object was not closed when the operation failed. Of
/// several the one that shared least.
fn holder(events: &[&Event], error: &Event, timeline: &Timeline<'_>) -> Option<Holder> {
    let explains = is_of_sharing(error)?;
    let mut open: HashMap<ProcessId, Vec<Holder>> = HashMap::new();
    for event in events.iter().take_while(|e| e.time <= error.time) {
        let Some(process) = event.process.filter(|p| Some(*p) != error.process) else { continue };
        match event.kind {
            Kind::FileOpen | Kind::FileCreate if !event.failed() => {
                let Some(facts) = event.open.filter(|o| !o.attributes_only()) else { continue };
                let holder =
                    Holder { process, event: event.id, time: event.time, share: facts.share, explains };
                open.entry(process).or_default().push(holder);
            }
            // Process Monitor does not tell handles apart: a close ends the oldest open.
            Kind::FileClose => {
                if let Some(list) = open.get_mut(&process)
                    && !list.is_empty()
                {
                    list.remove(0);
                }
            }
            _ => {}
        }
    }
    let alive = |h: &Holder| {
        timeline
            .process(h.process)
            .is_some_and(|p| p.end.is_none_or(|end| end >= error.time) && p.role != Role::System)
    };
    open.into_values().flatten().filter(alive).min_by_key(|h| (h.share, h.event))
}
