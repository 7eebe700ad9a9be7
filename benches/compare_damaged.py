#!/usr/bin/env python3
"""Gives the damaged files of `trials torture --write` to procmon-parser, procmon-reader and dissect.etl, and counts
what they read.

    cargo run --release -p trials -- torture --cases 1500 --seed 1 --data ../shared/data --write damaged
    pip install procmon-parser==0.4.0 procmon-reader==0.1.1 dissect.etl==3.14
    python3 benches/compare_damaged.py damaged
"""
import collections
import json
import multiprocessing
import pathlib
import resource
import sys

# Seconds, and bytes, that a reader may take for a file of some megabytes.
DEADLINE = 20
MEMORY = 4 << 30


def each(reader):
    """How many records can be read. One bad record does not end the log for those who go on."""
    read = 0
    for index in range(len(reader)):
        try:
            reader[index]
            read += 1
        except Exception:  # noqa: BLE001
            pass
    return read


def procmon_parser(path):
    from procmon_parser import ProcmonLogsReader

    with open(path, "rb") as file:
        return each(ProcmonLogsReader(file))


def procmon_reader(path):
    from procmon_reader import ProcmonReader

    reader = ProcmonReader(str(path))
    reader.apply_filters([], ["process_name", "pid", "operation", "path", "result", "detail"])
    return each(reader)


def dissect_etl(path):
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


LOG = {"procmon-parser": procmon_parser, "procmon-reader": procmon_reader}
READERS = {"PML": LOG, "PML, not closed": LOG, "ETL": {"dissect.etl": dissect_etl}}


def work(reader, path, answer):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer.send(("read", reader(path)))
    except MemoryError:
        answer.send(("memory", 0))
    except BaseException as error:  # noqa: BLE001
        answer.send((type(error).__name__, 0))


def ask(reader, path):
    """What a reader says of a file, in a process of its own: it may hang or crash."""
    mine, answer = multiprocessing.Pipe()
    process = multiprocessing.Process(target=work, args=(reader, path, answer))
    process.start()
    answer.close()
    try:
        said = mine.recv() if mine.poll(DEADLINE) else ("hang", 0)
    except EOFError:
        said = ("crash", 0)
    process.kill()
    process.join()
    return said


def main(folder):
    folder = pathlib.Path(folder)
    rows = collections.defaultdict(collections.Counter)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        case = json.loads(line)
        for name, reader in READERS.get(case["kind"], {}).items():
            what, read = ask(reader, folder / case["file"])
            row = rows[case["kind"], name]
            row["files"] += 1
            row["present"] += case["present"]
            # What it reads beyond what stands unbroken is damaged: no more than what stands counts.
            row["read"] += min(read, case["present"])
            row["opened"] += what == "read" and read > 0
            row[f"ends: {what}"] += what != "read"
    for (kind, name), row in sorted(rows.items()):
        ends = ", ".join(f"{count} {what[6:]}" for what, count in row.most_common() if what.startswith("ends: ") and count)
        share = 100 * row["read"] / max(row["present"], 1)
        print(f"| {kind} | {name} | {row['files']} | {row['opened']} | {row['present']} | {share:.2f} % | {ends} |")


if __name__ == "__main__":
    main(sys.argv[1])
