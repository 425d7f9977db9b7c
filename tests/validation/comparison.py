"""Ours beside a reference: one figure, its interval, and whether they agree.

The convention. Every case runs with seed 1 and as many replications as it states. Of each figure we take the mean over the
replications and a 99 % t-interval (some eighty figures are compared, so at 95 % four of them would fail by chance). A reference
that was itself simulated has an error too: the interval is widened as if the reference had our standard deviation and its own
number of replications; and by half a unit of its last printed digit. A figure agrees if the reference lies in the interval.
An interval so wide that it would prove nothing is a failure of the test, see `Comparison.width`. Where the reference is a
published range, our mean has to lie in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from devopssim import events
from devopssim.scenario import Scenario
from devopssim.simulation import simulate

SEED = 1
CONFIDENCE = 0.99


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One row of the validation table."""

    case: str
    figure: str
    reference: float
    ours: float
    low: float
    high: float
    replications: int

    @property
    def agrees(self) -> bool:
        """The reference lies in our interval."""
        return self.low <= self.reference <= self.high

    @property
    def width(self) -> float:
        """Half of the interval as a share of the reference."""
        return (self.high - self.low) / 2 / abs(self.reference)


@dataclass(frozen=True, kw_only=True)
class RangeComparison:
    """One row of the validation table whose reference is a published range."""

    case: str
    figure: str
    low: float
    high: float
    ours: float
    replications: int

    @property
    def agrees(self) -> bool:
        """Our mean lies in the published range."""
        return self.low <= self.ours <= self.high


def between(case: str, figure: str, low: float, high: float, values: Sequence[float]) -> RangeComparison:
    """Set our mean beside a published range."""
    return RangeComparison(
        case=case,
        figure=figure,
        low=low,
        high=high,
        ours=float(np.mean(values)),
        replications=len(values),
    )


def compare(
    case: str, figure: str, reference: float, values: Sequence[float], *, its_replications: int = 0, digit: float = 0.0
) -> Comparison:
    """Set our replications' `values` beside a `reference`: exact by default, else with its replications and last digit."""
    n = len(values)
    ours = float(np.mean(values))
    spread = float(np.std(values, ddof=1)) if n > 1 else 0.0
    errors = 1 / n + (1 / its_replications if its_replications else 0.0)
    quantile = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) if n > 1 else 0.0
    half = quantile * spread * float(np.sqrt(errors)) + digit / 2 + 1e-9
    return Comparison(
        case=case, figure=figure, reference=reference, ours=ours, low=ours - half, high=ours + half, replications=n
    )


def within(case: str, figure: str, reference: float, values: Sequence[float], tolerance: float) -> Comparison:
    """Set our mean beside a reference that need only be met within a share `tolerance` of it."""
    ours = float(np.mean(values))
    half = tolerance * reference
    return Comparison(
        case=case,
        figure=figure,
        reference=reference,
        ours=ours,
        low=ours - half,
        high=ours + half,
        replications=len(values),
    )


def replicate(
    n: int, scenario: Scenario, measure: Callable[[pd.DataFrame], dict[str, float]]
) -> dict[str, list[float]]:
    """Simulate replications 0 to n - 1 of a scenario and return each figure's values."""
    results = [measure(simulate(scenario, seed=SEED, replication=replication)) for replication in range(n)]
    return {name: [result[name] for result in results] for name in results[0]}


def hours_between(log: pd.DataFrame, begin: str, end: str) -> pd.Series:
    """Return the hours from an item's first `begin` to its first `end`, one value per item that reached both."""
    first = {kind: log[log["kind"] == kind].drop_duplicates("item").set_index("item")["time"] for kind in (begin, end)}
    return (first[end] - first[begin]).dropna()


def days(hours: float) -> float:
    """Return the days in so many hours of the model's clock."""
    return float(hours) / events.HOURS_PER_DAY
