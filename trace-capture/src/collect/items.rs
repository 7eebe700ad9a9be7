//! What an escalation asks for, as a table.

/// Where something comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Files of a folder whose names match (one `*` stands for anything), not below it.
    Files {
        /// The folder below `%SystemRoot%`, empty for `%SystemRoot%` itself, or after `{drive}` below its drive.
        folder: &'static str,
        /// The pattern of names.
        name: &'static str,
    },
    /// What a program of System32 prints.
    Output {
        /// The program's file.
        program: &'static str,
        /// Its arguments.
        args: &'static [&'static str],
    },
    /// The file that a program of System32 writes; `{out}` among its arguments is that file.
    Written {
        /// The program's file.
        program: &'static str,
        /// Its arguments.
        args: &'static [&'static str],
    },
}

/// Something to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it comes from.
    pub from: From,
    /// Its name in the bundle; for files the folder, with `/` at the end.
    pub to: &'static str,
    /// Whether `--redact` leaves it out, because names in it cannot be masked without breaking it.
    pub binary: bool,
}

const fn files(folder: &'static str, name: &'static str, to: &'static str) -> Item {
    Item { from: From::Files { folder, name }, to, binary: false }
}

const fn sealed(folder: &'static str, name: &'static str, to: &'static str) -> Item {
    Item { from: From::Files { folder, name }, to, binary: true }
}

const fn output(program: &'static str, args: &'static [&'static str], to: &'static str) -> Item {
    Item { from: From::Output { program, args }, to, binary: false }
}

const fn export(args: &'static [&'static str], to: &'static str) -> Item {
    Item { from: From::Written { program: "reg.exe", args }, to, binary: false }
}

const fn hive(args: &'static [&'static str], to: &'static str) -> Item {
    Item { from: From::Written { program: "reg.exe", args }, to, binary: true }
}

const fn events(args: &'static [&'static str], to: &'static str) -> Item {
    Item { from: From::Written { program: "wevtutil.exe", args }, to, binary: true }
}

/// All there is to collect, the traces first: they are what cannot be had again.
pub const ITEMS: &[Item] = &[
    files(r"bootrace\traces", "*", "traces/"),
    files("", "Procmon.pmb", "traces/"),
    files("bootrace", "journal*.jsonl", "capture/"),
    files("bootrace", "services-before.json", "capture/"),
    // What the servicing stack says and plans.
    files(r"Logs\CBS", "*.log", "Windows/Logs/CBS/"),
    sealed(r"Logs\CBS", "*.cab", "Windows/Logs/CBS/"),
    files("WinSxS", "poqexec.log", "Windows/WinSxS/"),
    files("WinSxS", "pending.xml*", "Windows/WinSxS/"),
    files(r"WinSxS\Temp\LogFiles", "NtfsLog.etl", "Windows/WinSxS/Temp/LogFiles/"),
    files(r"servicing\Sessions", "*.xml", "Windows/servicing/Sessions/"),
    files("INF", "setupapi*.log", "Windows/INF/"),
    files(r"Logs\DISM", "*.log", "Windows/Logs/DISM/"),
    files(r"Logs\DPX", "*.log", "Windows/Logs/DPX/"),
    files(r"Logs\MoSetup", "*.log", "Windows/Logs/MoSetup/"),
    files(r"Logs\WindowsUpdate", "*.etl", "Windows/Logs/WindowsUpdate/"),
    files("SoftwareDistribution", "ReportingEvents.log", "Windows/SoftwareDistribution/"),
    files("Panther", "setup*.log", "Windows/Panther/"),
    files(r"{drive}\$WINDOWS.~BT\Sources\Panther", "*.log", "WindowsBT/Sources/Panther/"),
    files(r"{drive}\$WINDOWS.~BT\Sources\Panther", "*.xml", "WindowsBT/Sources/Panther/"),
    sealed(r"{drive}\$WINDOWS.~BT\Sources\Panther", "*.etl", "WindowsBT/Sources/Panther/"),
    files(r"System32\LogFiles\Scm", "SCM.EVM*", "Windows/System32/LogFiles/Scm/"),
    events(&["epl", "System", "{out}", "/ow:true"], "events/System.evtx"),
    events(&["epl", "Setup", "{out}", "/ow:true"], "events/Setup.evtx"),
    events(&["epl", "Application", "{out}", "/ow:true"], "events/Application.evtx"),
    events(
        &["epl", "Microsoft-Windows-AppXDeployment/Operational", "{out}", "/ow:true"],
        "events/AppXDeployment.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-AppXDeploymentServer/Operational", "{out}", "/ow:true"],
        "events/AppXDeploymentServer.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-AppReadiness/Admin", "{out}", "/ow:true"],
        "events/AppReadiness-Admin.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-AppReadiness/Operational", "{out}", "/ow:true"],
        "events/AppReadiness-Operational.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-WindowsUpdateClient/Operational", "{out}", "/ow:true"],
        "events/WindowsUpdateClient.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-UserPnp/DeviceInstall", "{out}", "/ow:true"],
        "events/DeviceInstall.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-CodeIntegrity/Operational", "{out}", "/ow:true"],
        "events/CodeIntegrity.evtx",
    ),
    events(&["epl", "Microsoft-Windows-Ntfs/Operational", "{out}", "/ow:true"], "events/Ntfs.evtx"),
    events(
        &["epl", "Microsoft-Windows-Windows Defender/Operational", "{out}", "/ow:true"],
        "events/Defender.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-Kernel-PnP/Configuration", "{out}", "/ow:true"],
        "events/KernelPnP-Configuration.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-AppLocker/EXE and DLL", "{out}", "/ow:true"],
        "events/AppLocker-ExeAndDll.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-AppLocker/MSI and Script", "{out}", "/ow:true"],
        "events/AppLocker-MsiAndScript.evtx",
    ),
    events(
        &["epl", "Microsoft-Windows-Kernel-EventTracing/Admin", "{out}", "/ow:true"],
        "events/KernelEventTracing.evtx",
    ),
    // The registry: as text what is read most, as hives what a tool reads.
    export(
        &[
            "export",
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing",
            "{out}",
            "/y",
        ],
        "registry/ComponentBasedServicing.reg",
    ),
    export(
        &[
            "export",
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\SideBySide\Configuration",
            "{out}",
            "/y",
        ],
        "registry/SideBySideConfiguration.reg",
    ),
    export(
        &["export", r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "{out}", "/y"],
        "registry/SessionManager.reg",
    ),
    export(
        &["export", r"HKLM\SYSTEM\CurrentControlSet\Control\WMI\Autologger", "{out}", "/y"],
        "registry/Autologger.reg",
    ),
    export(
        &[
            "export",
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\EndOfLife",
            "{out}",
            "/y",
        ],
        "registry/AppxEndOfLife.reg",
    ),
    export(
        &["export", r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", "{out}", "/y"],
        "registry/WindowsUpdatePolicy.reg",
    ),
    hive(&["save", r"HKLM\SYSTEM", "{out}", "/y"], "hives/SYSTEM"),
    // Loaded only while servicing works; then the file is locked, and otherwise the key is not there.
    hive(&["save", r"HKLM\COMPONENTS", "{out}", "/y"], "hives/COMPONENTS"),
    sealed(r"System32\config", "COMPONENTS*", "Windows/System32/config/"),
    // The machine.
    output(
        "dism.exe",
        &["/Online", "/English", "/Get-Packages", "/Format:List"],
        "commands/dism-packages.txt",
    ),
    output(
        r"WindowsPowerShell\v1.0\powershell.exe",
        &[
            "-NoProfile",
            "-NonInteractive",
            "-Command",
            "Get-HotFix | Sort-Object InstalledOn | Format-List HotFixID,Description,InstalledOn",
        ],
        "commands/hotfixes.txt",
    ),
    output("systeminfo.exe", &[], "commands/systeminfo.txt"),
    output("sc.exe", &["queryex", "type=", "all", "state=", "all"], "commands/sc-queryex.txt"),
    output("driverquery.exe", &["/V", "/FO", "CSV"], "commands/drivers.csv"),
    output("pnputil.exe", &["/enum-drivers"], "commands/pnputil-drivers.txt"),
    output("fltmc.exe", &["filters"], "commands/fltmc-filters.txt"),
    output("fltmc.exe", &["instances"], "commands/fltmc-instances.txt"),
    output("tasklist.exe", &["/SVC"], "commands/tasklist-services.txt"),
    // Volumes, and the transactional NTFS and registry that servicing commits with.
    output("fsutil.exe", &["fsinfo", "ntfsinfo", "{drive}"], "commands/fsutil-ntfsinfo.txt"),
    output("fsutil.exe", &["volume", "diskfree", "{drive}"], "commands/fsutil-diskfree.txt"),
    output("fsutil.exe", &["dirty", "query", "{drive}"], "commands/fsutil-dirty.txt"),
    output("fsutil.exe", &["resource", "info", r"{drive}\"], "commands/fsutil-txf.txt"),
    output(
        "fsutil.exe",
        &["resource", "info", r"%SystemRoot%\System32\config\TxR"],
        "commands/fsutil-txr.txt",
    ),
    output("fsutil.exe", &["transaction", "list"], "commands/fsutil-transactions.txt"),
    output("bcdedit.exe", &["/enum", "all"], "commands/bcdedit.txt"),
];

/// Whether a name matches a pattern with at most one `*`. Case does not count.
#[must_use]
pub fn matches(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.to_ascii_lowercase(), pattern.to_ascii_lowercase());
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_they_read() {
        assert!(matches("CbsPersist_1.LOG", "*.log") && matches("pending.xml.bad", "pending.xml*"));
        assert!(matches("setupapi.dev.log", "setupapi*.log") && matches("x", "*"));
        assert!(!matches(".lo", "*.log") && !matches("aba", "ab*ba"));
    }

    #[test]
    fn names_in_the_bundle_are_relative_and_do_not_clash() {
        let mut fixed = Vec::new();
        for item in ITEMS {
            assert!(!item.to.starts_with('/') && !item.to.contains("..") && !item.to.contains('\\'));
            match item.from {
                From::Files { .. } => assert!(item.to.ends_with('/')),
                From::Written { args, .. } => {
                    assert!(args.contains(&"{out}"));
                    fixed.push(item.to);
                }
                From::Output { .. } => fixed.push(item.to),
            }
        }
        let count = fixed.len();
        fixed.sort_unstable();
        fixed.dedup();
        assert_eq!(fixed.len(), count);
    }
}
