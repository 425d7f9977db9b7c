"""Confidence intervals of a mean, a median, a share and a ratio over time, from one sample each.

What happens over time is summed in steps of equal length. The variance of such a sum comes from the lowest frequencies of the steps,
so that neither the rhythm of sprints nor what lasts from step to step makes it too small or too large.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special, stats

from devopssim.kpis import Floats

FREQUENCIES: Final = 6
"""Cosines that estimate a long-run variance, and degrees of freedom of its t distribution."""
SAFETY: Final = 1.2
"""Factor of an estimated correlation: one that is too small costs more coverage than one that is too large gains."""
MOST_CORRELATED: Final = 0.9
"""Largest correlation of neighbouring steps that is corrected for."""
RESAMPLES: Final = 999
LARGEST_BLOCK: Final = 4_000_000
"""Values that the bootstrap resamples at once."""
LEAST_EFFECT: Final = 0.25
"""Least design effect of a share: a smaller one would rest on what does not vary in one log."""
FEW: Final = 3
"""Below so many, counted entities are too few to estimate a design effect."""

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Steps:
    """A numerator and a denominator in steps of equal length: what a ratio sums over time.

    Examples
    --------
    >>> Steps(np.array([1.0, 3.0]), np.array([2.0, 2.0])).ratio
    1.0
    """

    numerator: Floats
    denominator: Floats

    @property
    def ratio(self) -> float:
        """Sum of the numerators ÷ sum of the denominators."""
        return float(self.numerator.sum() / self.denominator.sum())

    @property
    def standard_error(self) -> float:
        """Standard error of `ratio`, by the linearised ratio (Cochran 1977, Sampling Techniques, chapter 6)."""
        deviations = self.numerator - self.ratio * self.denominator
        return float(np.sqrt(long_run_variance(deviations) * len(deviations)) / self.denominator.sum())


def long_run_variance(steps: Floats) -> float:
    """Return the variance that the sum of a series gains with each step, in the long run.

    The mean square of the series' first cosine transforms estimates it; a sum over its root has a t distribution with
    `FREQUENCIES` degrees of freedom. A positive correlation of neighbouring steps is filtered out first and put back
    afterwards, corrected for the bias of its estimate.

    Parameters
    ----------
    steps : array of float, shape (n,)
        Deviations from the mean, in steps of equal length.

    Returns
    -------
    float
        Variance for each step; 0 for a series without variation.

    References
    ----------
    Lazarus, Lewis, Stock & Watson (2018), HAR Inference: Recommendations for Practice: equally weighted cosines. Andrews & Monahan
    (1992): prewhitening. Kendall (1954): the bias of an autocorrelation.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(0, 2, 10_000)
    >>> 1 < long_run_variance(noise) < 10
    True
    """
    n = len(steps)
    power = float(steps @ steps)
    correlation = float(steps[1:] @ steps[:-1]) / power if power > 0 else 0.0
    if correlation > 0:
        correlation = min(SAFETY * correlation + (1 + 3 * correlation) / n, MOST_CORRELATED)
        steps = steps[1:] - correlation * steps[:-1]
    correlation = max(correlation, 0.0)
    phase = np.pi * (np.arange(len(steps)) + 0.5) / len(steps)
    cosines = np.sqrt(2 / len(steps)) * np.cos(np.outer(np.arange(1, FREQUENCIES + 1), phase))
    return float(np.mean((cosines @ steps) ** 2)) / (1 - correlation) ** 2


def ratio_interval(steps: Steps, confidence: float = 0.95, *, least: float = 0.0) -> Bounds:
    """Return the interval of a ratio over time, by a t distribution on the log scale.

    Parameters
    ----------
    steps : Steps
        Numerator, above 0 in all, and denominator over time.
    confidence : float, default 0.95
        Level of the interval.
    least : float, default 0
        Least half-width: half an entity where the numerator counts some.

    Returns
    -------
    tuple of two floats
        Bounds, above 0.

    Examples
    --------
    >>> low, high = ratio_interval(Steps(np.random.default_rng(1).poisson(20.0, 26), np.ones(26)))
    >>> low < 20 < high
    True
    """
    width = max(_t(confidence) * steps.standard_error, least)
    factor = np.exp(width / steps.ratio)
    return float(steps.ratio / factor), float(steps.ratio * factor)


def event_interval(count: int, exposure: float, confidence: float = 0.95) -> Bounds:
    """Return the interval of a rate of events that strike at random, a Poisson process.

    Parameters
    ----------
    count : int
        Events, 1 or more.
    exposure : float
        Amount of time, or of anything else, in which they struck.
    confidence : float, default 0.95
        Level of the interval.

    References
    ----------
    Brown, Cai & DasGupta (2003), Interval estimation in exponential families: Jeffreys.

    Examples
    --------
    >>> [round(bound, 2) for bound in event_interval(4, 2.0)]
    [0.68, 4.76]
    """
    tail = (1 - confidence) / 2
    low, high = special.gammaincinv(count + 0.5, [tail, 1 - tail]) / exposure
    return float(low), float(high)


def share_interval(counted: float, n: float, effect: float = 1.0, confidence: float = 0.95) -> Bounds:
    """Return the interval of a share of counted entities; exact bounds where all or none are counted.

    Parameters
    ----------
    counted, n : float
        Entities that count, and all of them.
    effect : float, default 1
        Design effect: the variance of the share ÷ that of independent entities. It divides the number of entities.
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    tuple of two floats
        Bounds from 0 to 1.

    References
    ----------
    Brown, Cai & DasGupta (2001), Interval Estimation for a Binomial Proportion: Jeffreys. Korn & Graubard (1998): the effective
    number of entities of a complex sample. Clopper & Pearson (1934): all or none.

    Examples
    --------
    >>> [round(bound, 3) for bound in share_interval(0, 10)]
    [0.0, 0.308]
    >>> [round(bound, 3) for bound in share_interval(5, 50)]
    [0.039, 0.205]
    """
    tail = (1 - confidence) / 2
    counted, n = counted / effect, n / effect
    low = special.betaincinv(counted + 0.5, n - counted + 0.5, tail) if counted > 0 else 0.0
    high = special.betaincinv(counted + 0.5, n - counted + 0.5, 1 - tail) if counted < n else 1.0
    if counted == 0:
        high = 1 - tail ** (1 / n)
    if counted == n:
        low = tail ** (1 / n)
    return float(low), float(high)


def design_effect(steps: Steps, confidence: float = 0.95) -> float:
    """Return the variance of a share over time ÷ that of independent entities, so that a normal quantile serves for the t.

    Parameters
    ----------
    steps : Steps
        Entities that count, and all of them, over time.
    confidence : float, default 0.95
        Level of the interval that uses it.

    Examples
    --------
    >>> draws = np.random.default_rng(1)
    >>> days = draws.poisson(20.0, 26)
    >>> 0.3 < design_effect(Steps(draws.binomial(days, 0.3), days)) < 3
    True
    """
    counted, n = float(steps.numerator.sum()), float(steps.denominator.sum())
    if min(counted, n - counted) < FEW:
        return 1.0
    variance = steps.ratio * (1 - steps.ratio) / n
    normal = float(stats.norm.ppf((1 + confidence) / 2))
    return max(steps.standard_error**2 / variance * (_t(confidence) / normal) ** 2, LEAST_EFFECT)


def median_interval(values: Floats, effect: float = 1.0, confidence: float = 0.95) -> Bounds:
    """Return the interval of a median: the quantiles at the bounds of a share of one half.

    Parameters
    ----------
    values : array of float
        Sample.
    effect : float, default 1
        Design effect of the share of values below the median.
    confidence : float, default 0.95
        Level of the interval.

    References
    ----------
    Woodruff (1952), Confidence Intervals for Medians and Other Position Measures.

    Examples
    --------
    >>> low, high = median_interval(np.arange(101.0))
    >>> low < 50 < high
    True
    """
    n = len(values)
    low, high = np.quantile(values, share_interval(n / 2, n, effect, confidence))
    return float(low), float(high)


def mean_interval(values: Floats, confidence: float = 0.95) -> Bounds:
    """Return the bootstrap-t interval of a mean of independent values; NaN where values vary too little to resample.

    Parameters
    ----------
    values : array of float, shape (n,)
        Sample.
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    tuple of two floats
        Bounds; the lower one is not below the least value.

    References
    ----------
    Efron (1981), Nonparametric standard errors and confidence intervals; Hall (1988): the bootstrap-t corrects for skewness.

    Examples
    --------
    >>> low, high = mean_interval(np.random.default_rng(1).exponential(8.0, 60))
    >>> low < 8 < high
    True
    """
    n = len(values)
    if n < 2 or np.ptp(values) == 0:
        return float("nan"), float("nan")
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(n)
    draws = np.random.default_rng(1)
    sizes = np.full(-(-RESAMPLES * n // LARGEST_BLOCK), LARGEST_BLOCK // n + 1)
    sizes[-1] = RESAMPLES - sizes[:-1].sum()
    samples = (values[draws.integers(0, n, (size, n))] for size in sizes)
    moments = np.concatenate([(sample.mean(axis=1), sample.std(axis=1, ddof=1)) for sample in samples], axis=1)
    away = moments[0] - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = np.where(moments[1] > 0, away / (moments[1] / np.sqrt(n)), np.sign(away) * np.inf)
    low, high = np.quantile(studentised, [(1 - confidence) / 2, (1 + confidence) / 2], method="closest_observation")
    if not np.isfinite([low, high]).all():
        return float("nan"), float("nan")
    return float(max(mean - high * error, values.min())), float(mean - low * error)


def _t(confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, FREQUENCIES))
