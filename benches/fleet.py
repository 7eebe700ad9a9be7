#!/usr/bin/env python3
"""Measures `bootrace fleet add`: cases a second, and the memory of the program and its workers together.

    cargo build --release -p bootrace -p sample-traces && python3 benches/fleet.py /dev/shm/fleet 34 1000

makes all scenarios of 34 seeds with 1,000 rows of noise, once, and adds them to a new database. Memory is the most that the
resident pages sum to, each shared page counted by its share (PSS), looked at every 50 ms.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "target/release"


def make(folder, seeds, noise):
    for seed in range(1, seeds + 1):
        made = folder / "made"
        command = [BIN / "sample-traces", "write-all", "-o", made, "--seed", str(seed), "--noise", str(noise)]
        subprocess.run(command, check=True)
        for trace in sorted(made.glob("*.pml")):
            case = folder / "cases" / f"{seed:03}-{trace.stem}"
            case.mkdir(parents=True)
            trace.rename(case / "boot.pml")
            (made / f"{trace.stem}.CBS.log").rename(case / "CBS.log")
        shutil.rmtree(made)


def memory(pid):
    """Bytes of a process and its children."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        # Workers are started by threads.
        for task in os.listdir(f"/proc/{pid}/task"):
            if task != str(pid):
                children += pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    own = sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return own + sum(memory(child) for child in children)


def main(folder, seeds, noise):
    folder = pathlib.Path(folder)
    if not (folder / "cases").exists():
        make(folder, int(seeds), int(noise))
    cases = sorted((folder / "cases").iterdir())
    size = sum(file.stat().st_size for case in cases for file in case.iterdir())
    for old in folder.glob("fleet.db*"):
        old.unlink()
    begin, most = time.monotonic(), 0
    child = subprocess.Popen([BIN / "bootrace", "fleet", "add", folder / "cases", "--db", folder / "fleet.db"])
    while child.poll() is None:
        most = max(most, memory(child.pid))
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    print(f"{len(cases)} cases of {size / len(cases) / 1e6:.2f} MB: {seconds:.1f} s, {len(cases) / seconds:.0f} cases/s, "
          f"{most / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}; database {(folder / 'fleet.db').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
