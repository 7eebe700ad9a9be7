#!/usr/bin/env python3
"""Compares the tables that bootrace_fleet.py wrote with a database of `bootrace fleet add`, row by row.

    compare.py FOLDER DATABASE
"""

import json
import pathlib
import sqlite3
import sys

from bootrace_fleet import schema
from pyspark.sql import SparkSession


def main(folder, database):
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'settings'")]
    described = json.loads((pathlib.Path(__file__).parent.parent / "schema/tables.json").read_text(encoding="utf-8"))
    wrong = 0
    for name in sorted(names):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
        # No two rows of a table have the same key, so a set loses nothing; None sorts nowhere.
        expected = list(map(tuple, db.execute(f'SELECT * FROM "{name}"')))
        frame = spark.read.schema(schema(described[name])).parquet(f"{folder}/{name}")
        found = [tuple(row[column] for column in columns) for row in frame.collect()]
        differing = set(expected) ^ set(found)
        if differing or len(expected) != len(found):
            wrong += 1
            print(f"{name}: {len(found)} rows, {len(expected)} in the database; {len(differing)} differ")
            for row in sorted(map(str, differing))[:4]:
                print(f"    {row}")
        else:
            print(f"{name}: {len(found)} rows, the same")
    spark.stop()
    print(f"{len(names) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
