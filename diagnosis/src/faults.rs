//! Faults: what the servicing logs themselves say failed, and which of them comes first.

use crate::stages::Stages;
use timeline::{
    Fact, FileTime, LogKind, LogLine, PhaseName, Place, Source, Stage, Step, Ticks, Timeline, Words,
};

/// What kind of thing failed. The order is from the most specific to the least: of several faults of one attempt, the
/// first kind is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A program that the Generic Command installer ran.
    Command,
    /// An advanced installer.
    Installer,
    /// An item of the driver queue.
    Driver,
    /// An entry of the driver queue that cannot be read.
    DriverIdentity,
    /// A component that was removed by hand.
    Component,
    /// A function of drupdate.dll.
    DriverCall,
    /// A primitive that poqexec could not carry out.
    Primitive,
    /// A section of servicing in setupapi.dev.log.
    Setup,
    /// poqexec itself.
    Poqexec,
    /// A transaction that could not be committed.
    Commit,
    /// An earlier transaction that is still pending.
    Pending,
    /// No progress.
    Hang,
    /// A restart that could not be made.
    Restart,
    /// A stage, with no item named.
    Stage,
    /// An error report on a package.
    Package,
    /// The original failure status alone.
    Status,
    /// The update client or the Setup log say that an update failed.
    Update,
}

/// The words for kinds that rules and reports use.
const KINDS: &[(FaultKind, &str)] = &[
    (FaultKind::Command, "command"),
    (FaultKind::Installer, "installer"),
    (FaultKind::Driver, "driver"),
    (FaultKind::DriverIdentity, "driver-identity"),
    (FaultKind::Component, "component"),
    (FaultKind::DriverCall, "driver-call"),
    (FaultKind::Primitive, "primitive"),
    (FaultKind::Setup, "setup"),
    (FaultKind::Poqexec, "poqexec"),
    (FaultKind::Commit, "commit"),
    (FaultKind::Pending, "pending"),
    (FaultKind::Hang, "hang"),
    (FaultKind::Restart, "restart"),
    (FaultKind::Stage, "stage"),
    (FaultKind::Package, "package"),
    (FaultKind::Status, "status"),
    (FaultKind::Update, "update"),
];

impl FaultKind {
    /// The word that rules and reports use.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Whether servicing itself says so, and so that it failed where it works: the update client reports any failure, of
    /// a download as well.
    pub fn of_servicing(self) -> bool {
        self != Self::Update
    }

    /// Whether it names what failed, and does not only tell that something did.
    pub fn names_a_cause(self) -> bool {
        self != Self::Stage && !self.follows()
    }

    /// Whether it only follows from another failure, and may be told of again in later boots.
    pub fn follows(self) -> bool {
        matches!(self, Self::Restart | Self::Package | Self::Status | Self::Update)
    }

    /// The kind with this word.
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, n)| *n == name).map(|(kind, _)| *kind)
    }
}

/// Something that a log says failed.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// Its name: an installer, an INF, a component.
    pub item: String,
    /// Its DLL, where the log names one.
    pub binary: Option<String>,
    /// The HRESULT it failed with.
    pub code: Option<u32>,
    /// How long it had been running.
    pub took: Option<Ticks>,
    /// In which phase.
    pub phase: PhaseName,
    /// In which boot of the log, from 1; 0 before the first.
    pub boot: u32,
    /// When, where the log's clock is known.
    pub time: Option<FileTime>,
    /// The line.
    pub place: Place,
    /// The line's text.
    pub text: String,
}

/// What the logs say failed.
#[derive(Debug, Default)]
pub struct Faults {
    /// All faults, in the order of the logs.
    pub all: Vec<Fault>,
    /// Position of the one that comes first.
    pub primary: Option<usize>,
    /// The code that servicing reported of the whole: the original failure status, or what the stage ended with.
    pub reported: Option<u32>,
    /// What failed in an attempt that a later one made good.
    pub past: Vec<Fault>,
    /// Lines that say that the update is taken back, in order.
    pub rollback: Vec<LogLine>,
    /// Damage of the component store, which by itself makes no reboot fail.
    pub corruption: Vec<LogLine>,
    /// Phase and boot of every line, by source.
    pub(crate) stages: Vec<(LogLine, PhaseName, u32)>,
}

/// ERROR_SUCCESS_REBOOT_REQUIRED as an HRESULT: it has the severity of a failure, and is none.
const REBOOT_REQUIRED: u32 = 0x8007_0BC2;
/// ERROR_FAIL_REBOOT_REQUIRED as an HRESULT.
const PENDING_IN_THE_WAY: u32 = 0x8007_0BC9;

/// Lines behind a fault's that can belong to it.
const NEAR: usize = 8;
/// What another log tells is in CBS.log soon after.
const SOON: Ticks = Ticks::seconds(5);

/// Collects the faults of all logs.
pub(crate) fn find(timeline: &Timeline<'_>) -> Faults {
    let is_cbs = |source: &Source| matches!(source, Source::Log(log) if log.kind == LogKind::Cbs);
    let scans = timeline.case.inputs.iter().zip(&timeline.scans);
    let (mut cbs, others): (Vec<_>, Vec<_>) = scans.partition(|(input, _)| is_cbs(&input.source));
    // CBS closes its log at many of its starts; the next one goes on where that ended.
    cbs.sort_by_key(|(_, scan)| scan.lines.first().and_then(|l| l.local));
    let lines: Vec<&LogLine> = cbs.iter().flat_map(|(_, scan)| &scan.lines).collect();
    let mut faults = Faults::default();
    for (at, (line, (phase, boot))) in lines.iter().zip(Stages::of(&lines)).enumerate() {
        faults.take(line, phase, boot, lines.get(at + 1..).unwrap_or_default());
    }
    faults.drop_what_was_none();
    let covered = Covered::of(timeline);
    faults.leave_the_past(&covered);
    let attempt = faults.attempt(&covered).unwrap_or(0);
    let begin = lines.iter().find_map(|l| l.time);
    for line in others.iter().flat_map(|(_, scan)| &scan.lines) {
        // What is older than CBS.log belongs to no attempt that it tells of.
        // poqexec ran before CBS wrote its first line.
        let grace = if matches!(line.fact, Fact::Primitive(_)) { ANOTHER_ATTEMPT } else { Ticks(0) };
        if line.time.zip(begin).is_none_or(|(time, begin)| time.plus(grace) >= begin) {
            let place = match line.fact {
                // poqexec runs before anything is written to CBS.log.
                Fact::Primitive(_) => faults.startup_after(line.time).map(|boot| (PhaseName::BootPoq, boot)),
                _ => faults.stage_at(line.time),
            };
            let unknown = match line.fact {
                Fact::Primitive(_) => PhaseName::BootPoq,
                _ => PhaseName::Unknown,
            };
            let (phase, boot) = place.unwrap_or((unknown, attempt));
            faults.take(line, phase, boot, &[]);
        }
    }
    faults.settle(&covered);
    faults
}

/// The time that traces cover.
struct Covered {
    spans: Vec<(FileTime, FileTime)>,
}

/// A log's line is written within this time of what a trace shows of it.
const MARGIN: Ticks = Ticks::seconds(120);
/// An attempt that follows this much later is another one, not the boot that takes the first one back.
const ANOTHER_ATTEMPT: Ticks = Ticks::seconds(3600);

impl Covered {
    fn of(timeline: &Timeline<'_>) -> Self {
        let traces = timeline.case.inputs.iter().zip(&timeline.scans).filter(|(i, _)| i.source.is_trace());
        Self { spans: traces.filter_map(|(_, scan)| Some((scan.first?, scan.last?))).collect() }
    }

    fn holds(&self, time: FileTime) -> bool {
        self.spans.iter().any(|(from, to)| time.plus(MARGIN) >= *from && time <= to.plus(MARGIN))
    }
}

impl Faults {
    fn take(&mut self, line: &LogLine, phase: PhaseName, boot: u32, following: &[&LogLine]) {
        if matches!(line.fact, Fact::Stage(..)) {
            self.stages.push((line.clone(), phase, boot));
        }
        if matches!(&line.fact, Fact::Stage(_, Step::Rollback | Step::RollbackFailed))
            || matches!(&line.fact, Fact::ExecuteState { rollback: true, .. })
        {
            self.rollback.push(line.clone());
        }
        if let Fact::Corruption(_) = line.fact {
            self.corruption.push(line.clone());
        }
        if let Fact::Stage(Some(Stage::Startup), Step::Complete) = line.fact
            && failure_code(line).is_none()
        {
            // Between installation and restart a pending transaction is the ordinary state; the restart ended it.
            self.all.retain(|f| f.kind != FaultKind::Pending);
        }
        let (kind, item, took) = match &line.fact {
            Fact::Installer(run) if run.decisive => (FaultKind::Installer, run.name.clone(), run.took),
            Fact::InstallerSummary { name, .. } => (FaultKind::Installer, name.clone(), None),
            Fact::Driver { inf, result, .. } if *result != 0 => (FaultKind::Driver, inf.clone(), None),
            Fact::DriverIdentity(n) => (FaultKind::DriverIdentity, format!("DriverOperations\\{n}"), None),
            Fact::DriverCall(function) if line.failed => (FaultKind::DriverCall, function.clone(), None),
            Fact::ComponentDeleted(component) => (FaultKind::Component, component.clone(), None),
            Fact::GenericCommand(Some(code)) if *code != 0 => {
                (FaultKind::Command, format!("exit code {code} (0x{code:08x})"), None)
            }
            Fact::Poqexec { took, .. } if line.failed => {
                (FaultKind::Poqexec, "poqexec.exe".to_owned(), *took)
            }
            Fact::Primitive(what) if line.failed => (FaultKind::Primitive, what.clone(), None),
            Fact::Setup { title, servicing: true } if line.failed => {
                let item = inf_in(&line.text).map_or_else(|| title.clone(), |inf| format!("{title} ({inf})"));
                (FaultKind::Setup, item, None)
            }
            Fact::UpdateFailed(update) => (FaultKind::Update, update.clone(), None),
            Fact::Hang => (FaultKind::Hang, String::new(), None),
            Fact::Stage(_, Step::CommitFailed) => (FaultKind::Commit, String::new(), None),
            Fact::Stage(_, Step::PendingTransaction) => (FaultKind::Pending, String::new(), None),
            Fact::Stage(_, Step::RestartFailed) => (FaultKind::Restart, String::new(), None),
            Fact::Stage(_, Step::DriverQueueFailed | Step::InstallerQueueFailed) => {
                (FaultKind::Stage, String::new(), None)
            }
            Fact::Package(package) if package.failure_source.is_some() => {
                (FaultKind::Package, package.identity.clone(), None)
            }
            Fact::OriginalFailure(status) if *status >> 31 == 1 => (FaultKind::Status, String::new(), None),
            _ => return,
        };
        let own = failure_code(line);
        let code = match &line.fact {
            Fact::OriginalFailure(status) => Some(*status),
            Fact::Driver { result, .. } if result >> 31 == 0 => Some(0x8007_0000 | result & 0xFFFF),
            Fact::Driver { result, .. } => Some(*result),
            _ if matches!(kind, FaultKind::Command | FaultKind::Component | FaultKind::Pending) => {
                // These lines print no code of their own; the lines that hand the error on do.
                let behind = following.iter().take(NEAR).take_while(|l| l.failed);
                own.or_else(|| behind.into_iter().find_map(|l| failure_code(l)))
            }
            _ => own,
        };
        let phase = match kind {
            FaultKind::Hang => hung_in(following).unwrap_or(phase),
            // A transaction is begun while Windows runs; at the reboot the one at hand goes on.
            FaultKind::Pending if phase == PhaseName::Unknown => PhaseName::Staging,
            _ => phase,
        };
        let mut fault = Fault {
            kind,
            item,
            binary: None,
            code,
            took,
            phase,
            boot,
            time: line.time,
            place: Place::Line { source: line.source, line: line.line },
            text: line.text.clone(),
        };
        if let Fact::InstallerSummary { binary, .. } = &line.fact {
            fault.binary.clone_from(binary);
        }
        if kind == FaultKind::Installer && self.completes_an_installer(&fault, &line.fact) {
            return;
        }
        self.all.push(fault);
    }

    /// Several lines tell of one installer's failure: its failure line knows the code, its run how long it took, the
    /// error summary its DLL. A log that begins in the middle has the summary only.
    fn completes_an_installer(&mut self, fault: &Fault, fact: &Fact) -> bool {
        let summary = matches!(fact, Fact::InstallerSummary { .. });
        let same = |known: &&mut Fault| {
            known.kind == fault.kind
                && known.item == fault.item
                && (known.place == fault.place || summary && known.boot == fault.boot)
        };
        let mut found = false;
        for known in self.all.iter_mut().filter(same) {
            known.binary = known.binary.take().or_else(|| fault.binary.clone());
            known.code = known.code.or(fault.code);
            known.took = known.took.or(fault.took);
            found = true;
        }
        found
    }

    /// Drops what looks like a failure and is none.
    fn drop_what_was_none(&mut self) {
        let generic =
            |f: &Fault| f.kind == FaultKind::Installer && f.item.eq_ignore_ascii_case("Generic Command");
        let decisive: Vec<u32> = self.all.iter().filter(|f| generic(f)).map(|f| f.boot).collect();
        self.all.retain(|f| match f.kind {
            // Some programs end well with another code than 0.
            FaultKind::Command => decisive.contains(&f.boot),
            FaultKind::Installer => f.code != Some(REBOOT_REQUIRED),
            FaultKind::Pending => f.code == Some(PENDING_IN_THE_WAY),
            _ => true,
        });
    }

    /// Sets apart what failed before an attempt that went through: its startup processing ended well, in a boot that came
    /// an hour or more later, or that a trace covers while it does not cover the failure.
    fn leave_the_past(&mut self, covered: &Covered) {
        let ended_well = |(line, phase, boot): &(LogLine, PhaseName, u32)| {
            let complete = matches!(line.fact, Fact::Stage(Some(Stage::Startup), Step::Complete));
            (complete && failure_code(line).is_none() && *phase != PhaseName::Rollback)
                .then_some((line.time?, *boot))
        };
        let good: Vec<(FileTime, u32)> = self.stages.iter().filter_map(ended_well).collect();
        let is_past = |f: &Fault| {
            f.time.is_some_and(|failed| {
                good.iter().any(|(time, boot)| {
                    *boot > f.boot
                        && *time > failed
                        && (time.since(failed) >= ANOTHER_ATTEMPT
                            || covered.holds(*time) && !covered.holds(failed))
                })
            })
        };
        let (past, present) = std::mem::take(&mut self.all).into_iter().partition(is_past);
        (self.past, self.all) = (past, present);
        let Some(last) = self.past.iter().filter_map(|f| f.time).max() else { return };
        self.rollback.retain(|line| line.time.is_none_or(|time| time > last.plus(MARGIN)));
    }

    /// The boot of the attempt that failed: the first that a trace covers, else the first.
    fn attempt(&self, covered: &Covered) -> Option<u32> {
        let boots = |wanted: &dyn Fn(&Fault) -> bool| {
            self.all.iter().filter(|f| f.is_forward() && wanted(f)).map(|f| f.boot).min()
        };
        let seen = |f: &Fault| f.time.is_some_and(|time| covered.holds(time));
        boots(&|f| !f.kind.follows() && seen(f))
            .or_else(|| boots(&|f| !f.kind.follows()))
            .or_else(|| boots(&|_| true))
    }

    /// The boot of the startup processing that follows a run of poqexec.
    fn startup_after(&self, time: Option<FileTime>) -> Option<u32> {
        let time = time?;
        let startup = |line: &LogLine| matches!(line.fact, Fact::Stage(Some(Stage::Startup), _));
        self.stages
            .iter()
            .find(|(line, ..)| startup(line) && line.time.is_some_and(|t| t >= time))
            .map(|(.., boot)| *boot)
    }

    /// Phase and boot at a time that another log tells, by the stage lines of CBS.log.
    fn stage_at(&self, time: Option<FileTime>) -> Option<(PhaseName, u32)> {
        let time = time?;
        // CBS.log writes whole seconds.
        let second = FileTime(time.0 - time.0 % Ticks::seconds(1).0);
        let timed =
            || self.stages.iter().filter_map(|(line, phase, boot)| Some((line.time?, line, *phase, *boot)));
        let next = timed().find(|(t, ..)| *t >= second && t.since(time) <= SOON);
        if let Some((_, _, phase, boot)) = next {
            return Some((phase, boot));
        }
        let (_, line, phase, boot) = timed().rfind(|(t, ..)| *t < second)?;
        let over = matches!(line.fact, Fact::Stage(_, Step::Complete));
        Some((if over { PhaseName::Unknown } else { phase }, boot))
    }

    /// Finds the fault that comes first: in the earliest attempt that failed, the most specific, of those the earliest.
    fn settle(&mut self, covered: &Covered) {
        let attempt = self.attempt(covered);
        let forward = || self.all.iter().enumerate().filter(|(_, f)| f.is_forward());
        let within = forward().filter(|(_, f)| Some(f.boot) == attempt);
        self.primary = within.min_by_key(|(at, f)| (f.kind, *at)).map(|(at, _)| at);
        // Of the attempt itself, or of what tells of it later.
        let reported = |wanted: &[FaultKind]| {
            let told = forward().filter(|(_, f)| attempt.is_none_or(|boot| f.boot >= boot));
            told.filter(|(_, f)| wanted.contains(&f.kind)).find_map(|(_, f)| f.code)
        };
        self.reported = reported(&[FaultKind::Status])
            .or_else(|| reported(&[FaultKind::Stage, FaultKind::Hang]))
            .or_else(|| reported(&[FaultKind::Package]))
            .or_else(|| {
                let first = self.first()?;
                // HRESULT_FROM_NT: what is reported of it is the Win32 error.
                let of_nt = first.code.filter(|code| code >> 28 == 0xD).and(first.win32());
                of_nt.map(|win32| 0x8007_0000 | win32).or(first.code)
            });
    }

    /// The fault that comes first.
    pub fn first(&self) -> Option<&Fault> {
        self.primary.and_then(|at| self.all.get(at))
    }

    /// Whether the logs say that an update failed at its reboot, or could not be committed.
    pub fn any(&self) -> bool {
        self.primary.is_some() || !self.rollback.is_empty()
    }
}

fn failure_code(line: &LogLine) -> Option<u32> {
    line.code.filter(|code| code >> 31 == 1)
}

/// What was under way when startup processing hung: the execute state that is stored next says what is given up.
fn hung_in(following: &[&LogLine]) -> Option<PhaseName> {
    following.iter().take(NEAR).find_map(|line| match &line.fact {
        Fact::ExecuteState { text, .. } if text.contains("FlagAdvancedInstallersFailed") => {
            Some(PhaseName::StartupInstallers)
        }
        Fact::ExecuteState { text, .. } if text.contains("FlagDriversFailed") => {
            Some(PhaseName::StartupDrivers)
        }
        _ => None,
    })
}

/// The INF that a line of setupapi.dev.log names: `…\netathrx.inf'`.
fn inf_in(text: &str) -> Option<&str> {
    let end = text.to_ascii_lowercase().find(".inf'")? + ".inf".len();
    let path = text.get(..end)?;
    path.get(path.rfind(['\\', '\''])? + 1..)
}

/// Codes that mean that somebody did not answer.
const NO_ANSWER: &[u32] = &[1753, 1722, 1053, 258, 1460, 1726, 1715];

impl Fault {
    /// Whether servicing failed at it, and not at taking something back.
    fn is_forward(&self) -> bool {
        self.kind.of_servicing() && self.phase != PhaseName::Rollback
    }

    /// The Win32 error behind the code.
    pub fn win32(&self) -> Option<u32> {
        let code = self.code?;
        // 0x8001xxxx is facility RPC with a Win32 number.
        if code >> 16 == 0x8001 {
            return Some(code & 0xFFFF);
        }
        status_codes::HResult(code).win32().map(|w| w.0)
    }

    /// Whether it looks like waiting in vain for a service: it took long, or the code says that nobody answered.
    pub fn waited_in_vain(&self) -> bool {
        let silent = self.win32().is_some_and(|w| NO_ANSWER.contains(&w));
        let long = self.took.is_some_and(|t| t >= Ticks::seconds(30));
        self.kind == FaultKind::Hang || self.kind == FaultKind::Installer && (silent || long)
    }

    /// The code as people look it up: `1753, 0x800706D9`.
    pub fn code_text(&self) -> String {
        match (self.win32(), self.code) {
            (Some(win32), Some(code)) => format!("{win32} / 0x{code:08X}"),
            (None, Some(code)) => format!("0x{code:08X}"),
            _ => String::new(),
        }
    }

    /// What failed, in words.
    pub fn words(&self) -> Words {
        let item = match &self.binary {
            Some(binary) => format!("{} ({binary})", self.item),
            None => self.item.clone(),
        };
        let (mut en, mut zh) = match self.kind {
            FaultKind::Command => {
                (format!("a generic command ended with {item}"), format!("通用命令以 {item} 结束"))
            }
            FaultKind::Installer => (format!("the installer {item} failed"), format!("安装程序 {item} 失败")),
            FaultKind::Driver => {
                (format!("the driver update {item} failed"), format!("驱动更新 {item} 失败"))
            }
            FaultKind::DriverIdentity => (
                format!("the driver queue's entry {item} cannot be read"),
                format!("无法读取驱动队列条目 {item}"),
            ),
            FaultKind::Component => {
                (format!("the component {item} was removed"), format!("组件 {item} 已被删除"))
            }
            FaultKind::DriverCall => (format!("{item} failed"), format!("{item} 失败")),
            FaultKind::Primitive => {
                (format!("poqexec could not do {item}"), format!("poqexec 无法执行 {item}"))
            }
            FaultKind::Setup => (format!("{item} failed"), format!("{item} 失败")),
            FaultKind::Update => (format!("the update {item} failed"), format!("更新 {item} 失败")),
            FaultKind::Poqexec => ("poqexec.exe failed".to_owned(), "poqexec.exe 失败".to_owned()),
            FaultKind::Commit => {
                ("the transaction could not be committed".to_owned(), "事务无法提交".to_owned())
            }
            FaultKind::Pending => {
                ("an earlier transaction is still pending".to_owned(), "先前的事务仍未完成".to_owned())
            }
            FaultKind::Hang => {
                ("startup processing made no progress".to_owned(), "启动处理没有进展".to_owned())
            }
            FaultKind::Restart => ("the restart could not be made".to_owned(), "无法重新启动".to_owned()),
            FaultKind::Stage => (self.text.clone(), self.text.clone()),
            FaultKind::Package => (format!("the package {item} failed"), format!("程序包 {item} 失败")),
            FaultKind::Status => ("the update failed".to_owned(), "更新失败".to_owned()),
        };
        if let Some(took) = self.took.filter(|t| *t >= Ticks::seconds(1)) {
            en = format!("{en} after {:.0} s", took.as_seconds());
            zh = format!("{zh}，历时 {:.0} 秒", took.as_seconds());
        }
        let code = self.code_text();
        if !code.is_empty() && self.kind != FaultKind::Stage {
            en = format!("{en} with {code}");
            zh = format!("{zh}，代码 {code}");
        }
        Words::new(en, zh)
    }
}
