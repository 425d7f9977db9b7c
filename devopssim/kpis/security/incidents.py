"""Incidents that a vulnerability caused: how many deployments bring one, and the time that users lose."""

from devopssim.events import HOURS_PER_YEAR
from devopssim.kpis.declaration import COURSE_SECURITY, INCIDENT, LOSS, IntervalRule, Rate, rate
from devopssim.kpis.delivery import deployment_count
from devopssim.kpis.downtime import user_hours_lost
from devopssim.kpis.run import Run, Truths


@rate(
    title="Security incidents per deployment",
    unit="per deployment",
    better="lower",
    formula="`service.failed` with `cause=vulnerability` ÷ deployments",
    events=("service.failed", "service.deployed"),
    detail=("cause",),
    needs=(("service.deployed",), ("service.failed cause",)),
    debatable="it falls when a team deploys more often, even with as many incidents as before",
    source=COURSE_SECURITY,
    counts="incidents",
    interval=IntervalRule(method="events", least=1),
)
def security_incidents_per_deployment(log: Run) -> Rate:
    """Return the incidents caused by a vulnerability ÷ deployments.

    It may exceed 1.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Incidents per deployment; NaN without deployments.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> shipped = [event(n, "service.deployed", change=f"C{n}", deployment=f"D{n}") for n in (1, 2)]
    >>> attack = event(9, "service.failed", incident="I1", detail="cause=vulnerability")
    >>> kpis.security_incidents_per_deployment(from_rows([*shipped, attack]))
    0.5
    """
    attacks = int(_security_incidents(log).sum())
    return Rate(attacks, deployment_count(log), counted=attacks)


@rate(
    title="Security-related downtime",
    unit="h per year",
    better="lower",
    formula="hours of the outages that security incidents cause, weighted by the share of users affected ÷ years of observation",
    events=INCIDENT,
    detail=("cause", "downtime", "affected"),
    needs=(("service.failed cause",), ("incident.resolved",)),
    debatable="the time for which a team takes the service down to contain an attack counts, too",
    source=COURSE_SECURITY,
    counts="incidents",
    interval=LOSS,
)
def security_downtime(log: Run) -> Rate:
    """Return the hours for which an incident caused by a vulnerability keeps users from the service ÷ years of observation.

    Each hour is weighted by the share of users `affected` (all without it); of overlapping incidents the one that affects most
    counts. Incidents with `downtime=no` are excluded, a year has 8,760 hours. `n` counts the security incidents.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Hours per year; NaN for an observation of 0 hours.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(10, "service.failed", incident="I1", detail="cause=vulnerability"),
    ...     event(12, "incident.resolved", incident="I1"),
    ... ], horizon=8760)
    >>> kpis.security_downtime(log)
    2.0
    """
    attacks = _security_incidents(log)
    chosen = log.named("incident", "service.failed", attacks & ~log.detail_matches("service.failed", "downtime", "no"))
    return Rate(user_hours_lost(log, chosen), log.hours / HOURS_PER_YEAR, counted=int(attacks.sum()))


def _security_incidents(run: Run) -> Truths:
    """Return the mask of the `service.failed` rows of security incidents."""
    return run.detail_matches("service.failed", "cause", "vulnerability")
