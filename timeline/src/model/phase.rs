//! Names of the phases of an update's reboot.

/// A phase of an update's reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseName {
    /// Before the reboot: work that cannot be done live is written to pending.xml.
    Staging,
    /// What can be done at shutdown.
    Shutdown,
    /// smss renames files.
    BootRenames,
    /// poqexec executes pending.xml, started by smss.
    BootPoq,
    /// The driver operations queue.
    StartupDrivers,
    /// Advanced installers.
    StartupInstallers,
    /// The update is taken back.
    Rollback,
    /// Not told by anything.
    Unknown,
}

const NAMES: &[(PhaseName, &str)] = &[
    (PhaseName::Staging, "staging"),
    (PhaseName::Shutdown, "shutdown"),
    (PhaseName::BootRenames, "boot-renames"),
    (PhaseName::BootPoq, "boot-poq"),
    (PhaseName::StartupDrivers, "startup-drivers"),
    (PhaseName::StartupInstallers, "startup-installers"),
    (PhaseName::Rollback, "rollback"),
    (PhaseName::Unknown, "unknown"),
];

impl PhaseName {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(phase, _)| *phase == self).map_or("unknown", |(_, name)| name)
    }

    /// The phase with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, n)| *n == name).map(|(phase, _)| *phase)
    }
}
