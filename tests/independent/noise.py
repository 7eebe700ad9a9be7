"""What everybody else does meanwhile. Patterns come from real traces where they are at hand, else from a small table."""

import csv
import lzma
import os
from pathlib import Path

import details
import pml
import status as s

RESULTS = {
    "SUCCESS": 0, "NAME NOT FOUND": s.NAME_NOT_FOUND, "PATH NOT FOUND": s.PATH_NOT_FOUND, "BUFFER OVERFLOW": s.BUFFER_OVERFLOW,
    "FAST IO DISALLOWED": s.FAST_IO_DISALLOWED, "ACCESS DENIED": s.ACCESS_DENIED, "NO MORE FILES": s.NO_MORE_FILES,
    "NO MORE ENTRIES": s.NO_MORE_ENTRIES, "REPARSE": s.REPARSE, "FILE LOCKED WITH ONLY READERS": s.LOCKED_READERS,
    "NAME COLLISION": s.NAME_COLLISION, "IS DIRECTORY": s.IS_DIRECTORY, "NO SUCH FILE": s.NO_SUCH_FILE,
    "BUFFER TOO SMALL": s.BUFFER_TOO_SMALL, "NOT REPARSE POINT": s.NOT_REPARSE_POINT, "INVALID PARAMETER": s.INVALID_PARAMETER,
    "END OF FILE": s.END_OF_FILE,
}
KNOWN = {
    "RegOpenKey": lambda a, p, st: a.open_key(p, st), "RegQueryValue": lambda a, p, st: a.value(p, st, number=1),
    "RegCloseKey": lambda a, p, st: a.close_key(p), "RegQueryKey": lambda a, p, st: a.query_key(p),
    "RegEnumKey": lambda a, p, st: a.enum_key(p, 1, st), "RegSetValue": lambda a, p, st: a.set_value(p, 1, status=st),
    "CreateFile": lambda a, p, st: a.create(p, st), "CloseFile": lambda a, p, st: a.close(p),
    "QueryOpen": lambda a, p, st: a.query_open(p, st), "ReadFile": lambda a, p, st: a.read(p, 4096, status=st),
    "WriteFile": lambda a, p, st: a.write(p, 512, status=st), "QueryBasicInformationFile": lambda a, p, st: a.basic(p, st),
    "QueryStandardInformationFile": lambda a, p, st: a.standard(p, st), "QuerySecurityFile": lambda a, p, st: a.query_security(p, st),
    "CreateFileMapping": lambda a, p, st: a.mapping(p, st), "FlushBuffersFile": lambda a, p, st: a.flush(p),
    "FileSystemControl": lambda a, p, st: a.control(p, 0x900A8, st), "QueryDirectory": lambda a, p, st: a.directory(p, "*", st),
    "SetSecurityFile": lambda a, p, st: a.set_security(p, st),
}
TABLE = [
    ("svchost.exe", "RegOpenKey", "HKLM\\Software\\Policies\\Microsoft\\Windows\\System", s.NAME_NOT_FOUND),
    ("svchost.exe", "CreateFile", "C:\\Windows\\System32\\wbem\\Logs", s.NAME_COLLISION),
    ("svchost.exe", "QueryOpen", "C:\\Windows\\System32\\sppc.dll", s.FAST_IO_DISALLOWED),
    ("lsass.exe", "RegOpenKey", "HKLM\\SAM\\SAM\\DOMAINS\\Account\\Aliases\\Names\\test", s.NAME_NOT_FOUND),
    ("services.exe", "RegQueryValue", "HKLM\\System\\CurrentControlSet\\Services\\W32Time\\DelayedAutostart", s.NAME_NOT_FOUND),
    ("Explorer.EXE", "RegQueryValue", "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced\\Hidden", s.NAME_NOT_FOUND),
    ("TiWorker.exe", "QueryOpen", "C:\\Windows\\WinSxS\\pending.xml", s.FAST_IO_DISALLOWED),
    ("TiWorker.exe", "QuerySecurityFile", "C:\\Windows\\System32\\SMI\\Store\\Machine\\SCHEMA.DAT", s.BUFFER_OVERFLOW),
    ("System", "CreateFileMapping", "C:\\Windows\\System32\\cabinet.dll", s.LOCKED_READERS),
]
FILES = ["LogfileTests64bitUTC.csv", "LogFileUTC64Filesystem.csv"]


def patterns():
    """{process name: [(operation, path, status)]} of the real traces, in their order."""
    folder = Path(os.environ.get("BOOTRACE_DATA") or Path(__file__).resolve().parents[3] / "shared/data") / "pml"
    found = {}
    for name in FILES:
        path = folder / name
        opener = open if path.exists() else lzma.open
        path = path if path.exists() else folder / (name + ".xz")
        if not path.exists():
            continue
        with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                status = RESULTS.get(row["Result"])
                if status is not None and row["Operation"] in KNOWN and row["Path"]:
                    found.setdefault(row["Process Name"], []).append((row["Operation"], row["Path"], status))
    if not found:
        for process, operation, path, status in TABLE:
            found.setdefault(process, []).append((operation, path, status))
    return found


def actors(boot):
    """(a thread, names whose patterns it may show) of the processes that a started Windows has."""
    found = [(a, ["svchost.exe", "wmiprvse.exe", "taskhostw.exe"]) for a in boot.hosts.values()]
    found += [(a, ["MsMpEng.exe", "vmtoolsd.exe", "SearchIndexer.exe"]) for a in boot.agents.values()]
    found.append((boot.kernel, ["System"]))
    if boot.services:
        found += [(boot.lsass, ["lsass.exe"]), (boot.services, ["services.exe"])]
    if boot.worker:
        found += [(boot.worker, ["TiWorker.exe"])] * 2
    if boot.explorer:
        found += [(boot.explorer, ["Explorer.EXE"])] * 3
    return [(boot.trace.actor(a.process), names) for a, names in found]


def fill(boot, real, count, start=None, end=None):
    """`count` events between two times, in short runs as they were recorded, by processes that live at that time."""
    trace, rng, home = boot.trace, boot.rng, boot.trace.now
    start, end = start or trace.start, end or home
    threads = actors(boot)
    choices = [(a, n) for a, names in threads for n in names if n in real] or [(a, n) for a, _ in threads for n in real]
    while count > 0:
        actor, name = rng.choice(choices)
        rows = real[name]
        at = rng.randrange(len(rows))
        run = rows[at:at + rng.randrange(4, 60)]
        first = max(start, actor.process.start + 1)
        last = min(end, actor.process.end or end)
        if first >= last:
            count -= 1
            continue
        trace.now = rng.randrange(first, last)
        for operation, path, status in run:
            if trace.now >= last:
                break
            if name in ("MsMpEng.exe", "vmtoolsd.exe"):
                path = path.replace("Windows Defender", "Security Agent")
            KNOWN[operation](actor, path, status)
            count -= 1
    trace.now = home


def profile(boot):
    """A Process Profiling row for each process each second or so, as Process Monitor writes them."""
    trace = boot.trace
    home = trace.now
    seconds = min(40, (home - trace.start) // 10_000_000)
    for second in range(int(seconds)):
        at = trace.start + (second + 1) * ((home - trace.start) // (int(seconds) + 1))
        for p in trace.processes:
            if p.start < at and (not p.end or p.end > at):
                trace.add(_Idle(p), pml.PROFILING, 1, 0, details.process_profiling(1000 * second, 500 * second, 4 << 20, 2 << 20), b"", 0, at)


class _Idle:
    """The thread zero, to which profiling rows belong."""

    def __init__(self, process):
        self.process, self.tid = process, 0

    def stack(self, _kind):
        return ()
