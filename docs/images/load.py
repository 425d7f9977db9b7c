"""Make the picture of docs/model.md: `.venv/bin/python docs/images/load.py` writes load.png beside this file."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

import devopssim as ds

REQUESTS = {"waterfall": (4, 6, 8, 10), "agile": (4, 6, 8, 10, 12, 14), "devops": (4, 6, 8, 10, 12, 14)}
"""Requests a week; with more than ten, waterfall delivers too little in three years to have a median."""
TITLES = {"lead_time": "Lead time, median", "lead_time_for_changes": "Lead time for changes, median"}
REPLICATIONS = 10


def main() -> None:
    """Draw the lead times of the presets against the requests of a week, with their 95 % intervals."""
    mpl.use("Agg")
    presets = {"waterfall": ds.WATERFALL, "agile": ds.AGILE, "devops": ds.DEVOPS}
    with ds.plots.style("light"):
        figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
        for name, preset in presets.items():
            swept = ds.experiment.sweep(
                preset, {"demand.requests_per_week": REQUESTS[name]}, REPLICATIONS, kpis=list(TITLES), workers=2
            )
            for axis, kpi in zip(axes, TITLES, strict=True):
                points = swept.estimates.query("kpi == @kpi")
                requests = points["demand.requests_per_week"]
                print(name, kpi, points[["estimate", "low", "high"]].round(2).to_numpy().tolist())  # noqa: T201
                [line] = axis.plot(requests, points["estimate"], marker="o", label=name)
                axis.fill_between(requests, points["low"], points["high"], color=line.get_color(), alpha=0.2)
        for axis, title in zip(axes, TITLES.values(), strict=True):
            axis.set(title=title, xlabel="requests a week", ylabel="hours (log)", yscale="log")
        axes[0].legend()
        figure.savefig(Path(__file__).with_name("load.png"), metadata={"Software": None})


if __name__ == "__main__":
    main()
