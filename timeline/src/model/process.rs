//! Processes, and their part in an update's reboot.

use super::FileTime;

/// Position of a process in [`crate::Timeline::processes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u32);

impl ProcessId {
    /// The process at a position. Beyond 32 bits, which no memory holds, all have the last id.
    #[must_use]
    pub fn at(position: usize) -> Self {
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }
}

/// The part a process plays in servicing, told by its image's name and its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// poqexec.exe: executes pending.xml.
    Poqexec,
    /// TiWorker.exe: does the work of servicing.
    TiWorker,
    /// TrustedInstaller.exe: owns sessions, shutdown and startup processing.
    TrustedInstaller,
    /// smss.exe: renames files at boot and starts poqexec.
    SessionManager,
    /// drvinst.exe: installs devices.
    DriverInstall,
    /// A process started by one of the above.
    ServicingChild,
    /// services.exe: the service control manager.
    ServiceControl,
    /// svchost.exe, lsass.exe, spoolsv.exe: host services.
    ServiceHost,
    /// WerFault.exe, wermgr.exe: error reports.
    ErrorReporting,
    /// The System process.
    System,
    /// Anything else.
    Other,
}

/// Image names that tell a role by themselves.
const NAMES: &[(&str, Role)] = &[
    ("poqexec.exe", Role::Poqexec),
    ("tiworker.exe", Role::TiWorker),
    ("trustedinstaller.exe", Role::TrustedInstaller),
    ("smss.exe", Role::SessionManager),
    ("drvinst.exe", Role::DriverInstall),
    ("services.exe", Role::ServiceControl),
    ("svchost.exe", Role::ServiceHost),
    ("lsass.exe", Role::ServiceHost),
    ("spoolsv.exe", Role::ServiceHost),
    ("werfault.exe", Role::ErrorReporting),
    ("wermgr.exe", Role::ErrorReporting),
    ("system", Role::System),
];

impl Role {
    /// The role that an image's name tells.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or(Self::Other, |(_, role)| *role)
    }

    /// Whether a failing operation of such a process can be what made the update fail.
    #[must_use]
    pub fn services_updates(self) -> bool {
        matches!(
            self,
            Self::Poqexec
                | Self::TiWorker
                | Self::TrustedInstaller
                | Self::SessionManager
                | Self::DriverInstall
                | Self::ServicingChild
        )
    }

    /// Whether it is at work from its start to its end, so that a silence means waiting. TrustedInstaller mostly waits.
    #[must_use]
    pub fn works_alone(self) -> bool {
        matches!(self, Self::Poqexec | Self::TiWorker | Self::ServicingChild)
    }

    /// Whether its children do servicing work too.
    #[must_use]
    pub fn passes_to_children(self) -> bool {
        matches!(self, Self::TiWorker | Self::TrustedInstaller | Self::DriverInstall | Self::ServicingChild)
    }
}

/// A process of the timeline. The same process in two sources is one.
#[derive(Debug, Clone)]
pub struct Process {
    /// Process id, recycled by Windows; `u32::MAX` where nothing tells it.
    pub pid: u32,
    /// Parent's process id; `u32::MAX` where nothing tells it.
    pub parent_pid: u32,
    /// The parent, where it is known.
    pub parent: Option<ProcessId>,
    /// File name of the image.
    pub name: String,
    /// Full path of the image.
    pub image_path: String,
    /// Command line.
    pub command_line: String,
    /// Account.
    pub user: String,
    /// Company of the image, which tells third parties apart.
    pub company: String,
    /// Start, where known.
    pub start: Option<FileTime>,
    /// End, where it ended within the trace.
    pub end: Option<FileTime>,
    /// Exit status, where it ended within the trace.
    pub exit_status: Option<u32>,
    /// Its part in servicing.
    pub role: Role,
    /// Events of it.
    pub events: u64,
    /// Events of it whose status is an error.
    pub failures: u64,
}

impl Process {
    /// A process that nothing is known of, for callers to fill in.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            pid: pml_reader::UNKNOWN_PID,
            parent_pid: pml_reader::UNKNOWN_PID,
            parent: None,
            name: String::new(),
            image_path: String::new(),
            command_line: String::new(),
            user: String::new(),
            company: String::new(),
            start: None,
            end: None,
            exit_status: None,
            role: Role::Other,
            events: 0,
            failures: 0,
        }
    }

    /// The process id, where something tells it.
    #[must_use]
    pub fn known_pid(&self) -> Option<u32> {
        (self.pid != pml_reader::UNKNOWN_PID).then_some(self.pid)
    }

    /// The name, and the company whose program it is where the image says so.
    #[must_use]
    pub fn with_company(&self) -> String {
        match self.company.as_str() {
            "" => self.name.clone(),
            company => format!("{} ({company})", self.name),
        }
    }

    /// The parent's process id, where something tells it.
    #[must_use]
    pub fn known_parent_pid(&self) -> Option<u32> {
        (self.parent_pid != pml_reader::UNKNOWN_PID).then_some(self.parent_pid)
    }
}

/// Generations down which a role passes; no tree of processes that servicing starts is deeper.
const GENERATIONS: usize = 64;

/// Passes roles on to the children of servicing processes.
pub(crate) fn inherit_roles(processes: &mut [Process]) {
    for _ in 0..GENERATIONS {
        let passes = |p: &Process| {
            let parent = p.parent.and_then(|id| processes.get(id.0 as usize));
            p.role == Role::Other && parent.is_some_and(|p| p.role.passes_to_children())
        };
        let heirs: Vec<usize> =
            processes.iter().enumerate().filter(|(_, p)| passes(p)).map(|(i, _)| i).collect();
        if heirs.is_empty() {
            break;
        }
        for heir in heirs {
            if let Some(p) = processes.get_mut(heir) {
                p.role = Role::ServicingChild;
            }
        }
    }
}
