//! The Component Based Servicing key, and other traces of servicing in SOFTWARE.

use super::{Damage, KeyView, Registry, RegistryData, RegistryKey};
use crate::time::FileTime;

/// What `CurrentState` of a package means, as CBS names its states. Setup events give the same numbers plus 5000.
pub const PACKAGE_STATES: &[(u32, &str)] = &[
    (0x00, "Absent"),
    (0x05, "Uninstall Pending"),
    (0x10, "Resolving"),
    (0x20, "Resolved"),
    (0x30, "Staging"),
    (0x40, "Staged"),
    (0x50, "Superseded"),
    (0x60, "Install Pending"),
    (0x65, "Partially Installed"),
    (0x70, "Installed"),
    (0x80, "Permanent"),
];

/// The name of a package state.
#[must_use]
pub fn package_state(state: u32) -> Option<&'static str> {
    PACKAGE_STATES.iter().find(|(value, _)| *value == state).map(|(_, name)| *name)
}

/// A package CBS knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CbsPackage {
    /// Its identity.
    pub identity: String,
    /// `CurrentState`, named by [`package_state`].
    pub current_state: Option<u32>,
    /// `InstallClient`
    pub install_client: Option<String>,
    /// `InstallTimeHigh` and `InstallTimeLow`
    pub install_time: Option<FileTime>,
    /// `LastError`
    pub last_error: Option<u32>,
    /// `Visibility`: 1 for packages a user sees, 2 for their parts.
    pub visibility: Option<u32>,
    /// `SelfUpdate`
    pub self_update: Option<u32>,
}

/// A child of SessionsPending. One child is ordinary bookkeeping. Its values show how far the session came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingSession {
    /// The session's id.
    pub id: String,
    /// Its REG_DWORD values, such as the stages `1_Queued`, and `Complete`.
    pub numbers: Vec<(String, u32)>,
    /// Its text values.
    pub texts: Vec<(String, String)>,
}

/// An entry of the driver operations queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriverOperation {
    /// Name of its key, a number.
    pub number: String,
    /// `Identity`; an entry without it fails with 0x80070490.
    pub identity: Option<String>,
}

/// What the Component Based Servicing key says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CbsState {
    /// The packages.
    pub packages: Vec<CbsPackage>,
    /// `SessionsPending`
    pub sessions_pending: Vec<PendingSession>,
    /// `SessionsPending @Exclusive`
    pub sessions_exclusive: Option<u32>,
    /// Names under `PackagesPending`.
    pub packages_pending: Vec<String>,
    /// The key `RebootPending` exists.
    pub reboot_pending: bool,
    /// The key or value `RebootInProgress` exists.
    pub reboot_in_progress: bool,
    /// `DriverOperations`
    pub driver_operations: Vec<DriverOperation>,
    /// `DriverOperations @Current`
    pub driver_operations_current: Option<u32>,
    /// `Interface @ServicingInProgress`
    pub servicing_in_progress: Option<u32>,
    /// `Unserviceable`
    pub unserviceable: Option<u32>,
    /// Version and folder of each servicing stack under `Version`.
    pub stack_versions: Vec<(String, String)>,
    /// The REG_DWORD values of the key itself.
    pub numbers: Vec<(String, u32)>,
    /// Paths whose keys could not be read completely, with the reason.
    pub damage: Vec<(String, String)>,
}

/// Other useful parts of SOFTWARE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoftwareState {
    /// `ProductName`
    pub product_name: Option<String>,
    /// `CurrentBuild`
    pub build: Option<String>,
    /// `UBR`: the update's number after the build.
    pub ubr: Option<u32>,
    /// `DisplayVersion` or `ReleaseId`
    pub release: Option<String>,
    /// `EditionID`
    pub edition: Option<String>,
    /// `SideBySide\Configuration @PoqexecCmdline`
    pub poqexec_command_line: Vec<String>,
    /// `SideBySide\Configuration @DontRunPoqexecInSmss`
    pub no_poqexec_in_smss: Option<u32>,
}

/// The Component Based Servicing key in HKEY_LOCAL_MACHINE.
pub const CBS_KEY: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";

/// Reads the Component Based Servicing key of a SOFTWARE hive, of a hive of that key alone, or of an export. `None`
/// if it is absent.
pub fn cbs_state(registry: &impl Registry) -> Option<CbsState> {
    let root = registry.machine_key(CBS_KEY)?;
    let mut damage = Damage::default();
    let own = damage.view("", Some(&root));
    let mut state = CbsState {
        reboot_pending: root.child("RebootPending").is_some(),
        reboot_in_progress: root.child("RebootInProgress").is_some()
            || own.data("RebootInProgress").is_some(),
        unserviceable: own.dword("Unserviceable").or(root.child("Unserviceable").map(|_| 1)),
        numbers: numbers(&own),
        ..CbsState::default()
    };
    for (identity, key) in damage.children("Packages", root.child("Packages").as_ref()) {
        let package = damage.view(&format!(r"Packages\{identity}"), Some(&key));
        state.packages.push(CbsPackage {
            current_state: package.dword("CurrentState"),
            install_client: package.text("InstallClient"),
            install_time: install_time(&package),
            last_error: package.dword("LastError"),
            visibility: package.dword("Visibility"),
            self_update: package.dword("SelfUpdate"),
            identity,
        });
    }
    let sessions = root.child("SessionsPending");
    state.sessions_exclusive = damage.view("SessionsPending", sessions.as_ref()).dword("Exclusive");
    for (id, key) in damage.children("SessionsPending", sessions.as_ref()) {
        let session = damage.view(&format!(r"SessionsPending\{id}"), Some(&key));
        let texts = session.values.iter().filter_map(|value| match &value.data {
            RegistryData::Text(text) => Some((value.name.clone(), text.clone())),
            _ => None,
        });
        state.sessions_pending.push(PendingSession {
            numbers: numbers(&session),
            texts: texts.collect(),
            id,
        });
    }
    let operations = root.child("DriverOperations");
    state.driver_operations_current = damage.view("DriverOperations", operations.as_ref()).dword("Current");
    for (number, key) in damage.children("DriverOperations", operations.as_ref()) {
        let identity = damage.view(&format!(r"DriverOperations\{number}"), Some(&key)).text("Identity");
        state.driver_operations.push(DriverOperation { number, identity });
    }
    let pending = root.child("PackagesPending");
    state.packages_pending =
        damage.children("PackagesPending", pending.as_ref()).into_iter().map(|key| key.0).collect();
    let values = damage.view("PackagesPending", pending.as_ref()).values;
    state.packages_pending.extend(values.into_iter().map(|value| value.name));
    state.servicing_in_progress =
        damage.view("Interface", root.child("Interface").as_ref()).dword("ServicingInProgress");
    for value in damage.view("Version", root.child("Version").as_ref()).values {
        if let RegistryData::Text(path) = value.data {
            state.stack_versions.push((value.name, path));
        }
    }
    state.damage = damage.0;
    Some(state)
}

/// Reads Windows' version and the poqexec configuration of a SOFTWARE hive or an export; `None` if neither key is
/// there.
pub fn software_state(registry: &impl Registry) -> Option<SoftwareState> {
    let version = registry.machine_key(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion");
    let configuration =
        registry.machine_key(r"SOFTWARE\Microsoft\Windows\CurrentVersion\SideBySide\Configuration");
    if version.is_none() && configuration.is_none() {
        return None;
    }
    let view = |key: Option<_>| key.as_ref().map(RegistryKey::view).unwrap_or_default();
    let (version, configuration) = (view(version), view(configuration));
    Some(SoftwareState {
        product_name: version.text("ProductName"),
        build: version.text("CurrentBuild").or_else(|| version.text("CurrentBuildNumber")),
        ubr: version.dword("UBR"),
        release: version.text("DisplayVersion").or_else(|| version.text("ReleaseId")),
        edition: version.text("EditionID"),
        poqexec_command_line: configuration.texts("PoqexecCmdline"),
        no_poqexec_in_smss: configuration.dword("DontRunPoqexecInSmss"),
    })
}

fn numbers(key: &KeyView) -> Vec<(String, u32)> {
    key.values
        .iter()
        .filter_map(|value| match value.data {
            RegistryData::Dword(number) => Some((value.name.clone(), number)),
            _ => None,
        })
        .collect()
}

fn install_time(package: &KeyView) -> Option<FileTime> {
    let (high, low) = (package.dword("InstallTimeHigh")?, package.dword("InstallTimeLow")?);
    Some(FileTime(u64::from(high) << 32 | u64::from(low)))
}
