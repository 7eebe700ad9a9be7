//! Process Monitor's exports, CSV and XML. Their rows become the same events as those of its logs. The coverage says
//! what the columns lack.

mod caveats;
mod processes;
mod row;

use std::{cell::RefCell, sync::OnceLock};

use pml_reader::{
    Column,
    import::{ImportFile, ImportRow},
};
use rayon::prelude::*;

use super::{
    recorded::Recorded,
    share::{Frame, Share},
    trace::{self, Met},
};
use crate::{
    model::{Event, EventId, FileTime, Problem, Process, Role, SourceId},
    paths::Paths,
    progress::Counter,
    query::{Row, Rows},
    scan::Scan,
    watch::Mark,
};
use caveats::Unknown;
use processes::Known;
use row::TimedRow;

/// Rows from the end among which the last time is looked for.
const LAST_ROWS: u64 = 64;

/// An export of Process Monitor.
#[derive(Debug)]
pub struct ImportSource {
    /// The export.
    pub file: ImportFile,
    /// The processes, found once the clock is set.
    processes: OnceLock<(Known, Vec<Process>)>,
    span: OnceLock<(FileTime, FileTime)>,
}

impl ImportSource {
    pub(crate) fn new(file: ImportFile) -> Self {
        Self { file, processes: OnceLock::new(), span: OnceLock::new() }
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
        let last = |part| {
            let memory = RefCell::default();
            let rows =
                self.file.part(part).filter_map(|(_, row)| TimedRow::of(self, row.ok()?, &memory).ok());
            let written = rows.filter(|row| {
                let name = row.row.get(Column::ProcessName);
                let mark = name.and_then(|name| row.mark(Role::of_name(&name), row.kind()));
                mark == Some(Mark::CbsLogWritten)
            });
            written.map(|row| row.time().plus(row.duration().unwrap_or_default())).last()
        };
        let parts: Vec<Option<FileTime>> = (0..self.file.parts()).into_par_iter().map(last).collect();
        parts.into_iter().rev().flatten().next()
    }

    /// Times of the first and the last row.
    fn span(&self) -> (FileTime, FileTime) {
        *self.span.get_or_init(|| {
            let first = self.file.first_time().map_or(FileTime::default(), FileTime::from);
            let count = self.file.len();
            let mut ends = (count.saturating_sub(LAST_ROWS)..count).rev();
            let last = ends.find_map(|index| self.file.row(index).ok()?.time());
            (first, last.map_or(first, FileTime::from))
        })
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
        let take = |(share, unknown): &mut (Share, Unknown), met: Met<'_, TimedRow<'_>>| match met {
            Met::Row(row) => {
                unknown.look(&row);
                share.take(&row, row.known_operation(), &frame);
            }
            Met::Damage(damage) => share.damaged(|| damage.error.to_string()),
        };
        let (share, unknown): (Share, Unknown) =
            trace::fold(self, counter, take, |a, b| (a.0.join(b.0), a.1.join(b.1)));
        let mut scan = Scan { has_operations: true, ..share.scan(list.clone()) };
        scan.caveats.extend(caveats::of(&self.file, known, &unknown));
        scan
    }

    fn count(&self) -> Option<u64> {
        Rows::count(self)
    }

    fn event(&self, id: EventId) -> Option<Event> {
        let memory = RefCell::default();
        let row = TimedRow::of(self, self.file.row(id.index).ok()?, &memory).ok()?;
        Some(row.event(id.source))
    }

    fn touching(&self, id: SourceId, paths: &Paths) -> Vec<Event> {
        trace::touching(self, id, paths)
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
