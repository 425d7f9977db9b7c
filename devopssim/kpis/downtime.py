"""Outages of the service: overlapping incidents are one outage."""

from dataclasses import dataclass

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
    """The last resolution; NaN while one of its incidents is open."""
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

    An incident counts from its `service.failed` to its `incident.resolved`, whatever lies between. In a log that was cut, an
    incident without a `service.failed` counts from the cut.

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
    intervals = outages_of(run_of(log))
    table = {"start": intervals.start, "end": intervals.end, "hours": intervals.end - intervals.start}
    return pd.DataFrame(table, index=intervals.names)


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
    names, start, end, observed = _incidents(run)
    if chosen is not None:
        selected = np.append(chosen, np.zeros(len(names) - len(chosen), dtype=bool))
        names, start, end, observed = names[selected], start[selected], end[selected], observed[selected]
    counted = np.isfinite(start)
    return _merged(names[counted], start[counted], end[counted], observed[counted])


def incidents_open(run: Run, moment: float) -> list[str]:
    """Return the ids of the incidents that were open just before a moment (hours)."""
    names, start, end, _ = _incidents(run)
    return names[(start < moment) & ~(end < moment)].tolist()


def _incidents(run: Run) -> tuple[pd.Index, Floats, Floats, Truths]:
    """Return each incident's name, failure (NaN: unknown), resolution (NaN: open), and whether the log holds the failure.

    In a log that was cut, incidents whose failure lies outside the log began with the cut; so did those that `open_incidents`
    names.
    """
    names, start = run.names("incident"), run.first("incident", "service.failed")
    end, observed = run.first("incident", "incident.resolved"), np.isfinite(start)
    if run.is_cut:
        start = np.where(observed, start, run.warm_up)
    open_at_cut: list[str] = run.open_at_start.get("open_incidents", [])
    lasting = pd.Index(open_at_cut, dtype=names.dtype).difference(names)
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
