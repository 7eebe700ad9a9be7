"""Updates that failed, and no operation of the trace failed for it."""

from boot import SERVICES, SYSTEM32
from case import failed_installers, scenario, second_boot, start
from drivers import driver_queue
import installers
from scenarios_installers import WIN32, begin
from servicing import POQEXEC, primitive, rollback, trusted_installer
import status as s


@scenario("absent-http-disabled", 11, 11)
def _(case):
    boot = begin(case, disabled=["HTTP"])

    def work(w):
        w.value(f"{SERVICES}\\HTTP\\Start", number=4)
        boot.read_service("HTTP", 4, "system32\\drivers\\HTTP.sys")
    failed_installers(case, boot, "HTTP Installer", WIN32(1058), 0x80070422, work=work)


@scenario("absent-container-service", 12, 12, build=26100)
def _(case):
    boot = begin(case)

    def work(w):
        boot.read_service("CmService", 3, f"{SYSTEM32}\\svchost.exe -k CmService")
        case.cbs.csi(w, "Container feature enable.")
    failed_installers(case, boot, "Container Installer", WIN32(1753), 0x800706D9, work=work, seconds=300)


@scenario("absent-network-setup-service", 12, 14)
def _(case):
    boot = begin(case)

    def work(w):
        boot.read_service("NetSetupSvc", 3, f"{SYSTEM32}\\svchost.exe -k netsvcs -p -s NetSetupSvc")
    failed_installers(case, boot, "Network Drivers", "800106d9 [Error,Facility=(0001),Code=1753 (0x06d9)]", 0x800106D9, work=work, seconds=case.rng.uniform(120, 400))


@scenario("absent-root-device-exists", None, 15)
def _(case):
    boot = begin(case)

    def work(w):
        w.open_key("HKLM\\System\\CurrentControlSet\\Enum\\ROOT\\MPIO\\0001")
        w.value("HKLM\\System\\CurrentControlSet\\Enum\\ROOT\\MPIO\\0001\\HardwareID", string="ROOT\\MSDSM")
        case.setupapi.begin(w, "Device Install (DiInstallDevice) - ROOT\\MPIO\\0001")
        case.setupapi.say("!!!  dvi: Device could not be created. Error = 0x00000207")
        case.setupapi.end(w, 0xE0000207)
        case.cbs.csi(w, "CMIADAPTER: Exiting with HRESULT code = 800f0207 [Error,Facility=(000f),Code=519 (0x0207)].\r\n[gle=0x80004005]", "Error", failed=True, utc=True)
    failed_installers(case, boot, "Root Devices", "800f0207 [Error,Facility=(000f),Code=519 (0x0207)]", 0x800F0207, work=work)


@scenario("absent-child-exit-code", 13, 16)
def _(case):
    boot = begin(case)

    def work(w):
        path = f"{SYSTEM32}\\unlodctr.exe"
        child = boot.trace.start_process(w, "unlodctr.exe", path, f'"{path}" /q BITS')
        child.probe(f"{path}.Local", s.NAME_NOT_FOUND)
        child.value("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Perflib\\Last Counter", number=7500)
        child.exit(1)
        case.cbs.csi(w, "Done with generic command 2; CreateProcess returned 0, CPAW returned S_OK\r\n"
                        "    Process exit code 1 (0x00000001) resulted in success? FALSE\r\n    Process output: [l:0]''[gle=0x80004005]", "Error", failed=True)
    failed_installers(case, boot, "Generic Command", WIN32(14109), 0x8007371D, work=work)


@scenario("absent-installer-hangs", None, 17)
def _(case):
    """The first boot ends where the watchdog ended it; the second says so and rolls back."""
    boot = begin(case)
    log = case.cbs
    driver_queue(boot, case)
    log.cbs(boot.worker, "Startup: Processing advanced operation queue, startupPhase: 0")
    name = case.plan.installers[0]
    log.csi(boot.worker, f"Begin executing advanced installer phase 12 index 0 (sequence 1)\r\n    Installer name: '{name}'")
    boot.trace.wait(900)
    boot.end()
    case.settle(boot)
    second, _, _ = start(case, poq=False)
    trusted_installer(second, case)
    w = second.worker
    log.cbs(w, "Startup: A possible hang was detected on the last boot. [HRESULT = 0x800f0920 - CBS_E_HANG_DETECTED]", "Error")
    log.cbs(w, "Startup: No progress detected while needing to process the advanced operation queue, rolling back and cancelling the transaction. "
               "[HRESULT = 0x80004005 - E_FAIL]", "Error")
    log.cbs(w, "Setting ExecuteState key to: CbsExecuteStateInitiateRollback | CbsExecuteStateFlagAdvancedInstallersFailed")
    rollback(second, case, 0x800F0920, "CBS Other", "CbsExecuteStateResolvePending")
    second.end()
    case.settle(second)
    case.fails("startup-installers", 0x800F0920)


@scenario("absent-restart-refused", None, 18)
def _(case):
    boot = begin(case)
    log, w = case.cbs, boot.worker
    driver_queue(boot, case)
    installers.queue(boot, case)
    log.cbs(w, "Failed restart attempt. [HRESULT = 0x8007045b - ERROR_SHUTDOWN_IN_PROGRESS]", "Error")
    log.cbs(w, "Setting HangDetect value to 3")
    rollback(boot, case, 0x8007045B, "CBS Other", "CbsExecuteStateResolvePending")
    boot.end()
    case.fails("startup-installers", 0x8007045B)
    case.settle(boot)


@scenario("absent-transaction-unresolved", None, 20)
def _(case):
    boot = begin(case, poq=False)
    log, w = case.cbs, boot.worker
    w.value("HKLM\\COMPONENTS\\PendingXmlIdentifier", string=case.identifier)
    w.value("HKLM\\COMPONENTS\\RepairTransactionPended", s.NAME_NOT_FOUND)
    log.cbs(w, "Startup: Failed to resolve the pending transaction: pending transaction content must be resolved [HRESULT = 0x80070bc9 - ERROR_FAIL_REBOOT_REQUIRED]", "Error")
    rollback(boot, case, 0x80070BC9, "CSI Other", "CbsExecuteStateResolvePending")
    boot.end()
    case.fails(None, 0x80070BC9)
    case.settle(boot)


@scenario("absent-component-key-damaged", 9, 24)
def _(case):
    boot = begin(case)

    def work(w):
        name = case.plan.components[-1].folder.rsplit("\\", 1)[1]
        key = f"HKLM\\COMPONENTS\\DerivedData\\Components\\{name}"
        w.open_key(key)
        w.value(f"{key}\\identity")
        w.value(f"{key}\\S256H")
        case.cbs.csi(w, f"STATUS_REGISTRY_CORRUPT_VALUE from CCSDirect::ReadComponent for [l:{len(name)}]'{name}'[gle=0xd000042a]", "Error", failed=True, utc=True)
    failed_installers(case, boot, "Generic Command", "80070308 [Error,Facility=FACILITY_WIN32,Code=776 (0x0308)]", 0x80070308, work=work)


@scenario("absent-component-deleted", None, 26, build=26100)
def _(case):
    boot = begin(case)
    log = case.cbs

    def work(w):
        log.csi(w, "Component marked deleted and is no longer available for: amd64_microsoft-windows-microsoft-copilot_31bf3856ad364e35_"
                   f"{case.plan.version}_none_{case.rng.getrandbits(64):016x}", "Error", failed=True, utc=True)
        log.csi(w, "STATUS_NOT_SUPPORTED #14706236# from CFileInstaller::DoComponentOperation[gle=0xd00000bb]", "Error", failed=True)
    failed_installers(case, boot, "Root Devices", WIN32(50), 0x80070032, work=work)


@scenario("absent-leftover-endoflife", 19)
def _(case):
    boot = begin(case)

    def work(w):
        appx = boot.host("AppXSVC", "-k wsappx -p -s AppXSvc")
        base = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\EndOfLife"
        appx.open_key(base)
        appx.open_key(f"{base}\\S-1-5-21-1085031214-1563985344-725345543-1001")
        appx.enum_key(f"{base}\\S-1-5-21-1085031214-1563985344-725345543-1001", 0)
        appx.open_key(f"{base}\\S-1-5-21-1085031214-1563985344-725345543-1001\\Microsoft.MicrosoftEdge_44.18362.449.0_neutral__8wekyb3d8bbwe")
        appx.enum_key(base, 1, s.NO_MORE_ENTRIES)
    failed_installers(case, boot, "Generic Command", "80073cf6 [Error,Facility=FACILITY_WIN32,Code=15606 (0x3cf6)]", 0x80073CF6, work=work)


@scenario("absent-service-crashes", 12)
def _(case):
    """The service that the installer waits for starts and dies."""
    boot = begin(case)

    def work(w):
        for _ in range(2):
            host = boot.host("NetSetupSvc", "-k netsvcs -p -s NetSetupSvc")
            boot.trace.wait(case.rng.uniform(1, 5))
            host.exit(0xC0000005)
    failed_installers(case, boot, "Network Drivers", "800106d9 [Error,Facility=(0001),Code=1753 (0x06d9)]", 0x800106D9, work=work, seconds=60)


@scenario("absent-poqexec-hangs")
def _(case):
    """The first log ends with poqexec in the middle of its queue, and the machine switched off by hand."""
    boot = case.boot()
    boot.renames([])
    actor = boot.setup_execute(POQEXEC)
    for number, p in enumerate(case.plan.primitives[:len(case.plan.primitives) // 2]):
        primitive(actor, p, number, [])
    boot.trace.wait(1800)
    case.settle(boot)
    second, _, _ = start(case, poq=False)
    trusted_installer(second, case, "CbsExecuteStatePrimitives")
    case.cbs.cbs(second.worker, "Startup: A possible hang was detected on the last boot. [HRESULT = 0x800f0920 - CBS_E_HANG_DETECTED]", "Error")
    rollback(second, case, 0x800F0920, "CBS Other")
    second.end()
    case.settle(second)
    case.fails(None, 0x800F0920)


@scenario("absent-service-second-boot-too", 12, 12, build=26100)
def _(case):
    boot = begin(case)

    def work(w):
        boot.read_service("CmService", 3, f"{SYSTEM32}\\svchost.exe -k CmService")
    failed_installers(case, boot, "Container Installer", WIN32(1753), 0x800706D9, work=work, seconds=300)
    second_boot(case, 0x800F0922)
