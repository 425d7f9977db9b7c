"""How well is a number known? Student's t-intervals over replications, and paired ones for differences.

One replication gives one value; replications are independent, so the textbook holds: mean ± t · s/√n. Source: A. M. Law,
Simulation Modeling and Analysis, chapters 9 and 10. Each interval covers its own number with the confidence that was asked
for; among many of them some miss.
"""

import math
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from devopssim.errors import InvalidInputError
from devopssim.kpis import Floats

Verdict = Literal["better", "worse", "different", "same", "unclear"]
"""What an interval of a difference allows to conclude."""
CLEAR: Final[frozenset[Verdict]] = frozenset({"better", "worse", "different"})
"""The verdicts of differences whose interval excludes 0."""


class Interval(NamedTuple):
    """A mean with its interval, and how many replications had a value. NaN: fewer than one (estimate) or two (interval)."""

    estimate: float
    low: float
    high: float
    replications: int


class Difference(NamedTuple):
    """A mean difference within replications, its interval, the number of pairs, what pairing gained, and which way is better.

    `variance_reduction` is the variance that the difference would have with independent random numbers ÷ the variance that it has: with
    a factor of 4, pairs need a quarter of the replications. Below 1, pairing did harm. `better` is None where less and more
    can both be better.
    """

    estimate: float
    low: float
    high: float
    replications: int
    variance_reduction: float = math.nan
    better: Literal["lower", "higher"] | None = None

    @property
    def verdict(self) -> Verdict:
        """Return better, worse or different (neither by itself) if the interval excludes 0, same if every pair agrees, or unclear.

        Examples
        --------
        >>> Difference(-2.0, -3.0, -1.0, 30, better="lower").verdict
        'better'
        >>> Difference(-2.0, -5.0, 1.0, 30, better="lower").verdict
        'unclear'

        """
        if self.low > 0 or self.high < 0:
            if self.better is None:
                return "different"
            return "better" if (self.estimate < 0) == (self.better == "lower") else "worse"
        return "same" if self.estimate == 0 and not self.high > self.low else "unclear"


def interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the mean of one value a replication with its t-interval; NaN values (nothing to count) are left out."""
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    n = len(sample)
    estimate = float(sample.mean()) if n else np.nan
    half = half_width(sample, confidence)
    return Interval(estimate, estimate - half, estimate + half, n)


def pointwise(runs: Floats, confidence: float = 0.95) -> tuple[Floats, Floats, Floats, Floats]:
    """Return `interval` of each row at once, as columns: estimate, low, high, replications. `runs`: (points, replications)."""
    observed = np.isfinite(runs)
    n = observed.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # points without a value, or with one, have no interval
        estimate = np.where(observed, runs, 0.0).sum(axis=1) / n
        squares = (np.where(observed, runs - estimate[:, np.newaxis], 0.0) ** 2).sum(axis=1)
        half = t_quantiles(confidence, n - 1) * np.sqrt(squares / (n - 1) / n)
    return estimate, estimate - half, estimate + half, n


def paired(
    values: npt.ArrayLike,
    baseline: npt.ArrayLike,
    confidence: float = 0.95,
    *,
    better: Literal["lower", "higher"] | None = None,
) -> Difference:
    """Return the mean of `values - baseline`, replication by replication (same shape); pairs with a NaN are left out."""
    ours, theirs = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    both = np.isfinite(ours) & np.isfinite(theirs)
    ours, theirs = ours[both], theirs[both]
    mean = interval(ours - theirs, confidence)
    gained = np.nan
    if len(ours) > 1:
        independent = ours.var(ddof=1) + theirs.var(ddof=1)
        together = (ours - theirs).var(ddof=1)
        if independent > 0:
            gained = float(independent / together) if together > 0 else np.inf
    return Difference(*mean, gained, better)


def half_width(sample: Floats, confidence: float = 0.95) -> float:
    """Return half the width of the t-interval of these finite values; NaN for fewer than two."""
    n = len(sample)
    if n < 2:
        return float("nan")
    return t_quantile(confidence, n - 1) * float(sample.std(ddof=1)) / math.sqrt(n)


def t_quantile(confidence: float, freedom: int) -> float:
    """Return the half-width of a central interval of Student's t, in standard errors; NaN without degrees of freedom.

    Raises InvalidInputError unless 0 < confidence < 1.
    """
    return float(t_quantiles(confidence, freedom))


def t_quantiles(confidence: float, freedom: "int | npt.NDArray[np.int64]") -> Floats:
    """Return `t_quantile` of each number of degrees of freedom."""
    check_confidence(confidence)
    return np.asarray(stdtrit(freedom, (1 + confidence) / 2), dtype=np.float64)


def check_confidence(confidence: float) -> None:
    """Raise InvalidInputError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise InvalidInputError(
            f"confidence={confidence:g} (how often an interval covers the truth) must lie between 0 and 1; 0.95 is usual."
        )
