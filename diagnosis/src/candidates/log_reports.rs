//! Lines of logs that report an operation's error: by its code, its object and its time.

use std::collections::HashSet;

use super::candidate::LogReport;
use crate::{faults::Faults, ordinary::AFTERMATH_LINES, signs::LINE_GRAIN};
use timeline::{Event, FileTime, Place, Ticks, Timeline};

/// A line is written after what it reports, but not long after.
const SOON: Ticks = Ticks::seconds(5);
/// Names shorter than this would be found in lines that do not mean them.
const SHORTEST_NAME: usize = 5;

/// The lines that say that something failed.
pub(crate) struct Lines {
    lines: Vec<Line>,
    /// Every word of them that could be an object's name.
    words: HashSet<String>,
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
        let words = lines.iter().flat_map(|l| l.lower.split(is_between)).flat_map(|word| {
            let stem = word.strip_suffix(".inf");
            [Some(word), stem].into_iter().flatten()
        });
        let words = words.filter(|w| w.len() >= SHORTEST_NAME).map(str::to_owned).collect();
        Self { lines, words }
    }

    /// Whether one of them names the operation's object.
    pub(crate) fn name(&self, event: &Event) -> bool {
        !self.words.is_empty() && names(event).iter().any(|name| self.words.contains(name))
    }

    /// Whether some line names the code of an error.
    pub(crate) fn tell_codes(&self) -> bool {
        self.lines.iter().any(|l| l.win32.is_some() || l.ntstatus.is_some())
    }

    /// The line that reports `event` best. `None` where neither code nor name is in any.
    pub(crate) fn report(&self, event: &Event) -> Option<LogReport> {
        let win32 = status_codes::NtStatus(event.status).to_win32();
        let names = names(event);
        let reports = self.lines.iter().filter_map(|line| {
            let by_win32 = win32.as_ref().is_some_and(|m| {
                line.win32.is_some() && (line.win32 == Some(m.win32.0) || line.win32 == m.older.map(|w| w.0))
            });
            let by_status = line.ntstatus.filter(|status| *status == event.status);
            let by_win32 =
                line.win32.filter(|_| by_win32).map(|w| status_codes::Win32Error(w).to_hresult().0);
            let code = by_win32.or(by_status);
            let same_name = names.iter().any(|name| line.lower.contains(name.as_str()));
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

/// Whether a character stands between the words of a line: paths are taken apart, file names are not.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\\' | '/' | ':' | ',' | ';' | '\'' | '"' | '[' | ']' | '(' | ')' | '{' | '}' | '=')
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
