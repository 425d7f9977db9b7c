"""Estimates: what a sample reveals of a parameter, its 95 % interval, and how well the model's distribution fits.

Means have bootstrap intervals, counts and shares exact ones. Fits are judged by the Kolmogorov-Smirnov statistic with the
distribution's parameters estimated from the same sample (Lilliefors), which `scipy.stats.goodness_of_fit` allows for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from devopssim.kpis import Floats, Truths
from devopssim.scenario import Scenario
from devopssim.twin.samples import (
    CONFIDENCE,
    LARGE_SAMPLE,
    NAN,
    bootstrap_mean,
    positive,
    positive_and_bounds,
    survival_steps,
)

LEAST_OBSERVATIONS: Final = 5
"""Fewer observations give no estimate; the parameter keeps its default."""
LARGEST_TEST: Final = 500
"""Larger samples are thinned to so many values: with thousands, the test rejects every model."""
LEAST_TEST: Final = 8
"""Smaller samples leave the fit untested."""
AT_THE_ENDS: Final = 0.5
"""Prior probability that a share is 0 or 1."""
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
    posterior : str
        Distribution that `draws` takes values from: 'beta' (a share of `n`), 'gamma' (a rate after `n` events), 'inverse gamma' (a time
        between them), 'lognormal' (with the interval as its quantiles), or 'grid'; empty: lognormal with an interval, else certain.
    grid : tuple of float
        Probabilities of the points of an even grid from 0 to 1, for a posterior 'grid'.
    per : callable, optional
        What the value is proportional to 1 ÷ of, in a scenario: the log shows only the product.
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
    posterior: str = ""
    grid: tuple[float, ...] = ()
    per: Callable[[Scenario], float] | None = None

    def draws(self, rng: np.random.Generator, size: int) -> Floats:
        """Return values from the posterior distribution of a number: conjugate with Jeffreys' prior for counts and shares, else asymptotic.

        Examples
        --------
        >>> estimate = share("practices.testing", 8, 10, "changes with automated tests")
        >>> draws = estimate.draws(np.random.default_rng(1), 1000)
        >>> bool(0.7 < draws.mean() < 0.85)
        True
        """
        value, n = float(self.value), self.n
        if self.posterior == "beta":
            return rng.beta(value * n + 0.5, (1 - value) * n + 0.5, size)
        if self.posterior == "grid":
            return rng.choice(np.linspace(0, 1, len(self.grid)), size, p=self.grid)
        if self.posterior == "gamma":
            return value * rng.gamma(n + 0.5, size=size) / max(n, 1)
        if self.posterior == "inverse gamma":
            return value * n / rng.gamma(n + 0.5, size=size)
        if not (np.isfinite(self.low) and 0 < self.low <= value <= self.high):
            return np.full(size, value)
        z = rng.standard_normal(size)
        half = np.log(np.where(z > 0, self.high / value, value / self.low)) / stats.norm.ppf((1 + CONFIDENCE) / 2)
        return np.asarray(value * np.exp(z * half))

    @property
    def fit(self) -> str:
        """How well the distribution fits, as text; empty without one."""
        if not self.distribution:
            return ""
        if not np.isfinite(self.p):
            return f"{self.distribution} assumed: too few values for a test"
        verdict = "fits poorly" if self.p < POOR else "fits"
        return f"{self.distribution} {verdict} (KS {self.distance:.3f}, p {self.p:.2g})"


def mean(
    parameter: str, values: ArrayLike, how: str, *, lognormal: bool = True, at_least: ArrayLike = False
) -> ParameterEstimate:
    """Estimate a mean of positive values, with a bootstrap interval and the fit of a lognormal distribution.

    With bounds among the values, it is the mean of the distribution of Kaplan and Meier.

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
    at_least : array of bool, optional
        Which observations are only bounds: the value is at least that (right-censored).

    Examples
    --------
    >>> mean("demand.code_effort", [1, 2, 3, 6], "", at_least=[False, True, False, False]).value
    3.625
    """
    sample, bound = positive_and_bounds(values, at_least)
    sample = np.round(sample, 9)  # differences of large numbers carry rounding errors
    low, high = bootstrap_mean(sample, bound)
    exact = sample[~bound]
    fit = _fit(stats.norm, np.log(exact), "lognormal") if lognormal else {}
    value = float(sample @ survival_steps(sample, bound))
    return ParameterEstimate(parameter=parameter, value=value, low=low, high=high, n=len(exact), how=how, **fit)


def mean_of_variation(parameter: str, values: ArrayLike, how: str, cv: ParameterEstimate) -> ParameterEstimate:
    """Estimate a mean of positive values whose coefficient of variation more values reveal than their own.

    Of a small sample, the mean of the lognormal distribution with that variation is more precise than the mean of the values,
    and its interval covers more often. A large sample has its own mean, whatever its distribution.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    values : array of float
        Observations; values that are not finite and positive are excluded.
    how : str
        Rule of the estimate.
    cv : ParameterEstimate
        Estimated coefficient of variation.

    Examples
    --------
    >>> cv = given("production.reaction_cv", 1.0, 40, "")
    >>> estimate = mean_of_variation("production.diagnosis", [1, 2, 4], "", cv)
    >>> round(estimate.value, 2), round(estimate.low, 2), round(estimate.high, 2)
    (2.52, 0.94, 6.75)
    """
    by_sample = mean(parameter, values, how)
    if by_sample.n >= LARGE_SAMPLE:
        return by_sample
    variance, logs = float(np.log1p(float(cv.value) ** 2)), np.log(positive(values))
    centre = float(logs.mean()) + variance / 2 * (1 - 1 / len(logs))
    freedom = max(1, cv.n - 1)
    error = stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * np.sqrt(variance / len(logs) + variance**2 / (2 * freedom))
    low, value, high = (float(np.exp(centre + shift)) for shift in (-error, 0, error))
    return replace(by_sample, value=value, low=low, high=high)


def variation(parameter: str, values: ArrayLike, how: str, *, at_least: ArrayLike = False) -> ParameterEstimate:
    """Estimate the coefficient of variation of a lognormal distribution from the variance of the logarithms.

    The interval is that of a normal variance (chi-square), transformed.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    values : array of float
        Observations, more than one.
    how : str
        Rule of the estimate.
    at_least : array of bool, optional
        Which observations are only bounds: the value is at least that (right-censored).
    """
    sample, bound = positive_and_bounds(values, at_least)
    logs, weights, n = np.log(sample), survival_steps(sample, bound), int((~bound).sum())
    spread = float(weights @ (logs - weights @ logs) ** 2) * n / (n - 1)
    return _variation(parameter, spread, n, n - 1, how)


def pooled_variation(parameter: str, groups: Iterable[ArrayLike], how: str) -> ParameterEstimate:
    """Estimate the coefficient of variation that several lognormal distributions of different means share.

    Parameters
    ----------
    parameter : str
        Dotted name of the parameter.
    groups : iterable of array of float
        Observations of each distribution, together more than there are groups.
    how : str
        Rule of the estimate.

    Examples
    --------
    >>> estimate = pooled_variation("production.reaction_cv", [[1, 2, 4], [100, 200, 400]], "")
    >>> round(estimate.value, 2), estimate.n
    (0.79, 6)
    """
    logs = [np.log(sample) for group in groups if len(sample := positive(group))]
    n = sum(map(len, logs))
    freedom = n - len(logs)
    spread = sum(float(((log - log.mean()) ** 2).sum()) for log in logs) / freedom
    return _variation(parameter, spread, n, freedom, how)


def _variation(parameter: str, spread: float, n: int, freedom: int, how: str) -> ParameterEstimate:
    """Return the estimate of a coefficient of variation by the variance of the logarithms and its degrees of freedom."""
    bounds = freedom * spread / stats.chi2.ppf([(1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2], freedom)
    low, high = np.sqrt(np.expm1(bounds))
    return ParameterEstimate(
        parameter=parameter,
        value=float(np.sqrt(np.expm1(spread))),
        low=float(low),
        high=float(high),
        n=n,
        how=how,
    )


def maximum_likelihood(
    log_likelihood: Callable[[Floats], float], start: Sequence[float], *, step: float = 1e-3
) -> tuple[Floats, Floats, Floats]:
    """Return the values at which a logarithmic likelihood is largest, and their 95 % interval.

    The interval is that of a normal distribution whose variance is the inverse of the curvature (observed information).

    Parameters
    ----------
    log_likelihood : callable
        Function of an array of values.
    start : sequence of float
        Values near the largest likelihood.
    step : float, default 0.001
        Distance over which the curvature is taken; a likelihood with kinks needs a longer one.

    Returns
    -------
    tuple of three arrays
        Values, lower and upper bounds; the bounds are NaN where the likelihood is flat.

    Examples
    --------
    Ten observations of the mean 3 with a known standard deviation of 1.

    >>> values, low, high = maximum_likelihood(lambda mean: -5 * float((mean[0] - 3) ** 2), [1.0])
    >>> values.round(2).tolist(), low.round(2).tolist(), high.round(2).tolist()
    ([3.0], [2.38], [3.62])
    """

    def objective(values: Floats) -> float:
        return -log_likelihood(values)

    first = np.asarray(start, dtype=np.float64)
    result = optimize.minimize(objective, first, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    best = np.asarray(result.x, dtype=np.float64)
    size = len(best)
    information = np.empty((size, size))
    shifts = np.eye(size) * step
    for row in range(size):
        for column in range(size):
            corners = [
                a * b * log_likelihood(best + a * shifts[row] + b * shifts[column]) for a in (1, -1) for b in (1, -1)
            ]
            information[row, column] = -sum(corners) / (4 * step**2)
    variances = np.full(size, NAN)
    if np.isfinite(information).all() and np.linalg.eigvalsh(information).min() > 0:
        variances = np.diag(np.linalg.inv(information))
    half = stats.norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(variances)
    return best, best - half, best + half


def median_and_sigma(
    median: str,
    sigma: str,
    values: Floats,
    how: str,
    *,
    at_least: Truths | None = None,
    sometimes_added: float = 0.0,
) -> tuple[ParameterEstimate, ParameterEstimate]:
    """Estimate the median of a lognormal distribution and the standard deviation of the logarithm.

    Parameters
    ----------
    median, sigma : str
        Dotted names of the parameters.
    values : array of float
        Observations above 0.
    how : str
        Rule of the estimate.
    at_least : array of bool, optional
        Which observations are only bounds: the value is at least that (right-censored).
    sometimes_added : float, default 0
        What an unknown share of the observations holds besides the value.

    Examples
    --------
    >>> centre, spread = median_and_sigma("a.median", "a.sigma", np.exp([-1.0, 0.0, 1.0]), "")
    >>> round(centre.value, 3), round(spread.value, 3)
    (1.0, 0.816)
    """
    bounds = np.zeros(len(values), dtype=bool) if at_least is None else at_least

    def log_likelihood(x: Floats) -> float:
        def mixed(probability: Callable[..., Any], of: Floats) -> Any:
            shape, scale = np.exp(x[1]), np.exp(x[0])
            without = probability(of, shape, scale=scale)
            if not sometimes_added:
                return without
            share = special.expit(x[2])
            return (1 - share) * without + share * probability(of - sometimes_added, shape, scale=scale)

        with np.errstate(divide="ignore"):
            density, beyond = mixed(stats.lognorm.pdf, values[~bounds]), mixed(stats.lognorm.sf, values[bounds])
            return float(np.log(density).sum() + np.log(beyond).sum())

    exact = np.log(values[~bounds])
    start = [float(exact.mean()), float(np.log(exact.std() + 1e-3)), *([0.0] if sometimes_added else [])]
    best, low, high = maximum_likelihood(log_likelihood, start)
    centre, spread = (
        ParameterEstimate(
            parameter=parameter,
            value=float(np.exp(best[position])),
            low=float(np.exp(low[position])),
            high=float(np.exp(high[position])),
            n=len(values),
            how=how,
        )
        for position, parameter in enumerate((median, sigma))
    )
    return centre, spread


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
        parameter=parameter,
        value=n / weeks,
        low=low / weeks,
        high=high / weeks,
        n=n,
        how=how,
        posterior="gamma",
        **fit,
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
        parameter=parameter,
        value=count / total,
        low=float(low),
        high=float(high),
        n=total,
        how=how,
        posterior="beta",
    )


def share_of_likelihood(parameter: str, likelihood: Floats, n: int, how: str) -> ParameterEstimate:
    """Estimate a share from its likelihood on an even grid from 0 to 1.

    The prior is uniform, but for `AT_THE_ENDS`: a practice is often adopted everywhere, or nowhere.

    Examples
    --------
    >>> grid = np.linspace(0, 1, 201)
    >>> estimate = share_of_likelihood("practices.testing", stats.binom.pmf(8, 10, grid), 10, "")
    >>> round(estimate.low, 2), estimate.value, round(estimate.high, 2)
    (0.48, 0.8, 0.94)
    """
    grid = np.linspace(0, 1, len(likelihood))
    prior = np.full(len(grid), (1 - AT_THE_ENDS) / len(grid))
    prior[[0, -1]] += AT_THE_ENDS / 2
    probability = likelihood * prior / (likelihood @ prior)
    below = np.cumsum(probability)
    low, high = (float(grid[np.searchsorted(below, tail)]) for tail in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return ParameterEstimate(
        parameter=parameter,
        value=float(grid[np.argmax(likelihood)]),
        low=low,
        high=high,
        n=n,
        how=how,
        posterior="grid",
        grid=tuple(probability),
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
