"""Near misses: something louder, earlier, later or elsewhere than the cause."""

from boot import SERVICES, SYSTEM32
from case import SCENARIOS, desktop, failed_installers, primitives_failed, scenario, second_boot, start
from drivers import driver_queue
import installers
from scenarios_installers import WIN32, begin
from servicing import POQEXEC, Fault, poqexec, rollback, trusted_installer
import status as s


def third_party_flood(case, boot, count=200, touch=None):
    """An agent that is refused again and again, on its own objects and on Windows' own."""
    for agent in boot.agents.values():
        for i in range(count):
            name = case.rng.choice(["policy.db", "agent.log", "cache\\index.dat", "quarantine\\q.bin"])
            agent.create(touch or f"C:\\ProgramData\\Agent\\{name}", case.rng.choice([s.ACCESS_DENIED, s.SHARING_VIOLATION]), 0x12019F, 3)
            if i % 4 == 0:
                agent.set_value("HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\Safer\\Agent", 1, status=s.ACCESS_DENIED)


@scenario("near-refused-then-done")
def _(case):
    """poqexec is refused once and succeeds at the next try; what stops it comes later and is quiet."""
    numbers = [i for i, p in enumerate(case.plan.primitives) if p.kind == "HardlinkFile"]
    early, late = numbers[1], numbers[-2]
    faults = [Fault(early, "open-target", s.ACCESS_DENIED, 2, recovers=True), Fault(late, "link", s.NAME_COLLISION)]
    boot, _, _ = start(case, faults)
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, s.hresult(s.NAME_COLLISION))
    case.fails("boot-poq", s.hresult(s.NAME_COLLISION), faults[1].events[-1])
    case.settle(boot)


@scenario("near-loud-agent", 8)
def _(case):
    boot = begin(case)
    third_party_flood(case, boot, 120)
    fault = Fault(case.rng.randrange(1, len(case.plan.drivers)), "set-driver-database", s.ACCESS_DENIED)
    driver_queue(boot, case, [fault], 0x80070005)
    third_party_flood(case, boot, 40)
    rollback(boot, case, 0x80070005, "DOQ")
    boot.end()
    case.fails("startup-drivers", 0x80070005, fault.events[-1])
    case.settle(boot)


@scenario("near-agent-refused-on-same-file", 8)
def _(case):
    """The agent is refused on files that servicing then writes; the file that stops servicing is another."""
    boot = begin(case)
    plan = case.plan
    number = len(plan.drivers) - 1
    fault = Fault(number, "open-driver", s.ACCESS_DENIED)
    for inf in plan.drivers[:number]:
        for agent in boot.agents.values():
            agent.create(f"{SYSTEM32}\\drivers\\{inf.replace('.inf', '.sys')}", s.ACCESS_DENIED, 0x12019F)
    driver_queue(boot, case, [fault], 0x80070005)
    rollback(boot, case, 0x80070005, "DOQ")
    boot.end()
    case.fails("startup-drivers", 0x80070005, fault.events[-1])
    case.settle(boot)


@scenario("near-second-boot-only", 8)
def _(case):
    """The first of two boots is fine and asks for another; the second fails."""
    first, _, _ = start(case)
    trusted_installer(first, case)
    driver_queue(first, case)
    case.cbs.cbs(first.worker, "Startup: Success, restart required to continue processing.")
    case.cbs.cbs(first.worker, "Startup: Processing complete. [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]")
    first.worker.exit()
    first.ti.exit()
    first.end()
    case.settle(first)
    boot, _, _ = start(case, poq=False)
    trusted_installer(boot, case)
    events = []

    def work(w):
        events.append(w.create_key(f"{SERVICES}\\WinHttpAutoProxySvc\\Security", s.ACCESS_DENIED))
    failed_installers(case, boot, "Firewall Installer", WIN32(5), 0x80070005, work=work, event=events)


@scenario("near-rolled-back-boot-succeeds", 8)
def _(case):
    """The boot after the rollback does the same again, to undo it, and succeeds. That clears nothing."""
    boot, events = begin(case), []

    def work(w):
        events.append(w.set_value("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\{0063715b-eeda-4007-9429-ad526f62696e}\\MessageFileName",
                                  string="services.exe", status=s.ACCESS_DENIED))
    failed_installers(case, boot, "Events", WIN32(5), 0x80070005, work=work, event=events)
    later = second_boot(case, 0x800F0922)
    later.trace.wait(1)


@scenario("near-both-boots-in-one-log", 7)
def _(case):
    """One log that went on over the restart: the failure is before it."""
    fault = Fault(case.plan.choose(case.rng, "HardlinkFile"), "open-target", s.SHARING_VIOLATION, 3)
    boot, _, _ = start(case, [fault])
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, 0x80070020)
    case.fails("boot-poq", 0x80070020, fault.events[-1], None, fault.events[:-1])
    boot.trace.wait(30)
    boot.kernel_start()
    boot.renames([])
    boot.setup_execute(None)
    boot.logon_processes()
    boot.start_services()
    trusted_installer(boot, case, "CbsExecuteStateInitiateRollback", 0x80070020)
    case.cbs.cbs(boot.worker, "Startup: Processing complete. [HRESULT = 0x80070020 - ERROR_SHARING_VIOLATION]")
    boot.worker.exit()
    boot.ti.exit()
    desktop(case, boot)
    case.settle(boot)


@scenario("near-poqexec-probes", 8)
def _(case):
    """Hundreds of missing files that poqexec only looks for, and one refusal among them."""
    fault = Fault(case.plan.choose(case.rng, "SetKeyValue"), "set-value", s.ACCESS_DENIED)
    boot = case.boot()
    boot.renames([])
    actor = boot.setup_execute(POQEXEC)
    for i in range(600):
        actor.probe(f"C:\\Windows\\WinSxS\\Backup\\{case.rng.getrandbits(64):016x}_{i}.dll", case.rng.choice([s.NAME_NOT_FOUND, s.PATH_NOT_FOUND]))
    poqexec(actor, case, [fault])
    boot.logon_processes()
    boot.start_services()
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, 0x80070005)
    case.fails("boot-poq", 0x80070005, fault.events[-1])
    case.settle(boot)


@scenario("near-cut-before-failure")
def _(case):
    """The log ends before the failure: with CBS.log it is known that the update failed, without it is not."""
    fault = Fault(case.plan.choose(case.rng, "HardlinkFile"), "link", s.ACCESS_DENIED)
    boot, _, _ = start(case, [fault])
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, 0x80070005)
    case.fails("boot-poq", 0x80070005)
    case.without_logs = dict(outcome="not_enough_evidence", phase=None, hresult=None)
    del case.poqexec_log.lines[:]
    case.settle(boot)
    boot.trace.cut = fault.events[-1].time - case.rng.choice([5_000_000, 1])


@scenario("near-cut-before-failure-no-log")
def _(case):
    case.no_logs = True
    SCENARIOS["near-cut-before-failure"][0](case)


@scenario("near-several-failures", 8)
def _(case):
    """Two installers of one queue fail, each for a reason of its own."""
    boot, events, others = begin(case), [], []

    def first(w):
        events.append(w.set_value(f"{SERVICES}\\EventLog\\System\\Microsoft-Windows-Kernel-Boot\\TypesSupported", 7, status=s.ACCESS_DENIED))

    def second(w):
        others.append(w.create("R:\\Temp\\mof7A31.tmp", s.DISK_FULL, 0x120196, 2))
    driver_queue(boot, case)
    installers.queue(boot, case, "Events", first, WIN32(5), None, 0x80070005,
                     others=[("MOF Installer", dict(work=second, error="8004402f [Error,Facility=(0004),Code=17455 (0x402f)]"))])
    rollback(boot, case, 0x800F0922, "CSI Other", "CbsExecuteStateResolvePending")
    boot.end()
    case.fails("startup-installers", 0x80070005, events[0], 0x800F0922, others)
    case.settle(boot)


@scenario("near-ignored-installer", 8)
def _(case):
    """An installer fails first and is ignored, by CBS.log's own word; another decides."""
    boot, events = begin(case), []

    def ignored(w):
        for _ in range(8):
            w.create("C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\ngenservice.lock", s.SHARING_VIOLATION, 0x12019F)

    def work(w):
        events.append(w.delete_key(f"{SERVICES}\\EventLog\\Application\\ESENT", s.ACCESS_DENIED))
    failed_installers(case, boot, "Events", WIN32(5), 0x80070005, work=work, event=events,
                      others=[("Firewall Installer", dict(work=ignored, error=WIN32(32), ignored=True))])


@scenario("near-rollback-fails-too", 8)
def _(case):
    """The rollback meets a second refusal; the cause is the first."""
    boot = begin(case)
    fault = Fault(case.rng.randrange(1, len(case.plan.drivers)), "set-service", s.ACCESS_DENIED)
    driver_queue(boot, case, [fault], 0x80070005)

    def meets(w):
        for _ in range(2):
            w.create(f"{SYSTEM32}\\drivers\\{case.plan.drivers[0].replace('.inf', '.sys')}", s.SHARING_VIOLATION, 0x110080)
        case.cbs.cbs(w, "Setting RollbackFailed flag")
    rollback(boot, case, 0x80070005, "DOQ", meets=meets)
    boot.end()
    case.fails("startup-drivers", 0x80070005, fault.events[-1])
    case.settle(boot)


@scenario("near-log-rotated", 1)
def _(case):
    """CBS.log starts after the failure; what it said is in CbsPersist."""
    case.plan.drivers.append("ntprint.inf") if "ntprint.inf" not in case.plan.drivers else None
    boot = begin(case)
    fault = Fault(case.plan.drivers.index("ntprint.inf"), "open-inf", s.NAME_NOT_FOUND)
    driver_queue(boot, case, [fault], 0x80070002)
    rollback(boot, case, 0x80070002, "DOQ")
    boot.end()
    case.persist_from = boot.trace.now
    case.fails("startup-drivers", 0x80070002, fault.events[-1])
    case.settle(boot)
    second_boot(case, 0x80070002)


@scenario("near-log-ends-early", 8)
def _(case):
    """CBS.log was copied too early: it ends before the failure. The trace has it all."""
    boot = begin(case)
    fault = Fault(len(case.plan.drivers) - 1, "open-driver", s.ACCESS_DENIED)
    before = len(case.cbs.lines) + 3
    driver_queue(boot, case, [fault], 0x80070005)
    rollback(boot, case, 0x80070005, "DOQ")
    boot.end()
    case.cbs.lines = case.cbs.lines[:before]
    case.setupapi.lines = case.setupapi.lines[:3]
    case.fails("startup-drivers", 0x80070005, fault.events[-1])
    case.label["reported"] = None
    case.settle(boot)


for _locale in ("de-DE", "zh-CN", "fr-FR"):
    @scenario(f"near-localized-{_locale.lower()}", 8, locale=_locale)
    def _(case):
        fault = Fault(case.plan.choose(case.rng, "HardlinkFile"), "move-old", s.ACCESS_DENIED, 2)
        boot, _, _ = start(case, [fault])
        third_party_flood(case, boot, 60)
        trusted_installer(boot, case, "CbsExecuteStatePrimitives")
        primitives_failed(case, boot, 0x80070005)
        case.fails("boot-poq", 0x80070005, fault.events[-1], None, fault.events[:-1])
        case.settle(boot)


@scenario("near-worker-noise-after-failure", 8)
def _(case):
    """After the failure TiWorker meets other refusals that it ignores."""
    boot = begin(case)
    fault = Fault(len(case.plan.drivers) // 2, "set-service", s.ACCESS_DENIED)
    driver_queue(boot, case, [fault], 0x80070005)
    w = boot.worker
    for _ in range(3):
        w.create("C:\\Windows\\Prefetch\\TIWORKER.EXE-B723A29E.pf", s.ACCESS_DENIED)
        w.open_key("HKLM\\SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting\\Hangs", s.ACCESS_DENIED)
    rollback(boot, case, 0x80070005, "DOQ")
    boot.end()
    case.fails("startup-drivers", 0x80070005, fault.events[-1])
    case.settle(boot)


def delete_later(w, case):
    """TiWorker tidies up: old files in use stay, and it tries again another day."""
    for p in case.plan.primitives:
        if p.kind == "HardlinkFile":
            old = f"C:\\Windows\\WinSxS\\Temp\\PendingDeletes\\$$DeleteMe.{p.target.rsplit(chr(92), 1)[1]}.{case.rng.getrandbits(64):016x}.0001"
            w.create(old, 0, 0x110080)
            w.dispose(old, case.rng.choice([0, s.CANNOT_DELETE, s.USER_MAPPED_FILE]))
            w.close(old)


@scenario("near-files-in-use-stay", 8)
def _(case):
    """Old files that cannot be deleted yet are ordinary; an installer that is refused a key is not."""
    boot, events = begin(case), []
    delete_later(boot.worker, case)

    def work(w):
        events.append(w.create_key("HKLM\\SOFTWARE\\Classes\\CLSID\\{8bc3f05e-d86b-11d0-a075-00c04fb68820}\\InProcServer32", s.ACCESS_DENIED))
    failed_installers(case, boot, "Events", WIN32(5), 0x80070005, work=work, event=events)
