"""How often the intervals of one log cover what they estimate: on known processes, and on one year of each organisation.

What an interval estimates is the mean over all the histories that a process could have in the same window: of a rate the expected
numerator ÷ the expected denominator, of a duration the mean or median of all that begin in the window, however long they take.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np

from devopssim import kpis
from devopssim.diagnostics import intervals
from devopssim.diagnostics.estimators import (
    Bounds,
    Steps,
    design_effect,
    mean_interval,
    median_interval,
    ratio_interval,
    share_interval,
)
from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.kpis import KPIS, Floats, Rate, Run
from devopssim.scenario import PRESETS, vary
from devopssim.simulation import simulate_coded

WARM_UP: Final = 26 * HOURS_PER_WEEK
OF_PROCESSES: Final = 4000
FEW_GIVEN: Final = 50
"""Below so many intervals, their coverage is not measured."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process whose truth is known: a name, what an interval estimates, and a history's interval."""

    name: str
    truth: float
    interval: Callable[[np.random.Generator], Bounds]

    def coverage(self, histories: int, seed: int = 18) -> float:
        """Return the share of histories whose interval covers the truth."""
        draws = np.random.default_rng(seed)
        bounds = np.array([self.interval(draws) for _ in range(histories)])
        return float(np.mean((bounds[:, 0] <= self.truth) & (self.truth <= bounds[:, 1])))


def autoregressive(draws: np.random.Generator, correlation: float, n: int) -> Floats:
    """Return n values of a Gaussian AR(1) process of variance 1."""
    noise: Floats = draws.normal(size=n) * np.sqrt(1 - correlation**2)
    noise[0] /= np.sqrt(1 - correlation**2)
    for step in range(1, n):
        noise[step] += correlation * noise[step - 1]
    return noise


def _level(draws: np.random.Generator, correlation: float) -> Bounds:
    return ratio_interval(Steps(10 + 2 * autoregressive(draws, correlation, 26), np.ones(26)))


def _flow(draws: np.random.Generator, rate: Floats) -> Bounds:
    return ratio_interval(Steps(draws.poisson(rate).astype(float), np.ones(len(rate))))


def _sprints(draws: np.random.Generator) -> Bounds:
    """Ten items a week are closed together every third week; the log begins in any week of the three."""
    closed = np.zeros(52)
    releases = closed[int(draws.integers(3)) :: 3]
    releases[:] = draws.poisson(30.0, len(releases))
    return ratio_interval(Steps(closed.reshape(26, 2).sum(axis=1), np.full(26, 2.0)))


def _loss(draws: np.random.Generator) -> Bounds:
    outages = draws.poisson(3.0, 26)
    return mean_interval(np.array([draws.lognormal(0.0, 1.0, n).sum() for n in outages]))


def _share(draws: np.random.Generator, n: float, share: float) -> Bounds:
    entities = draws.poisson(n / 26, 26).astype(float)
    counted = draws.binomial(entities.astype(int), share).astype(float)
    steps = Steps(counted, entities)
    return share_interval(counted.sum(), entities.sum(), design_effect(steps))


def _clustered(draws: np.random.Generator) -> Bounds:
    entities = draws.poisson(20.0, 26).astype(float)
    counted = draws.binomial(entities.astype(int), draws.beta(1.0, 4.0, 26)).astype(float)
    return share_interval(counted.sum(), entities.sum(), design_effect(Steps(counted, entities)))


def _median(draws: np.random.Generator, correlation: float) -> Bounds:
    """Ten durations in each step; the steps share a part of their variation."""
    common = np.repeat(autoregressive(draws, correlation, 26), 10) if correlation else np.zeros(260)
    hours = np.exp(0.5 * common + draws.normal(size=260))
    below = (hours <= np.median(hours)).reshape(26, 10).sum(axis=1)
    return median_interval(hours, design_effect(Steps(below.astype(float), np.full(26, 10.0))))


def _mean(draws: np.random.Generator, n: int, sigma: float | None) -> Bounds:
    return mean_interval(draws.exponential(1.0, n) if sigma is None else draws.lognormal(-(sigma**2) / 2, sigma, n))


SEASON: Final = 10 + 4 * np.sin(2 * np.pi * np.arange(26) / 26)

PROCESSES: Final = (
    *(
        Process(name=f"mean of {n} exponential durations", truth=1.0, interval=partial(_mean, n=n, sigma=None))
        for n in (10, 20, 50)
    ),
    Process(name="mean of 100 lognormal durations, sigma 1.12", truth=1.0, interval=partial(_mean, n=100, sigma=1.12)),
    Process(name="median of 260 lognormal durations", truth=1.0, interval=partial(_median, correlation=0.0)),
    Process(
        name="the same, with a common AR(1) part (0.5 a fortnight)",
        truth=1.0,
        interval=partial(_median, correlation=0.5),
    ),
    Process(name="share of 30, p = 0.2", truth=0.2, interval=partial(_share, n=30.0, share=0.2)),
    Process(name="share of 900, p = 0.05", truth=0.05, interval=partial(_share, n=900.0, share=0.05)),
    Process(name="share of 540 in batches, p from Beta(1, 4)", truth=0.2, interval=_clustered),
    Process(name="Poisson flow, 10 a fortnight", truth=10.0, interval=partial(_flow, rate=np.full(26, 10.0))),
    Process(name="Poisson flow with a yearly season", truth=10.0, interval=partial(_flow, rate=SEASON)),
    Process(name="flow released every third week", truth=10.0, interval=_sprints),
    *(
        Process(
            name=f"level, AR(1) {correlation} a fortnight",
            truth=10.0,
            interval=partial(_level, correlation=correlation),
        )
        for correlation in (0.0, 0.5, 0.7)
    ),
    Process(name="hours lost in 78 lognormal outages (sigma 1)", truth=3 * float(np.exp(0.5)), interval=_loss),
)


@dataclass(frozen=True, kw_only=True)
class LogOf:
    """Logs of a preset: how long, how many, and the KPIs that are measured."""

    preset: str
    histories: int
    years: float = 1.0
    names: tuple[str, ...] = tuple(KPIS)


ORGANISATIONS: Final = {
    "agile": LogOf(preset="agile", histories=500),
    "devops": LogOf(preset="devops", histories=300),
    "devsecops": LogOf(preset="devsecops", histories=100),
    "waterfall": LogOf(preset="waterfall", histories=100),
    "devops, 3 years": LogOf(
        preset="devops",
        histories=150,
        years=3,
        names=("mttd", "mttr", "time_to_resolve", "failed_deployment_recovery_time", "availability"),
    ),
    "agile, 3 years": LogOf(
        preset="agile", histories=100, years=3, names=("lead_time", "lead_time_for_changes", "flow_efficiency", "wip")
    ),
}
"""Logs by the name in the table; the longer ones for KPIs that one year cannot tell."""


@dataclass
class Tally:
    """What the histories of one organisation gave for one KPI."""

    bounds: list[Bounds] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    rates: list[Rate] = field(default_factory=list)
    durations: list[Floats] = field(default_factory=list)

    def truth(self, name: str) -> float:
        """Return what the intervals estimate."""
        if self.durations:
            return KPIS[name].summarise(np.concatenate(self.durations))
        numerator, denominator = np.array([(rate.numerator, rate.denominator) for rate in self.rates]).sum(axis=0)
        return Rate(numerator, denominator, complement=self.rates[0].complement).value

    def coverage(self, name: str) -> float:
        """Return the share of the intervals that cover."""
        low, high = np.array(self.bounds).T
        truth = self.truth(name)
        return float(np.mean((low <= truth) & (truth <= high)))


History = tuple[dict[str, Any], dict[str, Rate], dict[str, Floats]]


def history(log: LogOf, replication: int) -> History:
    """Return the table of intervals, the rates, and the durations that began in the window, of one history."""
    window = log.years * HOURS_PER_YEAR
    scenario = vary(PRESETS[log.preset], {"years": (WARM_UP + window) / HOURS_PER_YEAR + 1})
    whole = kpis.since(Run(simulate_coded(scenario, seed=18, replication=replication)), WARM_UP)
    end = WARM_UP + window
    run = whole.part(0, int(np.searchsorted(whole.time, end)), {**whole.attrs, "horizon": end})
    rates = {kpi.name: kpi.rate(run) for kpi in kpis.chosen(log.names) if kpi.rate}
    begun = {}
    for kpi in kpis.chosen(log.names):
        if kpi.durations:
            durations = kpi.durations(whole)
            begun[kpi.name] = durations.select(durations.start < end).lengths
    found = intervals(run, log.names)[["low", "high", "n", "reason"]]
    return {str(name): dict(row) for name, row in found.iterrows()}, rates, begun


def tallies(results: Iterable[History]) -> dict[str, Tally]:
    """Return the tallies of an organisation by KPI."""
    by_kpi = {name: Tally() for name in KPIS}
    for table, rates, begun in results:
        for name, row in table.items():
            tally = by_kpi[name]
            if np.isfinite(row["low"]):
                tally.bounds.append((row["low"], row["high"]))
            elif row["n"]:
                tally.reasons[row["reason"]] += 1
            if name in rates:
                tally.rates.append(rates[name])
            else:
                tally.durations.append(begun[name])
    return by_kpi


def cell(tally: Tally, name: str, log: LogOf) -> str:
    """Return the coverage and the share of histories with an interval; a dash for too few, nothing for a KPI that is not measured."""
    if name not in log.names:
        return ""
    given = len(tally.bounds)
    if given < FEW_GIVEN:
        return "-"
    share = "" if given == log.histories else f" ({given / log.histories:.0%})"
    return f"{tally.coverage(name):.3f}{share}"


def known(histories: int = OF_PROCESSES) -> str:
    """Return the table of the known processes."""
    rows = [f"| {process.name} | {process.coverage(histories):.3f} |" for process in PROCESSES]
    return "\n".join([f"| process | coverage, {histories:,} histories |", "|---|--:|", *rows])


def organisations(measured: Mapping[str, dict[str, Tally]]) -> str:
    """Return the table of the organisations from their tallies."""
    heads = [f"{name} ({ORGANISATIONS[name].histories:,})" for name in measured]
    head = ["| KPI | method | least n | " + " | ".join(heads) + " |", "|---|---|--:|" + "--:|" * len(heads)]
    rows = []
    for kpi in KPIS.values():
        cells = [cell(by_kpi[kpi.name], kpi.name, ORGANISATIONS[name]) for name, by_kpi in measured.items()]
        rows.append(f"| `{kpi.name}` | {kpi.interval.method} | {kpi.interval.least} | {' | '.join(cells)} |")
    return "\n".join([*head, *rows])


def page() -> str:
    """Return both tables of docs/intervals.md; about a quarter of an hour on two cores."""
    measured = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, log in ORGANISATIONS.items():
            measured[name] = tallies(pool.map(partial(history, log), range(log.histories), chunksize=10))
            sys.stderr.write(f"{name}: {log.histories} histories\n")
    return f"{known()}\n\n{organisations(measured)}"
