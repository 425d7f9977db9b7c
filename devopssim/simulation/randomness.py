"""Common random numbers: one independent stream per kind of variation, and distributions in the domain's own units.

Two ideas make experiments fair. *Streams*: demand, defects, failures … each read their own stream, so that a model which
needs one more number for a defect still meets the same demand. *Draws made ahead*: what is drawn at an item's arrival is a
number between 0 and 1, and `distribution.quantile(draw)` turns it into hours; two scenarios may have different distributions
and still share the draw (the item that is hard for one is hard for the other).
"""

import operator
from dataclasses import dataclass
from hashlib import blake2b
from math import inf, isfinite, log, log1p, sqrt
from typing import Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from devopssim.errors import InvalidInputError

Numbers = NDArray[np.float64]
Draw = TypeVar("Draw", float, Numbers)
"""A number in [0, 1), or an array of them: where in its distribution a value lies."""

REPLICATIONS_LIMIT = 2**32
LEAST_CV = 1e-8  # below it, variation drowns in the rounding of a float64


@dataclass(frozen=True)
class Streams:
    """The random streams of one replication: `Streams(seed=1, replication=7).stream("demand")`.

    A stream depends on the seed, the replication and its kind's name, and on nothing else: not on the other streams, on the
    order of asking, on the process or on the machine. Seed and replication are spawned, never added or multiplied
    (`numpy.random.SeedSequence`), so neighbouring ones are as independent as distant ones.

    Raises InvalidInputError unless both are whole numbers from 0 (the replication below 2³²).
    """

    seed: int
    replication: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", _whole(self.seed, "seed", "what a whole experiment's luck grows from"))
        object.__setattr__(self, "replication", _whole(self.replication, "replication", "which random future"))
        if self.replication >= REPLICATIONS_LIMIT:
            raise InvalidInputError(f"replication={self.replication} (which random future) must lie below 2**32.")

    def stream(self, kind: str) -> np.random.Generator:
        """Return a new generator at the start of the stream `kind`; asking again starts the same numbers again."""
        name = np.frombuffer(blake2b(kind.encode(), digest_size=8).digest(), dtype="<u4")
        return np.random.default_rng(
            np.random.SeedSequence(entropy=self.seed, spawn_key=(self.replication, *map(int, name)))
        )


def _whole(value: int, name: str, meaning: str) -> int:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = -1
    if whole < 0:
        raise InvalidInputError(
            f"{name}={value!r} ({meaning}) must be a whole number from 0; give for example {name}=1."
        )
    return whole


class Distribution(Protocol):
    """How long a thing takes, or how large it is: what the model asks of every distribution."""

    @property
    def mean(self) -> float:
        """The mean, in the distribution's own unit."""

    @property
    def cv(self) -> float:
        """The coefficient of variation: standard deviation ÷ mean."""

    def quantile(self, u: Draw) -> Draw:
        """Return the value below which the share `u` of all draws lies; `u` in [0, 1), a number or an array."""

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Return `n` draws: the quantiles of the generator's next `n` uniform numbers."""


class _Sampled:
    """Draws by inverse transform: a draw is the quantile of one uniform number, so draws can be kept and used again."""

    def quantile(self, u: Draw) -> Draw:
        raise NotImplementedError

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Return `n` draws: the quantiles of the generator's next `n` uniform numbers."""
        return self.quantile(rng.random(n))


@dataclass(frozen=True)
class Fixed(_Sampled):
    """Always `value`: a number from 0; infinity is never."""

    value: float

    def __post_init__(self) -> None:
        if self.value != inf:  # never
            _require("value", self.value, "what every draw gives", above_zero=False)

    @property
    def mean(self) -> float:
        """The value itself."""
        return self.value

    @property
    def cv(self) -> float:
        """0: nothing varies."""
        return 0.0

    def quantile(self, u: Draw) -> Draw:
        """Return the value, whatever `u` is."""
        return _constant(self.value, u)


@dataclass(frozen=True)
class Uniform(_Sampled):
    """Anything from `low` to `high`, all equally likely; 0 <= low <= high."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require("low", self.low, "the least that a draw can give", above_zero=False)
        if not (isfinite(self.high) and self.high >= self.low):
            raise InvalidInputError(
                f"high={self.high:g} (the most that a draw can give) must not be below low={self.low:g}."
            )

    @property
    def mean(self) -> float:
        """Half-way between low and high."""
        return (self.low + self.high) / 2

    @property
    def cv(self) -> float:
        """(high - low) / √12 ÷ mean."""
        return (self.high - self.low) / sqrt(12) / self.mean if self.mean else 0.0

    def quantile(self, u: Draw) -> Draw:
        """Return low + u · (high - low)."""
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True)
class Exponential(_Sampled):
    """Waiting for something that may come at any moment, `mean` > 0: the times between arrivals, failures, attacks."""

    mean: float

    def __post_init__(self) -> None:
        _require("mean", self.mean, "the average draw")

    @property
    def cv(self) -> float:
        """1: the exponential distribution has no memory."""
        return 1.0

    def quantile(self, u: Draw) -> Draw:
        """Return -mean · ln(1 - u)."""
        return cast("Draw", np.multiply(-self.mean, np.log1p(-u)))


@dataclass(frozen=True)
class Lognormal(_Sampled):
    """Human effort: mostly near the middle, sometimes much longer. `mean` > 0 is its own mean (not that of its logarithm),
    `cv` >= 0 its standard deviation ÷ mean; with cv = 0 every draw is the mean.
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
    """`mean` > 0 and `cv` >= 0: exponential at cv = 1, Erlang with k steps at cv = 1/√k, fixed at cv = 0, wild above 1."""

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


def effort_distribution(mean: float, cv: float) -> Distribution:
    """Return how human effort varies around `mean` (lognormal); a mean of 0 is always 0."""
    return Lognormal(mean, cv) if mean else Fixed(0)


def delay_distribution(mean: float) -> Distribution:
    """Return the delay of what may happen at any moment, after `mean` hours on average (exponential); a mean of 0 is no delay."""
    return Exponential(mean) if mean else Fixed(0)


def time_between(per_hour: float) -> Distribution:
    """Return the time between events that happen `per_hour` times in an hour (exponential); infinite for 0 times."""
    return Exponential(1 / per_hour) if per_hour else Fixed(inf)


def _constant(value: float, u: Draw) -> Draw:
    return cast("Draw", np.full(np.shape(u), value) if np.ndim(u) else float(value))


def _require(name: str, value: float, meaning: str, *, above_zero: bool = True) -> None:
    if not (isfinite(value) and (value > 0 if above_zero else value >= 0)):
        allowed = "a finite number above 0" if above_zero else "a finite number from 0"
        raise InvalidInputError(f"{name}={value:g} ({meaning}) must be {allowed}.")
