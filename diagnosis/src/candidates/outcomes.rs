//! What became of a candidate's work in other processes: the object that another one changed, the program that was run
//! once more, the worker that lived on, the wait that followed.

use std::collections::{HashMap, HashSet};

use status_codes::status;
use timeline::{
    Event, FileTime, Kind, Place, Process, ProcessId, Role, Silence, Ticks, Timeline, object_name,
};

use super::{
    after::before_sign,
    candidate::Candidate,
    link::{Link, Objection},
    log_step::LogSteps,
    steps::{Step, Steps},
};
use crate::{
    needed::is_missing,
    signs::{Sign, was_run_again},
};

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
    in_log: &LogSteps,
    failed: Option<Place>,
    signs: &[Sign],
    touching: &[Event],
    candidates: &mut [Candidate],
) {
    let mut by_path: HashMap<String, Vec<&Event>> = HashMap::new();
    for event in touching.iter().filter(|event| !event.failed() && event.kind.mutates()) {
        for path in std::iter::once(&event.path).chain(&event.target) {
            by_path.entry(object_name(path)).or_default().push(event);
        }
    }
    let mut missed: HashMap<String, Vec<&Event>> = HashMap::new();
    for event in touching.iter().filter(|event| is_missing(event.status)) {
        missed.entry(object_name(&event.path)).or_default().push(event);
    }
    for candidate in candidates.iter_mut().filter(|candidate| candidate.is_eligible()) {
        let has = |link| candidate.links.contains(&link);
        let told = candidate.is_told();
        // Another line may speak of what was made up for, where something else failed in the end.
        let first = candidate.report.as_ref().is_some_and(|report| failed == Some(report.place));
        let event = &candidate.event;
        let (Some(id), Some(process)) = (event.process, timeline.process_of(event)) else { continue };
        let Some(end) = before_sign(event, signs) else { continue };
        let after = After { timeline, steps, event, id, process, end };
        let path = object_name(&event.path);
        let same_path = by_path.get(&path);
        let gone = missed.get(&path).is_some_and(|events| after.was_gone(events));
        let mut moves = timeline::above(&path).filter_map(|above| by_path.get(above)).flatten();
        let named = told || has(Link::LogObject) || has(Link::LogObjectAndCode);
        let blamed = named || in_log.blame(event, process);
        let in_step = named || has(Link::LogStep);
        // A line that says what failed outweighs what may be chance.
        let found = [
            (
                Objection::MadeUpFor,
                !(told && first) && same_path.is_some_and(|events| after.was_made_up_for(events)),
            ),
            (
                Objection::MadeUpFor,
                same_path.is_some_and(|events| after.was_done_at_next_boot(events, signs)),
            ),
            (Objection::MadeUpFor, gone),
            (Objection::MadeUpFor, !told && moves.any(|change| after.was_replaced_by(change))),
            (Objection::CarriedOn, !told && was_run_again(timeline, process)),
            (Objection::CarriedOn, !told && after.was_tried_again_well(signs)),
            (Objection::CarriedOn, after.succeeded_in_the_end(told)),
            (
                Objection::CarriedOn,
                !blamed && after.parent_went_on(in_log.end(event, process), !has(Link::ExitStatus)),
            ),
            (Objection::OtherThread, (told || !named) && after.another_worker_failed(signs)),
            (Objection::Waited, !in_step && after.waited()),
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
    /// Until when what follows comes before the sign.
    end: FileTime,
}

impl After<'_> {
    /// Whether servicing, or a service, did soon after what was refused: another process by the same operation, or any by
    /// a rename of the object, or of another file to its name.
    fn was_made_up_for(&self, changes: &[&Event]) -> bool {
        let error = self.event;
        changes.iter().any(|change| {
            let same = change.kind == error.kind && change.process != error.process;
            let moved = matches!(change.kind, Kind::FileRename | Kind::FileLink) && error.kind.mutates();
            (same || moved) && self.is_of_servicing(change)
        })
    }

    /// Whether another run of poqexec did later what this one was refused, and the update failed only after that. After a
    /// rollback no worker shows a failure again.
    fn was_done_at_next_boot(&self, changes: &[&Event], signs: &[Sign]) -> bool {
        let role = |id: ProcessId| self.timeline.process(id).map(|process| process.role);
        let error = self.event;
        self.process.role == Role::Poqexec
            && changes.iter().any(|change| {
                let by_poqexec =
                    change.process.filter(|id| *id != self.id).and_then(role) == Some(Role::Poqexec);
                let failed_later = |sign: &Sign| {
                    sign.time > change.time && sign.process.and_then(role) == Some(Role::TiWorker)
                };
                by_poqexec && change.time > error.time && signs.iter().any(failed_later)
            })
    }

    /// Whether a file that could not be deleted, or was about to go, is not there soon after.
    fn was_gone(&self, missed: &[&Event]) -> bool {
        let error = self.event;
        let end = self.end.min(error.end().plus(SOON));
        let was_going = matches!(error.status, status::DELETE_PENDING | status::CANNOT_DELETE)
            || error.kind == Kind::FileDelete;
        was_going && missed.iter().any(|miss| miss.time > error.time && miss.time <= end)
    }

    /// Whether a change above the object moved it with its folder, or took it away with its key.
    fn was_replaced_by(&self, change: &Event) -> bool {
        let moves = matches!(change.kind, Kind::FileRename | Kind::KeyRename | Kind::KeyDelete);
        moves && self.is_of_servicing(change)
    }

    /// Whether servicing, or a service, made a change soon after the error.
    fn is_of_servicing(&self, change: &Event) -> bool {
        let role = self.timeline.process_of(change).map_or(Role::Other, |process| process.role);
        let end = self.end.min(self.event.end().plus(SOON));
        (role.services_updates() || role == Role::ServiceHost)
            && change.time > self.event.time
            && change.time <= end
    }

    /// Whether the worker ran poqexec again after this run had failed, it ended with 0, and the worker shows a failure only
    /// after that.
    fn was_tried_again_well(&self, signs: &[Sign]) -> bool {
        let role = |id: ProcessId| self.timeline.process(id).map(|process| process.role);
        let by_worker = |id: Option<ProcessId>| id.and_then(role) == Some(Role::TiWorker);
        let Some(end) = self.process.end.filter(|_| self.process.role == Role::Poqexec) else { return false };
        let well = self.timeline.processes.iter().filter(|other| {
            let again = other.role == Role::Poqexec && by_worker(other.parent);
            again && other.exit_status == Some(0) && other.start.is_some_and(|start| start >= end)
        });
        let mut ends = well.filter_map(|other| other.end);
        ends.any(|done| signs.iter().any(|sign| sign.time > done && by_worker(sign.process)))
    }

    /// Whether the process was run for one thing, and ended with a code of success. poqexec notes in its log what it makes
    /// up for, too.
    fn succeeded_in_the_end(&self, told: bool) -> bool {
        let decides = match self.process.role {
            Role::Poqexec => true,
            Role::ServicingChild => !told,
            _ => false,
        };
        decides && self.process.exit_status.is_some_and(|code| !is_failure(code))
    }

    /// Whether who ran the program went on after it ended: the worker, or a program of the worker, changed more, or that
    /// program ended with a code of success. What the worker does after the step that failed is other work: an installer
    /// queue goes on. `one_thread` leaves out what other threads were at already. Who runs a program that ends with the code
    /// of a result may take that code for a success.
    fn parent_went_on(&self, step_end: Option<FileTime>, one_thread: bool) -> bool {
        let until = step_end.map_or(self.end, |step_end| step_end.min(self.end));
        let mut program = self.process;
        while program.role == Role::ServicingChild
            && let (Some(end), Some(id)) = (program.end, program.parent)
            && let Some(parent) = self.timeline.process(id)
        {
            let began = program.start.filter(|_| one_thread).unwrap_or_default();
            let beside = self.threads_beside(id, began);
            let later = self.steps.between(self.event.id.source, id, end, until);
            let mut later = later.filter(|step| !beside.contains(&step.tid));
            let succeeded = parent.role == Role::ServicingChild
                && parent.exit_status.is_some_and(|code| !is_failure(code));
            if succeeded || later.any(|step| step.kind.is_change()) {
                return true;
            }
            program = parent;
        }
        false
    }

    /// The threads of a process that were at work already when it started a program, without the one that started it.
    fn threads_beside(&self, id: ProcessId, began: FileTime) -> HashSet<u32> {
        let earlier: Vec<&Step> = self.steps.between(self.event.id.source, id, FileTime(0), began).collect();
        let starter = earlier.last().map(|step| step.tid);
        earlier.iter().map(|step| step.tid).filter(|tid| Some(*tid) != starter).collect()
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
        let (from, to) = (self.event.end(), self.end);
        let later = self.steps.between(self.event.id.source, self.id, self.event.time, to);
        let own = later.filter(|step| step.tid == self.event.tid && step.id != self.event.id);
        let end_of = |step: &Step| self.timeline.event(step.id).map_or(step.time, |event| event.end());
        self.process.role == Role::TiWorker && has_pause(own, from, to, end_of)
    }
}

/// Whether there is a long pause between two steps, before the first one, or after the last one. Few steps are asked for
/// their ends.
fn has_pause<'s>(
    steps: impl Iterator<Item = &'s Step>,
    from: FileTime,
    to: FileTime,
    end_of: impl Fn(&Step) -> FileTime,
) -> bool {
    let is_long = |begin: FileTime, end: FileTime| end.since(begin) >= Silence::LEAST;
    let paused_after = |last: Option<&Step>, next: FileTime| match last {
        Some(last) => is_long(last.time, next) && is_long(end_of(last), next),
        None => is_long(from, next),
    };
    let mut last = None;
    for step in steps {
        if paused_after(last, step.time) {
            return true;
        }
        last = Some(step);
    }
    paused_after(last, to)
}

#[cfg(test)]
mod tests {
    use super::{Step, has_pause};
    use crate::candidates::steps::StepKind;
    use timeline::{EventId, FileTime, SourceId};

    const SECOND: u64 = 10_000_000;

    /// Whether a thread paused that did something at these seconds, after an error at 100 and before a sign.
    fn pauses(steps: &[u64], sign: u64, longest: u64) -> bool {
        let time = |seconds| FileTime(seconds * SECOND);
        let step = |at: &u64| Step {
            time: time(*at),
            id: EventId { source: SourceId(0), index: *at },
            tid: 1,
            kind: StepKind::Read,
            hash: 0,
        };
        let steps: Vec<Step> = steps.iter().map(step).collect();
        has_pause(steps.iter(), time(100), time(sign), |step| FileTime(step.time.0 + longest * SECOND))
    }

    #[test]
    fn a_thread_pauses_wherever_it_does_nothing_for_long() {
        assert!(!pauses(&[101, 115, 130], 140, 0));
        assert!(pauses(&[101, 130], 131, 0), "between two steps");
        assert!(pauses(&[130], 131, 0), "before the first one");
        assert!(pauses(&[101], 125, 0), "after the last one");
        assert!(pauses(&[], 125, 0), "without any");
        assert!(!pauses(&[], 119, 0));
    }

    #[test]
    fn an_operation_that_takes_long_is_no_pause() {
        assert!(!pauses(&[101, 130], 131, 25));
        assert!(pauses(&[101, 150], 151, 25));
    }
}
