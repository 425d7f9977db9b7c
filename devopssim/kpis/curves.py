"""A KPI over time: the same function, applied to a window that moves along the log."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import KINDS, NUMBERS, SECONDS_PER_HOUR, check_warm_up
from devopssim.kpis.declaration import Kpi
from devopssim.kpis.downtime import affected_open, incidents_open
from devopssim.kpis.durations import Durations
from devopssim.kpis.flow import open_items, open_values, people, work_at_start, work_of
from devopssim.kpis.run import Floats, Log, Run, run_of
from devopssim.kpis.security import findings_open, vulnerabilities_unreported
from devopssim.kpis.summary import chosen


def kpi_curve(log: Log, kpi: str, window: str = "28D", step: str = "7D") -> pd.Series:
    """Return a KPI over time, measured in a window that moves along the log.

    A window holds the events from its start (inclusive) to its end (exclusive; the horizon belongs to a window that ends
    with it). The first window ends `window` after the log's start or its cut, the next each `step` later. The curve has whole
    windows only: a log shorter than one window has an empty curve.

    A duration is taken over what *ended* in the window, whenever it began, and summarised as in `table`. A rate is taken over
    the window as if the log had been cut to it, with what was open at its start.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    kpi : str
        Name of one of `KPIS`.
    window, step : str, default "28D" and "7D"
        Pandas offsets of fixed length, such as "28D" or "12h".

    Returns
    -------
    Series
        KPI by the hour at which each window ends (index `time`); NaN for a window with nothing to count.

    Raises
    ------
    InvalidInputError
        If `kpi` is unknown, or `window` or `step` is not a positive offset of fixed length.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> closed = [event(hours, "ticket.closed", item=f"W{hours}") for hours in (100, 200, 300)]
    >>> kpis.kpi_curve(from_rows(closed, horizon=336), "throughput", window="7D", step="7D").to_dict()
    {168.0: 1.0, 336.0: 2.0}
    """
    measured = chosen([kpi])[0]
    width, stride = hours("window", window), hours("step", step)
    run = run_of(log)
    count = int(np.floor(max(run.horizon - run.begin - width, -stride) / stride + 1e-9)) + 1
    ends: Floats = np.asarray(run.begin + width + stride * np.arange(count), dtype=np.float64)
    starts: Floats = ends - width
    points = (
        _rates(measured, run, starts, ends)
        if measured.durations is None
        else _durations(measured, measured.durations(run), starts, ends, run.horizon)
    )
    return pd.Series(points, index=pd.Index(ends, name="time", dtype=np.float64), name=kpi, dtype=np.float64)


def hours(name: str, offset: str) -> float:
    """Return the length of a pandas offset in hours; `name` is the option that the error names.

    >>> hours("window", "28D")
    672.0
    """
    try:
        length = pd.Timedelta(offset).total_seconds() / SECONDS_PER_HOUR
    except ValueError:
        length = float("nan")
    if not length > 0:
        message = (
            f"{name}={offset!r} (how long) must be a time of fixed length above 0; write for example 28D, 7D or 12h."
        )
        raise InvalidInputError(message)
    return length


def _durations(kpi: Kpi, durations: Durations, starts: Floats, ends: Floats, horizon: float) -> list[float]:
    """Return the summary of the durations that ended in each window."""
    durations = durations.select(durations.finished)
    order = np.argsort(durations.end, kind="stable")
    ended, length = durations.end[order], durations.lengths[order]
    first, last = _within(ended, starts, ends, horizon)
    return [kpi.summarise(length[a:b]) for a, b in zip(first, last, strict=True)]


def _rates(kpi: Kpi, run: Run, starts: Floats, ends: Floats) -> list[float]:
    """Return the rate in each window."""
    first, last = _within(run.time, starts, ends, run.horizon)
    return [
        float(kpi.function(_window(run, kpi, a, b, start=start, end=end)))
        for a, b, start, end in zip(first, last, starts, ends, strict=True)
    ]


def _within(times: Floats, starts: Floats, ends: Floats, horizon: float) -> tuple[Any, Any]:
    """Return the first and the last position (exclusive) of the sorted times that lie in each window."""
    last = np.searchsorted(times, ends, side="left")
    return np.searchsorted(times, starts, side="left"), np.where(ends >= horizon, len(times), last)


def _window(run: Run, kpi: Kpi, first: int, last: int, *, start: float, end: float) -> Run:
    """Return the part of a run from `start` to `end`, with what was in progress at its start."""
    observed: dict[str, Any] = {
        "warm_up": start,
        "horizon": min(end, run.horizon),
        "source": {"people": people(run)},
        **({} if run.observed is None else {"observed": sorted(run.observed)}),
    }
    return run.part(first, last, {**observed, **in_progress(run, start, kpi.events, kpi.detail)})


def since(run: Run, warm_up: float) -> Run:
    """Return the run without its first `warm_up` hours; what `events.since` does with a table, for a log in codes.

    Parameters
    ----------
    run : Run
        Opened event log.
    warm_up : float
        Hours to cut off, 0 or more and below the horizon.

    Raises
    ------
    InvalidInputError
        If the warm-up is negative or reaches the horizon.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> run = kpis.Run(from_rows([event(1, "ticket.created", item="W1"), event(8, "ticket.closed", item="W1")], horizon=10))
    >>> later = kpis.since(run, 5)
    >>> later.hours, kpis.wip(later)
    (5.0, 0.6)
    """
    check_warm_up(warm_up, run.horizon)
    if warm_up == 0:
        return run
    first = int(np.searchsorted(run.time, warm_up))
    return run.part(
        first, len(run.time), {**run.attrs, "warm_up": float(warm_up), **in_progress(run, warm_up, KINDS, NUMBERS)}
    )


def in_progress(run: Run, moment: float, kinds: Iterable[str], keys: Iterable[str] = ()) -> dict[str, Any]:
    """Return what was open just before a moment, as the attributes that a log cut there carries.

    Limited to what begins with one of `kinds` and to the `keys` of `detail`, because looking up the rest costs time.
    """
    asked = {
        "ticket.created": ("open_items", _items_open),
        "stage.started": ("open_work", _work_open),
        "service.failed": ("open_incidents", incidents_open),
        "finding.reported": ("open_findings", findings_open),
        "vulnerability.injected": ("open_hidden", vulnerabilities_unreported),
    }
    numbers = {"affected": ("open_affected", affected_open), "value": ("open_values", open_values)}
    return {
        **{name: function(run, moment) for kind, (name, function) in asked.items() if kind in kinds},
        **{name: function(run, moment) for key, (name, function) in numbers.items() if key in keys},
    }


def _items_open(run: Run, moment: float) -> int:
    return open_items(run) + _opened(moment, run.times("ticket.created"), run.times("ticket.closed"))


def _work_open(run: Run, moment: float) -> dict[str, int]:
    return {role: at + _opened(moment, *work_of(run, role)) for role, at in work_at_start(run).items()}


def _opened(moment: float, starts: Floats, ends: Floats) -> int:
    """Return the number of entities that began, less the number that ended, before a moment."""
    return int(np.searchsorted(starts, moment)) - int(np.searchsorted(ends, moment))
