"""What a sample tells of a parameter: the estimate, its 95 % interval, and how well the model's distribution fits.

Means have bootstrap intervals, counts and shares exact ones. Fits are judged by the Kolmogorov-Smirnov statistic, with the
distribution's parameters taken from the same sample (Lilliefors), which `scipy.stats.goodness_of_fit` allows for.
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
LARGEST_TEST: Final = 500
"""Of larger samples a fit is judged by so many values: with thousands every model is found wrong."""
LEAST_TEST: Final = 8
POOR: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """One parameter that a log tells: value, 95 % interval, from how many observations, by which rule.

    `distribution`, `distance` (Kolmogorov-Smirnov) and `p` say how well the model's distribution fits, where one is fitted.
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
        """How well the distribution fits, in words; empty where none was fitted."""
        if not self.distribution:
            return ""
        if not np.isfinite(self.p):
            return f"{self.distribution} assumed: too few to tell"
        verdict = "fits poorly" if self.p < POOR else "fits"
        return f"{self.distribution} {verdict} (KS {self.distance:.3f}, p {self.p:.2g})"


def mean(parameter: str, values: ArrayLike, how: str, *, lognormal: bool = True) -> Learnt:
    """Estimate a mean of positive values, with the fit of a lognormal distribution."""
    known = np.round(_positive(values), 9)  # hours on the clock are differences of large numbers
    low, high = bootstrap_mean(known)
    fit = _fit(stats.norm, np.log(known), "lognormal") if lognormal else {}
    return Learnt(parameter=parameter, value=float(known.mean()), low=low, high=high, n=len(known), how=how, **fit)


def variation(parameter: str, values: ArrayLike, how: str) -> Learnt:
    """Estimate the coefficient of variation of a lognormal distribution, from the spread of the logarithms."""
    logs = np.log(_positive(values))
    freedom = len(logs) - 1
    spread = float(logs.var(ddof=1))
    bounds = freedom * spread / stats.chi2.ppf([(1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2], freedom)
    low, high = np.sqrt(np.expm1(bounds))
    return Learnt(
        parameter=parameter,
        value=float(np.sqrt(np.expm1(spread))),
        low=float(low),
        high=float(high),
        n=len(logs),
        how=how,
    )


def rate(parameter: str, times: Floats, weeks: float, how: str) -> Learnt:
    """Estimate how many come per week, with the fit of an exponential distribution to the times between them."""
    n = len(times)
    low, high = count_bounds(n)
    between = np.diff(np.sort(times))
    fit = _fit(stats.expon, between[between > 0], "exponential", loc=0.0)
    return Learnt(parameter=parameter, value=n / weeks, low=low / weeks, high=high / weeks, n=n, how=how, **fit)


def share(parameter: str, counted: int, among: int, how: str) -> Learnt:
    """Estimate a share, with the exact interval of Clopper and Pearson."""
    low, high = stats.binomtest(counted, among).proportion_ci(CONFIDENCE)
    return Learnt(parameter=parameter, value=counted / among, low=float(low), high=float(high), n=among, how=how)


def given(parameter: str, value: float | str, n: int, how: str) -> Learnt:
    """State what a log says outright."""
    return Learnt(parameter=parameter, value=value, n=n, how=how)


def count_bounds(n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson mean of which `n` were seen (Garwood)."""
    low, high = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    return (float(stats.chi2.ppf(low, 2 * n) / 2) if n else 0.0), float(stats.chi2.ppf(high, 2 * n + 2) / 2)


def bootstrap_mean(values: Floats) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean; NaN for fewer than two values."""
    if len(values) < 2:
        return NAN, NAN
    if np.ptp(values) <= 1e-8:
        return float(values.mean()), float(values.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sample that is nearly constant
        found = stats.bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method="BCa", rng=1, batch=50
        ).confidence_interval
    return float(found.low), float(found.high)


def _positive(values: ArrayLike) -> Floats:
    known = np.asarray(values, dtype=np.float64)
    return known[np.isfinite(known) & (known > 0)]


def _fit(distribution: Any, sample: Floats, name: str, **known: float) -> dict[str, Any]:
    if len(sample) < LEAST_TEST or np.ptp(sample) == 0:
        return {"distribution": name}
    if len(sample) > LARGEST_TEST:
        sample = np.random.default_rng(1).choice(sample, LARGEST_TEST, replace=False)
    found = stats.goodness_of_fit(
        distribution, sample, known_params=known or None, statistic="ks", n_mc_samples=199, rng=1
    )
    return {"distribution": name, "distance": float(found.statistic), "p": float(found.pvalue)}
