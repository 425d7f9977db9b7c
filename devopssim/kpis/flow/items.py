"""Work items on their way: how many are in progress, how many get done, and for how long each is in the system."""

from typing import Final

import numpy as np
import pandas as pd

from devopssim.kpis.declaration import LITTLE, IntervalRule, Rate, rate, share
from devopssim.kpis.delivery import LEAD_TIME
from devopssim.kpis.run import Log, Run, Truths, run_of

SEDDON: Final = "Seddon 2003, Freedom from Command and Control: failure demand"


@rate(
    title="Work in progress",
    unit="items",
    better="lower",
    formula="∫ (items created - items closed) dt ÷ hours of observation",
    events=("ticket.created", "ticket.closed"),
    debatable="items that wait for work to begin count: the system starts at the request",
    source=LITTLE,
    counts="items",
    interval=IntervalRule(method="level", least=10, spans=7, memory=LEAD_TIME),
)
def wip(log: Run) -> Rate:
    """Return the average over time of the number of items requested and not yet available to users.

    Items that were open when the log was cut count from the cut (`attrs["open_items"]`). `n` counts the items that were in
    the system at some moment.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Average number of open items; NaN for an observation of 0 hours.

    References
    ----------
    Little (1961), A proof for the queuing formula L = λW.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "ticket.created", item="W1"), event(5, "ticket.closed", item="W1")], horizon=10)
    >>> kpis.wip(log)
    0.5
    """
    created, closed, at_start = log.times("ticket.created"), log.times("ticket.closed"), open_items(log)
    return Rate(log.hours_open(created, closed, at_start), log.hours, counted=len(created) + at_start)


@rate(
    title="Throughput",
    unit="per week",
    better=None,
    formula="`ticket.closed` ÷ weeks of observation",
    events=("ticket.closed",),
    debatable="items are counted, whatever their size, failure demand included: more of it is not better",
    source=LITTLE,
    counts="items",
)
def throughput(log: Run) -> Rate:
    """Return the items that became available to users ÷ weeks of observation.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Items closed per week of 168 h.

    References
    ----------
    Little (1961), A proof for the queuing formula L = λW.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "ticket.created", item="W1"), event(5, "ticket.closed", item="W1")], horizon=336)
    >>> kpis.throughput(log)
    0.5
    """
    closed = len(log.rows("ticket.closed"))
    return Rate(closed, log.weeks, counted=closed)


@rate(
    title="Throughput of new work",
    unit="per week",
    better="higher",
    formula="`ticket.closed` of items without `rework_of=…` ÷ weeks of observation",
    events=("ticket.created", "ticket.closed"),
    detail=("rework_of",),
    needs=(("ticket.closed",), ("ticket.created rework_of",)),
    debatable="an item whose request lies before the log's start counts as new",
    source=SEDDON,
    counts="items",
)
def throughput_new_work(log: Run) -> Rate:
    """Return the items without failure demand that became available to users ÷ weeks of observation.

    Failure demand are the requests that follow from a requirements misfit: their `ticket.created` names the item in `rework_of`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Items closed per week of 168 h.

    References
    ----------
    Seddon (2003), Freedom from Command and Control: failure demand.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1"), event(5, "ticket.closed", item="W1"),
    ...     event(6, "ticket.created", item="W2", detail="rework_of=W1"), event(9, "ticket.closed", item="W2"),
    ... ], horizon=168)
    >>> kpis.throughput(log), kpis.throughput_new_work(log)
    (2.0, 1.0)
    """
    closed, follows = _closed_and_follow(log)
    new = int((closed & ~follows).sum())
    return Rate(new, log.weeks, counted=new)


@share(
    title="Failure demand",
    better="lower",
    formula="`ticket.closed` of items with `rework_of=…` ÷ `ticket.closed`",
    events=("ticket.created", "ticket.closed"),
    detail=("rework_of",),
    needs=(("ticket.closed",), ("ticket.created rework_of",)),
    debatable="only requests that follow from a requirements misfit count; repairs of defects belong to the item that brought them",
    source=SEDDON,
    counts="items",
)
def failure_demand(log: Run) -> Rate:
    """Return the share of the closed items that exist only because an earlier item missed the need.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the closed items, 0 to 1; NaN without closed items.

    References
    ----------
    Seddon (2003), Freedom from Command and Control: failure demand.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1"), event(5, "ticket.closed", item="W1"),
    ...     event(6, "ticket.created", item="W2", detail="rework_of=W1"), event(9, "ticket.closed", item="W2"),
    ... ])
    >>> kpis.failure_demand(log)
    0.5
    """
    closed, follows = _closed_and_follow(log)
    return Rate(int((closed & follows).sum()), int(closed.sum()))


def time_in_system(log: Log) -> pd.Series:
    """Return the hours from the request of each item to its close, or to the horizon if the item is open.

    Little's law holds for them on every log that was not cut: `wip` = arrivals per hour * mean time in system.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by item id, open items included; `attrs["unfinished"]` counts the open ones.

    References
    ----------
    Little (1961), A proof for the queuing formula L = λW.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1"), event(5, "ticket.closed", item="W1"), event(6, "ticket.created", item="W2"),
    ... ], horizon=10)
    >>> kpis.time_in_system(log).to_dict()
    {'W1': 5.0, 'W2': 4.0}
    """
    run = run_of(log)
    durations = LEAD_TIME.durations(run)
    hours = np.where(durations.finished, durations.end, run.horizon) - durations.start
    series = pd.Series(hours, index=durations.names, name="time_in_system", dtype=np.float64)
    series.attrs["unfinished"] = durations.unfinished
    return series


def open_items(run: Run) -> int:
    """Return the number of items that were open when the log was cut."""
    return int(run.open_at_start.get("open_items", 0))


def _closed_and_follow(run: Run) -> tuple[Truths, Truths]:
    """Return for each item whether it was closed, and whether it follows from another item."""
    closed = run.occurred("item", "ticket.closed")
    return closed, run.named("item", "ticket.created", run.detail_matches("ticket.created", "rework_of"))
