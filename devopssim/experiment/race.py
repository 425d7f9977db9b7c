"""A race of scenarios under common random numbers: a scenario leaves as soon as another one is clearly better.

The procedure is KN++ for independent replications: each pair of scenarios has a triangular region of continuation from the
variance of its paired difference, which is estimated anew at each stage. If the best scenario is better than all others by the
indifference zone, it is selected with at least the stated probability, for normal values, and for others as the indifference
zone becomes small.

Sources: S.-H. Kim, B. L. Nelson, A fully sequential procedure for indifference-zone selection in simulation, ACM TOMACS 11
(2001), 251-273, and On the asymptotic validity of fully sequential selection procedures for steady-state simulation,
Operations Research 54 (2006), 475-488. docs/selection.md shows how often it is right, and at which price.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from devopssim.kpis import Floats

FIRST: Final = 10
"""Replications of each scenario before the first one can leave."""
GROWTH: Final = 0.1
"""Further replications of a stage ÷ replications so far."""


class Race:
    """Scenarios of which the worse ones leave; larger values are better.

    Parameters
    ----------
    names : sequence of str
        Scenarios; of two that stay within the indifference zone, the one with the larger mean is kept, of equal ones the earlier.
    indifference : float
        Difference that does not matter.
    confidence : float
        Probability of correct selection.

    Attributes
    ----------
    values : dict of str to list of float
        Values of each scenario, replication by replication.
    left : dict of str to str
        Scenarios that have left, and the one that eliminated each (`""`: no data).

    Examples
    --------
    >>> race = Race(["a", "b"], indifference=1.0, confidence=0.95)
    >>> noise = np.random.default_rng(1).normal(size=10)
    >>> race.add({"a": 5 + noise, "b": 1 - noise})
    >>> race.alive, race.left
    (['a'], {'b': 'a'})

    """

    def __init__(self, names: Sequence[str], *, indifference: float, confidence: float) -> None:
        self.values: dict[str, list[float]] = {name: [] for name in names}
        self.left: dict[str, str] = {}
        self._indifference, self._error = indifference, 1 - confidence

    @property
    def alive(self) -> list[str]:
        """Scenarios that have not left, in the order given."""
        return [name for name in self.values if name not in self.left]

    @property
    def replications(self) -> int:
        """Replications of the scenarios that have not left."""
        return max(map(len, self.values.values()))

    def mean(self, name: str) -> float:
        """Return the mean of a scenario's values; NaN without any."""
        return mean_of_observed(np.array(self.values[name]))

    def stage(self, most: int) -> range:
        """Return the replications of the next stage; none are left at `most`."""
        done = self.replications
        return range(done, min(most, done + max(2, int(GROWTH * done)) if done else FIRST))

    def add(self, values: Mapping[str, Sequence[float] | Floats]) -> None:
        """Add the values of a stage for all that have not left, and let the worse ones leave."""
        for name in self.alive:
            self.values[name] += [float(value) for value in values[name]]
        names = self._observed()
        runs = np.array([self.values[name] for name in names])
        ahead = self._ahead(runs) if len(names) > 1 else np.zeros((len(names), 1))
        beaten = ahead.max(axis=1, initial=0) > 0
        if (
            len(names) and beaten.all()
        ):  # in a circle: gaps in the values let each pair be compared over other replications
            beaten[np.argmax([self.mean(name) for name in names])] = False
        for number in np.flatnonzero(beaten):
            self.left[names[number]] = names[int(ahead[number].argmax())]

    def _observed(self) -> list[str]:
        """Let scenarios without two values leave, and return the others."""
        for name in self.alive:
            if np.isfinite(self.values[name]).sum() < 2:
                self.left[name] = ""
        return self.alive

    def _ahead(self, runs: Floats) -> Floats:
        """Return by how much the column's scenario is ahead of the row's beyond the region of continuation; 0 within it.

        Pairs that have a replication with a value in common are compared over those. `runs`: (scenarios, replications).
        """
        lead = runs[np.newaxis] - runs[:, np.newaxis]
        observed = np.isfinite(lead)
        n = observed.sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(observed, lead, 0.0).sum(axis=2) / n
            centred = np.where(observed, lead - mean[:, :, np.newaxis], 0.0)
            variance = (centred * centred).sum(axis=2) / (n - 1)
            region = self._constant(n) * variance / (2 * self._indifference * n) - self._indifference / 2
            beyond = mean - np.maximum(region, 0)
        earlier = np.tri(len(runs), k=-1, dtype=bool)
        tied = (mean == 0) & (region <= 0) & earlier
        return np.where(n > 1, np.where(tied, np.finfo(float).tiny, np.maximum(beyond, 0)), 0)

    def _constant(self, n: npt.NDArray[np.int64]) -> Floats:
        """Return h² of KN with c = 1 for a variance of n pairs: (n - 1)((2 · error ÷ (k - 1))^(-2 ÷ (n - 1)) - 1)."""
        each = 2 * self._error / (len(self.values) - 1)
        return np.asarray((n - 1) * np.expm1(-2 * math.log(each) / (n - 1)), dtype=np.float64)


def mean_of_observed(values: Floats) -> float:
    """Return the mean of the values that are finite; NaN without any."""
    observed = values[np.isfinite(values)]
    return float(observed.mean()) if len(observed) else math.nan
