"""Make the picture of docs/selection.md: `PYTHONPATH=tests .venv/bin/python docs/images/race.py` writes race.png beside this file."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from experiment.macro_replications import Draw, decreasing, from_pool, known, practices_pool, slippage, stages

import devopssim as ds
from devopssim.experiment import Race
from devopssim.kpis import Floats
from devopssim.plots.theme import BLUE, GREEN, VERMILION
from devopssim.scenario import SEVEN_CS

RACES = 150
MOST = 5000
"""Replications of a scenario at most."""


def race(draw: Draw, truth: Floats, zone: float, budgets: Floats) -> tuple[Floats, Floats]:
    """Return the mean share of scenarios that are left, and the share of races whose leader is right, where runs reach each budget."""
    left, right = np.empty((RACES, len(budgets))), np.empty((RACES, len(budgets)))
    for number in range(RACES):
        course = Race([str(scenario) for scenario in range(len(truth))], indifference=zone, confidence=0.95)
        steps = []
        for _ in stages(course, draw, np.random.default_rng(number), MOST):
            leader = max(course.alive, key=course.mean)
            spent = sum(map(len, course.values.values()))
            steps.append((spent, len(course.alive) / len(truth), truth.max() - truth[int(leader)] < zone))
        spent, share, good = np.array(steps, dtype=float).T
        at = np.searchsorted(spent, budgets * len(truth), side="right") - 1
        left[number], right[number] = np.where(at < 0, 1, share[at]), np.where(at < 0, np.nan, good[at])
    return left.mean(axis=0), right.mean(axis=0)


def equal(draw: Draw, truth: Floats, zone: float, budgets: Floats) -> Floats:
    """Return how often the largest mean is right where all scenarios get the same number of runs."""
    rng, good = np.random.default_rng(1), truth.max() - truth < zone
    return np.array(
        [np.mean([good[draw(rng, range(int(n))).mean(axis=1).argmax()] for _ in range(RACES)]) for n in budgets]
    )


def main() -> None:
    """Draw the scenarios that are left, and how often the leader is right, against the runs that were spent."""
    mpl.use("Agg")
    pool = practices_pool(1.0, 60, ["lead_time"], SEVEN_CS).replications_of
    sets = -np.array([replications.values for replications in pool.values()])
    configurations = {
        "10 known, all worse by just the zone": (known(slippage(10), "normal"), slippage(10), 1.0),
        "10 known, each worse than the one before by the zone": (known(decreasing(10), "normal"), decreasing(10), 1.0),
        f"{len(sets)} sets of practices, lead time, zone 24 h": (from_pool(sets), sets.mean(axis=1), 24.0),
    }
    budgets = np.unique(np.geomspace(2, 400, 40).round())
    with ds.plots.style("light"):
        figure, (many, often) = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
        for colour, (name, configuration) in zip((BLUE, VERMILION, GREEN), configurations.items(), strict=True):
            left, right = race(*configuration, budgets)
            same = equal(*configuration, budgets)
            many.step(budgets, 100 * left, where="post", label=name, color=colour)
            often.step(budgets, 100 * right, where="post", color=colour)
            often.plot(budgets, 100 * same, "--", color=colour)
            print(name, np.column_stack([budgets, left, right, same]).round(3).tolist())  # noqa: T201
        often.axhline(95, color="grey", linewidth=0.8)
        many.set(title="Scenarios left", ylabel="% of all (log)", yscale="log")
        often.set(title="Leader right (dashed: equal allocation)", ylabel="% of races", ylim=(0, 102))
        for axis in (many, often):
            axis.set(xlabel="runs ÷ scenarios (log)", xscale="log")
        for axis in (many.xaxis, many.yaxis, often.xaxis):
            axis.set_major_formatter("{x:g}")
        figure.legend(loc="outside lower center", fontsize=9)
        figure.savefig(Path(__file__).with_name("race.png"), metadata={"Software": None})


if __name__ == "__main__":
    main()
