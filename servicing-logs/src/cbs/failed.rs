//! What the lines that report failures, ends, repairs and restarts say.

use super::event::Text;
use super::object::Object;
use crate::codes::CodeValue;

/// The part of servicing that a line says failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// `Failed to plan execution.`
    Planning,
    /// `Failed to resolve execution chain.`
    Resolving,
    /// `Failed to stage execution chain.`
    Staging,
    /// `Failed to execute execution chain.`
    Executing,
    /// `Failed to process single phase execution.`, `Failed to perform operation.`: the session as a whole.
    Session,
    /// `Failed during startup processing`: startup processing as a whole.
    Startup,
    /// Windows Update could not be asked, or a download failed.
    Download,
    /// A package that cannot be read, resolved or staged.
    Package,
    /// Components of a package that cannot be added, staged or pinned.
    Deployment,
    /// A file that is missing, or cannot be made.
    File,
    /// `Component directory missing.`: a folder of the component store that is not there.
    Folder,
    /// `DpxException`: unpacking.
    Unpacking,
    /// A catalog file that cannot be verified.
    Catalog,
    /// A registry value of servicing that has the wrong type.
    RegistryValue,
    /// The state of components cannot be read from the store.
    StoreValue,
    /// The component store or its hive cannot be opened.
    Store,
    /// `Doqi:` the driver operations queue cannot be loaded.
    DriverQueue,
    /// `Failure in poqexec.exe while processing updates.`
    Poqexec,
    /// What poqexec shows on the screen when it stops: `Fatal error C0190003 applying update operation 19505 of 247778`.
    BootScreen,
    /// `Only package owners can remove package`: a removal that is refused.
    Removal,
    /// A MOF file that the compiler of WMI refuses.
    Mof,
    /// The files of a component that cannot be put together from their deltas.
    Payload,
    /// A check or repair of the component store.
    Repair,
    /// Somebody cancelled.
    Cancelled,
    /// An earlier change waits for its restart.
    Pending,
    /// An installer's DLL cannot be loaded.
    InstallerSetup,
    /// `Failed in StartService for …`: a service that an installer needs.
    ServiceStart,
    /// What an installer itself says of its failure.
    InstallerWords,
    /// A call inside the component store.
    Call,
    /// The scan for packages that apply. It fails nothing by itself.
    Scan,
    /// Any other line that reports a failure.
    Other,
}

/// A line that says that something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed<'a> {
    /// What failed.
    pub part: Part,
    /// What the line names, in order.
    pub objects: Vec<Object<Text<'a>>>,
}

/// Objects kept of the list in one summary.
pub const MAX_LISTED: usize = 64;

/// A check or a repair of the component store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair<S> {
    /// A check begins: what an earlier one found is checked again.
    CheckBegins,
    /// How much damage the check found.
    Detected(u32),
    /// How many errors the System Update Readiness Tool found, of Windows Vista and 7.
    ReadinessFound(u32),
    /// How much of it was repaired.
    Repaired(u32),
    /// The summary of older stacks, which is one message.
    Summary {
        /// How much damage the check found.
        detected: u32,
        /// How much of it was repaired.
        repaired: u32,
        /// What it lists, with whether that was repaired; at most [`MAX_LISTED`].
        listed: Vec<(Object<S>, bool)>,
    },
    /// `(p) CSI Payload Corrupt (n) component\file`.
    Listed {
        /// What is damaged.
        object: Object<S>,
        /// `(Fixed)`.
        fixed: bool,
    },
    /// A file was repaired: `[SR] Repairing file`, `[SR] Repaired file`.
    FileRepaired(S),
    /// SFC begins to repair what it listed.
    TransactionBegins,
    /// `[SR] Verify and Repair Transaction completed. All files … have been successfully repaired`.
    TransactionDone,
    /// The repair waits for a restart.
    WaitsForRestart,
    /// `All CSI corruption was fixed`, or `Not all`.
    Store {
        /// All damage is repaired.
        fixed: bool,
    },
    /// No local source has a good copy of a file.
    NoSource(Object<S>),
}

impl<S: AsRef<str>> Repair<S> {
    /// The same with its own strings.
    pub fn to_owned(&self) -> Repair<String> {
        match self {
            Repair::CheckBegins => Repair::CheckBegins,
            Repair::Detected(count) => Repair::Detected(*count),
            Repair::ReadinessFound(count) => Repair::ReadinessFound(*count),
            Repair::Repaired(count) => Repair::Repaired(*count),
            Repair::Summary { detected, repaired, listed } => Repair::Summary {
                detected: *detected,
                repaired: *repaired,
                listed: listed.iter().map(|(object, fixed)| (object.to_owned(), *fixed)).collect(),
            },
            Repair::Listed { object, fixed } => Repair::Listed { object: object.to_owned(), fixed: *fixed },
            Repair::FileRepaired(path) => Repair::FileRepaired(path.as_ref().to_owned()),
            Repair::TransactionBegins => Repair::TransactionBegins,
            Repair::TransactionDone => Repair::TransactionDone,
            Repair::WaitsForRestart => Repair::WaitsForRestart,
            Repair::Store { fixed } => Repair::Store { fixed: *fixed },
            Repair::NoSource(object) => Repair::NoSource(object.to_owned()),
        }
    }
}

/// What a line says of a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Restart {
    /// `TI: CBS has signaled that a reboot is required.`
    Required,
    /// `TI: started and RebootPending …`: it has not happened yet.
    Outstanding,
    /// The work was put off until an earlier change is done.
    Delayed,
    /// `Startup: Success, restart required to continue processing.`
    GoesOn,
    /// `Startup: Failed, restart required to try again.`
    TriesAgain,
    /// poqexec was registered for smss, which runs it at the next start.
    PoqexecAgain,
    /// `A restart has been initiated`.
    Initiated,
}

/// Why the service ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceEnd {
    /// The system goes down.
    Preshutdown,
    /// No client for two minutes.
    Autostop,
    /// Somebody stopped it, or a reason that is not known.
    Stopped,
}

/// A note inside the run of an installer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstallerNote<'a> {
    /// `Calling generic command executable …`: a program is run.
    Program {
        /// Number of the run, which `Done with generic command` repeats.
        sequence: u32,
        /// Path of the program.
        path: Text<'a>,
        /// Its command line.
        command_line: Option<Text<'a>>,
    },
    /// `Installing network driver vms_pp`.
    Driver(Text<'a>),
    /// `Destination File: [l:92{46}]"C:\Windows\System32\Macromed\Flash\activex.vch"`: the file that it copies.
    File(Text<'a>),
    /// `Loading installer DLL from explicit path: …`
    Library(Text<'a>),
    /// How many installers will run in this boot.
    Loaded(u32),
}

/// The outcome of a Windows feature or capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureChange<'a> {
    /// The package, if the line names it.
    pub package: Option<Text<'a>>,
    /// The feature, or the list of capabilities.
    pub feature: Text<'a>,
    /// It was to be removed: it is installed, and is not to be.
    pub removal: bool,
    /// Its result.
    pub status: Option<CodeValue<'a>>,
}

/// A package that needs a newer servicing stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackTooOld<'a> {
    /// The package.
    pub package: Text<'a>,
    /// The version it needs.
    pub needed: Text<'a>,
    /// The version at hand.
    pub present: Text<'a>,
}
