"""Failures of advanced installers at startup that an operation shows."""

import status as s
from boot import SYSTEM32
from case import desktop, failed_installers, scenario, start
from servicing import report_failure, rollback, trusted_installer

WIN32 = "HRESULT_FROM_WIN32({})".format


def begin(case, **options):
    boot, _, _ = start(case, **options)
    trusted_installer(boot, case)
    return boot


@scenario("ai-task-missing", 10, 10)
def _(case):
    boot, events = begin(case), []
    task = case.rng.choice(["PI\\SecureBootEncodeUEFI", "Windows Defender\\Windows Defender Scheduled Scan", "UpdateOrchestrator\\Schedule Scan"])

    def work(w):
        schedule = boot.hosts["Schedule"]
        base = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache"
        schedule.open_key(f"{base}\\Tree\\Microsoft\\Windows\\{task}")
        schedule.value(f"{base}\\Tree\\Microsoft\\Windows\\{task}\\Id", string="{6B2C1A4E-0000-4B5D-9D8E-1F2A3B4C5D6E}")
        schedule.open_key(f"{base}\\Tasks\\{{6B2C1A4E-0000-4B5D-9D8E-1F2A3B4C5D6E}}")
        events.append(schedule.create(f"{SYSTEM32}\\Tasks\\Microsoft\\Windows\\{task}", s.NAME_NOT_FOUND))
        for line in ("jobshandler.cpp(237): RegisterTask failed. HR=0x80070002.", "plgutil.cpp(217): fnc failed. HR=0x80070002."):
            case.cbs.csi(w, f"Logged @: [l:70 ml:71]'WmiCmiPlugin {line}'", "Error", failed=True)
    failed_installers(case, boot, "Task Scheduler", WIN32("ERROR_FILE_NOT_FOUND"), 0x80070002, work=work, event=events)


@scenario("ai-container-access-denied", 8, 13, build=26100)
def _(case):
    boot, events = begin(case), []
    package = f"Microsoft-Windows-Client-Features-Package~31bf3856ad364e35~amd64~~{case.plan.version}.mum"

    def work(w):
        source = f"C:\\ProgramData\\Microsoft\\Windows\\Containers\\BaseImages\\tmp\\{package}"
        w.create(source, 0, 0x110080)
        events.append(w.rename(source, f"C:\\ProgramData\\Microsoft\\Windows\\Containers\\BaseImages\\{package}", s.ACCESS_DENIED))
        case.cbs.csi(w, f"Failed to move package manifest {package} [0x80070005]", "Error")
    failed_installers(case, boot, "Container Installer", WIN32(5), 0x80070005, work=work, event=events)


@scenario("ai-generic-command-child", 13, 16)
def _(case):
    boot, events = begin(case), []

    def work(w):
        exe = case.rng.choice([("iissetup.exe", "inetsrv\\iissetup.exe", "/launch C:\\Windows\\System32\\inetsrv\\appcmd.exe reset config"),
                               ("lodctr.exe", "lodctr.exe", "/R"), ("wevtutil.exe", "wevtutil.exe", "im C:\\Windows\\provider.man")])
        path = f"{SYSTEM32}\\{exe[1]}"
        case.cbs.csi(w, f"Calling generic command executable (sequence 2): [l:50]\"{path}\" CmdLine: [l:90]\"\"{path}\" {exe[2]}\"")
        child = boot.trace.start_process(w, exe[0], path, f'"{path}" {exe[2]}')
        child.probe(f"{path}.Local", s.NAME_NOT_FOUND)
        child.value("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\SideBySide\\PreferExternalManifest", s.NAME_NOT_FOUND)
        target = f"{SYSTEM32}\\{exe[0].split('.')[0]}\\{exe[0].split('.')[0]}.config"
        events.append(child.create(target, s.ACCESS_DENIED, 0x120196, 5))
        child.write(f"{SYSTEM32}\\LogFiles\\{exe[0].split('.')[0]}.log", 80)
        child.exit(16386)
        case.cbs.csi(w, "Done with generic command 2; CreateProcess returned 0, CPAW returned S_OK\r\n"
                        "    Process exit code 16386 (0x00004002) resulted in success? FALSE\r\n"
                        "    Process output: [l:22 [22]\"Failed = 0x80004002\"][gle=0x80004005]", "Error", failed=True)
    failed_installers(case, boot, "Generic Command", WIN32(14109), 0x8007371D, work=work, event=events)


def mof(case, status, access, drive="C:\\Windows\\Temp"):
    boot, events = begin(case), []

    def work(w):
        temp = f"{drive}\\tmp{case.rng.randrange(0x1000, 0xffff):04X}.tmp"
        w.create(f"{SYSTEM32}\\wbem\\mispace.mof")
        w.read(f"{SYSTEM32}\\wbem\\mispace.mof", 4096)
        if status == s.DISK_FULL:
            w.create(temp, 0, 0x120196, 2, opened=2)
            events.append(w.write(temp, 65536, 0, status))
        else:
            events.append(w.create(temp, status, access, 2))
        case.cbs.csi(w, "mispace.mof: error SYNTAX 0X8004402f: Error creating temporary file", "Error", failed=True)
    failed_installers(case, boot, "MOF Installer", "8004402f [Error,Facility=(0004),Code=17455 (0x402f)]", 0x8004402F, work=work, event=events)


@scenario("ai-mof-temp-full", 14, 23)
def _(case):
    mof(case, s.DISK_FULL, 0, "R:\\Temp")


@scenario("ai-mof-temp-denied", 14)
def _(case):
    mof(case, s.ACCESS_DENIED, 0x120196)


def per_user(case, status):
    boot, events = begin(case), []
    users = ["Default", "svc_backup", "alt.benutzer", "王伟"]

    def work(w):
        w.open_key("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList")
        for user in users[:2]:
            w.create(f"C:\\Users\\{user}\\NTUSER.DAT")
            w.load_key(f"HKU\\{user}_sxs", f"C:\\Users\\{user}\\NTUSER.DAT")
            w.close(f"C:\\Users\\{user}\\NTUSER.DAT")
        user = case.rng.choice(users[2:])
        w.value("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-1105\\ProfileImagePath", string=f"C:\\Users\\{user}")
        for _ in range(3 if status == s.SHARING_VIOLATION else 1):
            events.append(w.create(f"C:\\Users\\{user}\\NTUSER.DAT", status))
            boot.trace.wait(0.2)
    failed_installers(case, boot, "Per-User Registry Installer", WIN32("ERROR_FILE_NOT_FOUND" if status == s.NAME_NOT_FOUND else 32),
                      s.hresult(status), work=work, event=events)


@scenario("ai-profile-missing", 15, 25)
def _(case):
    per_user(case, s.NAME_NOT_FOUND)


@scenario("ai-profile-loaded", 15)
def _(case):
    per_user(case, s.SHARING_VIOLATION)


@scenario("ai-event-channel-conflict", 16)
def _(case):
    boot, events = begin(case), []
    channel = case.rng.choice(["Microsoft-Windows-Store/Operational", "Microsoft-Windows-AppReadiness/Admin"])

    def work(w):
        key = f"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Channels\\{channel}"
        w.open_key("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\{9c2a37f3-e5fd-5cae-bcd1-43dafeee1ff0}")
        events.append(w.create_key(key, s.NAME_COLLISION))
    failed_installers(case, boot, "Events", WIN32(183), 0x800700B7, work=work, event=events)


@scenario("ai-image-hash", 18)
def _(case):
    boot, events = begin(case), []

    def work(w):
        dll = f"{case.machine.stack}\\cmiadapter.dll"
        w.create("C:\\Windows\\System32\\CodeIntegrity\\CiPolicies\\Active\\{a244370e-44c9-4c06-b551-f6016e563076}.cip")
        w.create(dll, 0, 0x1200A1)
        events.append(w.mapping(dll, s.INVALID_IMAGE_HASH))
        w.close(dll)
    failed_installers(case, boot, "Root Devices", WIN32("ERROR_INVALID_IMAGE_HASH"), 0x80070241, work=work, event=events)


@scenario("ai-temp-names-used-up", 20)
def _(case):
    boot, events = begin(case), []

    def work(w):
        first = case.rng.randrange(0x1000)
        for i in range(first, first + 900):
            events.append(w.create(f"C:\\Windows\\Temp\\cmi{i:04X}.tmp", s.NAME_COLLISION, 0x120196, 2))
    failed_installers(case, boot, "Generic Command", WIN32("ERROR_FILE_EXISTS"), 0x80070050, work=work, event=events)


@scenario("ai-component-key-missing", 9)
def _(case):
    boot, events = begin(case), []

    def work(w):
        name = case.plan.components[-1].folder.rsplit("\\", 1)[1]
        key = f"HKLM\\COMPONENTS\\DerivedData\\Components\\{name}"
        events.append(w.open_key(key, s.NAME_NOT_FOUND))
        case.cbs.csi(w, f"STATUS_SXS_COMPONENT_STORE_CORRUPT #{case.rng.randrange(10**6)}# from CCSDirect::GetComponentManifest for "
                        f"[l:{len(name)}]'{name}'[gle=0xd015001a]", "Error", failed=True, utc=True)
    failed_installers(case, boot, "Generic Command", WIN32("ERROR_SXS_COMPONENT_STORE_CORRUPT"), 0x80073712, work=work, event=events)


@scenario("ai-manifest-unreadable")
def _(case):
    boot, events = begin(case), []

    def work(w):
        path = f"C:\\Windows\\WinSxS\\Manifests\\{case.plan.components[-1].folder.rsplit(chr(92), 1)[1]}.manifest"
        w.create(path)
        for _ in range(2):
            events.append(w.read(path, 4096, 0, case_status))
        w.close(path)
    case_status = case.rng.choice([s.CRC_ERROR, s.DEVICE_DATA_ERROR])
    failed_installers(case, boot, "Root Devices", WIN32(23), 0x80070017, work=work, event=events)


@scenario("ai-firewall-rule-denied", 8)
def _(case):
    boot, events = begin(case), []

    def work(w):
        events.append(w.set_value("HKLM\\System\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules\\WMI-RPCSS-In-TCP",
                                  string="v2.28|Action=Allow", status=s.ACCESS_DENIED))
    failed_installers(case, boot, "Firewall Installer", WIN32(5), 0x80070005, work=work, event=events)


@scenario("components-hive-not-loaded")
def _(case):
    """Startup cannot load the component store's hive."""
    boot = begin(case, poq=False)
    w, hive = boot.worker, f"{SYSTEM32}\\config\\COMPONENTS"
    w.create(hive, 0, 0x120196)
    events = [w.load_key("HKLM\\COMPONENTS", hive, s.INSUFFICIENT_RESOURCES) for _ in range(2)]
    case.cbs.cbs(w, f"Startup: Failed to load the COMPONENTS hive from '{hive}' [HRESULT = 0x800705aa - ERROR_NO_SYSTEM_RESOURCES]", "Error")
    rollback(boot, case, 0x800705AA, "CSI Other", "CbsExecuteStateResolvePending")
    boot.end()
    case.fails(None, 0x800705AA, events[-1], None, events[:-1])
    case.settle(boot)


def staging(case, act, status):
    """A log of a running Windows in which TiWorker stages the update, and cannot. Nothing is pended, nothing rolls back at a boot."""
    boot, _, _ = start(case, poq=False, pended=False)
    desktop(case, boot)
    w = trusted_installer(boot, case, "ExecuteStateNone")
    log, code = case.cbs, s.hresult(status)
    log.cbs(w, f"Exec: Staging package: {case.package}")
    for c in case.plan.components:
        temp = f"C:\\Windows\\WinSxS\\Temp\\InFlight\\{case.rng.getrandbits(64):016x}01000000e40b4c13"
        w.create(temp, 0, 0x100001, 2, opened=2)
        for file in c.files:
            w.create(f"{temp}\\{file}", 0, 0x120196, 2, opened=2)
            w.write(f"{temp}\\{file}", 65536)
            w.close(f"{temp}\\{file}")
        w.rename(temp, c.folder)
    event = act(w)
    log.cbs(w, f"Exec: Failed to stage package: {case.package} [HRESULT = {s.named(code)}]", "Error")
    report_failure(boot, case, code, "Execute")
    log.cbs(w, f"Session: Failed to process single phase execution. [HRESULT = {s.named(code)}]", "Error")
    w.exit()
    case.fails("staging", code, event)
    case.settle(boot)


@scenario("staging-disk-full")
def _(case):
    staging(case, lambda w: w.write("C:\\Windows\\WinSxS\\pending.xml", 65536, 131072, s.DISK_FULL), s.DISK_FULL)


@scenario("staging-access-denied", 8)
def _(case):
    staging(case, lambda w: w.set_value("HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\SetupExecute", string="poqexec.exe",
                                        status=s.ACCESS_DENIED), s.ACCESS_DENIED)
