"""KPIs of one log as a table, as numbers to compare, as records for programs, and as text."""

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.kpis.catalogue import KPIS
from devopssim.kpis.declaration import Kpi
from devopssim.kpis.run import Log, Run, run_of

NAN = float("nan")
COLUMNS: Final = ("unit", "value", "median", "p85", "mean", "n", "unfinished")


def table(log: Log, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Return one row a KPI: index its name; columns unit, value, median, p85 (85th percentile), mean, n, unfinished.

    `value` is the one number that stands for the KPI: a rate itself; of a duration the median, but of those that are called
    *mean time* (MTTF, MTTD, MTTR, MTBF) the mean. A duration's n counts the finished; a rate's n the things that it was
    counted over. NaN (and n = 0) where there was nothing; median, p85, mean and unfinished of rates are NaN.
    `names` are those of `KPIS` (default: all). Raises InvalidInputError for another.
    """
    run = run_of(log)
    rows = {kpi.name: _row(kpi, run) for kpi in chosen(names)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("kpi")


def values(log: Log, names: Iterable[str] | None = None) -> dict[str, float]:
    """Return the one number of each KPI, by name: the column `value` of `table`."""
    run = run_of(log)
    return {kpi.name: kpi.value(run) for kpi in chosen(names)}


def records(log: Log, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the KPIs for programs, ready for JSON (None where there is no number).

    A duration is `{"kpi", "unit", "median", "p85", "mean", "n", "unfinished"}` in hours, a rate `{"kpi", "unit", "value", "n"}`.
    """
    found = []
    for row in table(log, names).reset_index().to_dict("records"):
        is_duration = KPIS[str(row["kpi"])].shape == "duration"
        keys = ("median", "p85", "mean", "n", "unfinished") if is_duration else ("value", "n")
        found.append({"kpi": row["kpi"], "unit": row["unit"], **{key: _plain(row[key], key) for key in keys}})
    return found


def chosen(names: Iterable[str] | None) -> list[Kpi]:
    """Return the KPIs of these names (default: all). Raises InvalidInputError for a name that is none of `KPIS`."""
    wanted = list(KPIS) if names is None else [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in KPIS:
            message = f"{name!r} is no KPI; the KPIs are {', '.join(KPIS)}."
            raise InvalidInputError(message)
    return [KPIS[name] for name in wanted]


def _row(kpi: Kpi, run: Run) -> tuple[str, float, float, float, float, int, float]:
    if kpi.rate is not None:
        rate = kpi.rate(run)
        return kpi.unit, rate.value, NAN, NAN, NAN, rate.n, NAN
    assert kpi.durations is not None  # noqa: S101 - a KPI is a rate or a duration
    durations = kpi.durations(run)
    hours = durations.lengths
    median, p85 = np.quantile(hours, [0.5, 0.85]) if len(hours) else (NAN, NAN)
    mean = float(hours.mean()) if len(hours) else NAN
    return kpi.unit, kpi.summarise(hours), float(median), float(p85), mean, len(hours), float(durations.unfinished)


def _plain(number: float, key: str) -> float | int | None:
    if math.isnan(number):
        return None
    return int(number) if key in {"n", "unfinished"} else float(number)
