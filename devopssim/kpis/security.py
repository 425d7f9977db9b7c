"""The ten security KPIs. Each says its numerator, its denominator, the events, and the keys of `detail` that it reads.

All are NaN, not 0, where nothing was there to count. *Identified* means what the team knows: a weakness that nobody has
reported counts in none of them, which is why more scanning makes the number of vulnerabilities rise before it falls.
"""

from typing import Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_DAY, HOURS_PER_YEAR
from devopssim.kpis.declaration import COURSE_SECURITY, INCIDENT, Rate, duration, rate, share
from devopssim.kpis.delivery import deployment_count
from devopssim.kpis.downtime import outages_of
from devopssim.kpis.durations import Durations, EventPair
from devopssim.kpis.flow import time_average
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of

SPRINT: Final = 14 * HOURS_PER_DAY
"""How long a sprint is taken to be where events do not say theirs."""

PATCH: Final = EventPair(
    start="finding.reported", end="patch.deployed", entity="finding", given_up=("finding.dismissed", "finding.fixed")
)
FIX: Final = EventPair(start="finding.reported", end="finding.fixed", entity="finding", given_up=("finding.dismissed",))


@rate(
    title="Number of vulnerabilities",
    unit="vulnerabilities",
    better="lower",
    formula="∫ (findings reported - findings fixed, patched or dismissed) dt ÷ hours of observation",
    events=("finding.reported", "finding.fixed", "patch.deployed", "finding.dismissed"),
    debatable="only what was reported counts: whoever does not look has none",
    source=COURSE_SECURITY,
)
def vulnerabilities_open(run: Run) -> Rate:
    """Return the average over time of the number of reported findings that are not yet fixed, patched or dismissed.

    Until it is dismissed a false alarm counts: nobody knows yet. `open_vulnerabilities` gives the number over time. `n` counts
    the findings reported in the log.
    """
    _, starts, ends = _open(run, known=True)
    reported = int(run.met("finding", "finding.reported").sum())
    return time_average(run, starts, ends[np.isfinite(ends)], 0, counted=reported)


@share(
    title="Security test coverage",
    better="higher",
    formula="Σ largest `covered` of the scans before a change's first deployment ÷ deployed changes",
    events=("scan.finished", "service.deployed"),
    detail=("covered",),
    debatable="a test after the deployment does not count; nor does one that names neither change nor deployment",
    source=COURSE_SECURITY,
)
def security_test_coverage(run: Run) -> Rate:
    """Return the share of each deployed change that a security test had covered before its first deployment, averaged.

    Of a change, the largest `covered` of the `scan.finished` that name it or its deployment and end no later than its first
    `service.deployed` (1 where a scan does not say, 0 without a scan).
    """
    shipped = run.first("change", "service.deployed")
    deployed = np.isfinite(shipped)
    if not deployed.any():
        return Rate(0, 0)
    covered = np.zeros(len(shipped))
    shares, at = _shares_covered(run), run.times("scan.finished")
    for change, scan in (_scans_of_changes(run), _scans_of_deployments(run)):
        in_time = at[scan] <= shipped[change]
        np.maximum.at(covered, change[in_time], shares[scan[in_time]])
    return Rate(float(covered[deployed].sum()), int(deployed.sum()))


@duration(
    title="Patch deployment time",
    formula="`patch.deployed` - `finding.reported`, for each finding",
    events=("finding.reported", "patch.deployed", "finding.dismissed", "finding.fixed"),
    debatable="the clock starts at the report, not at the repair or the disclosure",
    source=COURSE_SECURITY,
)
def patch_deployment_time(run: Run) -> Durations:
    """Return the hours from the report of a finding until its repair is in production.

    Unfinished are findings that are neither dismissed, fixed nor patched: one that was fixed before it reached production
    needs no patch.
    """
    return PATCH.durations(run)


@share(
    title="Share of automated security scans",
    better="higher",
    formula="`scan.finished` that say `automated=yes` ÷ those that say yes or no",
    events=("scan.finished",),
    detail=("automated",),
    debatable="scans are counted, whatever they cover: one more small scan raises it",
    source=COURSE_SECURITY,
)
def automated_scan_share(run: Run) -> Rate:
    """Return the scans that a machine ran ÷ scans that say who ran them."""
    automated, all_scans = (run.says("scan.finished", "automated", *words) for words in (("yes",), ("yes", "no")))
    return Rate(int(automated.sum()), int(all_scans.sum()))


@share(
    title="False positive rate",
    better="lower",
    formula="findings dismissed ÷ findings dismissed, fixed or patched",
    events=("finding.reported", "finding.dismissed", "finding.fixed", "patch.deployed"),
    debatable="it is 1 - precision of the scans, as teams use the word, not the false positive rate of statistics",
    source=COURSE_SECURITY,
)
def false_positive_rate(run: Run) -> Rate:
    """Return the findings that were dismissed ÷ findings that were dismissed, fixed or patched.

    Findings reported in the log; what nobody has judged yet counts in neither. `real` is not read: a team cannot know it.
    """
    dismissed = run.met("finding", "finding.dismissed")
    verdicts = [dismissed, run.met("finding", "finding.fixed"), run.met("finding", "patch.deployed")]
    judged = run.met("finding", "finding.reported") & np.logical_or.reduce(verdicts)
    return Rate(int((judged & dismissed).sum()), int(judged.sum()))


@share(
    title="Share of security issues fixed in the sprint",
    better="higher",
    formula="findings fixed in the sprint of their report ÷ (findings reported - findings dismissed)",
    events=("finding.reported", "finding.fixed", "finding.dismissed"),
    detail=("sprint",),
    debatable="what is found on a sprint's last day has one day; without sprints, windows of 14 days stand for them",
    source=COURSE_SECURITY,
)
def fixed_in_sprint_share(run: Run) -> Rate:
    """Return the findings fixed in the sprint in which they were reported ÷ findings reported and not dismissed.

    Reads `sprint` where both events say it; otherwise sprints are windows of 14 days from the log's start.
    """
    issues = run.met("finding", "finding.reported") & ~run.met("finding", "finding.dismissed")
    said = [_sprints(run, kind) for kind in ("finding.reported", "finding.fixed")]
    by_clock = [_windows(run.first("finding", kind)) for kind in ("finding.reported", "finding.fixed")]
    both = (said[0] != "") & (said[1] != "")
    same = np.where(both, said[0] == said[1], by_clock[0] == by_clock[1])
    return Rate(int((issues & run.met("finding", "finding.fixed") & same).sum()), int(issues.sum()))


@rate(
    title="Security incidents per deployment",
    unit="per deployment",
    better="lower",
    formula="`service.failed` that say `cause=vulnerability` ÷ deployments",
    events=("service.failed", "service.deployed"),
    detail=("cause",),
    debatable="it falls by deploying more often, with as many incidents as before",
    source=COURSE_SECURITY,
)
def security_incidents_per_deployment(run: Run) -> Rate:
    """Return the incidents caused by a vulnerability ÷ deployments.

    It may exceed 1.
    """
    return Rate(int(_security_incidents(run).sum()), deployment_count(run))


@duration(
    title="Review and fix time",
    formula="`finding.fixed` - `finding.reported`, for each finding",
    events=("finding.reported", "finding.fixed", "finding.dismissed"),
    debatable="findings of scanners count like those of reviewers",
    source=COURSE_SECURITY,
)
def review_and_fix_time(run: Run) -> Durations:
    """Return the hours from the report of a finding until it is fixed in the code.

    Dismissed findings are excluded; they count neither as finished nor as unfinished.
    """
    return FIX.durations(run)


@rate(
    title="Security-related downtime",
    unit="h per year",
    better="lower",
    formula="hours of the outages that security incidents make ÷ years of observation",
    events=INCIDENT,
    detail=("cause", "downtime"),
    debatable="taking the service down to contain an attack counts as well as the attack",
    source=COURSE_SECURITY,
)
def security_downtime(run: Run) -> Rate:
    """Return the hours in which an incident caused by a vulnerability is open ÷ years of observation.

    Incidents that say `downtime=no` are excluded, overlapping ones count once, a year has 8,760 hours. `n` counts the
    security incidents.
    """
    attacks = _security_incidents(run)
    chosen = run.named("incident", "service.failed", attacks & ~run.says("service.failed", "downtime", "no"))
    down = outages_of(run, chosen).hours(run.horizon)
    return Rate(down, run.hours / HOURS_PER_YEAR, counted=int(attacks.sum()))


@share(
    title="Security automation rate",
    better="higher",
    formula="security tasks that say `automated=yes` ÷ security tasks that say yes or no",
    events=("stage.finished",),
    detail=("task", "automated"),
    debatable="tasks are counted, not their hours",
    source=COURSE_SECURITY,
)
def security_automation_rate(run: Run) -> Rate:
    """Return the security tasks that a machine did ÷ security tasks that say who did them.

    A task is a `stage.finished` row that names a `task` (scan, triage, fix, patch, review).
    """
    return Rate(_tasks(run, "yes"), _tasks(run, "yes", "no"))


def open_vulnerabilities(log: Log, *, known: bool = True) -> pd.Series:
    """Return how many vulnerabilities are open from each moment on at which the number changes (index: hours).

    `known=True` counts what was reported (and not yet fixed, patched or dismissed); `known=False` counts the weaknesses that
    are really there, from `vulnerability.injected` until fixed or patched, which only a simulation can tell.
    """
    run = run_of(log)
    _, starts, ends = _open(run, known=known)
    ends = ends[np.isfinite(ends)]
    steps = np.concatenate([[0], np.ones(len(starts), dtype=int), np.full(len(ends), -1)])
    changes = pd.Series(steps, index=np.concatenate([[run.warm_up], starts, ends])).groupby(level=0).sum()
    name = "open_vulnerabilities" if known else "vulnerabilities_present"
    return changes.cumsum().rename(name).rename_axis("time")


def findings_open(run: Run, moment: float) -> list[str]:
    """Return the identified findings that were open just before a moment."""
    names, starts, ends = _open(run, known=True)
    return names[(starts < moment) & ~(ends < moment)].tolist()


def _open(run: Run, *, known: bool) -> tuple[pd.Index, Floats, Floats]:
    """Return what was open at some moment, when it began and when it ceased to be (NaN: it did not).

    One that ends in a log that was cut, and begins nowhere in it, was open from the cut on; so were those that
    `open_findings` names.
    """
    names = run.names("finding")
    starts = run.first("finding", "finding.reported" if known else "vulnerability.injected")
    kinds = ["finding.fixed", "patch.deployed", *(["finding.dismissed"] if known else [])]
    ends = np.fmin.reduce([run.first("finding", kind) for kind in kinds])
    said: list[str] | None = run.open_at_start.get("open_findings") if known else None
    begun = run.met("finding", "vulnerability.injected") | np.isfinite(starts)
    before = (np.isfinite(ends) & ~begun & run.is_cut) if said is None else names.isin(said)
    starts = np.where(before, run.warm_up, starts)
    lasting = pd.Index(said or [], dtype=names.dtype).difference(names)
    counted = np.isfinite(starts)
    return (
        names[counted].append(lasting),
        np.append(starts[counted], np.full(len(lasting), run.warm_up)),
        np.append(np.maximum(starts, ends)[counted], np.full(len(lasting), np.nan)),
    )


def _sprints(run: Run, kind: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the sprint that each finding's event of this kind says; an empty string where it says none."""
    said = np.full(len(run.names("finding")), "", dtype=object)
    codes, texts = run.detail(kind, "sprint")
    said[run.ids("finding", kind)] = texts[codes]
    return said


def _windows(time: Floats) -> Floats:
    return np.floor(time / SPRINT)


def _security_incidents(run: Run) -> Truths:
    """Return which rows of `service.failed` tell of a security incident."""
    return run.says("service.failed", "cause", "vulnerability")


def _scans_of_changes(run: Run) -> tuple[np.ndarray, np.ndarray]:
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
    """Return how many security tasks say one of these words of `automated`."""
    return int((run.says("stage.finished", "task") & run.says("stage.finished", "automated", *automated)).sum())


def _shares_covered(run: Run) -> Floats:
    """Return the share that each scan covered: all where it does not say."""
    codes, texts = run.detail("scan.finished", "covered")
    try:
        shares = np.array([float(text or 1) for text in texts])
    except ValueError:
        shares = np.array([np.nan])
    if not ((shares >= 0) & (shares <= 1)).all():
        message = (
            f"detail covered={'|'.join(map(str, texts[:-1]))} of scan.finished (the share of the code that a scan looked at) "
            "must be numbers from 0 to 1; mend the rows that say otherwise."
        )
        raise InvalidInputError(message)
    return np.asarray(shares[codes], dtype=np.float64)
