#!/usr/bin/env python3
"""Gives the damaged files of `sample-traces torture --write` to procmon-parser and dissect.etl, and counts what they read.

    cargo run --release -p sample-traces -- torture --cases 4000 --write damaged
    pip install procmon-parser==0.4.0 dissect.etl==3.14
    python3 benches/compare_damaged.py damaged
"""
import collections
import json
import multiprocessing
import pathlib
import sys

DEADLINE = 20


def pml(path):
    from procmon_parser import ProcmonLogsReader

    with open(path, "rb") as file:
        reader = ProcmonLogsReader(file)
        read = 0
        # One bad record does not end the log for those who go on.
        for index in range(len(reader)):
            try:
                reader[index]
                read += 1
            except Exception:  # noqa: BLE001
                pass
        return read


def etl(path):
    from dissect.etl.etl import ETL

    read = 0
    with open(path, "rb") as file:
        try:
            for _ in ETL(file):
                read += 1
        except Exception:  # noqa: BLE001
            if not read:
                raise
    return read


READERS = {"PML": pml, "PML, not closed": pml, "ETL": etl}


def work(kind, path, answers):
    try:
        answers.put(("read", READERS[kind](path)))
    except MemoryError:
        answers.put(("memory", 0))
    except BaseException as error:  # noqa: BLE001
        answers.put((type(error).__name__, 0))


def main(folder):
    folder = pathlib.Path(folder)
    rows = collections.defaultdict(collections.Counter)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        case = json.loads(line)
        if case["kind"] not in READERS:
            continue
        answers = multiprocessing.Queue()
        process = multiprocessing.Process(target=work, args=(case["kind"], folder / case["file"], answers))
        process.start()
        try:
            what, read = answers.get(timeout=DEADLINE)
        except Exception:  # noqa: BLE001
            what, read = "hang", 0
        process.kill()
        process.join()
        row = rows[case["kind"]]
        row["files"] += 1
        row["present"] += case["present"]
        # What it reads beyond what stands unbroken is damaged: no more than what stands counts.
        row["read"] += min(read, case["present"])
        row["opened"] += what == "read" and read > 0
        row[f"ends: {what}"] += what != "read"
    for kind, row in sorted(rows.items()):
        ends = ", ".join(f"{count} {name[6:]}" for name, count in row.most_common() if name.startswith("ends: ") and count)
        share = 100 * row["read"] / max(row["present"], 1)
        print(f"| {kind} | {row['files']} | {row['opened']} | {row['present']} | {share:.2f} % | {ends} |")


if __name__ == "__main__":
    main(sys.argv[1])
