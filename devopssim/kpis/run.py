"""One run's log, opened for measuring: rows by kind, the ids that they name, and what was in progress at its start."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import BrokenContractError, InvalidInputError
from devopssim.events import (
    DETAIL_KEYS,
    HOURS_PER_WEEK,
    KIND_NUMBERS,
    KINDS,
    NUMBERS,
    CodedLog,
    WorkingTime,
    cut_to_window,
    validate_columns,
)
from devopssim.kpis.columns import Integers, LogColumns

Floats = npt.NDArray[np.float64]
"""Array of floating-point numbers."""
Truths = npt.NDArray[np.bool_]
"""Array of true and false."""

Needs = tuple[tuple[str, ...], ...]
"""What a KPI needs of a log: of each tuple one entry, a kind of event, or a kind and a key of its detail: `service.deployed repair`."""

NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "item": (
        "ticket.created",
        "ticket.started",
        "ticket.done",
        "ticket.closed",
        "stage.started",
        "stage.finished",
        "service.deployed",
    ),
    "change": ("change.created", "change.abandoned", "service.deployed", "scan.finished", "vulnerability.injected"),
    "deployment": ("service.deployed", "service.rolledback", "service.failed", "scan.finished"),
    "incident": ("service.failed", "incident.detected", "incident.resolved", "service.restored"),
    "finding": ("vulnerability.injected", "finding.reported", "finding.dismissed", "finding.fixed", "patch.deployed"),
}
"""The kinds of rows whose ids KPIs ask for, by column."""


class Run:
    """A log of one run, opened for measuring: rows of a kind and the ids that they name are looked up once for all KPIs.

    Every KPI takes a log or a Run; `Run(log)` saves time where several KPIs of one log are wanted. The log must not change
    afterwards.

    Parameters
    ----------
    log : DataFrame or CodedLog
        Event log of one replication. Where it is in codes, an id is its code until `labels` gives it a name.

    Raises
    ------
    BrokenContractError
        If the table is not an event log of one run, sorted by time within the time of observation.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> run = kpis.Run(from_rows([event(2, "ticket.created", item="W1")], horizon=10))
    >>> run.hours, run.times("ticket.created").tolist()
    (10.0, [2.0])
    """

    def __init__(self, log: pd.DataFrame | CodedLog) -> None:
        if not isinstance(log, CodedLog):
            validate_columns(log)
            log = CodedLog.of(log)
        self._open(LogColumns(log))

    def _open(self, columns: LogColumns) -> None:
        self._columns = columns
        self.attrs = columns.attrs
        self.time: Floats = columns.time
        self.warm_up = float(self.attrs.get("warm_up") or 0.0)
        self.begin = max(self.warm_up, float(self.attrs.get("window") or 0.0))
        self.horizon = _horizon(self.attrs, self.time)
        _refuse_disorder(self.time, self.warm_up, self.horizon)
        self._rows: dict[str, Integers] = {}
        self._first: dict[tuple[str, str], Floats] = {}
        self._roles: dict[str, Integers] = {}
        self._details: dict[str, tuple[Integers, Any]] = {}
        self._texts: dict[tuple[str, str], npt.NDArray[np.object_]] = {}
        self._names: dict[str, tuple[pd.Index, dict[str, Integers]]] = {}

    def part(self, first: int, last: int, attrs: Mapping[str, Any]) -> Self:
        """Return a run of the rows from `first` to before `last`, with these attributes."""
        part = object.__new__(type(self))
        part._open(self._columns.part(first, last, attrs))
        return part

    @property
    def log(self) -> pd.DataFrame:
        """The log as a table with names."""
        return self._columns.log

    @property
    def hours(self) -> float:
        """The observed hours, from the warm-up's end to the horizon."""
        return self.horizon - self.warm_up

    @property
    def weeks(self) -> float:
        """The observed weeks, of 168 hours."""
        return self.hours / HOURS_PER_WEEK

    @property
    def in_window(self) -> "Run":
        """The run cut to the log's window of observation; the run itself where that is the whole log."""
        return self if self.begin <= self.warm_up else self._window  # a run that kept itself would stay in memory

    @cached_property
    def _window(self) -> "Run":
        log = self.log.copy(deep=False)
        log.attrs.update(self.attrs)
        return Run(cut_to_window(log))

    def observes(self, needs: "Needs") -> bool:
        """Return whether the log's sources can tell what a KPI needs; a log that does not say can tell everything."""
        if self.observed is None:
            return True
        return all(self.observed.intersection(alternatives) for alternatives in needs)

    @cached_property
    def observed(self) -> frozenset[str] | None:
        """The kinds of events, and keys of detail, that the log's sources can tell; None if the log does not say."""
        stated: Iterable[str] | None = self.attrs.get("observed")
        return None if stated is None else frozenset(stated)

    @cached_property
    def working_time(self) -> WorkingTime | None:
        """The working hours of the team; None if the log states no calendar."""
        return WorkingTime.of(self.attrs)

    def worked_until(self, time: Floats) -> Floats:
        """Return the working hours from the log's start to each time, or the time itself where the log states no calendar."""
        return self.working_time.until(time) if self.working_time else time

    def hours_open(self, starts: Floats, ends: Floats, at_start: int = 0) -> float:
        """Return the summed hours that entities were open between their starts and ends, `at_start` of them from the warm-up's end.

        Examples
        --------
        >>> from devopssim.events import from_rows
        >>> Run(from_rows([], horizon=10)).hours_open(np.array([2.0, 6.0]), np.array([5.0]))
        7.0
        """
        return float(at_start * self.hours + (self.horizon - starts).sum() - (self.horizon - ends).sum())

    @property
    def is_cut(self) -> bool:
        """Whether the log was cut, so that entities may have begun before it."""
        return self.warm_up > 0

    @property
    def open_at_start(self) -> Mapping[str, Any]:
        """What was in progress at the cut: the attributes that `events.since` sets, as far as the log has them."""
        return {key: value for key, value in self.attrs.items() if key.startswith("open_")}

    def rows(self, kind: str) -> Integers:
        """Return the positions of the rows of this kind."""
        if kind not in self._rows:
            self._rows[kind] = np.flatnonzero(self._columns.kinds == KIND_NUMBERS[kind])
        return self._rows[kind]

    def times(self, kind: str) -> Floats:
        """Return the hours of the rows of this kind."""
        return self.time[self.rows(kind)]

    def names(self, column: str) -> pd.Index:
        """Return the ids in this column, in the order in which the log first names them, kind by kind."""
        return self._named(column)[0]

    def labels(self, ids: pd.Index) -> pd.Index:
        """Return the names of ids, for people: those of a log in codes are numbers."""
        return self._columns.labels(ids)

    def ids(self, column: str, kind: str) -> Integers:
        """Return the position in `names(column)` of the id that each row of this kind names; -1 for a row without an id."""
        return self._named(column)[1][kind]

    def _named(self, column: str) -> tuple[pd.Index, dict[str, Integers]]:
        if column not in self._names:
            kinds = NAMED_BY[column]
            positions = [self.rows(kind) for kind in kinds]
            codes, names = self._columns.names(column, np.concatenate(positions))
            parts = np.split(codes, np.cumsum([len(part) for part in positions])[:-1])
            self._names[column] = names, dict(zip(kinds, parts, strict=True))
        return self._names[column]

    def first(self, column: str, kind: str) -> Floats:
        """Return the hour at which each of `names(column)` first met this kind of event; NaN for never.

        Raises
        ------
        BrokenContractError
            If a kind that happens at most once per id happens twice.
        """
        if (column, kind) not in self._first:
            ids, times = self.ids(column, kind), self.times(kind)
            named = ids >= 0
            first = np.full(len(self.names(column)), np.nan)
            first[ids[named][::-1]] = times[named][::-1]
            if KINDS[kind].once and KINDS[kind].by == column and named.sum() > np.isfinite(first).sum():
                self._refuse_repetition(column, kind)
            self._first[column, kind] = first
        return self._first[column, kind]

    def occurred(self, column: str, kind: str) -> Truths:
        """Return the mask of `names(column)` that met this kind of event."""
        return np.isfinite(self.first(column, kind))

    def named(self, column: str, kind: str, rows: Truths) -> Truths:
        """Return the mask of `names(column)` that the chosen rows of this kind name."""
        ids = self.ids(column, kind)
        chosen = np.zeros(len(self.names(column)), dtype=bool)
        chosen[ids[rows & (ids >= 0)]] = True
        return chosen

    def detail(self, kind: str, key: str) -> tuple[Integers, npt.NDArray[np.object_]]:
        """Return the values of a `detail` key in the rows of this kind, as positions and texts.

        Returns
        -------
        tuple of two arrays
            For each row the position of its text, and the texts. The last text is empty and stands for rows without the key.
        """
        if kind not in self._details:
            self._details[kind] = self._columns.details(self.rows(kind))
        codes, different = self._details[kind]
        if (kind, key) not in self._texts:
            self._texts[kind, key] = np.append(self._columns.values(different, key), "")
        return codes, self._texts[kind, key]

    def detail_matches(self, kind: str, key: str, *values: str) -> Truths:
        """Return the mask of the rows of this kind whose `detail` key has one of the values; without values, any value."""
        codes, texts = self.detail(kind, key)
        return np.array([text in values if values else text != "" for text in texts])[codes]

    def detail_numbers(self, kind: str, key: str) -> Floats:
        """Return the number that each row of this kind has for a `detail` key of `events.NUMBERS`; NaN for a row without it.

        Raises
        ------
        InvalidInputError
            If a value is no number of the key's range.
        """
        codes, texts = self.detail(kind, key)
        numbers = pd.to_numeric(pd.Series(texts[:-1]), errors="coerce").to_numpy(dtype=np.float64)
        wrong = ~NUMBERS[key].holds(numbers) & (texts[:-1] != "")
        if wrong.any():
            message = (
                f"detail {key}={texts[:-1][wrong][0]} of {kind} ({DETAIL_KEYS[key]}) must be {NUMBERS[key].text}; "
                "correct the row or leave the key out."
            )
            raise InvalidInputError(message)
        return np.append(numbers, np.nan)[codes]

    def roles(self, kind: str) -> Integers:
        """Return the role of each row of this kind as its position in `events.ROLES`; -1 for a row without a role."""
        if kind not in self._roles:
            self._roles[kind] = self._columns.roles[self.rows(kind)].astype(np.intp)
        return self._roles[kind]

    def _refuse_repetition(self, column: str, kind: str) -> None:
        """Raise BrokenContractError for the first id that meets this kind of event a second time."""
        ids, rows = self.ids(column, kind), self.rows(kind)
        again = pd.Series(ids).duplicated().to_numpy() & (ids >= 0)
        row = int(rows[again][0])
        message = (
            f"row {row} ({kind} of {self.labels(self.names(column))[ids[again][0]]}) happens a second time: the table seems to join several logs, "
            "a KPI is a number of one run; measure the logs one by one, or compare them with devopssim.compare."
        )
        raise BrokenContractError(message, row=row, rule=f"{kind} happens once for one {column}")


Log = pd.DataFrame | CodedLog | Run
"""What a KPI measures."""


def run_of(log: Log) -> Run:
    """Return the log opened for measuring; a Run is returned unchanged."""
    return log if isinstance(log, Run) else Run(log)


def _horizon(attrs: Mapping[str, Any], time: Floats) -> float:
    """Return the hour at which observation ended; without a `horizon`, that of the last event."""
    horizon = attrs.get("horizon")
    if horizon is not None:
        return float(horizon)
    return float(time[-1]) if len(time) else float(attrs.get("warm_up") or 0.0)


def _refuse_disorder(time: Floats, warm_up: float, horizon: float) -> None:
    """Raise BrokenContractError for unsorted rows or rows outside the time of observation, as in concatenated logs."""
    if not len(time):
        return
    wrong = ~(time[1:] >= time[:-1])
    if wrong.any() or not np.isfinite(time[0]):
        row = int(np.argmax(wrong)) + 1 if wrong.any() else 0
        message = (
            f"row {row} (time={time[row]:g} h) comes after a later one: the rows of an event log are sorted by time, and a log is "
            "one run; sort with log.sort_values('time', kind='stable'), or measure several logs one by one."
        )
        raise BrokenContractError(message, row=row, rule="rows must be sorted by time")
    if time[0] < warm_up or time[-1] > horizon:
        row = 0 if time[0] < warm_up else len(time) - 1
        message = (
            f"row {row} (time={time[row]:g} h) lies outside the time of observation, {warm_up:g} to {horizon:g} h; "
            "cut a log with devopssim.events.since, which keeps its attributes right."
        )
        raise BrokenContractError(message, row=row, rule="rows must lie between the warm-up and the horizon")
