"""From a failure to its detection, to recovery, to its repair and to the next failure."""

from typing import Final

from devopssim.kpis.declaration import COURSE, DORA_2024, INCIDENT, MEAN_OF_FEW, RESTORED, IntervalRule, duration
from devopssim.kpis.downtime import outages_of
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.run import Run

DETECTION: Final = EventPair(start="service.failed", end="incident.detected", entity="incident")
RECOVERY: Final = EventPair(
    start="service.failed", end="service.restored", or_end="incident.resolved", entity="incident"
)
RESOLUTION: Final = EventPair(start="service.failed", end="incident.resolved", entity="incident")


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
