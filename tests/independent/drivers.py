"""The driver operations queue, as TiWorker works it off."""

import status as s
from boot import SERVICES, SYSTEM32
from servicing import CBS_KEY, Failed, attempt, execute_state


def driver(boot, case, number, inf, faults, log=True):
    """One entry of the driver queue: INF, catalog, service key, files."""
    w, plan, t = boot.worker, case.plan, boot.trace
    folder, stem = plan.driver_folder[inf], inf.rsplit(".", 1)[0]
    fault = next((f for f in faults if f.number == number), None)

    def do(step, act):
        return attempt(fault, number, step, t, act)

    do("identity", lambda st: w.value(f"{CBS_KEY}\\DriverOperations\\{number}\\Identity", st, string=inf))
    do("open-folder", lambda st: w.create(folder, st, 0x100081, options=0x21))
    do("open-inf", lambda st: w.create(f"{folder}\\{inf}", st))
    w.standard(f"{folder}\\{inf}")
    w.read(f"{folder}\\{inf}", 4096)
    w.close(f"{folder}\\{inf}")
    w.probe(f"{folder}\\{stem}.PNF", 0 if t.rng.random() < .8 else s.NAME_NOT_FOUND)
    catalog = f"{SYSTEM32}\\CatRoot\\{{F750E6C3-38EE-11D1-85E5-00C04FC295EE}}\\Package_{number}_for_{case.machine.kb}.cat"
    w.create(catalog)
    w.mapping(catalog, s.LOCKED_READERS)
    w.close(catalog)
    do("open-service", lambda st: w.open_key(f"{SERVICES}\\{stem}", st))
    do("service-start", lambda st: w.value(f"{SERVICES}\\{stem}\\Start", st, number=3))
    w.value(f"{SERVICES}\\{stem}\\Parameters\\Wdf\\TimeOfLastSqmLog", s.NAME_NOT_FOUND)
    target = f"{SYSTEM32}\\drivers\\{stem}.sys"
    w.create(f"{folder}\\{stem}.sys")
    do("open-driver", lambda st: w.create(target, st, 0x13019F, 5, opened=3))
    w.write(target, 65536)
    w.set_basic(target)
    do("security", lambda st: w.set_security(target, st))
    w.close(target)
    do("set-service", lambda st: w.set_value(f"{SERVICES}\\{stem}\\Owners", string=inf, status=st))
    do("set-driver-database", lambda st: w.set_value(f"HKLM\\SYSTEM\\DriverDatabase\\DriverInfFiles\\{inf}\\Active", string=folder.rsplit(chr(92), 1)[1], status=st))
    w.close_key(f"{SERVICES}\\{stem}")
    if log:
        case.cbs.cbs(w, f"    INSTALL index: {number}, phase: 1, result 0, inf: {inf}")


def driver_queue(boot, case, faults=(), result=None, action="Install", prefix="Startup", critical=False, broken=None):
    """The driver operations queue. `result` is what it reports, `broken` an entry that fails by its content alone."""
    w, plan, log, t = boot.worker, case.plan, case.cbs, boot.trace
    execute_state(boot, case, "CbsExecuteStateStageDrivers")
    log.cbs(w, f"Doqe: Starting {action.lower()} of driver updates")
    case.setupapi.begin(w, f"{action} Driver Updates")
    w.goes("drupdate.dll", "cbscore.dll")
    w.open_key(f"{CBS_KEY}\\DriverOperations")
    for number, inf in enumerate(plan.drivers):
        try:
            driver(boot, case, number, inf, faults, log=number != broken)
            if number == broken:
                raise Failed
            case.setupapi.say(f"     inf: Opened INF: '{plan.driver_folder[inf]}\\{inf}' ([strings])")
        except Failed:
            code = result & 0xFFFF if result >> 16 == 0x8007 else result
            t.wait(t.rng.uniform(0.0, 0.01))
            fault = next((f for f in faults if f.number == number), None)
            case.setupapi.say(f"!!!  inf: Failed to {action.lower()} driver '{inf}'. Error = 0x{code:08x}")
            if fault and fault.step in ("open-inf", "open-folder"):
                case.setupapi.say(f"!    inf: Unable to load INF: '{plan.driver_folder[inf]}\\{inf}'(0000000{code})")
                case.setupapi.say(f"!!!  sto: Failed to get version info for driver update '{inf}'. Error = 0x{code:08x}")
            case.setupapi.end(w, result)
            if fault and fault.step == "identity":
                log.cbs(w, f"Doqi: Failed reading Identity for driver operation sequenceID {number} [HRESULT = {s.named(result)}]")
            else:
                log.cbs(w, f"    {action.upper()} index: {number}, phase: {2 if critical else 1}, result {code}, inf: {inf}")
                log.cbs(w, f"Doqe: Recording result: 0x{result:08x}, for Inf: {inf}")
            log.cbs(w, f"DriverUpdate{action}Updates failed [HRESULT = {s.named(result)}]")
            log.cbs(w, f"Doqe: Failed {action.lower()}ing driver updates [HRESULT = {s.named(result)}]")
            kind = "executing critical" if critical else "while processing non-critical"
            log.cbs(w, f"{prefix}: Failed {kind} driver operations queue. [HRESULT = {s.named(result)}]", "Error")
            log.cbs(w, f"{prefix}: Rolling back KTM, because drivers failed.")
            execute_state(boot, case, "CbsExecuteStateStageDrivers | CbsExecuteStateFlagRollback | CbsExecuteStateFlagDriversFailed")
            return False
        t.wait(t.rng.uniform(0.01, 0.2))
    case.setupapi.end(w, 0)
    log.cbs(w, f"Perf: Doqe: {action} ended.")
    return True
