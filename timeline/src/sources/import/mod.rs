//! Process Monitor's exports, CSV and XML. Their rows become the same events as those of its logs; what the columns do
//! not tell is said.

mod caveats;
mod line;
mod processes;
mod rows;

use std::sync::OnceLock;

use pml_reader::{
    Column, EventClass, STATUS_PENDING,
    import::{ImportFile, ImportRow},
};
use rayon::prelude::*;

use super::share::{Frame, Share};
use crate::model::{Event, EventId, FileTime, Kind, ProcessId, Role, SourceId, Ticks};
use crate::progress::Counter;
use crate::{
    gather::Gather,
    model::Problem,
    paths::Paths,
    scan::{Caveat, Scan},
};
use caveats::Unknown;
use line::{Line, kind, open_facts};
use processes::{Known, Memory};

/// Rows from the end among which the last time is looked for.
const LAST_ROWS: u64 = 64;

/// An export of Process Monitor.
#[derive(Debug)]
pub struct ImportSource {
    /// The export.
    pub file: ImportFile,
    read: OnceLock<Read>,
}

/// What the scan learnt.
#[derive(Debug)]
struct Read {
    processes: Known,
    unknown: Unknown,
}

impl ImportSource {
    pub(crate) fn new(file: ImportFile) -> Self {
        Self { file, read: OnceLock::new() }
    }

    /// `procmon-csv`, `procmon-xml`.
    pub(crate) fn kind(&self) -> &'static str {
        if self.file.is_xml() { "procmon-xml" } else { "procmon-csv" }
    }

    /// Whether a row can have a text in this column, by itself or by what other columns tell.
    pub(crate) fn has_column(&self, column: Column) -> bool {
        match column {
            // An export without rows does not tell which columns it was made with.
            _ if self.file.is_empty() => true,
            Column::TimeOfDay | Column::DateAndTime | Column::RelativeTime | Column::Sequence => true,
            Column::CompletionTime => self.file.has(Column::Duration),
            _ => self.file.has(column),
        }
    }

    /// Sets the clock, where the export does not tell it, by a moment that it calls `local`; `false` where nothing was
    /// set. What was read of it before has other times.
    pub(crate) fn set_clock(&self, local: FileTime, utc: FileTime) -> bool {
        self.file.set_clock(pml_reader::FileTime(local.0), pml_reader::FileTime(utc.0))
    }

    /// Times of the first and the last row.
    fn span(&self) -> (FileTime, FileTime) {
        let first = self.file.first_time().map_or(FileTime::default(), FileTime::from);
        let count = self.file.len();
        let mut ends = (count.saturating_sub(LAST_ROWS)..count).rev();
        let last = ends.find_map(|index| self.file.row(index).ok()?.time());
        (first, last.map_or(first, FileTime::from))
    }

    pub(crate) fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan {
        let (known, list) = Known::of(&self.file);
        let roles: Vec<Role> = list.iter().map(|p| p.role).collect();
        let (first, last) = self.span();
        let frame = Frame::new(id, &roles, first, last);
        let (share, unknown) = (0..self.file.parts())
            .into_par_iter()
            .fold(<(Share, Unknown)>::default, |(mut share, mut unknown), part| {
                let mut memory = Memory::default();
                for (_, row) in self.file.part(part) {
                    match row {
                        Ok(row) => match Line::of(&row, known.slot(&row, &mut memory)) {
                            Some(line) => {
                                unknown.look(&line);
                                let _ = share.take(&line, &frame);
                            }
                            None => share.damaged(|| no_time(&row)),
                        },
                        Err(error) => share.damaged(|| error.to_string()),
                    }
                }
                counter.add(1, self.file.parts() as u64);
                (share, unknown)
            })
            .reduce(<(Share, Unknown)>::default, |a, b| (a.0.join(b.0), a.1.join(b.1)));
        // A second scan finds the same.
        let _ = self.read.set(Read { processes: known, unknown });
        share.scan(list)
    }

    pub(crate) fn event(&self, id: EventId) -> Option<Event> {
        let row = self.file.row(id.index).ok()?;
        self.own(&row, id.source, &mut Memory::default())
    }

    fn own(&self, row: &ImportRow<'_>, source: SourceId, memory: &mut Memory) -> Option<Event> {
        let slot = self.read.get().and_then(|read| read.processes.slot(row, memory));
        let operation = row.operation();
        let kind = kind(row, operation);
        let open = match kind {
            Kind::FileOpen | Kind::FileCreate => open_facts(row),
            _ => None,
        };
        let target = matches!(kind, Kind::FileRename | Kind::FileLink).then(|| row.target()).flatten();
        Some(Event {
            id: EventId { source, index: row.index() },
            time: row.time()?.into(),
            duration: row.duration().map(Ticks),
            process: slot.map(|s| ProcessId(s as u32)),
            tid: row.number(Column::Tid).unwrap_or(0),
            kind,
            name: operation.name(),
            path: row.get(Column::Path).unwrap_or_default().into_owned(),
            target,
            status: row.status().unwrap_or(STATUS_PENDING),
            open,
        })
    }

    /// Gathers from all rows; `places` are those of the source's processes in the timeline's.
    pub(crate) fn gather<G: Gather>(&self, source: SourceId, places: &[ProcessId], gather: &G) -> G::Part {
        let known = self.read.get().map(|read| &read.processes);
        (0..self.file.parts())
            .into_par_iter()
            .fold(G::Part::default, |mut made, part| {
                let mut memory = Memory::default();
                for row in self.file.part(part).filter_map(|(_, row)| row.ok()) {
                    let slot = known.and_then(|known| known.slot(&row, &mut memory));
                    if let Some(line) = Line::of(&row, slot) {
                        gather.take(&line.lent(source, places), &mut made);
                    }
                }
                made
            })
            .reduce(G::Part::default, |a, b| gather.join(a, b))
    }

    pub(crate) fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        let touches = |row: &ImportRow<'_>| {
            paths.may_hold(EventClass::from_raw(row.operation().class))
                && row.get(Column::Path).is_some_and(|path| paths.hold_str(&path))
        };
        let mut events: Vec<Event> = (0..self.file.parts())
            .into_par_iter()
            .flat_map_iter(|part| {
                let mut memory = Memory::default();
                let rows = self.file.part(part).filter_map(|(_, row)| row.ok()).filter(&touches);
                rows.filter_map(|row| self.own(&row, id, &mut memory)).collect::<Vec<_>>()
            })
            .collect();
        events.sort_by_key(|e| (e.time, e.id));
        events
    }

    /// What the columns do not tell; known once the export has been scanned.
    pub(crate) fn caveats(&self) -> Vec<Caveat> {
        self.read
            .get()
            .map(|read| caveats::of(&self.file, &read.processes, &read.unknown))
            .unwrap_or_default()
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.file.problems().iter().map(|e| Problem { what: e.to_string(), offset: e.offset() }).collect()
    }

    pub(crate) fn number(&self, id: EventId) -> Option<u64> {
        self.file.row(id.index).ok()?.value()
    }

    pub(crate) fn detail(&self, id: EventId) -> String {
        let row = self.file.row(id.index);
        row.ok().and_then(|row| Some(row.get(Column::Detail)?.into_owned())).unwrap_or_default()
    }
}

fn no_time(row: &ImportRow<'_>) -> String {
    let (time, date) = (row.raw(Column::TimeOfDay), row.raw(Column::DateAndTime));
    format!("row at offset 0x{:x}: {time:?}, {date:?} is no time", row.offset())
}
