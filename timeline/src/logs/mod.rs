//! The servicing logs on the timeline: lines that say something, in the model's words, with their time in UTC.

pub(crate) mod capture;
pub(crate) mod cbs;
mod clock;
pub(crate) mod events;
pub(crate) mod known;
pub(crate) mod packages;
pub(crate) mod pending;
pub(crate) mod poqexec;
pub(crate) mod registry;
pub(crate) mod setupapi;

pub use clock::{LocalClock, Offset};
pub use known::{Filter, Known, Package, Plan, Primitive, ServiceFact};

use crate::model::{FileTime, SourceId, Ticks};

/// A line of a log, or a record of an event log, that says something of the update.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// The log.
    pub source: SourceId,
    /// Number of the line or record, from 1.
    pub line: u64,
    /// The machine's wall clock, where the log has no better.
    pub local: Option<LocalTicks>,
    /// UTC, once the log's clock is known.
    pub time: Option<FileTime>,
    /// The first line behind its header, cut to 400 characters.
    pub text: String,
    /// The HRESULT that the line is about, or that its code maps to.
    pub code: Option<u32>,
    /// The line says that something failed.
    pub failed: bool,
    /// What it says.
    pub fact: Fact,
}

/// Characters of a line that are kept.
const MAX_TEXT: usize = 400;

/// Ticks of 100 ns since 1601-01-01 of a wall clock whose zone is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTicks(pub u64);

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
        /// It is taken back.
        rollback: bool,
    },
    /// No progress since the boot before.
    Hang,
    /// A session came to its end.
    SessionEnd,
    /// A package changes state, or an error report on it is made.
    Package(PackageFact),
    /// A program started by the Generic Command installer ended.
    GenericCommand(Option<u32>),
    /// CBS runs poqexec itself.
    Poqexec {
        /// Command line.
        command_line: String,
        /// Time it took, where its end is logged.
        took: Option<Ticks>,
    },
    /// The component store is damaged: component, file or category.
    Corruption(String),
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
    Primitive(String),
    /// An update failed, as the update client or the Setup log say.
    UpdateFailed(String),
    /// Windows started.
    Boot,
    /// TrustedInstaller names the time of the last boot.
    LastBoot(LocalTicks),
    /// Any other event that is looked at.
    Event,
    /// Version of the servicing stack.
    Stack(String),
    /// Build of Windows.
    Build(String),
    /// Any other line that says that something failed.
    Failure,
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
    InstallerQueue,
    InstallerQueueFailed,
    Rollback,
    RollbackFailed,
    CommitFailed,
    PendingTransaction,
    RestartFailed,
    Other,
}

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
    /// Its failure takes the update back.
    pub decisive: bool,
}

/// What a line says of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFact {
    /// Full identity.
    pub identity: String,
    /// State it goes to or is in.
    pub state: Option<String>,
    /// It is about an error report, with the part that failed.
    pub failure_source: Option<String>,
}

/// Cuts a text to [`MAX_TEXT`] characters.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}
