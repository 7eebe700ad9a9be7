#!/usr/bin/env python3
"""Measures ETW traces as whole processes, beside `cat` and two public parsers, and prints the table of BENCHMARKS.md.

    cargo build --release && cargo build --release -p sample-traces && cargo build --release -p etl-reader --example measure
    pip install dissect.etl==3.14 etl-parser==1.0.1
    python3 benches/compare_etl.py PLAIN.etl COMPRESSED.etl SCRATCH-FOLDER [ROUNDS]

PLAIN is a small real trace without compression, COMPRESSED one with it; the large files made from them take 2 GiB of the folder.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / "target/release"
MEASURE = BUILT / "examples/measure"
GIB = 1 << 30

DISSECT = """
import sys
from dissect.etl.etl import ETL
with open(sys.argv[1], "rb") as file:
    print(sum(1 for _ in ETL(file)), "records")
"""

ETL_PARSER = """
import sys
from etl.etl import IEtlFileObserver, build_from_stream

class Count(IEtlFileObserver):
    records = 0
    def count(self, *_):
        self.records += 1
    on_event_record = on_perfinfo_trace = on_system_trace = on_trace_record = on_win_trace = count

count = Count()
with open(sys.argv[1], "rb") as file:
    build_from_stream(file.read()).parse(count)
print(count.records, "records")
"""


def run(command):
    """Seconds, the most memory that no file backs in MB, and what was printed."""
    memory = 0
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        kept = subprocess.DEVNULL if command[0] == "cat" else out
        process = subprocess.Popen(command, stdout=kept, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    memory = max([memory] + [int(line.split()[1]) for line in status if line.startswith("RssAnon")])
            except OSError:
                pass
            time.sleep(0.002)
        seconds = time.perf_counter() - begin
        out.seek(0)
        return seconds, memory / 1024, out.read().decode(errors="replace")


def records(text):
    """The number before the first `records` that a program printed."""
    words = text.replace(",", "").split()
    return next((int(a) for a, b in zip(words, words[1:]) if b == "records" and a.isdigit()), None)


def table(rows, rounds):
    """Each row's best and median of some rounds in which the rows take turns."""
    taken = {name: [] for name, _ in rows}
    for _ in range(rounds):
        for name, command in rows:
            taken[name].append(run(command))
    for name, _ in rows:
        seconds = [row[0] for row in taken[name]]
        count = records(taken[name][0][2])
        rate = f"{count / min(seconds) / 1e6:.3f} million records/s" if count else ""
        memory = max(row[1] for row in taken[name])
        print(f"| {name} | {min(seconds):.2f} s | {statistics.median(seconds):.2f} s | {memory:.0f} MB | {rate} |", flush=True)


def main(plain, compressed, scratch, rounds=5):
    scratch = pathlib.Path(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    made = {
        "plain": [MEASURE, "repeat", plain, scratch / "plain.etl", str(GIB)],
        "compressed": [MEASURE, "repeat", compressed, scratch / "compressed.etl", str(GIB // 4)],
        "operations": [MEASURE, "make", scratch / "operations.etl", "2900000"],
        "boot": [
            *[BUILT / "sample-traces", "write", "--scenario", "driver-queue-access-denied"],
            *["--noise", "4400000", "-o", scratch / "boot.etl"],
        ],
    }
    for name, command in made.items():
        if not (scratch / f"{name}.etl").exists():
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cat", scratch / f"{name}.etl"], stdout=subprocess.DEVNULL, check=True)

    rows = []
    for name in ["plain", "compressed"]:
        file = scratch / f"{name}.etl"
        rows += [(f"`cat {file.name}`, {file.stat().st_size / 1e6:.0f} MB", ["cat", file])]
        rows += [(f"`measure counts {file.name}`", [MEASURE, "counts", file])]
    for name in ["operations", "boot"]:
        file = scratch / f"{name}.etl"
        rows += [(f"`cat {file.name}`, {file.stat().st_size / 1e6:.0f} MB", ["cat", file])]
        report = [BUILT / "bootrace", "report", file, "-o", scratch / "report", "--format", "html,json,text"]
        rows += [(f"`bootrace report {file.name}`", report)]
    print(f"load {os.getloadavg()[0]:.1f}\n| what | best | median | memory beyond the map | rate of the best |\n|---|---|---|---|---|")
    table(rows, int(rounds))
    small = [
        (f"`measure counts {pathlib.Path(plain).name}`", [MEASURE, "counts", plain]),
        ("dissect.etl, the same file", [sys.executable, "-c", DISSECT, plain]),
        ("etl-parser, the same file", [sys.executable, "-c", ETL_PARSER, plain]),
    ]
    table(small, min(int(rounds), 3))
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
