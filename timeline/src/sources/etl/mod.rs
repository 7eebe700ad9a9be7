//! ETW traces. Their operations become the same events as Process Monitor's. What ETW does not record stays empty,
//! above all the access that an open asked for.

mod access;
mod caveats;
mod detail;
mod learnt;
mod providers;
mod rows;
mod seen;
pub(crate) mod sessions;
mod source;

use std::ops::{ControlFlow, Range};

use etl_reader::names::Names;
use rayon::prelude::*;

use super::{
    recorded::Recorded,
    share::{Frame, Share},
};
use crate::{
    gather::Gather,
    logs::ServiceFact,
    model::{Event, EventId, Evidence, FileTime, Kind, ProcessId, Role, SourceId, Words},
    model::{Machine, Problem},
    paths::Paths,
    progress::Counter,
    query,
    scan::{EtwCounts, Scan},
};
use learnt::utc;
use rows::{EtlRow, Met, Shared};
use seen::{Lent, Seen};
pub(crate) use source::EtlSource;

/// Rows that one thread takes at a time.
const CHUNK: usize = 1 << 14;

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
        let (learnt, header, shared) = (self.learnt(), self.file.header(), self.shared());
        let roles: Vec<Role> = learnt.processes.iter().map(|p| p.role).collect();
        let (start, end) = (utc(header.start_time), utc(header.end_time));
        let (first, last) = learnt.names().span().map_or((start, end), |(a, b)| (utc(a), utc(b)));
        let frame = Frame::new(id, &roles, first, last);
        let all = learnt.trace.len() as u64;
        let chunk = |mut found: Found, rows: Range<usize>| {
            counter.add(rows.len() as u64, all);
            let _ = self.rows(shared, rows, |number, met| {
                let Met::Row(row) = met else { return ControlFlow::Continue(()) };
                match Seen::of(&row) {
                    Some(seen) => {
                        seen.count(&mut found.counts);
                        let _ = found.share.take(&seen, &frame);
                    }
                    None => found.telling.extend(row.may_tell().then_some(number)),
                }
                ControlFlow::Continue(())
            });
            found
        };
        let found = self.chunks().fold(Found::default, chunk).reduce(Found::default, Found::join);
        let (mut told, mut let_go) = (Scan::default(), 0);
        for number in found.telling {
            let _ = self.row(number, |row| {
                if let Some((event, decoded)) = row.told() {
                    let at = EventId { source: id, index: query::Row::index(row) };
                    let_go += providers::take(&mut told, event, &decoded, row.time, at);
                }
            });
        }
        let_go += providers::keep_the_latest(&mut told);
        let mut scan = found.share.scan(learnt.processes.clone());
        (scan.spans, scan.lines) = (told.spans, told.lines);
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
        self.seen(id, |seen| seen.own(id.source))
    }

    fn detail(&self, id: EventId) -> String {
        self.seen(id, |seen| seen.detail()).unwrap_or_default()
    }

    fn number(&self, id: EventId) -> Option<u64> {
        self.seen(id, |seen| seen.number())?
    }

    fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        let mut events = self.collect(id, |seen| seen.is_one_of(paths));
        access::infer(&mut events);
        // Loads tell what an open was for, and are no operations on the file.
        events.retain(|event| event.kind != Kind::ImageLoad);
        events
    }

    fn near(&self, event: &Event, count: u64) -> Vec<Event> {
        let learnt = self.learnt();
        let row = learnt.trace.row_at(&[&self.file], 0, event.id.index);
        let (Some(row), Ok(count)) = (row, usize::try_from(count)) else { return Vec::new() };
        let rows = row.saturating_sub(count)..row.saturating_add(count + 1).min(learnt.trace.len());
        let mut found = Vec::new();
        let _ = self.rows(Shared::new(learnt), rows, |_, met| {
            if let Met::Row(row) = met {
                found.extend(Seen::of(&row).map(|seen| seen.own(event.id.source)));
            }
            ControlFlow::Continue(())
        });
        found.sort_by_key(|e| (e.time, e.id));
        found
    }
}

impl EtlSource {
    /// The trace's rows in parts, for threads.
    fn chunks(&self) -> impl IndexedParallelIterator<Item = Range<usize>> {
        let rows = self.learnt().trace.len();
        (0..rows.div_ceil(CHUNK)).into_par_iter().map(move |n| n * CHUNK..(n * CHUNK + CHUNK).min(rows))
    }

    /// Makes something of all operations and events of processes, in parallel.
    fn fold<T: Send>(
        &self,
        new: impl Fn() -> T + Sync + Send,
        take: impl Fn(&mut T, &Seen<'_, '_>) + Sync,
        join: impl Fn(T, T) -> T + Sync + Send,
    ) -> T {
        let shared = self.shared();
        let chunk = |mut part: T, rows: Range<usize>| {
            let _ = self.rows(shared, rows, |_, met| {
                if let Met::Row(row) = met
                    && let Some(seen) = Seen::of(&row)
                {
                    take(&mut part, &seen);
                }
                ControlFlow::Continue(())
            });
            part
        };
        self.chunks().fold(&new, chunk).reduce(&new, join)
    }

    /// What `take` makes of one row.
    fn row<T>(&self, number: usize, take: impl FnOnce(&EtlRow<'_>) -> T) -> Option<T> {
        let (mut take, mut taken) = (Some(take), None);
        let _ = self.rows(Shared::new(self.learnt()), number..number + 1, |_, met| {
            if let Met::Row(row) = met {
                taken = take.take().map(|take| take(&row));
            }
            ControlFlow::Continue(())
        });
        taken
    }

    /// What `take` makes of the event with this number.
    fn seen<T>(&self, id: EventId, take: impl FnOnce(&Seen<'_, '_>) -> T) -> Option<T> {
        let number = self.learnt().trace.row_at(&[&self.file], 0, id.index)?;
        self.row(number, |row| Seen::of(row).map(|seen| take(&seen)))?
    }

    /// Gathers from all operations; `places` are those of the source's processes in the timeline's.
    pub(crate) fn gather<G: Gather>(&self, source: SourceId, places: &[ProcessId], gather: &G) -> G::Part {
        let take = |part: &mut G::Part, seen: &Seen<'_, '_>| {
            gather.take(&Lent { seen, source, places }, part);
        };
        self.fold(G::Part::default, take, |a, b| gather.join(a, b))
    }

    /// The events that are wanted, in order of time.
    fn collect(&self, id: SourceId, wanted: impl Fn(&Seen<'_, '_>) -> bool + Sync) -> Vec<Event> {
        let take = |events: &mut Vec<Event>, seen: &Seen<'_, '_>| {
            if wanted(seen) {
                events.push(seen.own(id));
            }
        };
        let join = |mut earlier: Vec<Event>, later: Vec<Event>| {
            earlier.extend(later);
            earlier
        };
        let mut found = self.fold(Vec::new, take, join);
        found.sort_by_key(|e| (e.time, e.id));
        found
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
