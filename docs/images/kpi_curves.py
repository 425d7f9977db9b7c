"""Make the picture of docs/calibration.md: `.venv/bin/python docs/images/kpi_curves.py` writes kpi_curves.png beside this file."""

from pathlib import Path

import matplotlib as mpl

import devopssim as ds

REPLICATIONS = 10
CURVES = (
    "deployment_frequency",
    "lead_time_for_changes",
    "change_failure_rate",
    "mttr",
    "lead_time",
    "cycle_time",
    "mttd",
    "mttf",
    "mtbf",
)


def main() -> None:
    """Draw the nine delivery KPIs of the three presets over three years."""
    mpl.use("Agg")
    presets = {"waterfall": ds.WATERFALL, "agile": ds.AGILE, "devops": ds.DEVOPS}
    result = ds.compare(presets, REPLICATIONS, kpis=CURVES, curves=CURVES, workers=2)
    with ds.plots.style("light"):
        figure = ds.plots.kpi_curves(result)
        figure.savefig(Path(__file__).with_name("kpi_curves.png"), metadata={"Software": None})
    print(ds.plots.alt_text(figure))  # noqa: T201 - for the alternative text of the picture


if __name__ == "__main__":
    main()
