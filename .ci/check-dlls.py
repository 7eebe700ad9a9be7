#!/usr/bin/env python3
"""Prints the DLLs that a Windows program imports, and fails where WinPE lacks one.

usage: check-dlls.py PROGRAM.exe…
"""

import pathlib
import struct
import sys

# In System32 of WinPE without optional components (Windows 10 1607 and later). API sets are part of Windows' loader.
# By common knowledge, not compared with an image: docs/CAPTURE.md has the check.
WINPE = {
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "ktmw32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "rpcrt4.dll",
    "sechost.dll",
    "shell32.dll",
    "ucrtbase.dll",
    "user32.dll",
    "userenv.dll",
    "ws2_32.dll",
}
IMPORTS, DELAYED = 1, 13


def text(data, at):
    return data[at : data.index(b"\0", at)].decode("ascii")


def imports(data):
    """The names of the DLLs, those that are loaded late included."""
    header = struct.unpack_from("<I", data, 0x3C)[0]
    if data[:2] != b"MZ" or data[header : header + 4] != b"PE\0\0":
        raise ValueError("not a Windows program")
    sections, optional_size = struct.unpack_from("<2xH12xH", data, header + 4)
    optional = header + 24
    wide = struct.unpack_from("<H", data, optional)[0] == 0x20B
    directories = optional + (112 if wide else 96)
    table = optional + optional_size
    spans = [struct.unpack_from("<8xIIII", data, table + 40 * n)[:4] for n in range(sections)]

    def place(address):
        for size, start, raw, at in spans:
            if start <= address < start + max(size, raw):
                return at + address - start
        raise ValueError(f"no section holds the address {address:#x}")

    found = set()
    for directory, entry, name_at in ((IMPORTS, 20, 12), (DELAYED, 32, 4)):
        address = struct.unpack_from("<I", data, directories + 8 * directory)[0]
        at = place(address) if address else None
        while at is not None:
            name = struct.unpack_from("<I", data, at + name_at)[0]
            if not name:
                break
            found.add(text(data, place(name)).lower())
            at += entry
    return found


def main():
    missing = False
    for path in sys.argv[1:]:
        names = imports(pathlib.Path(path).read_bytes())
        print(f"{path}: {', '.join(sorted(names))}")
        for name in sorted(names):
            if name not in WINPE and not name.startswith(("api-ms-win-", "ext-ms-win-")):
                print(f"{path}: WinPE lacks {name}", file=sys.stderr)
                missing = True
    return 1 if missing or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
