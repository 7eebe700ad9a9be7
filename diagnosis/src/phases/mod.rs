//! The phases of the reboot, as far as the sources show them.

use crate::{faults::Faults, signs::Sign, stages};
use timeline::{
    Event, Evidence, FileTime, Kind, Mark, PhaseName, Place, Process, Role, Ticks, Timeline, Trust, Words,
};

/// A phase, with what shows it.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Which.
    pub name: PhaseName,
    /// Number of the boot in the case, from 1; 0 before the first one.
    pub boot: u32,
    /// Start.
    pub start: FileTime,
    /// End; `None` if the trace ends first.
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
        let is_first = |p: &&timeline::Process| {
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
        u32::try_from(self.starts.partition_point(|s| *s <= time)).unwrap_or(u32::MAX)
    }
}

/// Finds the phases.
#[tracing::instrument(name = "phases", skip_all)]
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
        let traced = of_trace(timeline, boots, marked, signs, faults);
        phases.extend(
            traced.into_iter().filter(|t| phases.iter().all(|p| p.name != t.name)).collect::<Vec<_>>(),
        );
        phases.sort_by_key(|p| (p.start, p.name));
        return phases;
    }
    of_trace(timeline, boots, marked, signs, faults)
}

/// Whether a phase was over before `time`, because nothing was written for so long.
fn ended(phase: &Phase, time: FileTime) -> bool {
    time.since(phase.end.unwrap_or(phase.start)) > stages::LONGEST_SILENCE
}

/// The phases that the stage lines of CBS.log show. Neighbouring lines of one phase and boot make a phase.
fn of_logs(faults: &Faults) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for (line, stages::Place { phase: name, boot, .. }) in &faults.stages {
        let Some(time) = line.time.filter(|_| *name != PhaseName::Unknown) else { continue };
        match phases.last_mut() {
            Some(last) if last.name == *name && last.boot == *boot && !ended(last, time) => {
                last.end = Some(time);
            }
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

/// Exit status of the processes that Windows ends when a user is signed out.
use status_codes::status::DBG_TERMINATE_PROCESS as SIGNED_OUT;
/// From the first program that is ended to the last service; Windows itself waits for minutes at most.
const SHUTDOWN: Ticks = Ticks::seconds(900);
/// What ends with the machine ends within this time of the service control manager.
const TOGETHER: Ticks = Ticks::seconds(10);

/// What a trace shows of the phases.
struct Traced<'a> {
    timeline: &'a Timeline<'a>,
    boots: &'a Boots,
    marked: &'a [(Mark, Event)],
    signs: &'a [Sign],
    phases: Vec<Phase>,
    /// Phases and boots that the traces show by themselves.
    told: Vec<(PhaseName, u32)>,
}

fn of_trace(
    timeline: &Timeline<'_>,
    boots: &Boots,
    marked: &[(Mark, Event)],
    signs: &[Sign],
    faults: &Faults,
) -> Vec<Phase> {
    let mut traced = Traced { timeline, boots, marked, signs, phases: Vec::new(), told: Vec::new() };
    traced.told();
    traced.staging();
    traced.shutdown();
    traced.early_boot();
    let drivers_end = traced.drivers();
    traced.installers(drivers_end);
    traced.rollback(faults);
    traced.phases.sort_by_key(|p| (p.start, p.name));
    traced.phases
}

impl Traced<'_> {
    fn add(
        &mut self,
        name: PhaseName,
        (start, end): (FileTime, Option<FileTime>),
        trust: Trust,
        place: Option<Place>,
        words: Words,
    ) {
        let (evidence, boot) = (Evidence { place, words }, self.boots.number(start));
        // What events bracket needs no inference.
        if self.told.contains(&(name, boot)) {
            return;
        }
        self.phases.push(Phase { name, boot, start, end, trust, evidence });
    }

    /// The phases that the traces show by themselves. Neighbouring brackets of one phase and boot make a phase.
    fn told(&mut self) {
        for span in self.timeline.scans.iter().flat_map(|scan| &scan.spans) {
            let boot = self.boots.number(span.start);
            match self.phases.iter_mut().find(|p| (p.name, p.boot) == (span.phase, boot)) {
                Some(phase) => {
                    phase.start = phase.start.min(span.start);
                    phase.end = phase.end.zip(span.end).map(|(a, b)| a.max(b));
                }
                None => {
                    let (name, start, end) = (span.phase, span.start, span.end);
                    let (trust, evidence) = (span.trust, span.evidence.clone());
                    self.phases.push(Phase { name, boot, start, end, trust, evidence });
                }
            }
        }
        self.told = self.phases.iter().map(|p| (p.name, p.boot)).collect();
    }

    fn role(&self, event: &Event) -> Role {
        self.timeline.process_of(event).map_or(Role::Other, |p| p.role)
    }

    fn marks<'m>(&'m self, wanted: &'m [Mark]) -> impl Iterator<Item = &'m Event> {
        self.marked.iter().filter(move |(mark, e)| wanted.contains(mark) && !e.failed()).map(|(_, e)| e)
    }

    fn staging(&mut self) {
        let written = self
            .marks(&[Mark::PendingXml])
            .find(|e| e.kind == Kind::FileCreate && self.role(e) != Role::Poqexec)
            .cloned();
        if let Some(event) = written {
            let words = Words::new("pending.xml is opened to be written", "打开 pending.xml 以写入");
            let span = (event.time, Some(event.end()));
            self.add(PhaseName::Staging, span, Trust::Inferred, Some(event.id.into()), words);
        }
    }

    /// Windows goes down when the service control manager ends. The shutdown begins with the first program that is
    /// ended for it, or with the start of the servicing process that ends with it.
    fn shutdown(&mut self) {
        let processes = &self.timeline.processes;
        let ended = processes.iter().filter(|p| p.role == Role::ServiceControl).filter_map(|p| p.end).max();
        let signed_out: Vec<FileTime> =
            processes.iter().filter(|p| p.exit_status == Some(SIGNED_OUT)).filter_map(|p| p.end).collect();
        let last = ended.or_else(|| signed_out.iter().max().copied());
        let Some(last) = last else { return };
        let first = signed_out.iter().filter(|t| last.since(**t) <= SHUTDOWN).min().copied();
        let servicing = processes.iter().filter(|p| {
            matches!(p.role, Role::TiWorker | Role::TrustedInstaller)
                && p.end.is_some_and(|end| last.since(end) <= TOGETHER && end.since(last) <= TOGETHER)
        });
        let (start, words) = match (first, servicing.filter_map(|p| p.start).max()) {
            // One program that is killed is no sign-out.
            (Some(first), _) if signed_out.len() >= 3 => {
                (first, Words::new("the user's programs are ended, as at sign-out", "用户程序被结束，即注销"))
            }
            (_, Some(start)) if ended.is_some() && self.poqexec_before(start).is_none() => (
                start,
                Words::new(
                    "TiWorker.exe works until services.exe ends: Windows is shutting down",
                    "TiWorker.exe 一直工作到 services.exe 结束：Windows 正在关机",
                ),
            ),
            _ => return,
        };
        self.add(PhaseName::Shutdown, (start, ended), Trust::Inferred, None, words);
    }

    /// When poqexec ran before `time`: what follows it is startup processing.
    fn poqexec_before(&self, time: FileTime) -> Option<FileTime> {
        let starts =
            self.timeline.processes.iter().filter(|p| p.role == Role::Poqexec).filter_map(|p| p.start);
        starts.filter(|start| *start <= time).max()
    }

    /// Whether `time` can lie in startup processing: after a boot in which poqexec ran.
    fn after_reboot(&self, time: FileTime) -> bool {
        self.boots.number(time) > 0 && self.poqexec_before(time).is_some()
    }

    fn early_boot(&mut self) {
        let processes = &self.timeline.processes;
        let poqexec: Vec<_> = processes
            .iter()
            .filter(|p| p.role == Role::Poqexec)
            .filter_map(|p| Some((p.start?, p)))
            .collect();
        let mut found = Vec::new();
        if let Some(renames) = self.marks(&[Mark::PendingRenames]).next() {
            let end = poqexec.iter().map(|(start, _)| *start).find(|s| *s >= renames.time);
            let words = Words::new(
                "smss.exe reads PendingFileRenameOperations; the phase ends where poqexec.exe starts",
                "smss.exe 读取 PendingFileRenameOperations；到 poqexec.exe 启动为止",
            );
            let span = (renames.time, end);
            found.push((PhaseName::BootRenames, span, Trust::Inferred, Some(renames.id.into()), words));
        }
        for (start, process) in &poqexec {
            let parent = process.parent.and_then(|id| self.timeline.process(id)).map(|p| p.role);
            if parent == Some(Role::SessionManager) {
                let words =
                    Words::new("poqexec.exe runs, started by smss.exe", "poqexec.exe 运行，由 smss.exe 启动");
                let end = process.end.or_else(|| self.windows_up(*start));
                found.push((PhaseName::BootPoq, (*start, end), Trust::Recorded, None, words));
            }
        }
        for (name, span, trust, place, words) in found {
            self.add(name, span, trust, place, words);
        }
    }

    /// When csrss.exe or services.exe starts after `time`: poqexec is over by then.
    fn windows_up(&self, time: FileTime) -> Option<FileTime> {
        let up = |p: &&Process| p.role == Role::ServiceControl || p.name.eq_ignore_ascii_case("csrss.exe");
        self.timeline.processes.iter().filter(up).filter_map(|p| p.start).filter(|start| *start > time).min()
    }

    /// The driver queue, and when it was last seen at work.
    fn drivers(&mut self) -> Option<FileTime> {
        let first_sign = self.signs.first().map(|s| s.time);
        let work = || {
            self.marks(&[Mark::DriverOperations, Mark::DriverWork])
                .filter(|e| self.after_reboot(e.time) && first_sign.is_none_or(|sign| e.time <= sign))
        };
        let (first, last) = (work().next().cloned()?, work().last().map(Event::end)?);
        let words = if first.path.to_ascii_lowercase().ends_with("driveroperations") {
            Words::new("the key DriverOperations is opened", "打开注册表项 DriverOperations")
        } else {
            Words::new(
                format!("the driver queue is at work: {}", first.path),
                format!("驱动程序操作队列在工作：{}", first.path),
            )
        };
        let span = (first.time, Some(last));
        self.add(PhaseName::StartupDrivers, span, Trust::Inferred, Some(first.id.into()), words);
        Some(last)
    }

    /// Advanced installers show themselves by what they note, by their DLLs and by the programs they start, after the
    /// driver queue. A rollback starts none of them first.
    fn installers(&mut self, drivers_end: Option<FileTime>) {
        let first_sign = self.signs.first().map(|s| s.time);
        let within = |time: FileTime| {
            self.after_reboot(time)
                && drivers_end.is_none_or(|from| time >= from)
                && first_sign.is_none_or(|sign| time < sign)
        };
        let noted = self.marks(&[Mark::InstallerWork]).filter(|e| within(e.time)).map(|e| {
            let words = Words::new(
                format!("an advanced installer is at work: {}", e.path),
                format!("高级安装程序在工作：{}", e.path),
            );
            (e.time, Some(Place::from(e.id)), words)
        });
        let children = self.timeline.processes.iter().filter(|p| p.role == Role::ServicingChild);
        let started = children.filter_map(|p| Some((p.start?, p))).filter(|(start, p)| {
            let parent = p.parent.and_then(|id| self.timeline.process(id)).map(|p| p.role);
            parent == Some(Role::TiWorker) && within(*start)
        });
        let started = started.map(|(start, p)| {
            let words = Words::new(
                format!("TiWorker.exe starts {}, as an advanced installer does", p.name),
                format!("TiWorker.exe 启动 {}，高级安装程序会这样做", p.name),
            );
            (start, None, words)
        });
        let Some((start, place, words)) =
            noted.chain(started).min_by_key(|(start, place, _)| (*start, *place))
        else {
            return;
        };
        let workers = self.timeline.processes.iter().filter(|p| p.role == Role::TiWorker);
        let end = first_sign.or_else(|| workers.filter_map(|p| p.end).filter(|end| *end > start).min());
        self.add(PhaseName::StartupInstallers, (start, end), Trust::Inferred, place, words);
    }

    /// A rollback is one if a log says so, or if the failure shows at the reboot. What fails while Windows runs is
    /// not rolled back.
    fn rollback(&mut self, faults: &Faults) {
        let Some(first) = self.signs.first() else { return };
        let at_shutdown = self.phases.iter().any(|p| p.name == PhaseName::Shutdown && p.start <= first.time);
        let at_reboot = self.boots.number(first.time) > 0 || at_shutdown;
        if faults.rollback.is_empty() && !at_reboot {
            return;
        }
        // A line is cut to the second; what a trace shows of the same second says when.
        let exact = |s: &&Sign| s.time == s.latest && s.time <= first.latest;
        let sign = self.signs.iter().find(exact).unwrap_or(first);
        let end = self
            .timeline
            .processes
            .iter()
            .filter(|p| matches!(p.role, Role::TiWorker | Role::TrustedInstaller))
            .filter_map(|p| p.end)
            .filter(|end| *end > sign.time)
            .max();
        let words = Words::new(
            format!("begins with the first sign of failure: {}", sign.words.en),
            format!("始于第一个失败迹象：{}", sign.words.zh),
        );
        self.add(PhaseName::Rollback, (sign.time, end), Trust::Inferred, sign.place, words);
    }
}

/// Parts of paths that the driver queue works on, lower case.
const DRIVER_OBJECTS: &[&str] = &[
    r"\driverstore\",
    r"\windows\inf\",
    r"\system32\drivers\",
    r"\system32\catroot",
    r"\driverdatabase\",
    r"\component based servicing\driveroperations",
    r"\currentcontrolset\services\",
    r"\currentcontrolset\control\class\",
    r"\currentcontrolset\enum\",
];

/// The phase in which a servicing process did something: the one that the sources show for that time, otherwise what
/// its process and its object show.
pub(crate) fn of_event(timeline: &Timeline<'_>, boots: &Boots, phases: &[Phase], event: &Event) -> PhaseName {
    let process = timeline.process_of(event);
    let role = process.map_or(Role::Other, |p| p.role);
    let startup = after_poqexec(timeline, boots, event.time);
    let shown = match at(phases, event.time) {
        // The machine went down before this boot: what a log leaves open ends here.
        PhaseName::Shutdown | PhaseName::Staging if startup => PhaseName::Unknown,
        shown => shown,
    };
    match role {
        _ if shown == PhaseName::Shutdown => return shown,
        Role::Poqexec if started_by_servicing(timeline, process) && shown != PhaseName::Unknown => {
            return shown;
        }
        Role::Poqexec => return PhaseName::BootPoq,
        _ if shown != PhaseName::Unknown => return shown,
        Role::SessionManager => return PhaseName::BootRenames,
        // Windows runs: no boot of an update lies before it.
        _ if !startup => return PhaseName::Staging,
        _ => {}
    }
    if role == Role::ServicingChild {
        return PhaseName::StartupInstallers;
    }
    let path = event.path.to_ascii_lowercase();
    let of_driver = role == Role::DriverInstall || DRIVER_OBJECTS.iter().any(|part| path.contains(part));
    let queue = phases.iter().find(|p| p.name == PhaseName::StartupDrivers);
    let behind = queue.is_none_or(|p| p.end.is_some_and(|end| event.time > end));
    if behind && !of_driver { PhaseName::StartupInstallers } else { PhaseName::StartupDrivers }
}

/// Whether servicing itself started a poqexec, as it does while Windows runs.
fn started_by_servicing(timeline: &Timeline<'_>, process: Option<&Process>) -> bool {
    let parent = process.and_then(|p| p.parent).and_then(|id| timeline.process(id));
    parent.is_some_and(|p| matches!(p.role, Role::TiWorker | Role::TrustedInstaller))
}

/// Whether poqexec ran before `time` in the same boot, started by smss: what follows is startup processing.
fn after_poqexec(timeline: &Timeline<'_>, boots: &Boots, time: FileTime) -> bool {
    let of_boot = |p: &&Process| p.role == Role::Poqexec && !started_by_servicing(timeline, Some(p));
    let mut starts = timeline.processes.iter().filter(of_boot).filter_map(|p| p.start);
    starts.any(|start| start <= time && boots.number(start) == boots.number(time))
}

/// The last phase that was seen before `time`, if none is seen at it.
pub(crate) fn before(phases: &[Phase], time: FileTime) -> PhaseName {
    match at(phases, time) {
        PhaseName::Unknown => {
            let begun = phases.iter().filter(|p| p.name != PhaseName::Rollback && p.start <= time);
            begun.max_by_key(|p| p.start).map_or(PhaseName::Unknown, |p| p.name)
        }
        phase => phase,
    }
}

/// The phase in which `time` lies. Of several it is the one that began last, but never the rollback, which only
/// follows.
pub(crate) fn at(phases: &[Phase], time: FileTime) -> PhaseName {
    let within =
        |p: &&Phase| p.name != PhaseName::Rollback && p.start <= time && p.end.is_none_or(|end| time <= end);
    phases.iter().filter(within).max_by_key(|p| p.start).map_or(PhaseName::Unknown, |p| p.name)
}
