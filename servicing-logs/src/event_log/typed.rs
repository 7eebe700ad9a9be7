//! Typed views of the records about servicing.

use super::EventRecord;
use crate::codes::CodeValue;
use crate::text::decode_utf16le;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The table below says which event each stands for.
pub enum EventKind {
    ServiceFailedToStart,
    ServiceDependencyFailed,
    ServiceConnectTimeout,
    ServiceTransactionTimeout,
    ServiceTerminatedWithError,
    DriversFailedToLoad,
    ServiceTerminatedUnexpectedly,
    ServiceTerminatedAgain,
    ServiceState,
    ServiceStartTypeChanged,
    ServiceInstalled,
    UpdateInstalled,
    UpdateFailed,
    UpdateRestartRequired,
    UpdateUninstalled,
    UpdateUninstallFailed,
    UpdateSearchFailed,
    UpdateEvaluationFailed,
    UpdateDownloadFailed,
    UpdateStarted,
    UpdateDownloadStarted,
    BootLogStarted,
    BootLogStopped,
    BootUnexpectedShutdown,
    BootVersion,
    BootUptime,
    KernelStarted,
    KernelStopping,
    ClockChanged,
    PowerLost,
    BugCheck,
    ProgramCrashed,
    ShutdownInitiated,
    PackageChangeInitiated,
    PackageChanged,
    PackageChangeFailed,
    PackageRebootNeeded,
    FeatureChange,
    FeatureChangeFailed,
    FeatureRemovalFailed,
    TransactionFailed,
    NtfsCorrupt,
    NtfsHealth,
    NtfsTransactionManager,
    FilterLoaded,
    FilterFailed,
    AppXServiceFailed,
    AppXDeployment,
    AppReadinessStarted,
    AppReadinessStopped,
    AppReadinessStatus,
    AppReadinessTaskDone,
    AppReadinessTaskFailed,
}
use EventKind as K;

use crate::update_client::{EVALUATION_FAILED, PROVIDER as WU};

const SCM: &str = "Service Control Manager";
const WUSA: &str = "Microsoft-Windows-WUSA";
const BITS: &str = "Microsoft-Windows-Bits-Client";
const SECURE_BOOT: &str = "Microsoft-Windows-TPM-WMI";
const EVENT_LOG: &str = "EventLog";
const KERNEL: &str = "Microsoft-Windows-Kernel-General";
const BUG_CHECK: &str = "Microsoft-Windows-WER-SystemErrorReporting";
const CRASHES: &str = "Application Error";
const POWER: &str = "Microsoft-Windows-Kernel-Power";
const SERVICING: &str = "Microsoft-Windows-Servicing";
const KERNEL_TM: &str = "Microsoft-Windows-Kernel-Tm";
const FILTER: &str = "Microsoft-Windows-FilterManager";
const APPX: &str = "Microsoft-Windows-AppXDeployment";
const APPX_SERVER: &str = "Microsoft-Windows-AppXDeployment-Server";
const APP_READINESS: &str = "Microsoft-Windows-AppReadiness";

/// Provider, first and last event id, and what the event says.
///
/// Of these, System.evtx of Windows 10 15063 holds 7000, 7023, 7026, 7040, 7045; 19, 20, 43, 44; 6005, 6006, 6009,
/// 6013; Kernel-General 1, 12, 13; FilterManager 6; Ntfs 98 and 1074. The others are known from their manifests and
/// from published records.
pub const EVENTS: &[(&str, u32, u32, EventKind)] = &[
    (SCM, 7000, 7000, K::ServiceFailedToStart),
    (SCM, 7001, 7001, K::ServiceDependencyFailed),
    (SCM, 7009, 7009, K::ServiceConnectTimeout),
    (SCM, 7011, 7011, K::ServiceTransactionTimeout),
    (SCM, 7023, 7024, K::ServiceTerminatedWithError),
    (SCM, 7026, 7026, K::DriversFailedToLoad),
    (SCM, 7031, 7031, K::ServiceTerminatedUnexpectedly),
    (SCM, 7034, 7034, K::ServiceTerminatedAgain),
    (SCM, 7036, 7036, K::ServiceState),
    (SCM, 7040, 7040, K::ServiceStartTypeChanged),
    (SCM, 7045, 7045, K::ServiceInstalled),
    (WU, EVALUATION_FAILED, EVALUATION_FAILED, K::UpdateEvaluationFailed),
    (WU, 19, 19, K::UpdateInstalled),
    (WU, 20, 20, K::UpdateFailed),
    (WU, 21, 22, K::UpdateRestartRequired),
    (WU, 23, 23, K::UpdateUninstalled),
    (WU, 24, 24, K::UpdateUninstallFailed),
    (WU, 25, 25, K::UpdateSearchFailed),
    (WU, 31, 31, K::UpdateDownloadFailed),
    (WU, 43, 43, K::UpdateStarted),
    (WU, 44, 44, K::UpdateDownloadStarted),
    (WUSA, 2, 2, K::UpdateInstalled),
    (WUSA, 3, 3, K::UpdateFailed),
    (WUSA, 4, 5, K::UpdateRestartRequired),
    (WUSA, 7, 7, K::UpdateUninstalled),
    (WUSA, 8, 8, K::UpdateUninstallFailed),
    (WUSA, 9, 10, K::UpdateRestartRequired),
    (BITS, 60, 61, K::UpdateDownloadFailed),
    (SECURE_BOOT, 1032, 1033, K::UpdateFailed),
    (SECURE_BOOT, 1795, 1798, K::UpdateFailed),
    (SECURE_BOOT, 1802, 1803, K::UpdateFailed),
    (EVENT_LOG, 6005, 6005, K::BootLogStarted),
    (EVENT_LOG, 6006, 6006, K::BootLogStopped),
    (EVENT_LOG, 6008, 6008, K::BootUnexpectedShutdown),
    (EVENT_LOG, 6009, 6009, K::BootVersion),
    (EVENT_LOG, 6013, 6013, K::BootUptime),
    (KERNEL, 1, 1, K::ClockChanged),
    (KERNEL, 12, 12, K::KernelStarted),
    (KERNEL, 13, 13, K::KernelStopping),
    (POWER, 41, 41, K::PowerLost),
    (BUG_CHECK, 1001, 1001, K::BugCheck),
    ("BugCheck", 1001, 1001, K::BugCheck),
    (POWER, 109, 109, K::ShutdownInitiated),
    (CRASHES, 1000, 1000, K::ProgramCrashed),
    ("User32", 1074, 1074, K::ShutdownInitiated),
    (SERVICING, 1, 1, K::PackageChangeInitiated),
    (SERVICING, 2, 2, K::PackageChanged),
    (SERVICING, 3, 3, K::PackageChangeFailed),
    (SERVICING, 4, 4, K::PackageRebootNeeded),
    (SERVICING, 5, 6, K::PackageChangeFailed),
    (SERVICING, 7, 10, K::FeatureChange),
    (SERVICING, 11, 11, K::FeatureChangeFailed),
    (SERVICING, 12, 12, K::FeatureRemovalFailed),
    (SERVICING, 13, 15, K::FeatureChange),
    (SERVICING, 16, 16, K::FeatureRemovalFailed),
    // Windows Vista writes these to the System log.
    (SERVICING, 4375, 4375, K::PackageChangeFailed),
    (SERVICING, 4385, 4385, K::FeatureChangeFailed),
    (KERNEL_TM, 1, 4, K::TransactionFailed),
    ("Microsoft-Windows-Ntfs", 55, 55, K::NtfsCorrupt),
    ("Ntfs", 55, 55, K::NtfsCorrupt),
    ("Microsoft-Windows-Ntfs", 98, 98, K::NtfsHealth),
    ("Microsoft-Windows-Ntfs", 136, 137, K::NtfsTransactionManager),
    ("Ntfs", 136, 137, K::NtfsTransactionManager),
    (FILTER, 3, 3, K::FilterFailed),
    (FILTER, 6, 6, K::FilterLoaded),
    (APPX, 302, 302, K::AppXServiceFailed),
    (APPX_SERVER, 300, 499, K::AppXDeployment),
    (APP_READINESS, 100, 100, K::AppReadinessStarted),
    (APP_READINESS, 101, 101, K::AppReadinessStopped),
    (APP_READINESS, 104, 104, K::AppReadinessStatus),
    (APP_READINESS, 213, 213, K::AppReadinessTaskDone),
    (APP_READINESS, 214, 215, K::AppReadinessTaskFailed),
];

/// Meaning of the package states of Setup events: 5000 and the value of CurrentState in the registry.
const SETUP_STATE_BASE: u32 = 5000;

/// The typed view of a record. What its event does not carry is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedEvent<'r> {
    /// What the record says.
    pub kind: EventKind,
    /// A service's short name. It is from the binary data if there is one, because the text values are localized.
    pub service: Option<String>,
    /// The first text value of a service event: its localized display name.
    pub display_name: Option<&'r str>,
    /// The service or driver it depends on, the update's or package's title, the file of a filter, a volume.
    pub subject: Option<&'r str>,
    /// The code the record carries.
    pub error: Option<CodeValue<'static>>,
    /// How often the service has ended unexpectedly since it was last reset: 7031 and 7034 give this number, and no code.
    pub crashes: Option<u32>,
    /// The state in the event: that of a service, the new start type, the package state aimed at.
    pub state: Option<String>,
    /// The state before.
    pub previous_state: Option<String>,
    /// Who asked for it.
    pub client: Option<&'r str>,
    /// Minutes that local time is behind UTC, and the zone's name, of event 6013.
    pub time_zone: Option<(i32, &'r str)>,
    /// Altitudes of a filter that was loaded.
    pub altitudes: Vec<String>,
    /// Windows version and build of a boot: `10.0.15063.413`.
    pub version: Option<String>,
}

impl EventRecord {
    /// What the record says about servicing. `None` for all others.
    pub fn typed(&self) -> Option<TypedEvent<'_>> {
        let row = EVENTS.iter().find(|(provider, first, last, _)| {
            (*first..=*last).contains(&self.event_id) && provider.eq_ignore_ascii_case(&self.provider)
        })?;
        let mut event = TypedEvent {
            kind: row.3,
            service: None,
            display_name: None,
            subject: None,
            error: None,
            crashes: None,
            state: None,
            previous_state: None,
            client: None,
            time_zone: None,
            altitudes: Vec::new(),
            version: None,
        };
        match row.0 {
            SCM => self.service(&mut event),
            WU => {
                event.subject = self.value("updateTitle");
                event.error = self.value("errorCode").and_then(code);
            }
            WUSA => {
                event.subject = self.value("updateTitle").or_else(|| self.value_at(0));
                event.error = self.value("errorCode").or_else(|| self.value_at(1)).and_then(code);
            }
            BITS => self.transfer(&mut event)?,
            CRASHES => self.crash(&mut event)?,
            SECURE_BOOT => event.subject = Some(SECURE_BOOT_UPDATE),
            SERVICING => self.package(&mut event),
            FILTER => self.filter(&mut event),
            APPX | APPX_SERVER | APP_READINESS => {
                let named = self.value("ServiceName").filter(|name| !name.is_empty());
                event.service = named.or(service_of(row.0)).map(str::to_owned);
                event.subject = self
                    .value("PackageFullName")
                    .or_else(|| self.value("Package"))
                    .or_else(|| self.value("Path"))
                    .or_else(|| self.value("PackageMoniker"))
                    .or_else(|| self.value("TaskName"));
                event.error = self
                    .value("ErrorCode")
                    .or_else(|| self.value("ExitCode"))
                    .or_else(|| self.value("HResult"))
                    .and_then(code);
            }
            _ => self.boot(&mut event),
        }
        Some(event)
    }

    fn service<'r>(&'r self, event: &mut TypedEvent<'r>) {
        let short = decode_utf16le(&self.binary);
        // 7036 adds the state to the name: `AppXSvc/4`. A driver list of 7026 is text already.
        let (name, number) =
            short.split_once('/').map_or((short.as_str(), None), |(name, state)| (name, Some(state)));
        let name = name.trim_end_matches('\0');
        event.service = Some(name.to_owned()).filter(|name| !name.is_empty() && !name.contains('\u{fffd}'));
        let first = self.value_at(0);
        let second = self.value_at(1);
        match event.kind {
            // 7009 and 7011 give the milliseconds first.
            K::ServiceConnectTimeout | K::ServiceTransactionTimeout => {
                event.display_name = second;
                event.state = first.map(str::to_owned);
            }
            K::ServiceDependencyFailed => {
                event.display_name = first;
                event.subject = second;
                event.error = self.value_at(2).and_then(code);
            }
            K::DriversFailedToLoad => event.subject = first.map(str::trim),
            K::ServiceState => {
                event.display_name = first;
                event.state = number
                    .map(|state| state.trim_end_matches('\0').to_owned())
                    .or_else(|| second.map(str::to_owned));
            }
            K::ServiceStartTypeChanged => {
                event.display_name = first;
                event.previous_state = second.map(str::to_owned);
                event.state = self.value_at(2).map(str::to_owned);
                event.service = event.service.take().or_else(|| self.value_at(3).map(str::to_owned));
            }
            K::ServiceInstalled => {
                event.display_name = first;
                event.subject = second;
                event.state = self.value_at(3).map(str::to_owned);
                event.client = self.value_at(4);
            }
            K::ServiceTerminatedUnexpectedly | K::ServiceTerminatedAgain => {
                event.display_name = first;
                event.crashes = second.and_then(|count| count.trim().parse().ok());
            }
            _ => {
                event.display_name = first;
                event.error = second.and_then(code);
            }
        }
    }

    fn package<'r>(&'r self, event: &mut TypedEvent<'r>) {
        let (package, feature) = (self.value("PackageIdentifier"), self.value("UpdateName"));
        let of_feature = matches!(event.kind, K::FeatureChangeFailed | K::FeatureRemovalFailed);
        event.subject = if of_feature { feature.or(package) } else { package.or(feature) };
        event.previous_state = self.value("InitialPackageState").map(state);
        event.state = self.value("IntendedPackageState").map(state);
        event.client = self.value("Client");
        event.error = self.value("ErrorCode").and_then(code);
    }

    /// The end of a transfer for the update client. `None` for a transfer of others, and for one that went through.
    fn transfer<'r>(&'r self, event: &mut TypedEvent<'r>) -> Option<()> {
        self.value("name").filter(|name| CLIENT_JOBS.iter().any(|job| name.contains(job)))?;
        event.subject = self.value("url");
        event.error = self.value("errorCode").or_else(|| self.value("hr")).and_then(code);
        event.error.is_some_and(CodeValue::is_failure).then_some(())
    }

    /// A crash of a program that servicing runs. `None` for the programs of others.
    fn crash<'r>(&'r self, event: &mut TypedEvent<'r>) -> Option<()> {
        let program = self.value("AppName").or_else(|| self.value_at(0))?;
        SERVICING_PROGRAMS.iter().find(|known| program.eq_ignore_ascii_case(known))?;
        event.subject = Some(program);
        event.state = self.value("ModuleName").or_else(|| self.value_at(3)).map(str::to_owned);
        let exception = self.value("ExceptionCode").or_else(|| self.value_at(6)).unwrap_or_default();
        let digits = exception.trim().trim_start_matches("0x");
        event.error = u32::from_str_radix(digits, 16).ok().map(CodeValue::Ntstatus);
        Some(())
    }

    fn filter<'r>(&'r self, event: &mut TypedEvent<'r>) {
        event.subject = self.value("DeviceName");
        event.error = self.value("FinalStatus").and_then(number).map(CodeValue::Ntstatus);
        // `"instances" : [["40500","0x00000000"]]`: altitude and flags of each instance.
        let info = self.value("ExtraInfoString").unwrap_or_default();
        let instances = info.split_once("\"instances\"").map_or("", |(_, rest)| rest);
        event.altitudes = instances
            .split('"')
            .skip(1)
            .step_by(4)
            .filter(|altitude| altitude.starts_with(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
            .collect();
    }

    fn boot<'r>(&'r self, event: &mut TypedEvent<'r>) {
        match event.kind {
            K::KernelStarted => {
                let parts = ["MajorVersion", "MinorVersion", "BuildVersion", "QfeVersion"]
                    .map(|name| self.value(name));
                if let [Some(major), Some(minor), Some(build), Some(qfe)] = parts {
                    event.version = Some(format!("{major}.{minor}.{build}.{qfe}"));
                }
            }
            K::BootVersion => event.version = self.value_at(1).map(str::to_owned),
            // The last value is `480 Pacific Standard Time`: the minutes are those of the zone's standard time.
            K::BootUptime => {
                event.time_zone = self.values.iter().rev().find_map(|value| {
                    let (minutes, name) = value.value.split_once(' ')?;
                    Some((minutes.parse().ok()?, name))
                });
            }
            K::ShutdownInitiated => {
                event.client = self.value_at(0);
                event.subject = self.value_at(2);
            }
            K::BugCheck => event.subject = self.value_at(0),
            K::NtfsCorrupt | K::NtfsHealth | K::NtfsTransactionManager => {
                event.subject =
                    self.value("DriveName").or_else(|| self.value("VolumeName")).or_else(|| self.value_at(0));
                event.error = self
                    .value("Error")
                    .or_else(|| self.value("Status"))
                    .and_then(number)
                    .map(CodeValue::Ntstatus);
            }
            K::TransactionFailed => {
                event.error = self
                    .value("Status")
                    .or_else(|| self.value("NtStatus"))
                    .and_then(number)
                    .map(CodeValue::Ntstatus);
            }
            _ => {}
        }
    }
}

/// What the events of Secure Boot are about: its variables (DB, DBX, KEK) in the firmware, and the boot manager.
pub const SECURE_BOOT_UPDATE: &str = "Secure Boot (DB/DBX)";

/// Programs that servicing and the update client run.
const SERVICING_PROGRAMS: [&str; 13] = [
    "TiWorker.exe",
    "TrustedInstaller.exe",
    "poqexec.exe",
    "Dism.exe",
    "DismHost.exe",
    "wusa.exe",
    "MoUsoCoreWorker.exe",
    "wuauclt.exe",
    "WinREUpdateInstaller.exe",
    "SetupHost.exe",
    "drvinst.exe",
    "svchost.exe_wuauserv",
    "svchost.exe_UsoSvc",
];

/// Parts of the names that the update client gives its transfers.
const CLIENT_JOBS: [&str; 2] = ["WU Client Download", "Windows Update"];

/// Whether records of a provider are looked at.
pub(crate) fn is_known_provider(name: &str) -> bool {
    EVENTS.iter().any(|(provider, ..)| provider.eq_ignore_ascii_case(name))
}

/// The service that writes a provider's events, for events that do not name one. It runs when it writes.
fn service_of(provider: &str) -> Option<&'static str> {
    match provider {
        APPX_SERVER => Some("AppXSvc"),
        APP_READINESS => Some("AppReadiness"),
        _ => None,
    }
}

fn number(text: &str) -> Option<u32> {
    match text.trim().strip_prefix("0x").or_else(|| text.trim().strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.trim().parse::<i64>().ok().and_then(|value| u32::try_from(value & 0xFFFF_FFFF).ok()),
    }
}

/// `%%1058`, `%%2147942414`, `0x80248007`, `-2147023143`, or what Windows prints for a code: `Access is denied.`
fn code(text: &str) -> Option<CodeValue<'static>> {
    let Some(value) = number(text.trim().trim_start_matches("%%")) else {
        return status_codes::Win32Error::from_message(text).map(|error| CodeValue::Win32(error.0));
    };
    // A Win32 error has 16 bits; a success code of the update client has its facility above them.
    Some(if value >> 31 == 1 || value == 0 || value > 0xFFFF {
        CodeValue::Hresult(value)
    } else {
        CodeValue::Win32(value)
    })
}

/// `5112` as `Installed`; other text as it is.
fn state(text: &str) -> String {
    let known = text.trim().parse::<u32>().ok().and_then(|value| value.checked_sub(SETUP_STATE_BASE));
    match known.and_then(crate::registry::package_state) {
        Some(name) => name.to_owned(),
        None => text.to_owned(),
    }
}
