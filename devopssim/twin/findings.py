"""How a team deals with findings of security: how many are false, what is scanned, and how long findings wait for their repair."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import special

from devopssim.events import details
from devopssim.kpis import Floats, Run, Truths
from devopssim.scenario import Scenario
from devopssim.simulation import backlog_factor
from devopssim.twin.estimates import (
    LEAST_OBSERVATIONS,
    ParameterEstimate,
    count_bounds,
    given,
    maximum_likelihood,
    share,
)

CRITICAL = ("high", "critical")
BY_PEOPLE = ("review", "incident")
"""What finds vulnerabilities besides scans."""


def adoption(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of embedded security: the share of merged changes that a scan follows."""
    scans = scans_of(run)
    merged = set(run.log["change"].iloc[run.rows("change.merged")].dropna())
    if len(scans) and len(merged) >= LEAST_OBSERVATIONS:
        scanned = len(merged & set(scans.loc[scans["scanner"] != "review", "change"].dropna()))
        yield share("practices.security", scanned, len(merged), "merged changes that a scan follows")


def findings(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the false findings of a scan, and the wait of findings in production until their repair begins."""
    reported = findings_of(run)
    yield from _false_findings(run, reported, scenario)
    yield from _backlog(run, reported, scenario)


def scans_of(run: Run) -> pd.DataFrame:
    """Return the scans and reviews by hand. Columns: time, change, scanner, covered (share of the code)."""
    rows = run.log.iloc[run.rows("scan.finished")]
    return pd.DataFrame(
        {
            "time": rows["time"],
            "change": rows["change"].astype(object),
            "scanner": details(rows, "scanner"),
            "covered": pd.to_numeric(details(rows, "covered")),
        }
    )


def findings_of(run: Run) -> pd.DataFrame:
    """Return a table with one row per finding.

    Returns
    -------
    DataFrame
        Indexed by finding. Columns: reported, judged, repair (when its repair in production is asked for), attacked (hours; NaN for
        what has not happened), change, scanner, severity, false (whether it was dismissed), in_place (whether it was repaired before
        deployment).
    """
    rows = run.log.iloc[run.rows("finding.reported")].set_index("finding")
    table = rows[["time", "change"]].rename(columns={"time": "reported"})
    for key in ("scanner", "severity"):
        table[key] = details(rows, key)
    dismissed = set(run.log["finding"].iloc[run.rows("finding.dismissed")])
    table["false"] = table.index.isin(dismissed)
    for column, kind, task in (
        ("judged", "stage.finished", "triage"),
        ("repair", "stage.queued", "patch"),
        ("fixed", "stage.queued", "fix"),
    ):
        steps = run.log.iloc[run.rows(kind)]
        steps = steps[steps["finding"].notna()]
        times = steps[(details(steps, "task") == task).to_numpy()].groupby("finding")["time"]
        table[column] = (times.max() if column == "judged" else times.min()).reindex(table.index)
    failed = run.log.iloc[run.rows("service.failed")]
    attacks = failed[failed["finding"].notna()].drop_duplicates("finding").set_index("finding")["time"]
    table["attacked"] = attacks.reindex(table.index)
    table["in_place"] = table["fixed"].notna()
    return table.drop(columns="fixed")


def _false_findings(run: Run, reported: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the false findings of a scan of a change in full, and those of the first scan of the whole code base."""
    scans = scans_of(run)
    of_changes = scans[scans["change"].notna() & (scans["scanner"] != "review")]
    covered = float(of_changes.groupby("change")["covered"].max().fillna(1.0).sum())
    if covered > 0:
        false = int((reported["false"] & reported["change"].isin(set(of_changes["change"]))).sum())
        low, high = (bound / covered for bound in count_bounds(false))
        how = f"{false} findings about changes were dismissed, of scans that covered {covered:.4g} of them"
        yield ParameterEstimate(
            parameter="security.false_findings",
            value=false / covered,
            low=low,
            high=high,
            n=false,
            how=how,
            posterior="gamma",
        )
    first = scans.loc[scans["change"].isna() & (scans["scanner"] != "review"), "time"].min()
    adopted = scenario.practices.security
    at_once = reported[(reported["reported"] == first) & reported["change"].isna()]
    if adopted and len(at_once) > 1 and at_once["false"].any():
        how = "findings of the first scan of the whole code base, as far as the practice is adopted"
        yield given("security.false_at_adoption", round(len(at_once) / adopted), len(at_once), how)


def _backlog(run: Run, reported: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the Weibull distribution of the waits; a finding that still waits, or was attacked meanwhile, waits at least so long."""
    known = reported["scanner"].notna() & ~reported["scanner"].isin(["incident"])
    waiting = reported[known & ~reported["false"] & ~reported["in_place"] & reported["judged"].notna()]
    if waiting["repair"].notna().sum() < LEAST_OBSERVATIONS:
        return
    end = waiting[["repair", "attacked"]].min(axis=1).fillna(run.horizon)
    over = (waiting["repair"] == end).to_numpy()
    scanned = ~waiting["scanner"].isin(BY_PEOPLE)
    factor = backlog_factor(scenario, scanned.to_numpy(), waiting["severity"].isin(CRITICAL).to_numpy())
    hours = (end - waiting["judged"]).to_numpy(float) / factor
    positive = np.isfinite(hours) & (hours > 1e-6)
    if (positive & over).sum() >= LEAST_OBSERVATIONS:
        how = f"from the judgement of a finding until its repair begins; {int((positive & ~over).sum())} findings wait at least so long"
        yield from weibull(hours[positive], over[positive], how)


def weibull(hours: Floats, over: Truths, how: str) -> tuple[ParameterEstimate, ParameterEstimate]:
    """Return scale and shape of the Weibull distribution of waits, some of which go on (right-censored).

    The likelihood makes the shape of a small sample too large, so it is divided by its expected bias; the scale is the most likely one
    for that shape.

    Parameters
    ----------
    hours : array of float
        Waits so far, above 0.
    over : array of bool
        Which of them have ended.
    how : str
        Rule of the estimate.

    References
    ----------
    R. Ross, *Bias and Standard Deviation due to Weibull Parameter Estimation for Small Data Sets* (1996).

    Examples
    --------
    >>> scale, shape = weibull(np.array([1.0, 2.0, 3.0, 5.0, 8.0, 8.0]), np.array([True] * 5 + [False]), "")
    >>> round(scale.value, 1), round(shape.value, 1)
    (5.4, 0.9)
    """
    logs, ended = np.log(hours), int(over.sum())

    def log_likelihood(x: Floats) -> float:
        shape = np.exp(x[1])
        z = shape * (logs - x[0])
        return float(ended * x[1] + (z[over] - logs[over]).sum() - np.exp(z).sum())

    best, low, high = maximum_likelihood(log_likelihood, [float(logs.mean()), 0.0])
    unbiased = np.exp(best[1]) / (1 + 1.37 / (ended - 1.92) * np.sqrt(len(hours) / ended))
    scale = float(special.logsumexp(unbiased * logs) - np.log(ended)) / unbiased
    correction = np.array([scale, np.log(unbiased)]) - best
    best, low, high = best + correction, low + correction, high + correction
    delay, shape = (
        ParameterEstimate(
            parameter=parameter,
            value=float(np.exp(best[position])),
            low=float(np.exp(low[position])),
            high=float(np.exp(high[position])),
            n=len(hours),
            how=how,
        )
        for position, parameter in enumerate(("security.backlog_delay", "security.backlog_shape"))
    )
    return delay, shape
