//! Which part of servicing a stage line of CBS.log comes from, and what it reports.

/// The part of servicing that a stage line comes from, recognised by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// `Exec:` work of a session while the system runs.
    Execute,
    /// `Shtd:` work before the restart.
    Shutdown,
    /// `Startup:` work after the restart.
    Startup,
    /// `Doqi:` the driver operations queue is loaded.
    DriverQueueLoad,
    /// `Doqe:` the driver operations queue is executed.
    DriverQueueRun,
    /// `TI:` the TrustedInstaller service itself.
    TrustedInstaller,
    /// `Repr:` detection and repair of store corruption.
    Repair,
    /// No prefix of these.
    Other,
}

/// What a stage line reports. The table in `patterns.rs` has the prefixes for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A stage begins: `Shtd: Begin shutdown processing.`, `TI: --- Initializing Trusted Installer ---`.
    Begin,
    /// A stage is over: `Startup: Processing complete.`, `Shtd: Shutdown processing complete.`
    Complete,
    /// TrustedInstaller found that its last run ended without warning.
    Interrupted,
    /// A start of the service with nothing to do.
    NothingToDo,
    /// The driver operations queue is read or prepared.
    DriverQueueStart,
    /// The driver operations queue failed: critical or not, at shutdown or startup.
    DriverQueueFailed,
    /// The primitive operations queue is started.
    PrimitivesStart,
    /// The primitive operations queue ended.
    PrimitivesDone,
    /// The primitive operations queue failed. What is not critical is tried again by smss at the next start.
    PrimitivesFailed,
    /// The queue of advanced installers is started.
    AdvancedQueueStart,
    /// The queue of advanced installers failed.
    AdvancedQueueFailed,
    /// A kernel transaction is rolled back.
    TransactionRollback,
    /// A commit failed: `Exec: Failed to commit CBS transaction`.
    CommitFailed,
    /// A rollback was decided, begun or shown on the screen.
    Rollback,
    /// `Setting RollbackFailed flag to …`
    RollbackFailed,
    /// Waiting for the service control manager's autostart event, or its arrival.
    Autostart,
    /// A restart is asked for or needed.
    RebootRequired,
    /// A restart could not be made: `Failed restart attempt.`
    RestartFailed,
    /// An earlier pending transaction is in the way.
    PendingTransaction,
    /// Any other line of the stage.
    Other,
}
