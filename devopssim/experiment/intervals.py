"""How well is a number known? t-intervals over replications, adjusted for skewness, and paired ones for differences.

One replication gives one value, and replications are independent: mean ± t · s/√n. Source: A. M. Law, Simulation Modeling and
Analysis, chapters 9 and 10. Where the values are skewed beyond what chance gives, a side of the interval moves outwards to
where Willink's transformation of Student's t puts it; no side moves inwards. Source: R. Willink, A confidence interval and test
for the mean of an asymmetric distribution, Communications in Statistics - Theory and Methods 34 (2005), 753-766, after P. Hall,
On the removal of skewness by transformation, Journal of the Royal Statistical Society B 54 (1992), 221-228.

Each interval covers its own number with the confidence that was asked for; among many of them some miss (`multiplicity`).
Whether a KPI's replications suffice for an interval is decided in `sufficiency`.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

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
            return "better" if (self.high < 0) == (self.better == "lower") else "worse"
        return "same" if self.estimate == 0 and not self.high > self.low else "unclear"


def interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the mean of one value a replication with its interval; NaN values (nothing to count) are left out."""
    estimate, low, high, n = pointwise(np.asarray(values, dtype=np.float64).reshape(1, -1), confidence)
    return Interval(float(estimate[0]), float(low[0]), float(high[0]), int(n[0]))


def pointwise(runs: Floats, confidence: float = 0.95) -> tuple[Floats, Floats, Floats, Floats]:
    """Return `interval` of each row at once, as columns: estimate, low, high, replications. `runs`: (points, replications)."""
    sample = _Moments.of(runs)
    quantile = t_quantiles(confidence, sample.n - 1)
    with np.errstate(invalid="ignore"):  # points with fewer than two values have no interval
        below = np.maximum(quantile, sample.transformed(quantile)) * sample.error
        above = np.maximum(quantile, -sample.transformed(-quantile)) * sample.error
    return sample.mean, sample.mean - below, sample.mean + above, sample.n.astype(np.float64)


def p_value(values: npt.ArrayLike) -> float:
    """Return 1 minus the largest confidence at which `interval` excludes 0: the p-value of a mean of 0.

    NaN for fewer than two values; 1 where all are 0, and 0 where all are another number.

    Examples
    --------
    >>> round(p_value([1, 2, 3, 4, 5]), 4)
    0.0132

    """
    sample = _Moments.of(np.asarray(values, dtype=np.float64).reshape(1, -1))
    n, mean, error = int(sample.n[0]), float(sample.mean[0]), float(sample.error[0])
    if n < 2:
        return math.nan
    if error == 0:
        return float(mean == 0)
    ratio = np.array([mean / error])
    statistic = min(math.copysign(1, mean) * float(each[0]) for each in (ratio, sample.restored(ratio)))
    return float(2 * stdtr(n - 1, -max(statistic, 0.0)))


def sign_p_value(values: npt.ArrayLike) -> float:
    """Return the p-value of the sign test for values that are all equal, but not 0; NaN for all others.

    Such values have no interval, since they do not show how far others may lie; that most of them lie on this side of 0, they do show.

    Examples
    --------
    >>> sign_p_value([0.5] * 6), sign_p_value([0.5, 0.6]), sign_p_value([0.0, 0.0])
    (0.03125, nan, nan)

    """
    observed = np.asarray(values, dtype=np.float64)
    observed = observed[np.isfinite(observed)]
    equal = len(observed) > 0 and observed[0] != 0 and bool((observed == observed[0]).all())
    return 2 * 0.5 ** len(observed) if equal else math.nan


@dataclass(frozen=True, kw_only=True)
class _Moments:
    """Mean, standard error and skewness of each row of values; `tilt` is skewness ÷ 6√n, and 0 where chance explains it."""

    n: npt.NDArray[np.int64]
    mean: Floats
    error: Floats
    tilt: Floats

    @classmethod
    def of(cls, runs: Floats) -> "_Moments":
        observed = np.isfinite(runs)
        n = observed.sum(axis=1)
        with np.errstate(
            divide="ignore", invalid="ignore"
        ):  # NaN below two values; no skewness below three, or without spread
            mean = np.where(observed, runs, 0.0).sum(axis=1) / n
            centred = np.where(observed, runs - mean[:, np.newaxis], 0.0)
            squares, cubes = (centred * centred).sum(axis=1), (centred * centred * centred).sum(axis=1)
            error = np.sqrt(squares / (n - 1) / n)
            skewness = cubes / n / (squares / n) ** 1.5 * np.sqrt(n * (n - 1.0)) / (n - 2)
            usual = np.sqrt(6.0 * n * (n - 1) / ((n - 2.0) * (n + 1) * (n + 3)))
        skewed = np.isfinite(skewness) & (np.abs(skewness) > usual)
        return cls(n=n, mean=mean, error=error, tilt=np.where(skewed, skewness, 0.0) / 6 / np.sqrt(np.maximum(n, 1)))

    def transformed(self, quantile: Floats) -> Floats:
        """Return where Willink's transformation puts a quantile of Student's t, in standard errors."""
        tilt, straight = self._tilt()
        moved = (np.cbrt(1 + 6 * tilt * (quantile - tilt)) - 1) / (2 * tilt)
        return np.where(straight, quantile, moved)

    def restored(self, errors: Floats) -> Floats:
        """Return the quantile of Student's t that `transformed` puts at so many standard errors."""
        tilt, straight = self._tilt()
        return np.where(straight, errors, ((1 + 2 * tilt * errors) ** 3 - 1) / (6 * tilt) + tilt)

    def _tilt(self) -> tuple[Floats, npt.NDArray[np.bool_]]:
        straight = self.tilt == 0
        return np.where(straight, 1.0, self.tilt), straight


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
