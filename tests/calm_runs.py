"""Runs of a calm organisation that works off a backlog, and whether the mean of what they show is the expected one."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from devopssim.events import WorkingTime
from devopssim.scenario import Scenario
from devopssim.simulation import simulate

REPLICATIONS = 6
ITEMS = 120
FINISHED = {
    # a backlog that is worked off, so that nothing is unfinished at the end
    "demand.requests_per_week": 0.0,
    "demand.backlog": ITEMS,
    "demand.misunderstood_share": 0.0,
    "demand.drift_per_month": 0.0,
    "demand.effort_cv": 0.5,
    "production.infrastructure_mttf": 1e6,
    "pipeline.manual_mistakes": 0.0,
    "pipeline.automated_mistakes": 0.0,
    "security.vulnerabilities_per_change": 0.0,
    "security.disclosures_per_year": 0.0,
    "practices.security": 0.0,
    "quality.conflict_probability": 0.0,
    "pipeline.flaky": 0.0,
    "quality.bad_fix_share": 0.0,
    "team.turnover": 0.0,
    "team.interruptions_per_week": 0.0,
    "process.switching": 0.0,
    "years": 2.0,
}
FLAWLESS = {
    "quality.defects_per_change": 0.0,
    "quality.regression_effort": 0.0,
    "security.review_effort": 0.0,
    "process.acceptance_effort": 0.0,
}


def logs(scenario: Scenario) -> list[pd.DataFrame]:
    return [simulate(scenario, seed=11, replication=replication) for replication in range(REPLICATIONS)]


def assert_mean(values: list[float], expected: float, *, width: float = 0.15) -> None:
    """Hold that `expected` lies in the 99 % t-interval of the mean of `values`, which is at most `width` of it wide."""
    n = len(values)
    half = float(stdtrit(n - 1, 0.995)) * float(np.std(values, ddof=1)) / np.sqrt(n) + 1e-9 * abs(expected)
    assert abs(float(np.mean(values)) - expected) <= half, (float(np.mean(values)), expected, half)
    assert half <= width * expected, (half, expected)


def all_closed(log: pd.DataFrame) -> bool:
    return int((log["kind"] == "ticket.closed").sum()) == ITEMS


def hours_by_role(log: pd.DataFrame) -> "pd.Series[float]":
    """Return the working hours of each role on stages until the horizon."""
    work = log[log["kind"].isin(["stage.started", "stage.finished"]) & log["role"].notna()]
    working_time = WorkingTime.of(log.attrs)
    assert working_time is not None
    left = working_time.until(np.array([float(log.attrs["horizon"])]))[0] - working_time.until(work["time"].to_numpy())
    signed = pd.Series(np.where(work["kind"] == "stage.started", left, -left), index=work.index)
    return signed.groupby(work["role"].astype(str)).sum()
