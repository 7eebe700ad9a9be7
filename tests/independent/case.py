"""A case: a machine, its plan, one or more recorded boots, logs, and the right answer."""

import json
import random
import zlib

from boot import Boot
from drivers import driver_queue
import installers
from logs import Cbs, Poqexec, SetupApi, pending_xml
import machines
import noise
from plan import Plan
from servicing import POQEXEC, complete, poqexec, rollback, trusted_installer
import status as s
from trace import Trace

SCENARIOS = {}


def scenario(name, signature=None, kind=None, **wish):
    """Registers a scenario. `wish` narrows the machine."""
    def keep(function):
        SCENARIOS[name] = (function, signature, kind, wish)
        return function
    return keep


class Case:
    def __init__(self, name, seed, events, real, signature, kind, wish):
        self.rng = random.Random(zlib.crc32(name.encode()) * 1000 + seed)
        self.name, self.seed, self.budget, self.real = name, seed, events, real
        self.machine = machines.pick(self.rng, **wish)
        self.plan = Plan(self.machine, self.rng)
        self.package = f"Package_for_RollupFix~31bf3856ad364e35~{self.machine.arch}~~{self.machine.build}.{self.machine.revision}.1.{self.rng.randrange(3, 15)}"
        self.cbs, self.setupapi, self.poqexec_log = Cbs(self.machine, self.rng), SetupApi(self.machine), Poqexec()
        self.boots, self.persist_from = [], None
        self.identifier = f"{self.rng.getrandbits(128):032x}"
        self.no_logs, self.without_logs = False, {}
        self.label = dict(scenario=name, seed=seed, outcome="no_failure", phase=None, trace=None, index=None, acceptable=[], process=None,
                          operation=None, path=None, status=None, hresult=None, reported=None, signature=signature, kind=kind, events=None)
        self.event, self.also = None, []

    def boot(self, pended=True, **options):
        """Starts recording: the first at the machine's boot time, a later one half a minute after the last."""
        start = self.boots[-1].trace.now + 30 * machines.SECOND if self.boots else self.machine.boot_time
        boot = Boot(Trace(self.machine, self.rng, start), **options)
        self.boots.append(boot)
        if len(self.boots) == 1 and pended:
            self._before(start)
        boot.kernel_start()
        return boot

    def _before(self, start):
        """What CBS.log holds of the installation and the shutdown before this boot."""
        at = start - 600 * machines.SECOND
        for text in ("TI: --- Initializing Trusted Installer ---", f"Exec: Session: 31{self.rng.randrange(100000, 999999)}_{self.rng.randrange(10**9)}, package: {self.package}",
                     f"Exec: Staging package: {self.package}", "Exec: Execution complete", "TI: CBS has signaled that a reboot is required.",
                     "Trusted Installer is shutting down because: SHUTDOWN_REASON_NOTIFICATION:PRESHUTDOWN", "Shtd: Begin shutdown processing.",
                     "Setting reboot in progress flag", "Setting ExecuteState key to: CbsExecuteStateStageDrivers", "Shtd: Shutdown processing complete."):
            self.cbs.cbs(None, text, at=at)
            at += self.rng.randrange(20, 50) * machines.SECOND

    def fails(self, phase, hresult, event=None, reported=None, also=()):
        """The right answer. With no event, the cause is something that is no failing operation; `reported` is what CBS.log
        ends with, where it is another code than the item's."""
        self.event, self.also = event, list(also)
        self.label.update(phase=phase, hresult=hresult, reported=reported if reported is not None else hresult,
                          outcome="failing_operation" if event else "failure_without_operation")

    def settle(self, boot):
        """Adds what the others did, up to the number of events that was asked for."""
        boot.trace.wait(1)
        share = self.budget // max(1, len(self.boots))
        noise.fill(boot, self.real, max(500, share - len(boot.trace.events)))
        noise.profile(boot)

    def write(self, folder, logs):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        names = ["trace.pml"] if len(self.boots) == 1 else [f"boot{i + 1}.pml" for i in range(len(self.boots))]
        for name, boot in zip(names, self.boots):
            boot.trace.write(folder / name)
            held = self.event is not None and any(e is self.event for e in boot.trace.events)
            if held or (self.label["trace"] is None and (self.event is None or len(self.boots) == 1)):
                self.label.update(trace=name, events=len(boot.trace.events))
            if held:
                self.describe(self.event)
        if self.no_logs or logs == "none":
            self.label.update(self.without_logs, reported=None)
        else:
            self.write_logs(folder, logs)
        (folder / "label.json").write_text(json.dumps(self.label, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def describe(self, event):
        self.label.update(index=event.index, acceptable=sorted({e.index for e in self.also if e.index is not None} - {event.index}),
                          process=event.process.name, operation=operation_name(event), path=path_of(event, self.machine.x64),
                          status=event.status)

    def write_logs(self, folder, logs):
        split = self.persist_from
        wanted = {"CBS.log": self.cbs.text(split or 0), "setupapi.dev.log": self.setupapi.text(),
                  "poqexec.log": self.poqexec_log.text(), "pending.xml": pending_xml(self.plan, self.identifier)}
        if split:
            early = "".join(line + "\r\n" for when, line in self.cbs.lines if when < split)
            wanted["CbsPersist_20240601081530.log"] = early
        if logs == "some":
            for name in [n for n in sorted(wanted) if not n.startswith("Cbs") and n != "CBS.log"]:
                if self.rng.random() < 0.5:
                    del wanted[name]
        for name, text in wanted.items():
            if text:
                (folder / name).write_bytes(text.encode("utf-8"))


OPERATIONS = {
    (2, 0): "RegOpenKey", (2, 1): "RegCreateKey", (2, 4): "RegSetValue", (2, 5): "RegQueryValue", (2, 9): "RegDeleteKey",
    (2, 10): "RegDeleteValue", (2, 12): "RegLoadKey", (3, 19): "CreateFileMapping", (3, 20): "CreateFile", (3, 23): "ReadFile",
    (3, 24): "WriteFile", (3, 32): "QueryDirectory", (3, 41): "SetSecurityFile", (1, 5): "Load Image",
}
SETS = {4: "SetBasicInformationFile", 10: "SetRenameInformationFile", 11: "SetLinkInformationFile", 13: "SetDispositionInformationFile"}


def operation_name(event):
    return SETS[event.detail[0]] if (event.kind, event.operation) == (3, 26) else OPERATIONS[(event.kind, event.operation)]


def path_of(event, x64):
    """The path as it stands in the event's detail."""
    d = event.detail
    if event.kind == 3:
        at = 0x40 if x64 else 0x2C
        info, start = int.from_bytes(d[at:at + 2], "little"), at + 4
    elif event.kind == 2:
        info = int.from_bytes(d[:2], "little")
        start = {0: 8, 1: 8, 4: 16, 5: 12, 12: 4}.get(event.operation, 2)
    else:
        at = 12 if x64 else 8
        info, start = int.from_bytes(d[at:at + 2], "little"), at + 4
    length = info & 0x7FFF
    return d[start:start + length].decode("ascii") if info >> 15 else d[start:start + 2 * length].decode("utf-16-le")


def start(case, faults=(), poq=True, renames=(), disabled=(), loads=(), exit_status=None, stop_at=None, pended=True):
    """A boot up to running services: (boot, whether poqexec ended well, events of the renames)."""
    boot = case.boot(pended, disabled=disabled, poqexec_loads=loads)
    done = boot.renames(list(renames))
    poq_actor = boot.setup_execute(POQEXEC if poq else None)
    ok = poqexec(poq_actor, case, faults, exit_status, stop_at) if poq_actor else True
    boot.trace.wait(case.rng.uniform(0.5, 2))
    boot.logon_processes()
    boot.start_services()
    boot.trace.wait(case.rng.uniform(0.5, 3))
    return boot, ok, done


def primitives_failed(case, boot, code):
    """What TiWorker says and does after poqexec gave up."""
    log, w = case.cbs, boot.worker
    log.cbs(w, f"Startup: Failed while processing primitive operations queue. [HRESULT = {s.named(code)}]", "Error")
    rollback(boot, case, code, "Execute", "CbsExecuteStatePrimitives|CbsExecuteStateResolvePending")
    boot.end()


def healthy_end(case, boot, works=None):
    """Driver queue, installers, end, and a person logs on."""
    driver_queue(boot, case)
    installers.queue(boot, case, works=works)
    complete(boot, case)
    desktop(case, boot)


def desktop(case, boot):
    t, user = boot.trace, case.machine.user
    more = dict(session=1, user=f"{case.machine.host}\\{user}", integrity="Medium", luid=0x2F0A1)
    userinit = t.start_process(boot.winlogon, "userinit.exe", "C:\\Windows\\System32\\userinit.exe", "userinit.exe", **more)
    boot.explorer = t.start_process(userinit, "Explorer.EXE", "C:\\Windows\\Explorer.EXE", "C:\\Windows\\Explorer.EXE", **more)
    userinit.exit()
    t.wait(case.rng.uniform(5, 20))


def failed_installers(case, boot, name, error, code, work=None, seconds=None, event=None, others=()):
    """An installer that fails, and the rollback that follows. `event` may be a list that `work` fills."""
    driver_queue(boot, case)
    installers.queue(boot, case, name, work, error, seconds, code, others=others)
    rollback(boot, case, 0x800F0922, "CSI Other", "CbsExecuteStateResolvePending")
    boot.end()
    case.fails("startup-installers", code, event[-1] if event else None, 0x800F0922, event[:-1] if event else ())
    case.settle(boot)


def second_boot(case, code):
    """The start after the rollback: installers run again, to undo, and TrustedInstaller reports the original failure."""
    boot, _, _ = start(case, poq=False)
    trusted_installer(boot, case, "CbsExecuteStateInitiateRollback | CbsExecuteStateFlagAdvancedInstallersFailed", code)
    case.cbs.cbs(boot.worker, "Startup: Processing advanced operation queue, startupPhase: 0")
    for i, name in enumerate(case.plan.installers):
        installers.run(boot, case, name, sequence=i + 1)
    case.cbs.cbs(boot.worker, f"Startup: Processing complete. [HRESULT = {s.named(code)}]")
    boot.worker.exit()
    boot.ti.exit()
    desktop(case, boot)
    case.settle(boot)
    return boot
