#!/usr/bin/env python3
"""Filters a log by result with the PyPI package procmon-reader and prints how long that took.

    pip install procmon-reader==0.1.1
    python3 benches/compare_procmon_reader.py big.PML "ACCESS DENIED"
"""
import sys
import time

from procmon_reader import ProcmonReader


def main(path, result):
    begin = time.perf_counter()
    reader = ProcmonReader(path)
    opened = time.perf_counter()
    reader.apply_filters([["result", "==", result, "include"]], ["process_name", "pid", "operation", "path", "result"])
    count = sum(1 for _ in reader)
    done = time.perf_counter()
    print(f"{count} events; opening {opened - begin:.2f} s, filtering and reading {done - opened:.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
