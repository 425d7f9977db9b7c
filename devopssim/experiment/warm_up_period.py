"""Where a run's beginning should be cut off: MSER-5, and the picture that lets one judge.

A run starts with an empty organisation, so its first weeks flatter most KPIs. Sources: K. P. White, An effective truncation
heuristic for bias reduction in simulation output, Simulation 69 (1997), 323-334 (MSER; over batches of five: MSER-5); P. D.
Welch, The statistical analysis of simulation results (1983).
"""

import warnings
from dataclasses import dataclass
from numbers import Integral
from typing import Final, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.execution import run
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.measure import Measure
from devopssim.experiment.options import Options, scenario_of, values_of
from devopssim.experiment.result import unit_of
from devopssim.scenario import Scenario

BATCH: Final = 5
STEP: Final = "1D"


class WarmUpWarning(UserWarning):
    """The cut lies in the second half of a run: the run is too short to tell, or never settles."""


@dataclass(frozen=True, kw_only=True)
class WarmUp:
    """Where a KPI settles. `hours` is the warm-up; `settled` is False where the cut lies in the second half of the run.

    `table` (Welch's plot): columns time (hours), mean (over the replications), smooth (its moving average).
    """

    kpi: str
    unit: str
    hours: float
    settled: bool
    table: pd.DataFrame


def warm_up(
    scenario: Scenario | Experiment,
    kpi: str = "wip",
    *,
    replications: int | None = None,
    smoothing: int = 28,
    **options: Unpack[Options],
) -> WarmUp:
    """Return how long a scenario takes until a KPI has settled, judged by its daily course averaged over replications.

    `replications` (default 10) and `options` as for `compare`; an Experiment with one scenario gives them all. `smoothing` is
    the half-width, in days, of the moving average for the eye. Warns (WarmUpWarning) where the cut lies in the second half of
    the run. Raises InvalidInputError for an unknown KPI, a run that is too short, and a `smoothing` that is not a whole number
    from 0.
    """
    start = scenario_of(scenario)
    _check_smoothing(smoothing)
    measure = Measure(kpis=(kpi,), curves=(kpi,), window=STEP, step=STEP)
    experiment, execution = values_of(
        scenario, options, usual={"replications": 10}, scenarios={start.name: start}, replications=replications
    )
    outcomes = run(experiment, execution, measure=measure)[start.name]
    time = np.asarray(outcomes[0].curves[kpi][0])
    runs = np.array([outcome.curves[kpi][1] for outcome in outcomes])
    table = welch(time, runs, smoothing)
    observed = table["mean"].notna().to_numpy()
    cut = mser5(table["mean"].to_numpy()[observed])
    settled = cut <= observed.sum() / 2
    hours = float(time[observed][cut - 1]) if cut else 0.0
    if not settled:
        message = (
            f"{kpi} of {start.name!r} settles only after {hours:g} of {time[-1]:g} hours; let it run longer "
            "(years); if it still does not settle, it has no steady state, because work piles up without end."
        )
        warnings.warn(message, WarmUpWarning, stacklevel=2)
    return WarmUp(kpi=kpi, unit=unit_of(kpi), hours=hours, settled=bool(settled), table=table)


def mser5(series: npt.ArrayLike, batch: int = BATCH) -> int:
    """Return how many of the first observations to leave out: that multiple of `batch` at which MSER is least.

    MSER is the squared standard error of the mean of what remains: it falls as the transient goes and rises as data goes.
    The last five batches are never candidates, since few of them may agree by chance. Raises InvalidInputError for fewer
    than 10 batches or numbers that are not finite.
    """
    observed = np.asarray(series, dtype=np.float64)
    batches = len(observed) // batch
    if batches < 2 * BATCH or not np.isfinite(observed).all():
        raise InvalidInputError(
            f"a series of {len(observed)} observations is too short, or has gaps: MSER-{batch} needs {2 * BATCH * batch} "
            "finite ones; simulate a longer run."
        )
    means = observed[: batches * batch].reshape(batches, batch).mean(axis=1)
    means = means - means.mean()  # large means would drown the differences
    left = np.arange(batches, 0, -1)
    totals, squares = means[::-1].cumsum()[::-1], (means**2)[::-1].cumsum()[::-1]
    mser = (squares - totals**2 / left) / left**2
    return int(np.argmin(mser[:-BATCH])) * batch


def welch(time: npt.ArrayLike, runs: npt.ArrayLike, smoothing: int = 28) -> pd.DataFrame:
    """Return Welch's plot as a table: columns time, mean (over `runs`, one a row), smooth.

    `smooth` averages `2 · smoothing + 1` neighbours, fewer and symmetrical near the beginning; NaN within `smoothing` of
    the end. Times at which no run has a value are left out.
    """
    _check_smoothing(smoothing)
    series = pd.DataFrame(np.asarray(runs, dtype=np.float64)).mean(axis=0).to_numpy()
    reach = np.minimum(np.arange(len(series)), smoothing)
    smooth = np.full(len(series), np.nan)
    for day in range(len(series) - smoothing):
        near = series[day - reach[day] : day + reach[day] + 1]
        if np.isfinite(near).any():
            smooth[day] = np.nanmean(near)
    return pd.DataFrame({"time": np.asarray(time, dtype=np.float64), "mean": series, "smooth": smooth})


def _check_smoothing(smoothing: object) -> None:
    if not isinstance(smoothing, Integral) or int(smoothing) < 0:
        raise InvalidInputError(
            f"smoothing={smoothing!r} (half-width of the moving average, in days) must be a whole number from 0; 28 is usual."
        )
