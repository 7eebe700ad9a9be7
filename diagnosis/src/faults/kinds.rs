//! The kinds of faults, from the most specific to the least: a table.

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
    /// A package that needs a newer servicing stack.
    Stack,
    /// A package whose manifest is missing.
    Manifest,
    /// A catalog file that cannot be verified.
    Catalog,
    /// A registry value of servicing with the wrong type.
    RegistryValue,
    /// A file that a package needs and that is not there, or cannot be made.
    File,
    /// A file that cannot be made from its delta.
    Hydration,
    /// The component store or its hive cannot be opened.
    Store,
    /// The driver operations queue cannot be loaded.
    DriverQueue,
    /// A download, or the answer of Windows Update.
    Download,
    /// A call of the component store that names its object.
    Call,
    /// A service that an installer wanted, where the log ends before the installer does.
    Service,
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
    /// A Windows feature or capability.
    Feature,
    /// A check or a repair of the component store.
    Repair,
    /// An error report on a package, or its outcome.
    Package,
    /// A session, or startup processing, as a whole.
    Session,
    /// The original failure status alone.
    Status,
    /// A dism command.
    Dism,
    /// The update client or the Setup log say that an update failed.
    Update,
    /// Windows Setup, which upgrades Windows.
    WindowsSetup,
    /// The recovery environment, WinRE, could not be set up or updated.
    Recovery,
    /// The installation of a driver or device outside of servicing.
    Device,
}

/// What a kind of fault says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// What failed.
    Cause,
    /// Only where something failed.
    Where,
    /// Only that something failed, and perhaps again in later boots.
    That,
}
use Tells::{Cause, That, Where};

/// Each kind, the word that rules and reports use, and what it says.
const KINDS: &[(FaultKind, &str, Tells)] = &[
    (FaultKind::Command, "command", Cause),
    (FaultKind::Installer, "installer", Cause),
    (FaultKind::Driver, "driver", Cause),
    (FaultKind::DriverIdentity, "driver-identity", Cause),
    (FaultKind::Component, "component", Cause),
    (FaultKind::DriverCall, "driver-call", Cause),
    (FaultKind::Primitive, "primitive", Cause),
    (FaultKind::Setup, "setup", Cause),
    (FaultKind::Poqexec, "poqexec", Cause),
    (FaultKind::Stack, "servicing-stack", Cause),
    (FaultKind::Manifest, "manifest", Cause),
    (FaultKind::Catalog, "catalog", Cause),
    (FaultKind::RegistryValue, "registry-value", Cause),
    (FaultKind::File, "file", Cause),
    (FaultKind::Hydration, "hydration", Cause),
    (FaultKind::Store, "store", Cause),
    (FaultKind::DriverQueue, "driver-queue", Cause),
    (FaultKind::Download, "download", Cause),
    (FaultKind::Call, "call", Cause),
    (FaultKind::Service, "service", Cause),
    (FaultKind::Commit, "commit", Cause),
    (FaultKind::Pending, "pending", Cause),
    (FaultKind::Hang, "hang", Cause),
    (FaultKind::Restart, "restart", That),
    (FaultKind::Stage, "stage", Where),
    (FaultKind::Feature, "feature", That),
    (FaultKind::Repair, "repair", Where),
    (FaultKind::Package, "package", That),
    (FaultKind::Session, "session", That),
    (FaultKind::Status, "status", That),
    (FaultKind::Dism, "dism", Where),
    (FaultKind::Update, "update", That),
    (FaultKind::WindowsSetup, "windows-setup", That),
    (FaultKind::Recovery, "recovery", Where),
    (FaultKind::Device, "device", That),
];

impl FaultKind {
    fn row(self) -> Option<&'static (FaultKind, &'static str, Tells)> {
        KINDS.iter().find(|(kind, ..)| *kind == self)
    }

    /// The word that rules and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |(_, name, _)| name)
    }

    /// Whether servicing itself says so, and so that it failed where it works. The update client reports any failure,
    /// of a download as well. Windows Setup, the recovery environment and the installation of a driver are no update's
    /// reboot.
    #[must_use]
    pub fn of_servicing(self) -> bool {
        !matches!(self, Self::Update | Self::WindowsSetup | Self::Recovery | Self::Device)
    }

    /// Whether it names what failed, and does not only say that something did.
    #[must_use]
    pub fn names_a_cause(self) -> bool {
        self.row().is_some_and(|(.., tells)| *tells == Cause)
    }

    /// Whether it only follows from another failure, and may be reported again in later boots.
    #[must_use]
    pub fn follows(self) -> bool {
        self.row().is_some_and(|(.., tells)| *tells == That)
    }

    /// Whether its item is an installer or what one ran.
    pub(crate) fn is_installer(self) -> bool {
        matches!(self, Self::Installer | Self::Command)
    }

    /// The kind with this word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, n, _)| *n == name).map(|(kind, ..)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_row_in_its_order() {
        assert!(KINDS.windows(2).all(|rows| rows[0].0 < rows[1].0));
        assert_eq!(KINDS.len(), FaultKind::Device as usize + 1);
    }
}
