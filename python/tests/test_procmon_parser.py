"""The cells of the real logs are what procmon-parser reads, where both mean the same."""

import bootrace
import procmon_parser
import pyarrow
import pytest

EPOCH = 116_444_736_000_000_000
COLUMNS = ["date_and_time", "pid", "tid", "process_name", "operation", "path", "result", "duration", "detail"]
# Operations whose Detail column procmon-parser prints with a slip of Process Monitor, or without a name. docs/PML.md, 9.
OTHER_DETAIL = {
    "CreateFile": "the account that is impersonated has its name here, and its SID there",
    "FileSystemControl": "offset and length of FSCTL_OFFLOAD_READ",
    "Process Start": "the environment's entries are divided by other characters",
    "QueryDirectory": "Process Monitor counts the files of a listing from 1 or 2",
    "QuerySecurityFile": "a bit that has a name in newer versions",
    "RegSetInfoKey": "Process Monitor prints a length that the record does not have",
    "RegSetValue": "the record holds 16 bytes of a binary value",
}


@pytest.mark.parametrize(
    ("name", "details"),
    [("LogFileUTC64Filesystem", 26_000), ("LogfileTests32bitUTC", 32_500), ("LogfileTests64bitUTC", 51_500)],
)
def test_each_cell_is_what_procmon_parser_reads(real, name, details):
    path = real(f"pml/{name}.PML")
    table = pyarrow.table(bootrace.open(path).events(columns=COLUMNS))
    ours = {column: table.column(column).to_pylist() for column in COLUMNS[1:]}
    times = table.column("date_and_time").cast("int64").to_pylist()
    equal = rows = 0
    with open(path, "rb") as file:
        for row, event in enumerate(procmon_parser.ProcmonLogsReader(file)):
            cell = {column: values[row] for column, values in ours.items()}
            theirs = event.get_compatible_csv_info()
            assert times[row] == (event.date_filetime - EPOCH) * 100
            assert (cell["pid"], cell["tid"]) == (event.process.pid, event.tid)
            assert cell["process_name"] == theirs["Process Name"]
            assert (cell["path"] or "", cell["result"] or "") == (theirs["Path"], theirs["Result"])
            # What is pending has no duration.
            assert cell["duration"] == (float(theirs["Duration"]) if theirs["Duration"] else None)
            # It knows fewer operations, and details of fewer, some of them only in part.
            assert theirs["Operation"] in (cell["operation"], "<Unknown>")
            if theirs["Operation"] == cell["operation"] and cell["operation"] not in OTHER_DETAIL:
                assert (cell["detail"] or "").startswith(theirs["Detail"])
            equal += (cell["detail"] or "") == theirs["Detail"]
            rows += 1
    assert rows == table.num_rows > 0
    assert details < equal < rows
