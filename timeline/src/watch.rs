//! Names that mean something when a servicing process touches them. The scan looks for them.
//!
//! The names are Microsoft's. The meaning of touching them is from public write-ups of failed updates and from
//! decompiled servicing code. It is inferred unless said otherwise.

use std::sync::LazyLock;

use status_codes::status;

use crate::{
    model::{Kind, Role},
    parts::Parts,
};

/// What an operation on a watched name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// smss reads the list of pending renames.
    PendingRenames,
    /// smss reads the list of programs to run, poqexec among them.
    SetupExecute,
    /// pending.xml is touched.
    PendingXml,
    /// The driver operations queue is opened.
    DriverOperations,
    /// CBS asks whether error reports are wanted, the first thing it does when an update failed.
    ErrorReportAsked,
    /// A file that CBS gathers for an error report.
    ErrorReportFile,
    /// poqexec's failure is written to the component store.
    PoqexecFailure,
    /// CBS notes how far it is.
    ExecuteState,
    /// CBS.log is written: the log's clock can be held against it.
    CbsLogWritten,
    /// The driver queue is at work: it writes setupapi.dev.log, or its DLL is loaded.
    DriverWork,
    /// The queue of advanced installers is at work: it notes how far it is, or an installer's DLL is loaded.
    InstallerWork,
    /// An advanced installer's failure is written to the component store.
    InstallerFailure,
    /// An image that is not Windows' own is loaded into poqexec.
    ForeignImage,
    /// The AppX deployment service finds a key of a system app that was removed.
    AppLeftover,
    /// The start type of a service in [`TOLD_SERVICES`] is read.
    ServiceStart,
    /// The service control manager reads the start type of another service.
    ServiceLookUp,
    /// A service's DLL is loaded by a service host.
    ServiceDll,
}

impl Mark {
    /// Whether its events say something by themselves. Some only tell the clock, and the service control manager looks
    /// at every service.
    #[must_use]
    pub fn says_something(self) -> bool {
        !matches!(self, Self::CbsLogWritten | Self::ServiceLookUp)
    }
}

/// Services whose start types are told, whoever reads them.
pub const TOLD_SERVICES: &[&str] = &[
    "TrustedInstaller",
    "AppXSvc",
    "AppReadiness",
    "CmService",
    "HTTP",
    "Schedule",
    "NetSetupSvc",
    "Winmgmt",
    "EventLog",
];

/// Ends of the paths of those start types, lower case.
static TOLD_STARTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    TOLD_SERVICES.iter().map(|name| format!(r"\{}\start", name.to_ascii_lowercase())).collect()
});

/// The mark of an operation whose name is watched, once it is known whose start type it reads.
fn told(mark: Mark, role: Role, ends_with: impl Fn(&str) -> bool) -> Option<Mark> {
    if mark != Mark::ServiceStart || TOLD_STARTS.iter().any(|end| ends_with(end)) {
        return Some(mark);
    }
    (role == Role::ServiceControl).then_some(Mark::ServiceLookUp)
}

/// Which roles a row of the table looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Session,
    Servicing,
    Host,
    Anyone,
}

/// Ends of paths, lower case; who; kinds of operation; what it stands for.
const NAMES: &[(&str, Who, &[Kind], Mark)] = &[
    (
        r"\session manager\pendingfilerenameoperations",
        Who::Session,
        &[Kind::ValueQuery],
        Mark::PendingRenames,
    ),
    (r"\session manager\setupexecute", Who::Session, &[Kind::ValueQuery], Mark::SetupExecute),
    (r"\winsxs\pending.xml", Who::Servicing, &[Kind::FileOpen, Kind::FileCreate], Mark::PendingXml),
    (
        r"\component based servicing\driveroperations",
        Who::Servicing,
        &[Kind::KeyOpen, Kind::KeyCreate],
        Mark::DriverOperations,
    ),
    (r"\disablewerreporting", Who::Servicing, &[Kind::ValueQuery], Mark::ErrorReportAsked),
    (r"\winsxs\pending.xml.bad", Who::Servicing, &[Kind::FileOpen, Kind::FileCreate], Mark::ErrorReportFile),
    (r"\logs\cbs\filterlist.log", Who::Servicing, &[Kind::FileCreate], Mark::ErrorReportFile),
    (r"\logfiles\scm\scm.evm", Who::Servicing, &[Kind::FileOpen], Mark::ErrorReportFile),
    (r"\winsxs\temp\logfiles\ntfslog.etl", Who::Servicing, &[Kind::FileCreate], Mark::ErrorReportFile),
    (r"\components\poqexecfailure", Who::Servicing, &[Kind::ValueSet], Mark::PoqexecFailure),
    (
        r"\inf\setupapi.dev.log",
        Who::Servicing,
        &[Kind::FileOpen, Kind::FileCreate, Kind::FileWrite],
        Mark::DriverWork,
    ),
    (r"\drupdate.dll", Who::Servicing, &[Kind::ImageLoad], Mark::DriverWork),
    (r"\components\nextqueueentryindex", Who::Servicing, &[Kind::ValueSet], Mark::InstallerWork),
    (r"\components\advancedinstallersneedresolving", Who::Servicing, &[Kind::ValueSet], Mark::InstallerWork),
    (r"ai.dll", Who::Servicing, &[Kind::ImageLoad], Mark::InstallerWork),
    (r"\components\aifailureinformation", Who::Servicing, &[Kind::ValueSet], Mark::InstallerFailure),
    (r"\executestate", Who::Servicing, &[Kind::ValueSet], Mark::ExecuteState),
    (r"\logs\cbs\cbs.log", Who::Servicing, &[Kind::FileWrite], Mark::CbsLogWritten),
    (r"\start", Who::Anyone, &[Kind::ValueQuery, Kind::ValueSet], Mark::ServiceStart),
    (r"_8wekyb3d8bbwe", Who::Host, &[Kind::KeyOpen], Mark::AppLeftover),
    (r"_cw5n1h2txyewy", Who::Host, &[Kind::KeyOpen], Mark::AppLeftover),
    (r"\appxdeploymentserver.dll", Who::Host, &[Kind::ImageLoad], Mark::ServiceDll),
    (r"\appreadiness.dll", Who::Host, &[Kind::ImageLoad], Mark::ServiceDll),
];

/// What an operation of a process with `role` stands for, if anything. `ends_with` compares the end of its path.
pub(crate) fn mark(role: Role, kind: Kind, ends_with: impl Fn(&str) -> bool) -> Option<Mark> {
    let looks = |who| match who {
        Who::Session => role == Role::SessionManager,
        Who::Servicing => role.services_updates(),
        Who::Host => role == Role::ServiceHost,
        Who::Anyone => true,
    };
    let row =
        NAMES.iter().find(|(tail, who, kinds, _)| looks(*who) && kinds.contains(&kind) && ends_with(tail));
    row.and_then(|(.., mark)| told(*mark, role, ends_with))
}

/// Whether an operation of this role and kind can be the load of an image that is not Windows' own.
pub(crate) fn may_be_foreign(role: Role, kind: Kind) -> bool {
    role == Role::Poqexec && kind == Kind::ImageLoad
}

/// Whether a key named like an app ([`Mark::AppLeftover`]) is one of an app that was removed.
pub(crate) fn is_leftover(path: &str) -> bool {
    path.to_ascii_lowercase().contains(r"\appx\appxalluserstore\endoflife\")
}

/// Folders of Windows' own images, lower case.
static OWN_FOLDERS: LazyLock<Parts> = LazyLock::new(|| {
    Parts::new(&[r"\windows\system32\", r"\windows\syswow64\", r"\windows\winsxs\", r"\systemroot\"])
});

/// Whether an image lies outside of Windows' own folders. poqexec runs before there is anything else, so that one that
/// does was brought in.
pub(crate) fn is_foreign(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    !path.is_empty() && !OWN_FOLDERS.are_in(&path)
}

/// What service hosts do for servicing when an advanced installer asks them: parts of paths, lower case. Inferred from the
/// installers' names.
static DONE_BY_SERVICES: LazyLock<Parts> = LazyLock::new(|| {
    Parts::new(&[
        r"\windows\system32\tasks\",
        r"\schedule\taskcache\",
        r"\appx\appxalluserstore\",
        r"\microsoft\windows\apprepository\",
        r"\program files\windowsapps\",
        r"\sharedaccess\parameters\firewallpolicy\",
        r"\windows\currentversion\winevt\",
        r"\windows\system32\wbem\",
        r"\microsoft\windows\containers\",
        r"\system32\winevt\",
        r"\system32\spool\",
        r"\control\print\",
        r"\security\policy\",
        r"\sam\sam\",
    ])
});

/// Results that can end a service, whatever it met them at.
const REFUSALS: [u32; 2] = [status::ACCESS_DENIED, status::SHARING_VIOLATION];

/// Whether an error of a process with this role can be what made the update fail.
pub(crate) fn is_suspect(role: Role, kind: Kind, status: u32, path: impl FnOnce() -> String) -> bool {
    match role {
        // What a service may not change can be what an installer asked it for: a log may name the object.
        Role::ServiceHost => {
            kind.mutates()
                || REFUSALS.contains(&status)
                || DONE_BY_SERVICES.are_in(&path().to_ascii_lowercase())
        }
        Role::ServiceControl => true,
        role => role.services_updates(),
    }
}

/// Whether operations of this role and kind can be marked at all; everything else need not be decoded.
pub(crate) fn may_mark(role: Role, kind: Kind) -> bool {
    match kind {
        Kind::ValueQuery | Kind::ValueSet => true,
        Kind::ImageLoad => role == Role::ServiceHost || role.services_updates(),
        Kind::KeyOpen => role == Role::ServiceHost || role.services_updates(),
        Kind::FileOpen | Kind::FileCreate | Kind::FileWrite | Kind::KeyCreate => role.services_updates(),
        _ => false,
    }
}
