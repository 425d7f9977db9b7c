"""Flow KPIs: how much work is in progress, how much gets done, how long items are worked on, and how busy the roles are."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.events import HOURS_PER_WEEK, ROLES
from devopssim.kpis.columns import Integers
from devopssim.kpis.declaration import INCIDENT, LITTLE, LOSS, IntervalRule, Rate, rate, share
from devopssim.kpis.delivery import LEAD_TIME
from devopssim.kpis.downtime import outages_of, user_hours_lost
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of

NAN = float("nan")
REINERTSEN: Final = "Reinertsen 2009, The Principles of Product Development Flow: cost of delay"
ANDERSON: Final = "Anderson 2010, Kanban: the class of service with a fixed date"
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
    return time_average(log, created, closed, at_start, counted=len(created) + at_start)


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


def _closed_and_follow(run: Run) -> tuple[Truths, Truths]:
    """Return for each item whether it was closed, and whether it follows from another item."""
    closed = run.occurred("item", "ticket.closed")
    return closed, run.named("item", "ticket.created", run.detail_matches("ticket.created", "rework_of"))


@rate(
    title="Flow efficiency",
    unit="share",
    better="higher",
    formula="Σ working hours with a stage of the item under way ÷ Σ working hours from request to close, over finished items",
    events=("ticket.created", "ticket.closed", "stage.started", "stage.finished"),
    debatable="working hours need a calendar; without one it counts hours on the clock, in which work goes on through the night",
    source="Modig & Åhlström 2012, This is Lean",
    counts="items",
    interval=IntervalRule(method="flow", least=20, spans=11, memory=LEAD_TIME),
)
def flow_efficiency(log: Run) -> Rate:
    """Return the working hours in which a stage of a finished item was under way ÷ those from its request to its close.

    Working hours are those of the log's calendar (`attrs["calendar"]`); a log without one is measured in hours on the clock.
    The hours in which at least one stage of the item was in progress between request and close, over all items with both
    events. Two people at once count once. Work counts where its `stage.*` rows name the item: a build or a deployment of many
    changes does not.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the lead time, 0 to 1; NaN without finished items.

    References
    ----------
    Modig & Åhlström (2012), This is Lean.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1"), event(10, "ticket.closed", item="W1"),
    ...     event(3, "stage.started", item="W1", stage="code", role="developer"),
    ...     event(7, "stage.finished", item="W1", stage="code", role="developer"),
    ... ])
    >>> kpis.flow_efficiency(log)
    0.4
    """
    durations = LEAD_TIME.durations(log)
    finished = durations.select(durations.finished)
    lengths = log.worked_until(finished.end) - log.worked_until(finished.start)
    return Rate(_worked_on(log), float(lengths.sum()), counted=len(lengths))


@rate(
    title="Availability",
    unit="share",
    better="higher",
    formula="1 - hours of outages, weighted by the share of users affected ÷ hours of observation",
    events=INCIDENT,
    detail=("affected",),
    debatable="an incident that affects a tenth of the users counts a tenth; one that slows the service for all counts in full",
    source="ISO/IEC 25010, availability",
    counts="outages",
    interval=LOSS,
)
def availability(log: Run) -> Rate:
    """Return the time in which users were served ÷ time of observation.

    An incident lasts until the first of `service.restored` and `incident.resolved` and counts for the share of users that it
    affects (`affected`; all without it). At each moment the incident that affects most users counts. An outage that began before
    the log was cut counts from the cut; an open outage counts until the horizon. `n` counts the outages.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the observed time, 0 to 1; NaN for an observation of 0 hours.

    References
    ----------
    ISO/IEC 25010, availability.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(10, "service.failed", incident="I1"), event(20, "incident.resolved", incident="I1")], horizon=100)
    >>> kpis.availability(log)
    0.9
    """
    return Rate(user_hours_lost(log), log.hours, counted=len(outages_of(log).start), complement=True)


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


@rate(
    title="Utilisation",
    unit="share",
    better=None,
    formula="Σ working hours from `stage.started` to `stage.finished` of people's work ÷ (people times working hours of observation)",
    events=("stage.started", "stage.finished"),
    debatable="higher is not better: queues grow without bound as it nears 1",
    source="Hopp & Spearman, Factory Physics",
    counts="people",
    interval=IntervalRule(method="level", least=1),
)
def utilisation(log: Run) -> Rate:
    """Return the working hours in which people work on stages ÷ (people times the working hours of observation).

    The roles are those of `utilisation_by_role`, each weighted by its people.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the people's time; NaN if the log names no head-counts in `attrs["source"]["people"]`.

    References
    ----------
    Hopp & Spearman, Factory Physics.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> rows = [event(0, "stage.started", item="W1", stage="code", role="developer"),
    ...         event(5, "stage.finished", item="W1", stage="code", role="developer")]
    >>> kpis.utilisation(from_rows(rows, horizon=10, source={"people": {"developer": 2}}))
    0.25
    """
    head_counts = people(log)
    busy = busy_hours(log)
    total = sum(head_counts.values())
    return Rate(float(sum(busy[role] for role in head_counts)), total * working_hours(log), counted=int(total))


def utilisation_by_role(log: Log) -> pd.Series:
    """Return the share of each role's time that its people work, for the roles with a head-count in `attrs["source"]["people"]`.

    The hours are those of `busy_hours`, so 1 means that people never wait for work. The share may exceed 1 where other people
    help out under that role's name.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Shares by role, in the order of `events.ROLES`; empty without head-counts.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> rows = [event(0, "stage.started", item="W1", stage="code", role="developer"),
    ...         event(5, "stage.finished", item="W1", stage="code", role="developer")]
    >>> kpis.utilisation_by_role(from_rows(rows, horizon=10, source={"people": {"developer": 2}})).to_dict()
    {'developer': 0.25}
    """
    run = run_of(log)
    head_counts = people(run)
    busy = busy_hours(run)
    hours = working_hours(run)
    shares = {role: busy[role] / (count * hours) if hours > 0 else NAN for role, count in head_counts.items()}
    series = pd.Series(shares, name="utilisation", dtype=np.float64)
    series.index = pd.Index(list(shares), name="role", dtype="str")
    return series


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


def busy_hours(log: Log) -> dict[str, float]:
    """Return the working hours that each role worked on stages; work in progress at the horizon counts until then.

    Working hours are those of the log's calendar, in the time zone of the person; on-call work counts as far as it falls into
    them. A log without a calendar is measured in hours on the clock.
    In a log that was cut, work in progress at the cut counts from there. `attrs["open_work"]` (people by role) gives its amount;
    without that attribute, only work whose end lies in the log is counted.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    dict of str to float
        Hours by role, one entry for each of `events.ROLES`.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(2, "stage.started", item="W1", stage="code", role="developer")], horizon=10)
    >>> kpis.busy_hours(log)["developer"]
    8.0
    """
    run = run_of(log)
    hours = np.zeros(len(ROLES))
    for kind, sign in (("stage.started", 1), ("stage.finished", -1)):
        roles = run.roles(kind) + 1
        hours += sign * np.bincount(roles, weights=_hours_left(run, kind), minlength=len(ROLES) + 1)[1:]
    hours += working_hours(run) * np.array(list(work_at_start(run).values()))
    return dict(zip(ROLES, hours.tolist(), strict=True))


def working_hours(run: Run) -> float:
    """Return the working hours of a person in the time of observation; hours on the clock for a log without a calendar."""
    time = np.array([run.warm_up, run.horizon])
    return float(np.diff(run.working_time.of_zone(0).until(time) if run.working_time else time)[0])


def _hours_left(run: Run, kind: str) -> Floats:
    """Return the working hours from each row of a kind to the horizon, in the time zone that the row names."""
    times = run.times(kind)
    if run.working_time is None:
        return run.horizon - times
    codes, texts = run.detail(kind, "zone")
    zones = list(dict.fromkeys(texts.tolist()))
    number = np.array([zones.index(text) for text in texts])[codes]
    left = np.empty(len(times))
    for zone, text in enumerate(zones):
        until = run.working_time.of_zone(float(text or 0)).until
        rows = slice(None) if len(zones) == 1 else number == zone
        left[rows] = until(np.array([run.horizon])) - until(times[rows])
    return left


def work_at_start(run: Run) -> dict[str, int]:
    """Return the amount of work that each role had in progress when the log was cut."""
    if not run.is_cut:
        return dict.fromkeys(ROLES, 0)
    open_work: Mapping[str, int] | None = run.open_at_start.get("open_work")
    if open_work is not None:
        return {role: int(open_work.get(role, 0)) for role in ROLES}
    return {role: _ended_unopened(*work_of(run, role)) for role in ROLES}


def work_of(run: Run, role: str) -> tuple[Floats, Floats]:
    """Return the times at which a role's work on stages began and ended."""
    number = ROLES.index(role)
    starts = run.times("stage.started")[run.roles("stage.started") == number]
    return starts, run.times("stage.finished")[run.roles("stage.finished") == number]


def hours_open(run: Run, starts: Floats, ends: Floats, at_start: int) -> float:
    """Return the summed hours that entities were open between their starts and ends, `at_start` of them from the warm-up's end."""
    return float(at_start * run.hours + (run.horizon - starts).sum() - (run.horizon - ends).sum())


def time_average(run: Run, starts: Floats, ends: Floats, at_start: int, *, counted: int) -> Rate:
    """Return the average over time of the number of open entities; `counted` is the number of different ones."""
    return Rate(hours_open(run, starts, ends, at_start), run.hours, counted=counted)


def open_items(run: Run) -> int:
    """Return the number of items that were open when the log was cut."""
    return int(run.open_at_start.get("open_items", 0))


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


def people(run: Run) -> dict[str, float]:
    """Return the head-count of each role with people, as `attrs["source"]["people"]` gives it; empty without that attribute."""
    source: Any = run.attrs.get("source")
    declared = source.get("people") if isinstance(source, Mapping) else None
    head_counts = declared if isinstance(declared, Mapping) else {}
    return {role: float(head_counts[role]) for role in ROLES if head_counts.get(role)}


def _ended_unopened(starts: Floats, ends: Floats) -> int:
    """Return the least number of entities that were open at the cut: those by which ends outnumber starts at some moment."""
    begun = np.searchsorted(starts, ends, side="right")
    return int(max(0, (np.arange(1, len(ends) + 1) - begun).max(initial=0)))


def _worked_on(run: Run) -> float:
    """Return the working hours in which a stage of a closed item was under way between request and close, over all items."""
    requested, closed = run.first("item", "ticket.created"), run.first("item", "ticket.closed")
    counted = np.append(closed >= requested, False)
    item, step = np.full(len(run.time), -1, dtype=np.int32), np.zeros(len(run.time), dtype=np.int8)
    for kind, by in (("stage.started", 1), ("stage.finished", -1)):
        ids, rows = run.ids("item", kind), run.rows(kind)
        item[rows], step[rows] = np.where(counted[ids], ids, -1), by
    rows = np.flatnonzero(item >= 0)
    rows = rows[_grouped(item[rows])]
    item, time = item[rows], run.time[rows]
    worked = run.worked_until(np.clip(time, requested[item], closed[item]))
    return _hours_covered(worked, step[rows], item, run.worked_until(closed))


def _grouped(numbers: npt.NDArray[np.int32]) -> Integers:
    """Return the order that sorts the numbers and keeps ties as they are: two passes of a radix sort over 16 bits each."""
    order = np.argsort((numbers & 0xFFFF).astype(np.uint16), kind="stable")
    return order[np.argsort((numbers[order] >> 16).astype(np.uint16), kind="stable")]


def _hours_covered(time: Floats, step: npt.NDArray[np.int8], item: npt.NDArray[np.int32], closed: Floats) -> float:
    """Return how long at least one piece of work of an item was under way, summed; rows lie item by item, in order of time."""
    if not len(item):
        return 0.0
    first = np.flatnonzero(np.diff(item, prepend=-1))
    last = np.append(first[1:], len(item)) - 1
    total = np.cumsum(step, dtype=np.int32)
    under_way = total - np.repeat(total[first] - step[first], last - first + 1)
    until = np.append(time[1:], np.nan)
    until[last] = closed[item[last]]
    return float((until - time)[under_way > 0].sum())
