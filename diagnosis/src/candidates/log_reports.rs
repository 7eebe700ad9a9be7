//! Lines of logs that report an operation's error: by its code, its object and its time.

use std::collections::{HashMap, HashSet};

use super::{
    candidate::LogReport,
    failed_run::FailedRun,
    kin::{is_kin, is_win32_of},
};
use crate::{
    apart,
    faults::{FaultKind, Faults},
    ordinary::AFTERMATH_LINES,
    signs::LINE_GRAIN,
};
use timeline::{
    Event, Fact, FileTime, LogLine, Object, Place, Role, Ticks, Timeline, bare_path, fold, is_short_path_of,
    object_name,
};

/// A log writes a line after what it reports, but not long after.
const SOON: Ticks = Ticks::seconds(5);
/// smss renames files before anything can write to a log of servicing. A log names them later in that boot.
const LATER_IN_BOOT: Ticks = Ticks::seconds(600);

/// Names shorter than this would be found in lines that do not mean them.
const SHORTEST_NAME: usize = 5;

/// Win32 errors of side-by-side assemblies and the component store.
pub(super) const STORE_CODES: std::ops::RangeInclusive<u32> = 14_000..=14_199;

/// Upper half of the NTSTATUS codes of side-by-side assemblies and the component store.
const STORE_STATUS: u32 = 0xC015;

/// The lines that say that something failed.
pub(crate) struct Lines {
    lines: Vec<Line>,
    /// The logs say what failed first.
    decided: bool,
    /// Every name in them.
    names: HashSet<String>,
    /// Every path in them.
    paths: HashSet<String>,
    /// Those with a part in 8.3 form.
    short_paths: Vec<String>,
    /// Where the lines are that have a program's own words.
    speaking: Vec<usize>,
}

struct Line {
    place: Place,
    time: Option<FileTime>,
    win32: Option<u32>,
    ntstatus: Option<u32>,
    text: String,
    /// The names in it, lower case: file names of typed objects, and words that can only be names.
    names: HashSet<String>,
    /// The paths that it names, without what names their volume or hive.
    paths: HashSet<String>,
    /// Those with a part in 8.3 form.
    short_paths: Vec<String>,
    /// It names what failed, in a form that is known.
    is_fault: bool,
    /// The installer that failed first wrote it, with the code of its failure.
    of_failed_run: bool,
    /// Its name is that of an entry of the driver queue, not of the file.
    names_entry: bool,
    /// What a program wrote that servicing ran, lower case.
    output: String,
}

impl Line {
    /// Whether the program's own words have a path, which has no volume. Programs write paths in many ways.
    fn says(&self, path: &str) -> bool {
        path.len() >= SHORTEST_NAME && path.contains('\\') && self.output.contains(path)
    }

    /// Whether it says where the object of this name lies: then the path counts, not the name.
    fn places(&self, name: &str) -> bool {
        self.paths.iter().any(|path| path.rsplit_once('\\').is_some_and(|(_, last)| last == name))
    }

    /// Whether it has a code that an operation can meet. Codes of the component store say that something is missing in
    /// it, not which error an operation met.
    fn tells_an_error(&self) -> bool {
        self.ntstatus.is_some_and(|status| status >> 16 != STORE_STATUS)
            || self.win32.is_some_and(|win32| !STORE_CODES.contains(&win32))
    }

    /// Whether its code can stand for the error of an operation: the same, or another word for "not there".
    fn is_kin_of(&self, status: u32) -> bool {
        self.win32.is_some_and(|win32| is_kin(status, win32))
    }
}

impl Lines {
    pub(crate) fn new(timeline: &Timeline<'_>, faults: &Faults) -> Self {
        let failed = faults.settled.open(timeline);
        let failed = failed.filter(|l| !AFTERMATH_LINES.iter().any(|part| l.text.contains(part)));
        // Where the logs are of another time, only what they say of the recorded one counts.
        let is_recorded = apart::is_recorded(timeline);
        let failed = failed.filter(|l| faults.another.is_none() || l.time.is_none_or(&is_recorded));
        // What another session or an earlier attempt failed at did not lead to this failure.
        let attempt = faults.first().map(|first| first.attempt);
        let own =
            faults.all.iter().filter(|f| f.kind.of_servicing() && attempt.is_none_or(|a| a == f.attempt));
        let known: HashMap<Place, FaultKind> = own.map(|f| (f.place, f.kind)).collect();
        let kind = |l: &LogLine| known.get(&Place::Line { source: l.source, line: l.line });
        let run = FailedRun::first(timeline, faults);
        let lines = failed.map(|l| Line {
            place: Place::Line { source: l.source, line: l.line },
            time: l.time,
            win32: l.code.and_then(|code| status_codes::HResult(code).win32()).map(|w| w.0),
            ntstatus: l.code.and_then(|code| status_codes::HResult(code).ntstatus()).map(|n| n.0),
            names: names_of(l),
            short_paths: short_paths(&paths_of(l)),
            paths: paths_of(l),
            text: l.text.clone(),
            is_fault: kind(l).is_some(),
            of_failed_run: run.as_ref().is_some_and(|run| run.holds(l)),
            names_entry: kind(l) == Some(&FaultKind::Driver),
            output: fold(output(l)),
        });
        let lines: Vec<Line> = lines.collect();
        let all = |pick: fn(&Line) -> &HashSet<String>| lines.iter().flat_map(pick).cloned().collect();
        let (names, paths) = (all(|line| &line.names), all(|line| &line.paths));
        let decided = faults.first().is_some();
        let speaking = lines.iter().enumerate().filter(|(_, line)| !line.output.is_empty());
        let speaking = speaking.map(|(at, _)| at).collect();
        Self { lines, decided, names, short_paths: short_paths(&paths), paths, speaking }
    }

    /// Whether one of them names the operation's object.
    pub(crate) fn name(&self, event: &Event) -> bool {
        !self.names.is_empty() && names(event).iter().any(|name| self.names.contains(name))
            || !self.paths.is_empty() && paths(event).any(|path| holds(&self.paths, &self.short_paths, &path))
            || self.speaking.iter().any(|at| {
                let line = self.lines.get(*at);
                line.is_some_and(|line| paths(event).any(|path| line.says(&path)))
            })
    }

    /// Whether some line names the code of an error.
    pub(crate) fn tell_codes(&self) -> bool {
        self.lines.iter().any(|l| l.win32.is_some() || l.ntstatus.is_some())
    }

    /// The line that reports `event` best. `None` if neither code nor name is in any.
    pub(crate) fn report(&self, event: &Event, role: Role) -> Option<LogReport> {
        let (names, own, paths): (_, _, Vec<String>) =
            (names(event), own_names(event), paths(event).collect());
        let reports = self.lines.iter().filter_map(|line| {
            let by_status = line.ntstatus.filter(|status| *status == event.status);
            let by_win32 = line.win32.filter(|win32| is_win32_of(event.status, *win32));
            let by_win32 = by_win32.map(|w| status_codes::Win32Error(w).to_hresult().0);
            let code = by_win32.or(by_status);
            let same_path =
                paths.iter().any(|path| holds(&line.paths, &line.short_paths, path) || line.says(path));
            let exact = same_path || own.iter().any(|name| line.names.contains(name) && !line.places(name));
            let same_name = exact || names.iter().any(|name| line.names.contains(name) && !line.places(name));
            // A code alone says something only where the line is about a failure of servicing.
            if !(same_name || code.is_some() && line.is_fault) {
                return None;
            }
            // Another line may name what servicing does without, where the logs say what failed.
            let of_failure = line.is_fault || line.of_failed_run && code.is_some() && same_name;
            if !of_failure && self.decided {
                return None;
            }
            let soon = if same_name && role == Role::SessionManager { LATER_IN_BOOT } else { SOON };
            let close = line
                .time
                .is_some_and(|time| time.plus(LINE_GRAIN) >= event.time && time.since(event.end()) <= soon);
            let kin = code.is_none() && line.is_kin_of(event.status);
            let report = LogReport {
                place: line.place,
                text: line.text.clone(),
                time: line.time,
                code,
                other_code: code.is_none() && line.tells_an_error() && !kin,
                kin,
                same_name,
                is_fault: line.is_fault,
                of_entry: line.names_entry,
                exact,
                close,
            };
            Some(report)
        });
        reports.max_by_key(|r| {
            (
                r.code.is_some() && r.same_name,
                r.is_fault,
                r.close,
                r.same_name,
                r.exact,
                std::cmp::Reverse(r.place),
            )
        })
    }
}

/// The objects that a line's fact names.
fn objects(line: &LogLine) -> &[Object<String>] {
    match &line.fact {
        Fact::Failed { objects, .. } => objects,
        Fact::Installer(run) => &run.names,
        Fact::Primitive { objects, .. } => objects,
        Fact::Corruption(damage) => std::slice::from_ref(&damage.object),
        _ => &[],
    }
}

/// The words of a program that servicing ran.
fn output(line: &LogLine) -> &str {
    match &line.fact {
        Fact::GenericCommand(command) => command.output.as_deref().unwrap_or_default(),
        _ => "",
    }
}

/// The names in a line: those of its typed objects, and the words of its text that can only be names. A plain word,
/// such as Package, names nothing.
fn names_of(line: &LogLine) -> HashSet<String> {
    let lower = fold(&line.text);
    let words = lower.split(is_between).filter(|word| is_name(word)).map(str::to_owned);
    let named = objects(line).iter().map(|object| fold(object.file_name()));
    // Every key has a value of this name.
    words.chain(named).filter(|name| name.len() >= SHORTEST_NAME && name != "(default)").collect()
}

fn paths_of(line: &LogLine) -> HashSet<String> {
    let paths = objects(line).iter().filter(|object| matches!(object, Object::Path(_)));
    let paths = paths.map(|object| bare_path(object.name()));
    match &line.fact {
        // poqexec opens or makes the folder or key before what is in it.
        Fact::Primitive { .. } => {
            let with_parent =
                |path: String| [path.rsplit_once('\\').map(|(parent, _)| parent.to_owned()), Some(path)];
            paths.flat_map(with_parent).flatten().collect()
        }
        Fact::DriverIdentity(number) => {
            HashSet::from([bare_path(&format!("{DRIVER_OPERATIONS}\\{number}\\Identity"))])
        }
        _ => paths.collect(),
    }
}

/// The paths with a part in 8.3 form.
fn short_paths(paths: &HashSet<String>) -> Vec<String> {
    paths.iter().filter(|path| path.contains('~')).cloned().collect()
}

/// Whether a path is one of these, in full or in 8.3 form.
fn holds(paths: &HashSet<String>, short_paths: &[String], path: &str) -> bool {
    paths.contains(path) || short_paths.iter().any(|short| is_short_path_of(short, path))
}

/// The key of the driver operations queue. `Failed reading Identity for driver operation sequenceID 1` names the value.
const DRIVER_OPERATIONS: &str =
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\DriverOperations";

/// Whether a word is more than a word of prose.
fn is_name(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '$' | '!'))
}

/// Whether a character separates the words of a line. It separates the parts of paths, but not those of file names.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\\' | '/' | ':' | ',' | ';' | '\'' | '"' | '[' | ']' | '(' | ')' | '{' | '}' | '=')
}

/// The paths of an operation's objects, without what names their volume or hive.
fn paths(event: &Event) -> impl Iterator<Item = String> {
    std::iter::once(&event.path).chain(&event.target).map(|path| bare_path(path))
}

/// Names by which a line would mean the operation's object itself: the last parts of its paths, and the INF of a service.
fn own_names(event: &Event) -> Vec<String> {
    let mut names = Vec::new();
    for path in [Some(&event.path), event.target.as_ref()].into_iter().flatten() {
        let path = object_name(path);
        if let Some((above, last)) = path.rsplit_once('\\') {
            names.push(last.to_owned());
            // An INF and the service that it installs have one name.
            names.extend(above.ends_with(r"\services").then(|| format!("{last}.inf")));
        }
    }
    names.retain(|n| n.len() >= SHORTEST_NAME);
    names
}

/// The same, and the entry of the driver queue that it belongs to: the INF of a folder of the driver store, of a key of the
/// driver database, or of a service or a driver's file with its name.
fn names(event: &Event) -> Vec<String> {
    let mut names = own_names(event);
    for path in [Some(&event.path), event.target.as_ref()].into_iter().flatten() {
        let path = object_name(path);
        let mut above = "";
        for part in path.split('\\') {
            // ...\FileRepository\cpu.inf_amd64_0123456789abcdef\..., ...\DriverInfFiles\cpu.inf\...
            let stem = part.split_once(".inf").filter(|(_, rest)| rest.is_empty() || rest.starts_with('_'));
            let stem = stem.map(|(stem, _)| stem);
            // ...\Services\cpu\..., ...\drivers\cpu.sys
            let service = Some(part).filter(|_| above == "services");
            let file = part.strip_suffix(".sys").filter(|_| above == "drivers");
            names.extend(stem.or(service).or(file).map(|stem| format!("{stem}.inf")));
            above = part;
        }
    }
    names.dedup();
    names
}
