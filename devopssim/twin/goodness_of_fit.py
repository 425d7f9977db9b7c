"""Goodness of fit: whether a simulated twin has the KPIs of its log, for KPIs that it was fitted to and for others.

The KPIs that it was not fitted to are the test.
"""

import math
from dataclasses import dataclass
from typing import Final, Unpack

import numpy as np
import pandas as pd

from devopssim import kpis
from devopssim.events import HOURS_PER_YEAR, cut_to_window
from devopssim.experiment import Options, compare, t_quantile
from devopssim.kpis import Run
from devopssim.scenario import vary
from devopssim.twin.calibration import Calibration
from devopssim.twin.drawn import DrawnExperiment
from devopssim.twin.posterior import MOST_YEARS
from devopssim.twin.twin import HOLDS

COMPARED: Final = (
    "deployment_frequency",
    "change_failure_rate",
    "throughput",
    "cycle_time",
    "lead_time",
    "lead_time_for_changes",
    "mttd",
    "mttr",
    "wip",
    "availability",
)
MONEY: Final = ("change_failure_rate", "mttr", "availability")
"""KPIs that an answer in money depends on, fitted or not."""
DEFAULT_REPLICATIONS: Final = 20
MOST_WARM_UP: Final = HOURS_PER_YEAR


@dataclass(frozen=True, kw_only=True)
class Check:
    """Result of a test of a twin against its log.

    Parameters
    ----------
    table : DataFrame
        One row per KPI. Columns: kpi, unit, fitted, log (the log's value), n, twin (mean of the replications), low, high,
        verdict. One replication of the twin lies between low and high with a probability of 95 % (prediction interval);
        the verdict is 'inside', 'outside' or 'nothing to compare'.
    replications : int
        Number of replications.
    """

    table: pd.DataFrame
    replications: int

    @property
    def outside(self) -> tuple[str, ...]:
        """KPIs that count and lie outside: those that the twin was fitted to, and those that money depends on."""
        counts = self.table["fitted"] | self.table["kpi"].isin(MONEY)
        return tuple(self.table.loc[counts & (self.table["verdict"] == "outside"), "kpi"])

    @property
    def holds(self) -> bool:
        """Whether every KPI that counts lies inside its prediction interval, where there is one to compare."""
        return not self.outside

    @property
    def differing(self) -> tuple[str, ...]:
        """KPIs that lie outside and do not count, each with both values as text: 'lead time for changes: 162 h, twin 438 to 1,141'."""
        others = self.table[(self.table["verdict"] == "outside") & ~self.table["kpi"].isin(self.outside)]
        return tuple(
            f"{kpis.KPIS[row['kpi']].title.lower()}: {_short(row['log'])} {row['unit']}, twin {_short(row['low'])} to {_short(row['high'])}"
            for row in others.to_dict("records")
        )

    @property
    def verdict(self) -> str:
        """'holds', or the KPIs that count and that the twin does not reproduce."""
        return HOLDS if self.holds else f"it does not reproduce {', '.join(self.outside)}"


def check(
    calibration: Calibration, log: pd.DataFrame, replications: int = DEFAULT_REPLICATIONS, **options: Unpack[Options]
) -> Check:
    """Simulate draws of a twin as long as its log lasts, at most a year and a half, and compare KPI by KPI.

    Parameters
    ----------
    calibration : Calibration
        The twin.
    log : DataFrame
        Event log that it was fitted to, or a later one of the same length.
    replications : int, default 20
        Number of replications.
    **options
        Options of `experiment.compare`: seed, workers, progress, …

    Returns
    -------
    Check
        The comparison.

    See Also
    --------
    calibrate : Fit a twin.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> from devopssim.scenario import DEVOPS
    >>> from devopssim.twin import calibrate
    >>> log = from_rows([event(100.0 * n, "ticket.created", item=f"W{n}") for n in range(1, 8)], horizon=840.0)
    >>> check(calibrate(log, base=DEVOPS), log, replications=2, progress=False).table.columns.tolist()
    ['kpi', 'unit', 'fitted', 'log', 'n', 'twin', 'low', 'high', 'verdict']
    """
    warm_up = _warm_up(calibration, log)
    years = min(calibration.scenario.years, MOST_YEARS) + warm_up / HOURS_PER_YEAR
    scenario = vary(calibration.scenario, {"years": years})
    experiment = DrawnExperiment(
        scenarios={scenario.name: scenario},
        replications=replications,
        kpis=COMPARED,
        draws=calibration.draws,
        warm_up=warm_up,
        begun_before=not Run(log).warm_up,
    )
    result = compare(experiment, **options)
    log_kpis = kpis.table(Run(log), COMPARED)
    measured = zip(COMPARED, log_kpis["unit"], log_kpis["value"].astype(float), log_kpis["n"].astype(int), strict=True)
    rows = []
    for kpi, unit, value, n in measured:
        runs = result.values.loc[result.values["kpi"] == kpi, "value"].to_numpy(float)
        runs = runs[np.isfinite(runs)]
        mean = float(runs.mean()) if len(runs) else float("nan")
        low, high = _prediction(runs) if kpi != "availability" else _flipped(_prediction(1 - runs))
        high = min(high, 1.0) if unit == "share" else high
        rows.append((kpi, unit, kpi in calibration.fitted, value, n, mean, low, high, _verdict(value, n, low, high)))
    columns = ["kpi", "unit", "fitted", "log", "n", "twin", "low", "high", "verdict"]
    return Check(table=pd.DataFrame(rows, columns=columns), replications=replications)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _warm_up(calibration: Calibration, log: pd.DataFrame) -> float:
    """Return the hours that the twin works before it is compared: none where the log shows the work's beginning or the requests open then.

    A log that begins in the midst of work, of a team whose requests it does not hold, shows the releases of changes made before.
    """
    before = Run(cut_to_window(log)).warm_up
    shows_backlog = any(estimate.parameter == "demand.backlog" for estimate in calibration.estimates)
    return 0.0 if shows_backlog else min(before, MOST_WARM_UP)


def _prediction(runs: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, float]:
    """Return the 95 % prediction interval of the next replication: of lognormal values, or of normal ones from 0 if some are 0."""
    if len(runs) < 2:
        return float("nan"), float("nan")
    positive = bool((runs > 0).all())
    sample = np.log(runs) if positive else runs
    half = t_quantile(0.95, len(runs) - 1) * float(sample.std(ddof=1)) * math.sqrt(1 + 1 / len(runs))
    low, high = float(sample.mean()) - half, float(sample.mean()) + half
    return (math.exp(low), math.exp(high)) if positive else (max(0.0, low), high)


def _flipped(interval: tuple[float, float]) -> tuple[float, float]:
    """Return the interval of an availability from that of its downtime, which is skewed and cannot exceed the whole time."""
    return max(0.0, 1 - interval[1]), 1 - interval[0]


def _verdict(value: float, n: int, low: float, high: float) -> str:
    """Return whether the log's value lies inside the interval; rounding errors count as inside."""
    if n == 0 or not (math.isfinite(value) and math.isfinite(low)):
        return "nothing to compare"
    slack = 1e-9 * max(1.0, abs(value))
    return "inside" if low - slack <= value <= high + slack else "outside"
