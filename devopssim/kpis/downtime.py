"""Outages of the service: overlapping incidents are one outage; what users lose is weighted by the share of them affected."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from devopssim.kpis.durations import Durations
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of


@dataclass(frozen=True, kw_only=True)
class Outages:
    """Intervals in which at least one incident was open, in order; each is named by the incident that began it."""

    names: pd.Index
    start: Floats
    end: Floats
    """When the last of its incidents was restored; NaN while one is not."""
    observed: Truths
    """False where the outage began before the log was cut: it counts from the cut for availability, and for no duration."""

    def hours(self, horizon: float) -> float:
        """Return the hours for which the service was down until `horizon`."""
        return float((np.where(np.isfinite(self.end), self.end, horizon) - self.start).sum())

    def up_times(self) -> Durations:
        """Return the durations from the service running again to the next failure; the last one is censored."""
        return self._durations(self.end).select(np.isfinite(self.end))

    def cycles(self) -> Durations:
        """Return the durations from a failure to the next; the last one is censored."""
        return self._durations(self.start).select(self.observed)

    def _durations(self, start: Floats) -> Durations:
        """Return the durations from `start` to the next failure."""
        entities = np.arange(len(self.start))
        return Durations(ids=self.names, entities=entities, start=start, end=_following(self.start), censored=True)


def outages(log: Log) -> pd.DataFrame:
    """Return the outages of a log; incidents that overlap or touch are one outage.

    An incident counts from its `service.failed` to the first of its `service.restored` and `incident.resolved`, whatever lies
    between and however few users it affects. In a log that was cut, the incidents of `attrs["open_incidents"]` count from the
    cut; without that attribute, those without a `service.failed`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    DataFrame
        Index: the incident that began the outage. Columns `start`, `end` and `hours` (in hours; `end` and `hours` are NaN
        while the outage is open).

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(10, "service.failed", incident="I1"), event(12, "service.failed", incident="I2"),
    ...     event(14, "incident.resolved", incident="I1"), event(20, "incident.resolved", incident="I2"),
    ... ])
    >>> kpis.outages(log)["hours"].to_dict()
    {'I1': 10.0}
    """
    run = run_of(log)
    intervals = outages_of(run)
    table = {"start": intervals.start, "end": intervals.end, "hours": intervals.end - intervals.start}
    return pd.DataFrame(table, index=run.labels(intervals.names))


def outages_of(run: Run, chosen: Truths | None = None) -> Outages:
    """Return the outages that the incidents of a run make.

    Parameters
    ----------
    run : Run
        Opened event log.
    chosen : array of bool, optional
        Mask over `run.names("incident")`: the incidents that count (default: all).

    Returns
    -------
    Outages
        Outages in order of start.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> run = kpis.Run(from_rows([event(10, "service.failed", incident="I1")], horizon=15))
    >>> kpis.outages_of(run).hours(run.horizon)
    5.0
    """
    return _merged(*_incidents(run, chosen))


def user_hours_lost(run: Run, chosen: Truths | None = None) -> float:
    """Return the hours for which incidents kept users from the service, weighted by the share of users affected.

    With several incidents at once, the one that affects most users counts. An incident without `affected` affects all.

    Parameters
    ----------
    run : Run
        Opened event log.
    chosen : array of bool, optional
        Mask over `run.names("incident")`: the incidents that count (default: all).

    Returns
    -------
    float
        Hours until the horizon, at most those of observation.

    Raises
    ------
    InvalidInputError
        If an `affected` is not a number from 0 to 1.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> run = kpis.Run(from_rows([
    ...     event(0, "service.failed", incident="I1", detail="affected=0.5"), event(10, "incident.resolved", incident="I1"),
    ...     event(6, "service.failed", incident="I2"), event(8, "incident.resolved", incident="I2"),
    ... ]))
    >>> kpis.user_hours_lost(run)
    6.0
    """
    names, start, end, observed = _incidents(run, chosen)
    affected = _affected(run, names)
    levels = np.unique(np.append(0.0, affected))
    hours = 0.0
    for below, level in pairwise(levels.tolist()):
        at_least = affected >= level
        outages_at_least = _merged(names[at_least], start[at_least], end[at_least], observed[at_least])
        hours += (level - below) * outages_at_least.hours(run.horizon)
    return hours


def _affected(run: Run, names: pd.Index) -> Floats:
    """Return the share of users whom each of these incidents affects; 1 where the log does not say."""
    known: dict[str, float] = dict(run.open_at_start.get("open_affected") or {})
    ids, stated = run.ids("incident", "service.failed"), run.detail_numbers("service.failed", "affected")
    chosen = (ids >= 0) & np.isfinite(stated)
    if not known and not chosen.any():
        return np.ones(len(names))
    known |= dict(zip(run.names("incident")[ids[chosen]], stated[chosen].tolist(), strict=True))
    return np.array([known.get(name, 1.0) for name in names], dtype=np.float64)


def restored(run: Run) -> Floats:
    """Return the hour at which users were served again after each of `run.names("incident")`; NaN for not yet.

    Parameters
    ----------
    run : Run
        Opened event log.

    Returns
    -------
    array of float
        The first of `service.restored` and `incident.resolved`.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> run = kpis.Run(from_rows([
    ...     event(0, "service.failed", incident="I1"), event(2, "service.restored", incident="I1"),
    ...     event(9, "incident.resolved", incident="I1"),
    ... ]))
    >>> kpis.restored(run).tolist()
    [2.0]
    """
    return np.fmin(run.first("incident", "service.restored"), run.first("incident", "incident.resolved"))


def incidents_open(run: Run, moment: float) -> list[str]:
    """Return the ids of the incidents that kept users from the service just before a moment (hours)."""
    names, start, end, _ = _incidents(run)
    return names[(start < moment) & ~(end < moment)].tolist()


def affected_open(run: Run, moment: float) -> dict[str, float]:
    """Return the share of users whom each of the incidents affected that were open just before a moment (hours)."""
    names = incidents_open(run, moment)
    return dict(zip(names, _affected(run, pd.Index(names)).tolist(), strict=True))


def _incidents(run: Run, chosen: Truths | None = None) -> tuple[pd.Index, Floats, Floats, Truths]:
    """Return name, failure, restoration (NaN: open) of the chosen incidents, and whether the log holds the failure.

    Incidents whose failure is unknown are excluded. In a log that was cut, those that `open_incidents` names began with the cut;
    without that attribute, those whose failure lies outside the log.
    """
    names, start, end, observed = _all_incidents(run)
    counted = np.isfinite(start)
    if chosen is not None:
        counted &= np.append(chosen, np.zeros(len(names) - len(chosen), dtype=bool))
    return names[counted], start[counted], end[counted], observed[counted]


def _all_incidents(run: Run) -> tuple[pd.Index, Floats, Floats, Truths]:
    """Return the same of all incidents; the failure is NaN where it is unknown."""
    names, start, end = run.names("incident"), run.first("incident", "service.failed"), restored(run)
    observed = np.isfinite(start)
    open_at_cut: list[str] | None = run.open_at_start.get("open_incidents")
    if run.is_cut:
        from_cut = ~observed if open_at_cut is None else ~observed & names.isin(open_at_cut)
        start = np.where(from_cut, run.warm_up, start)
    lasting = pd.Index(open_at_cut or [], dtype=names.dtype, name=names.name).difference(names, sort=False)
    return (
        names.append(lasting),
        np.append(start, np.full(len(lasting), run.warm_up)),
        np.append(np.maximum(start, end), np.full(len(lasting), np.nan)),
        np.append(observed, np.zeros(len(lasting), dtype=bool)),
    )


def _merged(names: pd.Index, start: Floats, end: Floats, observed: Truths) -> Outages:
    """Merge the incidents that overlap or touch into outages."""
    order = np.argsort(start, kind="stable")
    start, until = start[order], np.where(np.isfinite(end), end, np.inf)[order]
    latest = np.maximum.accumulate(until) if len(until) else until
    new = np.ones(len(start), dtype=bool)
    new[1:] = start[1:] > latest[:-1]
    last = np.append(new[1:], True) if len(new) else new
    ended = latest[last]
    return Outages(
        names=names[order][new],
        start=start[new],
        end=np.where(np.isinf(ended), np.nan, ended),
        observed=observed[order][new],
    )


def _following(start: Floats) -> Floats:
    """Return the start of the next outage after each; NaN for the last."""
    return np.append(start[1:], np.nan) if len(start) else start
