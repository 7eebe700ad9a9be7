//! Servicing logs as sources: which they are, and their lines.

use servicing_logs::{bundle::Content, event_list, update_log};

use crate::{
    logs::{
        capture, cbs, dism, events, filters, packages, pending, poqexec, registry, setupapi, windows_setup,
    },
    model::SourceId,
    progress::Counter,
    scan::Scan,
    sources::recorded::Recorded,
};

/// The logs that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// CBS.log, CbsPersist logs.
    Cbs,
    /// setupapi.dev.log.
    SetupApi,
    /// poqexec.log.
    Poqexec,
    /// pending.xml.
    Pending,
    /// A list of packages by DISM.
    Packages,
    /// A list of file system filters by fltmc.
    Filters,
    /// What another dism command printed.
    DismOutput,
    /// dism.log.
    Dism,
    /// A log of Windows Setup.
    WindowsSetup,
    /// An event log.
    Events,
    /// Records of an event log as text or XML.
    EventList,
    /// A log of the update client.
    UpdateLog,
    /// A registry hive.
    Hive,
    /// A registry export.
    RegExport,
    /// A list of the capture's own.
    Capture,
}

impl LogKind {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cbs => "cbs-log",
            Self::SetupApi => "setupapi-log",
            Self::Poqexec => "poqexec-log",
            Self::Pending => "pending-xml",
            Self::Packages => "package-list",
            Self::Filters => "filter-list",
            Self::DismOutput => "dism-output",
            Self::Dism => "dism-log",
            Self::WindowsSetup => "windows-setup-log",
            Self::Events => "evtx",
            Self::EventList => "event-list",
            Self::UpdateLog => "windows-update-log",
            Self::Hive => "hive",
            Self::RegExport => "reg-export",
            Self::Capture => "capture-facts",
        }
    }
}

/// A log, in memory.
#[derive(Debug)]
pub struct LogSource {
    /// Which log.
    pub kind: LogKind,
    /// Its bytes.
    pub bytes: Content,
}

impl Recorded for LogSource {
    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn kind(&self) -> &'static str {
        self.kind.name()
    }

    fn is_trace(&self) -> bool {
        false
    }

    fn scan(&self, id: SourceId, _: Counter<'_>) -> Scan {
        let bytes: &[u8] = &self.bytes;
        let mut scan = match self.kind {
            LogKind::Cbs => cbs::read(bytes, id),
            LogKind::SetupApi => setupapi::read(bytes, id),
            LogKind::Poqexec => poqexec::read(bytes, id),
            LogKind::Pending => pending::read(bytes),
            LogKind::Packages | LogKind::DismOutput => packages::read(bytes, id),
            LogKind::Filters => filters::read(bytes),
            LogKind::Dism => dism::read(bytes, id),
            LogKind::WindowsSetup => windows_setup::read(bytes, id),
            LogKind::Events => events::read(bytes, id),
            LogKind::EventList => events::read_list(id, |visit| event_list::read(bytes, visit)),
            LogKind::UpdateLog => events::read_list(id, |visit| update_log::read(bytes, visit)),
            LogKind::Hive => registry::read_hive(bytes),
            LogKind::RegExport => registry::read_export(bytes),
            LogKind::Capture => capture::read(bytes),
        };
        let times = || scan.lines.iter().filter_map(|l| l.time);
        scan.first = times().min().into_iter().chain(scan.first).min();
        scan.last = times().max().into_iter().chain(scan.last).max();
        scan
    }
}
