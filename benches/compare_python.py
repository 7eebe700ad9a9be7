#!/usr/bin/env python3
"""Measures the Python package beside other readers of traces, and prints the tables of BENCHMARKS.md.

    maturin develop --release --manifest-path python/Cargo.toml --target-dir target
    pip install -r .ci/python-wheel.txt procmon-reader==0.1.1 dissect.etl==3.14
    python3 benches/compare_python.py big.PML small.PML small.etl [ROUNDS]

All read ten columns of every event. Each is a process of its own, and they take turns. The times begin after the imports.
"""
import statistics
import subprocess
import sys
import time

COLUMNS = "date_and_time pid tid process_name operation path result duration event_class detail".split()

BEGIN = """
import sys, time
path, columns = sys.argv[1], sys.argv[2].split()
def told(count):
    print(count, time.perf_counter() - wall, time.process_time() - busy)
"""
CLOCKS = "\nwall, busy = time.perf_counter(), time.process_time()\n"
EVENTS = "import bootrace" + CLOCKS + "events = bootrace.open(path).events(columns=columns)\n"

BOOTRACE = {
    "bootrace, batches taken one by one": "import pyarrow\n"
    + EVENTS
    + "told(sum(batch.num_rows for batch in pyarrow.RecordBatchReader.from_stream(events)))",
    "bootrace, without `detail`": "import pyarrow\ncolumns.remove('detail')\n"
    + EVENTS
    + "told(sum(batch.num_rows for batch in pyarrow.RecordBatchReader.from_stream(events)))",
    "bootrace, pyarrow.Table": "import pyarrow\n" + EVENTS + "told(pyarrow.table(events).num_rows)",
    "bootrace, polars.DataFrame": "import polars\n" + EVENTS + "told(len(polars.DataFrame(events)))",
    "bootrace, pandas.DataFrame": "import pandas\n" + EVENTS + "told(len(pandas.DataFrame.from_arrow(events)))",
    "bootrace, DuckDB: count and sum by process": "import duckdb\n"
    + EVENTS
    + "found = duckdb.sql('SELECT process_name, count(*), sum(duration) FROM events GROUP BY ALL').fetchall()\n"
    + "told(sum(row[1] for row in found))",
}
ONE_BY_ONE = {"bootrace, batches taken one by one": BOOTRACE["bootrace, batches taken one by one"]}
PROCMON_READER = {
    "procmon-reader 0.1.1, dicts taken one by one": "from procmon_reader import ProcmonReader"
    + CLOCKS
    + "reader = ProcmonReader(path)\n"
    + "reader.apply_filters([], columns)\n"
    + "told(sum(1 for _ in reader))",
}
PROCMON_PARSER = {
    "procmon-parser 0.4.0, objects taken one by one": "from procmon_parser import ProcmonLogsReader"
    + CLOCKS
    + "with open(path, 'rb') as file:\n    told(sum(1 for _ in ProcmonLogsReader(file)))",
}
DISSECT = {
    "dissect.etl 3.14, records taken one by one": "from dissect.etl.etl import ETL"
    + CLOCKS
    + "with open(path, 'rb') as file:\n    told(sum(1 for _ in ETL(file)))",
}


def run(script, path):
    """Events, seconds, seconds of the processor, and the most memory that no file backs in MB."""
    process = subprocess.Popen([sys.executable, "-c", BEGIN + script, path, " ".join(COLUMNS)], stdout=subprocess.PIPE)
    memory = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                memory = max([memory] + [int(line.split()[1]) for line in status if line.startswith("RssAnon")])
        except OSError:
            pass
        time.sleep(0.005)
    count, wall, busy = process.stdout.read().split()[-3:]
    return int(count), float(wall), float(busy), memory / 1024


def table(path, programs, rounds):
    taken = {name: [] for name in programs}
    for _ in range(rounds):
        for name, script in programs.items():
            taken[name].append(run(script, path))
    print(f"\n{path}\n\n| what | best | median | processor | events/s, best | memory |\n|---|---|---|---|---|---|")
    for name, runs in taken.items():
        count, walls = runs[0][0], [run[1] for run in runs]
        busy, memory = min(run[2] for run in runs), max(run[3] for run in runs)
        print(
            f"| {name}: {count:,} | {min(walls):.3f} s | {statistics.median(walls):.3f} s | {busy:.3f} s "
            f"| {count / min(walls):,.0f} | {memory:.0f} MB |"
        )


def main(big, small, etl, rounds="3"):
    table(big, BOOTRACE, int(rounds))
    table(small, ONE_BY_ONE | PROCMON_READER | PROCMON_PARSER, int(rounds))
    table(etl, ONE_BY_ONE | DISSECT, int(rounds))


if __name__ == "__main__":
    main(*sys.argv[1:])
