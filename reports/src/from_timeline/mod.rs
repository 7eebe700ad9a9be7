//! Fills the report from a diagnosis. There is no analysis here, only what the diagnosis found, in the report's
//! words.

mod around;
mod banners;
mod compare;
mod evidence;
mod headline;
mod incident;
mod signature;
mod stacks;
mod tables;
mod verdict;

use diagnosis::{Diagnosis, Headline};
use timeline::{Event, Place, Process, SourceId, Timeline, Words};

use crate::model::{
    CaseNote, Clock, Evidence, Input, Machine, Omission, Operation, Phase, Report, Span, Text, Time, Trust,
};

/// The report of a diagnosis. The hashes of its inputs are for the caller to fill in, who computes them meanwhile.
#[must_use]
pub fn report(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Report {
    let view = View { timeline, diagnosis, headline: diagnosis::headline(timeline, diagnosis) };
    let mut report = Report::new();
    report.inputs = view.inputs();
    report.machine = view.machine();
    report.clock = view.clock();
    report.incident = view.incident();
    report.verdict = view.verdict();
    report.signature = view.signature();
    report.candidates = view.candidates(&mut report.omitted);
    report.chain = view.chain();
    report.phases = view.phases();
    report.services = view.services();
    report.processes = view.processes(&mut report.omitted);
    report.drivers = view.drivers(&mut report.omitted);
    report.packages = view.packages(&mut report.omitted);
    report.findings = view.findings();
    report.coverage = view.coverage();
    report.evidence = view.evidence_rows();
    report.failures = view.failures(&mut report.omitted);
    report.histogram = view.histogram();
    report.graph = view.graph();
    report.compare = view.compare(&mut report.omitted);
    report.gaps = view.gaps();
    report.banners = view.banners();
    report.notes = view.notes();
    report
}

struct View<'a> {
    timeline: &'a Timeline<'a>,
    diagnosis: &'a Diagnosis,
    headline: Headline,
}

fn text(words: &Words) -> Text {
    Text::new(words.en.clone(), words.zh.clone())
}

fn time(time: timeline::FileTime) -> Time {
    Time::from_filetime(time.0)
}

fn trust(trust: timeline::Trust) -> Option<Trust> {
    Some(match trust {
        timeline::Trust::Recorded => Trust::Recorded,
        timeline::Trust::Correlated => Trust::Correlated,
        timeline::Trust::Inferred => Trust::Inferred,
    })
}

fn status(status: u32) -> String {
    format!("0x{status:08X}")
}

fn phase(name: timeline::PhaseName) -> Option<Phase> {
    Some(Phase::from(name.name()))
}

impl View<'_> {
    fn source(&self, id: SourceId) -> String {
        self.timeline.case.inputs.get(usize::from(id.0)).map_or_else(String::new, |i| i.path.clone())
    }

    fn evidence(&self, evidence: &timeline::Evidence) -> Evidence {
        Evidence { text: text(&evidence.words), ..self.place(evidence.place) }
    }

    fn place(&self, place: Option<Place>) -> Evidence {
        let (index, line) = match place {
            Some(Place::Event(id)) => (Some(id.index), None),
            Some(Place::Line { line, .. }) => (None, Some(line)),
            None => (None, None),
        };
        let source = place.map_or_else(String::new, |p| self.source(p.source()));
        Evidence { source, index, line, ..Evidence::default() }
    }

    fn inputs(&self) -> Vec<Input> {
        let scans = self.timeline.case.inputs.iter().zip(&self.timeline.scans);
        scans
            .map(|(input, scan)| Input {
                path: input.path.clone(),
                kind: input.source.kind().to_owned(),
                bytes: Some(input.source.bytes().len() as u64),
                records: Some(scan.events),
                bad_records: Some(scan.bad),
                first: scan.record_span().0.map(time),
                last: scan.record_span().1.map(time),
                ..Input::default()
            })
            .collect()
    }

    fn notes(&self) -> Vec<CaseNote> {
        let notes = self.timeline.case.notes.iter();
        notes.map(|(source, text)| CaseNote { source: source.clone(), text: text.clone() }).collect()
    }

    fn machine(&self) -> Option<Machine> {
        let timeline::Machine { name, os, build, architecture, time_zone } = self.timeline.machine()?;
        Some(Machine { name, os, build, architecture: architecture.to_owned(), time_zone })
    }

    fn clock(&self) -> Option<Clock> {
        let (first, last) = self.timeline.span()?;
        let first_event = || (time(first), Text::new("first event", "首个事件"), Evidence::default());
        let (origin, origin_what, origin_evidence) = self.origin().unwrap_or_else(first_event);
        Some(Clock {
            origin: Some(origin),
            origin_what,
            origin_evidence: Some(origin_evidence),
            start: Some(time(first)),
            end: Some(time(last)),
            ..self.log_clock()
        })
    }

    /// How the wall clock of the logs was brought to UTC.
    fn log_clock(&self) -> Clock {
        let Some(clock) = self.timeline.scans.iter().filter_map(|s| s.clock.as_ref()).max_by_key(|c| c.trust)
        else {
            return Clock::default();
        };
        let words = match clock.trust {
            timeline::Trust::Recorded => {
                Text::new("lines of the log carry both times", "日志行同时记录两种时间")
            }
            timeline::Trust::Correlated => {
                Text::new("the trace shows when CBS.log was written", "跟踪显示了 CBS.log 的写入时间")
            }
            timeline::Trust::Inferred => {
                Text::new("assumed: nothing tells the time zone", "假定：没有内容说明时区")
            }
        };
        Clock {
            log_utc_offset_minutes: Some(clock.minutes()),
            evidence: Some(Evidence { trust: trust(clock.trust), text: words, ..Evidence::default() }),
            ..Clock::default()
        }
    }

    fn operation(&self, event: &Event) -> Operation {
        let process = self.timeline.process_of(event);
        let of = |part: fn(&Process) -> &String| process.map(part).cloned().unwrap_or_default();
        Operation {
            source: self.source(event.id.source),
            index: Some(event.id.index),
            time: Some(time(event.time)),
            duration: event.duration.map(|d| Span::from_ticks(d.0)),
            process: of(|p| &p.name),
            pid: process.and_then(Process::known_pid),
            tid: Some(event.tid),
            command_line: of(|p| &p.command_line),
            image_path: of(|p| &p.image_path),
            operation: event.name.to_owned(),
            path: event.path.clone(),
            target_path: event.target.clone().unwrap_or_default(),
            result: status_codes::ProcmonResult(event.status).to_string(),
            status: status(event.status),
            hresult: hresult_of(event.status).map_or_else(String::new, status),
            detail: self.timeline.detail(event.id),
        }
    }
}

/// What servicing makes of the status of an error.
fn hresult_of(status: u32) -> Option<u32> {
    let is_error = status >> 30 == 3;
    status_codes::NtStatus(status).to_win32().filter(|_| is_error).map(|m| m.win32.to_hresult().0)
}

fn omit(omitted: &mut Vec<Omission>, section: &str, total: usize, shown: usize) {
    if total > shown {
        omitted.push(Omission {
            section: section.to_owned(),
            shown: Some(shown as u64),
            total: Some(total as u64),
            ..Omission::default()
        });
    }
}
