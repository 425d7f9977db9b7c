"""The nine delivery KPIs, and the two that complete DORA's five. They never read `detail`, except where they say so.

Durations are Series of hours, one value per id, of what has finished; `attrs["unfinished"]` counts what has not. They are
counted over what began in the log: an end whose start lies before a cut is left out. Rates are NaN where nothing was there
to count.
"""

from typing import Final

from devopssim.kpis.declaration import COURSE, DORA, DORA_2024, INCIDENT, MEAN_OF_FEW, Rate, duration, rate, share
from devopssim.kpis.downtime import outages_of
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.run import Run

LEAD_TIME: Final = EventPair(start="ticket.created", end="ticket.closed", entity="item")
CYCLE_TIME: Final = EventPair(start="ticket.started", end="ticket.done", entity="item")
LEAD_TIME_FOR_CHANGES: Final = EventPair(
    start="change.created", end="service.deployed", entity="change", given_up=("change.abandoned",)
)
DETECTION: Final = EventPair(start="service.failed", end="incident.detected", entity="incident")
RECOVERY: Final = EventPair(start="service.failed", end="incident.resolved", entity="incident")


@duration(
    title="Lead time",
    formula="`ticket.closed` - `ticket.created`, for each item",
    events=("ticket.created", "ticket.closed"),
    debatable="waiting before anybody has looked at the request counts: the user waits then, too",
    source=COURSE,
)
def lead_time(run: Run) -> Durations:
    """Return the hours from the request of a work item until its last change is available to users."""
    return LEAD_TIME.durations(run)


@duration(
    title="Cycle time",
    formula="`ticket.done` - `ticket.started`, for each item",
    events=("ticket.started", "ticket.done"),
    debatable="done is before deployment; others stop the clock in production",
    source=COURSE,
)
def cycle_time(run: Run) -> Durations:
    """Return the hours from the start of an item's development until it is developed, reviewed and tested, not yet deployed."""
    return CYCLE_TIME.durations(run)


@duration(
    title="Lead time for changes",
    formula="first `service.deployed` - `change.created`, for each change",
    events=("change.created", "service.deployed", "change.abandoned"),
    debatable="from the commit, not from the merge; a deployment that later failed still ends it",
    source=DORA,
)
def lead_time_for_changes(run: Run) -> Durations:
    """Return the hours from a change's commit to the first deployment that carried it.

    Abandoned changes are excluded; they count neither as finished nor as unfinished.
    """
    return LEAD_TIME_FOR_CHANGES.durations(run)


@share(
    title="Change failure rate",
    better="lower",
    formula="deployments that a `service.failed` or a `service.rolledback` names ÷ deployments",
    events=("service.deployed", "service.failed", "service.rolledback"),
    debatable="counted in deployments, not in changes or incidents, so that it lies between 0 and 1 and big batches fail more",
    source=DORA,
)
def change_failure_rate(run: Run) -> Rate:
    """Return the deployments that a failure or a rollback names ÷ deployments.

    Counted in deployments, never in changes or incidents: one that failed twice and was rolled back is one failed deployment.
    """
    failed = run.met("deployment", "service.failed") | run.met("deployment", "service.rolledback")
    return Rate(int((failed & run.met("deployment", "service.deployed")).sum()), deployment_count(run))


@rate(
    title="Deployment frequency",
    unit="per week",
    better="higher",
    formula="deployments ÷ weeks of observation",
    events=("service.deployed",),
    debatable="deployments that only repair count as well; DORA asks for the median day instead of a mean",
    source=DORA,
)
def deployment_frequency(run: Run) -> Rate:
    """Return the distinct deployments ÷ weeks of observation."""
    count = deployment_count(run)
    return Rate(count, run.weeks, counted=count)


@duration(
    title="Mean time to failure",
    better="higher",
    summary="mean",
    formula="mean of (start of the next outage - end of this one)",
    events=INCIDENT,
    debatable="the last up-time is censored and the first has no beginning: both are left out, so a short log understates it",
    source=COURSE,
)
def mttf(run: Run) -> Durations:
    """Return the hours from the service running again to the next failure.

    Each is named by the incident that the service recovered from. Incidents that overlap are one outage. The last up-time is
    censored: the log ends before it does. It is not in the Series, `attrs["censored"]` (and "unfinished") is 1 if there is
    one. The time before the first failure is left out too: nobody saw it begin.
    """
    return outages_of(run).up_times()


@duration(
    title="Mean time to detect",
    summary="mean",
    formula="mean of (`incident.detected` - `service.failed`)",
    events=("service.failed", "incident.detected"),
    debatable=MEAN_OF_FEW,
    source=COURSE,
)
def mttd(run: Run) -> Durations:
    """Return the hours from a failure until the team knows of it."""
    return DETECTION.durations(run)


@duration(
    title="Mean time to recovery",
    summary="mean",
    formula="mean of (`incident.resolved` - `service.failed`)",
    events=INCIDENT,
    debatable=f"the clock starts at the failure, not at its detection; {MEAN_OF_FEW}",
    source=COURSE,
)
def mttr(run: Run) -> Durations:
    """Return the hours from a failure until the service is restored.

    A repair may take several deployments; it ends with `incident.resolved`.
    """
    return RECOVERY.durations(run)


@duration(
    title="Mean time between failures",
    better="higher",
    summary="mean",
    formula="mean of (start of the next outage - start of this one)",
    events=INCIDENT,
    debatable="a failure during an outage is the same outage, not a new one",
    source=COURSE,
)
def mtbf(run: Run) -> Durations:
    """Return the hours from a failure to the next; MTTF plus the length of the outages, over the same pairs.

    Each is named by the incident that began the outage. The last one is censored, as in `mttf`.
    """
    return outages_of(run).cycles()


@share(
    title="Deployment rework rate",
    better="lower",
    formula="deployments of a change that says `repair=…` ÷ deployments",
    events=("service.deployed",),
    detail=("repair",),
    debatable="DORA asks for unplanned deployments; here one is unplanned if it says what it repairs",
    source=DORA_2024,
)
def deployment_rework_rate(run: Run) -> Rate:
    """Return the deployments that repair what users met in production ÷ deployments.

    One repairs if a row of it says `repair=…` (the incident or deployment that it repairs).
    """
    repairs = run.named("deployment", "service.deployed", run.says("service.deployed", "repair"))
    return Rate(int(repairs.sum()), deployment_count(run))


@duration(
    title="Failed deployment recovery time",
    formula="`incident.resolved` - `service.failed`, for each incident whose failure names a deployment",
    events=INCIDENT,
    debatable="the clock starts at the failure, which may be long after the deployment",
    source=DORA_2024,
)
def failed_deployment_recovery_time(run: Run) -> Durations:
    """Return the hours from a failure that a deployment caused until the service is restored.

    Incidents that name no deployment (the infrastructure's own) are excluded, which is how it differs from `mttr`.
    """
    recoveries = RECOVERY.durations(run)
    caused = run.named("incident", "service.failed", run.ids("deployment", "service.failed") >= 0)
    return recoveries.select(caused[recoveries.entities])


def deployment_count(run: Run) -> int:
    """Return how many distinct deployments the log holds."""
    return int(run.met("deployment", "service.deployed").sum())
