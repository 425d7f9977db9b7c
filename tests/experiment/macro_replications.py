"""Experiments repeated many times on known ground: how often intervals cover, and how often a selection is right.

`python tests/experiment/macro_replications.py coverage|selection` prints the tables of docs/selection.md; the tests run small samples.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from devopssim.experiment import Race, Result, compare, practice_sets
from devopssim.experiment.intervals import half_width, pointwise
from devopssim.experiment.sufficiency import Replications
from devopssim.kpis import KPIS, Floats
from devopssim.scenario import AGILE, DEVOPS, SEVEN_CS, WATERFALL, vary
from devopssim.wording import markdown_table

MACRO_REPLICATIONS = 1000
SIZES = (5, 10, 20, 30)
"""Replications of an experiment."""
LEAST_SHOWN = 100
"""Macro-replications with an interval from which their coverage is counted."""

Draw = Callable[[np.random.Generator, range], Floats]
"""Returns values of all scenarios, shape (scenarios, replications), larger ones better."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often intervals of one quantity cover its mean: plain t-intervals, ours, and how often ours exists."""

    quantity: str
    size: int
    plain: float
    ours: float
    shown: float


def presets_pool(years: float, replications: int, seed: int = 77) -> Result:
    """Simulate the pool that experiments are drawn from: three presets with common random numbers."""
    presets = {"waterfall": WATERFALL, "agile": AGILE, "devops": DEVOPS}
    return compare({name: vary(preset, {"years": years}) for name, preset in presets.items()}, replications, seed=seed)


def groups(population: int, size: int, wanted: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield disjoint groups of replications, and after them those of another permutation, until there are as many as wanted."""
    while wanted > 0:
        cut = rng.permutation(population)[: population // size * size].reshape(-1, size)[:wanted]
        yield from cut
        wanted -= len(cut)


def coverages(
    pool: Mapping[tuple[str, str], Replications], size: int, wanted: int = MACRO_REPLICATIONS
) -> list[Coverage]:
    """Return the coverage of each KPI of each scenario, and of each difference, over experiments of `size` replications."""
    names = list(dict.fromkeys(scenario for scenario, _ in pool))
    pairs = [(name, "") for name in names] + [(later, earlier) for earlier, later in combinations(names, 2)]
    results = []
    for kpi in dict.fromkeys(kpi for _, kpi in pool):
        for name, baseline in pairs:
            ours, theirs = pool[name, kpi], pool.get((baseline, kpi))
            values = ours.values - theirs.values if theirs else ours.values
            observed = np.flatnonzero(np.isfinite(values))
            if len(observed) < 20 * max(SIZES):
                continue
            at = observed[np.array(list(groups(len(observed), size, wanted, np.random.default_rng(5))))]
            shown = np.array([not _reason(ours, theirs, group) for group in at])
            truth = values[observed].mean()
            mean, low, high, _ = pointwise(values[at])
            plain = np.abs(mean - truth) <= [half_width(group) + 1e-12 for group in values[at]]
            covered = ((low <= truth) & (truth <= high))[shown]
            share = float(np.mean(covered)) if len(covered) >= LEAST_SHOWN else np.nan
            quantity = f"{kpi}, {name}" + f" - {baseline}" * bool(baseline)
            results.append(
                Coverage(
                    quantity=quantity, size=size, plain=float(np.mean(plain)), ours=share, shown=len(covered) / wanted
                )
            )
    return results


def _reason(ours: Replications, theirs: Replications | None, at: np.ndarray) -> str:
    """Return why these replications have no interval."""
    mine = Replications(kpi=ours.kpi, values=ours.values[at], n=ours.n[at])
    return (
        mine.reason_against(Replications(kpi=theirs.kpi, values=theirs.values[at], n=theirs.n[at]))
        if theirs
        else mine.reason
    )


def coverage_rows(results: Sequence[Coverage]) -> list[list[str]]:
    """Return one row for each size: how many quantities are covered as promised, before and after, and the rest by name."""
    head = [
        "replications",
        "quantities",
        "t: 93-97 %",
        "t: worst",
        "with an interval",
        "93-97 %",
        "91-99 %",
        "worst",
        "below 91 %",
    ]
    rows = [head]
    for size in sorted({result.size for result in results}):
        mine = [result for result in results if result.size == size]
        shown = [result for result in mine if np.isfinite(result.ours)]
        low = sorted((result for result in shown if result.ours < 0.91), key=lambda result: result.ours)
        plain, ours = np.array([result.plain for result in mine]), np.array([result.ours for result in shown])
        rows.append(
            [
                str(size),
                str(len(mine)),
                f"{_within(plain, 0.02):.0%}",
                f"{plain.min():.2f}",
                str(len(shown)),
                f"{_within(ours, 0.02):.0%}",
                f"{_within(ours, 0.04):.0%}",
                f"{ours.min():.2f}",
                "; ".join(f"{result.quantity} {result.ours:.2f}" for result in low) or "-",
            ]
        )
    return rows


def _within(shares: Floats, distance: float) -> float:
    return float(np.mean(np.abs(shares - 0.95) <= distance + 1e-9))


@dataclass(frozen=True, kw_only=True)
class Races:
    """Outcome of many races: the share that was right, their mean runs, and runs of equal allocations.

    `right`: the selected scenario's mean is within the indifference zone of the best. `planned`: equal allocation by Clark and Yang's two-stage
    rule for common random numbers, which states the same probability. `equal`: the smallest equal allocation that is right as often, if
    somebody knew it.
    """

    right: float
    runs: float
    planned: float
    equal: float


def races(
    draw: Draw, truth: Floats, indifference: float, wanted: int = MACRO_REPLICATIONS, *, most: int = 5000, seed: int = 3
) -> Races:
    """Run many races on values whose means are known."""
    rng, names = np.random.default_rng(seed), [str(number) for number in range(len(truth))]
    good, right, runs, planned = truth.max() - truth < indifference - 1e-12, [], [], []
    for _ in range(wanted):
        race = Race(names, indifference=indifference, confidence=0.95)
        first = next(stages(race, draw, rng, most))
        for _ in stages(race, draw, rng, most):
            pass
        right.append(len(race.alive) == 1 and good[int(race.alive[0])])
        runs.append(sum(map(len, race.values.values())))
        planned.append(len(truth) * clark_yang(first, indifference))
    return Races(
        right=float(np.mean(right)),
        runs=float(np.mean(runs)),
        planned=float(np.mean(planned)),
        equal=_equal(draw, truth, good),
    )


def stages(race: Race, draw: Draw, rng: np.random.Generator, most: int) -> Iterator[Floats]:
    """Continue a race whose scenarios have the names 0, 1, …, and yield the values of each stage."""
    while len(race.alive) > 1 and (stage := race.stage(most)):
        values = draw(rng, stage)
        race.add(dict(zip(race.values, values, strict=True)))
        yield values


def clark_yang(first: Floats, indifference: float) -> float:
    """Return the replications of each scenario that equal allocation needs, from a first stage with common random numbers.

    Source: G. M. Clark, W. Yang, A Bonferroni selection procedure when using common random numbers with unknown variances,
    Proceedings of the Winter Simulation Conference (1986), 313-315.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - only here

    scenarios, n = first.shape
    observed = np.where(np.isfinite(first), first, np.nanmean(first, axis=1, keepdims=True))
    covariance = np.cov(observed)
    variance = np.diag(covariance)
    largest = (variance[:, np.newaxis] + variance - 2 * covariance).max()
    return float(max(n, np.ceil(stdtrit(n - 1, 1 - 0.05 / (scenarios - 1)) ** 2 * largest / indifference**2)))


def _equal(draw: Draw, truth: Floats, good: np.ndarray, wanted: int = 400) -> float:
    """Return the runs of the smallest equal allocation on a grid that selects rightly in 95 of 100."""
    n = 2
    while n < 5000:
        rng = np.random.default_rng(11)
        right = np.mean([good[int(np.nanmean(draw(rng, range(n)), axis=1).argmax())] for _ in range(wanted)])
        if right >= 0.95:
            break
        n = int(np.ceil(1.15 * n))
    return float(len(truth) * n)


def known(means: Floats, noise: str, spread: float = 5.0) -> Draw:
    """Return draws around known means: noise normal, exponential or lognormal, all with this standard deviation."""

    def draw(rng: np.random.Generator, stage: range) -> Floats:
        size = (len(means), len(stage))
        if noise == "normal":
            standard = rng.normal(size=size)
        elif noise == "exponential":
            standard = 1 - rng.exponential(size=size)
        else:
            standard = (np.exp(0.5) - rng.lognormal(size=size)) / np.sqrt((math.e - 1) * math.e)
        return means[:, np.newaxis] + spread * standard

    return draw


def from_pool(runs: Floats) -> Draw:
    """Return draws of whole replications, with replacement: the pool's means are the truth."""

    def draw(rng: np.random.Generator, stage: range) -> Floats:
        return runs[:, rng.integers(0, runs.shape[1], len(stage))]

    return draw


def slippage(scenarios: int) -> Floats:
    """Return means where all scenarios are worse than the best by just the indifference zone 1: the hardest case."""
    return np.array([1.0] + [0.0] * (scenarios - 1))


def decreasing(scenarios: int) -> Floats:
    """Return means each of which is worse than the one before it by the indifference zone 1."""
    return -np.arange(float(scenarios))


FOUR = ("testing", "delivery", "deployment", "collaboration")
"""Practices of the smaller pools."""


def practices_pool(
    years: float, replications: int, kpis: Sequence[str], practices: Sequence[str] = FOUR, *, seed: int = 78
) -> Result:
    """Simulate all sets of these practices of an agile team."""
    sets = practice_sets(vary(AGILE, {"years": years}), practices).scenarios
    return compare(sets, replications, kpis=kpis, seed=seed)


POOLED = {
    "lead_time": 24.0,
    "lead_time_for_changes": 8.0,
    "throughput": 0.1,
    "deployment_frequency": 0.5,
    "availability": 0.002,
}
"""KPIs of the practices' pool, each with an indifference zone."""
MORE = ("lead_time", "throughput")
"""KPIs of the smaller pool of one-year runs."""


def selection_rows(wanted: int = MACRO_REPLICATIONS) -> Iterator[list[str]]:
    """Yield the rows of the selection's table."""
    yield [
        "configuration",
        "scenarios",
        "right",
        "runs",
        "of Clark and Yang's equal allocation",
        "of the least equal allocation",
    ]
    for scenarios in (10,):
        for title, means in (("slippage", slippage(scenarios)), ("decreasing means", decreasing(scenarios))):
            for noise in ("normal", "exponential", "lognormal"):
                yield _row(f"{title}, {noise}", scenarios, races(known(means, noise), means, 1.0, wanted))
    yield from pooled_rows("", practices_pool(0.25, 60, list(POOLED)), wanted)
    yield from pooled_rows(", runs of a year", practices_pool(1.0, 60, MORE), wanted)
    yield from pooled_rows(", runs of a year", practices_pool(1.0, 60, list(POOLED), SEVEN_CS), wanted)


def pooled_rows(title: str, result: Result, wanted: int) -> Iterator[list[str]]:
    """Yield a row for each KPI of a pool."""
    pool, names = result.replications_of, list(result.scenarios)
    for kpi in (kpi for kpi in POOLED if (names[0], kpi) in pool):
        indifference = POOLED[kpi]
        sign = -1 if KPIS[kpi].better == "lower" else 1  # more deployments are taken as better
        runs = sign * np.array([pool[name, kpi].values for name in names])
        draws = races(from_pool(runs), np.nanmean(runs, axis=1), indifference, wanted, most=2000)
        yield _row(f"practices of an agile team{title}: {kpi}, {indifference:g} {KPIS[kpi].unit}", len(names), draws)


def _row(title: str, scenarios: int, result: Races) -> list[str]:
    return [
        title,
        str(scenarios),
        f"{result.right:.1%}",
        f"{result.runs:,.0f}",
        f"{result.runs / result.planned:.1%}",
        f"{result.runs / result.equal:.1%}",
    ]


if __name__ == "__main__":
    tables = []
    if sys.argv[1:] == ["coverage"]:
        drawn = presets_pool(0.25, 3000).replications_of
        tables.append(coverage_rows([row for size in SIZES for row in coverages(drawn, size)]))
    else:
        tables.append(list(selection_rows()))
    sys.stdout.write("\n\n".join(map(markdown_table, tables)) + "\n")
