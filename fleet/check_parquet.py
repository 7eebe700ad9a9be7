#!/usr/bin/env python3
"""Reads what `bootrace fleet export --parquet FOLDER` wrote with DuckDB, pandas and pyarrow, and holds it against the database.

    check_parquet.py FOLDER DATABASE

Every table: the types of its columns are those of fleet/schema/tables.json, and its rows are those of SQLite.
"""

import json
import pathlib
import sqlite3
import sys

import duckdb
import pandas
import pyarrow.parquet

ARROW = {"text": ("string", "large_string"), "day": ("string", "large_string"), "integer": ("int64",), "real": ("double",)}
DUCKDB = {"text": "VARCHAR", "day": "VARCHAR", "integer": "BIGINT", "real": "DOUBLE"}


def differences(name, table, path, db):
    """What is wrong with a table."""
    columns = [row[1] for row in db.execute(f"PRAGMA table_info('{name}')")]
    kinds = {column: kind for column, kind, *_ in table["columns"]}
    kinds = {column: kinds.get(column, "integer" if column == "number" else "text") for column in columns}
    keys = "case_id, number" if "number" in columns else "case_id"
    expected = list(map(tuple, db.execute(f'SELECT * FROM "{name}" ORDER BY {keys}')))
    arrow = pyarrow.parquet.read_table(path)
    types = {field.name: str(field.type) for field in arrow.schema}
    for column, kind in kinds.items():
        if types.get(column) not in ARROW[kind]:
            yield f"pyarrow: {column} is {types.get(column)}, not {ARROW[kind][0]}"
    # SQLite keeps 3.0 in a REAL column as 3.0, so equal means equal.
    if [tuple(row[column] for column in columns) for row in arrow.to_pylist()] != expected:
        yield "pyarrow: the rows differ from SQLite's"
    described = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
    for column, kind in kinds.items():
        if described.get(column) != DUCKDB[kind]:
            yield f"DuckDB: {column} is {described.get(column)}, not {DUCKDB[kind]}"
    if duckdb.sql(f"SELECT * FROM '{path}' ORDER BY {keys}").fetchall() != expected:
        yield "DuckDB: the rows differ from SQLite's"
    frame = pandas.read_parquet(path, dtype_backend="pyarrow")
    if frame.shape != (len(expected), len(columns)):
        yield f"pandas: {frame.shape}, not {(len(expected), len(columns))}"
    for column, kind in kinds.items():
        filled = sum(row[columns.index(column)] is not None for row in expected)
        if int(frame[column].count()) != filled:
            yield f"pandas: {column} has {frame[column].count()} values, not {filled}"
        is_number = pandas.api.types.is_integer_dtype if kind == "integer" else pandas.api.types.is_float_dtype
        if (kind in ("integer", "real")) != pandas.api.types.is_numeric_dtype(frame[column]) or (
            kind in ("integer", "real") and not is_number(frame[column])
        ):
            yield f"pandas: {column} is {frame[column].dtype}"


def main(folder, database):
    tables = json.loads((pathlib.Path(__file__).parent / "schema/tables.json").read_text(encoding="utf-8"))
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    failed = 0
    for name, table in sorted(tables.items()):
        wrong = list(differences(name, table, f"{folder}/{name}.parquet", db))
        failed += bool(wrong)
        (count,) = db.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        print(f"{name}: {count} rows, {'; '.join(wrong) or 'the same'}")
    print(f"{len(tables) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
