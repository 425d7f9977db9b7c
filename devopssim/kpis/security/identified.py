"""Vulnerabilities that the team knows: reported, and not yet fixed, patched or dismissed."""

import numpy as np
import pandas as pd

from devopssim.kpis.declaration import COURSE_SECURITY, IntervalRule, Rate, rate
from devopssim.kpis.run import Floats, Log, Run, run_of
from devopssim.kpis.security.findings import FIX


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
    return Rate(log.hours_open(starts, ends[np.isfinite(ends)]), log.hours, counted=reported)


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
