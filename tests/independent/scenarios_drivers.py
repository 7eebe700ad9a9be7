"""Failures of the driver operations queue, at startup and at shutdown."""

from case import scenario, start
from drivers import driver_queue
from servicing import CBS_KEY, Fault, report_failure, rollback, trusted_installer
import status as s


def doq_failure(case, step, status, result=None, inf=None, critical=False, action="Install", tries=1):
    plan = case.plan
    if inf:
        plan.drivers = [d for d in plan.drivers if d != inf]
        plan.drivers.insert(case.rng.randrange(2, len(plan.drivers) + 1), inf)
    number = plan.drivers.index(inf) if inf else case.rng.randrange(1, len(plan.drivers))
    fault = Fault(number, step, status, tries)
    boot, _, _ = start(case)
    trusted_installer(boot, case)
    code = s.hresult(status) if result is None else result
    driver_queue(boot, case, [fault], code, action, critical=critical)
    rollback(boot, case, code, "DOQ")
    boot.end()
    case.fails("startup-drivers", code, fault.events[-1], code, fault.events[:-1])
    case.settle(boot)


@scenario("doq-folder-missing", 1, 1)
def _(case):
    doq_failure(case, "open-folder", s.NAME_NOT_FOUND, 0x80070003, "ntprint.inf")


@scenario("doq-inf-missing", 1, 3)
def _(case):
    doq_failure(case, "open-inf", s.PATH_NOT_FOUND, 0x80070003, "netathrx.inf")


@scenario("doq-service-key-missing", 2, 5)
def _(case):
    doq_failure(case, "open-service", s.NAME_NOT_FOUND, 0x80070002, "flpydisk.inf", critical=True)


@scenario("doq-identity-missing", 3, 7)
def _(case):
    doq_failure(case, "identity", s.NAME_NOT_FOUND, 0x80070490)


@scenario("doq-uninstall-log-full", 4, 6)
def _(case):
    doq_failure(case, "set-service", s.LOG_FULL, 0x800719E4, action="Uninstall")


@scenario("doq-uninstall-log-growth", 4)
def _(case):
    doq_failure(case, "set-driver-database", s.LOG_GROWTH_FAILED, 0x80071AB1, "cpu.inf", action="Uninstall")


@scenario("doq-driver-access-denied", 8)
def _(case):
    doq_failure(case, "open-driver", s.ACCESS_DENIED, tries=case.rng.choice([1, 2]))


@scenario("doq-security-access-denied", 8)
def _(case):
    doq_failure(case, "security", s.ACCESS_DENIED)


@scenario("doq-registry-access-denied", 8)
def _(case):
    doq_failure(case, "set-service", s.ACCESS_DENIED)


@scenario("doq-driver-held", 7)
def _(case):
    doq_failure(case, "open-driver", s.SHARING_VIOLATION, tries=3)


@scenario("doq-rm-not-active", 5, 19)
def _(case):
    doq_failure(case, "set-service", s.RM_NOT_ACTIVE)


@scenario("doq-disk-full")
def _(case):
    doq_failure(case, "open-driver", s.DISK_FULL)


def by_content(case, result, inf, critical=False):
    """The driver's entry fails, and each of its operations succeeded."""
    case.plan.drivers = [d for d in case.plan.drivers if d != inf] + [inf]
    boot, _, _ = start(case)
    trusted_installer(boot, case)
    driver_queue(boot, case, result=result, broken=len(case.plan.drivers) - 1, critical=critical)
    rollback(boot, case, result, "DOQ")
    boot.end()
    case.fails("startup-drivers", result)
    case.settle(boot)


@scenario("doq-invalid-data", None, 4)
def _(case):
    by_content(case, 0x8007000D, "mshdc.inf", True)


@scenario("doq-wrong-inf-style", None, 9)
def _(case):
    by_content(case, 0xE0000100, "monitor.inf")


@scenario("shutdown-doq-folder-missing", 1, 8, build=18363)
def _(case):
    shutdown(case, "open-folder", s.NAME_NOT_FOUND, 0x80070003, "wvms_pp.inf")


@scenario("shutdown-doq-inf-missing", 1, 2, build=18363)
def _(case):
    shutdown(case, "open-inf", s.PATH_NOT_FOUND, 0x80070003, "usbport.inf")


def shutdown(case, step, status, result, inf):
    """A log that was started at the desktop, and ends with the shutdown at which the driver queue runs."""
    plan, log = case.plan, case.cbs
    plan.drivers = [d for d in plan.drivers if d != inf]
    plan.drivers.insert(case.rng.randrange(1, len(plan.drivers)), inf)
    fault = Fault(plan.drivers.index(inf), step, status)
    boot, _, _ = start(case, poq=False)
    trusted_installer(boot, case, "ExecuteStateNone")
    boot.trace.wait(20)
    w = boot.worker
    for text in ("Trusted Installer signaled for shutdown, going to exit.", "Starting shutdown processing in TrustedInstaller service.",
                 "Shtd: Begin shutdown processing.", "Shtd: Prepare for shutdown processing.", "Setting reboot in progress flag"):
        log.cbs(w, text)
    w.set_value(f"{CBS_KEY}\\RebootInProgress\\(Default)", number=1)
    driver_queue(boot, case, [fault], result, prefix="Shtd")
    log.cbs(w, "Progress: UI message updated. Operation type: Update. Stage: 1 out of 1. Temporary Rollback.")
    report_failure(boot, case, result, "DOQ")
    log.cbs(w, "Shtd: Shutdown processing complete.")
    w.exit()
    boot.ti.exit()
    boot.end()
    case.fails("shutdown", result, fault.events[-1])
    case.settle(boot)
