//! Process Monitor's exports, CSV and XML. Their rows become the same events as those of its logs. The coverage says
//! what the columns lack.

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

use super::{
    recorded::Recorded,
    share::{Frame, Row, Share},
};
use crate::model::{Event, EventId, FileTime, Kind, Process, ProcessId, Role, SourceId, Ticks};
use crate::progress::Counter;
use crate::{gather::Gather, model::Problem, paths::Paths, scan::Scan, watch::Mark};
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
    /// The processes, found once the clock is set.
    processes: OnceLock<(Known, Vec<Process>)>,
}

impl ImportSource {
    pub(crate) fn new(file: ImportFile) -> Self {
        Self { file, processes: OnceLock::new() }
    }

    /// Sets the clock, where the export does not tell it, by a moment that it calls `local`; `false` where nothing was
    /// set. Set it before anything else is read: what was read before has other times.
    pub(crate) fn set_clock(&self, local: FileTime, utc: FileTime) -> bool {
        self.file.set_clock(pml_reader::FileTime(local.0), pml_reader::FileTime(utc.0))
    }

    /// The processes, in the order of their slots.
    fn processes(&self) -> &(Known, Vec<Process>) {
        self.processes.get_or_init(|| Known::of(&self.file))
    }

    /// When CBS.log was last written, on the export's clock, where that clock is not known.
    pub(crate) fn last_write_of_cbs_log(&self) -> Option<FileTime> {
        if self.file.clock().ahead_minutes.is_some() {
            return None;
        }
        let written = |row: &ImportRow<'_>| {
            let line = Line::of(row, None)?;
            let role = Role::of_name(&row.get(Column::ProcessName)?);
            (line.mark(role) == Some(Mark::CbsLogWritten)).then(|| line.end())
        };
        let last = |part| self.file.part(part).filter_map(|(_, row)| written(&row.ok()?)).last();
        let parts: Vec<Option<FileTime>> = (0..self.file.parts()).into_par_iter().map(last).collect();
        parts.into_iter().rev().flatten().next()
    }

    /// Times of the first and the last row.
    fn span(&self) -> (FileTime, FileTime) {
        let first = self.file.first_time().map_or(FileTime::default(), FileTime::from);
        let count = self.file.len();
        let mut ends = (count.saturating_sub(LAST_ROWS)..count).rev();
        let last = ends.find_map(|index| self.file.row(index).ok()?.time());
        (first, last.map_or(first, FileTime::from))
    }

    fn own(&self, row: &ImportRow<'_>, source: SourceId, memory: &mut Memory) -> Option<Event> {
        let slot = self.processes().0.slot(row, memory);
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
        let (known, _) = self.processes();
        (0..self.file.parts())
            .into_par_iter()
            .fold(G::Part::default, |mut made, part| {
                let mut memory = Memory::default();
                for row in self.file.part(part).filter_map(|(_, row)| row.ok()) {
                    let slot = known.slot(&row, &mut memory);
                    if let Some(line) = Line::of(&row, slot) {
                        gather.take(&line.lent(source, places), &mut made);
                    }
                }
                made
            })
            .reduce(G::Part::default, |a, b| gather.join(a, b))
    }
}

impl Recorded for ImportSource {
    fn bytes(&self) -> &[u8] {
        self.file.bytes()
    }

    fn has_column(&self, column: Column) -> bool {
        match column {
            // An export without rows does not tell which columns it was made with.
            _ if self.file.is_empty() => true,
            Column::TimeOfDay | Column::DateAndTime | Column::RelativeTime | Column::Sequence => true,
            Column::CompletionTime => self.file.has(Column::Duration),
            _ => self.file.has(column),
        }
    }

    fn tells_access(&self) -> bool {
        self.file.has(Column::Detail)
    }

    fn kind(&self) -> &'static str {
        if self.file.is_xml() { "procmon-xml" } else { "procmon-csv" }
    }

    fn scan(&self, id: SourceId, counter: Counter<'_>) -> Scan {
        let (known, list) = self.processes();
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
        let mut scan = Scan { has_operations: true, ..share.scan(list.clone()) };
        scan.caveats.extend(caveats::of(&self.file, known, &unknown));
        scan
    }

    fn event(&self, id: EventId) -> Option<Event> {
        let row = self.file.row(id.index).ok()?;
        self.own(&row, id.source, &mut Memory::default())
    }

    fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
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

    fn problems(&self) -> Vec<Problem> {
        self.file.problems().iter().map(|e| Problem { what: e.to_string(), offset: e.offset() }).collect()
    }

    fn number(&self, id: EventId) -> Option<u64> {
        self.file.row(id.index).ok()?.value()
    }

    fn detail(&self, id: EventId) -> String {
        let row = self.file.row(id.index);
        row.ok().and_then(|row| Some(row.get(Column::Detail)?.into_owned())).unwrap_or_default()
    }
}

fn no_time(row: &ImportRow<'_>) -> String {
    let (time, date) = (row.raw(Column::TimeOfDay), row.raw(Column::DateAndTime));
    format!("row at offset 0x{:x}: {time:?}, {date:?} is no time", row.offset())
}
