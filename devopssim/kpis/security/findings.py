"""From the report of a finding to its verdict, its fix in the code and its patch in production."""

from typing import Final

import numpy as np

from devopssim.events import HOURS_PER_DAY
from devopssim.kpis.declaration import COURSE_SECURITY, Rate, duration, share
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.run import Floats, Run

SPRINT: Final = 14 * HOURS_PER_DAY
"""Hours of a sprint where events lack the key `sprint`."""
PATCH: Final = EventPair(
    start="finding.reported", end="patch.deployed", entity="finding", given_up=("finding.dismissed", "finding.fixed")
)
"""From the report of a finding until its repair is in production."""
FIX: Final = EventPair(start="finding.reported", end="finding.fixed", entity="finding", given_up=("finding.dismissed",))
"""From the report of a finding until it is fixed in the code."""


@duration(
    title="Patch deployment time",
    formula="`patch.deployed` - `finding.reported`, for each finding",
    events=("finding.reported", "patch.deployed", "finding.dismissed", "finding.fixed"),
    debatable="the clock starts at the report, not at the repair or the disclosure",
    source=COURSE_SECURITY,
    counts="findings",
)
def patch_deployment_time(log: Run) -> Durations:
    """Return the hours from the report of a finding until its repair is in production.

    Unfinished are findings that are neither dismissed, fixed nor patched: one that was fixed before it reached production
    needs no patch.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by finding id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "finding.reported", finding="V1"), event(9, "patch.deployed", finding="V1")])
    >>> kpis.patch_deployment_time(log).to_dict()
    {'V1': 8.0}
    """
    return PATCH.durations(log)


@duration(
    title="Review and fix time",
    formula="`finding.fixed` - `finding.reported`, for each finding",
    events=("finding.reported", "finding.fixed", "finding.dismissed"),
    debatable="findings of scanners count like those of reviewers",
    source=COURSE_SECURITY,
    counts="findings",
)
def review_and_fix_time(log: Run) -> Durations:
    """Return the hours from the report of a finding until it is fixed in the code.

    Dismissed findings are excluded; they count neither as finished nor as unfinished.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    Series
        Hours by finding id. `attrs["unfinished"]` counts the starts without an end.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "finding.reported", finding="V1"), event(9, "finding.fixed", finding="V1")])
    >>> kpis.review_and_fix_time(log).to_dict()
    {'V1': 8.0}
    """
    return FIX.durations(log)


@share(
    title="False positive rate",
    better="lower",
    formula="findings dismissed ÷ findings dismissed, fixed or patched",
    events=("finding.reported", "finding.dismissed", "finding.fixed", "patch.deployed"),
    debatable="it is 1 - precision of the scans, as teams use the term; the false positive rate of statistics differs",
    source=COURSE_SECURITY,
    counts="findings",
)
def false_positive_rate(log: Run) -> Rate:
    """Return the findings that were dismissed ÷ findings that were dismissed, fixed or patched.

    Findings without a verdict count in neither. The KPI ignores `real`, which only a simulation can fill.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the judged findings, 0 to 1; NaN without judged findings.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "finding.reported", finding="V1"), event(2, "finding.reported", finding="V2"),
    ...     event(3, "finding.dismissed", finding="V1"), event(4, "finding.fixed", finding="V2"),
    ... ])
    >>> kpis.false_positive_rate(log)
    0.5
    """
    dismissed = log.occurred("finding", "finding.dismissed")
    verdicts = [dismissed, log.occurred("finding", "finding.fixed"), log.occurred("finding", "patch.deployed")]
    judged = log.occurred("finding", "finding.reported") & np.logical_or.reduce(verdicts)
    return Rate(int((judged & dismissed).sum()), int(judged.sum()))


@share(
    title="Share of security issues fixed in the sprint",
    better="higher",
    formula="findings fixed in the sprint of their report ÷ (findings reported - findings dismissed)",
    events=("finding.reported", "finding.fixed", "finding.dismissed"),
    detail=("sprint",),
    debatable="what is found on a sprint's last day has one day; without sprints, windows of 14 days stand for them",
    source=COURSE_SECURITY,
    counts="findings",
)
def fixed_in_sprint_share(log: Run) -> Rate:
    """Return the findings fixed in the sprint in which they were reported ÷ findings reported and not dismissed.

    Reads `sprint` where both events carry it; otherwise sprints are windows of 14 days from the log's start.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the findings, 0 to 1; NaN without findings.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "finding.reported", finding="V1"), event(2, "finding.reported", finding="V2"),
    ...     event(300, "finding.fixed", finding="V1"), event(400, "finding.fixed", finding="V2"),
    ... ])
    >>> kpis.fixed_in_sprint_share(log)  # a sprint of 14 days ends at 336 h
    0.5
    """
    issues = log.occurred("finding", "finding.reported") & ~log.occurred("finding", "finding.dismissed")
    sprints = [_sprints(log, kind) for kind in ("finding.reported", "finding.fixed")]
    by_clock = [_windows(log.first("finding", kind)) for kind in ("finding.reported", "finding.fixed")]
    both = (sprints[0] != "") & (sprints[1] != "")
    same = np.where(both, sprints[0] == sprints[1], by_clock[0] == by_clock[1])
    return Rate(int((issues & log.occurred("finding", "finding.fixed") & same).sum()), int(issues.sum()))


def _sprints(run: Run, kind: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the `sprint` of each finding's event of this kind; an empty string for an event without one."""
    sprints = np.full(len(run.names("finding")), "", dtype=object)
    codes, texts = run.detail(kind, "sprint")
    sprints[run.ids("finding", kind)] = texts[codes]
    return sprints


def _windows(time: Floats) -> Floats:
    """Return the number of the 14-day window that holds each time."""
    return np.floor(time / SPRINT)
