//! Gathers the facts that preflight asks for. What cannot be read stays unknown.

use std::path::Path;

use windows::Wdk::System::SystemServices::RtlGetVersion;
use windows::Win32::Storage::FileSystem::{GetDiskFreeSpaceExW, QueryDosDeviceW};
use windows::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX, OSVERSIONINFOW};
use windows::Win32::System::Threading::{ALL_PROCESSOR_GROUPS, GetActiveProcessorCount};
use windows::core::{HSTRING, PCWSTR};

use super::{Windows, security};
use crate::error::Result;
use crate::facts::{Facts, WATCHED_SERVICES, our_sessions};
use crate::journal::is_driver;
use crate::machine::{Disk, Registry, Services};
use crate::plan::{PMB, SERVICES_KEY};
use crate::sessions::AUTOLOGGER;
use crate::tree::Data;

const CONTROL: &str = r"HKLM\SYSTEM\CurrentControlSet\Control";
const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const CBS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";

/// What cannot be read is unknown, with its reason, and stops nothing.
pub(super) fn gather(machine: &Windows) -> Facts {
    let mut facts = Facts {
        administrator: Some(true), // `Windows::open` refuses otherwise
        free_bytes: free_bytes(machine),
        oddities: oddities(machine),
        ..Facts::default()
    };
    pending(machine, &mut facts);
    drivers(machine, &mut facts);
    match machine.subkeys(AUTOLOGGER) {
        Ok(keys) => facts.autologgers = our_sessions(keys),
        Err(error) => facts.unknown.push(format!("the AutoLogger sessions: {error}")),
    }
    // What follows is of the Windows that runs; of an offline one only its SYSTEM hive is loaded.
    if machine.offline.is_none() {
        running(machine, &mut facts);
    }
    facts
}

fn pending(machine: &Windows, facts: &mut Facts) {
    let manager = machine.values(&format!(r"{CONTROL}\Session Manager"));
    facts.setup_execute = manager.value("SetupExecute").map(Data::as_texts).unwrap_or_default();
    let mut there = |path: &str| match machine.entry(path) {
        Ok(entry) => Some(entry.is_some()),
        Err(error) => {
            facts.unknown.push(error.to_string());
            None
        }
    };
    (facts.pending_xml, facts.bootlog_left) = (there(r"%SystemRoot%\WinSxS\pending.xml"), there(PMB));
    let number = |key: &str, name: &str| {
        machine.values(&format!(r"{CONTROL}\{key}")).value(name).and_then(Data::as_dword)
    };
    facts.boot = number(r"Session Manager\Memory Management\PrefetchParameters", "BootId");
    facts.fast_startup = number(r"Session Manager\Power", "HiberbootEnabled").map(|n| n != 0);
    facts.bitlocker = number("BitLockerStatus", "BootStatus").map(|n| n != 0);
    let environment = machine.values(&format!(r"{CONTROL}\Session Manager\Environment"));
    facts.architecture = environment.value("PROCESSOR_ARCHITECTURE").map(|d| d.as_texts().concat());
}

fn running(machine: &Windows, facts: &mut Facts) {
    let version = machine.values(VERSION);
    let text = |name: &str| version.value(name).map(Data::as_texts).unwrap_or_default().concat();
    let revision = version.value("UBR").and_then(Data::as_dword).unwrap_or_default();
    facts.windows = Some(format!("{} {}.{revision}", text("ProductName"), text("CurrentBuildNumber")));
    facts.build = build_number();
    facts.cpus = cpus();
    facts.memory_bytes = memory_bytes();
    facts.volumes = volumes();
    facts.procmon = find_procmon(facts.architecture.as_deref());
    let own = std::env::current_exe().ok();
    facts.open_folder = own.as_deref().and_then(Path::parent).and_then(security::open_folder);
    match machine.subkeys(CBS) {
        Ok(keys) => facts.reboot_pending = Some(keys.iter().any(|k| k.eq_ignore_ascii_case("RebootPending"))),
        Err(error) => facts.unknown.push(format!("whether a restart is pending: {error}")),
    }
    let watched = |name: &str| WATCHED_SERVICES.iter().any(|w| w.eq_ignore_ascii_case(name));
    match machine.services() {
        Ok(services) => facts.services = services.into_iter().filter(|s| watched(&s.name)).collect(),
        Err(error) => facts.unknown.push(format!("the services: {error}")),
    }
}

/// Minifilters, FileInfo, and Process Monitor's drivers.
fn drivers(machine: &Windows, facts: &mut Facts) {
    let start = |name: &str| {
        machine.values(&format!(r"{SERVICES_KEY}\{name}")).value("Start").and_then(Data::as_dword)
    };
    facts.fileinfo_start = start("FileInfo");
    let names = machine.subkeys(SERVICES_KEY).unwrap_or_else(|error| {
        facts.unknown.push(format!("the drivers: {error}"));
        vec![]
    });
    for name in names {
        let instances = format!(r"{SERVICES_KEY}\{name}\Instances");
        for instance in machine.subkeys(&instances).unwrap_or_default() {
            let values = machine.values(&format!(r"{instances}\{instance}"));
            let altitude = values.value("Altitude").map(Data::as_texts).unwrap_or_default().concat();
            facts.filters.push((name.clone(), altitude));
        }
        if is_driver(&name) && start(&name) == Some(0) {
            facts.procmon_armed.push(name);
        }
    }
}

/// CPUs of all processor groups.
fn cpus() -> Option<u32> {
    // SAFETY: takes a number.
    let count = unsafe { GetActiveProcessorCount(ALL_PROCESSOR_GROUPS) };
    (count > 0).then_some(count)
}

/// Process Monitor in a folder below Program Files, which only administrators can write. Never in PATH, the current
/// folder or a download folder.
fn find_procmon(architecture: Option<&str>) -> Option<String> {
    let is_arm = architecture.is_some_and(|a| a.eq_ignore_ascii_case("ARM64"));
    let name = if is_arm { "Procmon64a.exe" } else { "Procmon64.exe" };
    let drive: String = super::windows_folder().ok()?.to_string_lossy().chars().take(2).collect();
    let folders = ["SysinternalsSuite", "Sysinternals", "Sysinternals Suite", "ProcessMonitor"];
    let mut paths = folders.iter().map(|f| format!(r"{drive}\Program Files\{f}\{name}"));
    paths.find(|p| std::path::Path::new(p).is_file())
}

fn free_bytes(machine: &Windows) -> Option<u64> {
    let folder = HSTRING::from(machine.root.as_path());
    let mut free = 0;
    // SAFETY: the path and the number outlive the call.
    unsafe { GetDiskFreeSpaceExW(PCWSTR(folder.as_ptr()), Some(&mut free), None, None) }.ok()?;
    Some(free)
}

/// The build, by the kernel: the registry's copy is known to be edited.
fn build_number() -> Option<u32> {
    let length = u32::try_from(size_of::<OSVERSIONINFOW>()).ok()?;
    let mut version = OSVERSIONINFOW { dwOSVersionInfoSize: length, ..OSVERSIONINFOW::default() };
    // SAFETY: the structure says its own size and outlives the call.
    unsafe { RtlGetVersion(&mut version) }.ok().ok()?;
    Some(version.dwBuildNumber)
}

fn memory_bytes() -> Option<u64> {
    let length = u32::try_from(size_of::<MEMORYSTATUSEX>()).ok()?;
    let mut status = MEMORYSTATUSEX { dwLength: length, ..MEMORYSTATUSEX::default() };
    // SAFETY: the structure says its own size and outlives the call.
    unsafe { GlobalMemoryStatusEx(&mut status) }.ok()?;
    Some(status.ullTotalPhys)
}

/// The computer's name, its domains, and the users whose profiles are here.
pub(super) fn private_words(machine: &Windows) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut take = |key: &str, names: &[&str]| {
        let values = machine.values(key);
        words.extend(names.iter().filter_map(|n| values.value(n)).flat_map(Data::as_texts));
    };
    take(&format!(r"{CONTROL}\ComputerName\ComputerName"), &["ComputerName"]);
    take(
        r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters",
        &["Hostname", "NV Hostname", "Domain", "NV Domain", "DhcpDomain"],
    );
    take(
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
        &["RegisteredOwner", "RegisteredOrganization"],
    );
    take(
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon",
        &["DefaultUserName", "DefaultDomainName"],
    );
    take(
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI",
        &["LastLoggedOnUser", "LastLoggedOnSAMUser", "LastLoggedOnDisplayName"],
    );
    let profiles = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
    for sid in machine.subkeys(profiles)?.iter().filter(|sid| sid.starts_with("S-1-5-21-")) {
        take(&format!(r"{profiles}\{sid}"), &["ProfileImagePath"]);
    }
    // A path, DOMAIN\user or user@domain gives its parts; a full name its names too.
    let parts = words.iter().flat_map(|w| w.rsplit(['\\', '@']).take(2));
    let names = parts.clone().filter(|w| !w.is_ascii() || w.contains(", ")).flat_map(|w| w.split([' ', ',']));
    let mut words: Vec<String> = parts.chain(names).map(str::to_owned).collect();
    words.sort();
    words.dedup();
    Ok(words)
}

/// NT device and drive letter: `\Device\HarddiskVolume3`, `C:`.
fn volumes() -> Vec<(String, String)> {
    let letters = (b'A'..=b'Z').map(|letter| format!("{}:", char::from(letter)));
    letters
        .filter_map(|letter| {
            let mut target = [0u16; 512];
            let name = HSTRING::from(&letter);
            // SAFETY: name and buffer outlive the call, which gets the buffer's length.
            let length = unsafe { QueryDosDeviceW(PCWSTR(name.as_ptr()), Some(&mut target)) };
            let text = target.split(|u| *u == 0).next().filter(|t| length > 0 && !t.is_empty())?;
            Some((String::from_utf16_lossy(text), letter))
        })
        .collect()
}

/// What was seen beside failing updates, and is looked for because it costs nothing.
fn oddities(machine: &Windows) -> Vec<String> {
    let mut found = Vec::new();
    if machine.entry(r"%SystemRoot%\Logs\HomeGroup").is_ok_and(|e| e.is_some()) {
        found.push(r"the folder %SystemRoot%\Logs\HomeGroup exists".to_owned());
    }
    // Ghost devices of the class SoftwareDevice by the thousand were seen to exhaust the registry transaction log.
    let devices = machine.subkeys(r"HKLM\SYSTEM\CurrentControlSet\Enum\SWD").unwrap_or_default();
    for class in devices {
        let count = machine
            .subkeys(&format!(r"HKLM\SYSTEM\CurrentControlSet\Enum\SWD\{class}"))
            .unwrap_or_default()
            .len();
        if count > 1000 {
            found.push(format!(r"{count} devices below Enum\SWD\{class}"));
        }
    }
    found
}
