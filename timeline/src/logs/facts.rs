//! What log lines say, as typed facts.

use servicing_logs::cbs::{Object, PackageChangeKind, Part, Repair, Restart, ServiceEnd, SessionStep};

use super::ToolFact;
use crate::model::{FileTime, Ticks};

/// Ticks of 100 ns since 1601-01-01 of a wall clock whose zone is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTicks(pub u64);

impl LocalTicks {
    /// Date and time as logs print them: `2023-05-17 08:24:08`.
    #[must_use]
    pub fn clock(self) -> String {
        let text = servicing_logs::LocalTime(self.0).to_string();
        text.get(..19).unwrap_or(&text).replace('T', " ")
    }
}

/// Where servicing is, by the stage that a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// While Windows runs.
    Execute,
    /// At shutdown.
    Shutdown,
    /// After the restart.
    Startup,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A stage begins, goes on or ends.
    Stage(Option<Stage>, Step),
    /// An advanced installer ran.
    Installer(InstallerRun),
    /// A failed installer in the error summary.
    InstallerSummary {
        /// Its name.
        name: String,
        /// Its DLL.
        binary: Option<String>,
    },
    /// An item of the driver queue.
    Driver {
        /// `INSTALL`, `UNINSTALL` …
        operation: String,
        /// The INF's file name.
        inf: String,
        /// The Win32 error, 0 for success.
        result: u32,
    },
    /// A function of drupdate.dll failed.
    DriverCall(String),
    /// An entry of the driver queue cannot be read.
    DriverIdentity(u32),
    /// The original failure status is noted.
    OriginalFailure(u32),
    /// How far servicing is, with whether that means going back.
    ExecuteState {
        /// As printed.
        text: String,
        /// The first name, without `Cbs` and `ExecuteState`: `StageDrivers`, `ResolvePending`, `None`.
        state: String,
        /// It is taken back.
        rollback: bool,
        /// A startup found it stored, and goes on from there.
        read: bool,
    },
    /// No progress since the boot before.
    Hang,
    /// A session begins, works or ends.
    Session(SessionFact),
    /// The stage that a session enters.
    Flow(String),
    /// A package changes state, or an error report on it is made.
    Package(PackageFact),
    /// The outcome of a Windows feature or capability.
    Feature {
        /// The package, where the line names it.
        package: Option<String>,
        /// The feature, or the list of capabilities.
        feature: String,
        /// It was to be removed.
        removal: bool,
    },
    /// A package needs a newer servicing stack.
    StackTooOld {
        /// The package.
        package: String,
        /// The version it needs.
        needed: String,
        /// The version at hand.
        present: String,
    },
    /// A program started by the Generic Command installer ended.
    GenericCommand(CommandFact),
    /// CBS runs poqexec itself.
    Poqexec {
        /// Command line.
        command_line: String,
        /// Time it took, where its end is logged.
        took: Option<Ticks>,
    },
    /// A line that says that something in the component store is damaged.
    Corruption(Damage),
    /// A check or a repair of the component store.
    Repair(Repair<String>),
    /// A component that was removed by hand.
    ComponentDeleted(String),
    /// A section of setupapi.dev.log.
    Setup {
        /// Its title.
        title: String,
        /// It is servicing's own.
        servicing: bool,
    },
    /// A primitive that poqexec noted.
    Primitive {
        /// The primitive and its arguments.
        what: String,
        /// What its arguments name.
        objects: Vec<Object<String>>,
    },
    /// A tool beside servicing says that something failed.
    Tool(ToolFact),
    /// dism begins to carry out a command line. What follows is of this run, up to the next one.
    DismCommand(String),
    /// Windows Setup reports its result, and it is no failure.
    UpgradeDone,
    /// An update failed, as the update client or the Setup log say.
    UpdateFailed {
        /// Its title, its package or its KB number; empty where it is not named.
        update: String,
        /// What was being done with it.
        step: UpdateStep,
    },
    /// An update or a package was installed, as the update client or the Setup log say; empty where it is not named.
    UpdateInstalled(String),
    /// An update or a package is installed but for a restart.
    UpdateWaits(String),
    /// Windows started.
    Boot,
    /// TrustedInstaller names the time of the last boot.
    LastBoot(LocalTicks),
    /// Windows crashed: a bug check.
    Crash,
    /// Any other event that is looked at.
    Event,
    /// Version of the servicing stack.
    Stack(String),
    /// Build of Windows.
    Build(String),
    /// A restart is needed, outstanding, asked for or arranged.
    Restart(Restart),
    /// The failure that was kept for the next boot is dropped: it is settled.
    FailureCleared,
    /// The work of the reboot is done: pending.xml is gone.
    QueueEmpty,
    /// The servicing stack ends.
    ServiceEnd(ServiceEnd),
    /// The last run of TrustedInstaller had no orderly end.
    Interrupted,
    /// A line that says that something failed.
    Failed {
        /// What failed.
        part: Part,
        /// What the line names, in order.
        objects: Vec<Object<String>>,
    },
}

/// What a stage line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Step {
    Begin,
    Complete,
    DriverQueue,
    DriverQueueFailed,
    Primitives,
    PrimitivesFailed,
    InstallerQueue,
    InstallerQueueFailed,
    Rollback,
    RollbackFailed,
    CommitFailed,
    PendingTransaction,
    RestartFailed,
    Other,
}

/// The name of an installer that the log does not name.
pub const UNNAMED_INSTALLER: &str = "advanced installer";

/// A run of an advanced installer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallerRun {
    /// For example `Container Installer`.
    pub name: String,
    /// Its GUID.
    pub id: Option<String>,
    /// The component it worked on.
    pub component: Option<String>,
    /// How long it took.
    pub took: Option<Ticks>,
    /// When it ended, to the millisecond, where CSI measured its time.
    pub measured: Option<FileTime>,
    /// Its failure takes the update back.
    pub decisive: bool,
    /// The log has its end, or tells its failure.
    pub ended: bool,
    /// What was named while it ran: the driver or file in progress, a service that could not be started.
    pub names: Vec<Object<String>>,
    /// The DLL that was loaded for it.
    pub library: Option<String>,
    /// The function that its own last words say failed.
    pub function: Option<String>,
    /// Lines of level Error that were written while it ran.
    pub errors: Vec<u64>,
}

impl InstallerRun {
    /// A run. Its failure is all that is known.
    pub(crate) fn failed(name: &str, id: Option<&str>, decisive: bool) -> Self {
        Self {
            name: name.to_owned(),
            id: id.map(str::to_owned),
            component: None,
            took: None,
            measured: None,
            decisive,
            ended: true,
            names: Vec::new(),
            library: None,
            function: None,
            errors: Vec::new(),
        }
    }
}

/// What the update client was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateStep {
    /// Looking for updates.
    Search,
    /// Finding out whether an update applies, while looking for updates.
    Evaluate,
    /// Downloading it.
    Download,
    /// Installing it.
    Install,
    /// Removing it.
    Uninstall,
}

/// What a line says of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFact {
    /// Where in its life it is.
    pub step: SessionStep,
    /// Its number.
    pub id: String,
    /// Who asked for it.
    pub client: Option<String>,
    /// The package it works on.
    pub package: Option<String>,
    /// What it does, where it has no package: `Corruption Repairing`.
    pub purpose: Option<String>,
    /// A restart is needed for the rest.
    pub reboot_required: Option<bool>,
}

/// A program of the Generic Command installer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandFact {
    /// Path of the program.
    pub program: Option<String>,
    /// Its command line.
    pub command_line: Option<String>,
    /// Its exit code.
    pub exit_code: Option<u32>,
    /// Whether the installer took that for a success.
    pub success: Option<bool>,
    /// Its own words.
    pub output: Option<String>,
}

/// Damage of the component store, as one line tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What kind of line.
    pub kind: DamageKind,
    /// What is damaged.
    pub object: Object<String>,
    /// The version that a delta was made for.
    pub base: Option<String>,
}

/// How damage shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DamageKind {
    /// A pass of SFC could not repair the file.
    NotRepaired,
    /// A file has another hash than its manifest says.
    Hash,
    /// The copy in the store is damaged too.
    StoreCopy,
    /// A file cannot be made from its delta.
    Hydration,
    /// A file is missing from the store.
    Payload,
    /// The manifest of a package is missing.
    Manifest,
    /// The store's entry of a deployment is incomplete.
    Entry,
    /// The store was marked damaged.
    Marked,
}

/// What a line says of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFact {
    /// Full identity.
    pub identity: String,
    /// State it goes to or is in.
    pub state: Option<String>,
    /// Whether it goes from installed to absent.
    pub removal: bool,
    /// What kind of line it is.
    pub kind: PackageChangeKind,
    /// The part that failed: `Resolve`, `Stage`, `Execute`, `DOQ`, `CSI Other`, `CBS Other`.
    pub failure_source: Option<String>,
}

impl PackageFact {
    /// Whether an error report is made of the package.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.kind == PackageChangeKind::FailureReport
    }
}
