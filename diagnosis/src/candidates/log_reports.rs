//! Lines of logs that report an operation's error: by its code, its object and its time.

use std::collections::HashSet;

use status_codes::status;

use super::{candidate::LogReport, named::Names};
use crate::{faults::Faults, ordinary::AFTERMATH_LINES, signs::LINE_GRAIN};
use timeline::{Event, FileTime, Place, Ticks, Timeline};

/// A line is written after what it reports, but not long after.
const SOON: Ticks = Ticks::seconds(5);

/// The lines that say that something failed.
pub(crate) struct Lines {
    lines: Vec<Line>,
}

struct Line {
    place: Place,
    time: Option<FileTime>,
    win32: Option<u32>,
    ntstatus: Option<u32>,
    text: String,
    lower: String,
    /// It names what failed, in a form that is known.
    is_fault: bool,
}

impl Lines {
    pub(crate) fn new(timeline: &Timeline<'_>, faults: &Faults) -> Self {
        let failed = timeline.scans.iter().flat_map(|s| &s.lines).filter(|l| l.failed);
        let failed = failed.filter(|l| !AFTERMATH_LINES.iter().any(|part| l.text.contains(part)));
        let known: HashSet<Place> = faults.all.iter().map(|f| f.place).collect();
        let lines = failed.map(|l| Line {
            place: Place::Line { source: l.source, line: l.line },
            time: l.time,
            win32: l.code.and_then(|code| status_codes::HResult(code).win32()).map(|w| w.0),
            ntstatus: l.code.and_then(|code| status_codes::HResult(code).ntstatus()).map(|n| n.0),
            lower: l.text.to_ascii_lowercase(),
            text: l.text.clone(),
            is_fault: known.contains(&Place::Line { source: l.source, line: l.line }),
        });
        let lines: Vec<Line> = lines.collect();
        Self { lines }
    }

    /// Whether one of them names the operation's object.
    pub(crate) fn name(&self, event: &Event) -> bool {
        let names = Names::new(event);
        self.lines.iter().any(|line| names.are_in(&line.lower))
    }

    /// Whether some line names the code of an error.
    pub(crate) fn tell_codes(&self) -> bool {
        self.lines.iter().any(|l| l.win32.is_some() || l.ntstatus.is_some())
    }

    /// The line that reports `event` best. `None` where neither code nor name is in any.
    pub(crate) fn report(&self, event: &Event) -> Option<LogReport> {
        let names = Names::new(event);
        let reports = self.lines.iter().filter_map(|line| {
            let by_status = line.ntstatus.filter(|status| *status == event.status);
            let by_win32 = line.win32.filter(|win32| is_win32_of(event.status, *win32));
            let by_win32 = by_win32.map(|w| status_codes::Win32Error(w).to_hresult().0);
            let code = by_win32.or(by_status);
            let same_name = names.are_in(&line.lower);
            // A code alone says something only where the line is about a failure of servicing.
            if !(same_name || code.is_some() && line.is_fault) {
                return None;
            }
            let close = line
                .time
                .is_some_and(|time| time.plus(LINE_GRAIN) >= event.time && time.since(event.end()) <= SOON);
            let report = LogReport {
                place: line.place,
                text: line.text.clone(),
                time: line.time,
                code,
                other_code: code.is_none() && (line.win32.is_some() || line.ntstatus.is_some()),
                same_name,
                close,
            };
            Some(report)
        });
        reports.max_by_key(|r| {
            (r.code.is_some() && r.same_name, r.close, r.same_name, std::cmp::Reverse(r.place))
        })
    }
}

/// Whether Windows turns a status into this Win32 error. CreateFile gives ERROR_FILE_EXISTS for a name that is taken,
/// where other functions give ERROR_ALREADY_EXISTS.
pub(super) fn is_win32_of(status: u32, win32: u32) -> bool {
    const FILE_EXISTS: u32 = 80;
    let maps = status_codes::NtStatus(status).to_win32();
    maps.is_some_and(|m| win32 == m.win32.0 || m.older.is_some_and(|older| win32 == older.0))
        || status == status::OBJECT_NAME_COLLISION && win32 == FILE_EXISTS
}
