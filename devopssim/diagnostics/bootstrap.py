"""How well does one log know its KPIs? Bootstrap intervals, and a plain word where there is too little to know.

Durations are resampled as they are. Shares of counted things (failed deployments among deployments) are resampled as ones and
zeros; where all or none are, which resampling cannot tell from certainty, the exact interval of Clopper and Pearson stands.
What is measured over time (frequency, WIP, availability) is resampled in weeks, so that what belongs together stays together.
Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993; for few incidents, the VOID report of 2022.
"""

import warnings
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from devopssim import kpis
from devopssim.kpis import Floats, Kpi, Rate, Run, chosen, table

RESAMPLES: Final = 999
LEAST: Final = 2
ANECDOTES: Final = 5
FEW: Final = 20
LEAST_WEEKS: Final = 8
NAN: Final = float("nan")


def intervals(log: pd.DataFrame, names: Iterable[str] | None = None, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the table of `kpis.table` with columns low, high (the interval of `value`), resampled (how many things) and word.

    NaN where there are fewer than two things, or fewer than eight weeks of what is measured over time. `word` is nothing,
    anecdotes (1 to 4), few (5 to 19) or enough.
    """
    run = Run(log)
    measured = table(run, names)
    rows = [_interval(kpi, run, log, confidence) for kpi in chosen(names)]
    measured["low"], measured["high"], measured["resampled"] = (list(column) for column in zip(*rows, strict=True))
    measured["word"] = [word_for(int(n)) for n in measured["n"]]
    return measured


def word_for(n: int) -> str:
    """Return in a word what a number from so many things is worth."""
    return "nothing" if n == 0 else "anecdotes" if n < ANECDOTES else "few" if n < FEW else "enough"


def _interval(kpi: Kpi, run: Run, log: pd.DataFrame, confidence: float) -> tuple[float, float, int]:
    if kpi.durations is not None:
        hours = kpi.durations(run).lengths
        return *bootstrap(hours, np.mean if kpi.summary == "mean" else np.median, confidence), len(hours)
    assert kpi.rate is not None  # noqa: S101 - a KPI is a rate or a duration
    rate = kpi.rate(run)
    if kpi.sampled == "things":
        return _share(rate, confidence)
    if rate.n == 0 or run.weeks < LEAST_WEEKS:
        return NAN, NAN, 0
    weekly = kpis.kpi_curve(log, kpi.name, window="7D", step="7D").to_numpy(float)
    weekly = weekly[np.isfinite(weekly)]
    if len(weekly) < LEAST_WEEKS:
        return NAN, NAN, len(weekly)
    return *bootstrap(weekly, np.mean, confidence), len(weekly)


def _share(rate: Rate, confidence: float) -> tuple[float, float, int]:
    n = rate.n
    if n == 0:
        return NAN, NAN, 0
    counted = round(rate.numerator)
    if 0 < counted < n:
        things = np.repeat([1.0, 0.0], [counted, n - counted])
        return *bootstrap(things, np.mean, confidence), n
    low, high = stats.binomtest(min(max(counted, 0), n), n).proportion_ci(confidence)
    return float(low), float(high), n


def bootstrap(values: Floats, statistic: Callable[..., Any], confidence: float) -> tuple[float, float]:
    """Return the bootstrap interval of a statistic (BCa, or percentiles where that cannot be had); NaN for fewer than two."""
    if len(values) < LEAST:
        return NAN, NAN
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # degenerate samples give NaN, and the next method its turn
            ends = stats.bootstrap(
                (values,),
                statistic,
                n_resamples=RESAMPLES,
                confidence_level=confidence,
                method=method,
                batch=max(1, 2_000_000 // len(values)),
                rng=1,
            ).confidence_interval
        if np.isfinite([ends.low, ends.high]).all():
            return float(ends.low), float(ends.high)
    return NAN, NAN
