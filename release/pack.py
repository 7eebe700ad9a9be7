#!/usr/bin/env python3
"""Packs a program with its pages, and checks an archive against README.md.

usage: pack.py TARGET PROGRAM FOLDER [FILE…]  writes the archive for this target, with further files, and prints its path
       pack.py --check ARCHIVE                fails where README.md names other files than the archive holds

The same content gives the same bytes: names in order, one owner, and the time in SOURCE_DATE_EPOCH.
"""

import gzip
import io
import os
import pathlib
import re
import sys
import tarfile
import time
import zipfile

import template

# What every archive of zip can hold at the earliest.
EARLIEST = 315_532_800


def moment():
    return max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), EARLIEST)


def contents(target, program, more):
    """Names in the archive with their bytes, and whether they are run."""
    folder = template.name(target)
    program = pathlib.Path(program)
    yield f"{folder}/bootrace{'.exe' if 'windows' in target else ''}", program.read_bytes(), True
    for name in template.template()["archive"]["files"]:
        yield f"{folder}/{name}", (template.ROOT / name).read_bytes(), False
    for path in map(pathlib.Path, more):
        yield f"{folder}/{path.name}", path.read_bytes(), False


def as_zip(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, runs in files:
            info = zipfile.ZipInfo(name, time.gmtime(moment())[:6])
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            info.external_attr = (0o100755 if runs else 0o100644) << 16
            archive.writestr(info, data)
    return out.getvalue()


def as_tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data, runs in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), moment(), 0o755 if runs else 0o644
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def pack(target, program, folder, more):
    files = sorted(contents(target, program, more))
    path = pathlib.Path(folder) / template.archive(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_zip(files) if path.suffix == ".zip" else as_tar(files))
    return path


def held(path):
    """The names in an archive without their folder, and that folder."""
    path = pathlib.Path(path)
    if path.suffix == ".zip":
        names = zipfile.ZipFile(path).namelist()
    else:
        names = tarfile.open(path).getnames()
    folders = {name.split("/", 1)[0] for name in names}
    return {name.split("/", 1)[1] for name in names}, folders


def check(path):
    """What differs between README.md and an archive."""
    readme = (template.ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.search(r"An archive holds (.*?)\.\n", readme, re.S)
    if not listed:
        return ["README.md does not say what an archive holds"]
    said = set(re.findall(r"`([^`]+)`", listed[1])) - {"bootrace"}
    names, folders = held(path)
    names = {name.removesuffix(".exe") for name in names} - {"bootrace"}
    wrong = [f"{path}: README.md names {name}, which is not in it" for name in sorted(said - names)]
    wrong += [f"{path}: it holds {name}, which README.md does not name" for name in sorted(names - said)]
    if len(folders) != 1:
        wrong.append(f"{path}: it has not one folder but {len(folders)}")
    return wrong


def main():
    match sys.argv[1:]:
        case ["--check", path]:
            wrong = check(path)
            print("\n".join(wrong) or f"{path} holds what README.md says")
            return bool(wrong)
        case [target, program, folder, *more]:
            print(pack(target, program, folder, more))
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
