//! A scenario as data: what goes wrong, where, and with what consequence.

use crate::{label::Outcome, verbs::Open};
use status_codes::results;

/// A made reboot of an update.
#[derive(Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What happens, in one sentence.
    pub about: &'static str,
    /// Row of the table of known signatures that it is of.
    pub signature: Option<u8>,
    /// Whether its driver operation is an uninstall.
    pub(crate) uninstall: bool,
    /// What goes wrong, in the order of the boot; the last that does not heal makes the update fail.
    pub(crate) faults: &'static [Fault],
    /// Things that look bad and are not.
    pub(crate) distractions: &'static [Distraction],
}

/// Where in the boot something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// smss carries out PendingFileRenameOperations.
    Renames,
    /// poqexec under smss.
    Poq,
    /// The driver operations queue, at the operation of this INF.
    Driver(&'static str),
    /// An advanced installer.
    Installer(&'static Installer),
}

impl Stage {
    /// The phase in reports.
    pub(crate) fn phase(self) -> &'static str {
        match self {
            Self::Renames => "boot-renames",
            Self::Poq => "boot-poq",
            Self::Driver(_) => "startup-drivers",
            Self::Installer(_) => "startup-installers",
        }
    }
}

/// An advanced installer as CBS.log names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Installer {
    pub(crate) name: &'static str,
    /// Its GUID. Zeros if no public log shows it.
    pub(crate) id: &'static str,
    pub(crate) binary: &'static str,
    pub(crate) phase: u32,
}

/// What is done when it goes wrong. Paths have the places of [`crate::Machine::fill`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// CreateFile.
    Open(&'static str, Open),
    /// SetRenameInformationFile to the second path.
    Rename(&'static str, &'static str),
    /// SetLinkInformationFile to the second path.
    Link(&'static str, &'static str),
    /// SetDispositionInformationFile.
    Delete(&'static str),
    /// SetSecurityFile.
    SetSecurity(&'static str),
    /// RegOpenKey.
    OpenKey(&'static str),
    /// RegQueryValue of a key and a value.
    QueryValue(&'static str, &'static str),
    /// RegSetValue of a key and a value.
    SetValue(&'static str, &'static str),
    /// A service that is asked for and never runs: its name, and the seconds until the caller gives up.
    NoAnswer(&'static str, u64),
    /// A service whose start type reads 4.
    Disabled(&'static str),
    /// A registry key that should not be there, by the AppX deployment service.
    Leftover(&'static str),
    /// The third-party product's library comes into the process, which then crashes.
    Hook,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) stage: Stage,
    pub(crate) act: Act,
    /// Its NTSTATUS.
    pub(crate) status: u32,
    /// How often it is tried with that result.
    pub(crate) tries: u32,
    /// Whether a last try succeeds, so that nothing follows.
    pub(crate) heals: bool,
    /// Whether the third-party product has the file open.
    pub(crate) held: bool,
    /// Exit code of the child process that does it, if one does.
    pub(crate) child: Option<u32>,
    /// The HRESULT that CBS.log prints for it.
    pub(crate) hresult: u32,
}

impl Fault {
    /// The HRESULT that servicing reports of the whole.
    pub(crate) fn reported(&self) -> u32 {
        if matches!(self.stage, Stage::Installer(_)) {
            results::CBS_E_INSTALLERS_FAILED
        } else {
            self.hresult
        }
    }
}

/// A fault that is tried once and is fatal.
pub(crate) const fn fault(stage: Stage, act: Act, status: u32, hresult: u32) -> Fault {
    Fault { stage, act, status, tries: 1, heals: false, held: false, child: None, hresult }
}

/// Loud things that do no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distraction {
    /// The third-party product is denied access to its own files, again and again.
    DeniedAgent,
    /// poqexec looks for many files that are not there.
    MissingFlood,
    /// A service of another program cannot be started.
    DeadService,
}

impl Scenario {
    /// The fault that makes the update fail.
    pub(crate) fn decisive(&self) -> Option<&'static Fault> {
        self.faults.iter().rfind(|f| !f.heals)
    }

    /// What became of the update.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.decisive().map(|f| f.act) {
            None => Outcome::NoFailure,
            Some(Act::NoAnswer(..) | Act::Disabled(_) | Act::Leftover(_) | Act::Hook) => {
                Outcome::FailureWithoutOperation
            }
            Some(_) => Outcome::FailingOperation,
        }
    }
}
