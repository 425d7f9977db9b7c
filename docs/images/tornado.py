"""Make the picture of docs/calibration.md: `.venv/bin/python docs/images/tornado.py` writes tornado.png beside this file."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

import devopssim as ds

KPIS = ("lead_time", "availability")
REPLICATIONS = 4
MOST = 10


def main() -> None:
    """Draw which ten parameters move the lead time and the availability of DevOps most, and how well each is known."""
    mpl.use("Agg")
    swings = ds.experiment.sensitivity(ds.DEVOPS, KPIS, replications=REPLICATIONS, workers=2)
    print(swings.tornado.groupby("kpi").head(MOST).to_string())  # noqa: T201
    with ds.plots.style("light"):
        figure, axes = plt.subplots(2, 1, figsize=(9, 8), layout="constrained")
        for axis, kpi in zip(axes, KPIS, strict=True):
            ds.plots.tornado(swings, kpi, most=MOST, ax=axis)
        figure.savefig(Path(__file__).with_name("tornado.png"), metadata={"Software": None})


if __name__ == "__main__":
    main()
