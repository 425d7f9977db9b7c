"""What delay costs: the value that users miss, and the fixed dates that are met."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from devopssim.events import HOURS_PER_WEEK
from devopssim.kpis.declaration import IntervalRule, Rate, rate, share
from devopssim.kpis.delivery import LEAD_TIME
from devopssim.kpis.run import Floats, Run

REINERTSEN: Final = "Reinertsen 2009, The Principles of Product Development Flow: cost of delay"
ANDERSON: Final = "Anderson 2010, Kanban: the class of service with a fixed date"


@rate(
    title="Cost of delay",
    unit="value per week",
    better="lower",
    formula="Σ `value` x weeks from `ticket.created` to `ticket.closed` (or to the horizon) ÷ weeks of observation",
    events=("ticket.created", "ticket.closed"),
    detail=("value",),
    debatable="an item that is still open counts up to the horizon; the value of a week is the same however late it comes",
    source=REINERTSEN,
    counts="items with a value",
    interval=IntervalRule(method="level", least=10, spans=7, memory=LEAD_TIME),
)
def cost_of_delay(log: Run) -> Rate:
    """Return the value that users miss while items are on their way ÷ weeks of observation.

    An item misses its `value` (of a week of use) in each week from its request until it is available; one that is open at the
    horizon counts up to there, and one that was open when the log was cut from the cut. Times `weeks` of observation it is the
    whole sum. `n` counts the items that state a value.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Value per week of 168 h; NaN if no item states a value.

    Raises
    ------
    InvalidInputError
        If a `value` is not a number from 0.

    References
    ----------
    Reinertsen (2009), The Principles of Product Development Flow: cost of delay.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1", detail="value=3"), event(168, "ticket.closed", item="W1"),
    ...     event(168, "ticket.created", item="W2", detail="value=5"),
    ... ], horizon=336)
    >>> kpis.cost_of_delay(log)  # (3 + 5) / 2 weeks
    4.0
    """
    valued = _valued(log)
    if valued is None:
        return Rate(0, 0)
    _, value, start, end = valued
    weeks = (np.where(np.isfinite(end), end, log.horizon) - start) / HOURS_PER_WEEK
    return Rate(float(value @ weeks), log.weeks, counted=len(value))


@share(
    title="On-time share",
    better="higher",
    formula="items with `ticket.closed` ≤ `due` ÷ items with `due` ≤ the horizon",
    events=("ticket.created", "ticket.closed"),
    detail=("due",),
    debatable="an hour too late counts like a month; a date that lies after the horizon does not count yet, even if the item is closed",
    source=ANDERSON,
    counts="items that are due",
)
def on_time_share(log: Run) -> Rate:
    """Return the items available by their fixed date ÷ items whose fixed date has come.

    Only requests in the log count: an item that was open when the log was cut is excluded, as from durations.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the items that are due, 0 to 1; NaN without any.

    Raises
    ------
    InvalidInputError
        If a `due` is not a finite number.

    References
    ----------
    Anderson (2010), Kanban: the class of service with a fixed date.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1", detail="due=100"), event(90, "ticket.closed", item="W1"),
    ...     event(0, "ticket.created", item="W2", detail="due=100"), event(0, "ticket.created", item="W3", detail="due=900"),
    ... ], horizon=200)
    >>> kpis.on_time_share(log)
    0.5
    """
    ids, stated = log.ids("item", "ticket.created"), log.detail_numbers("ticket.created", "due")
    due_items = (ids >= 0) & (stated <= log.horizon)
    due, closed = stated[due_items], log.first("item", "ticket.closed")[ids[due_items]]
    return Rate(int((closed <= due).sum()), len(due))


def open_values(run: Run, moment: float) -> dict[str, float] | None:
    """Return the value of a week of each item that was open just before a moment (hours); None if the log states no values."""
    valued = _valued(run)
    if valued is None:
        return None
    names, value, start, end = valued
    is_open = (start < moment) & ~(end < moment)
    return dict(zip(names[is_open], value[is_open].tolist(), strict=True))


def _valued(run: Run) -> tuple[pd.Index, Floats, Floats, Floats] | None:
    """Return name, value, start and end (NaN: open) of the items that state a value; None if the log states no values.

    An item that was open when the log was cut (`attrs["open_values"]`) starts with the cut.
    """
    at_cut: Mapping[str, float] | None = run.open_at_start.get("open_values")
    ids, stated = run.ids("item", "ticket.created"), run.detail_numbers("ticket.created", "value")
    chosen = (ids >= 0) & np.isfinite(stated)
    if at_cut is None and not chosen.any():
        return None
    known = pd.Series(dict(at_cut or {}), dtype=np.float64)
    names = run.names("item")
    names = names.append(pd.Index(known.index, dtype=names.dtype).difference(names, sort=False))
    value, start, end = (np.full(len(names), np.nan) for _ in range(3))
    value[ids[chosen]] = stated[chosen]
    start[: len(run.names("item"))] = run.first("item", "ticket.created")
    end[: len(run.names("item"))] = run.first("item", "ticket.closed")
    positions = names.get_indexer(pd.Index(known.index, dtype=names.dtype))
    value[positions], start[positions] = known.to_numpy(), run.warm_up
    end = np.where(end >= start, end, np.nan)
    counted = np.isfinite(value) & np.isfinite(start)
    return names[counted], value[counted], start[counted], end[counted]
