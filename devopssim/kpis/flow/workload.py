"""How busy people are: the working hours that each role spends on stages."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from devopssim.events import ROLES
from devopssim.kpis.declaration import IntervalRule, Rate, rate
from devopssim.kpis.run import Floats, Log, Run, run_of


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
    shares = {role: busy[role] / (count * hours) if hours > 0 else np.nan for role, count in head_counts.items()}
    series = pd.Series(shares, name="utilisation", dtype=np.float64)
    series.index = pd.Index(list(shares), name="role", dtype="str")
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


def people(run: Run) -> dict[str, float]:
    """Return the head-count of each role with people, as `attrs["source"]["people"]` gives it; empty without that attribute."""
    source: Any = run.attrs.get("source")
    declared = source.get("people") if isinstance(source, Mapping) else None
    head_counts = declared if isinstance(declared, Mapping) else {}
    return {role: float(head_counts[role]) for role in ROLES if head_counts.get(role)}


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


def _ended_unopened(starts: Floats, ends: Floats) -> int:
    """Return the least number of entities that were open at the cut: those by which ends outnumber starts at some moment."""
    begun = np.searchsorted(starts, ends, side="right")
    return int(max(0, (np.arange(1, len(ends) + 1) - begun).max(initial=0)))
