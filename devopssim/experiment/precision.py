"""How many replications are enough? The confidence-interval method with look-ahead.

Source: K. Hoad, S. Robinson, R. Davies, Automated selection of the number of replications for a discrete-event simulation,
Journal of the Operational Research Society 61 (2010), 1632-1644. Replications are added until the half-width of the interval
has fallen to the wanted share of the mean, and stays there over some more: a lucky first glance is not enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.comparison import count
from devopssim.experiment.execution import Options, run
from devopssim.experiment.intervals import half_width, t_quantile
from devopssim.experiment.measure import Measure, Outcome, kpi_names
from devopssim.experiment.result import Result, result, unit_of
from devopssim.scenario import Scenario, check_scenario

FIRST: Final = 3
LOOK_AHEAD: Final = 5
"""What the authors recommend: 5 more replications, or 5 % of those done once there are more than 100."""
AT_A_TIME: Final = 10


@dataclass(frozen=True, kw_only=True)
class Enough:
    """How many replications a precision needs.

    `table`: columns kpi, unit, replications (NA: not reached), estimate, precision (half-width ÷ mean there, or at the end).
    `result`: all the replications that were run to find out; they are as good as any others.
    """

    wanted: float
    table: pd.DataFrame
    result: Result

    @property
    def replications(self) -> int | None:
        """The number that satisfies every KPI; None where one of them was not reached."""
        needed = self.table["replications"]
        return None if needed.isna().any() else int(needed.max())


def replications_for(
    scenario: Scenario,
    *,
    precision: float = 0.05,
    kpis: Sequence[str] = ("lead_time", "deployment_frequency"),
    confidence: float = 0.95,
    at_most: int = 1000,
    warm_up: float = 0.0,
    **options: Unpack[Options],
) -> Enough:
    """Run replications until the interval of each of the `kpis` is within ± `precision` of its mean, and stays there.

    `at_most` replications are run. A KPI whose mean lies near 0, such as the share of something rare, needs very many: a
    relative precision asks much of it. A replication without a value for a KPI counts as run, and adds nothing to it.
    Raises InvalidInputError for a precision that is not above 0, or no KPI.
    """
    check_scenario(scenario)
    check_precision(precision)
    if not kpis:
        raise InvalidInputError("no KPI to be precise about; name at least one, for example kpis=['lead_time'].")
    limit = count(at_most)
    t_quantile(confidence, 1)
    measure = Measure(kpis=kpi_names(kpis), warm_up=warm_up)
    seed = options.get("seed", 1)
    outcomes: list[Outcome] = []
    found: dict[str, int | None] = dict.fromkeys(measure.kpis)
    while len(outcomes) < limit and None in found.values():
        more = range(len(outcomes), min(len(outcomes) + AT_A_TIME, limit))
        outcomes += run({scenario.name: scenario}, more, measure, **options)[scenario.name]
        for kpi in measure.kpis:
            found[kpi] = enough([each.values[kpi] for each in outcomes], precision, confidence)
    rows = [
        (kpi, unit_of(kpi), n, *_reached([each.values[kpi] for each in outcomes[:n]], confidence))
        for kpi, n in found.items()
    ]
    table = pd.DataFrame(rows, columns=["kpi", "unit", "replications", "estimate", "precision"])
    table = table.astype({"replications": "Int64"})
    kept = result(
        {scenario.name: scenario}, {scenario.name: outcomes}, seed=seed, warm_up=warm_up, confidence=confidence
    )
    return Enough(wanted=precision, table=table, result=kept)


def check_precision(precision: float) -> None:
    """Raise InvalidInputError for what can be no precision."""
    if not precision > 0:
        raise InvalidInputError(f"precision={precision:g} (half-width ÷ mean) must be above 0; 0.05 is usual.")


def enough(
    values: npt.ArrayLike, precision: float = 0.05, confidence: float = 0.95, *, look_ahead: int = LOOK_AHEAD
) -> int | None:
    """Return the first number of replications, at least 3, at which the precision is reached and kept over the look-ahead.

    `values`: one a replication, in order; NaN where a replication had nothing to count. None where it is not reached, or
    there are too few values to look ahead.
    """
    sample = np.asarray(values, dtype=np.float64)
    good = [False] * FIRST + [precise(sample[:n], precision, confidence) for n in range(FIRST, len(sample) + 1)]
    for n in range(FIRST, len(sample) + 1):
        further = look_ahead * max(n, 100) // 100
        if n + further <= len(sample) and all(good[n : n + further + 1]):
            return n
    return None


def precise(values: npt.NDArray[np.float64], precision: float, confidence: float) -> bool:
    """Whether the half-width of the interval is at most this share of the mean."""
    return _reached(values, confidence)[1] <= precision


def _reached(values: npt.ArrayLike, confidence: float) -> tuple[float, float]:
    """Return mean, and half-width ÷ mean (NaN: fewer than two values; 0 where all are the same)."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return np.nan, np.nan
    mean, half = float(known.mean()), half_width(known, confidence)
    if half == 0:
        return mean, 0.0
    return mean, half / abs(mean) if mean else np.inf
