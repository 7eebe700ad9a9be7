#!/usr/bin/env python3
"""Prints the DLLs that a Windows program imports and what keeps planted ones out; fails where WinPE lacks one, or where a
program of Microsoft's linker was not linked with /DEPENDENTLOADFLAG:0x800.

usage: check-dlls.py PROGRAM.exe…
       check-dlls.py --self-test
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
# Those of them that Windows 10 takes from its section \KnownDlls, wherever the program lies: by common knowledge, too.
KNOWN = WINPE - {"bcrypt.dll", "crypt32.dll", "ktmw32.dll", "userenv.dll"}
API_SETS = ("api-ms-win-", "ext-ms-win-")
IMPORTS, LOAD_CONFIG, DELAYED = 1, 10, 13
# LOAD_LIBRARY_SEARCH_SYSTEM32, which build.rs asks the linker for.
SYSTEM32_ONLY = 0x800
# DependentLoadFlags within the load configuration of 32 and of 64 bits.
FLAGS_AT = {False: 54, True: 78}
# The linker of GNU writes the version of binutils, Microsoft's and LLVM's write 14. GNU's writes no load configuration.
GNU = 2


def text(data, at):
    return data[at : data.index(b"\0", at)].decode("ascii")


class Program:
    """A Windows program, as far as its loader looks at it."""

    def __init__(self, data):
        self.data = data
        header = struct.unpack_from("<I", data, 0x3C)[0]
        if data[:2] != b"MZ" or data[header : header + 4] != b"PE\0\0":
            raise ValueError("not a Windows program")
        sections, optional_size = struct.unpack_from("<2xH12xH", data, header + 4)
        optional = header + 24
        magic, self.linker = struct.unpack_from("<HB", data, optional)
        self.wide = magic == 0x20B
        self.directories = optional + (112 if self.wide else 96)
        table = optional + optional_size
        self.spans = [struct.unpack_from("<8xIIII", data, table + 40 * n) for n in range(sections)]

    def place(self, address):
        for size, start, raw, at in self.spans:
            if start <= address < start + max(size, raw):
                return at + address - start
        raise ValueError(f"no section holds the address {address:#x}")

    def directory(self, number):
        """Where a data directory lies in the file; None where there is none."""
        address = struct.unpack_from("<I", self.data, self.directories + 8 * number)[0]
        return self.place(address) if address else None

    def imports(self):
        """The names of the DLLs, those that are loaded late included."""
        found = set()
        for directory, entry, name_at in ((IMPORTS, 20, 12), (DELAYED, 32, 4)):
            at = self.directory(directory)
            while at is not None:
                name = struct.unpack_from("<I", self.data, at + name_at)[0]
                if not name:
                    break
                found.add(text(self.data, self.place(name)).lower())
                at += entry
        return found

    def load_flags(self):
        """Where linked DLLs may come from (DependentLoadFlags); None without a load configuration that says it."""
        at = self.directory(LOAD_CONFIG)
        flags_at = FLAGS_AT[self.wide]
        if at is None or struct.unpack_from("<I", self.data, at)[0] < flags_at + 2:
            return None
        return struct.unpack_from("<H", self.data, at + flags_at)[0]


def lacking(names):
    """What is wrong with the imports."""
    return [f"WinPE lacks {name}" for name in sorted(names) if name not in WINPE and not name.startswith(API_SETS)]


def planting(program):
    """What keeps planted DLLs out, and whether that is all that its linker can do."""
    flags = program.load_flags()
    if flags == SYSTEM32_ONLY:
        return "linked DLLs come from System32 only (DependentLoadFlags 0x800)", True
    if program.linker == GNU and flags is None:
        loose = sorted(n for n in program.imports() if n not in KNOWN and not n.startswith(API_SETS))
        rest = f"{', '.join(loose)} could be planted beside it: not for release" if loose else "no other is linked"
        return f"no load configuration, as GNU's linker leaves it: KnownDLLs come from System32; {rest}", True
    said = "no DependentLoadFlags" if flags is None else f"DependentLoadFlags {flags:#x}"
    return f"{said}, not {SYSTEM32_ONLY:#x}: a DLL could be planted beside it (build.rs asks for the flag)", False


def made(wide=True, linker=14, flags=SYSTEM32_ONLY, config_size=None, dll=b"KERNEL32.dll"):
    """The headers of a program with one section, which imports one DLL; `flags=None` is one without a load configuration."""
    start, raw = 0x1000, 0x200
    optional_size = (112 if wide else 96) + 16 * 8
    optional = bytearray(optional_size)
    struct.pack_into("<HB", optional, 0, 0x20B if wide else 0x10B, linker)
    directories = optional_size - 16 * 8
    section = bytearray(0x200)
    struct.pack_into("<I", optional, directories + 8 * IMPORTS, start)
    struct.pack_into("<I", section, 12, start + 0x40)
    section[0x40 : 0x40 + len(dll)] = dll
    if flags is not None:
        struct.pack_into("<I", optional, directories + 8 * LOAD_CONFIG, start + 0x80)
        struct.pack_into("<I", section, 0x80, FLAGS_AT[wide] + 2 if config_size is None else config_size)
        # All around is set, so that a wrong place is seen.
        section[0x84 : 0x80 + 0x100] = b"\xff" * 0xFC
        struct.pack_into("<H", section, 0x80 + FLAGS_AT[wide], flags)
    header = bytearray(0x40)
    header[:2] = b"MZ"
    struct.pack_into("<I", header, 0x3C, 0x40)
    coff = struct.pack("<HHIIIHH", 0x8664 if wide else 0x14C, 1, 0, 0, 0, optional_size, 0)
    table = struct.pack("<8sIIII16x", b".rdata", len(section), start, len(section), raw)
    return (bytes(header) + b"PE\0\0" + coff + bytes(optional) + table).ljust(raw, b"\0") + bytes(section)


def self_test():
    for wide in (True, False):
        cases = [
            ("linked as build.rs says", made(wide), True),
            ("without the flag", made(wide, flags=0), False),
            ("with another flag", made(wide, flags=0x200), False),
            ("a load configuration that ends before the flag", made(wide, config_size=FLAGS_AT[wide]), False),
            ("no load configuration, Microsoft's linker", made(wide, flags=None), False),
            ("no load configuration, GNU's linker", made(wide, linker=GNU, flags=None), True),
            ("a load configuration without the flag, GNU's linker", made(wide, linker=GNU, flags=0), False),
        ]
        for name, data, good in cases:
            said, passes = planting(Program(data))
            assert passes == good, f"{name}, {64 if wide else 32} bits: {said}"
    assert Program(made()).imports() == {"kernel32.dll"}
    assert not lacking({"kernel32.dll", "api-ms-win-core-synch-l1-2-0.dll"})
    assert lacking(Program(made(dll=b"VCRUNTIME140.dll")).imports()) == ["WinPE lacks vcruntime140.dll"]
    loose = planting(Program(made(linker=GNU, flags=None, dll=b"USERENV.dll")))[0]
    assert "userenv.dll could be planted" in loose, loose
    assert KNOWN < WINPE


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    wrong = len(sys.argv) < 2
    for path in sys.argv[1:]:
        program = Program(pathlib.Path(path).read_bytes())
        names = program.imports()
        said, closed = planting(program)
        print(f"{path}: {', '.join(sorted(names))}")
        print(f"{path}: {said}", file=sys.stdout if closed else sys.stderr)
        for problem in lacking(names):
            print(f"{path}: {problem}", file=sys.stderr)
        wrong |= not closed or bool(lacking(names))
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
