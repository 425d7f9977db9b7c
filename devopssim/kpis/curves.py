"""A KPI over time: the same function, looking back over a window that moves along the log."""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR
from devopssim.kpis.declaration import Kpi
from devopssim.kpis.downtime import incidents_open
from devopssim.kpis.durations import Durations
from devopssim.kpis.flow import open_items, people, work_at_start, work_of
from devopssim.kpis.run import Floats, Log, Run, run_of
from devopssim.kpis.security import findings_open
from devopssim.kpis.summary import chosen


def kpi_curve(log: Log, kpi: str, window: str = "28D", step: str = "7D") -> pd.Series:
    """Return a KPI over time: index the hours at which each window ends, values the KPI of that window.

    A window holds what happened from its start (inclusive) to its end (exclusive; the horizon belongs to a window that ends
    with it). The first one ends `window` after the log's start or its cut, the next each `step` later, and only whole windows
    are shown: a log shorter than one has an empty curve. A duration is taken over what *ended* in the window, whenever it
    began, and summarised as in `table` (NaN where nothing ended). A rate is taken over the window as if the log had been cut
    to it, with what was open at its start known; NaN where nothing was there to count. `window` and `step` are pandas
    offsets of fixed length. Raises InvalidInputError for a KPI or an offset that is none.
    """
    measured = chosen([kpi])[0]
    width, stride = hours("window", window), hours("step", step)
    run = run_of(log)
    count = int(np.floor(max(run.hours - width, -stride) / stride + 1e-9)) + 1
    ends: Floats = np.asarray(run.warm_up + width + stride * np.arange(count), dtype=np.float64)
    starts: Floats = ends - width
    points = (
        _rates(measured, run, starts, ends)
        if measured.durations is None
        else _durations(measured, measured.durations(run), starts, ends, run.horizon)
    )
    return pd.Series(points, index=pd.Index(ends, name="time", dtype=np.float64), name=kpi, dtype=np.float64)


def hours(name: str, offset: str) -> float:
    """Return the length of a pandas offset in hours: `hours("window", "28D")` is 672. `name` is what the offset is for."""
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


def _durations(kpi: Kpi, found: Durations, starts: Floats, ends: Floats, horizon: float) -> list[float]:
    """Return the summary of what ended in each window."""
    found = found.select(found.finished)
    order = np.argsort(found.end, kind="stable")
    ended, length = found.end[order], found.lengths[order]
    first, last = _within(ended, starts, ends, horizon)
    return [kpi.summarise(length[a:b]) for a, b in zip(first, last, strict=True)]


def _rates(kpi: Kpi, run: Run, starts: Floats, ends: Floats) -> list[float]:
    """Return the rate of each window."""
    first, last = _within(run.time, starts, ends, run.horizon)
    return [
        float(kpi.function(_window(run, kpi, a, b, start=start, end=end)))
        for a, b, start, end in zip(first, last, starts, ends, strict=True)
    ]


def _within(times: Floats, starts: Floats, ends: Floats, horizon: float) -> tuple[Any, Any]:
    """Return which of the sorted times each window holds, from and to."""
    last = np.searchsorted(times, ends, side="left")
    return np.searchsorted(times, starts, side="left"), np.where(ends >= horizon, len(times), last)


def _window(run: Run, kpi: Kpi, first: int, last: int, *, start: float, end: float) -> Run:
    """Return the part of a run from `start` to `end`, with what was in progress at its start."""
    part = run.log.iloc[first:last]
    observed: dict[Hashable, Any] = {
        "warm_up": start,
        "horizon": min(end, run.horizon),
        "source": {"people": people(run)},
    }
    part.attrs = {**observed, **in_progress(run, start, kpi.events)}
    return Run(part)


def in_progress(run: Run, moment: float, kinds: Iterable[str]) -> dict[Hashable, Any]:
    """Return what was open just before a moment, in the form in which a log that is cut there remembers it.

    Only of what begins with one of these kinds of events: the rest would be looked up for nothing.
    """
    asked = {
        "ticket.created": ("open_items", _items_open),
        "stage.started": ("open_work", _work_open),
        "service.failed": ("open_incidents", incidents_open),
        "finding.reported": ("open_findings", findings_open),
    }
    return {name: function(run, moment) for kind, (name, function) in asked.items() if kind in kinds}


def _items_open(run: Run, moment: float) -> int:
    return open_items(run) + _opened(moment, run.times("ticket.created"), run.times("ticket.closed"))


def _work_open(run: Run, moment: float) -> dict[str, int]:
    return {role: at + _opened(moment, *work_of(run, role)) for role, at in work_at_start(run).items()}


def _opened(moment: float, starts: Floats, ends: Floats) -> int:
    """Return how many more things began than ended before a moment."""
    return int(np.searchsorted(starts, moment)) - int(np.searchsorted(ends, moment))
