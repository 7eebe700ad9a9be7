//! Tests rules on their examples and near misses.

use super::{
    example::Example,
    matching::{self, Facts},
    rule::{Rule, number},
};
use crate::{
    faults::{Fault, FaultKind, Faults},
    missing::Lack,
    services::{Assessment, Service},
};
use status_codes::results;
use timeline::{
    Case, Event, Evidence, Fact, Kind, LogLine, Mark, Part, PhaseName, Place, Process, ProcessId, Role, Scan,
    SourceId, StartType, Timeline, Words,
};

/// What is wrong with a rule's examples.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {id}: {message}")]
pub struct RuleProblem {
    /// The rule.
    pub id: String,
    /// What is wrong.
    pub message: String,
}

/// Holds a rule against its examples and near misses.
pub(super) fn problems(rule: &Rule) -> Vec<RuleProblem> {
    let mut problems = Vec::new();
    let mut tell = |message: String| problems.push(RuleProblem { id: rule.id.clone(), message });
    for (number, example) in (1..).zip(&rule.example) {
        if !example.is_met_by(rule) {
            tell(format!("it does not hold for its example {number}"));
        }
    }
    for (number, example) in (1..).zip(&rule.near_miss) {
        if example.is_met_by(rule) {
            tell(format!("it holds for its near miss {number}"));
        }
    }
    for (examples, name) in [(&rule.example, "example"), (&rule.near_miss, "near miss")] {
        if examples.is_empty() {
            tell(format!("it has no {name}"));
        }
    }
    problems
}

impl Example {
    fn is_met_by(&self, rule: &Rule) -> bool {
        let case = Case::default();
        let mut timeline = Timeline::new(&case);
        timeline.scans.extend(self.line().map(|line| Scan { lines: vec![line], ..Scan::default() }));
        // The process of the failing operation, then the one that a library is loaded into.
        timeline.processes.push(self.process(&self.process, self.started));
        timeline.processes.push(self.process(&self.inside, false));
        let failing = self.operation();
        let primary = self.fault();
        let faults = Faults {
            primary: primary.as_ref().map(|_| 0),
            all: primary.into_iter().collect(),
            ..Faults::default()
        };
        let services = self.services();
        let lack = Lack::named(&self.missing).map(|lack| (lack, self.service.clone()));
        let facts = Facts {
            timeline: &timeline,
            faults: &faults,
            first: faults.primary,
            failing: failing.as_ref(),
            services: &services,
            marked: &self.marks(),
            lacks: lack.as_slice(),
        };
        matching::hit(rule, &facts).is_some()
    }

    fn line(&self) -> Option<LogLine> {
        (!self.text.is_empty()).then(|| LogLine {
            source: SourceId(0),
            line: 1,
            local: None,
            time: None,
            text: self.text.clone(),
            code: None,
            failed: true,
            fact: Fact::Failed { part: Part::Other, objects: Vec::new() },
        })
    }

    fn process(&self, name: &str, started: bool) -> Process {
        Process {
            pid: 700,
            parent_pid: 4,
            name: name.to_owned(),
            role: if started { Role::ServicingChild } else { Role::of_name(name) },
            events: 1,
            failures: 1,
            ..Process::blank()
        }
    }

    fn operation(&self) -> Option<Event> {
        let given = self.started || !(self.process.is_empty() && self.path.is_empty());
        given.then(|| Event {
            process: Some(ProcessId(0)),
            kind: Kind::FileCreate,
            name: "CreateFile",
            path: self.path.clone(),
            status: number(&self.status).unwrap_or_default(),
            ..Event::blank()
        })
    }

    fn fault(&self) -> Option<Fault> {
        Some(Fault {
            kind: FaultKind::named(&self.fault)?,
            item: self.item.clone(),
            binary: None,
            component: None,
            names: Vec::new(),
            detail: None,
            // A Win32 error as servicing hands it on.
            code: number(&self.code)
                .map(|code| if code >> 31 == 1 { code } else { results::from_win32(code) }),
            took: None,
            phase: PhaseName::named(&self.phase).unwrap_or(PhaseName::Unknown),
            boot: 1,
            attempt: 1,
            time: None,
            place: Place::Line { source: SourceId(0), line: 1 },
            text: self.text.clone(),
        })
    }

    fn services(&self) -> Vec<Service> {
        let disabled = (!self.disabled.is_empty()).then(|| Service {
            name: self.disabled.clone(),
            display_name: String::new(),
            start_type: Some((StartType::Disabled, Evidence::said(Words::default()))),
            states: Vec::new(),
            assessment: Assessment::Suspicious,
            words: Words::default(),
        });
        disabled.into_iter().collect()
    }

    fn marks(&self) -> Vec<(Mark, Event)> {
        let seen = Event { path: self.seen.clone(), ..Event::blank() };
        let loaded = Event { process: Some(ProcessId(1)), ..Event::blank() };
        let marks = [
            (!self.seen.is_empty(), Mark::AppLeftover, seen),
            (!self.inside.is_empty(), Mark::ForeignImage, loaded),
        ];
        marks.into_iter().filter(|(given, ..)| *given).map(|(_, mark, event)| (mark, event)).collect()
    }
}
