//! Process Monitor's exports, CSV and XML. Their rows become the same events as those of its logs. The coverage says
//! what the columns lack.

mod caveats;
mod processes;
mod row;
mod source;

use std::cell::RefCell;

use pml_reader::Column;
use rayon::prelude::*;

use super::{
    recorded::Recorded,
    share::{Frame, Share},
    trace::{self, Met, Trace},
};
use crate::{
    model::{Event, EventId, FileTime, Problem, Role, SourceId},
    notes::{self, Notes},
    paths::Paths,
    progress::Counter,
    query::{Row, Rows},
    scan::Scan,
    watch::Mark,
};
use caveats::Unknown;
use row::TimedRow;
pub use source::ImportSource;

impl ImportSource {
    /// When CBS.log was last written, on the export's clock, where that clock is not known.
    pub(crate) fn last_write_of_cbs_log(&self) -> Option<FileTime> {
        if self.file.clock().ahead_minutes.is_some() {
            return None;
        }
        let last = |part| {
            let memory = RefCell::default();
            let rows = self.file.part(part).filter_map(|(_, row)| row.ok());
            let rows = rows.filter_map(|row| {
                let time = row.time()?;
                Some(TimedRow::new(self, row, time, &memory))
            });
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
        let notes = notes::Writer::new(self.places());
        let frame = Frame::new(id, &roles, (first, last), &notes);
        let take = |(share, unknown): &mut (Share, Unknown), met: Met<'_, TimedRow<'_>>| match met {
            Met::Row(row) => {
                unknown.look(&row);
                share.take(&row, row.known_operation(), &frame);
            }
            Met::Damage(damage) => share.damaged(|| damage.error.to_string()),
        };
        let (share, unknown): (Share, Unknown) =
            trace::fold(self, counter, take, |a, b| (a.0.join(b.0), a.1.join(b.1)));
        let mut scan = Scan { has_operations: true, notes: notes.finish(&roles), ..share.scan(list.clone()) };
        scan.caveats.extend(caveats::of(&self.file, known, &unknown));
        scan
    }

    fn count(&self) -> Option<u64> {
        Rows::count(self)
    }

    fn event(&self, id: EventId) -> Option<Event> {
        let memory = RefCell::default();
        let row = self.file.row(id.index).ok()?;
        let time = row.time()?;
        Some(TimedRow::new(self, row, time, &memory).event(id.source))
    }

    fn touching(&self, id: SourceId, notes: &Notes, paths: &Paths) -> Vec<Event> {
        trace::touching(self, notes, id, paths)
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
