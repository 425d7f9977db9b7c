"""Rows of an event log, and the log that is assembled from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from devopssim.events.calendar import WorkingTime
from devopssim.events.kinds import CATEGORIES, COLUMNS

Source = Mapping[str, Any] | None
"""Where a log comes from, writable as JSON: `{"scenario": {...}, "seed": 1}`, `{"git": "…"}`, `{"lab": "…"}`."""


class Fields(TypedDict, total=False):
    """The columns of an event besides its time and kind."""

    item: str | None
    change: str | None
    stage: str | None
    deployment: str | None
    incident: str | None
    finding: str | None
    role: str | None
    detail: str | None


Row = tuple[float, str, str | None, str | None, str | None, str | None, str | None, str | None, str | None, str | None]
"""One event as a tuple, in the order of `COLUMNS`."""


@dataclass(slots=True)
class Recorder:
    """A list of rows that a running model or lab appends its events to.

    Parameters
    ----------
    clock : callable
        Returns the hours since the log's start.
    rows : list of Row, optional
        Rows recorded so far.

    Examples
    --------
    >>> recorder = Recorder(clock=lambda: 2.0)
    >>> recorder.record("ticket.created", item="W1")
    >>> recorder.log(horizon=10)[["time", "kind", "item"]].values.tolist()
    [[2.0, 'ticket.created', 'W1']]
    """

    clock: Callable[[], float]
    rows: list[Row] = field(default_factory=list)

    def record(
        self,
        kind: str,
        *,
        item: str | None = None,
        change: str | None = None,
        stage: str | None = None,
        deployment: str | None = None,
        incident: str | None = None,
        finding: str | None = None,
        role: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Append one event that happens now; `encode_detail` makes the `detail`."""
        self.rows.append((self.clock(), kind, item, change, stage, deployment, incident, finding, role, detail))

    def log(
        self,
        *,
        horizon: float | None = None,
        start: str | None = None,
        source: Source = None,
        calendar: WorkingTime | None = None,
    ) -> pd.DataFrame:
        """Return the event log of the recorded rows; the arguments are those of `from_rows`."""
        return from_rows(self.rows, horizon=horizon, start=start, source=source, calendar=calendar)


def event(time: float, kind: str, **fields: Unpack[Fields]) -> Row:
    """Return one row of a log.

    Parameters
    ----------
    time : float
        Hours since the log's start.
    kind : str
        A key of `KINDS`.
    **fields
        Columns of the row: `item`, `change`, `stage`, `deployment`, `incident`, `finding`, `role`, `detail`.

    Returns
    -------
    tuple
        Values in the order of `COLUMNS`; None for a column without a value.

    Examples
    --------
    >>> event(2.0, "ticket.created", item="W1")
    (2.0, 'ticket.created', 'W1', None, None, None, None, None, None, None)
    """
    given: dict[str, Any] = dict(fields)
    return (time, kind, *(given.get(column) for column in COLUMNS[2:]))  # type: ignore[return-value]


def from_rows(
    rows: Iterable[Row],
    *,
    horizon: float | None = None,
    start: str | None = None,
    source: Source = None,
    calendar: WorkingTime | None = None,
) -> pd.DataFrame:
    """Return the event log of rows, sorted by time.

    The rows are not checked: call `validate` on rows from outside the package.

    Parameters
    ----------
    rows : iterable of tuple
        Rows as `event` returns them; rows of one time keep their order.
    horizon : float, optional
        Hour at which observation ends (default: the last event's time).
    start : str, optional
        ISO time of hour 0.
    source : mapping, optional
        Where the log comes from, writable as JSON.
    calendar : WorkingTime, optional
        Working hours of the people, if they are known.

    Returns
    -------
    DataFrame
        Event log with the columns `COLUMNS` and the attributes `start`, `horizon`, `warm_up` and `source`, and `calendar` if
        it is known.

    Examples
    --------
    >>> log = from_rows([event(5, "ticket.closed", item="W1"), event(1, "ticket.created", item="W1")])
    >>> log["kind"].tolist(), log.attrs["horizon"]
    (['ticket.created', 'ticket.closed'], 5.0)
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    log = typed(dict(zip(COLUMNS, columns, strict=True)))
    if not log["time"].is_monotonic_increasing:
        log = log.sort_values("time", kind="stable", ignore_index=True)
    known = {"calendar": calendar.as_dict()} if calendar else {}
    return with_attrs(log, horizon=horizon, start=start, source=source, **known)


def with_attrs(log: pd.DataFrame, *, horizon: float | None, **attrs: Any) -> pd.DataFrame:
    """Set the attributes of a log and return it.

    Parameters
    ----------
    log : DataFrame
        Event log; its `attrs` are replaced.
    horizon : float or None
        Hour at which observation ends; None for the last event's time.
    **attrs
        Further attributes; `start` is None and `warm_up` 0 by default.

    Returns
    -------
    DataFrame
        The same table.

    Examples
    --------
    >>> with_attrs(from_rows([event(3, "ticket.created", item="W1")]), horizon=None, start="2026-03-01T00:00:00+00:00").attrs
    {'start': '2026-03-01T00:00:00+00:00', 'horizon': 3.0, 'warm_up': 0.0}
    """
    last = float(log["time"].iloc[-1]) if len(log) else 0.0
    described = {"start": None, "horizon": last if horizon is None else float(horizon), "warm_up": 0.0, **attrs}
    log.attrs = {str(key): value for key, value in described.items()}
    return log


def typed(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table of `columns` (name: values) with the log's types: categories, float64 hours, strings.

    An unknown kind, stage or role is kept, for `validate` to name.
    """
    return pd.DataFrame({name: _typed_column(name, values) for name, values in columns.items()})


def _typed_column(name: str, values: Any) -> Any:
    """Return the values of a column with the type that the log gives it."""
    if name == "time":
        return np.asarray(values, dtype=np.float64)
    return _categories(_texts(values), CATEGORIES[name]) if name in CATEGORIES else _texts(values)


def _texts(values: Any) -> Any:
    """Return strings as a column; Arrow takes a list of only strings and None in a seventh of pandas' time."""
    if not isinstance(values, pd.Series | pd.arrays.ArrowStringArray):
        with suppress(pa.ArrowTypeError, pa.ArrowInvalid):  # other types are among them
            return pd.array(pa.array(values, type=pa.large_string()), dtype="str")
    texts: Any = pd.array(values, dtype="str")
    return texts


def _categories(texts: Any, categories: Sequence[str]) -> pd.Categorical:
    """Return texts as categories; unlike pandas' own conversion, each distinct text is looked up once."""
    codes, distinct = pd.factorize(texts)
    names = list(dict.fromkeys([*categories, *distinct]))
    positions = np.array([*(names.index(text) for text in distinct), -1])  # the last one for the code -1: no text
    return pd.Categorical.from_codes(positions[codes], categories=pd.Index(names, dtype="str"))
