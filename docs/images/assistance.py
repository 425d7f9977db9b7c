"""Make the picture of docs/model.md: `PYTHONPATH=tests .venv/bin/python docs/images/assistance.py` writes assistance.png."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator
from validation.test_v22_assistance import ASSISTED, ENOUGH, LARGE, SMALL, TEAM, TOO_FEW, ratios

import devopssim as ds

WORLDS = {
    "few reviewers, large steps (as in Faros 2026)": (TOO_FEW, LARGE),
    "enough reviewers, small steps (as in DORA 2025)": (ENOUGH, SMALL),
}
FIGURES = ("tasks", "deployments", "bugs per pull request", "failed deployments", "review wait")
TICKS = (0.8, 1.0, 1.25, 1.5, 2.0, 2.5)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
REVIEWERS = (4, 5, 6, 8)
SWEPT = {"throughput": "Items finished a week", "lead_time_for_changes": "Lead time for changes, hours (log)"}
REVIEW_HOURS = 6
REPLICATIONS = 6


def main() -> None:
    """Draw the two worlds, and throughput and lead time against the share of assisted changes, with 95 % intervals."""
    mpl.use("Agg")
    with ds.plots.style("light"):
        figure = plt.figure(figsize=(10, 8), layout="constrained")
        grid = figure.add_gridspec(2, 2)
        draw_worlds(figure.add_subplot(grid[0, :]))
        draw_sweep([figure.add_subplot(grid[1, column]) for column in range(2)])
        figure.savefig(Path(__file__).with_name("assistance.png"), metadata={"Software": None})


def draw_worlds(axis: Axes) -> None:
    """Draw how many times as large each figure is with assistance, in the two worlds."""
    for number, (name, (hours, work_per_change)) in enumerate(WORLDS.items()):
        heights = -np.arange(len(FIGURES)) + 0.14 * (1 - 2 * number)
        logs = [np.log(ratios(figure, hours, work_per_change)) for figure in FIGURES]
        found = np.exp([[row.estimate, row.low, row.high] for row in map(ds.experiment.interval, logs)])
        print(name, dict(zip(FIGURES, found.round(3).tolist(), strict=True)))  # noqa: T201
        errors = np.abs(found[:, 1:].T - found[:, 0])
        axis.errorbar(found[:, 0], heights, xerr=errors, fmt="os"[number], capsize=3, label=name)
    axis.axvline(1, color="0.5", linewidth=1)
    axis.set(title="With assistance ÷ without: the same lever in two teams", xscale="log")
    axis.set_yticks(-np.arange(len(FIGURES)), FIGURES)
    axis.set_xticks(TICKS)
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"\N{MULTIPLICATION SIGN} {ratio:g}"))
    axis.legend(loc="upper right")


def draw_sweep(axes: Sequence[Axes]) -> None:
    """Draw the KPIs against the share of assisted changes, one line for each number of reviewers."""
    team = ds.vary(ds.DEVOPS, {**TEAM, **ASSISTED, "quality.review_hours": REVIEW_HOURS})
    swept = ds.experiment.sweep(
        team, {"quality.reviewers": REVIEWERS, "assistance.share": SHARES}, REPLICATIONS, kpis=list(SWEPT), workers=2
    )
    for axis, (kpi, label) in zip(axes, SWEPT.items(), strict=True):
        for reviewers in REVIEWERS:
            points = swept.estimates.query("kpi == @kpi and `quality.reviewers` == @reviewers")
            print(kpi, reviewers, points[["estimate", "low", "high"]].round(2).to_numpy().tolist())  # noqa: T201
            shares = 100 * points["assistance.share"]
            [line] = axis.plot(shares, points["estimate"], marker="o", label=f"{reviewers} of 8 developers review")
            axis.fill_between(shares, points["low"], points["high"], color=line.get_color(), alpha=0.2)
        axis.set(xlabel="changes written with assistance, %", ylabel=label)
    axes[0].legend(fontsize=8)
    axes[1].set_yscale("log")
    axes[1].yaxis.set_minor_locator(NullLocator())
    axes[1].set_yticks([25, 50, 100, 200], ["25", "50", "100", "200"])


if __name__ == "__main__":
    main()
