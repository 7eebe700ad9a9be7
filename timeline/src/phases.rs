//! The phases of the reboot, as far as the sources show them.

use crate::{
    Timeline,
    diagnosis::{Faults, Sign},
    model::{Event, Evidence, FileTime, Kind, Place, Role, Trust, Words},
    sources::Mark,
};

/// A phase of an update's reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseName {
    /// Before the reboot: work that cannot be done live is written to pending.xml.
    Staging,
    /// What can be done at shutdown.
    Shutdown,
    /// smss renames files.
    BootRenames,
    /// poqexec executes pending.xml, started by smss.
    BootPoq,
    /// The driver operations queue.
    StartupDrivers,
    /// Advanced installers.
    StartupInstallers,
    /// The update is taken back.
    Rollback,
    /// Not told by anything.
    Unknown,
}

const NAMES: &[(PhaseName, &str)] = &[
    (PhaseName::Staging, "staging"),
    (PhaseName::Shutdown, "shutdown"),
    (PhaseName::BootRenames, "boot-renames"),
    (PhaseName::BootPoq, "boot-poq"),
    (PhaseName::StartupDrivers, "startup-drivers"),
    (PhaseName::StartupInstallers, "startup-installers"),
    (PhaseName::Rollback, "rollback"),
    (PhaseName::Unknown, "unknown"),
];

impl PhaseName {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(phase, _)| *phase == self).map_or("unknown", |(_, name)| name)
    }

    /// The phase with this name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, n)| *n == name).map(|(phase, _)| *phase)
    }
}

/// A phase, with what shows it.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Which.
    pub name: PhaseName,
    /// Number of the boot in the case, from 1; 0 before the first one.
    pub boot: u32,
    /// Start.
    pub start: FileTime,
    /// End; `None` where the trace ends first.
    pub end: Option<FileTime>,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
}

/// What the phases say of the trace as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boots {
    /// Starts of the session manager that lie within the trace.
    pub(crate) starts: Vec<FileTime>,
}

impl Boots {
    pub(crate) fn of(timeline: &Timeline<'_>) -> Self {
        let Some((first, _)) = timeline.span() else { return Self::default() };
        // The first smss of a boot is a child of System; the ones for sessions are children of that smss. A trace that
        // began after the boot knows its start time too, from before the trace.
        let is_first = |p: &&crate::Process| {
            let parent = p.parent.and_then(|id| timeline.process(id));
            p.role == Role::SessionManager && parent.is_none_or(|p| p.role == Role::System)
        };
        let mut starts: Vec<_> = timeline
            .processes
            .iter()
            .filter(is_first)
            .filter_map(|p| p.start)
            .filter(|s| *s >= first)
            .collect();
        starts.sort_unstable();
        Self { starts }
    }

    /// Number of the boot that `time` belongs to.
    pub(crate) fn number(&self, time: FileTime) -> u32 {
        self.starts.partition_point(|s| *s <= time) as u32
    }
}

/// Finds the phases.
pub(crate) fn find(
    timeline: &Timeline<'_>,
    boots: &Boots,
    marked: &[(Mark, Event)],
    signs: &[Sign],
    faults: &Faults,
) -> Vec<Phase> {
    let mut phases = of_logs(faults);
    if !phases.is_empty() {
        // Lines of servicing itself are better than what a trace lets one infer of the same phases.
        let traced = of_trace(timeline, boots, marked, signs);
        phases.extend(
            traced.into_iter().filter(|t| phases.iter().all(|p| p.name != t.name)).collect::<Vec<_>>(),
        );
        phases.sort_by_key(|p| (p.start, p.name));
        return phases;
    }
    of_trace(timeline, boots, marked, signs)
}

/// The phases that the stage lines of CBS.log show. Neighbouring lines of one phase and boot make a phase.
fn of_logs(faults: &Faults) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for (line, name, boot) in &faults.stages {
        let Some(time) = line.time.filter(|_| *name != PhaseName::Unknown) else { continue };
        match phases.last_mut() {
            Some(last) if last.name == *name && last.boot == *boot => last.end = Some(time),
            _ => {
                let words = Words::new(line.text.clone(), line.text.clone());
                let evidence = Evidence::at(Place::Line { source: line.source, line: line.line }, words);
                let phase = Phase {
                    name: *name,
                    boot: *boot,
                    start: time,
                    end: Some(time),
                    trust: Trust::Recorded,
                    evidence,
                };
                phases.push(phase);
            }
        }
    }
    phases
}

fn of_trace(timeline: &Timeline<'_>, boots: &Boots, marked: &[(Mark, Event)], signs: &[Sign]) -> Vec<Phase> {
    let mut phases = Vec::new();
    let role = |event: &Event| timeline.process_of(event).map_or(Role::Other, |p| p.role);
    let mut add = |name, start, end, trust, event: Option<&Event>, words| {
        let evidence = Evidence { place: event.map(|e| e.id.into()), words };
        phases.push(Phase { name, boot: boots.number(start), start, end, trust, evidence });
    };

    for (mark, event) in marked {
        if *mark == Mark::PendingXml
            && event.kind == Kind::FileCreate
            && !event.failed()
            && role(event) != Role::Poqexec
        {
            let words = Words::new("pending.xml is opened to be written", "打开 pending.xml 以写入");
            add(PhaseName::Staging, event.time, Some(event.end()), Trust::Inferred, Some(event), words);
            break;
        }
    }
    let poqexec = timeline.processes.iter().filter(|p| p.role == Role::Poqexec);
    let poqexec: Vec<_> = poqexec.filter_map(|p| Some((p.start?, p))).collect();
    if let Some((_, renames)) = marked.iter().find(|(mark, e)| *mark == Mark::PendingRenames && !e.failed()) {
        let end = poqexec.iter().map(|(start, _)| *start).find(|s| *s >= renames.time);
        let words = Words::new(
            "smss.exe reads PendingFileRenameOperations; the phase ends where poqexec.exe starts",
            "smss.exe 读取 PendingFileRenameOperations;到 poqexec.exe 启动为止",
        );
        add(PhaseName::BootRenames, renames.time, end, Trust::Inferred, Some(renames), words);
    }
    for (start, process) in &poqexec {
        let parent = process.parent.and_then(|id| timeline.process(id)).map(|p| p.role);
        if parent == Some(Role::SessionManager) {
            let words =
                Words::new("poqexec.exe runs, started by smss.exe", "poqexec.exe 运行,由 smss.exe 启动");
            add(PhaseName::BootPoq, *start, process.end, Trust::Recorded, None, words);
        }
    }
    let drivers: Vec<_> = marked
        .iter()
        .filter(|(mark, e)| *mark == Mark::DriverOperations && !e.failed())
        .map(|(_, e)| e)
        .collect();
    let mut installers_from = None;
    if let (Some(first), Some(last)) = (drivers.first(), drivers.last()) {
        let end = signs.iter().map(|s| s.time).find(|t| *t >= last.time).unwrap_or(last.end());
        let words = Words::new("the key DriverOperations is opened", "打开注册表项 DriverOperations");
        add(PhaseName::StartupDrivers, first.time, Some(end), Trust::Inferred, Some(first), words);
        installers_from = Some(end);
    }
    // Advanced installers show themselves in a trace by the programs they start; a rollback starts none of them first.
    let first_sign = signs.first().map(|s| s.time);
    let children = timeline
        .processes
        .iter()
        .filter(|p| p.role == Role::ServicingChild)
        .filter_map(|p| Some((p.start?, p)));
    let mut children: Vec<_> = children
        .filter(|(start, p)| {
            let parent = p.parent.and_then(|id| timeline.process(id)).map(|p| p.role);
            boots.number(*start) > 0
                && parent == Some(Role::TiWorker)
                && installers_from.is_none_or(|from| *start >= from)
                && first_sign.is_none_or(|sign| *start < sign)
        })
        .collect();
    children.sort_by_key(|(start, p)| (*start, p.pid));
    if let Some((start, process)) = children.first() {
        let end = children.iter().filter_map(|(_, p)| p.end).max();
        let words = Words::new(
            format!("TiWorker.exe starts {}, as an advanced installer does", process.name),
            format!("TiWorker.exe 启动 {},高级安装程序即如此", process.name),
        );
        add(PhaseName::StartupInstallers, *start, end, Trust::Inferred, None, words);
    }
    if let Some(sign) = signs.first() {
        let end = timeline
            .processes
            .iter()
            .filter(|p| matches!(p.role, Role::TiWorker | Role::TrustedInstaller))
            .filter_map(|p| p.end)
            .filter(|end| *end > sign.time)
            .max();
        let words = Words::new(
            format!("begins with the first sign of failure: {}", sign.words.en),
            format!("始于第一个失败迹象:{}", sign.words.zh),
        );
        let evidence = Evidence { place: sign.place, words };
        let boot = boots.number(sign.time);
        phases.push(Phase {
            name: PhaseName::Rollback,
            boot,
            start: sign.time,
            end,
            trust: Trust::Inferred,
            evidence,
        });
    }
    phases.sort_by_key(|p| (p.start, p.name));
    phases
}

/// The phase in which `time` lies; of several the one that began last, but never the rollback, which only follows.
pub(crate) fn at(phases: &[Phase], time: FileTime) -> PhaseName {
    let within =
        |p: &&Phase| p.name != PhaseName::Rollback && p.start <= time && p.end.is_none_or(|end| time <= end);
    phases.iter().filter(within).max_by_key(|p| p.start).map_or(PhaseName::Unknown, |p| p.name)
}
