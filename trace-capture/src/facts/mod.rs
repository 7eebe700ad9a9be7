//! Facts of a machine that arming depends on. Pure data.

mod preflight;

pub use preflight::{Finding, LEAST_BUILD, Severity, preflight};

use serde::{Deserialize, Serialize};

use crate::machine::Service;
use crate::sessions::Session;

/// What is known of the machine. Absent means not known, as for a plan printed on another system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Product name and version, as Windows says it.
    pub windows: Option<String>,
    /// Build number, such as 17763.
    pub build: Option<u32>,
    /// Processor architecture as Windows names it: `x86`, `AMD64`, `ARM64`.
    pub architecture: Option<String>,
    /// Logical CPUs. ETW writes a buffer for each of them at each tick.
    pub cpus: Option<u32>,
    /// Windows' count of its boots.
    pub boot: Option<u32>,
    /// Whether the process has administrator rights.
    pub administrator: Option<bool>,
    /// Free bytes on the Windows volume.
    pub free_bytes: Option<u64>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Process Monitor, where it was found in a folder that only administrators can write.
    pub procmon: Option<String>,
    /// A boot log that nobody has converted: `%SystemRoot%\Procmon.pmb`.
    pub bootlog_left: Option<bool>,
    /// Process Monitor drivers set to start at boot.
    pub procmon_armed: Vec<String>,
    /// Lines of `Session Manager\SetupExecute`: what smss runs at the next boot (poqexec).
    pub setup_execute: Vec<String>,
    /// Whether `%SystemRoot%\WinSxS\pending.xml` is there.
    pub pending_xml: Option<bool>,
    /// Whether CBS has a `RebootPending` key.
    pub reboot_pending: Option<bool>,
    /// Start type of the FileInfo driver, from which ETW's file events come: 4 is disabled.
    pub fileinfo_start: Option<u32>,
    /// The folder of this program, where users can write to it.
    pub open_folder: Option<String>,
    /// Whether BitLocker protects the Windows volume.
    pub bitlocker: Option<bool>,
    /// Whether a shutdown is a hibernation (Fast Startup).
    pub fast_startup: Option<bool>,
    /// AutoLogger keys whose name is one of ours.
    pub autologgers: Vec<String>,
    /// The services that servicing leans on.
    pub services: Vec<Service>,
    /// Minifilter drivers: name and altitude.
    pub filters: Vec<(String, String)>,
    /// NT device and drive letter of each volume: an ETL file names files by device only.
    pub volumes: Vec<(String, String)>,
    /// Oddities seen with failing updates that are here.
    pub oddities: Vec<String>,
    /// What could not be read, and why. It stops nothing.
    pub unknown: Vec<String>,
}

/// The services whose start type preflight looks at: disabled ones are known to make updates roll back.
pub const WATCHED_SERVICES: &[&str] = &["TrustedInstaller", "AppXSVC", "AppReadiness"];

/// Names of `keys` that are sessions of ours.
#[cfg_attr(not(windows), expect(dead_code, reason = "facts are gathered on Windows"))]
pub(crate) fn our_sessions(keys: Vec<String>) -> Vec<String> {
    keys.into_iter().filter(|k| Session::named(k).is_some()).collect()
}

/// Bytes for people: `1.5 GB`, `300 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const MB: u64 = 1 << 20;
    const GB: u64 = 1 << 30;
    if bytes >= GB {
        let tenths = bytes / (GB / 10);
        format!("{}.{} GB", tenths / 10, tenths % 10)
    } else if bytes >= MB {
        format!("{} MB", bytes / MB)
    } else if bytes >= 1024 {
        format!("{} KB", bytes / 1024)
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(3 << 20), "3 MB");
        assert_eq!(size(3 << 29), "1.5 GB");
    }
}
