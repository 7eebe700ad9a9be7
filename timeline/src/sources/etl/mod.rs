//! ETW traces. Their operations become the same events as Process Monitor's; what ETW does not record, the access an
//! open asked for before all, stays empty.

mod access;
mod caveats;
mod detail;
mod learnt;
mod providers;
mod rows;
mod seen;

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Mutex, OnceLock, PoisonError},
};

use etl_reader::{EtlError, EtlFile, RecordKind, Summary, names::Names};
use servicing_logs::bundle::Content;

use super::share::{Frame, Share};
use crate::{
    gather::Gather,
    logs::ServiceFact,
    model::{Event, EventId, Evidence, FileTime, Kind, ProcessId, Role, SourceId, Ticks, Words},
    model::{Machine, Problem},
    paths::Paths,
    query,
    scan::{Caveat, Scan},
};
use learnt::{Learnt, utc};
use rows::Met;
use seen::{Lent, Seen};

/// Events of one trace that are kept whole.
const MAX_HELD: usize = 1 << 18;

/// An ETW trace, in memory or mapped.
#[derive(Debug)]
pub struct EtlSource {
    content: Content,
    learnt: OnceLock<Learnt>,
    /// What was kept. Operations of ETW come from several records each, so those that are kept are kept whole.
    held: Mutex<BTreeMap<u64, Held>>,
    /// What the scan met.
    met: OnceLock<caveats::Met>,
}

/// An event that was kept, with what only its record tells.
#[derive(Debug)]
struct Held {
    event: Event,
    detail: String,
    number: Option<u64>,
}

impl EtlSource {
    /// Takes a trace whose log-file header can be read.
    ///
    /// # Errors
    /// [`EtlError`], where it cannot.
    pub(crate) fn new(content: Content) -> Result<Self, EtlError> {
        EtlFile::from_bytes(&content)?;
        Ok(Self { content, learnt: OnceLock::new(), held: Mutex::default(), met: OnceLock::new() })
    }

    /// The file's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.content
    }

    fn file(&self) -> Option<EtlFile<'_>> {
        EtlFile::from_bytes(&self.content).ok()
    }

    fn learnt(&self, file: &EtlFile<'_>) -> &Learnt {
        self.learnt.get_or_init(|| Learnt::of(file))
    }

    pub(crate) fn machine(&self) -> Option<Machine> {
        let file = self.file()?;
        let header = file.header();
        Some(Machine {
            name: String::new(),
            os: String::new(),
            build: header.build.to_string(),
            architecture: if header.pointer_size == 8 { "x64" } else { "x86" },
            time_zone: String::new(),
        })
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let Some(file) = self.file() else { return Vec::new() };
        let mut problems: Vec<Problem> =
            file.damage().iter().map(|e| Problem { what: e.to_string(), offset: None }).collect();
        let lost = [(file.header().events_lost, "events"), (file.header().buffers_lost, "buffers")];
        for (count, what) in lost.into_iter().filter(|(count, _)| *count > 0) {
            problems.push(Problem {
                what: format!("{count} {what} were lost while the trace was taken"),
                offset: None,
            });
        }
        problems
    }

    /// What the trace does not contain; known once it was scanned.
    pub(crate) fn caveats(&self) -> Vec<Caveat> {
        self.met.get().map_or_else(Vec::new, |met| caveats::of(*met))
    }

    /// Whether there are operations on files or keys.
    pub(crate) fn records_operations(&self) -> bool {
        self.met.get().is_some_and(|met| met.files + met.keys > 0)
    }

    pub(crate) fn scan(&self, id: SourceId) -> Scan {
        let Some(file) = self.file() else { return Scan::default() };
        let summary = Summary::of(&file);
        let learnt = self.learnt(&file);
        let roles: Vec<Role> = learnt.processes.iter().map(|p| p.role).collect();
        let (start, end) = (utc(file.header().start_time), utc(file.header().end_time));
        let (first, last) = learnt.names().span().map_or((start, end), |(a, b)| (utc(a), utc(b)));
        let frame = Frame::new(id, &roles, first, last);
        let (mut share, mut told) = (Share::default(), Scan::default());
        let mut met_so_far = caveats::Met::default();
        let _ = self.walk(|met| {
            let Met::Row(row) = met else { return ControlFlow::Continue(()) };
            match Seen::of(&row) {
                Some(seen) => {
                    seen.count(&mut met_so_far);
                    if share.take(&seen, &frame) {
                        self.hold(&seen, id);
                    }
                }
                None => {
                    if let Some((event, decoded)) = row.told() {
                        let at = EventId { source: id, index: query::Row::index(&row) };
                        providers::take(&mut told, event, &decoded, row.time, at);
                    }
                }
            }
            ControlFlow::Continue(())
        });
        let mut scan = share.scan(learnt.processes.clone());
        (scan.spans, scan.lines) = (told.spans, told.lines);
        let is_message = |kind: RecordKind| kind == RecordKind::Message;
        let messages = summary.kinds.iter().filter(|((kind, _), _)| is_message(*kind));
        met_so_far.messages = messages.map(|(_, count)| count).sum();
        // A second scan meets the same.
        let _ = self.met.set(met_so_far);
        // Every record counts, and those that are damaged are damaged whether or not there are rows of them.
        scan.events = summary.records;
        scan.bad = summary.damaged;
        scan.first_bad = (summary.damaged > 0).then(|| "damaged records or buffers".to_owned());
        let span = |t: FileTime| Some(t).filter(|t| t.0 > 0);
        scan.first = scan.first.or(span(start));
        // A session that was not closed has no end in its header.
        scan.last = scan.last.or(span(end)).or(scan.first);
        told.known.services.extend(services(learnt.names()));
        scan.known.services = told.known.services;
        scan
    }

    /// Keeps an event, for it is going to be asked for.
    fn hold(&self, seen: &Seen<'_, '_>, source: SourceId) -> Option<Event> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let event = seen.own(source);
        if held.len() < MAX_HELD {
            let index = event.id.index;
            let make = || Held { event: event.clone(), detail: seen.detail(), number: seen.number() };
            held.entry(index).or_insert_with(make);
        }
        Some(event)
    }

    fn held<T>(&self, id: EventId, of: impl FnOnce(&Held) -> T) -> Option<T> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(&id.index).map(of)
    }

    pub(crate) fn event(&self, id: EventId) -> Option<Event> {
        self.held(id, |held| held.event.clone())
    }

    pub(crate) fn detail(&self, id: EventId) -> String {
        self.held(id, |held| held.detail.clone()).unwrap_or_default()
    }

    pub(crate) fn number(&self, id: EventId) -> Option<u64> {
        self.held(id, |held| held.number)?
    }

    pub(crate) fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        let mut events = self.collect(id, |_| true, |seen| seen.is_one_of(paths));
        access::infer(&mut events);
        // Loads tell what an open was for, and are no operations on the file.
        events.retain(|event| event.kind != Kind::ImageLoad);
        events
    }

    /// Operations within this time of `event`, on either side.
    pub(crate) fn near(&self, event: &Event, span: Ticks) -> Vec<Event> {
        let from = event.time.0.saturating_sub(span.0);
        let to = event.time.0.saturating_add(span.0);
        self.collect(event.id.source, |time| (from..=to).contains(&time.0), |_| true)
    }

    /// Gathers from all operations; `places` are those of the source's processes in the timeline's.
    pub(crate) fn gather<G: Gather>(&self, source: SourceId, places: &[ProcessId], gather: &G) -> G::Part {
        let mut part = G::Part::default();
        let _ = self.walk(|met| {
            if let Met::Row(row) = met
                && let Some(seen) = Seen::of(&row)
            {
                gather.take(&Lent { seen: &seen, source, places }, &mut part);
            }
            ControlFlow::Continue(())
        });
        part
    }

    fn collect(
        &self,
        id: SourceId,
        when: impl Fn(FileTime) -> bool,
        wanted: impl Fn(&Seen<'_, '_>) -> bool,
    ) -> Vec<Event> {
        let mut found = Vec::new();
        let _ = self.walk(|met| {
            if let Met::Row(row) = met
                && when(row.time)
                && let Some(seen) = Seen::of(&row)
                && wanted(&seen)
                && found.len() < MAX_HELD
            {
                found.extend(self.hold(&seen, id));
            }
            ControlFlow::Continue(())
        });
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
