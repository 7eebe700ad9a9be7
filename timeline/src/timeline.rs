//! The timeline: every source of a case on one clock, with the processes and the operations that were kept.

use std::sync::Arc;

use rayon::prelude::*;

use crate::{
    case::{Case, Input},
    gather::{Gather, Gathering},
    logs::LocalClock,
    model::{Event, EventId, FileTime, Machine, Module, Process, ProcessId, Role, SourceId, Stack},
    notes::Servicing,
    paths::Paths,
    progress::Progress,
    scan::{FailureGroup, Kept, Scan},
    sources::{Source, etl::sessions},
    strangers, twice,
    watch::Mark,
};

/// What the sources of a case say, together.
#[derive(Debug)]
pub struct Timeline<'c> {
    /// The case.
    pub case: &'c Case,
    /// The processes of all sources.
    pub processes: Vec<Process>,
    /// What each source's scan found; its processes are moved to `processes`.
    pub scans: Vec<Scan>,
    /// Of each source, where its processes stand in `processes`.
    places: Vec<Vec<ProcessId>>,
    /// Sources of another machine, which nothing is taken from.
    strangers: Vec<SourceId>,
}

impl<'c> Timeline<'c> {
    /// Scans every source of the case.
    #[must_use]
    pub fn new(case: &'c Case) -> Self {
        Self::watched(case, &Progress::new(case.inputs.len()))
    }

    /// Scans every source of the case, and says how far that is.
    #[tracing::instrument(name = "timeline", skip_all)]
    pub fn watched(case: &'c Case, progress: &Progress) -> Self {
        let mut scans = scan_all(case, progress);
        let strangers = strangers::set_aside(&case.inputs, &mut scans);
        let mut timeline =
            Self { case, processes: Vec::new(), scans: Vec::new(), places: Vec::new(), strangers };
        let mut known = twice::Known::default();
        for mut scan in scans {
            let apart = timeline.scans.iter().all(|other| twice::are_apart(other, &scan));
            let processes = std::mem::take(&mut scan.processes);
            let span = scan.first.zip(scan.last);
            let places = known.take(processes, span, apart, &mut timeline.processes);
            let place = |id: ProcessId| places.get(id.0 as usize).copied();
            for group in &mut scan.failures {
                group.process = group.process.and_then(place);
            }
            scan.silences.retain_mut(|silence| {
                place(silence.process).map(|process| silence.process = process).is_some()
            });
            for earlier in &mut timeline.scans {
                if !twice::are_apart(earlier, &scan) {
                    twice::count_once(&mut earlier.failures, &mut scan.failures);
                }
            }
            timeline.places.push(places);
            timeline.scans.push(scan);
        }
        sessions::join(&mut timeline.scans);
        timeline.set_clocks();
        timeline
    }

    /// Gives every log a clock: its own lines tell it, or a trace of the writing of CBS.log, or another log of the case.
    /// Where there is no trace to be held against, the clock is assumed to show UTC; where there is one, lines of an
    /// unknown clock stay without a time.
    fn set_clocks(&mut self) {
        let written =
            self.marked_ids(Mark::CbsLogWritten).last().and_then(|id| self.event(id)).map(|e| e.end());
        let traced = self.case.inputs.iter().any(|i| i.source.is_trace());
        for scan in &mut self.scans {
            let last = scan.lines.iter().rev().find_map(|l| l.local);
            if scan.clock.is_none()
                && let (Some(last), Some(written)) = (last, written)
            {
                scan.clock = LocalClock::align(last, written);
            }
        }
        let known = self.scans.iter().filter_map(|s| s.clock.as_ref()).max_by_key(|c| c.trust).cloned();
        for scan in &mut self.scans {
            let is_local = scan.local.is_some() || scan.lines.iter().any(|l| l.local.is_some());
            if scan.clock.is_none() && is_local {
                scan.clock = match &known {
                    Some(clock) => Some(clock.borrowed()),
                    None => (!traced).then(LocalClock::assumed_utc),
                };
            }
            let Some(clock) = &scan.clock else { continue };
            for line in &mut scan.lines {
                line.time = line.time.or_else(|| line.local.map(|local| clock.to_utc(line.line, local)));
            }
            scan.first = scan.lines.iter().filter_map(|l| l.time).chain(scan.first).min();
            scan.last = scan.lines.iter().filter_map(|l| l.time).chain(scan.last).max();
        }
    }

    /// The name of the machine that a source is of, where it tells.
    #[must_use]
    pub fn host(&self, id: SourceId) -> Option<String> {
        let at = usize::from(id.0);
        strangers::host(self.case.inputs.get(at)?, self.scans.get(at)?)
    }

    /// Whether a source is of another machine, so that nothing is taken from it.
    #[must_use]
    pub fn is_stranger(&self, id: SourceId) -> bool {
        self.strangers.contains(&id)
    }

    /// What the sources say of the machine: of each part the first that one knows, a trace before a log.
    #[must_use]
    pub fn machine(&self) -> Option<Machine> {
        let traces = self.case.inputs.iter().filter_map(|i| i.source.machine());
        let logs = self.scans.iter().filter_map(|s| s.known.machine.clone());
        let known: Vec<Machine> = traces.chain(logs).collect();
        let first = |part: fn(&Machine) -> &str| {
            known.iter().map(part).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
        };
        let architecture = known.iter().map(|m| m.architecture).find(|text| !text.is_empty());
        (!known.is_empty()).then(|| Machine {
            name: first(|m| &m.name),
            os: first(|m| &m.os),
            build: first(|m| &m.build),
            architecture: architecture.unwrap_or_default(),
            time_zone: first(|m| &m.time_zone),
        })
    }

    /// A process.
    #[must_use]
    pub fn process(&self, id: ProcessId) -> Option<&Process> {
        self.processes.get(id.0 as usize)
    }

    /// The process of an event.
    #[must_use]
    pub fn process_of(&self, event: &Event) -> Option<&Process> {
        self.process(event.process?)
    }

    /// An event, owned. `None` where its record is damaged.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<Event> {
        let event = self.case.inputs.get(usize::from(id.source.0))?.source.event(id)?;
        Some(self.placed(event))
    }

    /// The events with this number, of each source that has one.
    #[must_use]
    pub fn numbered(&self, index: u64) -> Vec<Event> {
        let sources = (0..self.case.inputs.len()).filter_map(|number| u16::try_from(number).ok());
        sources.filter_map(|source| self.event(EventId { source: SourceId(source), index })).collect()
    }

    /// Events around one, in order of time.
    #[must_use]
    pub fn near(&self, event: &Event, count: u64) -> Vec<Event> {
        let source = event.id.source;
        let Some(input) = self.case.inputs.get(usize::from(source.0)) else { return Vec::new() };
        let found = input.source.near(event, count);
        let mut found: Vec<Event> = found.into_iter().map(|e| self.placed(e)).collect();
        found.sort_by_key(|e| (e.time, e.id));
        found
    }

    /// The number in the registry value that an event read or wrote.
    #[must_use]
    pub fn number(&self, id: EventId) -> Option<u64> {
        self.case.inputs.get(usize::from(id.source.0))?.source.number(id)
    }

    /// The Detail column of an event.
    pub fn detail(&self, id: EventId) -> String {
        self.case
            .inputs
            .get(usize::from(id.source.0))
            .map_or_else(String::new, |input| input.source.detail(id))
    }

    /// The call stack of an event; `None` where its source has none.
    #[must_use]
    pub fn stack(&self, id: EventId) -> Option<Stack> {
        self.case.inputs.get(usize::from(id.source.0))?.source.stack(id)
    }

    /// The modules of the kernel that a source lists; `None` where the source has no stacks.
    #[must_use]
    pub fn kernel_modules(&self, id: SourceId) -> Option<Vec<Arc<Module>>> {
        self.case.inputs.get(usize::from(id.0))?.source.kernel_modules()
    }

    /// The modules of the processes that `wanted` names, as their sources list them.
    pub fn modules<'t>(
        &'t self,
        wanted: impl Fn(ProcessId) -> bool + 't,
    ) -> impl Iterator<Item = (ProcessId, Arc<Module>)> + 't {
        let sources = self.case.inputs.iter().zip(&self.places).enumerate();
        let own = sources.filter(|(number, _)| !self.is_stranger(SourceId::at(*number)));
        let processes = own.flat_map(|(_, (input, places))| {
            places.iter().enumerate().map(move |(slot, id)| (input, slot, *id))
        });
        processes
            .filter(move |(.., id)| wanted(*id))
            .flat_map(|(input, slot, id)| input.source.modules(slot).into_iter().map(move |m| (id, m)))
    }

    /// Earliest and latest event of all sources. A source that has times of day without a date is on another clock: it
    /// counts only where no source has dates.
    #[must_use]
    pub fn span(&self) -> Option<(FileTime, FileTime)> {
        let spans: Vec<_> = self.scans.iter().filter_map(|s| s.first.zip(s.last)).collect();
        let dated = spans.iter().any(|(first, _)| first.is_dated());
        let met = || spans.iter().filter(|(first, _)| first.is_dated() == dated);
        Some((met().map(|(first, _)| *first).min()?, met().map(|(_, last)| *last).max()?))
    }

    /// All groups of failures.
    pub fn failures(&self) -> impl Iterator<Item = &FailureGroup> {
        self.scans.iter().flat_map(|s| &s.failures)
    }

    fn marked_ids(&self, wanted: Mark) -> impl Iterator<Item = EventId> {
        self.kept().filter(move |(_, kept)| *kept == Kept::Marked(wanted)).map(|(id, _)| id)
    }

    /// The events with one of the marks that are `wanted`, in order of time.
    pub fn marked(&self, wanted: impl Fn(Mark) -> bool) -> Vec<(Mark, Event)> {
        let marks = self.kept().filter_map(|(id, kept)| match kept {
            Kept::Marked(mark) if wanted(mark) => Some((mark, id)),
            _ => None,
        });
        let marks: Vec<_> = marks.collect();
        let mut events: Vec<_> =
            marks.into_par_iter().filter_map(|(mark, id)| Some((mark, self.event(id)?))).collect();
        events.sort_by_key(|(_, e)| (e.time, e.id));
        self.once(events, |(_, event)| event)
    }

    /// The errors that servicing processes met, in order of time, of those that `wanted` lets through. Those of a status
    /// that `may` keeps back are not read.
    #[tracing::instrument(skip_all)]
    pub fn suspects(&self, may: impl Fn(u32) -> bool, wanted: impl Fn(&Event) -> bool + Sync) -> Vec<Event> {
        let suspects =
            self.kept().filter(|(_, kept)| matches!(kept, Kept::Suspect { status } if may(*status)));
        let ids: Vec<_> = suspects.map(|(id, _)| id).collect();
        let mut events: Vec<_> =
            ids.into_par_iter().filter_map(|id| self.event(id)).filter(|event| wanted(event)).collect();
        events.sort_by_key(|e| (e.time, e.id));
        self.once(events, |event| event)
    }

    /// The events that touch one of `paths`, or put something else in its place, in order of time.
    #[tracing::instrument(skip_all)]
    #[must_use]
    pub fn touching(&self, paths: &Paths) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for (number, (input, scan)) in self.case.inputs.iter().zip(&self.scans).enumerate() {
            let id = SourceId::at(number);
            if self.is_stranger(id) {
                continue;
            }
            let found = input.source.touching(id, &scan.notes, paths);
            events.extend(found.into_iter().map(|e| self.placed(e)));
        }
        events.sort_by_key(|e| (e.time, e.id));
        self.once(events, |event| event)
    }

    /// Gathers from all operations of all sources.
    #[tracing::instrument(skip_all)]
    pub fn gather<G: Gather>(&self, gather: &G) -> G::Part {
        self.gathered(gather, |source, _, gathering| gathering.of_all(source))
    }

    /// Gathers from the operations of processes that service updates. Others may come too.
    #[tracing::instrument(skip_all)]
    pub fn gather_servicing<G: Gather>(&self, gather: &G, whose: Servicing) -> G::Part {
        let role = |id| self.process(id).map_or(Role::Other, |process| process.role);
        self.gathered(gather, |source, scan, gathering| {
            if scan.notes.know(whose, gathering.places, role) {
                source.gather_noted(&gathering, &scan.notes, whose)
            } else {
                gathering.of_all(source)
            }
        })
    }

    fn gathered<'t, G: Gather>(
        &'t self,
        gather: &'t G,
        of: impl Fn(&Source, &Scan, Gathering<'t, G>) -> G::Part,
    ) -> G::Part {
        let inputs = self.case.inputs.iter().zip(&self.scans).zip(&self.places).enumerate();
        let inputs = inputs.map(|(number, ((input, scan), places))| {
            (input, scan, Gathering { gather, source: SourceId::at(number), places })
        });
        let own = inputs.filter(|(.., gathering)| !self.is_stranger(gathering.source));
        let parts = own.map(|(input, scan, gathering)| of(&input.source, scan, gathering));
        parts.reduce(|a, b| gather.join(a, b)).unwrap_or_default()
    }

    fn kept(&self) -> impl Iterator<Item = (EventId, Kept)> {
        self.scans.iter().enumerate().flat_map(|(number, scan)| {
            let source = SourceId::at(number);
            scan.kept.iter().map(move |(index, kept)| (EventId { source, index: *index }, *kept))
        })
    }

    /// An event of a source, with its process's place in the timeline.
    fn placed(&self, mut event: Event) -> Event {
        let places = self.places.get(usize::from(event.id.source.0));
        event.process = event.process.and_then(|p| places?.get(p.0 as usize).copied());
        event
    }

    /// Events in order of time, each once where several traces of a boot have it.
    fn once<T>(&self, events: Vec<T>, event: impl Fn(&T) -> &Event) -> Vec<T> {
        let source = |id: SourceId| self.case.inputs.get(usize::from(id.0)).map(|input| &input.source);
        twice::once(events, event, |id| source(id).is_some_and(Source::tells_access))
    }
}

/// Scans all sources, in parallel. Exports come last: where one has local times of an unknown zone, a log may tell it.
fn scan_all(case: &Case, progress: &Progress) -> Vec<Scan> {
    let scan = |number: usize, input: &Input| {
        let _span = tracing::info_span!("scan", input = input.path).entered();
        let counter = progress.of(number, input.source.bytes().len() as u64);
        let scan = input.source.scan(SourceId::at(number), counter);
        counter.finish();
        scan
    };
    let scan_those = |exports: bool| -> Vec<(usize, Scan)> {
        let inputs = case.inputs.par_iter().enumerate();
        let those = inputs.filter(|(_, input)| matches!(input.source, Source::Import(_)) == exports);
        those.map(|(number, input)| (number, scan(number, input))).collect()
    };
    let mut scans = scan_those(false);
    set_export_clocks(case, scans.iter().map(|(_, scan)| scan));
    scans.extend(scan_those(true));
    scans.sort_by_key(|(number, _)| *number);
    scans.into_iter().map(|(_, scan)| scan).collect()
}

/// Gives each export of local times the clock of CBS.log, where that log's own lines tell it, by the export's last write to
/// the log and the log's last line.
fn set_export_clocks<'s>(case: &Case, scans: impl Iterator<Item = &'s Scan>) {
    let mut logged: Vec<FileTime> = scans.filter_map(Scan::last_line_by_own_clock).collect();
    logged.sort_unstable_by(|a, b| b.cmp(a));
    if logged.is_empty() {
        return;
    }
    for input in &case.inputs {
        let Source::Import(source) = &input.source else { continue };
        if let Some(written) = source.last_write_of_cbs_log() {
            let _ = logged.iter().any(|line| source.set_clock(written, *line));
        }
    }
}
