"""Boots at which nothing of servicing failed, each with something that looks as if."""

from boot import SYSTEM32
from case import complete, desktop, healthy_end, scenario, start
from drivers import driver_queue
import installers
from scenarios_near import delete_later, third_party_flood
from scenarios_primitives import online_poqexec
from servicing import CBS_KEY, Fault, execute_state, trusted_installer
import status as s


UNKNOWN = dict(outcome="not_enough_evidence")


def good(case, before=None, after=None, faults=(), works=None, **options):
    boot, _, done = start(case, faults, **options)
    trusted_installer(boot, case)
    if before:
        before(boot)
    healthy_end(case, boot, works)
    if after:
        after(boot)
    case.settle(boot)
    return boot


@scenario("healthy-update")
def _(case):
    good(case)


@scenario("healthy-no-update")
def _(case):
    """A boot without servicing says nothing of an update."""
    case.label.update(UNKNOWN)
    boot, _, _ = start(case, poq=False, pended=False)
    trusted_installer(boot, case, None)
    boot.ti.exit()
    desktop(case, boot)
    case.settle(boot)


@scenario("healthy-update-online-poqexec")
def _(case):
    boot, _, _ = start(case, poq=False)
    trusted_installer(boot, case, "CbsExecuteStateStageDrivers")
    driver_queue(boot, case)
    online_poqexec(case, boot, [])
    installers.queue(boot, case)
    complete(boot, case)
    desktop(case, boot)
    case.settle(boot)


@scenario("healthy-refused-then-done")
def _(case):
    number = case.plan.choose(case.rng, "HardlinkFile")
    good(case, faults=[Fault(number, "open-target", s.ACCESS_DENIED, 3, recovers=True)])


@scenario("healthy-held-then-done")
def _(case):
    number = case.plan.choose(case.rng, "HardlinkFile")
    good(case, faults=[Fault(number, "move-old", s.SHARING_VIOLATION, 2, recovers=True)])


@scenario("healthy-agents-refused")
def _(case):
    good(case, before=lambda b: third_party_flood(case, b, 300))


@scenario("healthy-agents-refused-in-windows")
def _(case):
    good(case, before=lambda b: third_party_flood(case, b, 80, touch=f"{SYSTEM32}\\config\\SYSTEM"))


@scenario("healthy-worker-probes")
def _(case):
    def before(boot):
        w = boot.worker
        for c in case.plan.components:
            w.query_open(c.folder, s.FAST_IO_DISALLOWED)
            w.create(f"{c.folder}\\r\\{c.files[0]}", s.PATH_NOT_FOUND)
            w.open_key(f"HKLM\\COMPONENTS\\DerivedData\\VersionedIndex\\{case.plan.version}\\ComponentFamilies\\{c.name}", s.NAME_NOT_FOUND)
            w.query_security(c.folder, s.BUFFER_OVERFLOW)
            w.value(f"{CBS_KEY}\\Packages\\{case.package}\\Trusted", s.NAME_NOT_FOUND)
    good(case, before=before)


@scenario("healthy-old-error-in-log")
def _(case):
    boot = good(case)
    first = case.cbs.lines[0][0] - 864_000_000_000 * 3
    case.cbs.cbs(None, "Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]", "Error", at=first)
    case.cbs.cbs(None, "Startup: Rolling back KTM, because drivers failed.", at=first)
    case.cbs.lines = case.cbs.lines[-2:] + case.cbs.lines[:-2]


@scenario("healthy-store-scan-errors")
def _(case):
    def after(boot):
        say = case.cbs.csi
        a = boot.hosts["Winmgmt"]
        for name in ("wmploc.DLL.mun", "themecpl.dll"):
            say(a, f"Hashes for file member [l:{len(name)}]'{name}' do not match.")
            say(a, "onecore\\base\\wcp\\rtllib\\win32lib\\delta_library.cpp(351): Error NTSTATUS_FROM_WIN32(ERROR_INVALID_DATA) originated in function "
                   "Windows::Rtl::DeltaLibrary::CheckHash\r\n[gle=0x80004005]", "Error", failed=True, utc=True)
            say(a, f"Hydration failed for component Microsoft-Windows-Themecpl, version {case.plan.version} on file {name} with NTSTATUS -2147024883", "Error", failed=True)
    good(case, after=after)


@scenario("healthy-appx-stopped-and-disabled-unrelated")
def _(case):
    good(case, disabled=["WSearch", "Spooler", "W32Time"])


@scenario("healthy-agent-crashes")
def _(case):
    def before(boot):
        agent = next(iter(boot.agents.values()))
        fault = boot.trace.start_process(agent, "WerFault.exe", f"{SYSTEM32}\\WerFault.exe", f"{SYSTEM32}\\WerFault.exe -u -p {agent.process.pid} -s 204")
        fault.value("HKLM\\SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting\\Disabled", s.NAME_NOT_FOUND)
        fault.create("C:\\ProgramData\\Microsoft\\Windows\\WER\\Temp\\WER1A2B.tmp.xml", 0, 0x120196, 2, opened=2)
        fault.exit()
        agent.exit(0xC0000005)
    good(case, before=before)


@scenario("healthy-log-in-use")
def _(case):
    def before(boot):
        for name in ("Winmgmt", "Schedule", "EventLog"):
            for _ in range(15):
                boot.hosts[name].create("C:\\Windows\\Logs\\CBS\\CBS.log", s.SHARING_VIOLATION, 0x12019F)
                boot.hosts[name].create("C:\\Windows\\INF\\setupapi.dev.log", s.SHARING_VIOLATION, 0x12019F)
    good(case, before=before)


@scenario("healthy-long-installer")
def _(case):
    good(case, before=lambda b: None, works={case.plan.installers[0]: lambda w: w.trace.wait(240)})


@scenario("healthy-uninstaller-rename-fails")
def _(case):
    pairs = [(f"C:\\Program Files\\Oldsoft\\un{i}.tmp", None, s.NAME_NOT_FOUND, "open") for i in range(4)]
    pairs.append(("C:\\Program Files\\Oldsoft\\driver.new", "C:\\Program Files\\Oldsoft\\driver.dll", s.ACCESS_DENIED, "rename"))
    good(case, renames=pairs)


@scenario("healthy-printer-driver-fails")
def _(case):
    """drvinst refuses a vendor's printer driver while the update goes well."""
    def after(boot):
        d = boot.trace.start_process(boot.hosts["DcomLaunch"], "drvinst.exe", f"{SYSTEM32}\\drvinst.exe", 'DrvInst.exe "4" "1" "C:\\Temp\\kpw.inf" "9" "4a2"')
        case.setupapi.begin(d, "Device Install - USBPRINT\\KOBALT\\7&1a2b")
        d.create(f"{SYSTEM32}\\DriverStore\\FileRepository\\kpwusb.inf_{case.machine.arch}_0011223344556677\\kpwusb.cat", s.NAME_NOT_FOUND)
        case.setupapi.say("!!!  sto: Failed to verify file 'kpwusb.sys' against catalog. Error = 0x800B0109")
        case.setupapi.end(d, 0x800B0109)
        d.exit(0)
    good(case, after=after)


@scenario("healthy-restart-wanted")
def _(case):
    """The first of two boots: 0x80070bc2 says only that another is needed."""
    boot, _, _ = start(case)
    trusted_installer(boot, case)
    driver_queue(boot, case)
    execute_state(boot, case, "CbsExecuteStateResolvePending")
    case.cbs.cbs(boot.worker, "TI: CBS has signaled that a reboot is required.")
    case.cbs.cbs(boot.worker, "Startup: Success, restart required to continue processing.")
    case.cbs.cbs(boot.worker, "Startup: Processing complete. [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]")
    boot.worker.exit()
    boot.ti.exit()
    boot.end()
    case.settle(boot)


@scenario("healthy-user-disk-full")
def _(case):
    def after(boot):
        for i in range(25):
            boot.explorer.write(f"D:\\Ablage\\export{i}.csv", 65536, 0, s.DISK_FULL)
    good(case, after=after)


@scenario("healthy-msi-fails")
def _(case):
    def after(boot):
        msi = boot.trace.start_process(boot.services, "msiexec.exe", f"{SYSTEM32}\\msiexec.exe", f"{SYSTEM32}\\msiexec.exe /V")
        for _ in range(6):
            msi.create("C:\\Program Files\\Vendor\\tool.dll", s.SHARING_VIOLATION, 0x110080)
        msi.create_key("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\InProgress", s.ACCESS_DENIED)
        msi.exit(1603)
    good(case, after=after)


@scenario("healthy-ignored-installer-failure")
def _(case):
    boot, _, _ = start(case)
    trusted_installer(boot, case)
    driver_queue(boot, case)

    def work(w):
        w.create("C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\ngen.log", s.SHARING_VIOLATION, 0x12019F)
    name = case.plan.installers[0]
    installers.queue(boot, case, others=[(name, dict(work=work, error="HRESULT_FROM_WIN32(32)", ignored=True))])
    complete(boot, case)
    desktop(case, boot)
    case.settle(boot)


@scenario("healthy-child-wants-restart")
def _(case):
    def child(w):
        c = w.trace.start_process(w, "wusa.exe", f"{SYSTEM32}\\wusa.exe", f"{SYSTEM32}\\wusa.exe /quiet")
        c.open_key("HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate", s.NAME_NOT_FOUND)
        c.exit(3010)
    good(case, works={case.plan.installers[-1]: child})


@scenario("healthy-scan-errors")
def _(case):
    def after(boot):
        wu = boot.host("wuauserv", "-k netsvcs -p -s wuauserv")
        for i in range(30):
            wu.create(f"C:\\Windows\\SoftwareDistribution\\Download\\{i:032x}\\windlp.state.xml", s.PATH_NOT_FOUND)
            wu.set_value("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Reporting\\EventCache", 1, status=s.ACCESS_DENIED)
    good(case, after=after)


@scenario("healthy-shutdown")
def _(case):
    """A log that ends with the shutdown; CBS.log goes on to the startup, which was not recorded, and ends well."""
    boot, _, _ = start(case, poq=False)
    trusted_installer(boot, case, "ExecuteStateNone")
    boot.trace.wait(10)
    for text in ("Shtd: Begin shutdown processing.", "Setting reboot in progress flag", "Setting ExecuteState key to: CbsExecuteStateStageDrivers",
                 "Failed reading SetupExecute registry key [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]", "Shtd: Shutdown processing complete."):
        case.cbs.cbs(boot.worker, text)
    boot.worker.exit()
    boot.ti.exit()
    boot.end()
    case.settle(boot)
    case.without_logs = UNKNOWN
    at = boot.trace.now + 400_000_000
    for text in ("TI: --- Initializing Trusted Installer ---", "Startup: current ExecuteState is CbsExecuteStateStageDrivers",
                 "Startup: Primitive operations completed successfully.", "Startup: Processing advanced operation queue, startupPhase: 0",
                 "Setting ExecuteState key to: ExecuteStateNone", "Startup: Processing complete. [HRESULT = 0x00000000 - S_OK]"):
        case.cbs.cbs(None, text, at=at)


@scenario("healthy-files-in-use-stay")
def _(case):
    good(case, before=lambda boot: delete_later(boot.worker, case))


@scenario("healthy-worker-refused")
def _(case):
    """TiWorker itself is refused what it can do without."""
    def before(boot):
        w = boot.worker
        for _ in range(4):
            w.create("C:\\Windows\\Prefetch\\TIWORKER.EXE-B723A29E.pf", s.ACCESS_DENIED)
            w.open_key("HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions", s.ACCESS_DENIED)
        w.create("C:\\Windows\\Logs\\CBS\\CbsPersist_20240501120000.cab", s.SHARING_VIOLATION, 0x120196, 2)
    good(case, before=before)
