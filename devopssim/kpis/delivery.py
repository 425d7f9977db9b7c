"""The nine delivery KPIs, and the two that complete DORA's five. They never read `detail`, except where they say so.

Durations are Series of hours, one value per id, of what has finished; `attrs["unfinished"]` counts what has not. They are
counted over what began in the log: an end whose start lies before a cut is left out. Rates are NaN where nothing was there
to count.
"""

from typing import Final

import numpy as np
import pandas as pd

from devopssim.kpis.outages import outages_of
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of
from devopssim.kpis.spans import Pair, Spans, spans

LEAD_TIME: Final = Pair(start="ticket.created", end="ticket.closed", by="item")
CYCLE_TIME: Final = Pair(start="ticket.started", end="ticket.done", by="item")
LEAD_TIME_FOR_CHANGES: Final = Pair(
    start="change.created", end="service.deployed", by="change", given_up=("change.abandoned",)
)
DETECTION: Final = Pair(start="service.failed", end="incident.detected", by="incident")
RECOVERY: Final = Pair(start="service.failed", end="incident.resolved", by="incident")


def lead_time(log: Log) -> pd.Series:
    """Return, for each work item, the hours from its request until its last change is available to users."""
    return spans(run_of(log), LEAD_TIME).hours("lead_time")


def cycle_time(log: Log) -> pd.Series:
    """Return, for each work item, the hours from the start of its development until it is done (not yet deployed)."""
    return spans(run_of(log), CYCLE_TIME).hours("cycle_time")


def lead_time_for_changes(log: Log) -> pd.Series:
    """Return, for each change, the hours from its commit to the first deployment that carried it.

    A change that was abandoned is not waited for: it is no unfinished one.
    """
    return spans(run_of(log), LEAD_TIME_FOR_CHANGES).hours("lead_time_for_changes")


def change_failure_rate(log: Log) -> float:
    """Return the share, 0 to 1, of deployments that failed: that a `service.failed` or a `service.rolledback` names.

    Counted in deployments, never in changes or incidents: one that failed twice and was rolled back is one failed deployment.
    """
    run = run_of(log)
    shipped = run.met("deployment", "service.deployed")
    return _share(shipped & _failed(run), shipped)


def deployment_frequency(log: Log) -> float:
    """Return the number of distinct deployments per week."""
    run = run_of(log)
    return per_week(run, deployments_seen(run))


def mttd(log: Log) -> pd.Series:
    """Return, for each incident, the hours from the failure until the team knew of it."""
    return spans(run_of(log), DETECTION).hours("mttd")


def mttr(log: Log) -> pd.Series:
    """Return, for each incident, the hours from the failure until the service was restored.

    A repair may take several deployments; it ends with `incident.resolved`.
    """
    return spans(run_of(log), RECOVERY).hours("mttr")


def mttf(log: Log) -> pd.Series:
    """Return the hours that the service ran from each recovery to the next failure, by the incident it recovered from.

    Incidents that overlap are one outage. The last up-time is censored: the log ends before it does. It is not in the
    Series, `attrs["censored"]` (and "unfinished") is 1 if there is one. The time before the first failure is left out too:
    nobody saw it begin.
    """
    return _censored(up_times(run_of(log)), "mttf")


def mtbf(log: Log) -> pd.Series:
    """Return the hours from each failure to the next, by the incident that began the outage; overlapping ones are one.

    For the same pairs of outages, MTBF = MTTF + the mean length of the outages. The last one is censored, as in `mttf`.
    """
    return _censored(cycles(run_of(log)), "mtbf")


def deployment_rework_rate(log: Log) -> float:
    """Return the share, 0 to 1, of deployments that were not planned: they repair what users met in production.

    Reads `detail`: a deployment of which a row says `repair=…` (the incident or deployment that it repairs).
    """
    run = run_of(log)
    shipped = run.met("deployment", "service.deployed")
    repairs = np.zeros(len(shipped), dtype=bool)
    ids = run.ids("deployment", "service.deployed")
    repairs[ids[run.says("service.deployed", "repair") & (ids >= 0)]] = True
    return _share(repairs, shipped)


def failed_deployment_recovery_time(log: Log) -> pd.Series:
    """Return, for each incident that a deployment caused, the hours from the failure until the service was restored.

    Incidents that name no deployment (the infrastructure's own) do not count, which is how it differs from `mttr`.
    """
    return caused_by_deployment(run_of(log)).hours("failed_deployment_recovery_time")


def up_times(run: Run) -> Spans:
    """Return the times from service running again to the next failure."""
    return outages_of(run).up_times()


def cycles(run: Run) -> Spans:
    """Return the times from a failure to the next."""
    return outages_of(run).cycles()


def caused_by_deployment(run: Run) -> Spans:
    """Return the recoveries from incidents that name a deployment."""
    found = spans(run, RECOVERY)
    ids = run.ids("incident", "service.failed")
    caused = np.zeros(len(run.names("incident")), dtype=bool)
    caused[ids[(run.ids("deployment", "service.failed") >= 0) & (ids >= 0)]] = True
    return found.only(caused[found.which])


def deployments_seen(log: Log) -> int:
    """Return how many distinct deployments the log holds."""
    return int(run_of(log).met("deployment", "service.deployed").sum())


def per_week(run: Run, count: int) -> float:
    """Return how many that is per week of observation; NaN if there was no time."""
    return count / run.weeks if run.hours > 0 else float("nan")


def _failed(run: Run) -> Truths:
    return run.met("deployment", "service.failed") | run.met("deployment", "service.rolledback")


def _share(counted: Truths | Floats, among: Truths) -> float:
    everything = int(among.sum())
    return float(counted.sum() / everything) if everything else float("nan")


def _censored(found: Spans, name: str) -> pd.Series:
    series = found.hours(name)
    series.attrs["censored"] = series.attrs["unfinished"]
    return series
