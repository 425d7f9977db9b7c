"""Security tests and tasks: what scans cover before a deployment, and what machines do."""

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.kpis.declaration import COURSE_SECURITY, Rate, share
from devopssim.kpis.run import Floats, Run


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


def _tasks(run: Run, *automated: str) -> int:
    """Return the number of security tasks whose `automated` is one of these values."""
    return int(
        (
            run.detail_matches("stage.finished", "task") & run.detail_matches("stage.finished", "automated", *automated)
        ).sum()
    )
