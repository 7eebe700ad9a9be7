//! Lines of logs that report an operation's error: by its code, its object and its time.

use super::{candidates::Report, signs::LINE_GRAIN};
use crate::{
    Timeline,
    model::{Event, FileTime, Place, Ticks},
};

/// A line is written after what it reports, but not long after.
const SOON: Ticks = Ticks::seconds(5);
/// Names shorter than this would be found in lines that do not mean them.
const SHORTEST_NAME: usize = 5;

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
}

impl Lines {
    pub(crate) fn of(timeline: &Timeline<'_>) -> Self {
        let failed = timeline.scans.iter().flat_map(|s| &s.lines).filter(|l| l.failed);
        let lines = failed.map(|l| Line {
            place: Place::Line { source: l.source, line: l.line },
            time: l.time,
            win32: l.code.and_then(|code| status_codes::HResult(code).win32()).map(|w| w.0),
            ntstatus: l.code.and_then(|code| status_codes::HResult(code).ntstatus()).map(|n| n.0),
            lower: l.text.to_ascii_lowercase(),
            text: l.text.clone(),
        });
        Self { lines: lines.collect() }
    }

    /// The line that reports `event` best. `None` where neither code nor name is in any.
    pub(crate) fn report(&self, event: &Event) -> Option<Report> {
        let win32 = status_codes::NtStatus(event.status).to_win32();
        let names = names(event);
        let reports = self.lines.iter().filter_map(|line| {
            let by_win32 = win32.as_ref().is_some_and(|m| {
                line.win32.is_some() && (line.win32 == Some(m.win32.0) || line.win32 == m.older.map(|w| w.0))
            });
            let same_code = by_win32 || line.ntstatus == Some(event.status);
            let same_name = names.iter().any(|name| line.lower.contains(name.as_str()));
            if !same_code && !same_name {
                return None;
            }
            let close = line
                .time
                .is_some_and(|time| time.plus(LINE_GRAIN) >= event.time && time.since(event.end()) <= SOON);
            let report = Report {
                place: line.place,
                text: line.text.clone(),
                time: line.time,
                same_code,
                same_name,
                close,
            };
            Some(report)
        });
        reports.max_by_key(|r| (r.same_code && r.same_name, r.close, r.same_name, std::cmp::Reverse(r.place)))
    }
}

/// Names by which a line would mean the operation's object: the last parts of its paths, and the INF of a folder of the
/// driver store.
fn names(event: &Event) -> Vec<String> {
    let paths = [Some(&event.path), event.target.as_ref()];
    let mut names = Vec::new();
    for path in paths.into_iter().flatten() {
        let path = path.to_ascii_lowercase();
        if let Some(last) = path.rsplit('\\').next() {
            names.push(last.to_owned());
        }
        // ...\FileRepository\cpu.inf_amd64_0123456789abcdef\...
        names
            .extend(path.split('\\').filter_map(|part| Some(format!("{}.inf", part.split_once(".inf_")?.0))));
    }
    names.retain(|n| n.len() >= SHORTEST_NAME);
    names.dedup();
    names
}
