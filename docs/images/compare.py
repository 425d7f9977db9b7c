"""Make the README's picture: `.venv/bin/python docs/images/compare.py` writes compare.png beside this file."""

from pathlib import Path

import matplotlib as mpl

import devopssim as ds

REPLICATIONS = 10


def main() -> None:
    """Compare the three presets and draw DORA's four metrics."""
    mpl.use("Agg")
    presets = {"waterfall": ds.WATERFALL, "agile": ds.AGILE, "devops": ds.DEVOPS}
    result = ds.compare(presets, REPLICATIONS, workers=2)
    with ds.plots.style("light"):
        figure = ds.plots.dora_levels(result)
        figure.savefig(Path(__file__).with_name("compare.png"), metadata={"Software": None})
    print(ds.plots.alt_text(figure))  # noqa: T201 - for the alternative text of the picture


if __name__ == "__main__":
    main()
