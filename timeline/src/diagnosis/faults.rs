//! Faults: what the servicing logs themselves say failed, and which of them comes first.

use crate::{
    Timeline,
    logs::{Fact, LogLine, Stages, Step},
    model::{FileTime, Place, Ticks, Words},
    phases::PhaseName,
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
    /// Lines that say that the update is taken back, in order.
    pub rollback: Vec<LogLine>,
    /// Damage of the component store, which by itself makes no reboot fail.
    pub corruption: Vec<LogLine>,
    /// Phase and boot of every line, by source.
    pub(crate) stages: Vec<(LogLine, PhaseName, u32)>,
}

/// Collects the faults of all logs.
pub(crate) fn find(timeline: &Timeline<'_>) -> Faults {
    let mut faults = Faults::default();
    for scan in &timeline.scans {
        let phases = Stages::of(&scan.lines);
        for (line, (phase, boot)) in scan.lines.iter().zip(phases) {
            faults.take(line, phase, boot);
        }
    }
    faults.name_binaries(timeline);
    faults.settle();
    faults
}

impl Faults {
    fn take(&mut self, line: &LogLine, phase: PhaseName, boot: u32) {
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
        let (kind, item, took) = match &line.fact {
            Fact::Installer(run) if run.decisive => (FaultKind::Installer, run.name.clone(), run.took),
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
            Fact::Setup { title, servicing: true } if line.failed => (FaultKind::Setup, title.clone(), None),
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
        let code = match &line.fact {
            Fact::OriginalFailure(status) => Some(*status),
            Fact::Driver { result, .. } if result >> 31 == 0 => Some(0x8007_0000 | result & 0xFFFF),
            Fact::Driver { result, .. } => Some(*result),
            Fact::GenericCommand(_) => None,
            _ => line.code.filter(|code| code >> 31 == 1),
        };
        self.all.push(Fault {
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
        });
    }

    /// The DLL of a failed installer stands in the error summary.
    fn name_binaries(&mut self, timeline: &Timeline<'_>) {
        let summaries = timeline.scans.iter().flat_map(|s| &s.lines).filter_map(|line| match &line.fact {
            Fact::InstallerSummary { name, binary } => Some((name, binary, line.code, line)),
            _ => None,
        });
        for (name, binary, code, line) in summaries {
            let named = self.all.iter_mut().filter(|f| f.kind == FaultKind::Installer && f.item == *name);
            let mut known = false;
            for fault in named {
                fault.binary = fault.binary.take().or_else(|| binary.clone());
                fault.code = fault.code.or(code);
                known = true;
            }
            if !known {
                // A log that begins in the middle has the summary only.
                self.all.push(Fault {
                    kind: FaultKind::Installer,
                    item: name.clone(),
                    binary: binary.clone(),
                    code,
                    took: None,
                    phase: PhaseName::StartupInstallers,
                    boot: 0,
                    time: line.time,
                    place: Place::Line { source: line.source, line: line.line },
                    text: line.text.clone(),
                });
            }
        }
    }

    /// Finds the fault that comes first: in the earliest attempt that failed, the most specific, of those the earliest.
    fn settle(&mut self) {
        // An installer is told by its run and by its failure line; the run knows how long it took.
        self.all.sort_by_key(|f| (f.place, std::cmp::Reverse(f.took)));
        self.all.dedup_by(|later, earlier| later.place == earlier.place && later.kind == earlier.kind);
        let of_servicing = || self.all.iter().filter(|f| f.kind.of_servicing());
        let attempt = of_servicing().filter(|f| f.kind != FaultKind::Status).map(|f| f.boot).min();
        let attempt = attempt.or_else(|| of_servicing().map(|f| f.boot).min());
        let within = self
            .all
            .iter()
            .enumerate()
            .filter(|(_, f)| Some(f.boot) == attempt && f.phase != PhaseName::Rollback);
        self.primary = within
            .filter(|(_, f)| f.kind.of_servicing())
            .min_by_key(|(_, f)| (f.kind, f.place))
            .map(|(at, _)| at);
        let reported = |wanted: &[FaultKind]| {
            self.all
                .iter()
                .filter(|f| wanted.contains(&f.kind) && f.phase != PhaseName::Rollback)
                .find_map(|f| f.code)
        };
        let primary = self.primary.and_then(|at| self.all.get(at)).and_then(|f| f.code);
        self.reported = reported(&[FaultKind::Status])
            .or_else(|| reported(&[FaultKind::Stage, FaultKind::Hang]))
            .or_else(|| reported(&[FaultKind::Package]))
            .or(primary);
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

/// Codes that mean that somebody did not answer.
const NO_ANSWER: &[u32] = &[1753, 1722, 1053, 258, 1460, 1726, 1715];

impl Fault {
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
            zh = format!("{zh},历时 {:.0} 秒", took.as_seconds());
        }
        let code = self.code_text();
        if !code.is_empty() && self.kind != FaultKind::Stage {
            en = format!("{en} with {code}");
            zh = format!("{zh},代码 {code}");
        }
        Words::new(en, zh)
    }
}
