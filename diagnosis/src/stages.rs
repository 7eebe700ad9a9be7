//! Which phase and which boot each line of CBS.log belongs to.

use timeline::{Fact, LocalTicks, LogLine, PhaseName, Stage, Step};

/// Follows the stages through a log.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    stage: Option<Stage>,
    /// What is being done within the stage.
    work: Option<Work>,
    boot: u32,
    /// The stage was left; the next startup line belongs to another boot.
    left: bool,
    /// The boot in which startup processing failed.
    failed_boot: Option<u32>,
    /// Time of the latest line of a stage.
    latest: Option<LocalTicks>,
}

/// Startup processing that says nothing for longer is another boot's: the servicing stack gives up after hours.
const LONGEST_SILENCE: u64 = 6 * 3600 * 10_000_000;
/// The boot that takes an update back follows at once; one that comes an hour later is another attempt.
const ANOTHER_ATTEMPT: u64 = 3600 * 10_000_000;

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
        Fact::Hang => Some(Stage::Startup),
        Fact::Package(_) | Fact::SessionEnd if line.text.starts_with("Exec: ") => Some(Stage::Execute),
        _ => None,
    }
}

/// Phase and boot of a line. A boot number of 0 is before the first restart that the log shows.
pub(crate) type LinePhase = (PhaseName, u32);

impl Stages {
    /// Phase and boot of each line, in order.
    ///
    /// Lines of work that stand before the first line that names a stage take their stage from that line: excerpts
    /// often begin in the middle.
    pub(crate) fn of(lines: &[&LogLine]) -> Vec<LinePhase> {
        let mut stages = Self::default();
        stages.enter(lines.iter().find_map(|line| stage_of(line)));
        lines.iter().map(|line| stages.step(line)).collect()
    }

    fn enter(&mut self, stage: Option<Stage>) {
        if stage.is_none() || stage == self.stage && !self.left {
            return;
        }
        if stage == Some(Stage::Startup) {
            self.boot += 1;
        }
        self.stage = stage;
        self.work = None;
        self.left = false;
    }

    fn step(&mut self, line: &LogLine) -> LinePhase {
        // A boot that began after what was said before is another one.
        let since = |from: Option<LocalTicks>, to: Option<LocalTicks>| Some(to?.0.saturating_sub(from?.0));
        let booted = match line.fact {
            Fact::LastBoot(boot) => self.latest.filter(|latest| boot > *latest).is_some(),
            _ => false,
        };
        let silence = since(self.latest, line.local).unwrap_or(0);
        if booted || silence > LONGEST_SILENCE {
            self.leave();
            if silence > ANOTHER_ATTEMPT {
                self.failed_boot = None;
            }
        }
        if stage_of(line).is_some() {
            self.latest = line.local.max(self.latest);
        }
        match stage_of(line) {
            // Startup processing that is under way is not left for a session's lines.
            Some(Stage::Execute)
                if !matches!(line.fact, Fact::Stage(..))
                    && self.stage == Some(Stage::Startup)
                    && !self.left => {}
            stage => self.enter(stage),
        }
        if let Fact::Stage(_, step) = &line.fact {
            match step {
                Step::DriverQueue | Step::DriverQueueFailed => self.work = Some(Work::Drivers),
                Step::Primitives => self.work = Some(Work::Primitives),
                Step::InstallerQueue | Step::InstallerQueueFailed => self.work = Some(Work::Installers),
                _ => {}
            }
        }
        match &line.fact {
            Fact::Driver { .. } | Fact::DriverCall(_) | Fact::DriverIdentity(_) => {
                self.work = Some(Work::Drivers)
            }
            Fact::Installer(_) | Fact::InstallerSummary { .. } | Fact::GenericCommand(_) => {
                self.work = Some(Work::Installers);
            }
            Fact::Poqexec { .. } => self.work = Some(Work::Primitives),
            _ => {}
        }
        let phase = (self.phase(), self.boot);
        if let Fact::Stage(_, step) = &line.fact {
            match step {
                Step::Complete => self.leave(),
                // What follows in this boot reports the failure, the next boot takes the update back. What fails at
                // shutdown is tried again at the next start.
                Step::Rollback | Step::InstallerQueueFailed | Step::DriverQueueFailed
                    if self.stage == Some(Stage::Startup) =>
                {
                    self.failed_boot.get_or_insert(self.boot);
                }
                _ => {}
            }
        }
        if self.left {
            self.work = None;
        }
        phase
    }

    /// The stage is over.
    fn leave(&mut self) {
        self.left = true;
        // The boot that took the update back is over; what comes is another attempt.
        self.failed_boot = self.failed_boot.filter(|boot| self.boot <= *boot);
    }

    fn phase(&self) -> PhaseName {
        match (self.stage, self.work) {
            (Some(Stage::Execute), _) => PhaseName::Staging,
            (Some(Stage::Shutdown), _) => PhaseName::Shutdown,
            (Some(Stage::Startup), _) if self.failed_boot.is_some_and(|boot| self.boot > boot) => {
                PhaseName::Rollback
            }
            (Some(Stage::Startup) | None, Some(Work::Drivers)) => PhaseName::StartupDrivers,
            (Some(Stage::Startup), Some(Work::Primitives)) => PhaseName::BootPoq,
            (Some(Stage::Startup) | None, Some(Work::Installers)) => PhaseName::StartupInstallers,
            _ => PhaseName::Unknown,
        }
    }
}
