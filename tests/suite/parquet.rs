//! `bootrace events --format parquet`, as pyarrow and DuckDB read it: every cell is what jsonl says of the same event.

use std::{
    path::Path,
    process::{Command, Output},
};

const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/sample-traces/samples/driver-queue-access-denied.pml");

fn bootrace(args: &[&str]) -> Output {
    let out = Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out
}

/// What a script prints; `None` where Python lacks the module.
fn python(module: &str, script: &str, files: &[&Path]) -> Option<String> {
    if !test_data::python_module(module) {
        return None;
    }
    let out = Command::new(test_data::PYTHON).args(["-c", script]).args(files).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap().trim().to_owned())
}

#[test]
fn the_file_is_whole_and_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.parquet");
    let name = file.to_str().unwrap();
    bootrace(&["events", SAMPLE, "--format", "parquet", "-o", name]);
    let first = std::fs::read(&file).unwrap();
    assert!(first.starts_with(b"PAR1") && first.ends_with(b"PAR1"));
    bootrace(&["events", SAMPLE, "--format", "parquet", "-o", name]);
    assert!(first == std::fs::read(&file).unwrap());
    // To a pipe too.
    assert!(first == bootrace(&["events", SAMPLE, "--format", "parquet"]).stdout);
}

const PYARROW: &str = r#"
import json, sys
import pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
types = {field.name: str(field.type) for field in table.schema}
assert types["index"] == types["pid"] == "int64", types
assert types["date_and_time"] == "timestamp[ns, tz=UTC]", types
assert types["duration"] == "double" and types["path"] in ("string", "large_string"), types
lines = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
assert table.num_rows == len(lines), (table.num_rows, len(lines))
columns = {name: table.column(name) for name in table.column_names}
times = columns["date_and_time"].cast("int64").to_pylist()
values = {name: column.to_pylist() for name, column in columns.items() if name not in ("date_and_time", "completion_time")}
import datetime
epoch = datetime.datetime(1970, 1, 1)
def nanoseconds(text):
    whole, fraction = text.rstrip("Z").split(".")
    since = datetime.datetime.fromisoformat(whole) - epoch
    return (since.days * 86400 + since.seconds) * 10**9 + int(fraction.ljust(9, "0"))
compared = 0
for row, line in enumerate(lines):
    assert times[row] == nanoseconds(line["date-and-time"]), line
    for name, column in values.items():
        told = line.get(name.replace("_", "-"))
        if name == "relative_time":
            # jsonl prints it as a clock.
            continue
        assert column[row] == told, (row, name, column[row], told)
        compared += 1
print(compared)
"#;

#[test]
fn pyarrow_finds_in_each_cell_what_jsonl_says() {
    let folder = tempfile::tempdir().unwrap();
    let (parquet, jsonl) = (folder.path().join("events.parquet"), folder.path().join("events.jsonl"));
    for args in [&[][..], &["--where", "result is-not SUCCESS"], &["--limit", "100"]] {
        for (format, file) in [("parquet", &parquet), ("jsonl", &jsonl)] {
            let common = ["events", SAMPLE, "--format", format, "-o", file.to_str().unwrap()];
            bootrace(&[&common[..], args].concat());
        }
        let Some(compared) = python("pyarrow", PYARROW, &[&parquet, &jsonl]) else { return };
        assert!(compared.parse::<u32>().unwrap() >= 100 * 20, "{compared}");
    }
}

const DUCKDB: &str = r#"
import sys
import duckdb
duckdb.execute("set timezone = 'UTC'")
question = """select process_name, operation, count(*), left(min(date_and_time)::varchar, 26), sum(duration) < 60
              from read_parquet(?) where result = 'ACCESS DENIED' group by all"""
print(duckdb.execute(question, [sys.argv[1]]).fetchall())
"#;

#[test]
fn duckdb_answers_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let parquet = folder.path().join("events.parquet");
    let columns = "process-name,operation,result,date-and-time,duration";
    bootrace(&[
        "events",
        SAMPLE,
        "--format",
        "parquet",
        "--columns",
        columns,
        "-o",
        parquet.to_str().unwrap(),
    ]);
    let Some(answer) = python("duckdb", DUCKDB, &[&parquet]) else { return };
    assert_eq!(answer, "[('TiWorker.exe', 'CreateFile', 3, '2024-10-02 15:58:03.601731', True)]");
}
