//! The SYSTEM hive: services, minifilters, what the session manager runs at boot.

use super::{Damage, KeyView, Registry, RegistryData, RegistryKey};
use crate::time::FileTime;

/// A service or driver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Name of its key.
    pub name: String,
    /// `DisplayName`
    pub display_name: Option<String>,
    /// `Start`: 0 boot, 1 system, 2 automatic, 3 on demand, 4 disabled.
    pub start: Option<u32>,
    /// `Type`: 1 kernel driver, 2 file system driver, 16 and 32 services.
    pub kind: Option<u32>,
    /// `ErrorControl`
    pub error_control: Option<u32>,
    /// `DelayedAutostart`
    pub delayed: Option<u32>,
    /// `ImagePath`
    pub image_path: Option<String>,
    /// `Parameters\ServiceDll`
    pub service_dll: Option<String>,
    /// `Group`
    pub group: Option<String>,
    /// `ObjectName`: the account.
    pub account: Option<String>,
    /// `DependOnService`
    pub depend_on_service: Vec<String>,
    /// `DependOnGroup`
    pub depend_on_group: Vec<String>,
    /// `DeleteFlag`: marked for deletion.
    pub delete_flag: Option<u32>,
    /// `DefaultInstance` of its filter instances.
    pub default_instance: Option<String>,
    /// Instances of a minifilter.
    pub instances: Vec<FilterInstance>,
    /// When its key was last written.
    pub last_written: Option<FileTime>,
}

/// An instance of a minifilter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterInstance {
    /// Its name.
    pub name: String,
    /// `Altitude`: where in the stack it sits, a decimal number as text.
    pub altitude: Option<String>,
    /// `Flags`
    pub flags: Option<u32>,
}

/// The machine's time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeZone {
    /// `TimeZoneKeyName`: `W. Europe Standard Time`.
    pub key_name: Option<String>,
    /// `Bias`: minutes that standard time is behind UTC.
    pub bias: Option<i32>,
    /// `ActiveTimeBias`: minutes that local time was behind UTC when it was written, daylight saving included.
    pub active_bias: Option<i32>,
    /// `DynamicDaylightTimeDisabled` is set.
    pub daylight_disabled: bool,
}

/// What a SYSTEM hive says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemState {
    /// The control set that was read: `ControlSet001`, or `CurrentControlSet` of an export.
    pub control_set: String,
    /// `Select\Current`, `Default`, `Failed`, `LastKnownGood`.
    pub select: [Option<u32>; 4],
    /// `ComputerName`
    pub computer_name: Option<String>,
    /// `SetupExecute`
    pub setup_execute: Vec<String>,
    /// `BootExecute`
    pub boot_execute: Vec<String>,
    /// Pairs of `PendingFileRenameOperations` and `PendingFileRenameOperations2`: source, and target; without a
    /// target the source is deleted.
    pub pending_renames: Vec<(String, Option<String>)>,
    /// `SvcHostSplitThresholdInKB`
    pub svchost_split_threshold: Option<u32>,
    /// `Control\Windows\ShutdownTime`
    pub last_shutdown: Option<FileTime>,
    /// The time zone.
    pub time_zone: TimeZone,
    /// Services and drivers in the order of their keys, at most [`MAX_SERVICES`].
    pub services: Vec<Service>,
    /// Paths whose keys could not be read completely, with the reason.
    pub damage: Vec<(String, String)>,
}

/// Services read from one hive. Windows 10 1709 has 737; a long-lived server a few thousand.
pub const MAX_SERVICES: usize = 20_000;

impl SystemState {
    /// The service of that name, in any case of letters.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name.eq_ignore_ascii_case(name))
    }
}

/// Reads what a SYSTEM hive, or an export of its keys, says. `None` if no control set is found.
pub fn system_state(registry: &impl Registry) -> Option<SystemState> {
    let mut damage = Damage::default();
    let select = damage.view("Select", registry.machine_key(r"SYSTEM\Select").as_ref());
    let current = select.dword("Current").unwrap_or(1);
    let candidates =
        [format!("ControlSet{current:03}"), "CurrentControlSet".to_owned(), "ControlSet001".to_owned()];
    let (control_set, root) = candidates.into_iter().find_map(|name| {
        let root = registry.machine_key(&format!(r"SYSTEM\{name}"))?;
        (root.child("Control").is_some() || root.child("Services").is_some()).then_some((name, root))
    })?;
    let control = root.child("Control");
    let mut below = |path: &[&str]| {
        let key = path.iter().try_fold(root.child("Control")?, |key, name| key.child(name))?;
        Some(damage.view(&format!(r"Control\{}", path.join("\\")), Some(&key)))
    };
    let manager = below(&["Session Manager"]).unwrap_or_default();
    let windows = below(&["Windows"]).unwrap_or_default();
    let zone = below(&["TimeZoneInformation"]).unwrap_or_default();
    let name = below(&["ComputerName", "ComputerName"]).unwrap_or_default();
    let mut state = SystemState {
        control_set,
        select: ["Current", "Default", "Failed", "LastKnownGood"].map(|name| select.dword(name)),
        computer_name: name.text("ComputerName"),
        setup_execute: manager.texts("SetupExecute"),
        boot_execute: manager.texts("BootExecute"),
        svchost_split_threshold: damage.view("Control", control.as_ref()).dword("SvcHostSplitThresholdInKB"),
        last_shutdown: match windows.data("ShutdownTime") {
            Some(RegistryData::Binary(_, bytes)) => crate::bytes::u64_at(bytes, 0).map(FileTime),
            _ => None,
        },
        time_zone: TimeZone {
            key_name: zone.text("TimeZoneKeyName").or_else(|| zone.text("StandardName")),
            bias: zone.dword("Bias").map(u32::cast_signed),
            active_bias: zone.dword("ActiveTimeBias").map(u32::cast_signed),
            daylight_disabled: zone.dword("DynamicDaylightTimeDisabled").is_some_and(|value| value != 0),
        },
        ..SystemState::default()
    };
    for value in ["PendingFileRenameOperations", "PendingFileRenameOperations2"] {
        state.pending_renames.extend(renames(&manager, value));
    }
    let services = damage.children("Services", root.child("Services").as_ref());
    for (name, key) in services.into_iter().take(MAX_SERVICES) {
        state.services.push(service(name, &key, &mut damage));
    }
    state.damage = damage.0;
    Some(state)
}

fn service(name: String, registry_key: &impl RegistryKey, damage: &mut Damage) -> Service {
    let path = format!(r"Services\{name}");
    let key = damage.view(&path, Some(registry_key));
    let mut service = Service {
        display_name: key.text("DisplayName"),
        start: key.dword("Start"),
        kind: key.dword("Type"),
        error_control: key.dword("ErrorControl"),
        delayed: key.dword("DelayedAutostart"),
        image_path: key.text("ImagePath"),
        group: key.text("Group"),
        account: key.text("ObjectName"),
        depend_on_service: key.texts("DependOnService"),
        depend_on_group: key.texts("DependOnGroup"),
        delete_flag: key.dword("DeleteFlag"),
        last_written: key.last_written,
        name,
        ..Service::default()
    };
    let parameters = registry_key.child("Parameters").map(|key| damage.view(&path, Some(&key)));
    service.service_dll =
        parameters.and_then(|parameters| parameters.text("ServiceDll")).or_else(|| key.text("ServiceDll"));
    if let Some(instances) = registry_key.child("Instances") {
        service.default_instance = damage.view(&path, Some(&instances)).text("DefaultInstance");
        for (name, instance) in damage.children(&path, Some(&instances)) {
            let instance = damage.view(&path, Some(&instance));
            let (altitude, flags) = (instance.text("Altitude"), instance.dword("Flags"));
            service.instances.push(FilterInstance { name, altitude, flags });
        }
    }
    service
}

/// A list of pairs: an empty target deletes the source. The list is REG_MULTI_SZ with empty items inside, which the
/// usual reading of that type would end at.
fn renames(manager: &KeyView, value: &str) -> Vec<(String, Option<String>)> {
    let items = manager.texts(value);
    items
        .chunks(2)
        .filter_map(|pair| {
            let source = pair.first().filter(|source| !source.is_empty())?;
            Some((source.clone(), pair.get(1).filter(|target| !target.is_empty()).cloned()))
        })
        .collect()
}
