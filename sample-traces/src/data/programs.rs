//! Programs that run at a boot, and services.

/// A program as the process table shows it.
pub(crate) struct Program {
    /// Its name in scenarios.
    pub(crate) key: &'static str,
    /// The program that starts it.
    pub(crate) parent: &'static str,
    /// Image path, with the places of [`crate::Machine::fill`].
    pub(crate) image: &'static str,
    /// Command line, likewise.
    pub(crate) command: &'static str,
    /// Account.
    pub(crate) user: &'static str,
    /// Terminal services session.
    pub(crate) session: u32,
    /// File description.
    pub(crate) description: &'static str,
    /// Libraries beyond those that every program of its kind loads.
    pub(crate) libraries: &'static [&'static str],
    /// Whether it runs without the Win32 subsystem.
    pub(crate) native: bool,
}

const SYSTEM: &str = r"NT AUTHORITY\SYSTEM";
const NETWORK: &str = r"NT AUTHORITY\NETWORK SERVICE";
const LOCAL: &str = r"NT AUTHORITY\LOCAL SERVICE";

const BASE: Program = Program {
    key: "",
    parent: "services",
    image: r"C:\Windows\System32\svchost.exe",
    command: "",
    user: SYSTEM,
    session: 0,
    description: "Host Process for Windows Services",
    libraries: &[],
    native: false,
};

const fn host(
    key: &'static str,
    command: &'static str,
    user: &'static str,
    libraries: &'static [&'static str],
) -> Program {
    Program { key, command, user, libraries, ..BASE }
}

#[rustfmt::skip]
pub(crate) const PROGRAMS: &[Program] = &[
    Program { key: "Registry", parent: "System", image: "Registry", description: "", native: true, ..BASE },
    Program { key: "smss", parent: "System", image: r"C:\Windows\System32\smss.exe", command: r"\SystemRoot\System32\smss.exe", description: "Windows Session Manager", native: true, ..BASE },
    Program { key: "autochk", parent: "smss", image: r"C:\Windows\System32\autochk.exe", command: r"\??\C:\Windows\system32\autochk.exe *", description: "Auto Check Utility", native: true, ..BASE },
    Program { key: "poqexec", parent: "smss", image: r"C:\Windows\System32\poqexec.exe", command: r"C:\Windows\System32\poqexec.exe /display_progress \SystemRoot\WinSxS\pending.xml", description: "Primitive Operations Queue Executor", native: true, ..BASE },
    Program { key: "csrss", parent: "smss", image: r"C:\Windows\System32\csrss.exe", command: r"%SystemRoot%\system32\csrss.exe ObjectDirectory=\Windows SharedSection=1024,20480,768 Windows=On SubSystemType=Windows ServerDll=basesrv,1 ServerDll=winsrv:UserServerDllInitialization,3 ServerDll=sxssrv,4 ProfileControl=Off MaxRequestThreads=16", description: "Client Server Runtime Process", libraries: &["csrsrv.dll"], native: true, ..BASE },
    Program { key: "wininit", parent: "smss", image: r"C:\Windows\System32\wininit.exe", command: "wininit.exe", description: "Windows Start-Up Application", ..BASE },
    Program { key: "winlogon", parent: "smss", image: r"C:\Windows\System32\winlogon.exe", command: "winlogon.exe", session: 1, description: "Windows Logon Application", ..BASE },
    Program { key: "services", parent: "wininit", image: r"C:\Windows\System32\services.exe", command: r"C:\Windows\system32\services.exe", description: "Services and Controller app", ..BASE },
    Program { key: "lsass", parent: "wininit", image: r"C:\Windows\System32\lsass.exe", command: r"C:\Windows\system32\lsass.exe", description: "Local Security Authority Process", ..BASE },
    host("dcomlaunch", r"C:\Windows\system32\svchost.exe -k DcomLaunch -p", SYSTEM, &["combase.dll", "umpnpmgr.dll", "rpcss.dll"]),
    host("rpcss", r"C:\Windows\system32\svchost.exe -k RPCSS -p", NETWORK, &["rpcss.dll"]),
    host("netsvcs", r"C:\Windows\system32\svchost.exe -k netsvcs -p", SYSTEM, &["combase.dll"]),
    host("localservice", r"C:\Windows\System32\svchost.exe -k LocalServiceNetworkRestricted -p", LOCAL, &[]),
    host("networkservice", r"C:\Windows\System32\svchost.exe -k NetworkService -p", NETWORK, &[]),
    host("wsappx", r"C:\Windows\system32\svchost.exe -k wsappx -p", SYSTEM, &["combase.dll"]),
    host("appreadiness", r"C:\Windows\System32\svchost.exe -k AppReadiness -p", SYSTEM, &["combase.dll"]),
    host("appmodel", r"C:\Windows\system32\svchost.exe -k appmodel -p", SYSTEM, &["combase.dll"]),
    Program { key: "wmiprvse", parent: "dcomlaunch", image: r"C:\Windows\System32\wbem\WmiPrvSE.exe", command: r"C:\Windows\system32\wbem\wmiprvse.exe", user: NETWORK, description: "WMI Provider Host", libraries: &["combase.dll", "wbemcore.dll"], ..BASE },
    Program { key: "trustedinstaller", image: r"C:\Windows\servicing\TrustedInstaller.exe", command: r"C:\Windows\servicing\TrustedInstaller.exe", description: "Windows Modules Installer", libraries: &["combase.dll"], ..BASE },
    Program { key: "tiworker", parent: "dcomlaunch", image: r"{stack}\TiWorker.exe", command: r"{stack}\TiWorker.exe -Embedding", description: "Windows Modules Installer Worker", libraries: &["combase.dll", "wdscore.dll", "CbsCore.dll", "wcp.dll", "drupdate.dll", "drvstore.dll", "smiengine.dll", "setupapi.dll", "cfgmgr32.dll"], ..BASE },
    Program { key: "drvinst", parent: "dcomlaunch", image: r"C:\Windows\System32\drvinst.exe", command: r#"DrvInst.exe "1" "0" "ROOT\SYSTEM\0000" "" "" "48d1c1c2f" "0000000000000000""#, description: "Driver Installation Module", libraries: &["setupapi.dll", "cfgmgr32.dll"], ..BASE },
    Program { key: "command", parent: "tiworker", image: r"C:\Windows\System32\lodctr.exe", command: r"C:\Windows\System32\lodctr.exe /m:C:\Windows\INF\.NETFramework\corperfmonsymbols.ini", description: "Load PerfMon Counters", ..BASE },
    Program { key: "wermgr", parent: "tiworker", image: r"C:\Windows\System32\wermgr.exe", command: r"C:\Windows\system32\wermgr.exe -upload", description: "Windows Problem Reporting", ..BASE },
];

/// A service: its key below `Services`, its start type, and how it is run.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    /// SERVICE_*_START: 2 automatic, 3 demand, 4 disabled.
    pub(crate) start: u32,
    /// SERVICE_WIN32_*.
    pub(crate) kind: u32,
    pub(crate) image_path: &'static str,
    /// The program that hosts it.
    pub(crate) program: &'static str,
    /// Its DLL, if it shares a host.
    pub(crate) library: Option<&'static str>,
}

const fn service(
    name: &'static str,
    start: u32,
    image_path: &'static str,
    program: &'static str,
    library: Option<&'static str>,
) -> Service {
    Service { name, start, kind: if library.is_some() { 0x20 } else { 0x10 }, image_path, program, library }
}

#[rustfmt::skip]
pub(crate) const SERVICES: &[Service] = &[
    service("DcomLaunch", 2, r"%SystemRoot%\system32\svchost.exe -k DcomLaunch -p", "dcomlaunch", Some("rpcss.dll")),
    service("RpcSs", 2, r"%SystemRoot%\system32\svchost.exe -k rpcss -p", "rpcss", Some("rpcss.dll")),
    service("PlugPlay", 3, r"%SystemRoot%\system32\svchost.exe -k DcomLaunch -p", "dcomlaunch", Some("umpnpmgr.dll")),
    service("EventLog", 2, r"%SystemRoot%\System32\svchost.exe -k LocalServiceNetworkRestricted -p", "localservice", Some("wevtsvc.dll")),
    service("Schedule", 2, r"%systemroot%\system32\svchost.exe -k netsvcs -p", "netsvcs", Some("schedsvc.dll")),
    service("CryptSvc", 2, r"%SystemRoot%\system32\svchost.exe -k NetworkService -p", "networkservice", Some("cryptsvc.dll")),
    service("Winmgmt", 2, r"%systemroot%\system32\svchost.exe -k netsvcs -p", "netsvcs", Some("WMIsvc.dll")),
    service("StateRepository", 3, r"%SystemRoot%\system32\svchost.exe -k appmodel -p", "appmodel", Some("Windows.StateRepository.dll")),
    service("AppXSvc", 3, r"%systemroot%\system32\svchost.exe -k wsappx -p", "wsappx", Some("AppXDeploymentServer.dll")),
    service("ClipSVC", 3, r"%SystemRoot%\System32\svchost.exe -k wsappx -p", "wsappx", Some("ClipSVC.dll")),
    service("AppReadiness", 3, r"%SystemRoot%\System32\svchost.exe -k AppReadiness -p", "appreadiness", Some("AppReadiness.dll")),
    service("HTTP", 3, r"system32\drivers\HTTP.sys", "System", None),
    service("wuauserv", 3, r"%systemroot%\system32\svchost.exe -k netsvcs -p", "netsvcs", Some("wuaueng.dll")),
    service("CmService", 3, r"%SystemRoot%\System32\svchost.exe -k netsvcs -p", "netsvcs", Some("cmservice.dll")),
    service("TrustedInstaller", 2, r"%SystemRoot%\servicing\TrustedInstaller.exe", "trustedinstaller", None),
];
