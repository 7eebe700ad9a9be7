//! The evidence: events and log lines around the failure in one list, waits, and the failures by how unusual they are.

use std::collections::BTreeSet;

use diagnosis::{Relation as Near, benign};
use timeline::{Event, EventId, FileTime, LogLine, Place, Role, Silence, Ticks};

use crate::model::{EvidenceRow, FailureGroup, Gap, Omission, Relation, Text};

use super::{View, omit, status, text, time};

/// Groups of failures that a report lists.
const MAX_FAILURES: usize = 200;
/// Frames of a call stack.
const MAX_FRAMES: usize = 64;
/// Lines of logs among the evidence.
const MAX_LINES: usize = 40;
/// A line within this time of the failure may report it.
const NEAR: Ticks = Ticks::seconds(120);
/// Waits that a report lists.
const MAX_GAPS: usize = 20;

impl View<'_> {
    pub(super) fn evidence_rows(&self) -> Vec<EvidenceRow> {
        let events = self.diagnosis.evidence.iter();
        let mut rows: Vec<EvidenceRow> = events.map(|(near, event)| self.event_row(*near, event)).collect();
        rows.extend(self.other_events().iter().map(|event| self.event_row(Near::Nearby, event)));
        rows.extend(self.lines().into_iter().map(|line| self.line_row(line)));
        // Lines are cut to the second: within it they stand behind the events.
        rows.sort_by_key(|row| (row.time, row.line.is_some(), row.source.clone(), row.line, row.index));
        rows
    }

    fn event_row(&self, near: Near, event: &Event) -> EvidenceRow {
        let operation = self.operation(event);
        let role = self.timeline.process_of(event).map_or(Role::Other, |process| process.role);
        let ordinary = benign(role, event).filter(|_| event.failed() && near != Near::Failing);
        EvidenceRow {
            relation: Some(match near {
                Near::Failing => Relation::Failing,
                Near::SamePath => Relation::SamePath,
                Near::SameThread => Relation::SameThread,
                Near::Nearby => Relation::Nearby,
            }),
            time: operation.time,
            duration: operation.duration,
            source: operation.source,
            index: operation.index,
            process: operation.process,
            pid: operation.pid,
            tid: operation.tid,
            operation: operation.operation,
            path: operation.path,
            target_path: operation.target_path,
            result: operation.result,
            status: operation.status,
            detail: operation.detail,
            benign: ordinary.map_or_else(Text::default, |words| text(&words)),
            note: self.stack_note(near, event),
            stack: self.stack(near, event),
            ..EvidenceRow::default()
        }
    }

    /// The call stack, but for what other threads did at the time.
    fn stack(&self, near: Near, event: &Event) -> Vec<String> {
        let stack = (near != Near::Nearby || event.failed()).then(|| self.timeline.stack(event.id)).flatten();
        stack.iter().flat_map(|stack| &stack.frames).take(MAX_FRAMES).map(ToString::to_string).collect()
    }

    /// Events that the report refers to and that are not around the failure.
    fn other_events(&self) -> Vec<Event> {
        let known = |id: &EventId| self.diagnosis.evidence.iter().any(|(_, event)| event.id == *id);
        let referred = self.referred().into_iter();
        let events = referred.filter_map(|place| match place {
            Place::Event(id) => Some(id),
            Place::Line { .. } => None,
        });
        let ids: BTreeSet<EventId> = events.filter(|id| !known(id)).collect();
        ids.into_iter().filter_map(|id| self.timeline.event(id)).collect()
    }

    fn line_row(&self, line: &LogLine) -> EvidenceRow {
        EvidenceRow {
            relation: Some(Relation::Log),
            time: line.time.map(time),
            source: self.source(line.source),
            line: Some(line.line),
            detail: line.text.clone(),
            note: self.diagnosis.faults.settled.why(line).map_or_else(Text::default, |words| text(&words)),
            ..EvidenceRow::default()
        }
    }

    /// The lines that something in the report refers to, and those nearest to the failure.
    fn lines(&self) -> Vec<&LogLine> {
        let referred = self.referred();
        let is_referred =
            |line: &LogLine| referred.contains(&Place::Line { source: line.source, line: line.line });
        let at = self.moment();
        let distance = |line: &LogLine| line.time.zip(at).map(|(a, b)| a.0.abs_diff(b.0));
        let all = self.timeline.scans.iter().flat_map(|scan| &scan.lines);
        let mut lines: Vec<&LogLine> = all
            .filter(|line| is_referred(line) || distance(line).is_some_and(|ticks| ticks <= NEAR.0))
            .collect();
        lines.sort_by_key(|line| {
            (!is_referred(line), distance(line).unwrap_or(u64::MAX), line.source, line.line)
        });
        // A line that states several facts is one row.
        lines.dedup_by_key(|line| (line.source, line.line));
        lines.truncate(MAX_LINES);
        lines
    }

    /// Where the chain, the confidence, the first fault and what stood in the way are recorded.
    fn referred(&self) -> Vec<Place> {
        let diagnosis = self.diagnosis;
        let chain = diagnosis.chain.iter().filter_map(|link| link.evidence.place);
        let reasons = diagnosis.verdict.confidence.reasons.iter().filter_map(|(_, evidence)| evidence.place);
        let missing = diagnosis.verdict.missing.iter().flat_map(|missing| &missing.evidence);
        let missing = missing.filter_map(|evidence| evidence.place);
        let fault =
            diagnosis.faults.primary.and_then(|at| diagnosis.faults.all.get(at)).map(|fault| fault.place);
        let update = self.headline.update.as_ref().map(|update| update.place);
        let held = diagnosis.verdict.failing.and_then(|at| diagnosis.candidates.get(at)?.holder);
        let held = held.map(|holder| holder.event.into());
        let culprits = self.headline.culprits.iter().filter_map(diagnosis::Culprit::place);
        let places = chain.chain(reasons).chain(missing).chain(fault).chain(update);
        places.chain(held).chain(culprits).collect()
    }

    /// When it failed, as far as anything shows it.
    fn moment(&self) -> Option<FileTime> {
        let fault = self.diagnosis.faults.primary.and_then(|at| self.diagnosis.faults.all.get(at)?.time);
        self.diagnosis.failing().map(|event| event.time).or(fault)
    }

    /// The waits of servicing processes in the failing boot, the longest first.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let boot = self.headline.boot.as_ref();
        let within = |silence: &&Silence| {
            silence.thread.is_none()
                && boot.is_none_or(|boot| silence.from >= boot.start && silence.from <= boot.end)
        };
        let mut silences: Vec<&Silence> =
            self.timeline.scans.iter().flat_map(|scan| &scan.silences).filter(within).collect();
        silences.sort_by_key(|silence| (std::cmp::Reverse(silence.to.since(silence.from)), **silence));
        silences.truncate(MAX_GAPS);
        let gap = |silence: &Silence| {
            let process = self.timeline.process(silence.process);
            let name = process.map_or("", |process| process.name.as_str());
            let took = format!("{:.0}", silence.to.since(silence.from).as_seconds());
            Gap {
                start: Some(time(silence.from)),
                end: Some(time(silence.to)),
                what: crate::messages::WAIT.text(&[name, &took]),
                process: name.to_owned(),
                pid: process.and_then(timeline::Process::known_pid),
                ..Gap::default()
            }
        };
        silences.into_iter().map(gap).collect()
    }

    pub(super) fn failures(&self, omitted: &mut Vec<Omission>) -> Vec<FailureGroup> {
        let decisive = self.diagnosis.failing().map(|event| (event.process, event.name, event.status));
        let mut groups: Vec<_> = self
            .timeline
            .failures()
            .map(|group| {
                let example = self.timeline.event(group.example);
                let process = group.process.and_then(|p| self.timeline.process(p));
                let role = process.map_or(Role::Other, |p| p.role);
                let ordinary = example.as_ref().and_then(|event| benign(role, event));
                let key = (group.process, group.operation, group.status);
                let rank = (Some(key) != decisive, ordinary.is_some(), !role.services_updates(), group.count);
                (rank, group, process, example, ordinary)
            })
            .collect();
        groups.sort_by_key(|(rank, group, ..)| (*rank, group.example));
        omit(omitted, "failures", groups.len(), MAX_FAILURES);
        groups
            .into_iter()
            .take(MAX_FAILURES)
            .map(|(_, group, process, example, ordinary)| FailureGroup {
                process: process.map_or_else(String::new, |p| p.name.clone()),
                operation: group.operation.to_owned(),
                result: status_codes::ProcmonResult(group.status).to_string(),
                status: status(group.status),
                count: Some(group.count),
                benign: ordinary.map_or_else(Text::default, |words| text(&words)),
                example_path: example.map_or_else(String::new, |event| event.path),
                first: Some(time(group.first)),
                last: Some(time(group.last)),
            })
            .collect()
    }
}
