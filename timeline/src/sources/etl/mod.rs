//! ETW traces. Their operations become the same events as Process Monitor's. What ETW does not record stays empty,
//! above all the access that an open asked for.

mod access;
mod caveats;
mod detail;
mod learnt;
mod process;
mod providers;
mod row;
pub(crate) mod sessions;
mod source;
mod walk;

use std::ops::ControlFlow;

use etl_reader::names::Names;
use pml_reader::Style;

use super::{
    recorded::Recorded,
    share::{Frame, Share},
    trace::{self, Met, Trace},
};
use crate::{
    logs::ServiceFact,
    model::{Event, EventId, Evidence, FileTime, Kind, Machine, Problem, Role, SourceId, Words},
    notes::{self, Notes},
    paths::Paths,
    progress::Counter,
    query::Row,
    scan::{EtwCounts, Scan},
};
use learnt::utc;
use row::EtlRow;
pub(crate) use source::EtlSource;

/// What one thread's share of a scan found.
#[derive(Default)]
struct Found {
    share: Share,
    counts: EtwCounts,
    /// Rows of providers' events that may tell something.
    telling: Vec<usize>,
}

impl Found {
    fn join(mut self, later: Self) -> Self {
        self.telling.extend(later.telling);
        let (share, counts) = (self.share.join(later.share), self.counts.join(later.counts));
        Self { share, counts, telling: self.telling }
    }
}

impl Recorded for EtlSource {
    fn bytes(&self) -> &[u8] {
        self.file.bytes()
    }

    fn kind(&self) -> &'static str {
        "etl"
    }

    fn tells_access(&self) -> bool {
        false
    }

    fn count(&self) -> Option<u64> {
        None
    }

    fn machine(&self) -> Option<Machine> {
        let header = self.file.header();
        Some(Machine {
            name: String::new(),
            os: String::new(),
            build: header.build.to_string(),
            architecture: if header.pointer_size == 8 { "x64" } else { "x86" },
            time_zone: String::new(),
        })
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            self.file.damage().iter().map(|e| Problem { what: e.to_string(), offset: None }).collect();
        let lost = [(self.file.header().events_lost, "events"), (self.file.header().buffers_lost, "buffers")];
        for (count, what) in lost.into_iter().filter(|(count, _)| *count > 0) {
            problems.push(Problem {
                what: format!("{count} {what} were lost while the trace was taken"),
                offset: None,
            });
        }
        problems
    }

    fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan {
        let (learnt, header) = (self.learnt(), self.file.header());
        let roles: Vec<Role> = learnt.processes.iter().map(|p| p.role).collect();
        let (start, end) = (utc(header.start_time), utc(header.end_time));
        let (first, last) = learnt.names().span().map_or((start, end), |(a, b)| (utc(a), utc(b)));
        let notes = notes::Writer::new(self.places());
        let frame = Frame::new(id, &roles, (first, last), &notes);
        let take = |found: &mut Found, met: Met<'_, EtlRow<'_>>| {
            let Met::Row(row) = met else { return };
            row.count(&mut found.counts);
            match row.operation() {
                Some(operation) => found.share.take(&row, operation, &frame),
                None => found.telling.extend(row.may_tell().then_some(row.number)),
            }
        };
        let found = trace::fold(self, counter, take, Found::join);
        let (mut told, mut let_go) = (Scan::default(), 0);
        for number in found.telling {
            let _ = self.at(number, |row| {
                if let Some((event, decoded)) = row.told() {
                    let at = EventId { source: id, index: row.index() };
                    let_go += providers::take(&mut told, event, &decoded, row.time(), at);
                }
            });
        }
        let_go += providers::keep_the_latest(&mut told);
        let mut scan = found.share.scan(learnt.processes.clone());
        (scan.spans, scan.lines) = (told.spans, told.lines);
        scan.notes = notes.finish(&roles);
        let mut counts = found.counts;
        counts.messages = learnt.trace.messages();
        scan.caveats.extend((let_go > 0).then(|| caveats::let_go(let_go)));
        scan.etw = Some(counts);
        scan.has_operations = counts.files + counts.keys > 0;
        // Every record counts, and those that are damaged are damaged whether or not there are rows of them.
        scan.events = learnt.trace.records();
        scan.bad = learnt.trace.damaged();
        scan.first_bad = (scan.bad > 0).then(|| "damaged records or buffers".to_owned());
        let span = |t: FileTime| Some(t).filter(|t| t.0 > 0);
        scan.first = scan.first.or(span(start));
        // A session that was not closed has no end in its header.
        scan.last = scan.last.or(span(end)).or(scan.first);
        told.known.services.extend(services(learnt.names()));
        scan.known.services = told.known.services;
        scan
    }

    fn event(&self, id: EventId) -> Option<Event> {
        self.of(id, |row| row.event(id.source))
    }

    fn detail(&self, id: EventId) -> String {
        let mut out = String::new();
        let _ = self.of(id, |row| row.push_detail(Style::default(), &mut out));
        out
    }

    fn number(&self, id: EventId) -> Option<u64> {
        self.of(id, |row| row.value())?
    }

    fn touching(&self, id: SourceId, notes: &Notes, paths: &Paths) -> Vec<Event> {
        let mut events = trace::touching(self, notes, id, paths);
        access::infer(&mut events);
        // Loads tell what an open was for, and are no operations on the file.
        events.retain(|event| event.kind != Kind::ImageLoad);
        events
    }

    fn near(&self, event: &Event, count: u64) -> Vec<Event> {
        let row = self.learnt().trace.row_at(&[&self.file], 0, event.id.index);
        let (Some(row), Ok(count)) = (row, usize::try_from(count)) else { return Vec::new() };
        let mut found = Vec::new();
        self.whole_rows(self.learnt(), row.saturating_sub(count)..row.saturating_add(count + 1), |row| {
            if row.operation().is_some() {
                found.push(row.event(event.id.source));
            }
            ControlFlow::Continue(())
        });
        found.sort_by_key(|e| (e.time, e.id));
        found
    }
}

impl EtlSource {
    /// What `take` makes of the event with this number.
    fn of<T>(&self, id: EventId, take: impl FnOnce(&EtlRow<'_>) -> T) -> Option<T> {
        let number = self.learnt().trace.row_at(&[&self.file], 0, id.index)?;
        self.at(number, |row| row.operation().is_some().then(|| take(row)))?
    }
}

fn services(names: &Names) -> Vec<ServiceFact> {
    let state = |state| match state {
        1 => Some("stopped"),
        4 => Some("running"),
        _ => None,
    };
    let facts = names.services().iter().filter(|s| !s.name.is_empty());
    facts
        .map(|s| {
            let words =
                format!("{} ({}), as the kernel noted it when the trace ended", s.name, s.process_name);
            ServiceFact {
                name: s.name.clone(),
                start: None,
                state: state(s.state).map(|word| (utc(s.time), word)),
                failed: false,
                evidence: Evidence::said(Words::new(words.clone(), words)),
            }
        })
        .collect()
}
