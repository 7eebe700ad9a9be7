"""The class-specific bytes of an event: what Process Monitor's driver recorded, and what it added at completion."""

import struct
from functools import lru_cache

SYSTEM_SID = bytes.fromhex("010100000000000512000000")
FILE_LINK, FILE_RENAME, FILE_DISPOSITION, FILE_BASIC = 11, 10, 13, 4
FILE_PROCESS_IDS = 47


@lru_cache(maxsize=1 << 16)
def text(value):
    """(info, bytes): bit 15 of info says one byte a character, the rest is the count of UTF-16 units."""
    try:
        return 0x8000 | len(value), value.encode("ascii")
    except UnicodeEncodeError:
        raw = value.encode("utf-16-le")
        return len(raw) // 2, raw


def pointer(x64, value):
    return struct.pack("<Q" if x64 else "<I", value)


def multi_sz(values):
    return "".join(v + "\0" for v in values).encode("utf-16-le") + b"\0\0"


def file(x64, path, sub=0, parameters=b"", tail=b"", fast=False):
    """A file-system event. `parameters` are the bytes of FLT_PARAMETERS that mean something."""
    info, raw = text(path)
    flags = 2 if fast else 1
    return (struct.pack("<B7xII", sub, 0x884 if not fast else 0, flags)
            + parameters.ljust(48 if x64 else 28, b"\0") + struct.pack("<HH", info, 0) + raw + tail)


def create_file(x64, path, access, disposition=1, options=0x60, share=7, attributes=0x80):
    if x64:
        p = struct.pack("<8xI4xHH", disposition << 24 | options, attributes, share)
    else:
        p = struct.pack("<4xIHH", disposition << 24 | options, attributes, share)
    return file(x64, path, 0, p, struct.pack("<IB3x", access, 0))


def read_write(x64, path, offset, length, fast=False):
    p = struct.pack("<I4x8xq" if x64 else "<I4xq", length, offset)
    return file(x64, path, 0, p, fast=fast)


def information(x64, path, kind, length, tail=b""):
    p = struct.pack("<I4xI" if x64 else "<II", length, kind)
    return file(x64, path, kind, p, tail)


def move(x64, path, kind, target, native):
    """Rename (10) or hard link (11): the input structure, then the target as Process Monitor shows it."""
    name = native.encode("utf-16-le")
    given = b"\1" + b"\0" * (7 if x64 else 3) + pointer(x64, 0) + struct.pack("<I", len(name)) + name
    info, raw = text(target)
    return information(x64, path, kind, len(given), given + struct.pack("<H", info) + raw)


def directory(x64, path, pattern):
    p = struct.pack("<I4x8xI" if x64 else "<I4xI", 0x1000, 3)
    info, raw = text(pattern)
    return file(x64, path, 1, p, struct.pack("<H", info) + raw)


def security(x64, path, which):
    return file(x64, path, 0, struct.pack("<I", which))


def mapping(x64, path, protection):
    return file(x64, path, 0, struct.pack("<II", 1, protection))


def control(x64, path, code, fast=False):
    p = struct.pack("<I4xI4xI" if x64 else "<III", 0, 0, code)
    return file(x64, path, 0, p, fast=fast)


def key_open(path, access):
    info, raw = text(path)
    return struct.pack("<HHI", info, 0, access) + raw


def key_query(path, length, kind):
    info, raw = text(path)
    return struct.pack("<HHII", info, 0, length, kind) + raw


def key_enum(path, length, index, kind=0):
    info, raw = text(path)
    return struct.pack("<HHIII", info, 0, length, index, kind) + raw


def key_plain(path):
    info, raw = text(path)
    return struct.pack("<H", info) + raw


def key_set(path, kind, data):
    """Process Monitor keeps 16 bytes of binary data and the whole of a text."""
    info, raw = text(path)
    kept = data[:16] if kind == 3 else data
    return struct.pack("<HHIIHH", info, 0, kind, len(data), len(kept), 0) + raw + kept


def key_load(path, hive):
    info, raw = text(path)
    info2, raw2 = text(hive)
    return struct.pack("<HH", info, info2) + raw + raw2


def value_partial(kind, data):
    """KEY_VALUE_PARTIAL_INFORMATION."""
    return struct.pack("<III", 0, kind, len(data)) + data


def process_create(index, pid, parent_index, parent_pid, session, wow64, time, luid, path, command, integrity_sid):
    i1, r1 = text(path)
    i2, r2 = text(command)
    return (struct.pack("<IIIIIIQQIBBHHH", index, pid, parent_index, parent_pid, session, wow64, time, luid, 0,
                        len(SYSTEM_SID), len(integrity_sid), i1, i2, 0) + SYSTEM_SID + integrity_sid + r1 + r2)


def process_start(parent_pid, command, directory, environment):
    i1, r1 = text(command)
    i2, r2 = text(directory)
    block = multi_sz(environment)
    return struct.pack("<IHHI", parent_pid, i1, i2, len(block) // 2) + r1 + r2 + block


def process_exit(status, kernel, user, working_set):
    return struct.pack("<IQQQQQQ", status & 0xFFFFFFFF, kernel, user, working_set, working_set + 4096, working_set // 2, working_set // 2)


def load_image(x64, base, size, path):
    info, raw = text(path)
    return pointer(x64, base) + struct.pack("<IHH", size, info, 0) + raw


def thread_create(tid):
    return struct.pack("<I", tid)


def process_profiling(user, kernel, working_set, private):
    return struct.pack("<QQQQ", user, kernel, working_set, private)
