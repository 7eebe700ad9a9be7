//! Which phase, which boot and which attempt each line of CBS.log belongs to.

use timeline::{
    DamageKind, Fact, LocalTicks, LogLine, Part, PhaseName, Restart, SessionStep, Stage, Step, Ticks,
};

/// It has the severity of a failure but means success.
pub(crate) use status_codes::results::ERROR_SUCCESS_REBOOT_REQUIRED as REBOOT_REQUIRED;

/// Where a line belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The phase.
    pub(crate) phase: PhaseName,
    /// The boot that the log shows servicing work in, from 1; 0 before the first.
    pub(crate) boot: u32,
    /// The session, or the shutdown with the boots that finish or undo it.
    pub(crate) attempt: u32,
}

/// Follows the stages through a log.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    stage: Option<Stage>,
    /// What is being done within the stage.
    work: Option<Work>,
    boot: u32,
    attempt: u32,
    /// The stage was left. The next startup line belongs to another boot, if no boot time says otherwise.
    left: bool,
    /// The attempt has its end; what comes is another one.
    settled: bool,
    /// The session whose work is complete, but whose last lines are still to come.
    completed: Option<String>,
    /// The boot in which startup processing failed and began a rollback.
    failed_boot: Option<u32>,
    /// Time of the latest line of work.
    latest: Option<LocalTicks>,
    /// When Windows last started, as TrustedInstaller prints it.
    last_boot: Option<LocalTicks>,
    /// Startup processing of that boot was counted.
    counted: bool,
}

/// Startup processing that says nothing for longer belongs to another boot, because the servicing stack gives up
/// after hours.
pub(crate) const LONGEST_SILENCE: Ticks = Ticks::seconds(6 * 3600);
/// The boot that takes an update back follows at once; one that comes an hour later is another attempt.
const ANOTHER_ATTEMPT: u64 = 3600 * 10_000_000;
/// Lines within which a work names its stage.
const AHEAD: usize = 512;
/// The boot time is reckoned from the time of day and may differ by so much within one boot.
const SAME_BOOT: u64 = 2 * 10_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Drivers,
    Primitives,
    Installers,
}

/// The stage that a line names.
fn stage_of(line: &LogLine) -> Option<Stage> {
    match &line.fact {
        Fact::Stage(stage, _) => *stage,
        Fact::Hang | Fact::ExecuteState { read: true, .. } => Some(Stage::Startup),
        Fact::Restart(Restart::GoesOn | Restart::TriesAgain) => Some(Stage::Startup),
        Fact::Failed { part: Part::Startup, .. } => Some(Stage::Startup),
        fact if is_of_session(fact) => Some(Stage::Execute),
        Fact::Package(_) if line.text.starts_with("Exec: ") => Some(Stage::Execute),
        _ => None,
    }
}

/// Whether only a session writes such a line, while Windows runs.
fn is_of_session(fact: &Fact) -> bool {
    match fact {
        Fact::Session(_) | Fact::Flow(_) | Fact::StackTooOld { .. } | Fact::Feature { .. } => true,
        Fact::Corruption(damage) => damage.kind == DamageKind::Manifest,
        Fact::Failed { part, .. } => matches!(
            part,
            Part::Package
                | Part::Deployment
                | Part::Planning
                | Part::Resolving
                | Part::Staging
                | Part::Executing
                | Part::Session
                | Part::Download
        ),
        Fact::Package(package) => matches!(package.failure_source.as_deref(), Some("Resolve" | "Stage")),
        _ => false,
    }
}

/// Whether the line reports work, and not only the state of the machine.
fn is_work(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::Restart(_)
            | Fact::ServiceEnd(_)
            | Fact::LastBoot(_)
            | Fact::Stack(_)
            | Fact::Build(_)
            | Fact::FailureCleared
            | Fact::Interrupted
            | Fact::ExecuteState { read: false, .. }
    )
}

impl Stages {
    /// Place of each line, in order.
    ///
    /// Lines of work before the first line that names a stage take their stage from that line, because excerpts often
    /// begin in the middle.
    pub(crate) fn of(lines: &[&LogLine]) -> Vec<Place> {
        let mut stages = Self::default();
        stages.look_ahead(lines);
        let step = |(at, line): (usize, &&LogLine)| stages.step(line, lines.get(at..).unwrap_or_default());
        lines.iter().enumerate().map(step).collect()
    }

    /// Enters the stage that the next line names, unless Windows starts before.
    fn look_ahead(&mut self, lines: &[&LogLine]) {
        let next = lines
            .iter()
            .take(AHEAD)
            .find(|line| stage_of(line).is_some() || matches!(line.fact, Fact::LastBoot(_)));
        self.enter(next.and_then(|line| stage_of(line)));
    }

    fn enter(&mut self, stage: Option<Stage>) {
        if stage.is_none() || stage == self.stage && !self.left {
            return;
        }
        if stage == Some(Stage::Startup) && !(self.counted && self.last_boot.is_some()) {
            // Without a shutdown before it, the boot finishes what no line here began.
            if !matches!(self.stage, Some(Stage::Startup | Stage::Shutdown)) {
                self.begin_attempt();
            }
            self.boot += 1;
            self.counted = true;
        }
        if stage == Some(Stage::Shutdown) && self.stage != Some(Stage::Shutdown) {
            self.begin_attempt();
        }
        self.stage = stage;
        self.work = None;
        self.left = false;
    }

    fn begin_attempt(&mut self) {
        self.attempt += 1;
        self.settled = false;
        self.completed = None;
    }

    fn step(&mut self, line: &LogLine, ahead: &[&LogLine]) -> Place {
        self.pass_time(line);
        let stage = stage_of(line);
        // "Startup processing completed." and what the logon screen is told follow the end in the same boot.
        let repeats = self.left
            && self.stage == Some(Stage::Startup)
            && (matches!(line.fact, Fact::Stage(Some(Stage::Startup), Step::Complete))
                || line.text.starts_with("Startup: received notification")
                || line.text.starts_with("Startup: Changing logon"));
        if self.settled && !repeats && is_work(&line.fact) && !self.follows_session(&line.fact) {
            self.begin_attempt();
            if self.stage.is_none() {
                self.look_ahead(ahead);
            }
        }
        match stage {
            _ if repeats => {}
            // Startup processing that is under way is not left for a session's lines.
            Some(Stage::Execute)
                if !matches!(line.fact, Fact::Stage(..))
                    && self.stage == Some(Stage::Startup)
                    && !self.left => {}
            stage => self.enter(stage),
        }
        if let Fact::Session(session) = &line.fact
            && session.step == SessionStep::Started
        {
            self.begin_attempt();
        }
        self.work = work_of(&line.fact).or(self.work);
        let place = Place { phase: self.phase(line), boot: self.boot, attempt: self.attempt };
        self.end(line);
        place
    }

    /// Whether it is one of the lines that a session writes after its work is complete.
    fn follows_session(&self, fact: &Fact) -> bool {
        let Some(completed) = &self.completed else { return false };
        match fact {
            Fact::Session(session) => session.step == SessionStep::Finalized && session.id == *completed,
            Fact::Failed { part: Part::Session | Part::Repair, .. } | Fact::Feature { .. } => true,
            _ => false,
        }
    }

    /// A boot that began after what was said before is another one; so is what comes after a long silence.
    fn pass_time(&mut self, line: &LogLine) {
        let since = |from: Option<LocalTicks>, to: Option<LocalTicks>| Some(to?.0.saturating_sub(from?.0));
        let mut booted = false;
        if let Fact::LastBoot(boot) = line.fact {
            booted = self.latest.is_some_and(|latest| boot > latest);
            if self.last_boot.is_none_or(|last| last.0.abs_diff(boot.0) > SAME_BOOT) {
                booted |= self.last_boot.is_some();
                self.counted &= !booted;
                self.last_boot = Some(boot);
            }
        }
        let silence = since(self.latest, line.local).unwrap_or(0);
        if booted || silence > LONGEST_SILENCE.0 {
            self.leave();
            if silence > ANOTHER_ATTEMPT {
                self.failed_boot = None;
                self.settled = true;
            }
        }
        // The service starts before it says when the machine did.
        let begins = matches!(line.fact, Fact::Stage(None, Step::Begin));
        if is_work(&line.fact) && !begins {
            self.latest = line.local.max(self.latest);
        }
    }

    /// What the line ends.
    fn end(&mut self, line: &LogLine) {
        match &line.fact {
            Fact::Stage(stage, Step::Complete) => {
                self.settled |= *stage == Some(Stage::Startup) && line.code != Some(REBOOT_REQUIRED);
                self.leave();
            }
            // What follows in this boot reports the failure, the next boot takes the update back. What fails at
            // shutdown is tried again at the next start.
            Fact::Stage(_, Step::Rollback | Step::InstallerQueueFailed | Step::DriverQueueFailed)
                if self.stage == Some(Stage::Startup) =>
            {
                self.failed_boot.get_or_insert(self.boot);
            }
            Fact::Restart(Restart::TriesAgain) => self.failed_boot = None,
            Fact::Session(session) if session.step != SessionStep::Started => {
                self.settled = true;
                let complete = session.step == SessionStep::Complete;
                self.completed = complete.then(|| session.id.clone());
                if self.stage == Some(Stage::Execute) {
                    (self.stage, self.work) = (None, None);
                }
            }
            _ => {}
        }
        if self.left {
            self.work = None;
        }
    }

    /// The stage is over.
    fn leave(&mut self) {
        self.left = true;
        // The boot that took the update back is over; what comes is another attempt.
        self.failed_boot = self.failed_boot.filter(|boot| self.boot <= *boot);
    }

    fn phase(&self, line: &LogLine) -> PhaseName {
        let source = match &line.fact {
            Fact::Package(package) => package.failure_source.as_deref(),
            _ => None,
        };
        match (self.stage, self.work, source) {
            (Some(Stage::Execute), ..) => PhaseName::Staging,
            (Some(Stage::Shutdown), ..) => PhaseName::Shutdown,
            (Some(Stage::Startup), ..) if self.failed_boot.is_some_and(|boot| self.boot > boot) => {
                PhaseName::Rollback
            }
            (Some(Stage::Startup), _, Some("DOQ")) => PhaseName::StartupDrivers,
            (None, _, Some("Execute")) => PhaseName::Staging,
            // The driver queue is loaded and worked on by sessions, at shutdown and at startup.
            (Some(Stage::Startup), Some(Work::Drivers), _) => PhaseName::StartupDrivers,
            (Some(Stage::Startup), Some(Work::Primitives), _) => PhaseName::BootPoq,
            (None, ..) if is_boot_screen(&line.fact) => PhaseName::BootPoq,
            (Some(Stage::Startup) | None, Some(Work::Installers), _) => PhaseName::StartupInstallers,
            _ => PhaseName::Unknown,
        }
    }
}

/// Whether it is what poqexec shows at a boot.
fn is_boot_screen(fact: &Fact) -> bool {
    matches!(fact, Fact::Failed { part: Part::BootScreen, .. })
}

/// What a line says is being done within the stage.
fn work_of(fact: &Fact) -> Option<Work> {
    match fact {
        Fact::Stage(_, step) => match step {
            Step::DriverQueue | Step::DriverQueueFailed => Some(Work::Drivers),
            Step::Primitives | Step::PrimitivesFailed => Some(Work::Primitives),
            Step::InstallerQueue | Step::InstallerQueueFailed => Some(Work::Installers),
            _ => None,
        },
        Fact::ExecuteState { state, read: true, .. } => match state.as_str() {
            "StageDrivers" => Some(Work::Drivers),
            "Primitives" => Some(Work::Primitives),
            "ResolvePending" => Some(Work::Installers),
            _ => None,
        },
        Fact::Driver { .. } | Fact::DriverCall(_) | Fact::DriverIdentity(_) => Some(Work::Drivers),
        Fact::Installer(_) | Fact::InstallerSummary { .. } | Fact::GenericCommand(_) => {
            Some(Work::Installers)
        }
        Fact::Failed { part: Part::InstallerSetup | Part::ServiceStart, .. } => Some(Work::Installers),
        Fact::Poqexec { .. } | Fact::Failed { part: Part::Poqexec | Part::BootScreen, .. } => {
            Some(Work::Primitives)
        }
        _ => None,
    }
}
