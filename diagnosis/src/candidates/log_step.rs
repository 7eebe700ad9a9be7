//! The steps that a log says failed: runs of installers, and a program that servicing ran.

use std::collections::HashSet;

use timeline::{
    CommandFact, Event, Fact, FileTime, InstallerRun, LogLine, Object, Place, Process, ProcessId, Role,
    Ticks, Timeline, bare_path, fold, is_short_path_of, object_name,
};

use super::{by_service::Called, failed_run::FailedRun};
use crate::{
    faults::{Detail, Fault, FaultKind, Faults},
    needed::is_missing,
    signs::LINE_GRAIN,
};

/// A log writes the end of a program soon after it.
const SOON: Ticks = Ticks::seconds(3);
/// The clock of Windows may stand for 15.6 ms, and a trace and a log read it at different times.
const CLOCK_GRAIN: Ticks = Ticks(160_000);

/// The steps of servicing whose failure a log tells of, as far as operations can be held against them.
pub(super) struct LogSteps {
    failed: Option<LogStep>,
    /// The function that the failed installer's own words say failed.
    called: Option<Called>,
    /// Runs of all installers whose failure was decisive.
    decisive: Vec<LogStep>,
    /// Runs of installers whose failure was ignored.
    ignored: Vec<LogStep>,
    /// Lines within the failed run that name a path with its code.
    naming: Vec<Naming>,
    /// What the program that failed wrote, lower case.
    output: Option<String>,
}

impl LogSteps {
    pub(super) fn new(timeline: &Timeline<'_>, faults: &Faults) -> Self {
        let lines = timeline.scans.iter().flat_map(|scan| &scan.lines).filter(|line| line.failed);
        let runs = lines.filter_map(|line| match &line.fact {
            Fact::Installer(run) => Some(run),
            _ => None,
        });
        let (decisive, ignored): (Vec<_>, Vec<_>) = runs.partition(|run| run.decisive);
        let steps = |runs: Vec<&InstallerRun>| runs.into_iter().filter_map(LogStep::of_run).collect();
        Self {
            failed: LogStep::first(timeline, faults),
            called: called(timeline, faults),
            decisive: steps(decisive),
            ignored: steps(ignored),
            naming: naming(timeline, faults),
            output: faults.first().and_then(output),
        }
    }

    /// Whether an operation is of the program that failed, and the program's own words have neither the object's name nor
    /// what Windows says of the error.
    pub(super) fn say_another(&self, event: &Event, process: &Process) -> bool {
        let Some(output) = self.output.as_deref().filter(|_| self.blame(event, process)) else {
            return false;
        };
        let path = object_name(&event.path);
        let name = path.rsplit('\\').next().unwrap_or_default();
        let maps = status_codes::NtStatus(event.status).to_win32();
        let chinese = maps.and_then(|maps| maps.win32.chinese_message());
        let english = NOT_FOUND.iter().copied().filter(|_| is_missing(event.status));
        let messages = english.chain(chinese.map(|message| message.text.trim_end_matches('。')));
        !messages.chain([name]).any(|words| !words.is_empty() && output.contains(words))
    }

    /// Whether an operation is of the program that failed, and the program's own words name a file or key that no
    /// operation among `known` is on, by paths without volume or hive. What it was called with, it may name at any time.
    pub(super) fn speak_of_another(&self, event: &Event, process: &Process, known: &HashSet<String>) -> bool {
        let Some(output) = self.output.as_deref().filter(|_| self.blame(event, process)) else {
            return false;
        };
        let command = fold(&process.command_line);
        let is_known = |named: &str| {
            let own = |path: &String| {
                path.contains(named) || named.contains(path.as_str()) || output.contains(path.as_str())
            };
            known.iter().filter(|path| path.contains('\\')).any(own)
        };
        let mut named = paths_in(output).filter(|path| !command.contains(path)).map(bare_path).peekable();
        named.peek().is_some() && !named.any(|path| is_known(&path))
    }

    /// The lines within the failed installer's run that name a path with its code.
    pub(super) fn naming(&self) -> &[Naming] {
        &self.naming
    }

    /// Whether an operation belongs to the step that failed first.
    pub(super) fn hold(&self, event: &Event, process: &Process) -> bool {
        self.failed.as_ref().is_some_and(|step| step.holds(event, process))
    }

    /// Whether the log says that the very program failed first that an operation is of.
    pub(super) fn blame(&self, event: &Event, process: &Process) -> bool {
        matches!(self.failed, Some(LogStep::Program(_))) && self.hold(event, process)
    }

    /// When the installer ended that failed first, where an operation belongs to its run.
    pub(super) fn end(&self, event: &Event, process: &Process) -> Option<FileTime> {
        match self.failed.as_ref().filter(|step| step.holds(event, process)) {
            Some(LogStep::Installer(_, end)) => Some(*end),
            _ => None,
        }
    }

    /// Whether an operation lies outside of what failed first. Of an installer: what servicing's worker did, or a service
    /// that may have worked for it, outside of the runs of those that failed. Of a program: what the worker did itself.
    pub(super) fn exclude(&self, event: &Event, process: &Process) -> bool {
        let is_within = || self.failed.iter().chain(&self.decisive).any(|step| step.spans(event));
        let is_worker = matches!(process.role, Role::TiWorker | Role::ServicingChild);
        match &self.failed {
            Some(LogStep::Installer(..)) => {
                let is_service = matches!(process.role, Role::ServiceHost | Role::ServiceControl);
                (is_worker || is_service) && !is_within()
            }
            Some(LogStep::Program(_)) => process.role == Role::TiWorker,
            None => false,
        }
    }

    /// Whether the installer that failed says that a function failed which makes no such operation, or which makes it in
    /// the installer's own process and not in a service.
    pub(super) fn called_another(&self, event: &Event, process: &Process) -> bool {
        let Some(kinds) = self.called.as_ref().and_then(Called::kinds) else { return false };
        match process.role {
            Role::TiWorker | Role::ServicingChild => !kinds.contains(&event.kind),
            Role::ServiceHost | Role::ServiceControl => !kinds.is_empty(),
            _ => false,
        }
    }

    /// The function that the installer which failed first says failed.
    pub(super) fn called(&self) -> Option<&Called> {
        self.called.as_ref()
    }

    /// Whether an operation belongs to a step whose failure was ignored, and to none that mattered.
    pub(super) fn ignore(&self, event: &Event, process: &Process) -> bool {
        self.ignored.iter().any(|step| step.holds(event, process)) && !self.hold(event, process)
    }
}

/// The function that the installer which failed first says failed. The error summary names that installer again, and other
/// runs of it may have failed at another function: the words nearest to the fault's line count.
fn called(timeline: &Timeline<'_>, faults: &Faults) -> Option<Called> {
    let fault = faults.first().filter(|fault| fault.kind == FaultKind::Installer)?;
    let Place::Line { source, line: at } = fault.place else { return None };
    let lines = &timeline.scans.get(usize::from(source.0))?.lines;
    let said = lines.iter().filter(|line| line.failed).filter_map(|line| match &line.fact {
        Fact::Installer(run) if run.decisive && run.name == fault.item => {
            Some((line.line, run.function.as_deref()?))
        }
        _ => None,
    });
    let (_, function) = said.min_by_key(|(line, _)| line.abs_diff(at))?;
    let own = lines.iter().filter(|line| line.failed && line.text.contains(function));
    let words = own.min_by_key(|line| line.line.abs_diff(at)).map_or("", |line| line.text.as_str());
    Some(Called::new(function, words))
}

/// The lines that name a path within the run of the installer that failed first, with the code that it failed with.
fn naming(timeline: &Timeline<'_>, faults: &Faults) -> Vec<Naming> {
    let Some(run) = FailedRun::first(timeline, faults) else { return Vec::new() };
    let lines = timeline.scans.iter().flat_map(|scan| &scan.lines).filter(|line| run.holds(line));
    let named = lines.filter_map(|line| {
        let Fact::Failed { objects, .. } = &line.fact else { return None };
        let paths = objects.iter().filter(|object| matches!(object, Object::Path(_)));
        let paths: Vec<String> = paths.map(|object| bare_path(object.name())).collect();
        (!paths.is_empty()).then(|| Naming { text: fold(&line.text), paths })
    });
    named.collect()
}

/// What Windows says of a file or a folder that is not there, lower case: ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND.
const NOT_FOUND: [&str; 2] =
    ["the system cannot find the file specified", "the system cannot find the path specified"];

/// What a path of a key begins with, lower case.
const HIVES: &[&str] = &["hklm", "hkcu", "hkcr", "hku", "hkey_"];

/// The paths in a program's words in lower case, as far as no blank cuts them.
fn paths_in(words: &str) -> impl Iterator<Item = &str> {
    let is_between =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | '<' | '>' | ',' | ';');
    let is_path = |word: &&str| {
        let on_drive = matches!(word.as_bytes(), [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic());
        (on_drive || HIVES.iter().any(|hive| word.starts_with(hive))) && word.matches('\\').count() > 1
    };
    words.split(is_between).map(|word| word.trim_end_matches(['.', ':'])).filter(is_path)
}

/// What a program wrote that failed first, lower case.
fn output(fault: &Fault) -> Option<String> {
    match &fault.detail {
        Some(Detail::Output(output)) if !output.trim().is_empty() => Some(fold(output)),
        _ => None,
    }
}

/// A line that names paths.
pub(super) struct Naming {
    /// Its text, lower case.
    text: String,
    /// The paths, without what names their volume or hive.
    paths: Vec<String>,
}

impl Naming {
    /// Whether it names an object with this path, which has no volume or hive.
    pub(super) fn names(&self, path: &str) -> bool {
        self.text.contains(path)
            || self.paths.iter().any(|named| named == path || is_short_path_of(named, path))
    }

    /// Whether it names another object with the same name.
    pub(super) fn names_namesake(&self, path: &str) -> bool {
        let ends = |path: &str| path.rsplit('\\').next().map(str::to_owned);
        !self.names(path) && self.paths.iter().any(|named| ends(named) == ends(path))
    }
}

/// A step that failed.
enum LogStep {
    /// TiWorker ran an installer from one time to another.
    Installer(FileTime, FileTime),
    /// The program that ended so, and the programs of it that made it end so.
    Program(Vec<ProcessId>),
}

impl LogStep {
    /// What failed first. `None` if that is no such step, or if the log does not say when exactly it ran.
    fn first(timeline: &Timeline<'_>, faults: &Faults) -> Option<Self> {
        let fault = faults.first()?;
        let time = fault.time?;
        let Place::Line { source, .. } = fault.place else { return None };
        let lines = &timeline.scans.get(usize::from(source.0))?.lines;
        match fault.kind {
            FaultKind::Installer => {
                let program = |run: &Self| {
                    let within = |line: &&LogLine| {
                        let time = line.time.filter(|_| line.failed);
                        time.is_some_and(|time| run.holds_second(time))
                    };
                    let mut commands = lines.iter().filter(within).filter_map(|line| match &line.fact {
                        Fact::GenericCommand(command) => Some((command, line.time?)),
                        _ => None,
                    });
                    commands.next_back().and_then(|(command, time)| Self::of_program(timeline, command, time))
                };
                let runs = lines.iter().filter_map(|line| match &line.fact {
                    Fact::Installer(run) if run.decisive && run.name == fault.item => Some(run),
                    _ => None,
                });
                // Of several runs it is the one nearest to the fault.
                let distance = |run: &&InstallerRun| run.measured.map(|end| end.0.abs_diff(time.0));
                let run = Self::of_run(runs.filter(|run| run.measured.is_some()).min_by_key(distance)?)?;
                // An installer that runs a program fails with it.
                Some(program(&run).unwrap_or(run))
            }
            FaultKind::Command => {
                let at = |line: &&LogLine| Place::Line { source, line: line.line } == fault.place;
                let command = lines.iter().filter(at).find_map(|line| match &line.fact {
                    Fact::GenericCommand(command) => Some(command),
                    _ => None,
                })?;
                Self::of_program(timeline, command, time)
            }
            _ => None,
        }
    }

    fn of_program(timeline: &Timeline<'_>, command: &CommandFact, time: FileTime) -> Option<Self> {
        // The line that names the program may lie in an older part of the log.
        let name = command.program.as_deref().and_then(|path| path.rsplit('\\').next());
        let exit_code = command.exit_code?;
        Some(Self::Program(programs(&timeline.processes, |p| ended_so(p, name, exit_code, time))))
    }

    /// Whether the second of a line is one in which an installer ran.
    fn holds_second(&self, time: FileTime) -> bool {
        matches!(self, Self::Installer(begin, end) if time.plus(LINE_GRAIN) >= *begin && time <= *end)
    }

    fn of_run(run: &InstallerRun) -> Option<Self> {
        let (end, took) = run.measured.zip(run.took)?;
        let begin = end.0.saturating_sub(took.0).saturating_sub(CLOCK_GRAIN.0);
        Some(Self::Installer(FileTime(begin), end.plus(CLOCK_GRAIN)))
    }

    /// Whether an operation lies in the run of an installer.
    fn spans(&self, event: &Event) -> bool {
        matches!(self, Self::Installer(begin, end) if event.time >= *begin && event.end() <= *end)
    }

    /// Whether an operation belongs to the step.
    fn holds(&self, event: &Event, process: &Process) -> bool {
        match self {
            Self::Installer(..) => {
                // What it runs belongs to it.
                let works = matches!(process.role, Role::TiWorker | Role::ServicingChild);
                works && self.spans(event)
            }
            Self::Program(programs) => event.process.is_some_and(|id| programs.contains(&id)),
        }
    }
}

/// Whether a process is the program of this name that ended with this code at about this time.
fn ended_so(process: &Process, name: Option<&str>, exit_code: u32, time: FileTime) -> bool {
    let is_near = |end: FileTime| time.plus(LINE_GRAIN) >= end && time.since(end) <= SOON;
    process.role == Role::ServicingChild
        && process.exit_status == Some(exit_code)
        && name.is_none_or(|name| process.name.eq_ignore_ascii_case(name))
        && process.end.is_some_and(is_near)
}

/// The programs that ended so, and what they ran that ended with their code before them: a program hands on the code of
/// the one that it ran.
fn programs(processes: &[Process], ended_so: impl Fn(&Process) -> bool) -> Vec<ProcessId> {
    let numbered = || (0..).map(ProcessId).zip(processes);
    let mut found: Vec<ProcessId> = numbered().filter(|(_, p)| ended_so(p)).map(|(id, _)| id).collect();
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        next += 1;
        let Some(parent) = processes.get(id.0 as usize) else { continue };
        let handed_on = |p: &Process| {
            p.parent == Some(id)
                && p.exit_status == parent.exit_status
                && p.end.is_some()
                && p.end <= parent.end
        };
        let ids = numbered().filter(|(_, p)| handed_on(p)).map(|(id, _)| id);
        let new: Vec<ProcessId> = ids.filter(|id| !found.contains(id)).collect();
        found.extend(new);
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{LogStep, LogSteps, ended_so, programs};
    use timeline::{Event, FileTime, Process, ProcessId, Role, fold};

    fn process(name: &str, role: Role, exit_status: Option<u32>, end: u64) -> Process {
        Process { name: name.to_owned(), end: Some(FileTime(end)), exit_status, role, ..Process::blank() }
    }

    #[test]
    fn an_installers_step_holds_what_the_worker_did_while_it_ran() {
        let step = LogStep::Installer(FileTime(1_000), FileTime(2_000));
        let at = |time| Event { time: FileTime(time), ..Event::blank() };
        let worker = process("TiWorker.exe", Role::TiWorker, None, 9_000);
        let held = [999, 1_000, 2_000, 2_001].map(|time| step.holds(&at(time), &worker));
        assert_eq!(held, [false, true, true, false]);
        let other = process("poqexec.exe", Role::Poqexec, None, 9_000);
        assert!(!step.holds(&at(1_500), &other));
    }

    #[test]
    fn a_programs_step_is_the_program_that_ended_with_the_code_then() {
        const SECOND: u64 = 10_000_000;
        let child = |name, code, end: u64| process(name, Role::ServicingChild, Some(code), end * SECOND);
        let holds = |process: Process| ended_so(&process, Some("lodctr.exe"), 16_386, FileTime(100 * SECOND));
        assert!(holds(child("LODCTR.EXE", 16_386, 99)));
        assert!(!holds(child("lodctr.exe", 5, 99)), "another exit code");
        assert!(!holds(child("mofcomp.exe", 16_386, 99)), "another program");
        assert!(!holds(child("lodctr.exe", 16_386, 90)), "long before the line");
        assert!(!holds(child("lodctr.exe", 16_386, 102)), "after the line");
    }

    #[test]
    fn a_program_hands_on_the_exit_code_of_what_it_ran() {
        let child = |parent, code, end| Process {
            parent: Some(ProcessId(parent)),
            ..process("a.exe", Role::ServicingChild, Some(code), end)
        };
        let processes = [
            process("TiWorker.exe", Role::TiWorker, None, 9_000),
            child(0, 5, 4_000),
            child(1, 5, 3_000),
            child(2, 5, 2_000),
            child(1, 0, 3_000),
            child(1, 5, 5_000),
            child(0, 5, 3_500),
        ];
        let found = programs(&processes, |p| p.end == Some(FileTime(4_000)));
        assert_eq!(found, [1, 2, 3].map(ProcessId));
    }

    #[test]
    fn a_program_may_speak_of_what_the_trace_does_not_have() {
        let steps = |output: &str| LogSteps {
            failed: Some(LogStep::Program(vec![ProcessId(7)])),
            called: None,
            decisive: Vec::new(),
            ignored: Vec::new(),
            naming: Vec::new(),
            output: Some(fold(output)),
        };
        let child = Process {
            command_line: r"wevtutil.exe im C:\Windows\Provider\Own.man".to_owned(),
            ..process("wevtutil.exe", Role::ServicingChild, Some(5), 1_500)
        };
        let event = Event { process: Some(ProcessId(7)), ..Event::blank() };
        let known: HashSet<String> = [r"software\classes\clsid\{1}".to_owned()].into();
        let another = |output: &str| steps(output).speak_of_another(&event, &child, &known);
        assert!(another(r"HKLM\System\Services\Own\Parameters: Accès refusé."));
        assert!(!another("Accès refusé."));
        assert!(!another(r"HKLM\Software\Classes\CLSID\{1}\InprocServer32: Accès refusé."), "a key above it");
        assert!(!another(r"C:\Windows\Provider\Own.man(27): Accès refusé."), "what it was called with");
    }

    #[test]
    fn a_log_blames_a_program_that_it_names_and_none_that_only_ran_within_an_installer() {
        let steps = |failed| LogSteps {
            failed: Some(failed),
            called: None,
            decisive: Vec::new(),
            ignored: Vec::new(),
            naming: Vec::new(),
            output: None,
        };
        let child = process("lodctr.exe", Role::ServicingChild, Some(5), 1_500);
        let event = Event { time: FileTime(1_200), process: Some(ProcessId(7)), ..Event::blank() };
        let installer = steps(LogStep::Installer(FileTime(1_000), FileTime(2_000)));
        assert!(installer.hold(&event, &child) && !installer.blame(&event, &child));
        assert_eq!(installer.end(&event, &child), Some(FileTime(2_000)));
        assert!(steps(LogStep::Program(vec![ProcessId(7)])).blame(&event, &child));
        let before = Event { time: FileTime(900), ..Event::blank() };
        assert_eq!(installer.end(&before, &child), None);
    }
}
