"""Servicing at a boot: poqexec, TrustedInstaller and TiWorker, driver queue, advanced installers, rollback."""

import status as s
from boot import SERVICES, SESSION_MANAGER, SYSTEM32

CBS_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
SXS_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\SideBySide\\Configuration"
PENDING = "C:\\Windows\\WinSxS\\pending.xml"
POQEXEC_LOG = "C:\\Windows\\WinSxS\\poqexec.log"
POQEXEC = f"{SYSTEM32}\\poqexec.exe /display_progress \\SystemRoot\\WinSxS\\pending.xml"


class Fault:
    """What goes wrong: at which number of a queue, at which step, with which NTSTATUS, how often it is tried."""

    def __init__(self, number, step, status, tries=1, recovers=False):
        self.number, self.step, self.status, self.tries, self.recovers = number, step, status, tries, recovers
        self.names_holder = status in (s.SHARING_VIOLATION, s.TRANSACTIONAL_CONFLICT)
        self.events = []

    def at(self, number, step):
        return self.number == number and self.step == step


class Failed(Exception):
    """Carries the fault up to the queue that stops."""


def attempt(fault, number, step, trace, act):
    """Does `act(status)`: as often as the fault says with its status, then, if it recovers, once more with success."""
    if fault is None or not fault.at(number, step):
        return act(0)
    for i in range(fault.tries):
        fault.events.append(act(fault.status))
        if i + 1 < fault.tries or fault.recovers:
            trace.wait(trace.rng.uniform(0.02, 0.4))
    if fault.recovers:
        return act(0)
    raise Failed


def primitive(actor, p, number, faults):
    """One primitive of the queue, by poqexec."""
    trace, rng = actor.trace, actor.trace.rng
    fault = next((f for f in faults if f.number == number), None)

    def do(step, act):
        return attempt(fault, number, step, trace, act)

    if p.kind == "HardlinkFile":
        do("open-source", lambda st: actor.create(p.source, st, 0x120080, options=0x200020))
        actor.basic(p.source)
        parent = p.target.rsplit("\\", 1)[0]
        do("open-parent", lambda st: actor.create(parent, st, 0x100081, options=0x21))
        if rng.random() < 0.25 and not (fault and fault.step in ("open-target", "move-old")):
            actor.create(p.target, s.NAME_NOT_FOUND, 0x110080, options=0x204020)
        else:
            do("open-target", lambda st: actor.create(p.target, st, 0x110080, options=0x204020))
            away = f"C:\\Windows\\WinSxS\\Temp\\PendingDeletes\\$$DeleteMe.{p.target.rsplit(chr(92), 1)[1]}.{rng.getrandbits(64):016x}.{number:04x}"
            do("move-old", lambda st: actor.rename(p.target, away, st))
            actor.close(p.target)
        do("link", lambda st: actor.link(p.source, p.target, st))
        actor.close(parent)
        actor.close(p.source)
    elif p.kind == "MoveFile":
        do("open-source", lambda st: actor.create(p.source, st, 0x110080, options=0x200020))
        do("rename", lambda st: actor.rename(p.source, p.target, st))
        actor.close(p.source)
    elif p.kind == "DeleteFile":
        missing = rng.random() < 0.5 and not (fault and fault.step in ("open", "delete"))
        if missing:
            actor.create(p.target, s.NAME_NOT_FOUND, 0x110080, options=0x204020)
            return
        do("open", lambda st: actor.create(p.target, st, 0x110080, options=0x204020))
        do("delete", lambda st: actor.dispose(p.target, st))
        actor.close(p.target)
    elif p.kind == "SetFileInformation":
        do("open", lambda st: actor.create(p.target, st, 0x1C0000))
        do("security", lambda st: actor.set_security(p.target, st))
        actor.close(p.target)
    else:
        key, _ = p.target.rsplit("\\", 1)
        do("create-key", lambda st: actor.create_key(key, st))
        do("set-value", lambda st: actor.set_value(p.target, number=1, status=st))
        actor.close_key(key)


def poqexec(actor, case, faults=(), exit_status=None, stop_at=None):
    """Runs the queue; True where it came to its end. `stop_at` ends it there with no failing operation."""
    trace, plan = actor.trace, case.plan
    actor.create(PENDING)
    actor.standard(PENDING)
    for i in range(max(3, len(plan.primitives) // 8)):
        actor.read(PENDING, 65536, i * 65536)
    for name in ("PendingXmlIdentifier", "NextQueueEntryIndex"):
        actor.value(f"HKLM\\COMPONENTS\\{name}", number=0)
    actor.create(POQEXEC_LOG, s.NAME_NOT_FOUND if trace.rng.random() < .5 else 0, 0x120196, 1)
    done = True
    for number, p in enumerate(plan.primitives):
        if number == stop_at:
            done = False
            break
        if trace.rng.random() < 0.35:
            actor.probe(f"{(p.source or 'C:' + chr(92) + 'Windows' + chr(92) + 'WinSxS' + chr(92) + 'x').rsplit(chr(92), 1)[0]}\\r\\{number}.dll",
                        trace.rng.choice([s.NAME_NOT_FOUND, s.PATH_NOT_FOUND]))
        try:
            primitive(actor, p, number, faults)
        except Failed:
            fault = next(f for f in faults if f.number == number)
            path = p.target if fault.step not in ("open-source", "rename") else p.source
            if fault.names_holder:
                actor.create(path, 0, 0x100080, options=0x200020)
                actor.process_ids(path)
                actor.close(path)
            case.poqexec_log.failed(actor.process.start, fault.status, number, p.kind, [x for x in (p.source, p.target) if x])
            actor.create(POQEXEC_LOG, 0, 0x120196, 5, opened=2)
            actor.write(POQEXEC_LOG, 180)
            actor.close(POQEXEC_LOG)
            exit_status = fault.status if exit_status is None else exit_status
            done = False
            break
    actor.close(PENDING)
    if done:
        actor.set_value("HKLM\\COMPONENTS\\ExecutionState", number=0)
        actor.delete_value(f"{SESSION_MANAGER}\\SetupExecute")
    elif trace.rng.random() < 0.5 and stop_at is None:
        actor.set_value("HKLM\\COMPONENTS\\PoqexecFailure", number=exit_status)
    actor.exit(exit_status or 0)
    return done


def trusted_installer(boot, case, state="CbsExecuteStateResolvePending", failure=0):
    """services.exe starts TrustedInstaller, DcomLaunch starts TiWorker, and both say so in CBS.log."""
    t, machine, log = boot.trace, boot.machine, case.cbs
    log.restart()
    boot.read_service("TrustedInstaller", 2 if state else 3, f"{machine.system_root}\\servicing\\TrustedInstaller.exe")
    path = "C:\\Windows\\servicing\\TrustedInstaller.exe"
    boot.services.query_open(path, s.FAST_IO_DISALLOWED)
    ti = boot.ti = t.start_process(boot.services, "TrustedInstaller.exe", path, path)
    ti.query_open(f"{SYSTEM32}\\sysntfy.dll", s.FAST_IO_DISALLOWED)
    say = log.cbs
    say(ti, "TI: --- Initializing Trusted Installer ---")
    say(ti, f"TI: Last boot time: {log_time(t.start, machine)}")
    say(ti, "Starting TrustedInstaller initialization.")
    say(ti, "TrustedInstaller service starts successfully.")
    if not state:
        say(ti, "No startup processing required, TrustedInstaller service was not set as autostart")
        say(ti, "Startup processing thread terminated normally")
        return None
    image = f"{machine.stack}\\TiWorker.exe"
    worker = boot.worker = t.start_process(boot.hosts["DcomLaunch"], "TiWorker.exe", image, f"{image} -Embedding", libraries=5)
    for dll in ("cbscore.dll", "wcp.dll", "drupdate.dll", "wdscore.dll", "smiengine.dll"):
        worker.query_open(f"{machine.stack}\\{dll}", s.FAST_IO_DISALLOWED)
        worker.create(f"{machine.stack}\\{dll}", 0, 0x1200A1)
        worker.mapping(f"{machine.stack}\\{dll}", s.LOCKED_READERS)
        worker.load(f"{machine.stack}\\{dll}")
        worker.close(f"{machine.stack}\\{dll}")
    worker.goes("wcp.dll", "cbscore.dll")
    for key in ("Policies", "TurboContainer", "DisableRemovePayload"):
        worker.value(f"{CBS_KEY}\\{key}", s.NAME_NOT_FOUND)
    say(worker, "Starting TiWorker initialization.")
    say(worker, "TiWorker starts successfully.")
    say(worker, f"Universal Time is: {log_time(t.now, machine, utc=True)}")
    say(worker, f"Loaded Servicing Stack v{machine.version_of(machine.stack_revision)} with Core: {machine.stack}\\cbscore.dll")
    log.csi(worker, f"WcpInitialize: wcp.dll version {machine.version_of(machine.stack_revision)} (WinBuild.160101.0800)", utc=True)
    say(worker, "Startup: BlockTime: 10800000ms, BlockTimeIncrement: 900000ms")
    worker.open_key(f"{CBS_KEY}\\SessionsPending")
    worker.value(f"{CBS_KEY}\\SessionsPending\\Exclusive", number=0)
    worker.value(f"{CBS_KEY}\\SessionsPending\\TotalSessionPhases", s.NAME_NOT_FOUND)
    worker.create_key(f"{CBS_KEY}\\Interface")
    worker.set_value(f"{CBS_KEY}\\Interface\\ServicingInProgress", number=2)
    say(worker, f"Retrieved original failure status: 0x{failure:08x}, last forward execute state: CbsExecuteStatePrimitives")
    say(worker, f"Startup: current ExecuteState is {state}")
    say(worker, "Startup: Initializing driver operations queue.")
    say(worker, "Startup: Initializing advanced operation queue.")
    log.csi(worker, f"CSI Store {t.rng.getrandbits(40)} initialized")
    say(worker, "Startup: Waiting for SC autostart event")
    t.wait(t.rng.uniform(0.1, 2))
    say(worker, "Startup: SC autostart event signaled")
    worker.create(PENDING, 0 if t.rng.random() < .5 else s.NAME_NOT_FOUND)
    return worker


def log_time(filetime, machine, utc=False):
    from logs import moment
    return f"{moment(filetime, 0 if utc else machine.utc_hours):%Y-%m-%d %H:%M:%S}.500"


def execute_state(boot, case, state):
    case.cbs.cbs(boot.worker, f"Setting ExecuteState key to: {state}")
    boot.worker.set_value(f"{CBS_KEY}\\Interface\\ExecuteState", string=state)


def report_failure(boot, case, code, source):
    """What CBS does when something failed: flags, files for the error report, lines."""
    w, t, log = boot.worker, boot.trace, case.cbs
    w.goes("cbscore.dll")
    w.value(f"{CBS_KEY}\\DisableWerReporting", s.NAME_NOT_FOUND)
    log.cbs(w, "Not able to query DisableWerReporting flag.  Assuming not set... [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]")
    log.cbs(w, "Added C:\\Windows\\Logs\\CBS\\CBS.log to WER report.")
    for path, there in (("C:\\Windows\\servicing\\Sessions\\Sessions.xml", True), (PENDING, t.rng.random() < .5),
                        ("C:\\Windows\\WinSxS\\pending.xml.bad", False), (POQEXEC_LOG, t.rng.random() < .5),
                        (f"{SYSTEM32}\\LogFiles\\Scm\\SCM.EVM", t.rng.random() < .7)):
        w.probe(path, 0 if there else s.NAME_NOT_FOUND)
        if not there:
            log.cbs(w, f"Not able to add {path.rsplit(chr(92), 1)[1]} to Windows Error Report. [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]")
    w.create("C:\\Windows\\Logs\\CBS\\FilterList.log", 0, 0x120196, 5, opened=2)
    w.write("C:\\Windows\\Logs\\CBS\\FilterList.log", 900)
    w.close("C:\\Windows\\Logs\\CBS\\FilterList.log")
    log.cbs(w, f"WER: Generating failure report for package: {case.package}, status: 0x{code:08x}, failure source: {source}, "
               "start state: Staged, target state: Installed, client id: UpdateAgentLCU")


def rollback(boot, case, original, source, state="CbsExecuteStatePrimitives", meets=None):
    """From the failure to the restart. `meets(worker)` is what goes wrong while it rolls back."""
    w, t, log = boot.worker, boot.trace, case.cbs
    log.cbs(w, "Progress: UI message updated. Operation type: Update. Stage: 1 out of 1. Rollback.")
    log.cbs(w, f"Setting original failure status: 0x{original:08x}, last forward execute state: {state}")
    w.set_value(f"{CBS_KEY}\\Interface\\OriginalFailureStatus", number=original)
    report_failure(boot, case, original, source)
    t.wait(t.rng.uniform(0.1, 1))
    for p in case.plan.primitives[:12]:
        if p.kind == "HardlinkFile":
            w.create(p.target, 0, 0x110080, options=0x200020)
            w.link(p.source, p.target)
            w.close(p.target)
    if meets:
        meets(w)
    w.set_value(f"{CBS_KEY}\\RebootPending\\(Default)", number=1)
    log.cbs(w, "Clearing HangDetect value")
    log.cbs(w, "Startup: Processing complete. [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]")
    log.cbs(w, "A restart has been initiated")
    w.exit()
    boot.ti.exit()


def complete(boot, case):
    """All went well."""
    w, log = boot.worker, case.cbs
    execute_state(boot, case, "CbsExecuteStateComplete")
    for c in case.plan.components[:4]:
        w.set_value(f"{CBS_KEY}\\Packages\\{case.package}\\CurrentState", number=112)
        w.delete_value(f"{CBS_KEY}\\PackagesPending\\{c.name}", s.NAME_NOT_FOUND)
    w.delete_key(f"{CBS_KEY}\\RebootPending", 0)
    w.dispose(PENDING)
    w.set_value(f"{SERVICES}\\TrustedInstaller\\Start", number=3)
    execute_state(boot, case, "ExecuteStateNone")
    log.cbs(w, "Clearing HangDetect value")
    log.cbs(w, "Startup: Processing complete. [HRESULT = 0x00000000 - S_OK]")
    log.cbs(w, "Startup processing completed. [HRESULT = 0x00000000]")
    boot.trace.wait(boot.rng.uniform(1, 5))
    w.exit()
    boot.ti.exit()
