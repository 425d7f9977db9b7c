"""How many replications are enough? The confidence-interval method with look-ahead.

Source: K. Hoad, S. Robinson, R. Davies, Automated selection of the number of replications for a discrete-event simulation,
Journal of the Operational Research Society 61 (2010), 1632-1644. Replications are added until the half-width of the interval
has fallen to the wanted share of the mean, and stays there over some more: one early result by chance is not enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.experiment.execution import Execution, run
from devopssim.experiment.experiment import Experiment, Precision
from devopssim.experiment.intervals import half_width
from devopssim.experiment.measure import Outcome, kpi_names
from devopssim.experiment.options import Options, scenario_of, values_of
from devopssim.experiment.result import Result, unit_of
from devopssim.scenario import Scenario

FIRST: Final = 3
LOOK_AHEAD: Final = 5
"""What the authors recommend: 5 more replications, or 5 % of those done once there are more than 100."""
AT_A_TIME: Final = 10


@dataclass(frozen=True, kw_only=True)
class RequiredReplications:
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
    scenario: Scenario | Experiment,
    *,
    precision: float = 0.05,
    kpis: Sequence[str] = ("lead_time", "deployment_frequency"),
    at_most: int = 1000,
    **options: Unpack[Options],
) -> RequiredReplications:
    """Run replications until the interval of each of the `kpis` is within ± `precision` of its mean, and stays there.

    `at_most` replications are run. A KPI whose mean lies near 0, such as the share of something rare, needs very many: a
    relative precision asks much of it. A replication without a value for a KPI counts as run, and adds nothing to it.
    `options`: as for `compare`. Raises InvalidInputError for a precision that is not above 0, or no KPI.
    """
    start = scenario_of(scenario)
    wanted = Precision(target=precision, kpis=kpi_names(kpis))
    given = scenario if isinstance(scenario, Experiment) else {start.name: start}
    experiment, execution = values_of(given, options, replications=at_most, kpis=wanted.kpis, precision=wanted)
    outcomes = outcomes_of(experiment, execution)
    (runs,) = outcomes.values()
    rows = []
    for kpi in wanted.kpis:
        values = [outcome.values[kpi] for outcome in runs]
        n = replications_needed(values, precision, experiment.confidence)
        rows.append((kpi, unit_of(kpi), n, *_reached(values[:n], experiment.confidence)))
    table = pd.DataFrame(rows, columns=["kpi", "unit", "replications", "estimate", "precision"])
    table = table.astype({"replications": "Int64"})
    return RequiredReplications(wanted=precision, table=table, result=Result.of(experiment, outcomes))


def outcomes_of(experiment: Experiment, execution: Execution) -> dict[str, list[Outcome]]:
    """Return the outcomes of all replications of an experiment, or of as many as its precision needs."""
    if experiment.precision is None:
        return run(experiment, execution)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in experiment.scenarios}
    done = 0
    while done < experiment.replications and not is_precise(experiment, outcomes, stay=True):
        more = range(done, min(done + AT_A_TIME, experiment.replications))
        for name, further in run(experiment, execution, replications=more).items():
            outcomes[name] += further
        done = more.stop
    return outcomes


def is_precise(experiment: Experiment, outcomes: Mapping[str, Sequence[Outcome]], *, stay: bool = False) -> bool:
    """Return whether these outcomes reach the experiment's precision, in every scenario; with `stay`, over the look-ahead too."""
    wanted, confidence = experiment.precision, experiment.confidence
    if wanted is None:
        return False
    samples = (np.array([outcome.values[kpi] for outcome in runs]) for runs in outcomes.values() for kpi in wanted.kpis)
    if stay:
        return all(replications_needed(values, wanted.target, confidence) is not None for values in samples)
    return all(_reached(values, confidence)[1] <= wanted.target for values in samples)


def replications_needed(
    values: npt.ArrayLike, precision: float = 0.05, confidence: float = 0.95, *, look_ahead: int = LOOK_AHEAD
) -> int | None:
    """Return the first number of replications, at least 3, at which the precision is reached and kept over the look-ahead.

    `values`: one a replication, in order; NaN where a replication had nothing to count. None where it is not reached, or
    there are too few values to look ahead.
    """
    sample = np.asarray(values, dtype=np.float64)
    numbers = range(FIRST, len(sample) + 1)
    good = [False] * FIRST + [_reached(sample[:n], confidence)[1] <= precision for n in numbers]
    for n in numbers:
        further = look_ahead * max(n, 100) // 100
        if n + further <= len(sample) and all(good[n : n + further + 1]):
            return n
    return None


def _reached(values: npt.ArrayLike, confidence: float) -> tuple[float, float]:
    """Return mean, and half-width ÷ mean (NaN: fewer than two values; 0 where all are the same)."""
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return np.nan, np.nan
    mean, half = float(sample.mean()), half_width(sample, confidence)
    if half == 0:
        return mean, 0.0
    return mean, half / abs(mean) if mean else np.inf
