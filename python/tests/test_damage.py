"""Damaged and wrong files raise exceptions; none ends the interpreter, and none leads to a panic."""

import pathlib
import random

import bootrace
import pyarrow
import pytest

# Of the header, and of a record.
OFFSETS, DETAIL_SIZE = 0x248, 0x2C


def read(path):
    """The rows of a file, and what its reader says of damage; or the exception."""
    try:
        log = bootrace.open(path)
        events = log.events()
        rows = pyarrow.table(events).num_rows
        assert rows == len(log)
        assert isinstance(log.processes, list) and isinstance(log.problems, list)
        return rows, events.damaged
    except (bootrace.Error, pyarrow.ArrowException, OSError) as error:
        assert "please report" not in str(error), error
        return error


def test_what_is_no_trace_is_refused_with_what_it_is(tmp_path, sample_log):
    missing = tmp_path / "none.pml"
    for call in (bootrace.open, bootrace.report):
        with pytest.raises(FileNotFoundError, match="none.pml"):
            call(missing)
    with pytest.raises(bootrace.Error, match="holds no trace of events but"):
        bootrace.open(sample_log)
    for content, words in [(b"", "empty"), (b"PML_" + bytes(400), "broken.pml"), (b"hello", "not recognise this text as a servicing log")]:
        broken = tmp_path / "broken.pml"
        broken.write_bytes(content)
        for call in (bootrace.open, bootrace.report):
            with pytest.raises(bootrace.Error, match=words):
                call(broken)
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(bootrace.Error, match="holds no trace of events"):
        bootrace.open(folder)
    with pytest.raises(ValueError, match="at least one path"):
        bootrace.report()


def test_an_empty_log_gives_a_table_without_rows(real):
    log = bootrace.open(real("pml/empty-0-events.PML"))
    table = pyarrow.table(log.events())
    assert (len(log), table.num_rows, table.num_columns) == (0, 0, len(bootrace.COLUMNS))


def broken(path, numbers):
    """The log with events whose detail would reach far beyond the file."""
    data = bytearray(path.read_bytes())
    offsets = int.from_bytes(data[OFFSETS : OFFSETS + 8], "little")
    for number in numbers:
        entry = offsets + 5 * number
        size = int.from_bytes(data[entry : entry + 4], "little") + DETAIL_SIZE
        data[size : size + 4] = b"\xf0\xff\xff\xff"
    return data


def test_damaged_records_are_counted_and_named(tmp_path, sample):
    damaged = tmp_path / "damaged.pml"
    damaged.write_bytes(broken(sample, [7, 300]))
    log = bootrace.open(damaged)
    events = log.events(columns=["index"])
    assert events.damaged is None
    numbers = pyarrow.table(events).column("index").to_pylist()
    assert numbers == [number for number in range(1791) if number not in (7, 300)]
    assert (events.damaged, len(log)) == (2, 1789)
    assert "event 7" in events.first_damage


def test_a_log_of_which_no_record_can_be_read_raises(tmp_path, sample):
    damaged = tmp_path / "damaged.pml"
    damaged.write_bytes(broken(sample, range(1791)))
    with pytest.raises((pyarrow.ArrowException, OSError), match="no event can be read; the first: event 0"):
        pyarrow.table(bootrace.open(damaged).events())


@pytest.mark.parametrize("name", ["sample", "etl/ShutdownPerfDiagLogger-18362.etl", "etl/WindowsUpdate-22631.etl"])
def test_no_damage_does_more_than_raise(tmp_path, sample, real, name):
    whole = (sample if name == "sample" else real(name)).read_bytes()
    chance = random.Random(1)
    outcomes = []
    for turn in range(150):
        data = bytearray(whole)
        if turn % 3 == 0:
            del data[chance.randrange(len(data)) :]
        elif turn % 3 == 1:
            # The header and the tables at its end make most of the difference.
            for _ in range(chance.choice([1, 8, 64])):
                data[chance.choice([chance.randrange(1024), chance.randrange(len(data))])] = chance.randrange(256)
        else:
            start = chance.randrange(len(data))
            data[start : start + chance.randrange(4096)] = bytes(chance.randrange(4096))
        damaged = tmp_path / f"{turn}{pathlib.Path(name).suffix or '.pml'}"
        damaged.write_bytes(data)
        outcomes.append(read(damaged))
        damaged.unlink()
    read_in_part = [outcome for outcome in outcomes if isinstance(outcome, tuple) and outcome[0] > 0]
    assert len(read_in_part) > 50
    assert len(outcomes) == 150
