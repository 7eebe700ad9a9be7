"""pandas, polars, pyarrow and DuckDB take the events, and all find the same in them."""

import duckdb
import pandas
import polars
import pyarrow
import pytest

import bootrace

NAMES = ["index", "date_and_time", "pid", "process_name", "operation", "path", "result", "duration"]
TYPES = {
    "index": "int64",
    "date_and_time": "timestamp[ns, tz=UTC]",
    "duration": "double",
    "path": "string",
    "detail": "string",
    "time_of_day": "string",
    "process_name": "dictionary<values=string, indices=int32, ordered=0>",
    "status": "dictionary<values=string, indices=int32, ordered=0>",
}


@pytest.fixture(scope="module")
def events(sample):
    return bootrace.open(sample).events(columns=NAMES)


def rows_of(frame):
    """Rows as tuples; times as text, since the programs have different types for them."""
    return [tuple(str(value) if name == "date_and_time" else value for name, value in row.items()) for row in frame]


def test_columns_have_types(sample):
    events = bootrace.open(sample).events()
    schema = pyarrow.schema(events)
    assert tuple(schema.names) == tuple(events.columns) == bootrace.COLUMNS
    assert {name: str(schema.field(name).type) for name in TYPES} == TYPES
    assert pyarrow.table(events).schema == schema


def test_all_programs_find_the_same(events):
    table = pyarrow.table(events)
    table.validate(full=True)
    assert table.num_rows == 1791
    rows = rows_of(table.to_pylist())
    assert sum(row[6] == "ACCESS DENIED" for row in rows) == 3
    assert polars.DataFrame(events).equals(polars.DataFrame(table))
    for row, other in zip(rows, polars.DataFrame(events).iter_rows(named=True), strict=True):
        assert row[2:] == tuple(other[name] for name in NAMES[2:])
    frame = pandas.DataFrame.from_arrow(events)
    pandas.testing.assert_frame_equal(frame, table.to_pandas())
    assert str(frame["date_and_time"].dtype) == "datetime64[ns, UTC]"
    assert frame["path"].isna().sum() == sum(row[5] is None for row in rows)
    found = duckdb.sql("SELECT count(*), count(path), sum(pid), sum(duration) FROM events").fetchall()[0]
    assert found[:3] == (len(rows), sum(row[5] is not None for row in rows), sum(row[2] for row in rows))
    assert found[3] == pytest.approx(sum(row[7] or 0 for row in rows))
    names = duckdb.sql("SELECT DISTINCT process_name FROM events").fetchall()
    assert sorted(names) == sorted({(row[3],) for row in rows})


def test_batches_have_65536_rows(real, tmp_path):
    parts = [real(f"pml/{name}.PML") for name in ("LogFileUTC64Filesystem", "LogfileTests64bitUTC")]
    for part in parts:
        (tmp_path / part.name).write_bytes(part.read_bytes())
    # Of a folder all traces are read, one after the other.
    log, counts = bootrace.open(tmp_path), [len(bootrace.open(part)) for part in parts]
    assert counts == [31_569, 53_214] and len(log) == sum(counts)
    events = log.events(columns=["index", "process_name"])
    sizes = [batch.num_rows for batch in pyarrow.RecordBatchReader.from_stream(events)]
    assert sizes == [65_536, sum(counts) - 65_536]
    # A second reader begins anew; one that stops early lets the thread end.
    first = pyarrow.RecordBatchReader.from_stream(events).read_next_batch()
    numbers = first.column("index").to_pylist()
    assert numbers == [*range(counts[0]), *range(65_536 - counts[0])]
    # A filter leaves few rows of each part; they come together in a batch.
    few = list(pyarrow.RecordBatchReader.from_stream(log.events("result is NAME NOT FOUND", ["result"])))
    assert len(few) == 1 and 1_000 < few[0].num_rows < 65_536
    assert few[0].column("result").dictionary.to_pylist() == ["NAME NOT FOUND"]


def test_names_may_have_hyphens_and_underscores(sample):
    log = bootrace.open(sample)
    ways = [("process_name is TiWorker.exe", "process_name"), ("process-name is TiWorker.exe", "Process-Name")]
    tables = [pyarrow.table(log.events(filter, ["index", column])) for filter, column in ways]
    assert tables[0].num_rows > 0 and tables[0].equals(tables[1])


def test_processes_are_those_of_the_events(sample):
    log = bootrace.open(sample)
    events = polars.DataFrame(log.events(columns=["pid", "process_name"]))
    seen = set(events.cast({"process_name": polars.String}).unique().iter_rows())
    told = {(process["pid"], process["name"]) for process in log.processes if process["events"]}
    assert seen == told
    assert sum(process["events"] for process in log.processes) == len(log) == 1791
    worker = next(process for process in log.processes if process["name"] == "TiWorker.exe")
    assert worker["image_path"].endswith("\\TiWorker.exe") and worker["start"].tzinfo is not None


def test_wrong_words_teach(sample):
    log = bootrace.open(sample)
    for arguments, words in [
        ({"filter": "reslt is x"}, "did you mean result"),
        ({"filter": ["result is SUCCESS", "pid is x"]}, "pid takes a number"),
        ({"columns": ["proces_name"]}, "did you mean process-name"),
        ({"columns": []}, "names no column"),
    ]:
        with pytest.raises(ValueError, match=words):
            log.events(**arguments)
    with pytest.raises(TypeError):
        log.events(columns="path", filter=7)
