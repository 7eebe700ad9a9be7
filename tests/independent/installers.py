"""The advanced installer queue at startup."""

import status as s
from plan import INSTALLERS
from servicing import execute_state


def run(boot, case, name, work=None, error=None, seconds=None, ignored=False, sequence=0):
    """One installer. `work(worker)` does what is particular; `error` is its completion, as CBS prints HRESULTs of items."""
    w, t, log, rng = boot.worker, boot.trace, case.cbs, boot.rng
    guid, dll, phase = INSTALLERS[name]
    component = rng.choice(case.plan.components)
    log.csi(w, f"Begin executing advanced installer phase {phase} index {sequence} (sequence {sequence})\r\n"
               f"    Old component: (null)\r\n    New component: {component.identity}\r\n    Install mode: delta\r\n"
               f"    Smart installer: false\r\n    Installer ID: {guid}\r\n    Installer name: '{name}'")
    start = t.now
    path = f"{case.machine.stack}\\{dll}"
    w.query_open(path, s.FAST_IO_DISALLOWED)
    w.create(path, 0, 0x1200A1)
    w.load(path)
    w.close(path)
    manifest = f"C:\\Windows\\WinSxS\\Manifests\\{component.folder.rsplit(chr(92), 1)[1]}.manifest"
    w.query_open(manifest, s.FAST_IO_DISALLOWED)
    w.create(manifest)
    w.read(manifest, 2048)
    w.close(manifest)
    key = f"HKLM\\COMPONENTS\\DerivedData\\Components\\{component.folder.rsplit(chr(92), 1)[1][:60]}"
    w.open_key(key)
    w.value(f"{key}\\identity", s.BUFFER_OVERFLOW)
    w.value(f"{key}\\identity")
    w.value(f"{key}\\CF", s.NAME_NOT_FOUND)
    w.close_key(key)
    if work:
        w.goes(dll, "wcp.dll", "cbscore.dll")
        work(w)
        w.goes("wcp.dll", "cbscore.dll")
    if seconds:
        t.wait(seconds)
    log.csi(w, f"CSI Advanced installer perf trace:\r\nCSIPERF:AIDONE;{guid};{component.identity};{(t.now - start) // 10}us", utc=True)
    log.csi(w, f"End executing advanced installer (sequence {sequence})\r\n    Completion status: {error or 'S_OK'} ")
    if error:
        tail = ("Failure will be ignored: Installer is not reliable" if ignored else
                "Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; "
                "installer is reliable")
        log.csi(w, f"Failed execution of queue item Installer: {name} ({guid}) with HRESULT {error}.  {tail}[gle=0x80004005]",
                "Error" if not ignored else "Info", failed=True, code=0x01806A)
    t.wait(rng.uniform(0.005, 0.4))


def queue(boot, case, failing=None, work=None, error=None, seconds=None, code=0, works=None, others=()):
    """All installers; `failing` fails and the rest still run, as Windows does it. True where none failed."""
    w, t, log = boot.worker, boot.trace, case.cbs
    w.goes("wcp.dll", "cbscore.dll")
    execute_state(boot, case, "CbsExecuteStateResolvePending")
    log.cbs(w, "Startup: Processing advanced operation queue, startupPhase: 0")
    names = [n for n in case.plan.installers if n != failing and n not in dict(others)]
    if failing:
        names.insert(t.rng.randrange(len(names) + 1), failing)
    for name, options in others:
        names.insert(t.rng.randrange(len(names) + 1), name)
    for i, name in enumerate(names):
        options = dict(others).get(name, {})
        if name == failing:
            options = dict(work=work, error=error, seconds=seconds)
        elif works and name in works:
            options = dict(work=works[name])
        run(boot, case, name, sequence=i + 1, **options)
    log.csi(w, "Finished running all AIs.", utc=True)
    if not failing:
        return True
    _, dll, phase = INSTALLERS[failing]
    log.csi(w, "The queue has completed running, and AI failures have occured.")
    log.csi(w, "==Error Summary Start==")
    log.csi(w, f"Installer: {failing}\tBinary Name: {dll}\tErrorCode: {code:08x}\tPhase: {phase}\tMode: Delta\tComponent: NONE[gle=0x80004005]", "Error", failed=True)
    log.csi(w, "==Error Summary End==")
    log.cbs(w, "Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. "
               "[HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]", "Error")
    log.cbs(w, "Startup: Failed to process advanced operation queue.  Drivers and primitives will be rolled back and a restart initiated.")
    execute_state(boot, case, "CbsExecuteStateInitiateRollback | CbsExecuteStateFlagAdvancedInstallersFailed")
    return False
