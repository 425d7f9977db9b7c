"""One run's log, opened for measuring: rows by kind, the ids that they name, and what was in progress at its start."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import BrokenContractError, InvalidInputError
from devopssim.events import (
    DETAIL_KEYS,
    HOURS_PER_WEEK,
    KINDS,
    NUMBERS,
    ROLES,
    WorkingTime,
    cut_to_window,
    details,
    validate_columns,
    window_start,
)

Floats = npt.NDArray[np.float64]
"""Array of floating-point numbers."""
Integers = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]

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
    "change": ("change.created", "change.abandoned", "service.deployed", "scan.finished"),
    "deployment": ("service.deployed", "service.rolledback", "service.failed", "scan.finished"),
    "incident": ("service.failed", "incident.detected", "incident.resolved", "service.restored"),
    "finding": ("vulnerability.injected", "finding.reported", "finding.dismissed", "finding.fixed", "patch.deployed"),
}
"""The kinds of rows whose ids KPIs ask for, by column."""


COLUMN_SHARE: Final = 0.25
"""From this share of all rows on, telling a whole column's texts apart is faster than picking the rows out first."""


class Run:
    """A log of one run, opened for measuring: rows of a kind and the ids that they name are looked up once for all KPIs.

    Every KPI takes a log or a Run; `Run(log)` saves time where several KPIs of one log are wanted. The log must not change
    afterwards.

    Parameters
    ----------
    log : DataFrame
        Event log of one replication.

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

    def __init__(self, log: pd.DataFrame) -> None:
        validate_columns(log)
        self.attrs: dict[str, Any] = {str(key): value for key, value in log.attrs.items()}
        self.log = pd.DataFrame(log)  # without attributes: pandas copies those each time that a column is taken
        self.time: Floats = log["time"].to_numpy()
        self.warm_up = float(log.attrs.get("warm_up") or 0.0)
        self.begin = window_start(log)
        self.horizon = _horizon(log, self.time)
        _refuse_disorder(self.time, self.warm_up, self.horizon)
        self._rows: dict[str, Integers] = {}
        self._first: dict[tuple[str, str], Floats] = {}
        self._roles: dict[str, Integers] = {}
        self._details: dict[str, tuple[Integers, pd.DataFrame]] = {}
        self._texts: dict[tuple[str, str], npt.NDArray[np.object_]] = {}
        self._names: dict[str, tuple[pd.Index, dict[str, Integers]]] = {}

    @property
    def hours(self) -> float:
        """The observed hours, from the warm-up's end to the horizon."""
        return self.horizon - self.warm_up

    @property
    def weeks(self) -> float:
        """The observed weeks, of 168 hours."""
        return self.hours / HOURS_PER_WEEK

    @cached_property
    def in_window(self) -> "Run":
        """The run cut to the log's window of observation; the run itself where that is the whole log."""
        if self.begin <= self.warm_up:
            return self
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

    @property
    def is_cut(self) -> bool:
        """Whether the log was cut, so that entities may have begun before it."""
        return self.warm_up > 0

    @property
    def open_at_start(self) -> Mapping[str, Any]:
        """What was in progress at the cut: the attributes that `events.since` sets, as far as the log has them."""
        return {key: value for key, value in self.attrs.items() if key.startswith("open_")}

    @cached_property
    def _codes(self) -> npt.NDArray[np.int8]:
        kind = self.log["kind"]
        if not isinstance(kind.dtype, pd.CategoricalDtype) or tuple(kind.cat.categories) != tuple(KINDS):
            kind = pd.Series(pd.Categorical(kind, categories=tuple(KINDS)))
        return np.asarray(kind.cat.codes, dtype=np.int8)

    def rows(self, kind: str) -> Integers:
        """Return the positions of the rows of this kind."""
        if kind not in self._rows:
            self._rows[kind] = np.flatnonzero(self._codes == list(KINDS).index(kind))
        return self._rows[kind]

    def times(self, kind: str) -> Floats:
        """Return the hours of the rows of this kind."""
        return self.time[self.rows(kind)]

    def names(self, column: str) -> pd.Index:
        """Return the ids in this column, in the order in which the log first names them, kind by kind."""
        return self._named(column)[0]

    def ids(self, column: str, kind: str) -> Integers:
        """Return the position in `names(column)` of the id that each row of this kind names; -1 for a row without an id."""
        return self._named(column)[1][kind]

    def _named(self, column: str) -> tuple[pd.Index, dict[str, Integers]]:
        if column not in self._names:
            kinds = NAMED_BY[column]
            positions = [self.rows(kind) for kind in kinds]
            codes, names = self._factorised(column, np.concatenate(positions))
            parts = np.split(codes, np.cumsum([len(part) for part in positions])[:-1])
            self._names[column] = pd.Index(names, name=column), dict(zip(kinds, parts, strict=True))
        return self._names[column]

    def _factorised(self, column: str, rows: Integers) -> tuple[Integers, Any]:
        """Return the position of each row's text (-1: missing), and the texts; some texts may belong to other rows."""
        values = self.log[column].array
        if len(rows) > len(values) * COLUMN_SHARE:
            codes, texts = pd.factorize(values)
            return codes[rows], texts
        return pd.factorize(values.take(rows))

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
            codes, texts = self._factorised("detail", self.rows(kind))
            used = np.flatnonzero(np.bincount(codes + 1, minlength=len(texts) + 1)[1:])
            position = np.full(len(texts) + 1, -1, dtype=np.intp)
            position[used] = np.arange(len(used))
            self._details[kind] = position[codes], pd.DataFrame({"detail": pd.Series(texts[used], dtype="str")})
        codes, used_texts = self._details[kind]
        if (kind, key) not in self._texts:
            self._texts[kind, key] = np.append(details(used_texts, key).fillna("").to_numpy(dtype=object), "")
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
        numbers = pd.to_numeric(pd.Series(texts[:-1], dtype=object), errors="coerce").to_numpy(dtype=np.float64)
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
            self._roles[kind] = self._role_codes[self.rows(kind)]
        return self._roles[kind]

    @cached_property
    def _role_codes(self) -> Integers:
        role = self.log["role"]
        if not isinstance(role.dtype, pd.CategoricalDtype) or tuple(role.cat.categories) != ROLES:
            role = pd.Series(pd.Categorical(role, categories=ROLES))
        return np.asarray(role.cat.codes, dtype=np.intp)

    def _refuse_repetition(self, column: str, kind: str) -> None:
        """Raise BrokenContractError for the first id that meets this kind of event a second time."""
        ids, rows = self.ids(column, kind), self.rows(kind)
        again = pd.Series(ids).duplicated().to_numpy() & (ids >= 0)
        row = int(rows[again][0])
        message = (
            f"row {row} ({kind} of {self.names(column)[ids[again][0]]}) happens a second time: the table seems to join several logs, "
            "a KPI is a number of one run; measure the logs one by one, or compare them with devopssim.compare."
        )
        raise BrokenContractError(message, row=row, rule=f"{kind} happens once for one {column}")


Log = pd.DataFrame | Run
"""What a KPI measures."""


def run_of(log: Log) -> Run:
    """Return the log opened for measuring; a Run is returned unchanged."""
    return log if isinstance(log, Run) else Run(log)


def _horizon(log: pd.DataFrame, time: Floats) -> float:
    """Return the hour at which observation ended; without a `horizon`, that of the last event."""
    horizon = log.attrs.get("horizon")
    if horizon is not None:
        return float(horizon)
    return float(time[-1]) if len(time) else float(log.attrs.get("warm_up") or 0.0)


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
