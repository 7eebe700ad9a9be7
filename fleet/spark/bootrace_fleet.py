#!/usr/bin/env python3
"""Analyses cases on a Spark cluster and appends to the tables of `bootrace fleet`, as Parquet.

    spark-submit bootrace_fleet.py --cases LIST --out FOLDER --bootrace PROGRAM [options]

LIST is a text file: the path of a case a line, on storage that every executor can read. Each executor runs
`bootrace report CASE --format json -o -`, within a time and a memory bound, and once more if that fails. The tables are those of
fleet/schema/tables.json, which says where in a report each column comes from. They are partitioned by the day of the boot and by the
build. A case whose content is in a table already is not written to it again, so a job that was stopped can be started again.
"""

import argparse
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

TYPES = {"text": StringType(), "day": StringType(), "integer": LongType(), "real": DoubleType()}
PARTITIONS = ["day", "build"]
DIGITS = 32


# --- a case ---------------------------------------------------------------------------------------------------------


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), os.path.getsize(path)


def identify(path):
    """The id of a case and its size: as fleet/src/digest.rs has it."""
    if not os.path.isdir(path):
        whole, size = sha256(path)
        return whole[:DIGITS], size
    files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    # By the bytes of UTF-8, as Rust sorts.
    ways = sorted((os.path.relpath(file, path).replace("\\", "/").encode(), file) for file in files)
    lines, sizes = hashlib.sha256(), 0
    for way, file in ways:
        of_file, size = sha256(file)
        lines.update(of_file.encode() + b"  " + way + b"\n")
        sizes += size
    return lines.hexdigest()[:DIGITS], sizes


def identified(path):
    """(id, size, path); no id where the case cannot be read."""
    try:
        return *identify(path), path
    except OSError:
        return None, 0, path


def bounded(memory):
    """What bounds the memory of a child, as `fleet add` bounds its workers."""
    import resource

    def bound():
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))

    return bound


def analyse(program, path, timeout, memory):
    """(report, kind of error, reason)."""
    # One thread: Spark gives each core a task.
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "RUST_BACKTRACE": "0"}
    command = [program, "--lang", "en", "report", path, "--format", "json", "-o", "-"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=timeout, env=environment, preexec_fn=bounded(memory << 20)
        )
    except subprocess.TimeoutExpired:
        return None, "timeout", f"no answer within {timeout} s"
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode == 0:
        return json.loads(done.stdout), None, None
    about_memory = [line for line in said if line.startswith("memory allocation of")]
    if about_memory:
        return None, "memory", f"{about_memory[0]}; the bound is {memory} MiB"
    last = said[-1] if said else ""
    if done.returncode < 0:
        return None, "died", f"{signal.Signals(-done.returncode).name}: {last}"
    return None, "panic" if done.returncode == 101 else "unreadable", last


# --- its rows -------------------------------------------------------------------------------------------------------


def at(roots, way):
    """What a way such as `report.machine.name` or `row.states.-1.state` leads to."""
    value = roots
    for part in way.split("."):
        if isinstance(value, list):
            number = int(part)
            value = value[number] if -len(value) <= number < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return None
    return value


def converted(kind, value):
    if value is None:
        return None
    if kind == "day":
        return value[:10]
    if kind == "text":
        return value if isinstance(value, str) else json.dumps(value)
    return float(value) if kind == "real" else int(value)


def cell(column, roots):
    _, kind, ways, _ = column
    found = (at(roots, way) for way in ways)
    return converted(kind, next((value for value in found if value not in (None, "")), None))


def columns(table):
    """All columns of a table, those of its key first."""
    key = []
    if table["each"]:
        key.append(["case_id", "text", ["case.case_id"], ""])
    if table["each"].endswith(".*"):
        key.append(["number", "integer", ["number"], ""])
    return key + table["columns"]


def rows(table, case, report):
    each, roots = table["each"], {"case": case, "report": report}
    if not each:
        found = [None]
    elif each.endswith(".*"):
        found = at(roots, each[:-2]) or []
    else:
        row = at(roots, each)
        found = [] if row is None else [row]
    for number, row in enumerate(found, 1):
        yield [cell(column, {**roots, "row": row, "number": number}) for column in columns(table)]


def all_rows(case_id, size, path, options, tables):
    """The rows of a case in all tables, as JSON."""
    for _ in range(2):
        report, kind, reason = analyse(options["program"], path, options["timeout"], options["memory"])
        if report is not None:
            break
    cut = [o for o in (report or {}).get("omitted", []) if o.get("section") == "candidates"]
    case = {
        "case_id": case_id,
        "name": path.replace("\\", "/"),
        "healthy": int(options["healthy"]),
        "redacted": 0,
        "state": "ok" if report is not None else "error",
        "error_kind": kind,
        "error": reason,
        "bytes": size,
        "candidates_left_out": cut[0]["total"] - cut[0]["shown"] if cut else 0,
    }
    return {name: list(rows(table, case, report)) for name, table in tables.items()}


# --- the job --------------------------------------------------------------------------------------------------------


def schema(table):
    return StructType([StructField(name, TYPES[kind]) for name, kind, *_ in columns(table)])


def known(spark, folder):
    """The cases that a table holds; None where there is no table yet."""
    path = spark._jvm.org.apache.hadoop.fs.Path(folder)
    system = path.getFileSystem(spark._jsc.hadoopConfiguration())
    if not system.exists(path):
        return None
    # A table without a row has no file that tells its columns.
    return spark.read.schema("case_id string").parquet(folder).distinct()


def append(spark, analysed, name, table, out):
    """Adds the rows of the cases that this table does not hold."""
    folder = f"{out}/{name}"
    of_table = analysed.flatMap(lambda case: [[*row, *case["partition"]] for row in case["rows"][name]])
    own = schema(table)
    extra = [column for column in PARTITIONS if column not in own.fieldNames()]
    # A table that has the day and the build among its columns needs them once.
    if not extra:
        of_table = of_table.map(lambda row: row[: -len(PARTITIONS)])
    frame = spark.createDataFrame(of_table, StructType(own.fields + [StructField(c, StringType()) for c in extra]))
    there = known(spark, folder)
    if there is not None:
        frame = frame.join(there, "case_id", "left_anti").select(frame.columns)
    frame.write.mode("append").partitionBy(*PARTITIONS).parquet(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", required=True, help="text file with a path of a case a line")
    parser.add_argument("--out", required=True, help="folder of the tables")
    parser.add_argument("--bootrace", required=True, help="the program, as the executors find it")
    parser.add_argument("--tables", default=str(pathlib.Path(__file__).parent.parent / "schema/tables.json"))
    parser.add_argument("--timeout", type=int, default=300, help="seconds for a case")
    parser.add_argument("--memory", type=int, default=2048, help="MiB for a case")
    parser.add_argument("--healthy", action="store_true", help="the cases are boots that went well")
    parser.add_argument("--partitions", type=int, default=0, help="tasks [default: one for each 8 cases]")
    given = parser.parse_args()

    # What the executors need goes to them with the functions.
    tables = json.loads(pathlib.Path(given.tables).read_text(encoding="utf-8"))
    options = {
        "program": given.bootrace, "timeout": given.timeout, "memory": given.memory, "healthy": given.healthy,
    }
    # A build such as 17763 stays text when the tables are read again.
    spark = (
        SparkSession.builder.appName("bootrace fleet")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    paths = [line.strip() for line in open(given.cases, encoding="utf-8") if line.strip()]
    if relative := [path for path in paths if not os.path.isabs(path)]:
        parser.error(f"executors have folders of their own: give whole paths, not {relative[0]}")
    tasks = given.partitions or max(1, len(paths) // 8)
    all_given = spark.sparkContext.parallelize(paths, tasks).map(identified)
    all_given = spark.createDataFrame(all_given, "case_id string, bytes long, path string").persist()
    for row in all_given.where("case_id IS NULL").collect():
        print(f"{row.path} cannot be read", file=sys.stderr)
    # One case for each content: the first by name.
    found = all_given.where("case_id IS NOT NULL").groupBy("case_id", "bytes").agg(f.min("path").alias("path"))
    there = known(spark, f"{given.out}/cases")
    if there is not None:
        found = found.join(there, "case_id", "left_anti")
    day, build = (list(map(lambda c: c[0], columns(tables["cases"]))).index(column) for column in PARTITIONS)

    def work(case):
        of_case = all_rows(case["case_id"], case["bytes"], case["path"], options, tables)
        row = of_case["cases"][0]
        return {"rows": of_case, "partition": [row[day], row[build]]}

    # Each case is analysed once, and its rows are kept for all tables. A lost executor's cases are analysed again.
    analysed = found.rdd.repartition(tasks).map(work).persist()
    # The table of cases comes last: what it holds is whole in all other tables.
    for name in sorted(tables, key=lambda name: (name == "cases", name)):
        append(spark, analysed, name, tables[name], given.out)
    print(f"{analysed.count()} cases added, {len(paths)} given")
    spark.stop()


if __name__ == "__main__":
    sys.exit(main())
