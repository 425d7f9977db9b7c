"""Samples of a log: which values are known in full, their weights, bootstrap intervals of their means, and weighted quantiles."""

import warnings
from collections.abc import Callable
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from devopssim.kpis import Floats, Truths

NAN: Final = float("nan")
CONFIDENCE: Final = 0.95
QUANTILES: Final = ((1 - CONFIDENCE) / 2, 0.5, (1 + CONFIDENCE) / 2)
RESAMPLES: Final = 999
LARGE_SAMPLE: Final = 200
"""From so many values on, their mean is estimated without the help of a distribution, and bounds need no correction for skewness."""


def positive_and_bounds(values: ArrayLike, at_least: ArrayLike) -> tuple[Floats, Truths]:
    """Return the values that are finite and above 0, and which of them are bounds."""
    array = np.asarray(values, dtype=np.float64)
    usable = np.isfinite(array) & (array > 0)
    return array[usable], np.broadcast_to(np.asarray(at_least, dtype=bool), array.shape)[usable]


def positive(values: ArrayLike) -> Floats:
    """Return the values that are finite and above 0."""
    return positive_and_bounds(values, False)[0]


def survival_steps(values: Floats, at_least: Truths) -> Floats:
    """Return the weight of each value in the distribution of Kaplan and Meier; bounds have none, their weight goes to larger values.

    The largest value counts as known (Efron).

    References
    ----------
    E. L. Kaplan & P. Meier, *Nonparametric Estimation from Incomplete Observations* (1958).

    Examples
    --------
    >>> survival_steps(np.array([1.0, 2.0, 3.0, 6.0]), np.array([False, True, False, False])).tolist()
    [0.25, 0.0, 0.375, 0.375]
    """
    order = np.lexsort((at_least, values))
    known = ~at_least[order]
    known[-1:] = True
    at_risk = np.arange(len(values), 0, -1)
    left = np.cumprod(1 - known / at_risk)
    weights = np.empty(len(values))
    weights[order] = np.concatenate([[1.0], left[:-1]]) - left
    return weights


def bootstrap_mean(values: Floats, at_least: Truths | None = None) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean, of some values that may be bounds; NaN for fewer than two values."""
    if at_least is not None and at_least.any():

        def mean_of(sample: Floats, bound: Floats) -> float:
            return float(sample @ survival_steps(sample, bound > 0))

        few = len(values) < LARGE_SAMPLE  # the jackknife of BCa takes minutes for thousands of values
        data = (values, at_least.astype(np.float64))
        return _interval(data, mean_of, "BCa" if few else "percentile", paired=True, vectorized=False)
    if len(values) < 2:
        return NAN, NAN
    if np.ptp(values) <= 1e-8:
        return float(values.mean()), float(values.mean())
    return _interval((values,), np.mean, "BCa", batch=50)


def _interval(
    data: tuple[Floats, ...], statistic: Callable[..., Any], method: Literal["BCa", "percentile"], **options: Any
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a statistic."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sample that is nearly constant
        interval = stats.bootstrap(
            data, statistic, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method=method, rng=1, **options
        ).confidence_interval
    return float(interval.low), float(interval.high)


def quantiles(values: Floats, weights: Floats) -> Floats:
    """Return the bounds of the central 95 % and the median of weighted values, in increasing order.

    Examples
    --------
    >>> quantiles(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 8.0])).round(2).tolist()
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(values)
    below = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(QUANTILES, below / weights.sum(), values[order])
