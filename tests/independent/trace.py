"""A recording: processes that live and act, on one clock."""

import struct

import details as d
import pml
from status import SUCCESS

GENERIC_READ, READ_ATTRIBUTES, DELETE, WRITE = 0x120089, 0x100080, 0x110080, 0x120196
LIBRARIES = ["ntdll.dll", "kernel32.dll", "KernelBase.dll", "msvcrt.dll", "rpcrt4.dll", "sechost.dll", "advapi32.dll"]
ABOVE, BELOW = (("ntdll.dll", 1), ("kernelbase.dll", 1)), (("rpcrt4.dll", 3), ("ntdll.dll", 1), ("kernel32.dll", 1), ("ntdll.dll", 1))
BASIC = struct.pack("<QQQQI4x", 132_000_000_000_000_000, 132_000_000_000_000_000, 132_000_000_000_000_000,
                    132_000_000_000_000_000, 0x20)
STANDARD = struct.pack("<qqIBB2x", 8192, 7300, 1, 0, 0)
MEDIUM, SYSTEM = bytes.fromhex("010100000000001000200000"), bytes.fromhex("010100000000001000400000")


class Trace:
    def __init__(self, machine, rng, start):
        self.machine, self.rng, self.now, self.start = machine, rng, start, start
        self.processes, self.events, self.cut = [], [], None
        self.pids = iter(sorted(rng.sample(range(80, 3500), 1500)))
        self.system = self._row(None, "System", "System", "", 4)
        for i, driver in enumerate(["ntoskrnl.exe", "hal.dll", "FLTMGR.SYS", "Ntfs.sys", "CLFS.SYS", "tm.sys", "ksecdd.sys"]
                                   + [a.driver for a in machine.agents]):
            folder = "System32" if driver.endswith((".exe", ".dll")) else "System32\\drivers"
            path = f"{machine.system_root}\\{folder}\\{driver}"
            base = (0xFFFFF80000000000 if machine.x64 else 0x80000000) + i * 0x400000
            self.system.modules.append(pml.Module(base, 0x200000, path, "", "", "", start))
        self.kernel = [m.base + 0x1230 for m in self.system.modules]

    def _row(self, parent, name, path, command, pid, **more):
        process = pml.Process(len(self.processes) + 1, pid, parent, name, path, command, self.now,
                              user=more.pop("user", self.machine.system_user), **more)
        self.processes.append(process)
        return process

    def wait(self, seconds):
        self.now += int(seconds * 10_000_000)

    def add(self, actor, kind, operation, status=SUCCESS, detail=b"", extra=b"", duration=None, at=None):
        rng = self.rng
        if duration is None:
            duration = int(20 + rng.expovariate(1 / 400))
        time = self.now if at is None else at
        event = pml.Event(time, actor.process, actor.tid, kind, operation, status, duration, detail, extra, actor.stack(kind))
        self.events.append(event)
        if at is None:
            self.now += duration + int(rng.expovariate(1 / 900)) + 1
        return event

    def actor(self, process):
        return Actor(self, process, next(self.pids) * 4 + 2000)

    def start_process(self, parent, name, path, command, folder=None, libraries=3, **more):
        """Process Create by the parent, then the new process's own start and images."""
        process = self._row(parent.process, name, path, command, next(self.pids) * 4, **more)
        label = MEDIUM if process.integrity == "Medium" else SYSTEM
        self.add(parent, pml.PROCESS, 1, detail=d.process_create(
            process.index, process.pid, parent.process.index, parent.process.pid, process.session, int(process.wow64),
            self.now, process.luid, path, command, label))
        child = self.actor(process)
        self.add(child, pml.PROCESS, 7, detail=d.process_start(
            parent.process.pid, command, folder or "C:\\Windows\\system32\\",
            [f"ComputerName={self.machine.host}", "SystemRoot=C:\\Windows", "TEMP=C:\\Windows\\TEMP"]))
        self.add(child, pml.PROCESS, 3, detail=d.thread_create(child.tid))
        child.load(path)
        for library in LIBRARIES[:libraries]:
            child.load(f"{self.machine.system_root}\\System32\\{library}")
        return child

    def write(self, path):
        if self.cut is not None:
            self.events = [e for e in self.events if e.time < self.cut]
            alive = {id(e.process) for e in self.events}
            self.processes = [p for p in self.processes if id(p) in alive or p is self.system]
            for p in self.processes:
                p.end = p.end if p.end < self.cut else 0
        pml.write(path, self.machine, self.processes, self.events)


class Actor:
    """A thread of a process. Each method records one operation, and gives back its event."""

    def __init__(self, trace, process, tid):
        self.trace, self.process, self.tid = trace, process, tid
        self.x64 = trace.machine.x64
        self.way, self._stacks = (), {}

    def stack(self, kind):
        """Return addresses: the kernel's, then the modules on the way down to the thread's start. Call sites of a module and a
        kind of operation stay the same; each thread comes by three of them."""
        turn = self.trace.now % 3
        known = self._stacks.get((self.way, kind, turn, len(self.process.modules)))
        if known is None:
            kernel = self.trace.kernel
            top = [kernel[2]] * 4 + [kernel[0]] * 4 if kind == pml.FILE else [kernel[0]] * 4
            if turn == 2 and kind == pml.FILE:
                top = kernel[7:9] + top
            loaded = {m.path.rsplit("\\", 1)[-1].lower(): m for m in self.process.modules}
            way = [(loaded[name], count) for name, count in (*ABOVE, *self.way, *BELOW) if name in loaded]
            user = [m.base + 0x1000 + hash_of(f"{kind}{turn}{m.path}{n}") % 0xE000 for m, count in way for n in range(count)]
            known = self._stacks[self.way, kind, turn, len(self.process.modules)] = tuple(top + user)
        return known

    def goes(self, *modules):
        """From here on the thread comes through these modules: what is nearest to the operation first."""
        self.way = tuple((name.lower(), 2 + hash_of(name) % 4) for name in modules)

    def thread(self):
        other = self.trace.actor(self.process)
        self.trace.add(self, pml.PROCESS, 3, detail=d.thread_create(other.tid))
        return other

    def load(self, path, status=SUCCESS):
        size = 0x10000 + (hash_of(path) & 0xFF) * 0x1000
        base = (0x7FF800000000 if self.x64 else 0x60000000) + len(self.process.modules) * 0x1000000
        self.process.modules.append(pml.Module(base, size, path, "", self.process.company, "", self.trace.now))
        return self.trace.add(self, pml.PROCESS, 5, status, d.load_image(self.x64, base, size, path))

    def exit(self, status=0):
        t = self.trace
        t.add(self, pml.PROCESS, 4, detail=struct.pack("<IQQ", 0, 10000, 20000))
        event = t.add(self, pml.PROCESS, 2, detail=d.process_exit(status, 156_250, 312_500, 5 << 20))
        self.process.end = event.time
        return event

    def _file(self, operation, detail, status, extra=b"", **more):
        return self.trace.add(self, pml.FILE, operation, status, detail, extra if status == SUCCESS else b"", **more)

    def create(self, path, status=SUCCESS, access=GENERIC_READ, disposition=1, options=0x60, share=7, opened=1, **more):
        detail = d.create_file(self.x64, path, access, disposition, options, share)
        return self._file(20, detail, status, struct.pack("<I", opened), **more)

    def close(self, path):
        self._file(38, d.file(self.x64, path), SUCCESS)
        return self._file(22, d.file(self.x64, path), SUCCESS)

    def read(self, path, length, offset=0, status=SUCCESS, **more):
        return self._file(23, d.read_write(self.x64, path, offset, length), status, struct.pack("<I", length), **more)

    def write(self, path, length, offset=0, status=SUCCESS, **more):
        return self._file(24, d.read_write(self.x64, path, offset, length), status, struct.pack("<I", length), **more)

    def basic(self, path, status=SUCCESS):
        return self._file(25, d.information(self.x64, path, 4, 40), status, BASIC)

    def standard(self, path, status=SUCCESS):
        return self._file(25, d.information(self.x64, path, 5, 24), status, STANDARD)

    def query_open(self, path, status):
        return self._file(6, d.file(self.x64, path, fast=True), status)

    def process_ids(self, path):
        return self._file(25, d.information(self.x64, path, d.FILE_PROCESS_IDS, 256), SUCCESS)

    def set_basic(self, path, status=SUCCESS):
        return self._file(26, d.information(self.x64, path, 4, 40, BASIC), status)

    def rename(self, path, target, status=SUCCESS, **more):
        return self._file(26, d.move(self.x64, path, d.FILE_RENAME, target, "\\??\\" + target), status, **more)

    def link(self, path, target, status=SUCCESS, **more):
        return self._file(26, d.move(self.x64, path, d.FILE_LINK, target, "\\??\\" + target), status, **more)

    def dispose(self, path, status=SUCCESS, **more):
        return self._file(26, d.information(self.x64, path, d.FILE_DISPOSITION, 1, b"\1"), status, **more)

    def query_security(self, path, status=SUCCESS):
        return self._file(40, d.security(self.x64, path, 7), status)

    def set_security(self, path, status=SUCCESS, **more):
        return self._file(41, d.security(self.x64, path, 0x17), status, **more)

    def directory(self, path, pattern, status=SUCCESS):
        return self._file(32, d.directory(self.x64, path, pattern), status)

    def mapping(self, path, status=0x12A, protection=0x10):
        return self._file(19, d.mapping(self.x64, path, protection), status)

    def flush(self, path):
        return self._file(29, d.file(self.x64, path), SUCCESS)

    def control(self, path, code, status=SUCCESS):
        return self._file(33, d.control(self.x64, path, code), status)

    def _key(self, operation, detail, status, extra=b""):
        return self.trace.add(self, pml.REGISTRY, operation, status, detail, extra)

    def open_key(self, path, status=SUCCESS, access=0x20019):
        return self._key(0, d.key_open(path, access), status, struct.pack("<II", access, 2) if status == 0 else b"")

    def create_key(self, path, status=SUCCESS, access=0xF003F, disposition=2):
        return self._key(1, d.key_open(path, access), status, struct.pack("<II", access, disposition) if status == 0 else b"")

    def close_key(self, path):
        return self._key(2, d.key_plain(path), SUCCESS)

    def query_key(self, path):
        return self._key(3, d.key_query(path, 48, 7), SUCCESS)

    def value(self, path, status=SUCCESS, number=None, string=None):
        extra = b""
        if status == SUCCESS:
            data = (string + "\0").encode("utf-16-le") if string is not None else struct.pack("<I", number or 0)
            extra = d.value_partial(1 if string is not None else 4, data)
        return self._key(5, d.key_query(path, 144, 2), status, extra)

    def set_value(self, path, number=None, string=None, status=SUCCESS):
        data = (string + "\0").encode("utf-16-le") if string is not None else struct.pack("<I", number or 0)
        return self._key(4, d.key_set(path, 1 if string is not None else 4, data), status)

    def enum_key(self, path, index, status=SUCCESS):
        name = f"sub{index}".encode("utf-16-le")
        extra = struct.pack("<QII", 132_000_000_000_000_000, 0, len(name)) + name if status == SUCCESS else b""
        return self._key(7, d.key_enum(path, 288, index), status, extra)

    def delete_key(self, path, status=SUCCESS):
        return self._key(9, d.key_plain(path), status)

    def delete_value(self, path, status=SUCCESS):
        return self._key(10, d.key_plain(path), status)

    def load_key(self, path, hive, status=SUCCESS):
        return self._key(12, d.key_load(path, hive), status)

    def probe(self, path, status):
        """Opens a file that may be missing, and closes it where it is there."""
        event = self.create(path, status, READ_ATTRIBUTES, options=0x200000)
        if status == SUCCESS:
            self.basic(path)
            self.close(path)
        return event


def hash_of(value):
    """A hash that is the same in each run."""
    h = 2166136261
    for c in value:
        h = (h ^ ord(c)) * 16777619 & 0xFFFFFFFF
    return h
