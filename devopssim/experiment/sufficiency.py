"""Do these replications suffice for an interval? The reason where they do not.

Student's t, adjusted for skewness or not, needs values that show their spread. It covers too rarely where nearly all replications
give the same value, since the rare other values may not have come yet, and where a KPI of each replication rests on
a few long-tailed durations, as those of outages are. docs/selection.md has the coverage with and without these rules.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from devopssim.kpis import KPIS, Floats, Kpi

FEWEST_OTHERS: Final = 5
"""Replications that must differ from the most frequent value, unless that value has less than half of them."""
MANY_ENTITIES: Final = 30
"""Durations in a replication from which their mean is near normal."""
ENOUGH_REPLICATIONS: Final = 20
"""Replications from which a mean of few, long-tailed durations has an interval."""
ENOUGH_ENTITIES: Final = 50
"""Durations in all replications from which their mean has an interval."""
OUTAGES: Final = ("outages", "incidents")
NEGLIGIBLE: Final = 0.1
"""Share of a difference's variance below which the scenario that brings it needs no interval of its own."""


@dataclass(frozen=True, kw_only=True)
class Replications:
    """What the replications of one scenario gave for one KPI.

    Attributes
    ----------
    kpi : str
        Name of the KPI.
    values : array of shape (replications,)
        The KPI of each replication; NaN where there was nothing to count.
    n : array of shape (replications,)
        Number of entities that the KPI counts in each replication; NaN if unknown.

    Examples
    --------
    >>> quiet = Replications(kpi="throughput", values=np.array([4.0, 4.0, 4.0]), n=np.array([9.0, 9.0, 9.0]))
    >>> quiet.reason
    'all 3 replications gave the same value'

    """

    kpi: str
    values: Floats
    n: Floats

    @property
    def reason(self) -> str:
        """Why there is no interval of the mean; `""` if there is one."""
        return _spread(self.values) or self._tails

    def reason_against(self, baseline: "Replications") -> str:
        """Return why there is no interval of the paired difference from a baseline; `""` if there is one."""
        both = np.isfinite(self.values) & np.isfinite(baseline.values)
        difference = (self.values - baseline.values)[both]
        sides = [Replications(kpi=side.kpi, values=side.values[both], n=side.n[both]) for side in (self, baseline)]
        return _spread(difference) or _of_side(sides[0], difference) or _of_side(sides[1], difference)

    @property
    def _tails(self) -> str:
        observed = np.isfinite(self.values)
        count, counted = int(observed.sum()), self.n[observed & np.isfinite(self.n)]
        declared, entities = KPIS[self.kpi], float(counted.mean()) if len(counted) else np.inf
        if not _long_tailed(declared) or not entities < MANY_ENTITIES:
            return ""
        if count < ENOUGH_REPLICATIONS:
            return f"about {entities:.0f} {declared.counts} in each of {count} replications; run {ENOUGH_REPLICATIONS} or more"
        if declared.shape == "duration" and counted.sum() < ENOUGH_ENTITIES:
            return f"only {counted.sum():.0f} {declared.counts} in {count} replications; simulate until there are {ENOUGH_ENTITIES}"
        return ""


def _of_side(side: Replications, difference: Floats) -> str:
    """Return why one of two scenarios keeps their difference from having an interval.

    A rate or a stock that is the same in every replication adds nothing to the spread; a share, or a duration of outages, may
    still take a rare, distant value.
    """
    spread, total = float(side.values.var()), float(difference.var())
    kpi = KPIS[side.kpi]
    steady = not spread and kpi.interval.method != "share" and not _long_tailed(kpi)
    small = 0 < spread <= NEGLIGIBLE * total
    return ("" if steady or small else _spread(side.values)) or side._tails  # noqa: SLF001 - the same module


def _spread(values: Floats) -> str:
    """Return why the values do not show how far they spread."""
    observed = values[np.isfinite(values)]
    if len(observed) < 2:
        return "only one replication has a value" if len(observed) else "no replication has a value"
    _, counts = np.unique(observed, return_counts=True)
    others = len(observed) - int(counts.max())
    if not others:
        return f"all {len(observed)} replications gave the same value"
    if others < FEWEST_OTHERS and 2 * others < len(observed):
        return f"only {others} of {len(observed)} replications gave another value than the rest"
    return ""


def _long_tailed(kpi: Kpi) -> bool:
    return kpi.shape == "duration" or kpi.counts in OUTAGES
