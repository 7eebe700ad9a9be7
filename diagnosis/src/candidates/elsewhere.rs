//! Where else a candidate's error shows: at other processes, which go on; or in a log, at another object.

use std::collections::HashSet;

use status_codes::status;
use timeline::{Event, ProcessId, Timeline, bare_path, object_name};

use super::{
    candidate::Candidate,
    link::{Link, Objection},
    log_step::{LogSteps, Naming},
};

/// Processes that have nothing to do with the update, and meet what everyone meets.
const MANY: usize = 3;

/// Adds an objection to each candidate whose error many other processes meet at that object, and to each that is not what
/// the log names, unless a log names it.
pub(super) fn judge(
    timeline: &Timeline<'_>,
    steps: &LogSteps,
    touching: &[Event],
    candidates: &mut [Candidate],
) {
    let paths = |event: &Event| {
        let target = event.target.as_deref();
        [Some(event.path.as_str()), target].into_iter().flatten().map(bare_path).collect::<Vec<_>>()
    };
    let known: HashSet<String> = candidates.iter().flat_map(|c| paths(&c.event)).collect();
    let naming = steps.naming();
    let is_here = |line: &Naming| known.iter().any(|path| line.names(path));
    let is_missing_here = !naming.is_empty() && !naming.iter().any(is_here);
    let is_namesake = |event: &Event| {
        let paths = paths(event);
        naming.iter().any(|line| paths.iter().any(|path| line.names_namesake(path)))
            && !naming.iter().any(|line| paths.iter().any(|path| line.names(path)))
    };
    for candidate in candidates.iter_mut().filter(|candidate| candidate.is_eligible()) {
        let is_named =
            [Link::LogObjectAndCode, Link::LogObject].iter().any(|link| candidate.links.contains(link));
        if is_named {
            continue;
        }
        let everyone = is_met_by_everyone(timeline, &candidate.event, touching);
        let other = (is_missing_here || is_namesake(&candidate.event))
            && timeline.process_of(&candidate.event).is_some_and(|p| steps.hold(&candidate.event, p));
        // A program says why it failed. It need not say so of what it looked for and did without.
        let is_ordinary = candidate.features.iter().any(|feature| feature.name == "ordinary");
        let unsaid = timeline.process_of(&candidate.event).is_some_and(|p| {
            is_ordinary && steps.say_another(&candidate.event, p)
                || steps.speak_of_another(&candidate.event, p, &known)
        });
        candidate.objections.extend(everyone.then_some(Objection::Everyone));
        candidate.objections.extend((other || unsaid).then_some(Objection::OtherObject));
        candidate.objections.sort_unstable();
    }
}

/// Whether code integrity refuses an image to many other processes too. It is one that a product brings into each process.
fn is_met_by_everyone(timeline: &Timeline<'_>, error: &Event, touching: &[Event]) -> bool {
    let is_foreign =
        |id: &ProcessId| timeline.process(*id).is_some_and(|process| !process.role.services_updates());
    let object = object_name(&error.path);
    let alike = touching
        .iter()
        .filter(|e| e.status == error.status && e.kind == error.kind && object_name(&e.path) == object);
    let others: HashSet<ProcessId> = alike.filter_map(|e| e.process).filter(is_foreign).collect();
    error.status == status::INVALID_IMAGE_HASH && others.len() >= MANY
}
