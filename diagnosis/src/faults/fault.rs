//! One fault: what a log says failed.

use timeline::{FileTime, Object, Package, PhaseName, Place, Ticks, UpdateStep};

use super::FaultKind;

/// Something that a log says failed.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// Its name: an installer, an INF, a package.
    pub item: String,
    /// Its DLL, if the log names one.
    pub binary: Option<String>,
    /// The component that it worked on or belongs to.
    pub component: Option<String>,
    /// What else the log names for it: a driver in progress, a service, a file.
    pub names: Vec<Object<String>>,
    /// What the line says beyond its code: a version that is needed, the words of a program.
    pub detail: Option<Detail>,
    /// The HRESULT it failed with.
    pub code: Option<u32>,
    /// How long it had been running.
    pub took: Option<Ticks>,
    /// In which phase.
    pub phase: PhaseName,
    /// In which boot of the log, from 1; 0 before the first.
    pub boot: u32,
    /// The session, or the shutdown with its boots, that it belongs to.
    pub(crate) attempt: u32,
    /// When, if the log's clock is known.
    pub time: Option<FileTime>,
    /// The line.
    pub place: Place,
    /// The line's text.
    pub text: String,
}

/// What a line says beyond what failed and its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// The versions of the servicing stack: needed and present.
    Stack {
        /// The version that is needed.
        needed: String,
        /// The version at hand.
        present: String,
    },
    /// The version that a delta was made for.
    Base(String),
    /// What a program printed.
    Output(String),
    /// The command line that asked for it.
    Command(String),
    /// What the update client was doing.
    Client(UpdateStep),
    /// It was to be removed.
    Removal,
}

/// Codes that mean that somebody did not answer.
const NO_ANSWER: &[u32] = &[1753, 1722, 1053, 258, 1460, 1715];

impl Fault {
    /// Whether servicing failed at it, and not at taking something back.
    pub(super) fn is_forward(&self) -> bool {
        self.kind.of_servicing() && self.phase != PhaseName::Rollback
    }

    /// Whether its code says that the content of an INF or a catalog is at fault, and no operation: SPAPI_E_* and the
    /// codes of SetupAPI itself, 0xE000xxxx.
    pub(crate) fn is_of_content(&self) -> bool {
        self.code.is_some_and(|code| matches!(code >> 16, 0x800F | 0xE000)) && self.kind == FaultKind::Driver
    }

    /// The Win32 error behind the code.
    #[must_use]
    pub fn win32(&self) -> Option<u32> {
        win32(self.code?)
    }

    /// Whether something was to be removed, and not installed.
    #[must_use]
    pub fn is_removal(&self) -> bool {
        self.detail == Some(Detail::Removal)
    }

    /// Whether a search could not find out whether something applies.
    #[must_use]
    pub fn is_evaluation(&self) -> bool {
        self.detail == Some(Detail::Client(UpdateStep::Evaluate))
    }

    /// Whether it looks like waiting in vain for a service: it took long, or the code says that nobody answered.
    #[must_use]
    pub fn waited_in_vain(&self) -> bool {
        let silent = self.win32().is_some_and(|w| NO_ANSWER.contains(&w));
        let long = self.took.is_some_and(|t| t >= Ticks::seconds(30));
        self.kind == FaultKind::Hang || self.kind == FaultKind::Installer && (silent || long)
    }

    /// The identity of the package that could not be installed, if the line is about one.
    pub(crate) fn package(&self) -> Option<&str> {
        let is_package = matches!(self.kind, FaultKind::Package | FaultKind::Session | FaultKind::Stack);
        is_package.then_some(self.item.as_str())
    }

    /// Whether it happened while Windows ran, before any restart.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.phase == PhaseName::Staging
            || self.phase == PhaseName::Unknown
                && matches!(
                    self.kind,
                    FaultKind::Stack
                        | FaultKind::Manifest
                        | FaultKind::Catalog
                        | FaultKind::RegistryValue
                        | FaultKind::File
                        | FaultKind::Hydration
                        | FaultKind::Store
                        | FaultKind::DriverQueue
                        | FaultKind::Download
                        | FaultKind::Feature
                        | FaultKind::Repair
                        | FaultKind::Session
                        | FaultKind::Pending
                        | FaultKind::Dism
                )
    }

    /// The code as people look it up: `1753 / 0x800706D9`.
    #[must_use]
    pub fn code_text(&self) -> String {
        match (self.win32(), self.code) {
            // An HRESULT that wraps an NTSTATUS: people look the NTSTATUS up.
            (_, Some(code)) if code >> 28 == 0xD => format!("0x{:08X}", code & !0x1000_0000),
            (Some(win32), Some(code)) => format!("{win32} / 0x{code:08X}"),
            (None, Some(code)) => format!("0x{code:08X}"),
            _ => String::new(),
        }
    }
}

/// The Win32 error behind an HRESULT.
pub(crate) fn win32(code: u32) -> Option<u32> {
    // 0x8001xxxx is facility RPC with a Win32 number.
    if code >> 16 == 0x8001 {
        return Some(code & 0xFFFF);
    }
    let code = status_codes::HResult(code);
    let of_nt = || code.ntstatus()?.to_win32();
    code.win32().or_else(|| of_nt().map(|mapping| mapping.win32)).map(|w| w.0)
}

/// Whether a path is that of a component's folder.
pub(super) fn is_store_folder(path: &str) -> bool {
    let parent = path.rsplit_once('\\').map(|(parent, _)| parent.to_ascii_lowercase());
    parent.is_some_and(|parent| parent.ends_with("\\winsxs"))
}

/// Whether two HRESULTs are one error in different numberings.
pub(crate) fn same_error(one: u32, other: u32) -> bool {
    one == other || win32(one).is_some_and(|w| Some(w) == win32(other))
}

/// A package with what tells it from its other versions: `Microsoft-Windows-X-Package (de-DE) 10.0.14393.0`.
pub(super) fn package_text(identity: &str) -> String {
    let mut text = package_name(identity).to_owned();
    if Package::kb_of(identity).is_some() {
        return text;
    }
    let mut rest = identity.split('~').skip(3);
    let (language, version) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
    if !language.is_empty() {
        text = format!("{text} ({language})");
    }
    // The name of an update may follow the version.
    let numbers =
        version.split('.').take(4).take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let version = numbers.collect::<Vec<_>>().join(".");
    if version.is_empty() { text } else { format!("{text} {version}") }
}

/// A package as people call it: its KB number, or the first part of its identity.
pub(crate) fn package_name(identity: &str) -> &str {
    let name = identity.split('~').next().unwrap_or(identity);
    match Package::kb_of(identity) {
        // `Package_2074_for_KB4088876`
        Some(kb) => kb,
        None => name,
    }
}
