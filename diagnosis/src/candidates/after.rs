//! What a candidate's thread and process did between it and the next sign of failure.

use timeline::{Event, FileTime, Process, Role, Ticks};

use status_codes::status;

use super::steps::{StepKind, Steps, kind_of, object_of};
use crate::signs::Sign;

/// What came after a candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct After {
    /// Changes that its thread made before the sign.
    pub thread_changes: u64,
    /// What its thread read or opened before the sign, the candidate's own object left out.
    pub thread_reads: u64,
    /// Changes that other threads of the process made before the sign.
    pub process_changes: u64,
    /// How long the thread went on working.
    pub worked: Ticks,
    /// How long the process went on working.
    pub process_worked: Ticks,
    /// The thread wrote to a log, or noted servicing's state, before it did anything else.
    pub noted: bool,
    /// The process ended before the trace.
    pub ended: bool,
    /// How often its thread met the same result on an object of the kind again, before the sign.
    pub tried_again: u64,
    /// It met that result on something that is no other name for the same try.
    pub another: bool,
    /// Its thread began the next entry of the driver queue before the sign. A driver that fails ends the queue.
    pub began_next: bool,
    /// Another thread of the process shows the sign.
    pub other_thread: bool,
    /// The process ended before the sign.
    pub ended_before: bool,
    /// From the candidate to the sign.
    pub to_sign: Option<Ticks>,
}

/// When the first of these signs shows. A line is cut to the second; what a trace shows within that second says when.
fn exact<'s>(signs: impl Iterator<Item = &'s Sign>) -> Option<FileTime> {
    signs.filter(|sign| sign.time == sign.latest).map(|sign| sign.time).min()
}

/// Until when what follows an event may come before the first sign after it.
pub(super) fn before_sign(event: &Event, signs: &[Sign]) -> Option<FileTime> {
    let later = || signs.iter().filter(|sign| sign.latest >= event.time);
    let latest = later().next()?.latest;
    Some(exact(later()).unwrap_or(latest).min(latest))
}

/// Servicing that works on for so long was not stopped.
const LONG: Ticks = Ticks::seconds(10);
/// What a thread reads before it reports a failure.
const LAST_READS: u64 = 16;
/// What it changes at the end of a program: its own log, and the files that it made for a while.
const LAST_CHANGES: u64 = 4;
/// A sign follows its failure within this time.
const SOON: Ticks = Ticks::seconds(120);

impl After {
    /// `step_end` is when the step ended that a log says failed, if the event belongs to it: what follows is other work.
    pub(crate) fn new(
        steps: &Steps,
        of: &Process,
        event: &Event,
        signs: &[Sign],
        step_end: Option<FileTime>,
    ) -> Self {
        let mut later = signs.iter().filter(|sign| sign.latest >= event.time);
        let (Some(process), Some(sign)) = (event.process, later.next()) else { return Self::default() };
        let role = of.role;
        let shown = signs.iter().find(|sign| sign.time >= event.time && sign.process == Some(process));
        let mut after = Self {
            to_sign: Some(sign.time.since(event.time)),
            ended: of.exit_status.is_some(),
            other_thread: shown.and_then(|sign| sign.tid).is_some_and(|tid| tid != event.tid),
            ..Self::default()
        };
        let end = before_sign(event, signs).unwrap_or(sign.latest);
        let end = step_end.map_or(end, |step_end| step_end.min(end));
        let shown = exact(later.chain([sign])).unwrap_or(sign.time);
        after.ended_before = of.role == Role::TiWorker && of.end.is_some_and(|end| end < shown);
        let (own, kind) = (object_of(event), kind_of(role, event));
        let mut next_known = false;
        for step in steps.between(event.id.source, process, event.time, end) {
            if step.id == event.id {
                continue;
            }
            let is_work = match step.kind {
                StepKind::Change => true,
                StepKind::Read | StepKind::Entry | StepKind::Attributes => step.hash != own,
                _ => false,
            };
            let is_change = is_work && step.kind.is_change();
            let since = step.time.since(event.end());
            if step.kind == StepKind::Failure && step.hash == kind && step.tid == event.tid {
                after.tried_again += 1;
                after.another = event.status != status::OBJECT_NAME_COLLISION;
            }
            if step.tid != event.tid {
                after.process_changes += u64::from(is_change);
                if is_work {
                    after.process_worked = after.process_worked.max(since);
                }
                continue;
            }
            if !next_known && step.kind == StepKind::Log {
                after.noted = true;
                continue;
            }
            if !next_known && (is_work || matches!(step.kind, StepKind::Log | StepKind::Report)) {
                next_known = true;
                after.noted |= !is_work;
            }
            after.began_next |= step.kind == StepKind::Entry && step.hash != own;
            if is_work {
                after.thread_changes += u64::from(is_change);
                after.thread_reads += u64::from(matches!(step.kind, StepKind::Read | StepKind::Entry));
                after.worked = after.worked.max(since);
            }
        }
        after
    }

    /// Whether servicing went on with its work. After a failure it does not.
    #[must_use]
    pub fn carried_on(&self) -> bool {
        self.thread_changes > 0
            || self.another
            || self.worked >= LONG && self.thread_reads > LAST_READS
            || self.process_worked >= LONG && self.process_changes > 0
    }

    /// Whether its process did only little before it ended. `is_told` says that the process ended with this error, or that
    /// a log says it failed.
    pub(super) fn winds_up(&self, is_told: bool) -> bool {
        self.ended
            && self.process_changes == 0
            && self.thread_changes + self.thread_reads <= LAST_READS
            && (is_told || self.thread_changes <= LAST_CHANGES)
    }

    /// Whether the work of its thread stops with the candidate, as what followed shows.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.is_last_work() && (self.noted || self.ended && self.thread_reads <= LAST_READS)
    }

    /// Whether nothing of the same work follows before the sign.
    pub(super) fn is_last_work(&self) -> bool {
        !self.carried_on() && self.is_single() && !self.other_thread && !self.ended_before
    }

    /// Whether a sign follows soon, and the thread did not meet the same result again.
    pub(super) fn is_single(&self) -> bool {
        self.tried_again == 0 && self.to_sign.is_some_and(|to_sign| to_sign <= SOON)
    }
}
