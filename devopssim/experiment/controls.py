"""Control variates: what is known of the drawn demand makes the mean of a KPI sharper.

A replication that draws more work than expected has longer queues than expected. The expectation of what is drawn is known exactly,
so the part of a KPI that the draws explain can be taken out by regression. Source: S. S. Lavenberg, P. D. Welch, A perspective on
the use of control variables to increase the efficiency of Monte Carlo simulations, Management Science 27 (1981), 322-335; with
q controls and normal values the interval is exact, with n - q - 1 degrees of freedom.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment.intervals import Interval, t_quantile
from devopssim.experiment.result import Result, unit_of
from devopssim.kpis import Floats
from devopssim.scenario import Scenario
from devopssim.simulation import Streams, drawn_demand

CONTROLS: Final = ("requests", "work", "disclosures")
"""Requests that arrive, their person-hours of analysis, coding and testing, and vulnerabilities that become known in dependencies."""
LINEAR: Final = (
    "deployment_frequency",
    "deployment_frequency_new_work",
    "throughput",
    "throughput_new_work",
    "cost_of_delay",
    "utilisation",
)
"""KPIs that follow the demand in a line. Queues do not: intervals of controlled lead times and WIP cover in 83 to 92 of 100 near overload."""
FEWEST: Final = 10
"""Replications from which a mean is controlled: of fewer, regression costs more than it gains."""


@dataclass(frozen=True, kw_only=True)
class Controlled:
    """A mean with controls, beside the plain one.

    Attributes
    ----------
    interval : Interval
        Mean and interval with controls; NaN where there are fewer than 10 replications with a value.
    variance_reduction : float
        Variance of the plain mean ÷ variance with controls, which pays for their number; below 1 they do harm.

    """

    interval: Interval
    variance_reduction: float


def controlled(values: npt.ArrayLike, controls: Floats, confidence: float = 0.95) -> Controlled:
    """Return the mean of one value a replication, controlled for draws whose expectation is 0.

    Parameters
    ----------
    values : array of shape (replications,)
        NaN values are left out.
    controls : array of shape (replications, controls)
        What each replication drew minus what it was expected to draw; constant columns are left out.
    confidence : float
        Level of the interval.

    Examples
    --------
    >>> drawn = np.random.default_rng(1).normal(size=(30, 1))
    >>> exact = controlled(5 + 2 * drawn[:, 0], drawn)
    >>> round(exact.interval.estimate, 6), exact.variance_reduction > 1e6
    (5.0, True)

    """
    sample = np.asarray(values, dtype=np.float64)
    observed = np.isfinite(sample)
    sample, given = sample[observed], controls[observed]
    given = given[:, np.ptp(given, axis=0) > 0] if len(given) else given
    n, q = given.shape
    if n < max(FEWEST, q + 3):
        return Controlled(interval=Interval(math.nan, math.nan, math.nan, n), variance_reduction=math.nan)
    design = np.column_stack([np.ones(n), given])
    inverse = np.linalg.pinv(design)
    coefficients = inverse @ sample
    residual = sample - design @ coefficients
    variance = float(residual @ residual) / (n - q - 1) * float(inverse[0] @ inverse[0])
    half = t_quantile(confidence, n - q - 1) * math.sqrt(variance)
    plain, mean = float(sample.var(ddof=1)) / n, float(coefficients[0])
    gain = plain / variance if variance > 0 else math.inf if plain else math.nan
    return Controlled(interval=Interval(mean, mean - half, mean + half, n), variance_reduction=gain)


def control_variates(result: Result) -> pd.DataFrame:
    """Return the means of a comparison with and without controls from the drawn demand.

    Parameters
    ----------
    result : Result
        Result of a comparison; controls count the whole run, so after a long warm-up they explain less.

    Returns
    -------
    DataFrame
        The KPIs of `LINEAR` that have an interval without controls, too. Columns scenario, baseline (`""`: the mean itself, else the difference from it), kpi, unit, estimate, low, high, replications,
        variance_reduction.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.25})}, 12, kpis=["throughput"], progress=False)
    >>> table = control_variates(result)
    >>> bool(table["variance_reduction"].item() > 2)  # how much is finished follows how much was asked for
    True

    """
    drawn = {
        name: deviations(scenario, result.seed, result.replications) for name, scenario in result.scenarios.items()
    }
    names, rows = list(result.scenarios), []
    for (name, kpi), ours in result.replications_of.items():
        if kpi not in LINEAR:
            continue
        for baseline in ["", *names[: names.index(name)]]:
            theirs = result.replications_of[baseline, kpi] if baseline else None
            if ours.reason_against(theirs) if theirs else ours.reason:
                continue
            found = controlled(ours.values - (theirs.values if theirs else 0.0), drawn[name], result.confidence)
            rows.append((name, baseline, kpi, unit_of(kpi), *found.interval, found.variance_reduction))
    columns = ["scenario", "baseline", "kpi", "unit", "estimate", "low", "high", "replications", "variance_reduction"]
    return pd.DataFrame(rows, columns=columns)


def deviations(scenario: Scenario, seed: int, replications: int) -> Floats:
    """Return what each replication draws minus its expectation, shape (replications, controls), in the order of `CONTROLS`."""
    expectation = expected(scenario)
    rows = [drawn_demand(scenario, Streams(seed, replication)) for replication in range(replications)]
    return np.array([[row[name] - expectation[name] for name in CONTROLS] for row in rows])


def expected(scenario: Scenario) -> Mapping[str, float]:
    """Return the expectation of what a replication draws, exactly."""
    demand, weeks = scenario.demand, scenario.years * HOURS_PER_YEAR / HOURS_PER_WEEK
    requests = demand.backlog + demand.requests_per_week * weeks
    return {
        "requests": requests,
        "work": requests * (demand.plan_effort + demand.code_effort + demand.test_effort),
        "disclosures": scenario.security.disclosures_per_year * scenario.years,
    }
