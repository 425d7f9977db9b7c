"""Distributions in the domain's own units, whose values follow from draws made ahead.

What is drawn when an item arrives is a number between 0 and 1, and `distribution.quantile(draw)` turns it into hours. Scenarios
with different distributions share the draw: an item that is hard in one is hard in the other.
"""

from dataclasses import dataclass
from math import exp, expm1, gamma, inf, isfinite, log, log1p, sqrt
from typing import Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from devopssim.errors import InvalidInputError

Numbers = NDArray[np.float64]
Draw = TypeVar("Draw", float, Numbers)
"""A number in [0, 1), or an array of them: where in its distribution a value lies."""
LEAST_CV = 1e-8  # below it, variation drowns in the rounding of a float64


class Distribution(Protocol):
    """Protocol of a distribution of durations, efforts or other amounts from 0.

    The built-in ones are Fixed, Uniform, Exponential, Lognormal, Gamma and Weibull. All sample by inverse transform, so one uniform
    number belongs to one value and can be kept for another scenario.

    Examples
    --------
    >>> def median(distribution: Distribution) -> float:
    ...     return distribution.quantile(0.5)
    >>> median(Uniform(2, 6)), median(Fixed(3))
    (4.0, 3.0)
    """

    @property
    def mean(self) -> float:
        """Mean, in the distribution's own unit."""

    @property
    def cv(self) -> float:
        """Coefficient of variation: standard deviation ÷ mean."""

    def quantile(self, u: Draw) -> Draw:
        """Return the value below which the share `u` of all draws lies.

        Parameters
        ----------
        u : float or array of float
            Probabilities in [0, 1).

        Returns
        -------
        float or array of float
            Values in the shape of `u`.
        """

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Return `n` draws: the quantiles of the generator's next `n` uniform numbers."""


class _Sampled:
    """Sample by inverse transform: a draw is the quantile of one uniform number, so draws can be kept and used again."""

    def quantile(self, u: Draw) -> Draw:
        raise NotImplementedError

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Return `n` draws: the quantiles of the generator's next `n` uniform numbers."""
        return self.quantile(rng.random(n))


@dataclass(frozen=True)
class Fixed(_Sampled):
    """Distribution of a constant.

    Parameters
    ----------
    value : float
        What every draw returns, 0 or more. Infinity stands for an event that never happens.

    Raises
    ------
    InvalidInputError
        If `value` is negative or NaN.

    Examples
    --------
    >>> Fixed(8).quantile(0.99)
    8.0
    """

    value: float

    def __post_init__(self) -> None:
        if self.value != inf:  # never
            _require("value", self.value, "the constant", above_zero=False)

    @property
    def mean(self) -> float:
        """Return the value itself."""
        return self.value

    @property
    def cv(self) -> float:
        """Return 0: a constant has no variation."""
        return 0.0

    def quantile(self, u: Draw) -> Draw:
        """Return the value for every `u`, in the shape of `u`."""
        return _constant(self.value, u)


@dataclass(frozen=True)
class Uniform(_Sampled):
    """Uniform distribution: all values from `low` to `high` are equally likely.

    Parameters
    ----------
    low : float
        Smallest value, 0 or more.
    high : float
        Largest value, at least `low`.

    Raises
    ------
    InvalidInputError
        If `low` is negative, or `high` lies below `low` or is infinite.

    Examples
    --------
    >>> Uniform(1, 3).quantile(0.25)
    1.5
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _require("low", self.low, "the smallest value", above_zero=False)
        if not (isfinite(self.high) and self.high >= self.low):
            raise InvalidInputError(f"high={self.high:g} (the largest value) must not be below low={self.low:g}.")

    @property
    def mean(self) -> float:
        """Return (low + high) / 2."""
        return (self.low + self.high) / 2

    @property
    def cv(self) -> float:
        """Return (high - low) / √12 ÷ mean; 0 for a mean of 0."""
        return (self.high - self.low) / sqrt(12) / self.mean if self.mean else 0.0

    def quantile(self, u: Draw) -> Draw:
        """Return low + u · (high - low)."""
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True)
class Exponential(_Sampled):
    """Exponential distribution: times between events of a Poisson process, as arrivals, failures and attacks.

    Parameters
    ----------
    mean : float
        Mean, above 0.

    Raises
    ------
    InvalidInputError
        If `mean` is 0 or less, or infinite.

    Examples
    --------
    >>> print(round(Exponential(2).quantile(0.5), 3))  # the median is mean · ln 2
    1.386
    """

    mean: float

    def __post_init__(self) -> None:
        _require("mean", self.mean, "the average draw")

    @property
    def cv(self) -> float:
        """Return 1: the standard deviation of an exponential distribution equals its mean."""
        return 1.0

    def quantile(self, u: Draw) -> Draw:
        """Return -mean · ln(1 - u)."""
        return cast("Draw", np.multiply(-self.mean, np.log1p(-u)))


@dataclass(frozen=True)
class Lognormal(_Sampled):
    """Lognormal distribution, used for human effort: mostly near the median, sometimes much longer.

    Parameters
    ----------
    mean : float
        Mean of the values themselves (the mean of their logarithms follows from it), above 0.
    cv : float
        Coefficient of variation, 0 or more; with 0, every draw is the mean.

    Raises
    ------
    InvalidInputError
        If `mean` is 0 or less, `cv` is negative, or one of them is infinite.

    Examples
    --------
    >>> print(round(Lognormal(mean=24, cv=1).quantile(0.5), 2))  # the median is mean / √(1 + cv²)
    16.97
    """

    mean: float
    cv: float

    def __post_init__(self) -> None:
        _require("mean", self.mean, "the average draw")
        _require("cv", self.cv, "standard deviation divided by mean", above_zero=False)

    def quantile(self, u: Draw) -> Draw:
        """Return exp(μ + s · z(u)) with s² = ln(1 + cv²), μ = ln(mean) - s²/2, and z the normal quantile."""
        if self.cv < LEAST_CV:
            return _constant(self.mean, u)
        variance = log1p(self.cv**2)
        return cast("Draw", np.exp(log(self.mean) - variance / 2 + sqrt(variance) * ndtri(u)))


@dataclass(frozen=True)
class Gamma(_Sampled):
    """Gamma distribution by mean and coefficient of variation.

    It is fixed at cv = 0, Erlang with k stages at cv = 1/√k, exponential at cv = 1, and more variable above.

    Parameters
    ----------
    mean : float
        Mean, above 0.
    cv : float
        Coefficient of variation, 0 or more.

    Raises
    ------
    InvalidInputError
        If `mean` is 0 or less, `cv` is negative, or one of them is infinite.

    Examples
    --------
    >>> print(round(Gamma(mean=2, cv=1).quantile(0.5), 3))  # as Exponential(2)
    1.386
    """

    mean: float
    cv: float

    def __post_init__(self) -> None:
        _require("mean", self.mean, "the average draw")
        _require("cv", self.cv, "standard deviation divided by mean", above_zero=False)

    def quantile(self, u: Draw) -> Draw:
        """Return the inverse of the regularised incomplete gamma function with shape 1/cv² and scale mean · cv²."""
        if self.cv < LEAST_CV:
            return _constant(self.mean, u)
        shape = 1 / self.cv**2
        return cast("Draw", self.mean / shape * gammaincinv(shape, u))


@dataclass(frozen=True)
class Weibull(_Sampled):
    """Weibull distribution by scale and shape, used for waits whose end becomes less likely the longer they last.

    Below a shape of 1 many values are short and a few are very long; a shape of 1 is exponential; above, values gather around
    the mean.

    Parameters
    ----------
    scale : float
        Value below which 63 % (1 - 1/e) of all draws lie, above 0.
    shape : float
        Exponent of the logarithm of survival, above 0.

    Raises
    ------
    InvalidInputError
        If `scale` or `shape` is 0 or less, or infinite.

    Examples
    --------
    >>> print(round(Weibull(scale=317, shape=0.46).quantile(0.5)))  # the median is scale · (ln 2)^(1 / shape)
    143
    """

    scale: float
    shape: float

    def __post_init__(self) -> None:
        _require("scale", self.scale, "the value below which 63 % of the draws lie")
        _require("shape", self.shape, "exponent of the logarithm of survival")

    @property
    def mean(self) -> float:
        """Return scale · Γ(1 + 1/shape)."""
        return self.scale * gamma(1 + 1 / self.shape)

    @property
    def cv(self) -> float:
        """Return √(Γ(1 + 2/shape) ÷ Γ(1 + 1/shape)² - 1)."""
        return sqrt(gamma(1 + 2 / self.shape) / gamma(1 + 1 / self.shape) ** 2 - 1)

    def quantile(self, u: Draw) -> Draw:
        """Return scale · (-ln(1 - u))^(1 / shape)."""
        return cast("Draw", np.multiply(self.scale, np.power(-np.log1p(-u), 1 / self.shape)))


def effort_distribution(mean: float, cv: float, shape: str = "lognormal") -> Distribution:
    """Return the distribution of an effort or a time, by its mean and coefficient of variation; always 0 for a mean of 0.

    Parameters
    ----------
    mean : float
        Mean, 0 or more.
    cv : float
        Coefficient of variation; a uniform distribution from 0 has 0.58, which is the most that the shape allows.
    shape : {'lognormal', 'gamma', 'uniform', 'fixed'}
        Shape of the distribution; gamma with `cv=1` is exponential.

    Raises
    ------
    InvalidInputError
        If a uniform distribution would reach below 0.

    Examples
    --------
    >>> effort_distribution(24, 0.5), effort_distribution(1, 0, "uniform"), effort_distribution(0, 1)
    (Lognormal(mean=24, cv=0.5), Uniform(low=1.0, high=1.0), Fixed(value=0))
    """
    if not mean or shape == "fixed":
        return Fixed(mean)
    if shape == "uniform":
        if cv * sqrt(3) > 1:
            raise InvalidInputError(
                f"effort_cv={cv:g} is too large for a uniform distribution, which must not reach below 0; "
                f"it must lie between 0 and {1 / sqrt(3):.3f}."
            )
        return Uniform(mean * (1 - cv * sqrt(3)), mean * (1 + cv * sqrt(3)))
    return Gamma(mean, cv) if shape == "gamma" else Lognormal(mean, cv)


def lognormal_around(median: float, sigma: float) -> Distribution:
    """Return the lognormal distribution with this median and spread; always 0 for a median of 0.

    Parameters
    ----------
    median : float
        Median, 0 or more.
    sigma : float
        Standard deviation of the logarithm, 0 or more.

    Examples
    --------
    >>> [round(float(lognormal_around(2, 1.6).quantile(share)), 2) for share in (0.5, 0.75, 0.95)]
    [2.0, 5.88, 27.8]
    """
    if not median:
        return Fixed(0)
    return Lognormal(median * exp(sigma**2 / 2), sqrt(expm1(sigma**2)))


def delay_distribution(mean: float) -> Distribution:
    """Return the distribution of a delay: exponential with `mean` hours, or always 0 for a mean of 0."""
    return Exponential(mean) if mean else Fixed(0)


def time_between(per_hour: float) -> Distribution:
    """Return the distribution of the time between events that happen `per_hour` times an hour: exponential, infinite for 0."""
    return Exponential(1 / per_hour) if per_hour else Fixed(inf)


def _constant(value: float, u: Draw) -> Draw:
    """Return `value` in the shape of `u`."""
    return cast("Draw", np.full(np.shape(u), value) if np.ndim(u) else float(value))


def _require(name: str, value: float, meaning: str, *, above_zero: bool = True) -> None:
    """Raise InvalidInputError unless `value` is finite and above 0 (or at least 0)."""
    if not (isfinite(value) and (value > 0 if above_zero else value >= 0)):
        allowed = "a finite number above 0" if above_zero else "a finite number from 0"
        raise InvalidInputError(f"{name}={value:g} ({meaning}) must be {allowed}.")
