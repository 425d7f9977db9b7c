"""Confidence intervals of the KPIs of one log: each by the method that it declares, or none and the reason.

An interval belongs to the mean of the process in this window, over all the histories that it could have had; one log is one of them.
`docs/intervals.md` shows how often the intervals cover that mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from devopssim.diagnostics.estimators import (
    Bounds,
    Steps,
    design_effect,
    event_interval,
    mean_interval,
    median_interval,
    ratio_interval,
    share_interval,
)
from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK
from devopssim.kpis import Durations, Floats, Kpi, Log, Method, Rate, Run, chosen, run_of, table

STEPS: Final = 26
"""About so many steps a log is cut into; a year into fortnights."""
LEAST_WEEKS: Final = 8
LEAST_BATCHES: Final = 8
"""Least number of steps in which something happened: what comes in fewer batches is as few observations."""
MOST_UNFINISHED: Final = 0.1
"""Largest share of unfinished durations of which a mean is estimated."""
ENOUGH: Final = 0.25
"""Largest half-width ÷ value that is enough."""
ENOUGH_SHARE: Final = 0.02
"""Largest half-width of a share that is enough, however small the share."""
NO_VARIATION: Final = "needs values that vary"
NAN: Final = float("nan")


@dataclass(frozen=True, kw_only=True)
class KpiInterval:
    """The confidence interval of a KPI; without one, bounds of NaN and the reason.

    Examples
    --------
    >>> KpiInterval(reason="needs at least 500 incidents, has 4").known
    False
    """

    low: float = NAN
    high: float = NAN
    reason: str = ""

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return bool(np.isfinite([self.low, self.high]).all())


class RunInSteps:
    """A run cut into steps: whole weeks, or whole days of a short one. The last step takes the rest.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> RunInSteps(Run(from_rows([event(5, "ticket.closed", item="W1")], horizon=70))).edges.tolist()
    [24.0, 70.0]
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.hours = run.horizon - run.begin
        unit = HOURS_PER_WEEK if self.hours >= STEPS * HOURS_PER_WEEK else HOURS_PER_DAY
        width = max(round(self.hours / unit / STEPS), 1) * unit
        self.edges: Floats = run.begin + width * np.arange(1.0, max(int(self.hours / width), 1) + 1)
        self.edges[-1] = run.horizon

    @cached_property
    def _until(self) -> list[Run]:
        """The run as it was at the end of each step."""
        run = self.run.in_window
        rows = [*np.searchsorted(run.time, self.edges[:-1]), len(run.time)]
        return [run.part(0, last, {**run.attrs, "horizon": edge}) for last, edge in zip(rows, self.edges, strict=True)]

    def steps(self, kpi: Kpi) -> Steps:
        """Return how the numerator and the denominator of a rate grew from step to step; all steps together are the whole rate."""
        assert kpi.rate is not None  # noqa: S101 - asked for rates only
        rates = [kpi.rate(run) for run in self._until]
        numerator, denominator = np.array([(rate.numerator, rate.denominator) for rate in rates], dtype=np.float64).T
        return Steps(np.diff(numerator, prepend=0.0), np.diff(denominator, prepend=0.0))

    def counts(self, times: Floats) -> Floats:
        """Return how many of the times lie in each step."""
        until = np.searchsorted(np.sort(times), self.edges, side="right")
        return np.diff(until, prepend=0).astype(np.float64)


def intervals(log: Log, names: Iterable[str] | None = None, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the KPIs of a log with their confidence intervals.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication or one team.
    names : iterable of str, optional
        Names of `kpis.KPIS` (default: all).
    confidence : float, default 0.95
        Level of the intervals.

    Returns
    -------
    DataFrame
        The table of `kpis.table` with the columns `low` and `high`, the interval of `value` (NaN without one); `precision`, its
        half-width ÷ value (÷ the smaller of a share and its complement); `word`: nothing (n = 0), no interval, wide or enough
        (precision at most 0.25, or a share's half-width at most 0.02); and `reason`, why there is no interval.

    Raises
    ------
    InvalidInputError
        If a name is unknown.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(5, "ticket.closed", item="W1")], horizon=168)
    >>> intervals(log, ["throughput"])[["value", "n", "word", "reason"]].values.tolist()
    [[1.0, 1, 'no interval', 'needs at least 10 items, has 1']]
    """
    run = run_of(log)
    measured = table(run, names)
    in_steps = RunInSteps(run)
    found = [_interval(kpi, in_steps, confidence) for kpi in chosen(names)]
    measured["low"], measured["high"] = [each.low for each in found], [each.high for each in found]
    scale = [_scale(kpi, value) for kpi, value in zip(chosen(names), measured["value"], strict=True)]
    half = (measured["high"] - measured["low"]) / 2
    measured["precision"] = half / np.where(np.array(scale) > 0, scale, np.nan)
    narrow = [
        precision <= ENOUGH or (kpi.interval.method == "share" and width <= ENOUGH_SHARE)
        for kpi, precision, width in zip(chosen(names), measured["precision"], half, strict=True)
    ]
    known = measured["low"].notna()
    measured["word"] = np.select([measured["n"] == 0, ~known, narrow], ["nothing", "no interval", "enough"], "wide")
    measured["reason"] = [each.reason for each in found]
    return measured


def interval_of(kpi: Kpi, log: Log, confidence: float = 0.95) -> KpiInterval:
    """Return the confidence interval of one KPI of a log, by the method that the KPI declares.

    Parameters
    ----------
    kpi : Kpi
        One of `kpis.KPIS`.
    log : DataFrame or Run
        Event log of one replication or one team.
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    KpiInterval
        Bounds of the KPI's value, or the reason why they are missing.

    Examples
    --------
    >>> from devopssim.kpis import KPIS
    >>> from devopssim.scenario import DEVOPS, vary
    >>> from devopssim.simulation import simulate
    >>> interval_of(KPIS["deployment_frequency"], simulate(vary(DEVOPS, {"years": 1}), seed=1)).known
    True
    """
    return _interval(kpi, RunInSteps(run_of(log)), confidence)


def _interval(kpi: Kpi, in_steps: RunInSteps, confidence: float) -> KpiInterval:
    if kpi.durations is None:
        return _of_rate(kpi, in_steps, confidence)
    durations = kpi.durations(in_steps.run)
    if kpi.interval.method == "mean":
        return _of_mean(kpi, durations, confidence)
    if kpi.interval.method == "events":
        return _of_times_between(kpi, durations, in_steps, confidence)
    return _of_median(kpi, durations, in_steps, confidence)


def _of_mean(kpi: Kpi, durations: Durations, confidence: float) -> KpiInterval:
    """Return the interval of the mean of durations."""
    hours = durations.lengths
    if reason := _too_few(len(hours), kpi):
        return KpiInterval(reason=reason + _median_instead(hours, confidence))
    if not durations.censored and durations.unfinished > MOST_UNFINISHED * len(durations.start):
        reason = f"misses the longest, because {durations.unfinished} of {len(durations.start)} have not ended"
        return KpiInterval(reason=reason)
    return _checked(mean_interval(hours, confidence))


def _of_times_between(kpi: Kpi, durations: Durations, in_steps: RunInSteps, confidence: float) -> KpiInterval:
    """Return the interval of the mean time to the next event, from the rate of events in all of that time."""
    events = int(durations.finished.sum())
    if reason := _too_few(events, kpi):
        return KpiInterval(reason=reason)
    waited = float((np.where(durations.finished, durations.end, in_steps.run.horizon) - durations.start).sum())
    if not waited > 0:
        return KpiInterval(reason=NO_VARIATION)
    low, high = event_interval(events, waited, confidence)
    return _checked((1 / high, 1 / low))


def _of_median(kpi: Kpi, durations: Durations, in_steps: RunInSteps, confidence: float) -> KpiInterval:
    """Return the interval of the median of durations."""
    hours, ends = durations.lengths, durations.end[durations.finished]
    steps = Steps(in_steps.counts(ends[hours <= np.median(hours)]) if len(hours) else ends, in_steps.counts(ends))
    reason = (
        _too_few(len(hours), kpi)
        or _too_short(in_steps, durations, kpi.interval.spans)
        or _too_few_batches(steps.denominator, kpi)
    )
    if reason:
        return KpiInterval(reason=reason)
    return _checked(median_interval(hours, design_effect(steps, confidence), confidence))


def _of_rate(kpi: Kpi, in_steps: RunInSteps, confidence: float) -> KpiInterval:
    """Return the interval of a rate."""
    assert kpi.rate is not None  # noqa: S101 - a KPI is a rate or a duration
    rule, rate = kpi.interval, kpi.rate(in_steps.run)
    memory = rule.memory.durations(in_steps.run.in_window) if rule.memory else None
    reason = _too_few(rate.n, kpi) or _too_short(in_steps, memory, rule.spans)
    if not reason and (not rate.denominator > 0 or (rate.numerator <= 0 and rule.method != "share")):
        reason = NO_VARIATION
    if reason:
        return KpiInterval(reason=reason)
    steps = in_steps.steps(kpi)
    if rule.method in {"share", "flow"}:
        reason = _too_few_batches(steps.denominator if rule.method == "share" else steps.numerator, kpi)
    if reason:
        return KpiInterval(reason=reason)
    low, high = _bounds(rule.method, rate, steps, confidence)
    return _checked((max(low, 0.0), min(high, 1.0) if kpi.unit == "share" and rate.value <= 1 else high))


def _bounds(method: Method, rate: Rate, steps: Steps, confidence: float) -> Bounds:
    """Return the bounds of a rate by its method."""
    if method == "events":
        return event_interval(rate.n, rate.denominator, confidence)
    if method == "share":
        return share_interval(rate.numerator, rate.denominator, design_effect(steps, confidence), confidence)
    if method == "loss":
        low, high = mean_interval(steps.numerator / steps.denominator, confidence)
        return (1 - high, 1 - low) if rate.complement else (low, high)
    half_an_entity = 0.5 / rate.denominator if rate.numerator == rate.n else 0.0
    return ratio_interval(steps, confidence, least=half_an_entity)


def _checked(bounds: Bounds) -> KpiInterval:
    """Return bounds as an interval; none where nothing varies."""
    if not np.isfinite(bounds).all() or bounds[0] == bounds[1]:
        return KpiInterval(reason=NO_VARIATION)
    return KpiInterval(low=bounds[0], high=bounds[1])


def _too_few(n: int, kpi: Kpi) -> str:
    """Return why so many entities are too few for a KPI; an empty text if they are enough."""
    if n == 0:
        return "nothing was observed"
    return f"needs at least {kpi.interval.least} {kpi.counts}, has {n}" if n < kpi.interval.least else ""


def _median_instead(hours: Floats, confidence: float) -> str:
    """Return what to read instead of a mean that hangs on the few longest durations."""
    if len(hours) < LEAST_BATCHES:
        return "; read each of them" if len(hours) else ""
    low, high = median_interval(hours, confidence=confidence)
    return f", because the longest decide a mean; the median is {np.median(hours):.3g} h ({low:.3g} to {high:.3g})"


def _too_short(in_steps: RunInSteps, memory: Durations | None, spans: float) -> str:
    """Return why the observed time is too short; an empty text if it is long enough.

    The mean of a memory is estimated as that of exponential durations, so that the unfinished ones count.
    """
    observed, horizon = in_steps.hours, in_steps.run.horizon
    if observed < LEAST_WEEKS * HOURS_PER_WEEK:
        return f"needs at least {LEAST_WEEKS} weeks of log, has {observed / HOURS_PER_WEEK:.2g}"
    if memory is None:
        return ""
    lasted = np.where(memory.finished, memory.end, horizon) - memory.start
    mean = float(lasted.sum()) / max(int(memory.finished.sum()), 1)
    if observed >= spans * mean:
        return ""
    weeks, needed = mean / HOURS_PER_WEEK, np.ceil(spans * mean / HOURS_PER_WEEK)
    return f"needs at least {needed:,.0f} weeks of log, because what begins lasts {weeks:,.0f} weeks and one month resembles the next"


def _too_few_batches(counts: Floats, kpi: Kpi) -> str:
    """Return why what came in steps came in too few of them; an empty text if they are enough."""
    batches = int((counts > 0).sum())
    reason = f"needs at least {LEAST_BATCHES} batches of {kpi.counts}, has {batches}"
    return reason if batches < LEAST_BATCHES else ""


def _scale(kpi: Kpi, value: float) -> float:
    """Return what a half-width is measured by: the value, or the smaller of a share and its complement."""
    return min(value, 1 - value) if kpi.unit == "share" else value
