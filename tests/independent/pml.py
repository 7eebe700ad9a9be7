"""Writes a Process Monitor log, version 9, for 32- or 64-bit Windows, with its tables in Process Monitor's order."""

import struct

HEADER = 0x3A8
PROCESS, REGISTRY, FILE, PROFILING = 1, 2, 3, 4


class Module:
    __slots__ = ("base", "size", "path", "version", "company", "description", "time")

    def __init__(self, base, size, path, version, company, description, time):
        self.base, self.size, self.path, self.version = base, size, path, version
        self.company, self.description, self.time = company, description, time


class Process:
    """A row of the process table; `index` stays its name where Windows gives the pid to another process."""

    def __init__(self, index, pid, parent, name, path, command, start, **more):
        self.index, self.pid, self.parent, self.name = index, pid, parent, name
        self.path, self.command, self.start, self.end = path, command, start, 0
        self.luid = more.get("luid", 0x3E7)
        self.session = more.get("session", 0)
        self.user = more.get("user", "NT AUTHORITY\\SYSTEM")
        self.integrity = more.get("integrity", "System")
        self.company = more.get("company", "Microsoft Corporation")
        self.version = more.get("version", "")
        self.description = more.get("description", "")
        self.wow64 = more.get("wow64", False)
        self.modules = []


class Event:
    __slots__ = ("time", "process", "tid", "kind", "operation", "status", "duration", "detail", "extra", "stack", "index")

    def __init__(self, time, process, tid, kind, operation, status, duration, detail, extra, stack):
        self.time, self.process, self.tid, self.kind, self.operation = time, process, tid, kind, operation
        self.status, self.duration, self.detail, self.extra, self.stack = status, duration, detail, extra, stack
        self.index = None


class Strings:
    def __init__(self):
        self.rows, self.known = [b""], {"": 0}

    def __call__(self, value):
        at = self.known.get(value)
        if at is None:
            at = self.known[value] = len(self.rows)
            self.rows.append((value + "\0").encode("utf-16-le"))
        return at

    def table(self):
        return counted([struct.pack("<I", len(row)) + row for row in self.rows])


def counted(entries, indexes=None):
    """count, [indexes], offsets from the table's start, entries"""
    head = 4 + 4 * len(entries) * (2 if indexes is not None else 1)
    offsets, at = [], head
    for entry in entries:
        offsets.append(at)
        at += len(entry)
    parts = [struct.pack("<I", len(entries))]
    if indexes is not None:
        parts.append(struct.pack(f"<{len(indexes)}I", *indexes))
    parts.append(struct.pack(f"<{len(offsets)}I", *offsets))
    return b"".join(parts + entries)


def process_entry(x64, p, strings):
    word = "<Q" if x64 else "<I"
    parent = p.parent
    row = struct.pack("<IIIIQIIQQII", p.index, p.pid, parent.pid if parent else 0, parent.index if parent else 0, p.luid,
                      p.session, 0, p.start, p.end, 0, 1 if x64 and not p.wow64 else 0)
    row += struct.pack("<8I", *map(strings, (p.integrity, p.user, p.name, p.path, p.command, p.company, p.version, p.description)))
    row += struct.pack("<II", 0, 0) + struct.pack(word, 1) + struct.pack("<I", len(p.modules))
    for m in sorted(p.modules, key=lambda m: m.base):
        low, high = m.time & 0xFFFFFFFF, m.time >> 32
        row += struct.pack("<I4xQ" if x64 else "<II", low, m.base)
        row += struct.pack("<6I", m.size, strings(m.path), strings(m.version), strings(m.company), strings(m.description), 0)
        row += struct.pack("<6I", 0, 0, 0, m.size, 0, high)
    return row


def header(machine, count, offsets, processes, strings, icons, hosts):
    root, name = machine.system_root, machine.host[:15]
    h = b"PML_" + struct.pack("<II", 9, 1 if machine.x64 else 0)
    h += name.encode("utf-16-le").ljust(32, b"\0") + root.encode("utf-16-le").ljust(520, b"\0")
    h += struct.pack("<IQQQQQQ", count, 0, HEADER, offsets, processes, strings, icons)
    h += struct.pack("<Q", 0x7FFFFFFEFFFF if machine.x64 else 0x7FFEFFFF)
    service_pack = (machine.service_pack or "").encode("utf-16-le").ljust(256, b"\0")
    h += struct.pack("<5I", 284, machine.major, machine.minor, machine.build, 2) + service_pack
    h += struct.pack("<HHHBB", 0, 0, 0x110, machine.product_type, 0)
    h += struct.pack("<IQQQ", machine.processors, machine.memory, HEADER, hosts)
    assert len(h) == HEADER, len(h)
    return h


def write(path, machine, processes, events):
    """Writes the log and gives each event its number in time order."""
    x64, strings = machine.x64, Strings()
    events.sort(key=lambda e: e.time)
    word = "Q" if x64 else "I"
    records, places, at, sequence = [], [], HEADER, 1
    for number, e in enumerate(events):
        e.index = number
        detail = e.detail
        size = 52 + len(e.stack) * (8 if x64 else 4) + len(detail)
        row = struct.pack("<IIIHHIQQIHHII", e.process.index, e.tid, e.kind, e.operation, 0, sequence, e.duration, e.time,
                          e.status, len(e.stack), 0, len(detail), size if e.extra else 0)
        row += struct.pack(f"<{len(e.stack)}{word}", *e.stack) + detail
        if e.extra:
            row += struct.pack("<H", len(e.extra)) + e.extra
        records.append(row)
        places.append(at)
        at += len(row)
        sequence += 1
    pad = -(at + 5 * len(events)) % 4 if events else 0
    offsets = at + pad
    process_at = offsets + 5 * len(events)
    rows = [process_entry(x64, p, strings) for p in processes]
    process_table = counted(rows, [p.index for p in processes])
    process_table += b"\0" * (-len(process_table) % 4)
    string_table = strings.table()
    string_table += b"\0" * (-len(string_table) % 4)
    icon_table = counted([struct.pack("<II", 0, 0)])
    strings_at = process_at + len(process_table)
    icons_at = strings_at + len(string_table)
    hosts_at = icons_at + len(icon_table)
    with open(path, "wb") as out:
        out.write(header(machine, len(events), offsets, process_at, strings_at, icons_at, hosts_at))
        out.writelines(records)
        out.write(b"\0" * pad)
        out.write(b"".join(struct.pack("<IB", place, 0) for place in places))
        out.write(process_table + string_table + icon_table + struct.pack("<II", 0, 0))
