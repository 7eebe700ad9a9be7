//! Gathers the facts that preflight asks for. What cannot be read stays unknown.

use windows::Wdk::System::SystemServices::RtlGetVersion;
use windows::Win32::Storage::FileSystem::{GetDiskFreeSpaceExW, QueryDosDeviceW};
use windows::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX, OSVERSIONINFOW};
use windows::core::{HSTRING, PCWSTR};

use super::Windows;
use crate::error::Result;
use crate::facts::{Facts, WATCHED_SERVICES, our_sessions};
use crate::machine::{Disk, Registry, Services};
use crate::plan::{PMB, SERVICES_KEY};
use crate::sessions::AUTOLOGGER;
use crate::tree::Data;

const CONTROL: &str = r"HKLM\SYSTEM\CurrentControlSet\Control";
const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const CBS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";

pub(super) fn gather(machine: &Windows) -> Result<Facts> {
    let offline = machine.offline.is_some();
    let manager = machine.values(&format!(r"{CONTROL}\Session Manager"));
    let there = |path: &str| machine.entry(path).ok().map(|e| e.is_some());
    let mut facts = Facts {
        administrator: Some(true), // `Windows::open` refuses otherwise
        free_bytes: free_bytes(machine),
        memory_bytes: memory_bytes(),
        bootlog_left: there(PMB),
        setup_execute: manager.value("SetupExecute").map(Data::as_texts).unwrap_or_default(),
        pending_xml: there(r"%SystemRoot%\WinSxS\pending.xml"),
        autologgers: our_sessions(machine.subkeys(AUTOLOGGER)?),
        volumes: volumes(),
        oddities: oddities(machine),
        ..Facts::default()
    };
    // What follows is this Windows's own: an offline one has its own SOFTWARE hive, which is not loaded.
    if !offline {
        let version = machine.values(VERSION);
        let text = |name: &str| version.value(name).map(Data::as_texts).unwrap_or_default().concat();
        let build = text("CurrentBuildNumber");
        let revision = version.value("UBR").and_then(Data::as_dword).unwrap_or_default();
        facts.windows = Some(format!("{} {build}.{revision}", text("ProductName")));
        facts.build = build_number();
        facts.architecture = Some(std::env::consts::ARCH.into());
        facts.reboot_pending =
            Some(machine.subkeys(CBS)?.iter().any(|k| k.eq_ignore_ascii_case("RebootPending")));
        let power = machine.values(&format!(r"{CONTROL}\Session Manager\Power"));
        facts.fast_startup = power.value("HiberbootEnabled").and_then(Data::as_dword).map(|n| n != 0);
        let bitlocker = machine.values(&format!(r"{CONTROL}\BitLockerStatus"));
        facts.bitlocker = bitlocker.value("BootStatus").and_then(Data::as_dword).map(|n| n != 0);
        let watched = |name: &str| WATCHED_SERVICES.iter().any(|w| w.eq_ignore_ascii_case(name));
        facts.services = machine.services()?.into_iter().filter(|s| watched(&s.name)).collect();
        facts.procmon = find_procmon();
    }
    for name in machine.subkeys(SERVICES_KEY)? {
        let key = format!(r"{SERVICES_KEY}\{name}");
        for instance in machine.subkeys(&format!(r"{key}\Instances"))? {
            let values = machine.values(&format!(r"{key}\Instances\{instance}"));
            let altitude = values.value("Altitude").map(Data::as_texts).unwrap_or_default().concat();
            facts.filters.push((name.clone(), altitude));
        }
        let start = name.to_ascii_uppercase().starts_with("PROCMON").then(|| machine.values(&key));
        if start.is_some_and(|t| t.value("Start").and_then(Data::as_dword) == Some(0)) {
            facts.procmon_armed.push(name);
        }
    }
    Ok(facts)
}

/// Process Monitor in a folder below Program Files, which only administrators can write. Never in PATH, the current
/// folder or a download folder.
fn find_procmon() -> Option<String> {
    let drive: String = super::windows_folder().ok()?.to_string_lossy().chars().take(2).collect();
    let folders = ["SysinternalsSuite", "Sysinternals", "Sysinternals Suite", "ProcessMonitor"];
    let mut paths = folders.iter().map(|f| format!(r"{drive}\Program Files\{f}\Procmon64.exe"));
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
    // A path, DOMAIN\user or user@domain gives its parts.
    let mut words: Vec<String> =
        words.iter().flat_map(|w| w.rsplit(['\\', '@']).take(2)).map(str::to_owned).collect();
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
