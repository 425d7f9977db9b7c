"""The fast engine: the model's processes as a C++ library, which writes the same log as the reference, to the last bit.

`engine/` holds its source, laid out as this room. The library is used where it was built; `devopssim doctor` says where.
"""

import ctypes
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from devopssim.errors import DevopssimError
from devopssim.events import HOURS_PER_YEAR, KINDS, CodedLog, WorkingTime
from devopssim.scenario import Scenario
from devopssim.simulation.names import Names
from devopssim.simulation.randomness import Streams
from devopssim.simulation.tables import Tables, derived, number

VERSION: Final = 1
"""Number of the interface that this module speaks."""
SUFFIX: Final = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY: Final = Path(__file__).with_name(f"_engine{SUFFIX}")
"""Where the build puts the library."""
MOST_ROWS: Final = 50_000_000
"""Rows of a log that a run may write: some four gigabytes."""
ROW: Final = np.dtype(
    [
        ("time", "f8"), ("detail", "u8"), ("item", "i4"), ("change", "i4"), ("deployment", "i4"), ("incident", "i4"),
        ("finding", "i4"), ("kind", "i1"), ("stage", "i1"), ("role", "i1"), ("unused", "i1"),
    ]
)  # fmt: skip


class EngineError(DevopssimError):
    """The fast engine is not there, or not of this version."""


class EndlessRunError(DevopssimError):
    """A scenario whose run would not end: its log becomes too large, or its clock stands still."""


class _Table(ctypes.Structure):
    _fields_ = (("values", ctypes.c_void_p), ("rows", ctypes.c_int64), ("width", ctypes.c_int64))


class Library:
    """The engine as a shared library.

    Parameters
    ----------
    path : Path
        File of the library.

    Raises
    ------
    EngineError
        If the file cannot be loaded, or speaks another version of the interface.
    """

    def __init__(self, path: Path) -> None:
        try:
            library = ctypes.CDLL(str(path))
            version = library.devopssim_version()
        except (OSError, AttributeError) as error:
            raise EngineError(f"{path} cannot be loaded as the fast engine ({error}); build it again with `make engine`.") from error
        if version != VERSION:
            raise EngineError(f"{path} is version {version} of the engine, {VERSION} is wanted; build it again with `make engine`.")
        self.path = path
        self._library = library
        for name in ("parameters", "tables", "kinds", "forms"):
            getattr(library, f"devopssim_{name}").restype = ctypes.c_char_p
        library.devopssim_run.restype = ctypes.c_void_p
        library.devopssim_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double, ctypes.c_int64]
        for name in ("status", "needed_table", "needed_rows", "rows", "false_findings", "events", "reached", "free"):
            function = getattr(library, f"devopssim_{name}")
            function.argtypes = [ctypes.c_void_p]
            function.restype = ctypes.c_int64
        library.devopssim_status.restype = library.devopssim_needed_table.restype = ctypes.c_int32
        library.devopssim_rows.argtypes = library.devopssim_false_findings.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        library.devopssim_reached.restype = ctypes.c_double
        library.devopssim_free.restype = None
        kinds = [kind.replace("_", ".") for kind in self.names("kinds")]
        if kinds != list(KINDS):
            raise EngineError(f"{path} knows other kinds of events; build it again with `make engine`.")

    def names(self, of: str) -> list[str]:
        """Return the names that the engine gives to its parameters, tables, kinds or forms, in its order."""
        text: bytes = getattr(self._library, f"devopssim_{of}")()
        return text.decode().split()

    @cached_property
    def forms(self) -> list[str]:
        """Names of the forms of details."""
        return self.names("forms")

    def run(self, scenario: Scenario, tables: Tables) -> "Written":
        """Simulate with these tables, made longer where the run needs it; return what the run has written."""
        requests = len(tables.generations[0].items)
        extra = derived(scenario, requests)
        parameters = np.array(
            [
                extra[name.removeprefix("derived.")] if name.startswith("derived.") else number(scenario, name)
                for name in self.names("parameters")
            ]
        )
        names = [
            *self.names("tables"),
            *(f"infrastructure/{host}" for host in range(scenario.production.hosts)),
            *(f"pipeline/{step}" for step in range(len(scenario.pipeline.steps))),
        ]
        horizon = scenario.years * HOURS_PER_YEAR
        while True:
            arrays = [np.ascontiguousarray(tables.get(name)) for name in names]
            described = (_Table * len(arrays))(*[(rows.ctypes.data, len(rows), rows.shape[1]) for rows in arrays])
            run = self._library.devopssim_run(parameters.ctypes.data, ctypes.addressof(described), horizon, MOST_ROWS)
            try:
                status = self._library.devopssim_status(run)
                if status == 0:
                    return Written(
                        rows=self._array(run, "rows", ROW),
                        false_findings=self._array(run, "false_findings", np.dtype([("change", "i4"), ("number", "i4")])),
                        events=self._library.devopssim_events(run),
                    )
                reached = self._library.devopssim_reached(run)
                table, needed = self._library.devopssim_needed_table(run), self._library.devopssim_needed_rows(run)
            finally:
                self._library.devopssim_free(run)
            if status != 1:
                raise endless(scenario, reached, stands_still=status == 3)  # noqa: PLR2004 - as in simulator.hpp
            tables.lengthen(names[table], needed)

    def _array(self, run: Any, what: str, dtype: np.dtype[Any]) -> Any:
        """Return a copy of an array that belongs to a run."""
        start = ctypes.c_void_p()
        length = getattr(self._library, f"devopssim_{what}")(run, ctypes.byref(start))
        if not length:
            return np.empty(0, dtype=dtype)
        return np.frombuffer(ctypes.string_at(start.value or 0, length * dtype.itemsize), dtype=dtype)


@dataclass(frozen=True, eq=False, kw_only=True)
class Written:
    """What a run of the engine has written: rows of codes, the false findings that they name, and how many events it took."""

    rows: Any
    false_findings: Any
    events: int


def endless(scenario: Scenario, reached: float, *, stands_still: bool) -> EndlessRunError:
    """Return the error of a run that does not end."""
    happens = "its clock stands still" if stands_still else f"its log has more than {MOST_ROWS:,} rows"
    return EndlessRunError(
        f"{scenario.name!r} does not come to its end: {happens} at hour {reached:,.0f} of {scenario.years * HOURS_PER_YEAR:,.0f}; "
        "lower its years or its requests, and look for times and efforts of 0."
    )


@lru_cache
def library() -> Library | None:
    """Return the engine, or None where none was built; `DEVOPSSIM_ENGINE` names another file than the usual one."""
    named = os.environ.get("DEVOPSSIM_ENGINE")
    path = Path(named) if named else LIBRARY
    return Library(path) if named or path.exists() else None


def simulate_fast(
    scenario: Scenario, streams: Streams, *, source: Mapping[str, Any], working_time: WorkingTime, engine: Library
) -> CodedLog:
    """Return the log of one replication in codes; the arguments are checked already."""
    tables = Tables(scenario, streams)
    written = engine.run(scenario, tables)
    names = Names(scenario=scenario, tables=tables, false_findings=written.false_findings, forms=engine.forms)
    rows = written.rows
    codes = {name: np.ascontiguousarray(rows[name]) for name in ROW.names or () if name not in {"time", "unused"}}
    codes["detail"] = np.where(codes["detail"] == 0, -1, codes["detail"].astype(np.int64))
    attrs = {"horizon": scenario.years * HOURS_PER_YEAR, "source": source, "calendar": working_time.as_dict()}
    return CodedLog(time=np.ascontiguousarray(rows["time"]), codes=codes, texts=names.texts, attrs=attrs)
