//! What the call stacks of candidates say against naming them.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use rayon::prelude::*;
use status_codes::status;
use timeline::{Event, EventId, FileTime, ProcessId, Role, Timeline};

use super::{
    candidate::Candidate,
    features,
    habits::Miss,
    link::{Link, Objection},
    steps::{Failed, Steps, is_another_try, is_entry, kind_of, object_of},
};
use crate::{
    faults::{FaultKind, Faults},
    stacks::{Call, Part, Site},
};

/// How many earlier errors of one kind have their call sites compared. The latest count.
const MAX_MISSES: usize = 256;

/// Operations between a candidate and the sign whose stacks are read.
const MAX_LATER: usize = 8192;

/// Objects on which a place in the code met a result before, to be one that probes.
const PROBED: usize = 2;

/// An error of a process on an object.
type Error = (Option<ProcessId>, &'static str, u32, u64);

/// Reads the stacks of the candidates, and adds what speaks against naming them.
pub(super) fn judge(timeline: &Timeline<'_>, steps: &Steps, faults: &Faults, candidates: &mut [Candidate]) {
    // The core of servicing alone runs no installer and no driver.
    let by_installer = faults.first().is_some_and(|fault| fault.kind == FaultKind::Installer);
    let by_others =
        faults.first().is_some_and(|fault| matches!(fault.kind, FaultKind::Installer | FaultKind::Driver));
    for candidate in &mut *candidates {
        candidate.call = Call::of(timeline, &candidate.event);
        if may_do_without(candidate) {
            candidate.links.retain(|link| *link != Link::WorkStopped);
        } else if candidate.links.is_empty() && part_stops(timeline, steps, candidate) {
            candidate.links.push(Link::WorkStopped);
        }
        let Some(call) = &candidate.call else { continue };
        let told = candidate.is_told();
        let named =
            [Link::LogObjectAndCode, Link::LogObject].iter().any(|link| candidate.links.contains(link));
        if call.issuer.outsider().is_some() {
            candidate.objections.push(Objection::NotServicing);
        } else if call.part == Some(Part::Reporting) && !told {
            candidate.objections.push(Objection::Reporting);
        } else if (by_others && call.direct || by_installer && call.part == Some(Part::DriverQueue)) && !named
        {
            candidate.objections.push(Objection::NotAsked);
        }
    }
    let probes = Probes::new(timeline, steps, candidates);
    for candidate in candidates {
        if candidate.is_eligible() && !is_told(candidate) && probes.hold(candidate) {
            candidate.objections.push(Objection::ProbingSite);
        }
        candidate.objections.sort_unstable();
    }
}

/// Whether the worker met a lock, noted that, and may have done without the file. The driver queue and the primitives do
/// not. Which part of servicing it was, the stack shows.
fn may_do_without(candidate: &Candidate) -> bool {
    let part = candidate.call.as_ref().and_then(|call| call.part);
    candidate.event.status == status::SHARING_VIOLATION
        && candidate.after.noted
        && !part.is_some_and(Part::ends_at_first_error)
}

/// Whether the part of servicing that a failure ends, the driver queue or the primitives, does nothing more on the thread
/// of a candidate before the sign, as the call stacks of what follows show.
fn part_stops(timeline: &Timeline<'_>, steps: &Steps, candidate: &Candidate) -> bool {
    let event = &candidate.event;
    let part = candidate.call.as_ref().and_then(|call| call.part).filter(|part| part.ends_at_first_error());
    let (Some(part), Some(process), Some(to_sign)) = (part, event.process, candidate.after.to_sign) else {
        return false;
    };
    let stops = candidate.after.is_last_work() && candidate.after.ended && features::is_hard(event.status);
    if !stops || timeline.process_of(event).is_none_or(|process| process.role != Role::TiWorker) {
        return false;
    }
    let end = FileTime(event.time.0.saturating_add(to_sign.0));
    let later = steps.between(event.id.source, process, event.time, end);
    let own = later.filter(|step| step.tid == event.tid && step.id != event.id).take(MAX_LATER + 1);
    let later: Vec<EventId> = own.map(|step| step.id).collect();
    let part_of = |id: EventId| Call::of(timeline, &timeline.event(id)?)?.part;
    let calls: Vec<Option<Part>> = later.into_par_iter().map(part_of).collect();
    calls.len() <= MAX_LATER && calls.iter().any(Option::is_some) && !calls.contains(&Some(part))
}

/// Whether more than its place in the code says that it failed: a log that names the object, with its code or one of
/// the kind, or the exit status of the process that it stopped.
fn is_told(candidate: &Candidate) -> bool {
    let has = |link| candidate.links.contains(&link);
    let of_the_kind = candidate.report.as_ref().is_some_and(|report| report.kin);
    let stopped = has(Link::ExitStatus) || has(Link::LogObject) && of_the_kind;
    candidate.is_told() || stopped && candidate.after.stops()
}

/// An error, with where servicing asked for the operation once that was looked at.
struct Earlier {
    event: Event,
    site: OnceCell<Option<Site>>,
}

/// The errors before those candidates that could be named, by what they are.
struct Probes<'a> {
    timeline: &'a Timeline<'a>,
    steps: &'a Steps,
    errors: HashMap<Failed, Vec<Earlier>>,
    /// Errors that the same process made up for: it needed the object.
    healed: HashSet<Error>,
}

impl<'a> Probes<'a> {
    fn new(timeline: &'a Timeline<'a>, steps: &'a Steps, candidates: &[Candidate]) -> Self {
        let asked = candidates.iter().filter(|c| c.is_eligible() && !is_told(c) && site(c).is_some());
        let kinds: HashSet<Failed> = asked.map(|c| kind(timeline, &c.event)).collect();
        let mut errors: HashMap<Failed, Vec<Earlier>> = HashMap::new();
        if !kinds.is_empty() {
            let may = |status| kinds.iter().any(|(_, _, known)| *known == status);
            for event in timeline.suspects(may, |event| kinds.contains(&kind(timeline, event))) {
                let list = errors.entry(kind(timeline, &event)).or_default();
                list.push(Earlier { event, site: OnceCell::new() });
            }
        }
        let healed = candidates.iter().filter(|c| c.later_success.is_some()).map(|c| error(&c.event));
        Self { timeline, steps, errors, healed: healed.collect() }
    }

    /// Whether servicing met the candidate's result at the same place in its code before, on another object, and went
    /// on without it.
    fn hold(&self, candidate: &Candidate) -> bool {
        let (event, Some(site)) = (&candidate.event, site(candidate)) else { return false };
        // CBS calls a missing identity a failure of the driver queue.
        if is_entry(&event.path.to_ascii_lowercase()) {
            return false;
        }
        let kind = kind(self.timeline, event);
        let own = object_of(event);
        let errors = self.errors.get(&kind).into_iter().flatten();
        let others = errors.filter(|e| e.event.time < event.time && object_of(&e.event) != own);
        let others = others.filter(|e| !is_another_try(event, e.event.process, e.event.tid));
        let mut earlier: Vec<&Earlier> = others.filter(|e| !self.healed.contains(&error(&e.event))).collect();
        let latest = earlier.split_off(earlier.len().saturating_sub(MAX_MISSES));
        let misses = latest.into_iter().filter(|e| {
            let look = || Call::of(self.timeline, &e.event).and_then(|call| call.site);
            self.went_on(kind.0, &e.event, event) && e.site.get_or_init(look).as_ref() == Some(site)
        });
        let objects: HashSet<u64> = misses.map(|e| object_of(&e.event)).collect();
        objects.len() >= PROBED
    }

    fn went_on(&self, role: Role, earlier: &Event, candidate: &Event) -> bool {
        let Some(process) = earlier.process else { return false };
        let (key, object) = (kind_of(role, earlier), object_of(earlier));
        let miss =
            Miss { key, object, time: earlier.time, source: earlier.id.source, process, tid: earlier.tid };
        self.steps.went_on(&miss, earlier.status, candidate.time)
    }
}

fn site(candidate: &Candidate) -> Option<&Site> {
    candidate.call.as_ref()?.site.as_ref()
}

fn kind(timeline: &Timeline<'_>, event: &Event) -> Failed {
    let role = timeline.process_of(event).map_or(Role::Other, |process| process.role);
    (role, event.name, event.status)
}

fn error(event: &Event) -> Error {
    (event.process, event.name, event.status, object_of(event))
}
