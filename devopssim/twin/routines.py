"""Routines: work that takes the same effort on each occasion, such as a regression test or an installation by hand.

What differs from occasion to occasion is known: whether the person took up another item.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from devopssim.kpis import Floats, Run
from devopssim.scenario import Scenario
from devopssim.simulation import regression_share
from devopssim.twin.estimates import ParameterEstimate, given
from devopssim.twin.releases import planned_changes
from devopssim.twin.samples import quantiles
from devopssim.twin.work import pairs_of, unplanned

LEAST_OCCASIONS: Final = 2
"""Occasions from which on a constant is estimated."""
NOISE: Final = 0.02
"""Scale of the deviations from a constant, as a share of it: newcomers learn, and others help them."""
OUTLIERS: Final = 0.2
"""Share of the occasions that are interrupted, or anything else."""
POINTS: Final = 2000


def constant(
    parameter: str,
    values: ArrayLike,
    how: str,
    *,
    added: float = 0.0,
    share: float = 0.5,
) -> ParameterEstimate:
    """Estimate a constant that is observed on several occasions, sometimes with a known amount on top.

    Deviations have a Laplace distribution, and outliers a uniform one.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    values : array of float
        Observations above 0.
    how : str
        Rule of the estimate.
    added : float, default 0
        What a share of the observations holds besides the constant.
    share : float, default 0.5
        Probability of that.

    Examples
    --------
    >>> estimate = constant("quality.regression_effort", [8.0, 8.25, 8.25, 31.0, 8.0], "", added=0.25)
    >>> round(float(estimate.value), 1), estimate.low < 8 < estimate.high
    (8.0, True)
    """
    sample = np.asarray(values, dtype=np.float64)
    largest = float(np.quantile(sample, 0.9))
    grid = np.linspace(largest / POINTS, 1.2 * largest, POINTS)[:, None]
    density = share * _laplace(sample, grid + added) + (1 - share) * _laplace(sample, grid)
    logs = np.log((1 - OUTLIERS) * density + OUTLIERS / sample.max()).sum(axis=1)
    low, value, high = quantiles(grid[:, 0], np.exp(logs - logs.max()))
    return ParameterEstimate(
        parameter=parameter,
        value=float(value),
        low=float(low) * (1 - NOISE / 2),
        high=float(high) * (1 + NOISE / 2),
        n=len(sample),
        how=how,
    )


def _laplace(values: Floats, centre: Floats) -> Floats:
    scale = NOISE * centre
    return np.asarray(np.exp(-np.abs(values - centre) / scale) / (2 * scale))


def routines(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the effort and the rounds of a regression test, and the effort of an installation by hand.

    A log without working hours has nights and weekends in its efforts, so it reveals none.

    Parameters
    ----------
    run : Run
        Opened event log.
    scenario : Scenario
        What is known of the twin so far.

    Yields
    ------
    ParameterEstimate
        Of `quality.regression_effort`, `quality.regression_rounds` and `pipeline.release_effort`, as far as the log shows them.
    """
    if not run.working_time:
        return
    work = pairs_of(run)
    work = work[(work["worked"] > 1e-6) & work["change"].notna()]
    repairs = unplanned(run)
    tests = _regression_tests(work, repairs & set(run.log["change"].iloc[run.rows("finding.fixed")].dropna()))
    yield from _regression_effort(run, tests[tests["role"] == "tester"], scenario)
    yield from _rounds(run, tests)
    alone = repairs & _deployed_alone(run)
    installed = work[(work["stage"] == "deploy") & (work["role"] == "operator") & ~work["change"].isin(alone)]
    yield from _effort("pipeline.release_effort", installed["worked"], "an installation by hand", scenario)


def _regression_tests(work: pd.DataFrame, patches: set[str]) -> pd.DataFrame:
    """Return the rounds of regression tests: tests by hand of changes, not of items, findings or patches."""
    by_hand = work["role"].notna() & work["task"].isna() & work["item"].isna()
    return work[(work["stage"] == "test") & by_hand & ~work["change"].isin(patches)]


def _regression_effort(run: Run, tests: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the effort of a round; where automated tests cover a part of the changes, releases have different shares of it."""
    left, what = max(1e-9, regression_share(scenario)), "a round of the regression test"
    covered, apart = scenario.practices.testing, scenario.practices.deployment
    spread = (1 - apart) * (1 - scenario.quality.exploratory_share) * np.sqrt(covered * (1 - covered))
    if not spread:
        for effort in _effort("quality.regression_effort", tests["worked"], what, scenario):
            value, low, high = (float(hours) / left for hours in (effort.value, effort.low, effort.high))
            yield replace(effort, value=value, low=low, high=high, per=regression_share)
        return
    releases = tests.groupby("change")["worked"].median()
    if len(releases) >= LEAST_OCCASIONS:
        value, added = float(releases.mean()), scenario.process.switching
        error = 2 * spread / left * value / np.sqrt(len(releases) * max(1.0, float(planned_changes(run).mean())))
        yield ParameterEstimate(
            parameter="quality.regression_effort",
            value=value / left,
            low=max(1e-3, value - added - error) / left,
            high=(value + error) / left,
            n=len(releases),
            how=f"mean hours of work on {what}, of which a part takes up another item",
            per=regression_share,
        )


def _deployed_alone(run: Run) -> set[str]:
    """Return the changes that had a deployment of their own, as urgent repairs have."""
    rows = run.log.iloc[run.rows("service.deployed")]
    return set(rows.loc[~rows["deployment"].duplicated(keep=False), "change"].dropna())


def _effort(parameter: str, hours: "pd.Series[float]", what: str, scenario: Scenario) -> Iterator[ParameterEstimate]:
    if len(hours) >= LEAST_OCCASIONS:
        how = f"hours of work on {what}, of which a part takes up another item"
        yield constant(parameter, hours, how, added=scenario.process.switching)


def _rounds(run: Run, tests: pd.DataFrame) -> Iterator[ParameterEstimate]:
    """Yield the least number of rounds of a regression test whose changes were deployed."""
    deployed = set(run.log["change"].iloc[run.rows("service.deployed")].dropna())
    rounds = tests[tests["change"].isin(deployed)].groupby("change").size()
    if len(rounds) >= LEAST_OCCASIONS:
        how = f"least number of rounds of {len(rounds)} regression tests"
        yield given("quality.regression_rounds", int(rounds.min()), len(rounds), how)
