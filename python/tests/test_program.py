"""Events and reports are those of the program `bootrace`."""

import datetime
import json

import bootrace
import pyarrow
import pytest

FILTERS = [
    [],
    ["result is ACCESS DENIED"],
    ["process-name is TiWorker.exe", "result is not SUCCESS"],
    ["path contains cpu.inf", "path ends with .sys", "operation excludes Query"],
    ["duration > 0.05ms"],
    ["date-and-time > 2024-10-02T15:58:00Z", "event-class is Registry"],
    ["path is nothing of this name"],
]
EPOCH = datetime.datetime(1970, 1, 1)


def nanoseconds(text):
    whole, fraction = text.rstrip("Z").split(".")
    since = datetime.datetime.fromisoformat(whole) - EPOCH
    return (since.days * 86_400 + since.seconds) * 10**9 + int(fraction.ljust(9, "0"))


def table_of(log, filter):
    """The events as lists of values by the names of jsonl; times as nanoseconds."""
    table = pyarrow.table(log.events(filter or None))
    columns = {}
    for name, column in zip(table.column_names, table.columns):
        if pyarrow.types.is_timestamp(column.type):
            column = column.cast("int64")
        columns[name.replace("_", "-")] = column.to_pylist()
    return table.num_rows, columns


def compare(log, lines, filter):
    rows, columns = table_of(log, filter)
    assert rows == len(lines)
    compared = 0
    for row, line in enumerate(lines):
        assert columns["date-and-time"][row] == nanoseconds(line["date-and-time"])
        for name, values in columns.items():
            # jsonl has these as a clock, or as text of another form.
            if name in ("date-and-time", "completion-time", "relative-time"):
                continue
            assert values[row] == line.get(name), (row, name)
            compared += 1
    return compared


@pytest.mark.parametrize("filter", FILTERS, ids=" and ".join)
def test_a_filter_wants_the_same_events(sample, bootrace_program, filter):
    where = [part for condition in filter for part in ("--where", condition)]
    lines = bootrace_program("events", str(sample), "--format", "jsonl", *where).splitlines()
    compared = compare(bootrace.open(sample), [json.loads(line) for line in lines], filter)
    assert compared == len(lines) * 25
    assert (compared == 0) == ("nothing" in "".join(filter))


@pytest.mark.parametrize(
    ("name", "cells"),
    [("etl/ShutdownPerfDiagLogger-18362.etl", 40_000), ("pml/Noriben-v7-xp32.PML", 15_000)],
)
def test_each_cell_of_a_real_trace_is_the_same(real, bootrace_program, name, cells):
    trace = real(name)
    lines = bootrace_program("events", str(trace), "--format", "jsonl").splitlines()
    log = bootrace.open(trace)
    assert compare(log, [json.loads(line) for line in lines], []) > cells
    assert len(log) == len(lines)


def test_an_export_has_the_same_events(sample, bootrace_program, tmp_path):
    export = tmp_path / "boot.csv"
    names = "time-of-day,process-name,pid,operation,path,result"
    bootrace_program("events", str(sample), "--format", "procmon-csv", "--columns", names, "-o", str(export))
    log, whole = bootrace.open(export), bootrace.open(sample)
    columns = ["process_name", "pid", "operation", "path", "result"]
    # An export has no times with dates, so only texts and numbers are compared.
    assert pyarrow.table(log.events(columns=columns)).num_rows == len(whole)
    told = [pyarrow.table(of.events(columns=columns)).to_pylist() for of in (log, whole)]
    assert told[0] == told[1]
    with pytest.raises(ValueError, match="has no column detail"):
        log.events("detail contains x")


def test_the_report_is_that_of_the_program(sample, sample_log, bootrace_program):
    args = ["report", str(sample), str(sample_log), "-o", "-", "--format", "json"]
    assert bootrace.report(sample, sample_log) == json.loads(bootrace_program(*args))
    redacted = bootrace.report(str(sample), sample_log, redact=True, notes=["tried twice"])
    assert redacted == json.loads(bootrace_program(*args, "--redact", "--note", "tried twice"))
    assert redacted != bootrace.report(sample, sample_log)
    beside = bootrace.report(sample, baseline=[sample])
    assert beside == json.loads(bootrace_program("report", str(sample), "--baseline", str(sample), *args[3:]))
