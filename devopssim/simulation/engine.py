"""The fast engine: the model's processes as a C++ library, which writes the same log as the reference, to the last bit.

`engine/` holds its source, laid out as this room. The library is used where it was built; `devopssim doctor` says where.
"""

import ctypes
import os
import sys
import weakref
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from devopssim.errors import DevopssimError
from devopssim.events import COLUMNS, HOURS_PER_YEAR, KINDS, CodedLog
from devopssim.scenario import Scenario
from devopssim.simulation.names import Names
from devopssim.simulation.staff import working_time
from devopssim.simulation.streams import Streams
from devopssim.simulation.tables import Tables, derived, numbers

VERSION: Final = 1
"""Number of the interface that this module speaks."""
SUFFIX: Final = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY: Final = Path(__file__).with_name(f"_engine{SUFFIX}")
"""Where the build puts the library."""
MOST_ROWS: Final = 20_000_000
"""Rows of a log that a run may write: a gigabyte in codes, five with names."""
TYPES: Final = {"time": "f8", "kind": "i1", "stage": "i1", "role": "i1"}
"""Types of the log's columns; those of the others are `i4`."""


class EngineError(DevopssimError):
    """The fast engine is not there, or not of this version."""


class EndlessRunError(DevopssimError):
    """A scenario whose run would fill the memory: its log becomes too long."""


RETURNED: Final = {
    "status": ctypes.c_int32,
    "needed_table": ctypes.c_int32,
    "needed_rows": ctypes.c_int64,
    "rows": ctypes.c_int64,
    "column": ctypes.c_void_p,
    "details": ctypes.c_int64,
    "false_findings": ctypes.c_int64,
    "events": ctypes.c_int64,
    "reached": ctypes.c_double,
    "free": None,
}
"""What the functions of a run return."""


class _Table(ctypes.Structure):
    _fields_ = (("values", ctypes.c_void_p), ("rows", ctypes.c_int64), ("width", ctypes.c_int64))


class Library:
    """The engine as a shared library. A run leaves Python's lock; asking for what it has written is too short to be worth it.

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
            self._run = ctypes.CDLL(str(path)).devopssim_run
            library = ctypes.PyDLL(str(path))
            version = library.devopssim_version()
        except (OSError, AttributeError) as error:
            raise EngineError(
                f"{path} cannot be loaded as the fast engine ({error}); build it again with `make engine`."
            ) from error
        if version != VERSION:
            raise EngineError(
                f"{path} is version {version} of the engine, {VERSION} is wanted; build it again with `make engine`."
            )
        self.path = path
        self._library = library
        for name in ("parameters", "tables", "kinds", "forms"):
            getattr(library, f"devopssim_{name}").restype = ctypes.c_char_p
        self._run.restype = ctypes.c_void_p
        self._run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double, ctypes.c_int64]
        for name, returned in RETURNED.items():
            function = getattr(library, f"devopssim_{name}")
            function.argtypes, function.restype = [ctypes.c_void_p], returned
        library.devopssim_column.argtypes = [ctypes.c_void_p, ctypes.c_int32]
        library.devopssim_details.argtypes = library.devopssim_false_findings.argtypes = [
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        kinds = [kind.replace("_", ".") for kind in self._names("kinds")]
        if kinds != list(KINDS):
            raise EngineError(f"{path} knows other kinds of events; build it again with `make engine`.")
        self.parameters_named, self._table_names = self._names("parameters"), self._names("tables")
        self.forms = self._names("forms")
        """Names of the forms of details, by their numbers."""

    def _names(self, of: str) -> list[str]:
        """Return the names that the engine gives to its parameters, tables, kinds or forms, in its order."""
        text: bytes = getattr(self._library, f"devopssim_{of}")()
        return text.decode().split()

    def run(self, scenario: Scenario, tables: Tables) -> "Written":
        """Simulate with these tables, made longer where the run needs it; return what the run has written."""
        parameters, names = self.parameters(scenario, tables), self.tables(scenario)
        library, horizon = self._library, scenario.years * HOURS_PER_YEAR
        while True:
            arrays = [np.ascontiguousarray(tables.get(name)) for name in names]
            described = (_Table * len(arrays))(*[_Table(rows.ctypes.data, len(rows), rows.shape[1]) for rows in arrays])
            address = self._run(parameters.ctypes.data, ctypes.addressof(described), horizon, MOST_ROWS)
            written = Written(library, address)
            status = library.devopssim_status(address)
            if status == 0:
                return written
            if status != 1:
                raise endless(scenario, library.devopssim_reached(address))
            tables.lengthen(names[library.devopssim_needed_table(address)], library.devopssim_needed_rows(address))

    def parameters(self, scenario: Scenario, tables: Tables) -> npt.NDArray[np.float64]:
        """Return the numbers that the engine wants to know of a scenario, in its order."""
        requests = len(tables.generations[0].items)
        values = {
            **numbers(scenario),
            **{f"derived.{name}": value for name, value in derived(scenario, requests).items()},
        }
        return np.array([values[name] for name in self.parameters_named])

    def tables(self, scenario: Scenario) -> list[str]:
        """Return the names of the tables that the engine wants for a scenario, in its order."""
        hosts, steps = range(scenario.production.hosts), range(len(scenario.pipeline.steps))
        return [
            *self._table_names,
            *(f"infrastructure/{host}" for host in hosts),
            *(f"pipeline/{step}" for step in steps),
        ]


class Written:
    """What a run of the engine has written. Its arrays lie in the engine's memory, which is given back with the last of them.

    Parameters
    ----------
    library : CDLL
        The engine.
    address : int
        Where the run lies.
    """

    def __init__(self, library: ctypes.CDLL, address: int) -> None:
        self._library = library
        self._address = address
        weakref.finalize(self, library.devopssim_free, address)

    @property
    def events(self) -> int:
        """The number of events that the run took."""
        return int(self._library.devopssim_events(self._address))

    def columns(self) -> dict[str, Any]:
        """Return the columns of the log; -1 stands for no value."""
        rows = self._library.devopssim_rows(self._address)
        return {
            name: self._array(self._library.devopssim_column(self._address, number), rows, TYPES.get(name, "i4"))
            for number, name in enumerate(COLUMNS)
        }

    def details(self) -> Any:
        """Return the packed details that the column `detail` numbers."""
        return self._listed("details", "i8")

    def false_findings(self) -> Any:
        """Return change (-1: the whole code base) and number of each false finding, one after the other."""
        return self._listed("false_findings", "i8").view("i4").reshape(-1, 2)

    def _listed(self, what: str, dtype: str) -> Any:
        start = ctypes.c_void_p()
        length = getattr(self._library, f"devopssim_{what}")(self._address, ctypes.byref(start))
        return self._array(start.value, length, dtype)

    def _array(self, start: int | None, length: int, dtype: str) -> Any:
        """Return a view of the engine's memory that keeps the run."""
        return np.asarray(_Memory(self, start, length, dtype)) if length and start else np.empty(0, dtype=dtype)


class _Memory:
    """A part of a run's memory, as NumPy asks for it; the array that views it keeps it, and with it the run."""

    def __init__(self, run: Written, start: int, length: int, dtype: str) -> None:
        self._run = run
        self.__array_interface__ = {"version": 3, "shape": (length,), "typestr": f"<{dtype}", "data": (start, True)}


def endless(scenario: Scenario, reached: float) -> EndlessRunError:
    """Return the error of a run whose log becomes too long."""
    return EndlessRunError(
        f"{scenario.name!r} is too much for one run: its log has more than {MOST_ROWS:,} events at hour {reached:,.0f} of "
        f"{scenario.years * HOURS_PER_YEAR:,.0f}; lower years, demand.requests_per_week or production.hosts."
    )


@lru_cache
def library() -> Library | None:
    """Return the engine, or None where none was built; `DEVOPSSIM_ENGINE` names another file than the usual one."""
    named = os.environ.get("DEVOPSSIM_ENGINE")
    path = Path(named) if named else LIBRARY
    return Library(path) if named or path.exists() else None


def simulate_fast(scenario: Scenario, streams: Streams, *, source: Mapping[str, Any], engine: Library) -> CodedLog:
    """Return the log of one replication in codes; the arguments are checked already."""
    tables = Tables(scenario, streams)
    written = engine.run(scenario, tables)
    names = Names(
        scenario=scenario,
        tables=tables,
        details=written.details(),
        false_findings=written.false_findings(),
        forms=engine.forms,
    )
    codes = written.columns()
    calendar = working_time(scenario.team).as_dict()
    attrs = {"horizon": scenario.years * HOURS_PER_YEAR, "source": source, "calendar": calendar}
    return CodedLog(time=codes.pop("time"), codes=codes, texts=names.texts, values=names.values, attrs=attrs)
