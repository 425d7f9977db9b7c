"""Make the picture of docs/validation.md: `PYTHONPATH=tests .venv/bin/python docs/images/repair_times.py` writes repair_times.png."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from validation.test_v21_repair_times import CLOSED, YEAR, measured, survival

import devopssim as ds

VERACODE_2025 = {2 * YEAR: 0.28}
"""Open after two years; Veracode, State of Software Security 2025."""


def main() -> None:
    """Draw the share of vulnerabilities that is still open against the days since their report."""
    mpl.use("Agg")
    days = np.geomspace(1, 2 * YEAR, 60)
    with ds.plots.style("light"):
        figure, axis = plt.subplots(figsize=(8, 4.6), layout="constrained")
        for name, scenario in (("security as an afterthought", ds.DEVOPS), ("embedded security", ds.DEVSECOPS)):
            lengths, ended = measured(scenario)
            still_open = [survival(lengths, ended, day) for day in days]
            axis.step(days, still_open, where="post", label=name)
            print(name, {day: round(survival(lengths, ended, day), 3) for day in (*CLOSED, YEAR, 2 * YEAR)})  # noqa: T201
        axis.plot(list(CLOSED), [1 - share for share in CLOSED.values()], "ks", label="Veracode 9 (2018)")
        axis.plot(list(VERACODE_2025), list(VERACODE_2025.values()), "kD", mfc="none", label="Veracode 2025")
        axis.set(
            title="Vulnerabilities that are still open", xlabel="days since the report (log)", ylabel="share", xscale="log", ylim=(0, 1)
        )  # fmt: skip
        axis.legend()
        figure.savefig(Path(__file__).with_name("repair_times.png"), metadata={"Software": None})


if __name__ == "__main__":
    main()
