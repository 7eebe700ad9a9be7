//! Tracks of a report.

use std::collections::HashMap;

use super::{Slice, SliceId, Track, TrackKind, Tracks};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Evidence, EvidenceRow, GraphNode, NodeKind, Operation, Process, Report, Time};
use crate::view;

/// An event or a log line: its input, its number, and whether that counts lines.
type Record<'a> = (&'a str, u64, bool);

fn record<'a>(source: &'a str, index: Option<u64>, line: Option<u64>) -> Option<Record<'a>> {
    line.map(|line| (source, line, true)).or(index.map(|index| (source, index, false)))
}

fn record_of(evidence: Option<&Evidence>) -> Option<Record<'_>> {
    evidence.and_then(|evidence| record(&evidence.source, evidence.index, evidence.line))
}

struct Builder<'a> {
    report: &'a Report,
    lang: Lang,
    end: Option<Time>,
    tracks: Vec<Track>,
    /// Tracks of the processes, in the order of the report's list.
    processes: Vec<usize>,
    threads: HashMap<(usize, u32), usize>,
    /// What is on a track already.
    placed: HashMap<Record<'a>, SliceId>,
}

impl Tracks {
    /// The tracks of a report.
    pub(super) fn of(report: &Report, lang: Lang) -> Self {
        let mut builder = Builder {
            report,
            lang,
            end: report.clock.as_ref().and_then(|clock| clock.end),
            tracks: Vec::new(),
            processes: Vec::new(),
            threads: HashMap::new(),
            placed: HashMap::new(),
        };
        builder.phases();
        builder.services();
        builder.processes();
        builder.operations();
        builder.log_lines();
        let flows = builder.causes();
        builder.tracks.iter_mut().flat_map(|track| &mut track.slices).for_each(Slice::mend);
        let times = builder.tracks.iter().flat_map(|track| &track.slices).map(|slice| slice.start);
        let start = times.min().or(view::origin(report)).unwrap_or_default();
        Self { start, tracks: builder.tracks, flows }
    }
}

impl Slice {
    /// An end before the start is the clock's doing, and no length.
    fn mend(&mut self) {
        self.end = self.end.map(|end| end.max(self.start));
    }
}

impl<'a> Builder<'a> {
    fn track(&mut self, parent: Option<usize>, kind: TrackKind, name: impl Into<String>) -> usize {
        self.tracks.push(Track { parent, kind, name: name.into(), slices: Vec::new() });
        self.tracks.len() - 1
    }

    /// Puts a slice on a track, unless it has only a time of day and the others have dates: it is on another clock.
    fn push(&mut self, track: usize, slice: Slice) -> Option<SliceId> {
        if slice.start.is_dated() != view::origin(self.report).is_some_and(Time::is_dated) {
            return None;
        }
        let slices = &mut self.tracks.get_mut(track)?.slices;
        slices.push(slice);
        Some((track, slices.len() - 1))
    }

    /// What a fact rests on, as arguments of a slice.
    fn evidence(&self, evidence: Option<&Evidence>) -> Vec<(&'static str, String)> {
        evidence.map_or_else(Vec::new, |evidence| {
            vec![
                ("evidence", evidence.text.get(self.lang).to_owned()),
                ("record", view::place(evidence)),
                ("trust", evidence.trust.as_ref().map_or("", |trust| trust.as_str()).to_owned()),
            ]
        })
    }

    fn phases(&mut self) {
        let report = self.report;
        let mut track = None;
        for phase in &report.phases {
            let Some(start) = phase.start else { continue };
            let name = phase
                .name
                .as_ref()
                .map_or_else(String::new, |name| view::phase_name(name).get(self.lang).to_owned());
            let mut args = vec![("boot", phase.boot.map_or_else(String::new, |boot| boot.to_string()))];
            args.extend(phase.trust.iter().map(|trust| ("trust", trust.as_str().to_owned())));
            args.extend(
                self.evidence(phase.evidence.as_ref()).into_iter().filter(|(name, _)| *name != "trust"),
            );
            let track = *track
                .get_or_insert_with(|| self.track(None, TrackKind::Group, m::LANE_PHASES.get(self.lang)));
            self.push(track, Slice { name, category: "phase", start, end: phase.end.or(self.end), args });
        }
    }

    fn services(&mut self) {
        let report = self.report;
        let mut group = None;
        for service in
            report.services.iter().filter(|service| service.states.iter().any(|state| state.time.is_some()))
        {
            let group = *group.get_or_insert_with(|| {
                self.track(None, TrackKind::Group, m::SECTION_SERVICES.get(self.lang))
            });
            let track = self.track(Some(group), TrackKind::Group, service.name.clone());
            let states: Vec<_> =
                service.states.iter().filter_map(|state| state.time.map(|time| (time, state))).collect();
            let ends = states.iter().skip(1).map(|(time, _)| Some(*time)).chain([self.end]);
            for ((start, state), end) in states.iter().zip(ends) {
                let mut args = vec![
                    ("display name", service.display_name.clone()),
                    ("start type", service.start_type.clone()),
                    ("assessment", service.assessment.get(self.lang).to_owned()),
                ];
                args.extend(state.trust.iter().map(|trust| ("trust", trust.as_str().to_owned())));
                args.extend(
                    self.evidence(state.evidence.as_ref()).into_iter().filter(|(name, _)| *name != "trust"),
                );
                let name = state.state.clone();
                self.push(track, Slice { name, category: "service", start: *start, end, args });
            }
        }
    }

    fn processes(&mut self) {
        let report = self.report;
        let first = report.clock.as_ref().and_then(|clock| clock.start);
        for process in &report.processes {
            // Ids are used again: a second process of an id would be taken for the first.
            let pid = process
                .pid
                .filter(|pid| report.processes.iter().filter(|p| p.pid == Some(*pid)).count() == 1);
            let kind = pid.map_or(TrackKind::Group, |pid| TrackKind::Process { pid });
            let name = view::process_and_pid(&process.name, process.pid);
            let track = self.track(None, kind, name);
            self.processes.push(track);
            let lives = self.track(Some(track), TrackKind::Group, m::LANE_LIFE.get(self.lang));
            let Some(start) = process.start.or(first) else { continue };
            let args = vec![
                ("command line", process.command_line.clone()),
                ("image path", process.image_path.clone()),
                ("parent", process.parent.map_or_else(String::new, |pid| pid.to_string())),
                ("role", process.role.as_ref().map_or("", |role| role.as_str()).to_owned()),
                ("exit status", process.exit_status.clone()),
                ("events", process.events.map_or_else(String::new, |events| events.to_string())),
                ("failures", process.failures.map_or_else(String::new, |failures| failures.to_string())),
            ];
            let end = process.end.or(self.end);
            self.push(lives, Slice { name: process.name.clone(), category: "process", start, end, args });
        }
    }

    /// The track of a thread: of the last process of its id begun before.
    fn thread(&mut self, name: &str, pid: Option<u32>, tid: Option<u32>, time: Time) -> usize {
        let report = self.report;
        let begun = |process: &Process| process.start.is_none_or(|start| start <= time);
        let mut of_pid = report.processes.iter().enumerate().filter(|(_, p)| p.pid == pid && pid.is_some());
        let found =
            of_pid.clone().filter(|(_, p)| begun(p)).max_by_key(|(_, p)| p.start).or_else(|| of_pid.next());
        let process = match found.and_then(|(number, _)| self.processes.get(number)) {
            Some(track) => *track,
            None => {
                let label = view::process_and_pid(name, pid);
                let known =
                    self.tracks.iter().position(|track| track.parent.is_none() && track.name == label);
                known.unwrap_or_else(|| self.track(None, TrackKind::Group, label))
            }
        };
        let tid = tid.unwrap_or(0);
        if let Some(track) = self.threads.get(&(process, tid)) {
            return *track;
        }
        let kind = match self.tracks.get(process).map(|track| track.kind) {
            Some(TrackKind::Process { pid }) => TrackKind::Thread { pid, tid },
            _ => TrackKind::Group,
        };
        let track = self.track(Some(process), kind, m::LANE_THREAD.fill(self.lang, &[&tid.to_string()]));
        self.threads.insert((process, tid), track);
        track
    }

    fn operations(&mut self) {
        let report = self.report;
        for row in report.evidence.iter().filter(|row| row.line.is_none()) {
            self.operation(
                &row_operation(row),
                record(&row.source, row.index, None),
                row.note.get(self.lang),
            );
        }
        let failing = report.verdict.failing_operation.iter();
        for operation in failing.chain(report.candidates.iter().map(|candidate| &candidate.operation)) {
            self.operation(operation, record(&operation.source, operation.index, None), "");
        }
    }

    fn operation(&mut self, operation: &Operation, record: Option<Record<'a>>, note: &str) {
        let Some(start) = operation.time else { return };
        if record.is_some_and(|record| self.placed.contains_key(&record)) {
            return;
        }
        let end =
            operation.duration.map(|span| Time::from_filetime(start.filetime().saturating_add(span.ticks())));
        let failing = self.report.verdict.failing_operation.as_ref();
        let failing = failing
            .is_some_and(|f| f.index.is_some() && f.index == operation.index && f.source == operation.source);
        let args = vec![
            ("path", operation.path.clone()),
            ("target path", operation.target_path.clone()),
            ("result", view::result_and_status(&operation.result, &operation.status, self.lang)),
            ("detail", operation.detail.clone()),
            ("record", view::place_of(&operation.source, operation.index, None)),
            ("note", note.to_owned()),
            ("failing", if failing { m::FAILING_OPERATION.get(self.lang).to_owned() } else { String::new() }),
        ];
        let track = self.thread(&operation.process, operation.pid, operation.tid, start);
        let name = operation.operation.clone();
        let category = if failing { "failing operation" } else { "operation" };
        let slice = self.push(track, Slice { name, category, start, end, args });
        self.placed.extend(record.zip(slice));
    }

    fn log_lines(&mut self) {
        let report = self.report;
        let mut tracks: HashMap<&str, usize> = HashMap::new();
        for row in report.evidence.iter().filter(|row| row.line.is_some()) {
            let Some(start) = row.time else { continue };
            let track = *tracks.entry(&row.source).or_insert_with(|| {
                self.tracks.push(Track {
                    parent: None,
                    kind: TrackKind::Group,
                    name: view::file_name(&row.source).to_owned(),
                    slices: Vec::new(),
                });
                self.tracks.len() - 1
            });
            let args = vec![
                ("record", view::place_of(&row.source, row.index, row.line)),
                ("path", row.path.clone()),
            ];
            let slice =
                self.push(track, Slice { name: row.detail.clone(), category: "log", start, end: None, args });
            self.placed.extend(record(&row.source, row.index, row.line).zip(slice));
        }
    }

    /// The nodes of the graph that have a time, and the edges between them. Nodes that are on no track yet get a
    /// track of their own.
    fn causes(&mut self) -> Vec<(SliceId, SliceId)> {
        let report = self.report;
        let Some(graph) = &report.graph else { return Vec::new() };
        let mut track = None;
        let mut slices: HashMap<&str, (Time, SliceId)> = HashMap::new();
        for node in &graph.nodes {
            let Some(start) = node.time else { continue };
            let record = record_of(node.evidence.as_ref());
            let on_track = |node: &GraphNode| {
                node.kind == Some(NodeKind::Operation) || node.kind == Some(NodeKind::LogLine)
            };
            let slice = match record.filter(|_| on_track(node)).and_then(|record| self.placed.get(&record)) {
                Some(slice) => Some(*slice),
                None => {
                    let track = *track.get_or_insert_with(|| {
                        self.track(None, TrackKind::Group, m::LANE_CAUSES.get(self.lang))
                    });
                    let mut args = vec![("detail", node.detail.clone())];
                    args.extend(node.trust.iter().map(|trust| ("trust", trust.as_str().to_owned())));
                    args.extend(
                        self.evidence(node.evidence.as_ref())
                            .into_iter()
                            .filter(|(name, _)| *name != "trust"),
                    );
                    self.push(
                        track,
                        Slice {
                            name: node.label.get(self.lang).to_owned(),
                            category: "cause",
                            start,
                            end: None,
                            args,
                        },
                    )
                }
            };
            slices.extend(slice.map(|slice| (node.id.as_str(), (start, slice))));
        }
        let ends = graph.edges.iter().filter_map(|edge| {
            let (from, to) = (slices.get(edge.from.as_str())?, slices.get(edge.to.as_str())?);
            // Arrows are drawn with time: a cause that was written down later stands first nonetheless.
            Some(if from.0 <= to.0 { (from.1, to.1) } else { (to.1, from.1) })
        });
        ends.filter(|(from, to)| from != to).collect()
    }
}

fn row_operation(row: &EvidenceRow) -> Operation {
    Operation {
        source: row.source.clone(),
        index: row.index,
        time: row.time,
        duration: row.duration,
        process: row.process.clone(),
        pid: row.pid,
        tid: row.tid,
        operation: row.operation.clone(),
        path: row.path.clone(),
        target_path: row.target_path.clone(),
        result: row.result.clone(),
        status: row.status.clone(),
        detail: row.detail.clone(),
        ..Operation::default()
    }
}
