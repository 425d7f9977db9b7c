"""Does a twin behave like the log that it was learnt from? For KPIs that it was fitted to, and for others, which are the test."""

import math
from dataclasses import dataclass
from typing import Final, Unpack

import numpy as np
import pandas as pd

from devopssim import kpis
from devopssim.experiment import Experiment, Options, compare, t_quantile
from devopssim.kpis import Run
from devopssim.twin.calibration import Calibration

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
USUAL: Final = 20


@dataclass(frozen=True, kw_only=True)
class Check:
    """`table`: columns kpi, unit, fitted, log, n, twin, low, high, verdict. `low` to `high` is where one run of the twin lies
    in 95 of 100 cases (a prediction interval); `verdict` is inside, outside or nothing to compare.
    """

    table: pd.DataFrame
    replications: int

    @property
    def holds(self) -> bool:
        """Whether every KPI that the twin was fitted to lies inside."""
        fitted = self.table[self.table["fitted"]]
        return not (fitted["verdict"] == "outside").any()


def check(found: Calibration, log: pd.DataFrame, replications: int = USUAL, **options: Unpack[Options]) -> Check:
    """Simulate the twin as long as the log lasts, and compare KPI by KPI; `options` as in `experiment.compare`."""
    scenarios = {found.scenario.name: found.scenario}
    result = compare(Experiment(scenarios=scenarios, replications=replications, kpis=COMPARED), **options)
    own = kpis.table(Run(log), COMPARED)
    measured = zip(COMPARED, own["unit"], own["value"].astype(float), own["n"].astype(int), strict=True)
    rows = []
    for kpi, unit, seen, n in measured:
        runs = result.values.loc[result.values["kpi"] == kpi, "value"].to_numpy(float)
        runs = runs[np.isfinite(runs)]
        middle = float(runs.mean()) if len(runs) else float("nan")
        low, high = _prediction(runs)
        rows.append((kpi, unit, kpi in found.fitted, seen, n, middle, low, high, _verdict(seen, n, low, high)))
    columns = ["kpi", "unit", "fitted", "log", "n", "twin", "low", "high", "verdict"]
    return Check(table=pd.DataFrame(rows, columns=columns), replications=replications)


def _prediction(runs: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, float]:
    """Return where the next run lies in 95 of 100 cases, if runs vary normally (positive ones: lognormally)."""
    if len(runs) < 2:
        return float("nan"), float("nan")
    positive = bool((runs > 0).all())
    known = np.log(runs) if positive else runs
    half = t_quantile(0.95, len(runs) - 1) * float(known.std(ddof=1)) * math.sqrt(1 + 1 / len(runs))
    low, high = float(known.mean()) - half, float(known.mean()) + half
    return (math.exp(low), math.exp(high)) if positive else (low, high)


def _verdict(seen: float, n: int, low: float, high: float) -> str:
    if n == 0 or not (math.isfinite(seen) and math.isfinite(low)):
        return "nothing to compare"
    slack = 1e-9 * max(1.0, abs(seen))
    return "inside" if low - slack <= seen <= high + slack else "outside"
