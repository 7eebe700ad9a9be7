//! Drivers and libraries.

/// A driver or library.
pub(crate) struct Image {
    /// File name.
    pub(crate) name: &'static str,
    /// Folder, with the places of [`crate::Machine::fill`].
    pub(crate) folder: &'static str,
    /// Bytes mapped.
    pub(crate) size: u32,
    /// File description.
    pub(crate) description: &'static str,
}

const fn image(name: &'static str, folder: &'static str, size: u32, description: &'static str) -> Image {
    Image { name, folder, size, description }
}

const SYSTEM32: &str = r"C:\Windows\System32";
const STACK: &str = "{stack}";
const DRIVER_FOLDER: &str = r"C:\Windows\System32\drivers";

/// What the System process has loaded.
#[rustfmt::skip]
pub(crate) const DRIVERS: &[Image] = &[
    image("ntoskrnl.exe", SYSTEM32, 0x00a6_b000, "NT Kernel & System"),
    image("hal.dll", SYSTEM32, 0x0008_f000, "Hardware Abstraction Layer DLL"),
    image("CI.dll", SYSTEM32, 0x000b_7000, "Code Integrity Module"),
    image("FLTMGR.SYS", DRIVER_FOLDER, 0x0006_7000, "Microsoft Filesystem Filter Manager"),
    image("ksecdd.sys", DRIVER_FOLDER, 0x0002_9000, "Kernel Security Support Provider Interface"),
    image("partmgr.sys", DRIVER_FOLDER, 0x0002_b000, "Partition driver"),
    image("volmgr.sys", DRIVER_FOLDER, 0x0001_a000, "Volume Manager Driver"),
    image("storport.sys", DRIVER_FOLDER, 0x000a_3000, "Microsoft Storage Port Driver"),
    image("disk.sys", DRIVER_FOLDER, 0x0001_c000, "PnP Disk Driver"),
    image("Ntfs.sys", DRIVER_FOLDER, 0x0026_e000, "NT File System Driver"),
    image("ndis.sys", DRIVER_FOLDER, 0x0015_b000, "Network Driver Interface Specification (NDIS)"),
    image("tcpip.sys", DRIVER_FOLDER, 0x002b_c000, "TCP/IP Driver"),
    image("intelppm.sys", DRIVER_FOLDER, 0x0003_e000, "Processor Device Driver"),
    image("mup.sys", DRIVER_FOLDER, 0x0002_4000, "Multiple UNC Provider Driver"),
    image("WdFilter.sys", DRIVER_FOLDER, 0x0005_e000, "Microsoft antimalware file system filter driver"),
    image("PROCMON24.SYS", DRIVER_FOLDER, 0x0001_a000, "Process Monitor Driver"),
];

/// What other processes load.
#[rustfmt::skip]
pub(crate) const LIBRARIES: &[Image] = &[
    image("ntdll.dll", SYSTEM32, 0x001e_d000, "NT Layer DLL"),
    image("kernel32.dll", SYSTEM32, 0x000b_3000, "Windows NT BASE API Client DLL"),
    image("KernelBase.dll", SYSTEM32, 0x0029_3000, "Windows NT BASE API Client DLL"),
    image("rpcrt4.dll", SYSTEM32, 0x0012_2000, "Remote Procedure Call Runtime"),
    image("sechost.dll", SYSTEM32, 0x0009_e000, "Host for SCM/SDDL/LSA Lookup APIs"),
    image("ucrtbase.dll", SYSTEM32, 0x000f_a000, "Microsoft® C Runtime Library"),
    image("combase.dll", SYSTEM32, 0x0032_d000, "Microsoft COM for Windows"),
    image("advapi32.dll", SYSTEM32, 0x000a_3000, "Advanced Windows 32 Base API"),
    image("csrsrv.dll", SYSTEM32, 0x0001_3000, "Client Server Runtime Process"),
    image("wcp.dll", STACK, 0x003c_8000, "Windows Componentization Platform Servicing API"),
    image("CbsCore.dll", STACK, 0x0023_1000, "Component Based Servicing Core DLL"),
    image("drupdate.dll", STACK, 0x0005_d000, "Driver Servicing"),
    image("smiengine.dll", STACK, 0x000c_d000, "WMI Configuration Core"),
    image("wdscore.dll", STACK, 0x0004_0000, "Panther Engine Module"),
    image("drvstore.dll", SYSTEM32, 0x0013_1000, "Driver Store API"),
    image("wer.dll", SYSTEM32, 0x000b_4000, "Windows Error Reporting DLL"),
    image("setupapi.dll", SYSTEM32, 0x0047_1000, "Windows Setup API"),
    image("cfgmgr32.dll", SYSTEM32, 0x0004_a000, "Configuration Manager DLL"),
    image("AppXDeploymentServer.dll", SYSTEM32, 0x0028_a000, "AppX Deployment Server DLL"),
    image("AppReadiness.dll", SYSTEM32, 0x000a_e000, "AppReadiness"),
    image("Windows.StateRepository.dll", SYSTEM32, 0x004b_1000, "Windows StateRepository API Server"),
    image("umpnpmgr.dll", SYSTEM32, 0x0003_a000, "User-mode Plug-and-Play Service"),
    image("rpcss.dll", SYSTEM32, 0x0010_7000, "Distributed COM Services"),
    image("wbemcore.dll", r"C:\Windows\System32\wbem", 0x0017_6000, "Windows Management Instrumentation"),
];
