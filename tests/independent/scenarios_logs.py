"""Failures whose logs are older, cut, without UTC, or speak of something else too."""

import status as s
from case import primitives_failed, scenario, start
from drivers import driver_queue
from scenarios_installers import begin
from scenarios_primitives import poq_failure
from servicing import Fault, rollback, trusted_installer

DAYS = 86400 * 10_000_000


def older_attempt(case, days):
    """An attempt of days ago, in the same CBS.log, that ended in the driver queue."""
    now = len(case.cbs.lines)
    at = case.machine.boot_time - days * DAYS
    for text, level in (("    INSTALL index: 7, phase: 1, result 3, inf: ntprint.inf", "Info"),
                        ("Doqe: Recording result: 0x80070003, for Inf: ntprint.inf", "Info"),
                        ("Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]", "Error"),
                        ("Startup: Rolling back KTM, because drivers failed.", "Info"),
                        ("Setting original failure status: 0x80070003, last forward execute state: CbsExecuteStatePrimitives", "Info")):
        case.cbs.cbs(None, text, level, at=at)
    case.cbs.lines = case.cbs.lines[now:] + case.cbs.lines[:now]


@scenario("log-older-failure-too", 8)
def _(case):
    """Days ago the driver queue failed with another code; this time poqexec is refused."""
    poq_failure(case, "HardlinkFile", "open-target", s.ACCESS_DENIED, 2)
    older_attempt(case, case.rng.randrange(1, 6))


@scenario("log-older-failure-fixed", 7)
def _(case):
    """Days ago the folder of ntprint.inf was missing, and is there now; the queue fails at another INF."""
    plan = case.plan
    if "ntprint.inf" not in plan.drivers:
        plan.drivers.insert(0, "ntprint.inf")
    number = max(i for i, inf in enumerate(plan.drivers) if inf != "ntprint.inf")
    fault = Fault(number, "open-driver", s.SHARING_VIOLATION, 3)
    boot = begin(case)
    driver_queue(boot, case, [fault], 0x80070020)
    rollback(boot, case, 0x80070020, "DOQ")
    boot.end()
    case.fails("startup-drivers", 0x80070020, fault.events[-1], None, fault.events[:-1])
    case.settle(boot)
    older_attempt(case, 2)


@scenario("log-without-utc", 8)
def _(case):
    """No line of CBS.log tells UTC: what it says can be matched by code and path alone."""
    poq_failure(case, "HardlinkFile", "move-old", s.ACCESS_DENIED)
    case.cbs.lines = [(at, line) for at, line in case.cbs.lines if "CSI" not in line and "Universal Time" not in line]


@scenario("log-cut-in-a-line", 8)
def _(case):
    """CBS.log ends in the middle of the line that names the failure."""
    fault = Fault(len(case.plan.drivers) - 1, "set-service", s.ACCESS_DENIED)
    boot = begin(case)
    driver_queue(boot, case, [fault], 0x80070005)
    rollback(boot, case, 0x80070005, "DOQ")
    boot.end()
    at = next(i for i, (_, line) in enumerate(case.cbs.lines) if "driver operations queue. [" in line)
    when, line = case.cbs.lines[at]
    case.cbs.lines = case.cbs.lines[:at] + [(when, line[:line.index("0x8007") + 4])]
    case.fails("startup-drivers", 0x80070005, fault.events[-1])
    case.settle(boot)


@scenario("log-of-another-machine", 8)
def _(case):
    """CBS.log is from another day and knows nothing of the recorded boot; the trace alone tells."""
    poq_failure(case, "HardlinkFile", "link", s.ACCESS_DENIED)
    case.cbs.lines = [(at, line) for at, line in case.cbs.lines if at < case.machine.boot_time]
    case.poqexec_log.lines.clear()
    case.label["reported"] = None


@scenario("log-names-smss-too", 7)
def _(case):
    """smss fails at an uninstaller's renames, loudly; poqexec fails later, at a file that is held."""
    pairs = [(f"C:\\Program Files\\Oldsoft\\part{i}.new", f"C:\\Program Files\\Oldsoft\\part{i}.dll", s.ACCESS_DENIED, "rename") for i in range(9)]
    fault = Fault(case.plan.choose(case.rng, "HardlinkFile"), "open-target", s.SHARING_VIOLATION, 3)
    boot, _, _ = start(case, [fault], renames=pairs)
    trusted_installer(boot, case, "CbsExecuteStatePrimitives")
    primitives_failed(case, boot, 0x80070020)
    case.fails("boot-poq", 0x80070020, fault.events[-1], None, fault.events[:-1])
    case.settle(boot)
