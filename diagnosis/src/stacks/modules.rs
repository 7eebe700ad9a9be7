//! What the modules of a stack are: parts of servicing, security products of Windows, the kernel itself.

use timeline::{Module, Words};

/// A part of servicing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// CBS: packages and sessions.
    Cbs,
    /// The component store and its primitive operations.
    Primitives,
    /// The settings of components.
    Smi,
    /// The driver operations queue.
    DriverQueue,
    /// An advanced installer.
    Installer,
    /// Logging and error reports.
    Reporting,
}

/// The name in reports, and the words.
const PARTS: &[(Part, &str, &str, &str)] = &[
    (Part::Cbs, "cbs", "CBS", "CBS"),
    (Part::Primitives, "primitives", "the component store", "组件存储"),
    (Part::Smi, "smi", "the settings of components (SMI)", "组件设置（SMI）"),
    (Part::DriverQueue, "driver-queue", "the driver operations queue", "驱动程序操作队列"),
    (Part::Installer, "installer", "an advanced installer", "高级安装程序"),
    (Part::Reporting, "reporting", "logging and error reports", "日志与错误报告"),
];

impl Part {
    /// Whether its first error ends its work. Installers go on, and so does CBS.
    #[must_use]
    pub fn ends_at_first_error(self) -> bool {
        matches!(self, Self::DriverQueue | Self::Primitives)
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        PARTS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// In words.
    pub fn words(self) -> Words {
        PARTS.iter().find(|row| row.0 == self).map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}

/// Modules of servicing: file names in lower case; what follows a `*` is the end of one.
///
/// CbsCore, wcp, wdscore, smiengine, smipi and the two programs were seen in the stacks of a real log. The others come from
/// the lines of logs that name them, and from descriptions of servicing; no stack with them was at hand.
const SERVICING: &[(&str, Part)] = &[
    ("tiworker.exe", Part::Cbs),
    ("trustedinstaller.exe", Part::Cbs),
    ("cbscore.dll", Part::Cbs),
    ("turbostack.dll", Part::Cbs),
    ("poqexec.exe", Part::Primitives),
    ("wcp.dll", Part::Primitives),
    ("smiengine.dll", Part::Smi),
    ("smipi.dll", Part::Smi),
    ("drupdate.dll", Part::DriverQueue),
    ("drvstore.dll", Part::DriverQueue),
    ("drvinst.exe", Part::DriverQueue),
    ("setupapi.dll", Part::DriverQueue),
    ("newdev.dll", Part::DriverQueue),
    ("wdscore.dll", Part::Reporting),
    ("wer.dll", Part::Reporting),
    ("faultrep.dll", Part::Reporting),
    ("cmiv2.dll", Part::Installer),
    ("cmiadapter.dll", Part::Installer),
    ("cmiaisupport.dll", Part::Installer),
    ("mofinstall.dll", Part::Installer),
    ("eventsinstaller.dll", Part::Installer),
    ("printadvancedinstaller.dll", Part::Installer),
    ("cntrtextinstaller.dll", Part::Installer),
    ("luainstall.dll", Part::Installer),
    ("sppinst.dll", Part::Installer),
    ("appxreg.dll", Part::Installer),
    ("*ai.dll", Part::Installer),
];

/// Modules of Microsoft's security products. What they do on a thread of servicing is their own work.
const SECURITY: &[&str] = &[
    "wdfilter.sys",
    "wdnisdrv.sys",
    "wddevflt.sys",
    "wdboot.sys",
    "mpfilter.sys",
    "mssecflt.sys",
    "applockerfltr.sys",
    "mpoav.dll",
    "mpclient.dll",
    "mpengine.dll",
];

/// The kernel. It is between one driver and another without being a party of its own.
const KERNEL: &[&str] =
    &["ntoskrnl.exe", "ntkrnlmp.exe", "ntkrnlpa.exe", "ntkrpamp.exe", "hal.dll", FILTER_MANAGER];

/// The filter manager, which calls minifilters and records for Process Monitor.
const FILTER_MANAGER: &str = "fltmgr.sys";

/// Copies of disk drivers for crash dumps; they have no company, whoever made the driver.
const DUMP_COPY: &str = "dump_";

/// Libraries that every program has.
const BASE: &[&str] = &[
    "ntdll.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "msvcrt.dll",
    "ucrtbase.dll",
    "rpcrt4.dll",
    "combase.dll",
    "ole32.dll",
    "sechost.dll",
    "advapi32.dll",
];

/// What a module is to servicing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Servicing(Part),
    Security,
    FilterManager,
    Kernel,
    Windows,
    ThirdParty,
    /// The trace does not give its company.
    Unknown,
}

impl Kind {
    pub(super) fn of(module: &Module) -> Self {
        let name = module.name().to_ascii_lowercase();
        if is_third_party(module) {
            return Self::ThirdParty;
        }
        if name == FILTER_MANAGER {
            return Self::FilterManager;
        }
        if KERNEL.contains(&name.as_str()) {
            return Self::Kernel;
        }
        if SECURITY.contains(&name.as_str()) {
            return Self::Security;
        }
        let is_named =
            |row: &&(&str, Part)| row.0.strip_prefix('*').map_or(name == row.0, |end| name.ends_with(end));
        match SERVICING.iter().find(is_named) {
            Some((_, part)) => Self::Servicing(*part),
            None if module.company.is_empty() => Self::Unknown,
            None => Self::Windows,
        }
    }

    /// Whether it is of servicing's core, which runs the installers, or a library that every program has.
    pub(super) fn is_core(self, module: &Module) -> bool {
        match self {
            Self::Servicing(part) => matches!(part, Part::Cbs | Part::Primitives),
            Self::Windows | Self::Unknown => BASE.iter().any(|name| module.name().eq_ignore_ascii_case(name)),
            _ => false,
        }
    }

    /// Whether it belongs to another product than servicing, which acts for itself.
    pub(super) fn is_outsider(self) -> bool {
        matches!(self, Self::ThirdParty | Self::Security)
    }
}

/// Whether a module says that another company than Microsoft made it.
pub(super) fn is_third_party(module: &Module) -> bool {
    let company = module.company.trim().to_ascii_lowercase();
    !company.is_empty() && !company.starts_with("microsoft")
}

/// Whether a driver is a copy for crash dumps.
pub(super) fn is_dump_copy(module: &Module) -> bool {
    module.name().get(..DUMP_COPY.len()).is_some_and(|start| start.eq_ignore_ascii_case(DUMP_COPY))
}
