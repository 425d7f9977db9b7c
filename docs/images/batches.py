"""Make the picture of batch sizes in docs/calibration.md: `.venv/bin/python docs/images/batches.py` writes batches.png beside it."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import devopssim as ds
from devopssim.scenario import Scenario

REPLICATIONS = 16
TITLES = {
    "change_failure_rate_planned": "Change failure rate, planned deployments",
    "availability": "Availability: user hours lost",
    "mttr": "Mean time to recovery",
    "lead_time": "Lead time, median",
}
LADDERS: dict[str, list[Scenario]] = {
    "waterfall: weeks of a project": [
        ds.vary(ds.WATERFALL, {"process.project_weeks": weeks, "years": 5}) for weeks in (2, 4, 8, 12, 26)
    ],
    "agile: sprints for each release": [
        ds.vary(ds.AGILE, {"process.sprints_per_release": sprints}) for sprints in (1, 2, 4, 8, 13)
    ],
    "devops: one by one, then weekly to quarterly windows": [
        ds.DEVOPS,
        *(ds.vary(ds.DEVOPS, {"practices.deployment": 0, "process.window_weeks": weeks}) for weeks in (1, 2, 4, 13)),
    ],
}


def measured(scenario: Scenario) -> pd.DataFrame:
    """Return the KPIs of each replication, with the mean size of its planned deployments as `changes`."""
    rows = []
    for replication in range(REPLICATIONS):
        log = ds.simulate(scenario, replication=replication)
        planned = log[(log["kind"] == "service.deployed") & log["change"].str.fullmatch(r"C\d+(\.\d+)?", na=False)]
        values = ds.kpis.table(log)["value"].reindex(list(TITLES)).to_dict()
        rows.append(values | {"changes": len(planned) / planned["deployment"].nunique()})
    table = pd.DataFrame(rows)
    return table.assign(availability=1 - table["availability"])


def main() -> None:
    """Draw what happens to stability and speed as more changes are released together, with 95 % intervals."""
    mpl.use("Agg")
    with ds.plots.style("light"):
        figure, grid = plt.subplots(2, 2, figsize=(9.5, 7), layout="constrained")
        for name, scenarios in LADDERS.items():
            tables = [measured(scenario) for scenario in scenarios]
            changes = [table["changes"].mean() for table in tables]
            for axis, kpi in zip(grid.flat, TITLES, strict=True):
                found = [ds.experiment.interval(table[kpi].dropna()) for table in tables]
                middle = np.array([each.estimate for each in found])
                [line] = axis.plot(changes, middle, marker="o", label=name)
                axis.fill_between(
                    changes, [each.low for each in found], [each.high for each in found], color=line.get_color(), alpha=0.2
                )  # fmt: skip
                print(name, kpi, np.round(changes, 1).tolist(), np.round(middle, 4).tolist())  # noqa: T201
        for axis, title in zip(grid.flat, TITLES.values(), strict=True):
            axis.set(title=title, xlabel="changes in a planned deployment (log)", xscale="log")
        for axis, unit in zip(grid.flat, ("share", "share of time (log)", "hours (log)", "hours (log)"), strict=True):
            axis.set(ylabel=unit, yscale="log" if "log" in unit else "linear")
        grid[0, 0].legend(fontsize=8)
        figure.savefig(Path(__file__).with_name("batches.png"), metadata={"Software": None})


if __name__ == "__main__":
    main()
