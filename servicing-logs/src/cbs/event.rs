//! What the lines of CBS.log say, typed.

use std::borrow::Cow;

use super::failed::{Failed, FeatureChange, InstallerNote, Repair, Restart, ServiceEnd, StackTooOld};
use super::stage::{Stage, Step};
use crate::codes::CodeValue;
use crate::time::{FileTime, LocalTime};

/// A string of the log, borrowed if it is valid UTF-8.
pub type Text<'a> = Cow<'a, str>;

/// A `CbsExecuteState…` value: a name and flags joined by ` | `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecuteState<'a> {
    /// As printed: `CbsExecuteStateStageDrivers | CbsExecuteStateFlagRollback | CbsExecuteStateFlagDriversFailed`.
    pub text: Text<'a>,
    /// The first name, without `Cbs` and `ExecuteState`: `StageDrivers`, `ResolvePending`, `None`.
    pub state: Text<'a>,
    /// `CbsExecuteStateFlagRollback` is among the flags, or the state is `InitiateRollback`.
    pub rollback: bool,
    /// `CbsExecuteStateFlagDriversFailed` is among the flags.
    pub drivers_failed: bool,
    /// `CbsExecuteStateFlagAdvancedInstallersFailed` is among the flags.
    pub advanced_installers_failed: bool,
}

/// What a line does with a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stored {
    /// It is written.
    Set,
    /// It is read.
    Read,
    /// It is removed.
    Cleared,
}

/// States of a package, as one line gives them. Every field may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageStates<'a> {
    /// `current:`
    pub current: Option<Text<'a>>,
    /// `pending:`
    pub pending: Option<Text<'a>>,
    /// `start:` or `original:` or `start state:`
    pub start: Option<Text<'a>>,
    /// `applicable:`
    pub applicable: Option<Text<'a>>,
    /// `target:`, `targeted:` or `target state:`
    pub target: Option<Text<'a>>,
    /// `limit:`
    pub limit: Option<Text<'a>>,
}

/// A line about the change of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageChange<'a> {
    /// What the line reports.
    pub kind: PackageChangeKind,
    /// `Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5`.
    pub package: Text<'a>,
    /// The update inside the package, if the line is about one.
    pub update: Option<Text<'a>>,
    /// The states.
    pub states: PackageStates<'a>,
    /// `status:` of the change.
    pub status: Option<CodeValue<'a>>,
    /// `failure source:` DOQ, Execute, Stage, Resolve, CSI Other, CBS Other.
    pub failure_source: Option<Text<'a>>,
    /// `client id:`
    pub client: Option<Text<'a>>,
    /// `reboot required:`
    pub reboot_required: Option<bool>,
}

/// What a line about a package reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PackageChangeKind {
    /// `Plan: Package: …`
    Planned,
    /// `Reporting package change for package: …`
    Changing,
    /// `Reporting package change completion for package: …`
    Completed,
    /// `Startup: Package: … completed startup processing, new state: …` (known from Windows 7; in no log at hand)
    CompletedAtStartup,
    /// `WER: Generating failure report for package: …`
    FailureReport,
    /// `Exec: Resolving Package: …`
    Resolving,
    /// `Exec: Staging Package: …` and `Exec: Pre-staging Package: …`
    Staging,
    /// `Exec: Installing Package: …`
    Installing,
    /// `Exec: Uninstalling Package: …`
    Uninstalling,
}

/// Where in its life a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionStep {
    /// `Session: … initialized by client …`
    Initialized,
    /// `Exec: Session processing started.` or `Exec: Processing started.`
    Started,
    /// `Exec: Processing complete.`
    Complete,
    /// `Session: … finalized.`
    Finalized,
}

/// A line about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session<'a> {
    /// Where in its life the session is.
    pub step: SessionStep,
    /// `31033555_3478826163`.
    pub id: Text<'a>,
    /// Who asked for it: `WindowsUpdateAgent`.
    pub client: Option<Text<'a>>,
    /// The package it works on, if the line names one.
    pub package: Option<Text<'a>>,
    /// `Identifier:`, most often a KB number.
    pub identifier: Option<Text<'a>>,
    /// What a session without a package does: `Corruption Repairing`.
    pub purpose: Option<Text<'a>>,
    /// `Reboot required: yes`.
    pub reboot_required: Option<bool>,
    /// Its result.
    pub status: Option<CodeValue<'a>>,
}

/// One item of the driver operations queue: `INSTALL index: 69, phase: 1, result 3, inf: ntprint4.inf`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverItem<'a> {
    /// `INSTALL`, `UNINSTALL`, `STAGE` or `UNSTAGE`.
    pub operation: Text<'a>,
    /// Place in the queue.
    pub index: u32,
    /// Phase of the operation.
    pub phase: Option<u32>,
    /// The Win32 error, zero for success.
    pub result: Option<u32>,
    /// The INF's file name.
    pub inf: Text<'a>,
}

/// The head of an advanced installer's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallerBegin<'a> {
    /// Phase of the queue.
    pub phase: Option<u32>,
    /// Index within the phase.
    pub index: Option<u32>,
    /// Sequence number, which the end line repeats.
    pub sequence: u32,
    /// The component to be replaced.
    pub old_component: Option<Text<'a>>,
    /// The component to be installed.
    pub new_component: Option<Text<'a>>,
    /// `delta`, `install`.
    pub mode: Option<Text<'a>>,
    /// `{9edf0f01-ef44-4c87-ac5a-8aad730137ab}`.
    pub id: Option<Text<'a>>,
    /// `Container Installer`.
    pub name: Option<Text<'a>>,
}

/// A line between `==Error Summary Start==` and `==Error Summary End==`, or its repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorSummaryItem<'a> {
    /// `Installer:`
    pub installer: Text<'a>,
    /// `Binary Name:`, the DLL.
    pub binary: Option<Text<'a>>,
    /// `ErrorCode:`
    pub code: Option<CodeValue<'a>>,
    /// `Phase:`
    pub phase: Option<u32>,
    /// `Mode:`
    pub mode: Option<Text<'a>>,
    /// `Component:`, absent if it says NONE.
    pub component: Option<Text<'a>>,
}

/// What a line of CBS.log says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CbsEvent<'a> {
    /// A session begins, runs or ends.
    Session(Session<'a>),
    /// A package changes or is about to.
    Package(PackageChange<'a>),
    /// A line of a stage.
    Stage {
        /// The stage its prefix names.
        stage: Stage,
        /// What it reports.
        step: Step,
    },
    /// The execute state is written or read.
    ExecuteState {
        /// What the line does with it.
        stored: Stored,
        /// The value.
        state: ExecuteState<'a>,
    },
    /// The original failure status is written, read or removed: the code that later reaches the update client.
    OriginalFailure {
        /// What the line does with it.
        stored: Stored,
        /// The status.
        status: u32,
        /// `last forward execute state:`
        last_forward: Option<ExecuteState<'a>>,
    },
    /// The watchdog's value: `Setting HangDetect value to 3`, `Clearing HangDetect value`.
    HangDetect {
        /// What the line does with it.
        stored: Stored,
        /// The value written.
        value: Option<u32>,
    },
    /// The watchdog found no progress since the last boot.
    HangDetected,
    /// `Current global progress. Current: 58, Limit: 105, …` and `Previous global progress. …`
    GlobalProgress {
        /// The line is about the boot before.
        previous: bool,
        /// Steps done.
        current: u32,
        /// Steps in all.
        limit: u32,
    },
    /// An item of the driver operations queue.
    DriverItem(DriverItem<'a>),
    /// `Doqe: Recording result: 0x80070003, for Inf: ntprint4.inf`
    DriverResult {
        /// The result.
        status: CodeValue<'a>,
        /// The INF's file name.
        inf: Text<'a>,
    },
    /// `Doqe: [Forward] Installing driver updates, Count 622`
    DriverBatch {
        /// `Forward`, `Rollback`, where given.
        direction: Option<Text<'a>>,
        /// `Installing driver updates`.
        action: Text<'a>,
        /// How many.
        count: u32,
    },
    /// `DriverUpdateInstallUpdates failed`: an export of drupdate.dll returned an error.
    DriverCall {
        /// The export's name.
        function: Text<'a>,
    },
    /// `Doqi: Failed reading Identity for driver operation sequenceID 1`
    DriverIdentity {
        /// Number of the key under `DriverOperations`.
        sequence: u32,
    },
    /// An advanced installer begins.
    InstallerBegin(InstallerBegin<'a>),
    /// `CSIPERF:AIDONE;{id};component;Nus`
    InstallerTime {
        /// The installer's id.
        id: Text<'a>,
        /// The component it worked on.
        component: Option<Text<'a>>,
        /// Time taken, in microseconds.
        microseconds: u64,
    },
    /// An advanced installer ends.
    InstallerEnd {
        /// Sequence number of its begin line.
        sequence: u32,
        /// `Completion status:`
        status: Option<CodeValue<'a>>,
    },
    /// `Failed execution of queue item Installer: …`
    InstallerFailed {
        /// The installer's name.
        name: Text<'a>,
        /// The installer's id.
        id: Option<Text<'a>>,
        /// The status it failed with.
        status: Option<CodeValue<'a>>,
        /// The line says that the failure will be ignored.
        ignored: bool,
    },
    /// `==Error Summary Start==` (true) or `==Error Summary End==` (false).
    ErrorSummary {
        /// The summary begins.
        start: bool,
    },
    /// One failed installer of the error summary.
    ErrorSummaryItem(ErrorSummaryItem<'a>),
    /// `Finished running all AIs.`, or `The queue has completed running, and AI failures have occured.` with
    /// failures.
    InstallersDone {
        /// The line says that some failed.
        failures: bool,
    },
    /// `Done with generic command 2; …` with the exit code of the child process.
    GenericCommand {
        /// Number of the command.
        number: u32,
        /// Exit code of its process.
        exit_code: Option<u32>,
        /// `resulted in success?`
        success: Option<bool>,
        /// `Process output:`, the program's own words.
        output: Option<Text<'a>>,
    },
    /// `Poqexec successfully registered in [l:12 ml:13]'SetupExecute'`
    PoqexecRegistered {
        /// `SetupExecute` or `PoqexecCmdline`.
        location: Text<'a>,
    },
    /// `Running poqexec with: …`: CBS itself runs it.
    PoqexecRun {
        /// The command line.
        command_line: Text<'a>,
        /// The number after `/transaction`.
        transaction: Option<u32>,
    },
    /// `Poqexec.exe completed.`
    PoqexecDone,
    /// `Removed poqexec from Configuration key.`, `Configured poqexec to pend to SetupExecute.`,
    /// `Obtained poqexec from PoqexecCmdline: …`
    PoqexecConfigured,
    /// `Attempting to mark store corrupt with category [l:18 ml:19]'CorruptPayloadFile'`
    StoreCorrupt {
        /// The category.
        category: Text<'a>,
    },
    /// `Hydration failed for component … on file … with NTSTATUS …`; without component and file for the line
    /// before it.
    HydrationFailed {
        /// The component's identity.
        component: Option<Text<'a>>,
        /// The file's name.
        file: Option<Text<'a>>,
        /// `Matching Component =`: the version whose file the delta was made for.
        base: Option<Text<'a>>,
    },
    /// `Regenerating payload files from delta files on component: …`: what a failure after it is about.
    Regenerating {
        /// The component.
        component: Text<'a>,
    },
    /// `Hashes for file member [l:10]'Chakra.dll' do not match.`
    HashMismatch {
        /// The file's name or path.
        file: Text<'a>,
    },
    /// `[SR] Could not reproject corrupted file …; source file in store is also corrupted`
    CannotReproject {
        /// Path of the file.
        path: Text<'a>,
    },
    /// `[SR] Cannot repair member file …`: this pass could not repair it.
    CannotRepair {
        /// The file's name or path.
        file: Text<'a>,
        /// The component it belongs to.
        component: Option<Text<'a>>,
    },
    /// `Repr: Add missing payload:component\file`
    MissingPayload {
        /// Component and file.
        path: Text<'a>,
    },
    /// `Store corruption, manifest missing for package: …`
    MissingManifest {
        /// The package.
        package: Text<'a>,
    },
    /// `Component marked deleted and is no longer available for: …`
    ComponentDeleted {
        /// The component.
        component: Text<'a>,
    },
    /// `Over-removing a TLC, s/b internal error …`: the store's entry of a deployment is incomplete.
    IncompleteEntry {
        /// The deployment.
        component: Text<'a>,
    },
    /// `Corruption detection complete. numCorruptions = 5`
    CorruptionCount {
        /// How many were found.
        count: u32,
    },
    /// `[Pnp] Corrupt file: …` or `[Pnp] Repaired file: …`
    DriverFile {
        /// The file's path.
        path: Text<'a>,
        /// It was repaired.
        repaired: bool,
    },
    /// A file that was added to an error report, or could not be.
    ReportAttachment {
        /// The file.
        file: Text<'a>,
        /// It is in the report.
        added: bool,
    },
    /// `Loaded Servicing Stack v10.0.22621.1626 with Core: …`
    ServicingStack {
        /// `10.0.22621.1626`.
        version: Text<'a>,
        /// Path of cbscore.dll.
        core: Option<Text<'a>>,
    },
    /// `Build: 22621.1.amd64fre.ni_release.220506-1250`
    Build {
        /// The build string.
        build: Text<'a>,
    },
    /// `Universal Time is: 2023-05-17 15:25:12.358`: UTC, beside the line's local time.
    UniversalTime {
        /// The time.
        utc: FileTime,
    },
    /// `TI: Last boot time: 2023-05-17 08:26:18.500`: local.
    LastBoot {
        /// The time.
        time: LocalTime,
    },
    /// A reboot mark or flag: `Reboot mark set`, `Setting reboot in progress flag`,
    /// `TI: CBS has queried the current reboot required state: 1`.
    RebootFlag {
        /// Set or true.
        set: bool,
    },
    /// `FLOW: Entering stage: Staging`
    Flow {
        /// `Planning`, `Downloading`, `Resolving`, `Staging`, `Installing` …
        stage: Text<'a>,
    },
    /// A package needs a newer servicing stack.
    StackTooOld(StackTooOld<'a>),
    /// The outcome of a Windows feature or capability.
    Feature(FeatureChange<'a>),
    /// A check or a repair of the component store.
    Repair(Repair<Text<'a>>),
    /// A restart is needed, outstanding, asked for or arranged.
    Restart(Restart),
    /// `Trusted Installer is shutting down because: …`
    ServiceEnd(ServiceEnd),
    /// A note inside the run of an installer.
    InstallerNote(InstallerNote<'a>),
    /// `No more queue entries, deleted pending.xml`: the work of the reboot is done.
    QueueEmpty,
    /// A line that says that something failed: of a known kind, or with a failing code, level Error or Warning, or
    /// `(F)`.
    Failed(Failed<'a>),
}
