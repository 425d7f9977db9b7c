"""Availability: the share of the time in which users are served."""

from devopssim.kpis.declaration import INCIDENT, LOSS, Rate, rate
from devopssim.kpis.downtime import outages_of, user_hours_lost
from devopssim.kpis.run import Run


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
