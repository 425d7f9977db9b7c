"""The ten security KPIs. Each says its numerator, its denominator, the events, and the keys of `detail` that it reads.

All are NaN, not 0, where nothing was there to count. *Identified* means what the team knows: a weakness that nobody has
reported counts in none of them, which is why more scanning makes the number of vulnerabilities rise before it falls.
"""

from typing import Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_DAY, HOURS_PER_YEAR
from devopssim.kpis.delivery import deployments_seen
from devopssim.kpis.flow import time_average
from devopssim.kpis.outages import outages_of
from devopssim.kpis.run import Floats, Log, Run, Truths, run_of
from devopssim.kpis.spans import Pair, spans

NAN = float("nan")
SPRINT: Final = 14 * HOURS_PER_DAY
"""How long a sprint is taken to be where events do not say theirs."""

PATCH: Final = Pair(
    start="finding.reported", end="patch.deployed", by="finding", given_up=("finding.dismissed", "finding.fixed")
)
FIX: Final = Pair(start="finding.reported", end="finding.fixed", by="finding", given_up=("finding.dismissed",))


def vulnerabilities_open(log: Log) -> float:
    """Return the average over time of the number of identified vulnerabilities that are open.

    Numerator: hours from each `finding.reported` to the first of `finding.fixed`, `patch.deployed`, `finding.dismissed` (or
    the horizon), summed; denominator: hours of observation. Until it is dismissed a false alarm counts: nobody knows yet.
    Reads no detail. `open_vulnerabilities` gives the number over time.
    """
    run = run_of(log)
    _, starts, ends = _open(run, known=True)
    return time_average(run, starts, ends[np.isfinite(ends)], 0)


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


def security_test_coverage(log: Log) -> float:
    """Return the share, 0 to 1, of the deployed code that a security test had looked at before it was first deployed.

    Numerator: for each deployed change, the largest `covered` of the `scan.finished` that name it or its deployment and end
    no later than its first `service.deployed` (1 where a scan does not say, 0 without a scan), summed; denominator: deployed
    changes. Reads `covered`. A look after the deployment, or at no change in particular, does not count.
    """
    run = run_of(log)
    shipped = run.first("change", "service.deployed")
    deployed = np.isfinite(shipped)
    if not deployed.any():
        return NAN
    covered = np.zeros(len(shipped))
    share, at = _shares_covered(run), run.times("scan.finished")
    for change, scan in (_scans_of_changes(run), _scans_of_deployments(run)):
        in_time = at[scan] <= shipped[change]
        np.maximum.at(covered, change[in_time], share[scan[in_time]])
    return float(covered[deployed].sum() / deployed.sum())


def patch_deployment_time(log: Log) -> pd.Series:
    """Return, for each finding, the hours from `finding.reported` until its `patch.deployed`: the repair is in production.

    Unfinished are findings that are neither dismissed, fixed nor patched: one that was fixed before it reached production
    needs no patch. Reads no detail.
    """
    return spans(run_of(log), PATCH).hours("patch_deployment_time")


def automated_scan_share(log: Log) -> float:
    """Return the share, 0 to 1, of security scans that a machine ran.

    Numerator: `scan.finished` that say `automated=yes`; denominator: those that say `automated=yes` or `no`. Reads `automated`.
    """
    run = run_of(log)
    return _ratio(int(run.says("scan.finished", "automated", "yes").sum()), scans_seen(run))


def false_positive_rate(log: Log) -> float:
    """Return the share, 0 to 1, of judged findings that turned out to be none.

    Numerator: findings reported in the log and dismissed (`finding.dismissed`); denominator: those that were dismissed, fixed
    or patched. What nobody has judged yet counts in neither. Reads no detail: not even `real`, which a team cannot know.
    """
    run = run_of(log)
    judged = _judged(run)
    return _ratio((judged & run.met("finding", "finding.dismissed")).sum(), judged.sum())


def fixed_in_sprint_share(log: Log) -> float:
    """Return the share, 0 to 1, of security issues that were fixed in the sprint in which they were found.

    Numerator: findings whose `finding.fixed` lies in the sprint of their `finding.reported`; denominator: findings that were
    reported and not dismissed, fixed or not. Reads `sprint` where both events say it; otherwise sprints are windows of 14
    days from the log's start.
    """
    run = run_of(log)
    issues = _issues(run)
    said = [_sprints(run, kind) for kind in ("finding.reported", "finding.fixed")]
    by_clock = [_windows(run.first("finding", kind)) for kind in ("finding.reported", "finding.fixed")]
    both = (said[0] != "") & (said[1] != "")
    same = np.where(both, said[0] == said[1], by_clock[0] == by_clock[1])
    return _ratio((issues & run.met("finding", "finding.fixed") & same).sum(), issues.sum())


def security_incidents_per_deployment(log: Log) -> float:
    """Return the number of security incidents per deployment (it may exceed 1).

    Numerator: `service.failed` with `cause=vulnerability`; denominator: distinct deployments. Reads `cause`.
    """
    run = run_of(log)
    return _ratio(int(_security_incidents(run).sum()), deployments_seen(run))


def review_and_fix_time(log: Log) -> pd.Series:
    """Return, for each finding, the hours from `finding.reported` until `finding.fixed`.

    Whoever found it, a reviewer or a scanner. Dismissed findings are neither finished nor unfinished. Reads no detail.
    """
    return spans(run_of(log), FIX).hours("review_and_fix_time")


def security_downtime(log: Log) -> float:
    """Return the hours per year in which security incidents made the service unavailable.

    Numerator: hours in which an incident with `cause=vulnerability`, unless it says `downtime=no`, is open; overlapping ones
    count once; denominator: the time of observation in years of 8,760 hours. Reads `cause`, `downtime`.
    """
    run = run_of(log)
    chosen = _incidents_where(run, _security_incidents(run) & ~run.says("service.failed", "downtime", "no"))
    return outages_of(run, chosen).hours(run.horizon) / (run.hours / HOURS_PER_YEAR) if run.hours > 0 else NAN


def security_automation_rate(log: Log) -> float:
    """Return the share, 0 to 1, of security tasks that a machine did.

    Numerator: `stage.finished` rows that name a `task` (scan, triage, fix, patch, review) and say `automated=yes`;
    denominator: those that say `automated=yes` or `no`. Reads `task`, `automated`.
    """
    run = run_of(log)
    return _ratio(_tasks(run, "yes"), tasks_seen(run))


def findings_reported(log: Log) -> int:
    """Return how many findings were reported in the log."""
    return int(run_of(log).met("finding", "finding.reported").sum())


def findings_judged(log: Log) -> int:
    """Return how many findings of the log were dismissed, fixed or patched."""
    return int(_judged(run_of(log)).sum())


def issues_seen(log: Log) -> int:
    """Return how many findings were reported and not dismissed."""
    return int(_issues(run_of(log)).sum())


def changes_deployed(log: Log) -> int:
    """Return how many changes were deployed."""
    return int(run_of(log).met("change", "service.deployed").sum())


def scans_seen(log: Log) -> int:
    """Return how many scans say whether a machine ran them."""
    return int(run_of(log).says("scan.finished", "automated", "yes", "no").sum())


def tasks_seen(log: Log) -> int:
    """Return how many security tasks say whether a machine did them."""
    return _tasks(run_of(log), "yes", "no")


def security_incidents_seen(log: Log) -> int:
    """Return how many security incidents there were."""
    return int(_security_incidents(run_of(log)).sum())


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


def _judged(run: Run) -> Truths:
    verdicts = [run.met("finding", kind) for kind in ("finding.dismissed", "finding.fixed", "patch.deployed")]
    judged: Truths = run.met("finding", "finding.reported") & np.logical_or.reduce(verdicts)
    return judged


def _issues(run: Run) -> Truths:
    return run.met("finding", "finding.reported") & ~run.met("finding", "finding.dismissed")


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


def _incidents_where(run: Run, rows: Truths) -> Truths:
    """Return which of `run.names("incident")` the chosen rows of `service.failed` name."""
    chosen = np.zeros(len(run.names("incident")), dtype=bool)
    ids = run.ids("incident", "service.failed")
    chosen[ids[rows & (ids >= 0)]] = True
    return chosen


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


def _ratio(top: int, bottom: int) -> float:
    return float(top / bottom) if bottom else NAN
