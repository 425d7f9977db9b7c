"""The security KPIs. Each docstring gives numerator, denominator, and the keys of `detail` that the KPI reads.

All are NaN, never 0, where the denominator is 0. *Identified* means reported to the team: an unreported vulnerability counts
in `vulnerabilities_hidden` alone, which only a simulation can know; more scanning makes the number of identified ones rise before
it falls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_DAY, HOURS_PER_YEAR
from devopssim.kpis.columns import Integers
from devopssim.kpis.declaration import COURSE_SECURITY, INCIDENT, LOSS, IntervalRule, Rate, duration, rate, share
from devopssim.kpis.delivery import deployment_count
from devopssim.kpis.downtime import user_hours_lost
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.flow import time_average
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of

SPRINT: Final = 14 * HOURS_PER_DAY
"""Hours of a sprint where events lack the key `sprint`."""

PATCH: Final = EventPair(
    start="finding.reported", end="patch.deployed", entity="finding", given_up=("finding.dismissed", "finding.fixed")
)
"""From the report of a finding until its repair is in production."""
FIX: Final = EventPair(start="finding.reported", end="finding.fixed", entity="finding", given_up=("finding.dismissed",))
"""From the report of a finding until it is fixed in the code."""
UNREPORTED: Final = EventPair(start="vulnerability.injected", end="finding.reported", entity="finding")
"""From the moment a vulnerability comes into being until it is reported."""


@rate(
    title="Number of vulnerabilities",
    unit="vulnerabilities",
    better="lower",
    formula="∫ (findings reported - findings fixed, patched or dismissed) dt ÷ hours of observation",
    events=("finding.reported", "finding.fixed", "patch.deployed", "finding.dismissed"),
    debatable="only what was reported counts: a team without scans has 0",
    source=COURSE_SECURITY,
    counts="findings",
    interval=IntervalRule(method="level", least=10, spans=7, memory=FIX),
)
def vulnerabilities_open(log: Run) -> Rate:
    """Return the average over time of the number of reported findings that are not yet fixed, patched or dismissed.

    A false alarm counts until it is dismissed, because the team cannot yet distinguish it. `open_vulnerabilities` gives the
    number over time. `n` counts the findings reported in the log.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Average number of open findings; NaN for an observation of 0 hours.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "finding.reported", finding="V1"), event(5, "finding.fixed", finding="V1")], horizon=10)
    >>> kpis.vulnerabilities_open(log)
    0.5
    """
    _, starts, ends = _open(log, known=True)
    reported = int(log.occurred("finding", "finding.reported").sum())
    return time_average(log, starts, ends[np.isfinite(ends)], 0, counted=reported)


@rate(
    title="Number of hidden vulnerabilities",
    unit="vulnerabilities",
    better="lower",
    formula="∫ (vulnerabilities in production - those reported, fixed or patched) dt ÷ hours of observation",
    events=("vulnerability.injected", "service.deployed", "finding.reported", "finding.fixed", "patch.deployed"),
    debatable="only a simulation knows it; a vulnerability of a dependency counts from its disclosure, not from its first use",
    source=COURSE_SECURITY,
    counts="vulnerabilities",
    interval=IntervalRule(method="level", least=10, spans=20, memory=UNREPORTED),
)
def vulnerabilities_hidden(log: Run) -> Rate:
    """Return the average over time of the number of vulnerabilities in production that nobody has reported.

    A vulnerability counts from the first deployment of its change, that of a dependency from `vulnerability.injected`, until it is
    reported, fixed or patched. In a log that was cut, `attrs["open_hidden"]` gives those from before the cut. `n` counts the
    vulnerabilities that were hidden at some moment.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Average number of hidden vulnerabilities; NaN for a log that does not record them, or an observation of 0 hours.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "vulnerability.injected", finding="V1", change="C1"),
    ...     event(2, "service.deployed", change="C1", deployment="D1"),
    ...     event(7, "finding.reported", finding="V1"),
    ... ], horizon=10)
    >>> kpis.vulnerabilities_hidden(log), kpis.vulnerabilities_open(log)
    (0.5, 0.3)
    """
    if not _records_hidden(log):
        return Rate(0, 0)
    hidden = _unreported(log)
    counted = np.isfinite(hidden.exposed) & ~(hidden.settled <= hidden.exposed)
    starts, ends = hidden.exposed[counted], hidden.settled[counted]
    return time_average(log, starts, ends[np.isfinite(ends)], 0, counted=len(starts))


@share(
    title="Security test coverage",
    better="higher",
    formula="Σ largest `covered` of the scans before a change's first deployment ÷ deployed changes",
    events=("scan.finished", "service.deployed"),
    detail=("covered",),
    debatable="a test after the deployment does not count; nor does one that names neither change nor deployment",
    source=COURSE_SECURITY,
    counts="changes",
)
def security_test_coverage(log: Run) -> Rate:
    """Return the share of each deployed change that a security test had covered before its first deployment, averaged.

    For each change, the largest `covered` of the `scan.finished` rows that name it or its deployment and end no later than its
    first `service.deployed`: 1 for a scan without `covered`, 0 for a change without a scan.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Average share, 0 to 1; NaN without deployed changes.

    Raises
    ------
    InvalidInputError
        If a `covered` is not a number from 0 to 1.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "scan.finished", change="C1", detail="covered=0.8"),
    ...     event(2, "service.deployed", change="C1", deployment="D1"),
    ...     event(2, "service.deployed", change="C2", deployment="D1"),
    ... ])
    >>> kpis.security_test_coverage(log)
    0.4
    """
    shipped = log.first("change", "service.deployed")
    deployed = np.isfinite(shipped)
    if not deployed.any():
        return Rate(0, 0)
    covered = np.zeros(len(shipped))
    shares, at = _shares_covered(log), log.times("scan.finished")
    for change, scan in (_scans_of_changes(log), _scans_of_deployments(log)):
        in_time = at[scan] <= shipped[change]
        np.maximum.at(covered, change[in_time], shares[scan[in_time]])
    return Rate(float(covered[deployed].sum()), int(deployed.sum()))


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


@share(
    title="Share of automated security scans",
    better="higher",
    formula="`scan.finished` with `automated=yes` ÷ those with yes or no",
    events=("scan.finished",),
    detail=("automated",),
    debatable="scans are counted, whatever they cover: one more small scan raises it",
    source=COURSE_SECURITY,
    counts="scans",
)
def automated_scan_share(log: Run) -> Rate:
    """Return the scans that a machine ran ÷ scans that record who ran them.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the `scan.finished` rows with `automated=yes` or `automated=no`; NaN without such rows.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "scan.finished", detail=f"automated={answer}") for answer in ("yes", "no", "no", "yes")])
    >>> kpis.automated_scan_share(log)
    0.5
    """
    automated, all_scans = (
        log.detail_matches("scan.finished", "automated", *answers) for answers in (("yes",), ("yes", "no"))
    )
    return Rate(int(automated.sum()), int(all_scans.sum()))


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


@share(
    title="Security automation rate",
    better="higher",
    formula="security tasks with `automated=yes` ÷ security tasks with yes or no",
    events=("stage.finished",),
    detail=("task", "automated"),
    debatable="tasks are counted, not their hours",
    source=COURSE_SECURITY,
    counts="tasks",
)
def security_automation_rate(log: Run) -> Rate:
    """Return the security tasks that a machine did ÷ security tasks that record who did them.

    A task is a `stage.finished` row that names a `task` (scan, triage, fix, patch, review).

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the tasks with `automated=yes` or `automated=no`; NaN without such tasks.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "stage.finished", stage="test", change="C1", detail="task=scan;automated=yes"),
    ...     event(2, "stage.finished", stage="code", finding="V1", role="security", detail="task=triage;automated=no"),
    ... ])
    >>> kpis.security_automation_rate(log)
    0.5
    """
    return Rate(_tasks(log, "yes"), _tasks(log, "yes", "no"))


def open_vulnerabilities(log: Log, *, known: bool = True) -> pd.Series:
    """Return the number of open vulnerabilities as a step function of time.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.
    known : bool, default True
        Count the reported findings that are not yet fixed, patched or dismissed. False counts the vulnerabilities in the
        product, from `vulnerability.injected` until fixed or patched; only a simulated log records those.

    Returns
    -------
    Series
        Number of open vulnerabilities from each moment on at which it changes; index `time` in hours, from the warm-up's end.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(2, "finding.reported", finding="V1"), event(5, "finding.fixed", finding="V1")], horizon=10)
    >>> kpis.open_vulnerabilities(log).to_dict()
    {0.0: 0, 2.0: 1, 5.0: 0}
    """
    run = run_of(log)
    _, starts, ends = _open(run, known=known)
    ends = ends[np.isfinite(ends)]
    steps = np.concatenate([[0], np.ones(len(starts), dtype=int), np.full(len(ends), -1)])
    changes = pd.Series(steps, index=np.concatenate([[run.warm_up], starts, ends])).groupby(level=0).sum()
    name = "open_vulnerabilities" if known else "vulnerabilities_present"
    return changes.cumsum().rename(name).rename_axis("time")


def findings_open(run: Run, moment: float) -> list[str]:
    """Return the ids of the reported findings that were open just before a moment (hours)."""
    names, starts, ends = _open(run, known=True)
    return names[(starts < moment) & ~(ends < moment)].tolist()


def vulnerabilities_unreported(run: Run, moment: float) -> dict[str, str] | None:
    """Return the vulnerabilities that nobody had reported, fixed or patched just before a moment (hours).

    Those of a change that is not deployed by then come with its id, those in production with an empty text. None for a log that does
    not record vulnerabilities.
    """
    if not _records_hidden(run):
        return None
    hidden = _unreported(run)
    present = np.flatnonzero((hidden.began < moment) & ~(hidden.settled < moment))
    findings, changes = hidden.ids(run)
    return {findings[place]: "" if hidden.exposed[place] < moment else changes[place] for place in present}


def _records_hidden(run: Run) -> bool:
    """Return whether the log records vulnerabilities that nobody knows, as a simulation does."""
    source = run.attrs.get("source")
    simulated = isinstance(source, Mapping) and "scenario" in source
    return (
        simulated or bool(len(run.rows("vulnerability.injected"))) or run.open_at_start.get("open_hidden") is not None
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Hidden:
    """Vulnerabilities of a log, with the hours at which each came into being and was exposed and settled (NaN: never).

    One is exposed when its change is deployed (that of a dependency at once), and settled when it is reported, fixed or patched.
    """

    at_cut: Mapping[str, str]
    """The change of those that were there when the log was cut; an empty text for those in production."""
    began: Floats
    exposed: Floats
    settled: Floats

    def ids(self, run: Run) -> tuple[list[str], list[str]]:
        """Return the ids of the vulnerabilities and of their changes; an empty text for those of dependencies."""
        findings, changes = run.names("finding"), [*run.names("change"), ""]
        return (
            [*self.at_cut, *findings[run.ids("finding", "vulnerability.injected")]],
            [*self.at_cut.values(), *(changes[number] for number in run.ids("change", "vulnerability.injected"))],
        )


def _unreported(run: Run) -> Hidden:
    """Return the vulnerabilities of a log: those that were there when it was cut, then those that came into being."""
    at_cut: Mapping[str, str] = run.open_at_start.get("open_hidden") or {}
    kinds = ("finding.reported", "finding.fixed", "patch.deployed")
    settled = np.append(np.fmin.reduce([run.first("finding", kind) for kind in kinds]), np.nan)
    deployed = np.append(run.first("change", "service.deployed"), np.nan)
    injected, change = run.times("vulnerability.injected"), run.ids("change", "vulnerability.injected")
    began, exposed, positions = (
        injected,
        np.where(change < 0, injected, deployed[change]),
        run.ids("finding", "vulnerability.injected"),
    )
    if at_cut:
        known, changes = (
            _positions(run.names(column), ids) for column, ids in (("finding", at_cut), ("change", at_cut.values()))
        )
        from_cut = np.full(len(at_cut), run.warm_up)
        in_production = np.array([change == "" for change in at_cut.values()])
        began = np.append(from_cut, began)
        exposed = np.append(np.where(in_production, from_cut, deployed[changes]), exposed)
        positions = np.append(known, positions)
    return Hidden(at_cut=at_cut, began=began, exposed=exposed, settled=settled[positions])


def _positions(names: pd.Index, ids: Iterable[str]) -> Integers:
    """Return the position of each id among names; -1 for others."""
    place = {name: number for number, name in enumerate(names.tolist())}
    return np.array([place.get(one, -1) for one in ids], dtype=np.intp)


def _open(run: Run, *, known: bool) -> tuple[pd.Index, Floats, Floats]:
    """Return the entities that were open at some moment, with the times at which each opened and closed (NaN: still open).

    In a log that was cut, a finding with an end and without a start was open from the cut on; so were those that
    `open_findings` names.
    """
    names = run.names("finding")
    starts = run.first("finding", "finding.reported" if known else "vulnerability.injected")
    kinds = ["finding.fixed", "patch.deployed", *(["finding.dismissed"] if known else [])]
    ends = np.fmin.reduce([run.first("finding", kind) for kind in kinds])
    open_at_cut: list[str] | None = run.open_at_start.get("open_findings") if known else None
    begun = run.occurred("finding", "vulnerability.injected") | np.isfinite(starts)
    before = (np.isfinite(ends) & ~begun & run.is_cut) if open_at_cut is None else names.isin(open_at_cut)
    starts = np.where(before, run.warm_up, starts)
    lasting = pd.Index(open_at_cut or [], dtype=names.dtype, name=names.name).difference(names, sort=False)
    counted = np.isfinite(starts)
    return (
        names[counted].append(lasting),
        np.append(starts[counted], np.full(len(lasting), run.warm_up)),
        np.append(np.maximum(starts, ends)[counted], np.full(len(lasting), np.nan)),
    )


def _sprints(run: Run, kind: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the `sprint` of each finding's event of this kind; an empty string for an event without one."""
    sprints = np.full(len(run.names("finding")), "", dtype=object)
    codes, texts = run.detail(kind, "sprint")
    sprints[run.ids("finding", kind)] = texts[codes]
    return sprints


def _windows(time: Floats) -> Floats:
    """Return the number of the 14-day window that holds each time."""
    return np.floor(time / SPRINT)


def _security_incidents(run: Run) -> Truths:
    """Return the mask of the `service.failed` rows of security incidents."""
    return run.detail_matches("service.failed", "cause", "vulnerability")


def _scans_of_changes(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of a change and a scan that names it."""
    ids = run.ids("change", "scan.finished")
    scans = np.flatnonzero(ids >= 0)
    return ids[scans], scans


def _scans_of_deployments(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of a change and a scan that names a deployment of it."""
    ids = run.ids("deployment", "scan.finished")
    if not (ids >= 0).any():
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    scans = pd.DataFrame({"deployment": ids, "scan": np.arange(len(ids))}).query("deployment >= 0")
    shipped = pd.DataFrame(
        {"deployment": run.ids("deployment", "service.deployed"), "change": run.ids("change", "service.deployed")}
    ).query("change >= 0")
    both = scans.merge(shipped, on="deployment")
    return both["change"].to_numpy(), both["scan"].to_numpy()


def _tasks(run: Run, *automated: str) -> int:
    """Return the number of security tasks whose `automated` is one of these values."""
    return int(
        (
            run.detail_matches("stage.finished", "task") & run.detail_matches("stage.finished", "automated", *automated)
        ).sum()
    )


def _shares_covered(run: Run) -> Floats:
    """Return the share that each scan covered; 1 for a scan without `covered`."""
    codes, texts = run.detail("scan.finished", "covered")
    try:
        shares = np.array([float(text or 1) for text in texts])
    except ValueError:
        shares = np.array([np.nan])
    if not ((shares >= 0) & (shares <= 1)).all():
        message = (
            f"detail covered={'|'.join(map(str, texts[:-1]))} of scan.finished (the share of the code that a scan covered) "
            "must be numbers from 0 to 1; correct the rows with other values."
        )
        raise InvalidInputError(message)
    return np.asarray(shares[codes], dtype=np.float64)
