#!/usr/bin/env python3
"""Analyses cases on a Spark cluster and appends to the tables of `bootrace fleet`, as Parquet.

    spark-submit bootrace_fleet.py --cases LIST --out FOLDER --bootrace PROGRAM [options]

LIST is a text file: the path of a case a line, on storage that every executor can read. Each executor runs a worker of
`bootrace fleet add`, within a time and a memory bound, and once more if that fails. The worker answers with the rows of the tables of
fleet/schema/tables.json. They are partitioned by the day of the boot and by the build. A case whose content is in a table already is
not written to it again, so a job that was stopped can be started again.
"""

import argparse
import hashlib
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile
import threading

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


def analyse(options, about, path):
    """({table: rows}, kind of error, reason), as a worker of `fleet add` answers."""
    # The worker bounds its memory itself. One thread: Spark gives each core a task.
    command = [options["program"], "--lang", "en", "fleet", "worker", "--memory", str(options["memory"] << 20)]
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "RUST_BACKTRACE": "0"}
    request = json.dumps({"path": path, "about": about, "salt": options["salt"]}) + "\n"
    with tempfile.TemporaryFile() as said:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": said}
        with subprocess.Popen(command, env=environment, **pipes) as worker:
            late = threading.Timer(options["timeout"], worker.kill)
            late.start()
            try:
                worker.stdin.write(request.encode())
                worker.stdin.flush()
                line = worker.stdout.readline()
            except BrokenPipeError:
                line = b""
            in_time = late.is_alive()
            late.cancel()
            # It ends with its input.
            worker.stdin.close()
        if line.endswith(b"\n"):
            answer = json.loads(line)
            failed = answer.get("failed", {})
            return answer.get("rows"), failed.get("kind"), failed.get("reason")
        if not in_time:
            return None, "timeout", f"no answer within {options['timeout']} s"
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip().splitlines()
    about_memory = [line for line in words if line.startswith("memory allocation of")]
    if about_memory:
        return None, "memory", f"{about_memory[0]}; the bound is {options['memory']} MiB"
    end = worker.returncode
    status = signal.Signals(-end).name if end < 0 else f"exit status {end}"
    return None, "died", ": ".join([status, *words[-1:]])


# --- its rows -------------------------------------------------------------------------------------------------------


def columns(table):
    """All columns of a table, those of its key first."""
    key = []
    if table["each"]:
        key.append(["case_id", "text", ["case.case_id"], ""])
    if table["each"].endswith(".*"):
        key.append(["number", "integer", ["number"], ""])
    return key + table["columns"]


def converted(kind, value):
    if value is None or isinstance(value, str):
        return value
    if kind in ("text", "day"):
        return json.dumps(value)
    return float(value) if kind == "real" else int(value)


def salted(salt, name):
    """The stand-in of a case's name: as fleet/src/digest.rs has it."""
    return "case-" + hashlib.sha256(f"{salt}:{name.lower()}".encode()).hexdigest()[:12]


def all_rows(case_id, size, path, options, tables):
    """The rows of a case in all tables."""
    salt = options["salt"]
    about = {
        "case_id": case_id,
        "name": path.replace("\\", "/"),
        "healthy": int(options["healthy"]),
        "redacted": int(salt is not None),
        "state": "ok",
        "error_kind": None,
        "error": None,
        "bytes": size,
        "candidates_left_out": 0,
    }
    for _ in range(2):
        rows, kind, reason = analyse(options, about, path)
        if rows is not None:
            break
    if rows is None:
        if salt is not None:
            about["name"] = salted(salt, about["name"])
            for name in (path, os.path.basename(path)):
                reason = reason.replace(name, about["name"])
        about |= {"state": "error", "error_kind": kind, "error": reason}
        known = {f"case.{key}": value for key, value in about.items()}
        first = lambda ways: next((known[way] for way in ways if known.get(way) is not None), None)
        rows = {"cases": [[first(ways) for _, _, ways, _ in columns(tables["cases"])]]}
    typed = lambda table, row: [converted(column[1], value) for column, value in zip(columns(table), row, strict=True)]
    return {name: [typed(table, row) for row in rows.get(name, [])] for name, table in tables.items()}


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


def kept_salt(spark, out):
    """The salt of redacted names, beside the tables: made once, so that a machine keeps its stand-in from job to job."""
    path = spark._jvm.org.apache.hadoop.fs.Path(f"{out}/_salt")
    system = path.getFileSystem(spark._jsc.hadoopConfiguration())
    if not system.exists(path):
        stream = system.create(path, False)
        stream.write(bytearray(secrets.token_hex(16).encode()))
        stream.close()
    # Spark's own readers pass over names that begin so.
    stream = system.open(path)
    salt = spark._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8").strip()
    stream.close()
    return salt


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
    parser.add_argument("--redact", action="store_true", help="names of machines and users become salted hashes")
    parser.add_argument("--partitions", type=int, default=0, help="tasks [default: one for each 8 cases]")
    given = parser.parse_args()

    # What the executors need goes to them with the functions.
    tables = json.loads(pathlib.Path(given.tables).read_text(encoding="utf-8"))
    options = {
        "program": given.bootrace, "timeout": given.timeout, "memory": given.memory, "healthy": given.healthy,
        "salt": None,
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
    if given.redact:
        options["salt"] = kept_salt(spark, given.out)
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
