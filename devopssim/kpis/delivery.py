"""The nine delivery KPIs, those that complete DORA's five, and their parts. They read `detail` only where their docstring names a key.

Durations are Series of hours, one value per id, of what has finished; `attrs["unfinished"]` counts what has not. They are
counted over what began in the log: an end whose start lies before a cut is excluded. Rates are NaN where the denominator is 0.
"""

from typing import Final

import numpy as np

from devopssim.kpis.declaration import (
    COURSE,
    DORA,
    DORA_2024,
    INCIDENT,
    MEAN_OF_FEW,
    RESTORED,
    IntervalRule,
    Rate,
    duration,
    rate,
    share,
)
from devopssim.kpis.downtime import outages_of
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.run import Run, Truths

LEAD_TIME: Final = EventPair(start="ticket.created", end="ticket.closed", entity="item")
CYCLE_TIME: Final = EventPair(start="ticket.started", end="ticket.done", entity="item")
LEAD_TIME_FOR_CHANGES: Final = EventPair(
    start="change.created", end="service.deployed", entity="change", given_up=("change.abandoned",)
)
DETECTION: Final = EventPair(start="service.failed", end="incident.detected", entity="incident")
RECOVERY: Final = EventPair(
    start="service.failed", end="service.restored", or_end="incident.resolved", entity="incident"
)
RESOLUTION: Final = EventPair(start="service.failed", end="incident.resolved", entity="incident")


FAILED_DEPLOYMENT: Final = ("service.deployed", "service.failed", "service.rolledback")
"""The events of a failed deployment."""
FAILURES: Final = (("service.deployed",), ("service.failed", "service.rolledback", "service.deployed repair"))
"""What a failed deployment needs: deployments, and a source of incidents, of rollbacks or of repairs."""
REPAIRS: Final = (("service.deployed",), ("service.deployed repair",))
"""What a repair needs: deployments, and a source that names what they repair."""


@duration(
    title="Lead time",
    formula="`ticket.closed` - `ticket.created`, for each item",
    events=("ticket.created", "ticket.closed"),
    debatable="the wait before work begins counts, because the user waits then, too",
    source=COURSE,
    counts="items",
)
def lead_time(log: Run) -> Durations:
    """Return the hours from the request of a work item until its last change is available to users.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by item id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "ticket.created", item="W1"), event(11, "ticket.closed", item="W1")])
    >>> kpis.lead_time(log).to_dict()
    {'W1': 10.0}
    """
    return LEAD_TIME.durations(log)


@duration(
    title="Cycle time",
    formula="`ticket.done` - `ticket.started`, for each item",
    events=("ticket.started", "ticket.done"),
    debatable="done is before deployment; others stop the clock in production",
    source=COURSE,
    counts="items",
)
def cycle_time(log: Run) -> Durations:
    """Return the hours from the start of an item's development until it is developed, reviewed and tested, not yet deployed.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by item id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(3, "ticket.started", item="W1"), event(6, "ticket.done", item="W1")])
    >>> kpis.cycle_time(log).to_dict()
    {'W1': 3.0}
    """
    return CYCLE_TIME.durations(log)


@duration(
    title="Lead time for changes",
    formula="first `service.deployed` - `change.created`, for each change",
    events=("change.created", "service.deployed", "change.abandoned"),
    debatable="from the commit, not from the merge; a deployment that later failed still ends it",
    source=DORA,
    counts="changes",
)
def lead_time_for_changes(log: Run) -> Durations:
    """Return the hours from a change's commit to the first deployment that carried it.

    Abandoned changes are excluded; they count neither as finished nor as unfinished.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by change id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "change.created", change="C1"), event(3, "service.deployed", change="C1", deployment="D1")])
    >>> kpis.lead_time_for_changes(log).to_dict()
    {'C1': 2.0}
    """
    return LEAD_TIME_FOR_CHANGES.durations(log)


@share(
    title="Change failure rate",
    better="lower",
    formula="deployments that a `service.failed`, a `service.rolledback` or a `repair=…` of another deployment names ÷ deployments",
    events=FAILED_DEPLOYMENT,
    detail=("severity", "repair"),
    needs=FAILURES,
    debatable="repairs are deployments, too: each failure brings some, and they dilute the rate of a team that fails often",
    source=DORA,
    counts="deployments",
)
def change_failure_rate(log: Run) -> Rate:
    """Return the deployments that a failure, a rollback or a repair names ÷ deployments.

    Counted in deployments, never in changes or incidents: one that failed twice and was rolled back is one failed deployment.
    Failures of every severity count: each one asks for a rollback, a hotfix or another remedy. A defect that disturbs nobody does
    not.

    DORA's levels are compared with this rate, because DORA asks for the share of all changes to production, repairs included, and
    because most sources do not tell which deployments repair. `change_failure_rate_planned` and `change_failure_rate_repair` give
    the two sorts apart.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the deployments, 0 to 1; NaN without deployments.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> shipped = [event(n, "service.deployed", change=f"C{n}", deployment=f"D{n}") for n in (1, 2)]
    >>> kpis.change_failure_rate(from_rows([*shipped, event(3, "service.failed", deployment="D1", incident="I1")]))
    0.5
    """
    return _failure_rate(log, log.occurred("deployment", "service.deployed"))


@share(
    title="Change failure rate of planned deployments",
    better="lower",
    formula="failed deployments without `repair=…` ÷ deployments without `repair=…`",
    events=FAILED_DEPLOYMENT,
    detail=("severity", "repair"),
    needs=FAILURES,
    debatable="a deployment of a repair and of planned changes together is a repair; a log that names no repair has planned ones only",
    source=DORA,
    counts="planned deployments",
)
def change_failure_rate_planned(log: Run) -> Rate:
    """Return the deployments without a repair that a failure, a rollback or a repair names ÷ deployments without a repair.

    A deployment repairs if all its rows carry `repair=…`, as in `deployment_rework_rate`; it failed as in
    `change_failure_rate`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the planned deployments, 0 to 1; NaN without any.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(2, "service.failed", deployment="D1", incident="I1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ])
    >>> kpis.change_failure_rate(log), kpis.change_failure_rate_planned(log)
    (0.5, 1.0)
    """
    return _failure_rate(log, log.occurred("deployment", "service.deployed") & ~_repairs(log))


@share(
    title="Change failure rate of repair deployments",
    better="lower",
    formula="failed deployments with `repair=…` ÷ deployments with `repair=…`",
    events=FAILED_DEPLOYMENT,
    detail=("severity", "repair"),
    needs=REPAIRS,
    debatable="a deployment of a repair and of planned changes together is a repair",
    source=DORA,
    counts="repair deployments",
)
def change_failure_rate_repair(log: Run) -> Rate:
    """Return the deployments with a repair that a failure, a rollback or a repair names ÷ deployments with a repair.

    A deployment repairs if all its rows carry `repair=…`, as in `deployment_rework_rate`; it failed as in
    `change_failure_rate`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the repair deployments, 0 to 1; NaN without any.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(2, "service.failed", deployment="D1", incident="I1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ])
    >>> kpis.change_failure_rate_repair(log)
    0.0
    """
    return _failure_rate(log, _repairs(log))


@rate(
    title="Deployment frequency",
    unit="per week",
    better=None,
    formula="deployments ÷ weeks of observation",
    events=("service.deployed",),
    debatable="deployments that only repair count as well; DORA asks for the median day instead of a mean",
    source=DORA,
    counts="deployments",
)
def deployment_frequency(log: Run) -> Rate:
    """Return the distinct deployments ÷ weeks of observation.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Deployments per week of 168 h; 0 without deployments.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> shipped = [event(n, "service.deployed", change=f"C{n}", deployment=f"D{n}") for n in (1, 2)]
    >>> kpis.deployment_frequency(from_rows(shipped, horizon=336))
    1.0
    """
    count = deployment_count(log)
    return Rate(count, log.weeks, counted=count)


@rate(
    title="Deployment frequency of new work",
    unit="per week",
    better="higher",
    formula="deployments with a change of an item without `rework_of=…`, repairs left out ÷ weeks of observation",
    events=("ticket.created", "service.deployed"),
    detail=("rework_of", "repair"),
    needs=(("ticket.created rework_of",), ("service.deployed repair",)),
    debatable="a deployment of new work and of failure demand together counts",
    source=DORA,
    counts="deployments",
)
def deployment_frequency_new_work(log: Run) -> Rate:
    """Return the deployments that ship new work ÷ weeks of observation.

    A deployment ships new work if it holds a change that repairs nothing and whose item follows from no other.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Deployments per week of 168 h.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ], horizon=168)
    >>> kpis.deployment_frequency(log), kpis.deployment_frequency_new_work(log)
    (2.0, 1.0)
    """
    follows = log.named("item", "ticket.created", log.detail_matches("ticket.created", "rework_of"))
    items = log.ids("item", "service.deployed")
    failure_demand = np.append(follows, False)[items]  # the last one for rows without an item
    new = ~failure_demand & ~log.detail_matches("service.deployed", "repair")
    count = int(log.named("deployment", "service.deployed", new).sum())
    return Rate(count, log.weeks, counted=count)


@duration(
    title="Mean time to failure",
    better="higher",
    summary="mean",
    formula="mean of (start of the next outage - end of this one)",
    events=INCIDENT,
    debatable="the last up-time is censored and the first has no beginning: both are excluded, so a short log understates it",
    source=COURSE,
    counts="times between outages",
    interval=IntervalRule(method="events", least=3),
)
def mttf(log: Run) -> Durations:
    """Return the hours from the service running again to the next failure.

    The service runs again at the first of `service.restored` and `incident.resolved`. Each up-time is named by the incident that the service recovered from. Incidents that overlap are one outage. The last
    up-time is censored: the log ends before it does, so the Series excludes it. The time before the first failure is excluded
    too, because its start is not observed.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by incident id. `attrs["censored"]` and `attrs["unfinished"]` are 1 if the log ends with the service running
        after an outage, else 0.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(10, "service.failed", incident="I1"), event(12, "incident.resolved", incident="I1"),
    ...     event(20, "service.failed", incident="I2"), event(23, "incident.resolved", incident="I2"),
    ... ])
    >>> kpis.mttf(log).to_dict()
    {'I1': 8.0}
    """
    return outages_of(log).up_times()


@duration(
    title="Mean time to detect",
    summary="mean",
    formula="mean of (`incident.detected` - `service.failed`)",
    events=("service.failed", "incident.detected"),
    debatable=MEAN_OF_FEW,
    source=COURSE,
    counts="incidents",
)
def mttd(log: Run) -> Durations:
    """Return the hours from a failure until the team knows of it.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by incident id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(10, "service.failed", incident="I1"), event(13, "incident.detected", incident="I1")])
    >>> kpis.mttd(log).to_dict()
    {'I1': 3.0}
    """
    return DETECTION.durations(log)


@duration(
    title="Mean time to recovery",
    summary="mean",
    formula=f"mean of ({RESTORED} - `service.failed`)",
    events=INCIDENT,
    debatable=f"the clock starts at the failure, not at its detection, and ends before the cause is removed; {MEAN_OF_FEW}",
    source=COURSE,
    counts="incidents",
    interval=IntervalRule(method="mean", least=500),
)
def mttr(log: Run) -> Durations:
    """Return the hours from a failure until the service is restored.

    A rollback or another mitigation restores the service (`service.restored`) while the cause may remain; `time_to_resolve` ends
    when it is removed. In a log without `service.restored`, both end with `incident.resolved`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by incident id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(10, "service.failed", incident="I1"), event(15, "incident.resolved", incident="I1")])
    >>> kpis.mttr(log).to_dict()
    {'I1': 5.0}
    """
    return RECOVERY.durations(log)


@duration(
    title="Mean time to resolve",
    summary="mean",
    formula="mean of (`incident.resolved` - `service.failed`)",
    events=("service.failed", "incident.resolved"),
    debatable=f"users may have been served again long before; {MEAN_OF_FEW}",
    source=COURSE,
    counts="incidents",
)
def time_to_resolve(log: Run) -> Durations:
    """Return the hours from a failure until its cause is removed and the incident closed.

    A repair may take several deployments; it ends with `incident.resolved`. `mttr` ends when users are served again.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by incident id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(10, "service.failed", incident="I1"), event(11, "service.restored", incident="I1"),
    ...     event(34, "incident.resolved", incident="I1"),
    ... ])
    >>> kpis.mttr(log).to_dict(), kpis.time_to_resolve(log).to_dict()
    ({'I1': 1.0}, {'I1': 24.0})
    """
    return RESOLUTION.durations(log)


@duration(
    title="Mean time between failures",
    better="higher",
    summary="mean",
    formula="mean of (start of the next outage - start of this one)",
    events=INCIDENT,
    debatable="a failure during an outage is the same outage, not a new one",
    source=COURSE,
    counts="times between outages",
    interval=IntervalRule(method="events", least=3),
)
def mtbf(log: Run) -> Durations:
    """Return the hours from a failure to the next; MTTF plus the length of the outages, over the same pairs.

    Each cycle is named by the incident that began the outage. The last one is censored, as in `mttf`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by incident id. `attrs["censored"]` and `attrs["unfinished"]` count the cycles that the log's end cuts off.

    References
    ----------
    The course's chapter on DevOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(10, "service.failed", incident="I1"), event(12, "incident.resolved", incident="I1"),
    ...     event(20, "service.failed", incident="I2"), event(23, "incident.resolved", incident="I2"),
    ... ])
    >>> kpis.mtbf(log).to_dict()
    {'I1': 10.0}
    """
    return outages_of(log).cycles()


@share(
    title="Deployment rework rate",
    better="lower",
    formula="deployments of nothing but changes with `repair=…` ÷ deployments",
    events=("service.deployed",),
    detail=("repair",),
    needs=REPAIRS,
    debatable="DORA asks for unplanned deployments; here a deployment is unplanned if all its changes name what they repair",
    source=DORA_2024,
    counts="deployments",
)
def deployment_rework_rate(log: Run) -> Rate:
    """Return the deployments that repair what users met in production ÷ deployments.

    A deployment repairs if all its rows carry `repair=…` (the incident or deployment that they repair).

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the deployments, 0 to 1; NaN without deployments.

    References
    ----------
    DORA, Accelerate State of DevOps 2024.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ])
    >>> kpis.deployment_rework_rate(log)
    0.5
    """
    return Rate(int(_repairs(log).sum()), deployment_count(log))


@duration(
    title="Failed deployment recovery time",
    formula=f"{RESTORED} - `service.failed`, for each incident whose failure names a deployment",
    events=INCIDENT,
    detail=("severity",),
    debatable="the clock starts at the failure, which may be long after the deployment",
    source=DORA_2024,
    counts="incidents",
)
def failed_deployment_recovery_time(log: Run) -> Durations:
    """Return the hours from a failure that a deployment caused until the service is restored.

    Incidents without a deployment (the infrastructure's own failures) are excluded; `mttr` includes them.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by incident id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    DORA, Accelerate State of DevOps 2024.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.failed", deployment="D1", incident="I1"), event(4, "incident.resolved", incident="I1"),
    ...     event(5, "service.failed", incident="I2"), event(6, "incident.resolved", incident="I2"),
    ... ])
    >>> kpis.failed_deployment_recovery_time(log).to_dict()
    {'I1': 3.0}
    """
    recoveries = RECOVERY.durations(log)
    caused = log.named("incident", "service.failed", log.ids("deployment", "service.failed") >= 0)
    return recoveries.select(caused[recoveries.entities])


def failed_deployments(run: Run) -> Truths:
    """Return the mask of `run.names("deployment")` that failed: a failure, a rollback, or `repair=…` of a later deployment names them.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> failed = event(3, "service.failed", deployment="D1", incident="I1")
    >>> run = kpis.Run(from_rows([failed, event(4, "service.rolledback", deployment="D2")]))
    >>> sorted(run.names("deployment")[failed_deployments(run)])
    ['D1', 'D2']
    """
    repaired = run.names("deployment").isin(run.detail("service.deployed", "repair")[1])
    return run.occurred("deployment", "service.failed") | run.occurred("deployment", "service.rolledback") | repaired


def _failure_rate(run: Run, chosen: Truths) -> Rate:
    """Return the share of the chosen deployments that failed."""
    return Rate(int((failed_deployments(run) & chosen).sum()), int(chosen.sum()))


def _repairs(run: Run) -> Truths:
    """Return the mask of the deployments that hold nothing but repairs: each of their rows names what it repairs."""
    repairs = run.detail_matches("service.deployed", "repair")
    return run.named("deployment", "service.deployed", repairs) & ~run.named("deployment", "service.deployed", ~repairs)


def deployment_count(run: Run) -> int:
    """Return the number of distinct deployments in the run."""
    return int(run.occurred("deployment", "service.deployed").sum())
