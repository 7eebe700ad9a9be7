"""Failures while poqexec carries out the primitives."""

from case import primitives_failed, scenario, start
from drivers import driver_queue
from servicing import Fault, POQEXEC, execute_state, poqexec, rollback, trusted_installer
import status as s


def poq_failure(case, kind, step, status, tries=1, accept=lambda p: True):
    """A primitive of this kind fails at this step; startup reports it and rolls back."""
    fault = Fault(case.plan.choose(case.rng, kind, accept), step, status, tries)
    boot, _, _ = start(case, [fault])
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    code = s.hresult(status)
    primitives_failed(case, boot, code)
    case.fails("boot-poq", code, fault.events[-1], code, fault.events[:-1])
    case.settle(boot)


@scenario("poq-link-access-denied", 8)
def _(case):
    poq_failure(case, "HardlinkFile", "link", s.ACCESS_DENIED)


@scenario("poq-open-target-access-denied", 8)
def _(case):
    poq_failure(case, "HardlinkFile", "open-target", s.ACCESS_DENIED, tries=case.rng.choice([1, 3]))


@scenario("poq-target-held", 7)
def _(case):
    def hold(boot):
        boot.kernel.create(case.plan.primitives[number].target, share=1)
    number = case.plan.choose(case.rng, "HardlinkFile")
    fault = Fault(number, "open-target", s.SHARING_VIOLATION, 3)
    boot = case.boot()
    hold(boot)
    boot.renames([])
    poqexec(boot.setup_execute(POQEXEC), case, [fault])
    boot.logon_processes()
    boot.start_services()
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, s.hresult(s.SHARING_VIOLATION))
    case.fails("boot-poq", s.hresult(s.SHARING_VIOLATION), fault.events[-1], None, fault.events[:-1])
    case.settle(boot)


@scenario("poq-transactional-conflict", 7)
def _(case):
    poq_failure(case, "HardlinkFile", "move-old", s.TRANSACTIONAL_CONFLICT, 3)


@scenario("poq-other-volume", 6)
def _(case):
    poq_failure(case, "HardlinkFile", "link", s.NOT_SAME_DEVICE, accept=lambda p: "Program Files" in p.target)


@scenario("poq-log-growth", 4, 21)
def _(case):
    kind, step = case.rng.choice([("HardlinkFile", "link"), ("SetKeyValue", "set-value")])
    poq_failure(case, kind, step, s.LOG_GROWTH_FAILED)


@scenario("poq-transaction-not-active", 4, 22)
def _(case):
    poq_failure(case, "HardlinkFile", "move-old", s.TRANSACTION_NOT_ACTIVE)


@scenario("poq-registry-access-denied", 8)
def _(case):
    poq_failure(case, "SetKeyValue", "set-value", s.ACCESS_DENIED)


@scenario("poq-create-key-access-denied", 8)
def _(case):
    poq_failure(case, "SetKeyValue", "create-key", s.ACCESS_DENIED)


@scenario("poq-parent-missing")
def _(case):
    poq_failure(case, "HardlinkFile", "open-parent", case.rng.choice([s.PATH_NOT_FOUND, s.NAME_NOT_FOUND]),
                accept=lambda p: "Program Files" in p.target)


@scenario("poq-source-missing")
def _(case):
    poq_failure(case, "HardlinkFile", "open-source", s.NAME_NOT_FOUND)


@scenario("poq-disk-full")
def _(case):
    poq_failure(case, "HardlinkFile", "link", s.DISK_FULL)


@scenario("poq-rename-collision")
def _(case):
    poq_failure(case, "MoveFile", "rename", s.NAME_COLLISION)


@scenario("poq-rename-access-denied", 8)
def _(case):
    poq_failure(case, "MoveFile", "rename", s.ACCESS_DENIED)


@scenario("poq-cannot-delete")
def _(case):
    poq_failure(case, "DeleteFile", "delete", s.CANNOT_DELETE)


@scenario("poq-security-product-inside", 17)
def _(case):
    agent = next((a for a in case.machine.agents if a.dll), None)
    dll = f"{agent.folder}\\{agent.dll}" if agent else "C:\\Program Files\\Halyard\\Privilege Desk\\hpdcore64.dll"
    boot, _, _ = start(case, loads=[dll], exit_status=0xC0000005, stop_at=len(case.plan.primitives) // 2)
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, 0x80004005)
    case.fails("boot-poq", 0x80004005)
    case.settle(boot)


def online_poqexec(case, boot, faults):
    """poqexec started by TiWorker at startup, in the transaction of the driver queue: no phase of the report's list is exactly this."""
    w, log = boot.worker, case.cbs
    execute_state(boot, case, "CbsExecuteStatePrimitives")
    log.cbs(w, "Startup: Processing primitive operations queue.")
    command = f"C:\\Windows\\System32\\poqexec.exe /noreboot /transaction {case.rng.randrange(1000, 60000)} /display_progress \\SystemRoot\\WinSxS\\pending.xml"
    log.cbs(w, f"Running poqexec with: {command}")
    log.cbs(w, "Waiting for poqexec.exe to complete...")
    child = boot.trace.start_process(w, "poqexec.exe", "C:\\Windows\\System32\\poqexec.exe", command)
    ok = poqexec(child, case, faults)
    code = 0 if ok else s.hresult(faults[0].status)
    log.cbs(w, f"Poqexec.exe completed. [HRESULT = {s.named(code)}]")
    return ok


@scenario("poq-online-access-denied", 8)
def _(case):
    fault = Fault(case.plan.choose(case.rng, "HardlinkFile"), "move-old", s.ACCESS_DENIED)
    boot, _, _ = start(case, poq=False)
    trusted_installer(boot, case, "CbsExecuteStateStageDrivers")
    driver_queue(boot, case)
    online_poqexec(case, boot, [fault])
    primitives_failed(case, boot, 0x80070005)
    case.fails(None, 0x80070005, fault.events[-1])
    case.settle(boot)


@scenario("poq-online-shared", 7)
def _(case):
    number = case.plan.choose(case.rng, "HardlinkFile")
    fault = Fault(number, "open-target", s.SHARING_VIOLATION, 4)
    boot, _, _ = start(case, poq=False)
    agent = next(iter(boot.agents.values()))
    trusted_installer(boot, case, "CbsExecuteStateStageDrivers")
    driver_queue(boot, case)
    agent.create(case.plan.primitives[number].target, share=1)
    online_poqexec(case, boot, [fault])
    agent.close(case.plan.primitives[number].target)
    primitives_failed(case, boot, 0x80070020)
    case.fails(None, 0x80070020, fault.events[-1], None, fault.events[:-1])
    case.settle(boot)


@scenario("smss-rename-access-denied")
def _(case):
    inf = case.rng.choice(case.plan.drivers)
    name = inf.replace(".inf", ".sys")
    target = f"C:\\Windows\\System32\\drivers\\{name}"
    pairs = [(f"C:\\Windows\\Temp\\{case.rng.getrandbits(32):08x}.tmp", None, s.NAME_NOT_FOUND, "open"),
             (f"C:\\Windows\\System32\\drivers\\SET{case.rng.randrange(0x1000, 0xffff):X}.tmp", target, s.ACCESS_DENIED, "rename")]
    boot, _, done = start(case, renames=pairs)
    trusted_installer(boot, case)
    case.plan.drivers.remove(inf)
    case.plan.drivers.append(inf)
    number = len(case.plan.drivers) - 1
    driver_queue(boot, case, result=0x80070005, broken=number)
    case.cbs.cbs(boot.worker, f"Failed to replace {target} [HRESULT = 0x80070005 - ERROR_ACCESS_DENIED]", "Error")
    rollback(boot, case, 0x80070005, "DOQ")
    boot.end()
    case.fails("boot-renames", 0x80070005, done[-1])
    case.settle(boot)
