"""Traces of Process Monitor and ETW as Arrow, and the report of a failed Windows update."""

from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Optional, TypedDict, Union, final

_Path = Union[str, PathLike[str]]

__version__: str

COLUMNS: tuple[str, ...]
"""The names of the columns that events have: those of Process Monitor, `index` and `status`."""

class Error(Exception):
    """A file cannot be read, or nothing in it."""

class Process(TypedDict):
    """A process of a trace. `start` and `end` are in UTC and have microseconds only."""

    pid: Optional[int]
    parent_pid: Optional[int]
    name: str
    image_path: str
    command_line: str
    user: str
    company: str
    start: Optional[datetime]
    end: Optional[datetime]
    exit_status: Optional[int]
    events: int
    failures: int

@final
class Events:
    """Events of a log. Each program that takes them reads the log anew.

    pandas, polars, pyarrow, DuckDB and others take this object as an Arrow stream.
    """

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""

    @property
    def damaged(self) -> Optional[int]:
        """How many damaged records the last reader met; None before one has read to the end."""

    @property
    def first_damage(self) -> Optional[str]:
        """The first damaged record, in words."""

    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...

@final
class Log:
    """A trace of events. Of a folder or an archive it is all traces, one after the other."""

    def __len__(self) -> int:
        """How many events can be read."""

    def events(
        self, filter: Union[str, Sequence[str], None] = None, columns: Optional[Sequence[str]] = None
    ) -> Events:
        """The events that a filter wants, with some columns or all.

        `filter` is an expression of `bootrace events --where`, or several. ValueError says what is wrong with it.
        """

    @property
    def processes(self) -> list[Process]:
        """The processes, each with its events."""

    @property
    def problems(self) -> list[str]:
        """What could not be read beside single records, in words."""

def open(path: _Path, /) -> Log:
    """Opens a trace: a log or an export of Process Monitor, an ETW trace, or a folder or an archive with such."""

def report(
    *paths: _Path,
    baseline: Sequence[_Path] = ...,
    rules: Sequence[_Path] = ...,
    notes: Sequence[str] = ...,
    redact: bool = ...,
) -> dict[str, Any]:
    """Diagnoses files, folders and archives as one case. The result is report.json as a dict.

    `baseline` are files of a boot that went well, `rules` folders with rules of your own. `redact` leaves out names of
    users, machines and domains.
    """
