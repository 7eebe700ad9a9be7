"""Every cell of the real logs is what procmon-parser reads."""

import bootrace
import procmon_parser
import pyarrow
import pytest
from conftest import REAL_LOGS

EPOCH = 116_444_736_000_000_000
COLUMNS = ["date_and_time", "pid", "tid", "process_name", "operation", "path", "result", "duration", "detail"]
# Process Monitor's own column, and those that procmon-parser makes of the log as Process Monitor exports them.
CELLS = {"process_name": "Process Name", "path": "Path", "result": "Result", "detail": "Detail"}


@pytest.mark.parametrize("name", REAL_LOGS)
def test_each_cell_is_what_procmon_parser_reads(real, name):
    path = real(f"pml/{name}.PML")
    log = bootrace.open(path)
    table = pyarrow.table(log.events(columns=COLUMNS))
    ours = {column: table.column(column) for column in COLUMNS}
    ours["date_and_time"] = ours["date_and_time"].cast("int64")
    ours = {column: values.to_pylist() for column, values in ours.items()}
    same = dict.fromkeys([*CELLS, "operation"], 0)
    rows = 0
    with open(path, "rb") as file:
        for row, event in enumerate(procmon_parser.ProcmonLogsReader(file)):
            theirs = event.get_compatible_csv_info()
            assert ours["date_and_time"][row] == (event.date_filetime - EPOCH) * 100
            assert ours["pid"][row] == event.process.pid
            assert ours["tid"][row] == event.tid
            if ours["duration"][row] is not None:
                assert ours["duration"][row] == pytest.approx(event.duration / 1e7)
            for column, heading in CELLS.items():
                same[column] += (ours[column][row] or "") == theirs[heading]
            same["operation"] += ours["operation"][row] == theirs["Operation"]
            rows += 1
        assert rows == table.num_rows == len(log) > 0
    print(name, rows, same)
    assert same == dict.fromkeys(same, rows)
