//! The scenarios, one in each row.

use crate::{
    plan::{Act, Distraction, Fault, Installer, Scenario, Stage, fault},
    status::{self as s, SUCCESS},
    verbs::Open,
};

const NO_ID: &str = "{00000000-0000-0000-0000-000000000000}";

const fn installer(name: &'static str, id: &'static str, binary: &'static str, phase: u32) -> Installer {
    Installer { name, id, binary, phase }
}

pub(crate) static NGEN: Installer =
    installer("Ngen Task Scheduler Tickler", "{d4486727-4d36-45a5-bc81-b8935aed1429}", "wcp.dll", 54);
pub(crate) static BCD_MIRROR: Installer =
    installer("BcdMirror", "{863fbd5f-faba-4730-9858-ceca474b2195}", "wcp.dll", 54);
static CONTAINER: Installer =
    installer("Container Installer", "{9edf0f01-ef44-4c87-ac5a-8aad730137ab}", "containerai.dll", 39);
static GENERIC_COMMAND: Installer =
    installer("Generic Command", "{81a34a10-4256-436a-89d6-794b97ca407c}", "cmiv2.dll", 38);
static HTTP: Installer = installer("HTTP Installer", NO_ID, "httpai.dll", 31);
static TASKS: Installer = installer("Task Scheduler", NO_ID, "taskschdai.dll", 33);
static NETWORK: Installer = installer("Network Drivers", NO_ID, "NetSetupAI.dll", 31);
static MOF: Installer = installer("MOF", NO_ID, "mofinstall.dll", 35);
static EVENTS: Installer = installer("Event Manifests", NO_ID, "eventsinstaller.dll", 30);
static PER_USER: Installer = installer("Per-User Registry Installer", NO_ID, "peruser.dll", 36);
static APPX: Installer = installer("AppX", NO_ID, "appxreg.dll", 40);

const INF: &str = "{inf}";
const POQ: Stage = Stage::Poq;
const DRIVER: Stage = Stage::Driver(INF);
const CPU: Stage = Stage::Driver("cpu.inf");

const HEALTHY: Scenario =
    Scenario { name: "", about: "", signature: None, uninstall: false, faults: &[], distractions: &[] };

const fn case(name: &'static str, about: &'static str, signature: u8, faults: &'static [Fault]) -> Scenario {
    Scenario { name, about, signature: Some(signature), faults, ..HEALTHY }
}

const fn healthy(name: &'static str, about: &'static str, faults: &'static [Fault]) -> Scenario {
    Scenario { name, about, faults, ..HEALTHY }
}

const STORE_FILE: &str = r"{wcp:component}\{dll}";
const TARGET: &str = r"C:\Windows\System32\{dll}";
const SCRATCH: &str = r"C:\Windows\WinSxS\Temp\PendingDeletes\$$DeleteMe.{dll}";
const CBS_KEY: &str = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing";

const SHARING_RETRIES: Fault = Fault {
    tries: 4,
    held: true,
    ..fault(POQ, Act::Open(TARGET, Open::DELETE), s::SHARING_VIOLATION, 0x8007_0020)
};
const DENIED_INF: Fault = Fault {
    tries: 3,
    held: true,
    ..fault(CPU, Act::Open(r"{repo:cpu.inf}\cpu.inf", Open::DELETE), s::ACCESS_DENIED, 0x8007_0005)
};

/// All scenarios.
#[rustfmt::skip]
pub static SCENARIOS: &[Scenario] = &[
    // The driver queue.
    Scenario { uninstall: true, ..case("driver-queue-access-denied", "The driver queue cannot delete cpu.inf from the driver store: a third-party product has it open. \"Driver Update Uninstall Updates failed\".", 8, &[DENIED_INF]) },
    Scenario { uninstall: true, ..case("driver-queue-name-not-found", "The driver queue looks for cpu.inf's folder in the driver store, and it is not there.", 1, &[fault(CPU, Act::Open("{repo:cpu.inf}", Open::LIST), s::NAME_NOT_FOUND, 0x8007_0002)]) },
    Scenario { uninstall: true, ..case("driver-queue-log-growth", "Deleting cpu.inf fails because the log of the file system's transactions cannot grow.", 4, &[fault(CPU, Act::Delete(r"{repo:cpu.inf}\cpu.inf"), s::LOG_GROWTH_FAILED, 0x8007_1AB1)]) },
    case("driver-folder-missing", "The folder of an inbox driver is missing from the driver store.", 1, &[fault(DRIVER, Act::Open("{repo:inf}", Open::LIST), s::PATH_NOT_FOUND, 0x8007_0003)]),
    case("driver-inf-missing", "The INF of an inbox driver is missing from its folder.", 1, &[fault(DRIVER, Act::Open(r"{repo:inf}\{inf}", Open::READ), s::NAME_NOT_FOUND, 0x8007_0002)]),
    case("driver-service-key-missing", "The service key of an inbox driver is missing.", 2, &[fault(DRIVER, Act::OpenKey(r"HKLM\System\CurrentControlSet\Services\{stem}"), s::NAME_NOT_FOUND, 0x8007_0002)]),
    case("driver-identity-missing", "An entry of the driver queue has no Identity.", 3, &[fault(DRIVER, Act::QueryValue(r"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing\DriverOperations", "Identity"), s::NAME_NOT_FOUND, 0x8007_0490)]),
    case("driver-registry-log-full", "A driver's service cannot be written because the log of the registry's transactions is full.", 4, &[fault(DRIVER, Act::SetValue(r"HKLM\System\CurrentControlSet\Services\{stem}", "Start"), s::LOG_FULL, 0x8007_19E4)]),
    case("driver-transactions-off", "The resource manager of the volume is not active.", 5, &[fault(DRIVER, Act::Open(r"C:\Windows\System32\drivers\{stem}.sys", Open::WRITE), s::RM_NOT_ACTIVE, 0x8007_1A91)]),
    case("driver-file-denied", "A driver's file cannot be replaced: its access list was changed.", 8, &[fault(DRIVER, Act::Open(r"C:\Windows\System32\drivers\{stem}.sys", Open::WRITE), s::ACCESS_DENIED, 0x8007_0005)]),
    case("driver-file-in-use", "A driver's file is open without sharing.", 7, &[Fault { tries: 3, held: true, ..fault(DRIVER, Act::Open(r"C:\Windows\System32\drivers\{stem}.sys", Open::WRITE), s::SHARING_VIOLATION, 0x8007_0020) }]),
    case("driver-registry-denied", "The driver database denies access.", 8, &[fault(DRIVER, Act::SetValue(r"HKLM\System\DriverDatabase\DriverPackages", "Version"), s::ACCESS_DENIED, 0x8007_0005)]),
    Scenario { signature: None, ..case("driver-catalog-collision", "A driver's catalog is there already and cannot be created.", 8, &[fault(DRIVER, Act::Open(r"C:\Windows\System32\CatRoot\{F750E6C3-38EE-11D1-85E5-00C04FC295EE}\oem7.cat", Open::NEW), s::NAME_COLLISION, 0x8007_00B7)]) },
    // poqexec at boot.
    case("poqexec-rename-fails", "poqexec cannot rename a file that is to be replaced.", 8, &[fault(POQ, Act::Rename(TARGET, SCRATCH), s::ACCESS_DENIED, 0x8007_0005)]),
    case("poqexec-sharing-violation", "poqexec finds a file open without sharing and asks who has it.", 7, &[SHARING_RETRIES]),
    case("poqexec-other-volume", "The target of a hard link lies on another volume.", 6, &[fault(POQ, Act::Link(r"{wcp:microsoft-windows-ie-htmlrendering}\iexplore.exe", r"D:\Program Files\Internet Explorer\iexplore.exe"), s::NOT_SAME_DEVICE, 0x8007_0011)]),
    case("poqexec-log-growth", "The log of the file system's transactions cannot grow.", 4, &[fault(POQ, Act::Rename(TARGET, SCRATCH), s::LOG_GROWTH_FAILED, 0x8007_1AB1)]),
    case("poqexec-transaction-conflict", "A file belongs to another transaction.", 7, &[fault(POQ, Act::Open(TARGET, Open::DELETE), s::TRANSACTIONAL_CONFLICT, 0x8007_1A90)]),
    case("poqexec-cannot-delete", "A file that is mapped cannot be deleted.", 7, &[fault(POQ, Act::Delete(TARGET), s::CANNOT_DELETE, 0x8007_0005)]),
    case("poqexec-delete-pending", "A file is being deleted by another program.", 7, &[Fault { tries: 5, ..fault(POQ, Act::Open(TARGET, Open::DELETE), s::DELETE_PENDING, 0x8007_0005) }]),
    Scenario { signature: None, ..case("poqexec-disk-full", "The system volume is full.", 14, &[fault(POQ, Act::Link(STORE_FILE, TARGET), s::DISK_FULL, 0x8007_0070)]) },
    case("poqexec-security-denied", "The security of a system file cannot be set.", 8, &[fault(POQ, Act::SetSecurity(TARGET), s::ACCESS_DENIED, 0x8007_0005)]),
    case("poqexec-key-denied", "A registry key of the update denies access.", 8, &[fault(POQ, Act::SetValue(r"HKLM\Software\Microsoft\Windows\CurrentVersion\WINEVT\Channels", "Enabled"), s::ACCESS_DENIED, 0x8007_0005)]),
    case("poqexec-source-missing", "The file in the component store that is to be linked is not there.", 9, &[fault(POQ, Act::Open(STORE_FILE, Open::ATTRIBUTES), s::NAME_NOT_FOUND, 0x8007_0002)]),
    case("poqexec-store-path-missing", "The component's folder in the component store is not there.", 9, &[fault(POQ, Act::Open(STORE_FILE, Open::ATTRIBUTES), s::PATH_NOT_FOUND, 0x8007_0003)]),
    case("poqexec-hive-corrupt", "A key of the COMPONENTS hive is damaged.", 9, &[fault(POQ, Act::SetValue(r"HKLM\COMPONENTS\DerivedData\Components", "S256H"), s::REGISTRY_CORRUPT, 0x8007_03F1)]),
    case("poqexec-hooked", "A security product's library comes into poqexec, which crashes.", 17, &[fault(POQ, Act::Hook, SUCCESS, 0x8007_03E6)]),
    // Advanced installers.
    case("service-never-answers", "An installer waits 300 seconds for a service that never starts.", 12, &[fault(Stage::Installer(&CONTAINER), Act::NoAnswer("CmService", 300), SUCCESS, 0x8007_06D9)]),
    case("network-setup-never-answers", "The network drivers' installer waits for a service that never starts.", 12, &[fault(Stage::Installer(&NETWORK), Act::NoAnswer("NetSetupSvc", 120), SUCCESS, 0x8007_06D9)]),
    case("http-disabled", "The HTTP service is disabled, which its installer needs.", 11, &[fault(Stage::Installer(&HTTP), Act::Disabled("HTTP"), SUCCESS, 0x8007_0422)]),
    case("container-layer-denied", "The container installer is denied access to the base layer.", 8, &[fault(Stage::Installer(&CONTAINER), Act::Rename(r"C:\ProgramData\Microsoft\Windows\Containers\Layers\base\Files\Windows\servicing\Packages\new.mum", r"C:\ProgramData\Microsoft\Windows\Containers\Layers\base\Files\Windows\servicing\Packages\base.mum"), s::ACCESS_DENIED, 0x8007_0005)]),
    case("task-missing", "A scheduled task's file that the installer changes is missing.", 10, &[fault(Stage::Installer(&TASKS), Act::Open(r"C:\Windows\System32\Tasks\Microsoft\Windows\PI\SecureBootEncodeUEFI", Open::READ), s::NAME_NOT_FOUND, 0x8007_0002)]),
    case("command-fails", "A program that an installer runs is denied access and ends with an error.", 13, &[Fault { child: Some(0x4002), ..fault(Stage::Installer(&GENERIC_COMMAND), Act::Open(r"C:\Windows\INF\.NETFramework\0409\corperfmonsymbols_d.ini", Open::WRITE), s::ACCESS_DENIED, 0x8007_371D) }]),
    case("mof-disk-full", "A temporary file cannot be made: TEMP lies on a full disk.", 14, &[fault(Stage::Installer(&MOF), Act::Open(r"R:\Temp\mof{n}.tmp", Open::NEW), s::DISK_FULL, 0x8004_402F)]),
    case("profile-missing", "The registry file of a profile that the system lists is missing.", 15, &[fault(Stage::Installer(&PER_USER), Act::Open(r"C:\Users\oldadmin\NTUSER.DAT", Open::READ), s::NAME_NOT_FOUND, 0x8007_0002)]),
    case("profile-in-use", "The registry file of a profile is in use.", 15, &[Fault { tries: 2, held: true, ..fault(Stage::Installer(&PER_USER), Act::Open(r"C:\Users\svc-backup\NTUSER.DAT", Open::READ), s::SHARING_VIOLATION, 0x8007_0020) }]),
    case("event-provider-conflict", "The key of an event channel exists and belongs to another provider.", 16, &[fault(Stage::Installer(&EVENTS), Act::SetValue(r"HKLM\Software\Microsoft\Windows\CurrentVersion\WINEVT\Channels\Microsoft-Windows-Store/Operational", "OwningPublisher"), s::NAME_COLLISION, 0x8007_00B7)]),
    case("app-leftover", "Keys of a removed system app are left over.", 19, &[fault(Stage::Installer(&APPX), Act::Leftover(r"HKLM\Software\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\EndOfLife\S-1-5-18\Microsoft.MicrosoftEdge_44.17763.1.0_neutral__8wekyb3d8bbwe"), SUCCESS, 0x8007_3CF6)]),
    case("temp-exhausted", "No temporary name is left in C:\\Windows\\Temp.", 20, &[Fault { tries: 300, ..fault(Stage::Installer(&MOF), Act::Open(r"C:\Windows\Temp\tmp{n}.tmp", Open::NEW), s::NAME_COLLISION, 0x8007_0050) }]),
    case("policy-blocks", "A code integrity policy file cannot be written.", 18, &[fault(Stage::Installer(&EVENTS), Act::Open(r"C:\Windows\System32\CodeIntegrity\CiPolicies\Active\{5951A96A-E0B5-4D3D-8FB8-3E5B61030784}.cip", Open::WRITE), s::ACCESS_DENIED, 0x8007_0005)]),
    case("component-key-deleted", "A key of the component store was deleted while it was open.", 9, &[fault(Stage::Installer(&EVENTS), Act::SetValue(r"HKLM\COMPONENTS\DerivedData\Components\amd64_microsoft-windows-store_none", "f!store.dll"), s::KEY_DELETED, 0x8007_03FA)]),
    case("installer-state-denied", "CBS is denied access to its own key.", 8, &[fault(Stage::Installer(&EVENTS), Act::SetValue(CBS_KEY, "Exclusive"), s::ACCESS_DENIED, 0x8007_0005)]),
    // Loud things beside the cause.
    Scenario { uninstall: true, distractions: &[Distraction::DeniedAgent, Distraction::DeadService], ..case("driver-queue-access-denied-loud", "As driver-queue-access-denied, beside a third-party product that is denied its own files again and again.", 8, &[DENIED_INF]) },
    Scenario { distractions: &[Distraction::MissingFlood], ..case("poqexec-sharing-violation-flood", "As poqexec-sharing-violation, in a flood of files that are not there.", 7, &[SHARING_RETRIES]) },
    // Healthy.
    healthy("healthy", "The update goes through.", &[]),
    healthy("healthy-denied-then-retried", "A driver's file is denied twice and then written.", &[Fault { tries: 2, heals: true, held: true, ..fault(DRIVER, Act::Open(r"C:\Windows\System32\drivers\{stem}.sys", Open::WRITE), s::ACCESS_DENIED, 0x8007_0005) }]),
    healthy("healthy-sharing-then-retried", "poqexec finds a file in use, and then not.", &[Fault { heals: true, ..SHARING_RETRIES }]),
    healthy("healthy-delete-retried", "The driver queue deletes cpu.inf at the fourth try.", &[Fault { heals: true, ..DENIED_INF }]),
    healthy("healthy-slow-service", "A service answers after 40 seconds.", &[Fault { heals: true, ..fault(Stage::Installer(&NETWORK), Act::NoAnswer("NetSetupSvc", 20), SUCCESS, 0) }]),
    healthy("healthy-key-missing-then-made", "A key is not there and is there at the next try.", &[Fault { heals: true, ..fault(Stage::Installer(&EVENTS), Act::OpenKey(r"HKLM\Software\Microsoft\Windows\CurrentVersion\WINEVT\Channels\New"), s::NAME_NOT_FOUND, 0) }]),
    healthy("healthy-rename-retried", "A pending rename works at the second try.", &[Fault { heals: true, ..fault(Stage::Renames, Act::Rename(r"C:\Windows\Temp\a.tmp", r"C:\Windows\Temp\b.tmp"), s::SHARING_VIOLATION, 0) }]),
    Scenario { distractions: &[Distraction::DeniedAgent], ..healthy("healthy-denied-agent", "A third-party product is denied its own files again and again.", &[]) },
    Scenario { distractions: &[Distraction::MissingFlood], ..healthy("healthy-missing-flood", "poqexec looks for many files that are not there.", &[]) },
    Scenario { distractions: &[Distraction::DeadService], ..healthy("healthy-dead-service", "A service of another program cannot be started.", &[]) },
    Scenario { distractions: &[Distraction::DeniedAgent, Distraction::MissingFlood, Distraction::DeadService], ..healthy("healthy-loud", "Everything that looks bad and is not.", &[]) },
    Scenario { uninstall: true, ..healthy("healthy-uninstall", "Drivers are uninstalled without trouble.", &[]) },
    healthy("healthy-service-key-retried", "A driver's service key is there at the second try.", &[Fault { heals: true, ..fault(DRIVER, Act::OpenKey(r"HKLM\System\CurrentControlSet\Services\{stem}"), s::NAME_NOT_FOUND, 0) }]),
    healthy("healthy-security-retried", "The security of a system file is set at the third try.", &[Fault { tries: 2, heals: true, ..fault(POQ, Act::SetSecurity(TARGET), s::ACCESS_DENIED, 0) }]),
    healthy("healthy-delete-pending-clears", "A file that is being deleted is gone at the sixth try.", &[Fault { tries: 5, heals: true, ..fault(POQ, Act::Open(TARGET, Open::DELETE), s::DELETE_PENDING, 0) }]),
];
