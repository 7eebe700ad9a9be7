//! What became of a candidate's work in other processes: the object that another one changed, the program that was run
//! once more, the worker that lived on, the wait that followed.

use std::collections::HashMap;

use timeline::{Event, Process, ProcessId, Role, Ticks, Timeline};

use super::{
    candidate::Candidate,
    link::{Link, Objection},
    steps::{StepKind, Steps},
};
use crate::signs::Sign;

/// Exit codes of programs that did what they were run for: 0, ERROR_SUCCESS_REBOOT_INITIATED and
/// ERROR_SUCCESS_REBOOT_REQUIRED.
const SUCCEEDED: [u32; 3] = [0, 1641, 3010];

/// Another process makes up for an error within this time.
const SOON: Ticks = Ticks::seconds(30);

/// Whether a program that ended with this code failed.
pub(super) fn is_failure(exit_code: u32) -> bool {
    !SUCCEEDED.contains(&exit_code)
}

/// Adds what other processes say against naming each candidate. A log that names the object with its code weighs more.
pub(super) fn judge(
    timeline: &Timeline<'_>,
    steps: &Steps,
    signs: &[Sign],
    touching: &[Event],
    candidates: &mut [Candidate],
) {
    let mut by_path: HashMap<String, Vec<&Event>> = HashMap::new();
    for event in touching.iter().filter(|event| !event.failed() && event.kind.mutates()) {
        by_path.entry(event.path.to_ascii_lowercase()).or_default().push(event);
    }
    for candidate in candidates.iter_mut().filter(|candidate| candidate.is_eligible()) {
        let has = |link| candidate.links.contains(&link);
        if has(Link::LogObjectAndCode) {
            continue;
        }
        let event = &candidate.event;
        let (Some(id), Some(process)) = (event.process, timeline.process_of(event)) else { continue };
        let Some(sign) = signs.iter().find(|sign| sign.latest >= event.time) else { continue };
        let after = After { timeline, steps, event, id, process, sign };
        let same_path = by_path.get(&event.path.to_ascii_lowercase());
        let told = has(Link::LogObject) || has(Link::LogStep);
        let found = [
            (Objection::MadeUpFor, same_path.is_some_and(|events| after.was_done_by_another(events))),
            (Objection::MadeUpFor, after.ran_again()),
            (Objection::CarriedOn, after.succeeded_in_the_end()),
            (Objection::CarriedOn, !told && after.parent_went_on()),
            (Objection::OtherThread, !told && after.another_worker_failed(signs)),
            (Objection::Waited, !told && after.waited()),
        ];
        let against = found.into_iter().filter(|(_, holds)| *holds).map(|(objection, _)| objection);
        candidate.objections.extend(against);
        candidate.objections.sort_unstable();
        candidate.objections.dedup();
    }
}

/// An error, with what is needed to see what came after it.
struct After<'a> {
    timeline: &'a Timeline<'a>,
    steps: &'a Steps,
    event: &'a Event,
    id: ProcessId,
    process: &'a Process,
    sign: &'a Sign,
}

impl After<'_> {
    /// Whether another process of servicing, or a service, did the same to the same object soon after.
    fn was_done_by_another(&self, changes: &[&Event]) -> bool {
        let (error, end) = (self.event, self.sign.latest.min(self.event.end().plus(SOON)));
        changes.iter().any(|change| {
            let role = self.timeline.process_of(change).map_or(Role::Other, |process| process.role);
            change.kind == error.kind
                && change.process != error.process
                && (role.services_updates() || role == Role::ServiceHost)
                && change.time > error.time
                && change.time <= end
        })
    }

    /// Whether the worker ran poqexec once more, and that did all. smss runs it again to take the update back.
    fn ran_again(&self) -> bool {
        let parent = self.process.parent.filter(|_| self.process.role == Role::Poqexec);
        let by_worker = |id: &ProcessId| self.timeline.process(*id).is_some_and(|p| p.role == Role::TiWorker);
        let Some(parent) = parent.filter(by_worker) else { return false };
        self.timeline.processes.iter().any(|other| {
            other.role == Role::Poqexec
                && other.parent == Some(parent)
                && other.start.is_some_and(|start| start > self.event.time)
                && other.exit_status == Some(0)
        })
    }

    /// Whether the process was run for one thing, and ended with a code of success.
    fn succeeded_in_the_end(&self) -> bool {
        matches!(self.process.role, Role::Poqexec | Role::ServicingChild)
            && self.process.exit_status.is_some_and(|code| !is_failure(code))
    }

    /// Whether the worker changed more after the program that it had started ended.
    fn parent_went_on(&self) -> bool {
        let ended = self.process.end.filter(|_| self.process.role == Role::ServicingChild);
        let (Some(end), Some(parent)) = (ended, self.process.parent) else { return false };
        let mut later = self.steps.between(self.event.id.source, parent, end, self.sign.latest);
        later.any(|step| step.kind == StepKind::Change)
    }

    /// Whether another worker shows the failure, and this one does not.
    fn another_worker_failed(&self, signs: &[Sign]) -> bool {
        let is_worker = |id: ProcessId| self.timeline.process(id).is_some_and(|p| p.role == Role::TiWorker);
        let mut later = signs.iter().filter(|sign| sign.latest >= self.event.time);
        let shown = later.find_map(|sign| sign.process.filter(|id| is_worker(*id)));
        self.process.role == Role::TiWorker && shown.is_some_and(|id| id != self.id)
    }

    /// Whether the worker waited for long between the error and the sign.
    fn waited(&self) -> bool {
        let silences = self.timeline.scans.iter().flat_map(|scan| &scan.silences);
        self.process.role == Role::TiWorker
            && silences.into_iter().any(|silence| {
                silence.process == self.id
                    && silence.thread.is_none_or(|tid| tid == self.event.tid)
                    && silence.from >= self.event.time
                    && silence.from < self.sign.latest
            })
    }
}
