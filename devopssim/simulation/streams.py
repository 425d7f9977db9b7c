"""Common random numbers: one independent stream per kind of variation.

Demand, defects, failures … each read their own stream, so a model that draws one more number for a defect still meets the same
demand.
"""

import operator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from devopssim.errors import InvalidInputError

REPLICATIONS_LIMIT = 2**32


@dataclass(frozen=True)
class Streams:
    """Random streams of one replication, one for each kind of variation.

    A stream is a function of the seed, the replication and the name of its kind alone: other streams, the order of the calls,
    the operating-system process and the machine leave it unchanged. Seed and replication enter a `numpy.random.SeedSequence`
    as entropy and spawn key, so neighbouring seeds are as independent as distant ones.

    Parameters
    ----------
    seed : int
        Random seed of the experiment; 0 or more.
    replication : int, default 0
        Number of the replication, from 0 to below 2**32.

    Raises
    ------
    InvalidInputError
        If `seed` or `replication` lies outside its range or is fractional.

    Examples
    --------
    >>> streams = Streams(seed=1, replication=7)
    >>> streams.stream("demand").random(2).round(3).tolist()
    [0.813, 0.018]
    >>> streams.stream("defects").random(2).round(3).tolist() == streams.stream("demand").random(2).round(3).tolist()
    False
    """

    seed: int
    replication: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", _whole(self.seed, "seed", "random seed of an experiment"))
        object.__setattr__(self, "replication", _whole(self.replication, "replication", "number of the replication"))
        if self.replication >= REPLICATIONS_LIMIT:
            raise InvalidInputError(f"replication={self.replication} (number of the replication) must lie below 2**32.")

    def stream(self, kind: str) -> np.random.Generator:
        """Return a new generator at the start of the stream `kind`; a second call starts the same numbers again."""
        name = np.frombuffer(blake2b(kind.encode(), digest_size=8).digest(), dtype="<u4")
        return np.random.default_rng(
            np.random.SeedSequence(entropy=self.seed, spawn_key=(self.replication, *map(int, name)))
        )


def _whole(value: int, name: str, meaning: str) -> int:
    """Return a whole number from 0 as an int, also from a NumPy integer; raise InvalidInputError otherwise."""
    try:
        whole = operator.index(value)
    except TypeError:
        whole = -1
    if whole < 0:
        raise InvalidInputError(
            f"{name}={value!r} ({meaning}) must be a whole number, 0 or more, for example {name}=1."
        )
    return whole
