"""Estimates: what a sample reveals of a parameter, its 95 % interval, and how well the model's distribution fits.

Means have bootstrap intervals, counts and shares exact ones. Fits are judged by the Kolmogorov-Smirnov statistic with the
distribution's parameters estimated from the same sample (Lilliefors), which `scipy.stats.goodness_of_fit` allows for.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from devopssim.kpis import Floats

NAN: Final = float("nan")
CONFIDENCE: Final = 0.95
RESAMPLES: Final = 999
LEAST_OBSERVATIONS: Final = 5
"""Fewer observations give no estimate; the parameter keeps its default."""
LARGEST_TEST: Final = 500
"""Larger samples are thinned to so many values: with thousands, the test rejects every model."""
LEAST_TEST: Final = 8
"""Smaller samples leave the fit untested."""
POOR: Final = 0.01
"""Below this p-value, the fit is called poor."""


@dataclass(frozen=True, kw_only=True)
class ParameterEstimate:
    """Estimate of one parameter from a log.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    value : float or str
        The estimate.
    low, high : float
        95 % interval; NaN without one.
    n : int
        Number of observations.
    how : str
        Rule of the estimate.
    distribution : str
        Distribution that was fitted; empty without one.
    distance : float
        Kolmogorov-Smirnov distance of sample and distribution.
    p : float
        Probability of at least that distance if the distribution were true.
    """

    parameter: str
    value: float | str
    low: float = NAN
    high: float = NAN
    n: int
    how: str
    distribution: str = ""
    distance: float = NAN
    p: float = NAN

    @property
    def fit(self) -> str:
        """How well the distribution fits, as text; empty without one."""
        if not self.distribution:
            return ""
        if not np.isfinite(self.p):
            return f"{self.distribution} assumed: too few values for a test"
        verdict = "fits poorly" if self.p < POOR else "fits"
        return f"{self.distribution} {verdict} (KS {self.distance:.3f}, p {self.p:.2g})"


def mean(parameter: str, values: ArrayLike, how: str, *, lognormal: bool = True) -> ParameterEstimate:
    """Estimate a mean of positive values, with a bootstrap interval and the fit of a lognormal distribution.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    values : array of float
        Observations; values that are not finite and positive are excluded.
    how : str
        Rule of the estimate.
    lognormal : bool, default True
        Whether to test the fit of a lognormal distribution.
    """
    sample = np.round(_positive(values), 9)  # differences of large numbers carry rounding errors
    low, high = bootstrap_mean(sample)
    fit = _fit(stats.norm, np.log(sample), "lognormal") if lognormal else {}
    return ParameterEstimate(
        parameter=parameter, value=float(sample.mean()), low=low, high=high, n=len(sample), how=how, **fit
    )


def variation(parameter: str, values: ArrayLike, how: str) -> ParameterEstimate:
    """Estimate the coefficient of variation of a lognormal distribution from the variance of the logarithms.

    The interval is that of a normal variance (chi-square), transformed.
    """
    logs = np.log(_positive(values))
    freedom = len(logs) - 1
    spread = float(logs.var(ddof=1))
    bounds = freedom * spread / stats.chi2.ppf([(1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2], freedom)
    low, high = np.sqrt(np.expm1(bounds))
    return ParameterEstimate(
        parameter=parameter,
        value=float(np.sqrt(np.expm1(spread))),
        low=float(low),
        high=float(high),
        n=len(logs),
        how=how,
    )


def rate(parameter: str, times: Floats, weeks: float, how: str) -> ParameterEstimate:
    """Estimate an arrival rate per week, with an exact interval and the fit of an exponential distribution to the gaps.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    times : array of float
        Arrivals, in hours.
    weeks : float
        Length of the observation.
    how : str
        Rule of the estimate.
    """
    n = len(times)
    low, high = count_bounds(n)
    gaps = np.diff(np.sort(times))
    fit = _fit(stats.expon, gaps[gaps > 0], "exponential", loc=0.0)
    return ParameterEstimate(
        parameter=parameter, value=n / weeks, low=low / weeks, high=high / weeks, n=n, how=how, **fit
    )


def share(parameter: str, count: int, total: int, how: str) -> ParameterEstimate:
    """Estimate a share, with the exact interval of Clopper and Pearson.

    Examples
    --------
    >>> estimate = share("practices.testing", 8, 10, "changes with automated tests")
    >>> round(estimate.low, 2), estimate.value, round(estimate.high, 2)
    (0.44, 0.8, 0.97)
    """
    low, high = stats.binomtest(count, total).proportion_ci(CONFIDENCE)
    return ParameterEstimate(
        parameter=parameter, value=count / total, low=float(low), high=float(high), n=total, how=how
    )


def given(parameter: str, value: float | str, n: int, how: str) -> ParameterEstimate:
    """Return an estimate without an interval: what a log states outright."""
    return ParameterEstimate(parameter=parameter, value=value, n=n, how=how)


def count_bounds(n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson mean after a count of `n`.

    References
    ----------
    F. Garwood, *Fiducial Limits for the Poisson Distribution* (1936).

    Examples
    --------
    >>> [round(bound, 1) for bound in count_bounds(10)]
    [4.8, 18.4]
    """
    low, high = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    return (float(stats.chi2.ppf(low, 2 * n) / 2) if n else 0.0), float(stats.chi2.ppf(high, 2 * n + 2) / 2)


def bootstrap_mean(values: Floats) -> tuple[float, float]:
    """Return the 95 % bootstrap interval (BCa) of a mean; NaN for fewer than two values."""
    if len(values) < 2:
        return NAN, NAN
    if np.ptp(values) <= 1e-8:
        return float(values.mean()), float(values.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sample that is nearly constant
        interval = stats.bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method="BCa", rng=1, batch=50
        ).confidence_interval
    return float(interval.low), float(interval.high)


def _positive(values: ArrayLike) -> Floats:
    """Return the values that are finite and above 0."""
    array = np.asarray(values, dtype=np.float64)
    return array[np.isfinite(array) & (array > 0)]


def _fit(distribution: Any, sample: Floats, name: str, **parameters: float) -> dict[str, Any]:
    """Test the fit of a distribution by the Kolmogorov-Smirnov statistic; too small or constant samples are left untested."""
    if len(sample) < LEAST_TEST or np.ptp(sample) == 0:
        return {"distribution": name}
    if len(sample) > LARGEST_TEST:
        sample = np.random.default_rng(1).choice(sample, LARGEST_TEST, replace=False)
    test = stats.goodness_of_fit(
        distribution, sample, known_params=parameters or None, statistic="ks", n_mc_samples=199, rng=1
    )
    return {"distribution": name, "distance": float(test.statistic), "p": float(test.pvalue)}
