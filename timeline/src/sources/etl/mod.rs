//! ETW traces. Their operations become the same events as Process Monitor's; what ETW does not record, the access an
//! open asked for before all, stays empty.

mod detail;
mod learnt;
mod rows;

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
    sync::OnceLock,
};

use etl_reader::{
    EtlError, EtlFile, Summary,
    names::{Names, Operation, OperationClass},
};
use servicing_logs::bundle::Content;

use super::{
    FailureGroup, Kept, Machine, Paths, Problem, Scan,
    gather::{Done, Gather},
    watch,
};
use crate::{
    logs::ServiceFact,
    model::{
        Event, EventId, Evidence, FileTime, Kind, OpenFacts, ProcessId, Role, SourceId, Ticks, Words,
        is_error,
    },
};
use learnt::{Learnt, push_path, utc};

const BINS: usize = 240;
const MAX_GROUPS: usize = 1 << 16;
const MAX_KEPT: usize = 1 << 18;

/// An ETW trace, in memory or mapped.
#[derive(Debug)]
pub struct EtlSource {
    content: Content,
    learnt: OnceLock<Learnt>,
    /// What the scan kept. Operations of ETW come from several records each, so those that are kept are kept whole.
    events: OnceLock<BTreeMap<u64, Event>>,
}

impl EtlSource {
    /// Takes a trace whose log-file header can be read.
    ///
    /// # Errors
    /// [`EtlError`], where it cannot.
    pub(crate) fn new(content: Content) -> Result<Self, EtlError> {
        EtlFile::from_bytes(&content)?;
        Ok(Self { content, learnt: OnceLock::new(), events: OnceLock::new() })
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

    pub(crate) fn scan(&self, id: SourceId) -> Scan {
        let Some(file) = self.file() else { return Scan::default() };
        let files = [&file];
        let summary = Summary::of(&file);
        let learnt = self.learnt(&file);
        let names = learnt.names();
        let mut processes = learnt.processes.clone();
        let (first, last) = (utc(file.header().start_time).0, utc(file.header().end_time).0);
        let width = (last.saturating_sub(first) / BINS as u64).max(1) + 1;
        let mut scan = Scan {
            events: summary.records,
            bad: summary.damaged,
            first_bad: (summary.damaged > 0).then(|| "damaged records or buffers".to_owned()),
            histogram: vec![(0, 0); BINS],
            ..Scan::default()
        };
        let mut failures: HashMap<(Option<ProcessId>, &'static str, u32), FailureGroup> = HashMap::new();
        let mut events = BTreeMap::new();
        let mut classes = [("File System", 0u64), ("Registry", 0u64)];
        let mut path = String::new();
        let _ = names.operations(&files, |operation| {
            let time = utc(operation.time);
            let status = operation.status.unwrap_or(0);
            let failed = is_error(status);
            let process = learnt.process(operation.pid, time);
            if let Some(class) = classes.get_mut(usize::from(operation.class == OperationClass::Registry)) {
                class.1 += 1;
            }
            let bin = (time.0.saturating_sub(first) / width) as usize;
            if let Some((events, failures)) = scan.histogram.get_mut(bin.min(BINS - 1)) {
                *events += 1;
                *failures += u64::from(failed);
            }
            scan.first = scan.first.into_iter().chain([time]).min();
            scan.last = scan.last.into_iter().chain([time]).max();
            let mut role = Role::Other;
            if let Some(process) = process.and_then(|p| processes.get_mut(p.0 as usize)) {
                process.events += 1;
                process.failures += u64::from(failed);
                role = process.role;
            }
            let event_id = EventId { source: id, index: operation.record };
            if failed {
                let key = (process, operation.name, status);
                if failures.len() < MAX_GROUPS || failures.contains_key(&key) {
                    let group = failures.entry(key).or_insert_with(|| FailureGroup {
                        process,
                        operation: operation.name,
                        status,
                        count: 0,
                        example: event_id,
                        first: time,
                        last: time,
                    });
                    group.count += 1;
                    group.last = group.last.max(time);
                    if group.count == 1 {
                        events.insert(operation.record, own(operation, id, names, process));
                    }
                }
            }
            let kind = kind(operation);
            let mut keep = |kept| {
                if scan.kept.len() < MAX_KEPT {
                    events.entry(operation.record).or_insert_with(|| own(operation, id, names, process));
                    scan.kept.push((operation.record, kept));
                }
            };
            if watch::may_mark(role, kind) {
                path.clear();
                push_path(operation, names, &mut path);
                if let Some(mark) = watch::mark(role, kind, |tail| ends_with(&path, tail)) {
                    keep(Kept::Marked(mark));
                }
            }
            let path = || {
                let mut path = String::new();
                push_path(operation, names, &mut path);
                path
            };
            if failed && watch::is_suspect(role, path) {
                keep(Kept::Suspect);
            }
            ControlFlow::<()>::Continue(())
        });
        scan.failures = failures.into_values().collect();
        scan.failures.sort_by_key(|g| (std::cmp::Reverse(g.count), g.example));
        scan.classes = classes.into_iter().filter(|(_, n)| *n > 0).collect();
        let span = |t| Some(utc(t)).filter(|t| t.0 > 0);
        scan.first = scan.first.or(span(file.header().start_time));
        scan.last = scan.last.or(span(file.header().end_time));
        scan.known.services = services(names);
        scan.processes = processes;
        let _ = self.events.set(events);
        scan
    }

    pub(crate) fn event(&self, id: EventId) -> Option<Event> {
        self.events.get()?.get(&id.index).cloned()
    }

    pub(crate) fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        let mut text = String::new();
        self.collect(id, |operation, names| {
            text.clear();
            push_path(operation, names, &mut text);
            paths.hold_str(&text)
        })
    }

    /// Operations within this time of `event`, on either side.
    pub(crate) fn near(&self, event: &Event, span: Ticks) -> Vec<Event> {
        let from = event.time.0.saturating_sub(span.0);
        let to = event.time.0.saturating_add(span.0);
        self.collect(event.id.source, |operation, _| (from..=to).contains(&utc(operation.time).0))
    }

    /// Gathers from all operations; `base` is where the source's processes begin in the timeline's.
    pub(crate) fn gather<G: Gather>(&self, source: SourceId, base: u32, gather: &G) -> G::Part {
        let mut part = G::Part::default();
        let Some(file) = self.file() else { return part };
        let learnt = self.learnt(&file);
        let names = learnt.names();
        let _ = names.operations(&[&file], |operation| {
            let process = learnt.process(operation.pid, utc(operation.time));
            let process = process.map(|p| ProcessId(p.0 + base));
            gather.take(&EtlDone { operation, names, source, process }, &mut part);
            ControlFlow::<()>::Continue(())
        });
        part
    }

    fn collect(&self, id: SourceId, mut wanted: impl FnMut(&Operation<'_>, &Names) -> bool) -> Vec<Event> {
        let Some(file) = self.file() else { return Vec::new() };
        let learnt = self.learnt(&file);
        let names = learnt.names();
        let mut found = Vec::new();
        let _ = names.operations(&[&file], |operation| {
            if wanted(operation, names) && found.len() < MAX_KEPT {
                let process = learnt.process(operation.pid, utc(operation.time));
                found.push(own(operation, id, names, process));
            }
            ControlFlow::<()>::Continue(())
        });
        found.sort_by_key(|e| (e.time, e.id));
        found
    }
}

struct EtlDone<'a> {
    operation: &'a Operation<'a>,
    names: &'a Names,
    source: SourceId,
    process: Option<ProcessId>,
}

impl Done for EtlDone<'_> {
    fn looks_only(&self) -> bool {
        false
    }

    fn id(&self) -> EventId {
        EventId { source: self.source, index: self.operation.record }
    }

    fn time(&self) -> FileTime {
        utc(self.operation.time)
    }

    fn duration(&self) -> Option<Ticks> {
        self.operation.duration.and_then(|d| u64::try_from(d).ok()).map(Ticks)
    }

    fn status(&self) -> u32 {
        self.operation.status.unwrap_or(pml_reader::STATUS_PENDING)
    }

    fn kind(&self) -> Kind {
        kind(self.operation)
    }

    fn name(&self) -> &'static str {
        self.operation.name
    }

    fn process(&self) -> Option<ProcessId> {
        self.process
    }

    fn push_path(&self, out: &mut String) {
        push_path(self.operation, self.names, out);
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

fn ends_with(path: &str, tail: &str) -> bool {
    path.len()
        .checked_sub(tail.len())
        .and_then(|at| path.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

fn own(operation: &Operation<'_>, source: SourceId, names: &Names, process: Option<ProcessId>) -> Event {
    let mut path = String::new();
    push_path(operation, names, &mut path);
    Event {
        id: EventId { source, index: operation.record },
        time: utc(operation.time),
        duration: operation.duration.and_then(|d| u64::try_from(d).ok()).map(Ticks),
        process,
        tid: operation.tid.unwrap_or(0),
        kind: kind(operation),
        name: operation.name,
        path,
        target: operation.target.map(|t| names.volumes().dos_path(&t.to_string()).into_owned()),
        status: operation.status.unwrap_or(pml_reader::STATUS_PENDING),
        open: operation.create.map(|c| OpenFacts {
            desired_access: 0,
            share: c.share_access,
            options: c.options,
        }),
    }
}

/// FILE_DELETE_ON_CLOSE.
const DELETE_ON_CLOSE: u32 = 0x1000;
/// FILE_OPEN.
const DISPOSITION_OPEN: u8 = 1;

/// Process Monitor's names by what the operation does; all other file operations query, all other key operations too.
const KINDS: &[(&str, Kind)] = &[
    ("CloseFile", Kind::FileClose),
    ("IRP_MJ_CLOSE", Kind::FileClose),
    ("ReadFile", Kind::FileRead),
    ("WriteFile", Kind::FileWrite),
    ("SetRename", Kind::FileRename),
    ("SetLink", Kind::FileLink),
    ("SetDisposition", Kind::FileDelete),
    ("SetSecurityFile", Kind::FileSetSecurity),
    ("Set", Kind::FileSetInfo),
    ("RegCreateKey", Kind::KeyCreate),
    ("RegOpenKey", Kind::KeyOpen),
    ("RegDeleteKey", Kind::KeyDelete),
    ("RegCloseKey", Kind::KeyClose),
    ("RegSetValue", Kind::ValueSet),
    ("RegDeleteValue", Kind::ValueDelete),
    ("RegQueryValue", Kind::ValueQuery),
    ("RegSetKeySecurity", Kind::KeySetSecurity),
];

fn kind(operation: &Operation<'_>) -> Kind {
    if let Some(create) = operation.create {
        let reads = create.disposition == DISPOSITION_OPEN && create.options & DELETE_ON_CLOSE == 0;
        return if reads { Kind::FileOpen } else { Kind::FileCreate };
    }
    let named = KINDS.iter().find(|(name, _)| operation.name.starts_with(name)).map(|(_, kind)| *kind);
    named.unwrap_or(match operation.class {
        OperationClass::File => Kind::FileQuery,
        OperationClass::Registry => Kind::KeyQuery,
    })
}
