"""Interruptions of developers: how often they come, what they take, and what it takes to turn to another item.

The shortest interruptions show the switching: they hold little besides.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from devopssim.kpis import Floats, Run
from devopssim.scenario import Scenario
from devopssim.simulation import effort_per_hour
from devopssim.twin.estimates import ParameterEstimate, rate
from devopssim.twin.samples import quantiles
from devopssim.twin.work import pairs_of

LEAST_INTERRUPTIONS: Final = 30
SIGMA: Final = float(np.sqrt(np.log(2)))
"""Standard deviation of the logarithm of an interruption's effort, whose coefficient of variation is 1."""
SPREAD: Final = 0.4
"""Standard deviation of the logarithm of the switching before a log is seen."""
SHARES: Final = np.linspace(0.05, 0.95, 10)
"""Shares of the interruptions that take up another item."""
POINTS: Final = 40


def interruptions(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield how often developers are interrupted, the effort of an interruption, and the effort of taking up another item."""
    work = pairs_of(run)
    work = work[work["task"] == "interruption"]
    if len(work) < LEAST_INTERRUPTIONS:
        return
    weeks = run.weeks * scenario.team.developers
    how = f"{len(work)} interruptions in {weeks:.0f} weeks of a developer"
    yield rate("team.interruptions_per_week", work["start"].to_numpy(float), weeks, how)
    alone = work[work["worked"] > 1e-6]
    hours = alone["worked"].to_numpy(float)
    if (
        len(hours) < LEAST_INTERRUPTIONS or not run.working_time
    ):  # hours on the clock hold nights, in which nobody works
        return
    of_zone = alone["zone"].map(work["zone"].value_counts()).to_numpy(float)
    per_hour = of_zone / run.weeks / scenario.team.hours_per_week
    switching, effort = _posterior(hours, np.exp(per_hour * hours), usual=scenario.process.switching)
    how = f"hours of {len(hours)} interruptions, a part of which take up another item"
    done = effort_per_hour(scenario)
    yield _estimate("team.interruption_effort", *(done * value for value in effort), n=len(hours), how=how)
    yield _estimate("process.switching", *switching, n=len(hours), how=f"{how}: no such one is shorter")


def _estimate(parameter: str, low: float, value: float, high: float, *, n: int, how: str) -> ParameterEstimate:
    return ParameterEstimate(parameter=parameter, value=value, low=low, high=high, n=n, how=how)


def _posterior(hours: Floats, weights: Floats, *, usual: float) -> tuple[Floats, Floats]:
    """Return quantiles of the switching and of the mean effort, on a grid that is refined once; the switching has a wide prior around the usual one.

    Long interruptions seldom come alone, so each has the weight of those like it that did not.
    """
    weights = weights / weights.mean()
    usual = max(usual, 1e-3)
    lowest, highest = usual / 10, max(2 * usual, float(np.median(hours)))
    for _ in range(2):
        grid = np.linspace(lowest, highest, POINTS)
        found = [_likelihood(hours, weights, switching) for switching in grid]
        efforts, logs = np.array([each[0] for each in found]), np.array([each[1] for each in found])
        logs -= (np.log(grid / usual) ** 2 / (2 * SPREAD**2))[:, None, None]
        probability = np.exp(logs - logs.max())
        of_switching = probability.sum(axis=(1, 2))
        low, _, high = quantiles(grid, of_switching)
        step = grid[1] - grid[0]
        lowest, highest = max(usual / 10, low - step), high + step
    return quantiles(grid, of_switching), quantiles(efforts.ravel(), probability.ravel())


def _likelihood(hours: Floats, weights: Floats, switching: float) -> tuple[Floats, Floats]:
    """Return mean efforts and the logarithms of their likelihoods, by the share that takes up another item and the effort."""
    share = SHARES[:, None]
    mean = float((hours * weights).mean())
    likely = np.maximum(mean - share * switching, mean / 20)
    efforts = likely * np.exp(np.linspace(-0.4, 0.4, POINTS))
    centre = (np.log(efforts) - SIGMA**2 / 2)[..., None]
    density = share[..., None] * _lognormal(hours - switching, centre)
    density += (1 - share[..., None]) * _lognormal(hours, centre)
    return efforts, np.log(np.maximum(density, 1e-300)) @ weights


def _lognormal(values: Floats, centre: Floats) -> Floats:
    """Return the density of a lognormal distribution, but for a constant factor; 0 for values that are not above 0."""
    logs = np.log(np.where(values > 0, values, 1.0))
    return np.where(values > 0, np.exp(-((logs - centre) ** 2) / (2 * SIGMA**2) - logs), 0.0)
