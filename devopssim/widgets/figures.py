"""Figures of one replication for the browser: SVG with text and table, drawn in the process that simulated it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from devopssim import plots
from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK
from devopssim.report import svg_figure
from devopssim.scenario import Scenario, unknown_name_message
from devopssim.simulation import simulate

FIGURES: Final[Mapping[str, tuple[str, Callable[[pd.DataFrame], Artist]]]] = {
    "cumulative_flow": ("Cumulative flow", plots.cumulative_flow),
    "kpi_curves": ("KPIs over time", plots.kpi_curves),
    "cycle_time_scatter": ("Cycle times", plots.cycle_time_scatter),
    "lead_time_distribution": ("Lead time distribution", plots.lead_time_distribution),
    "work_in_progress": ("Work in progress", plots.work_in_progress),
    "ageing_work": ("Ageing work", plots.ageing_work),
    "deployments": ("Deployments and failures", plots.deployments),
    "incident_anatomy": ("Anatomy of incidents", plots.incident_anatomy),
    "item_path": ("Path of one item", plots.item_path),
    "vulnerabilities": ("Open vulnerabilities", plots.vulnerabilities),
    "time_to_fix": ("Time to fix vulnerabilities", plots.time_to_fix),
    "detection_funnel": ("Detection of vulnerabilities", plots.detection_funnel),
}
"""The figures that one log can give: title and function, by the function's name in `devopssim.plots`."""
MOST_ROWS: Final = 40


def check_figures(names: Sequence[str]) -> list[str]:
    """Return the names as a list if each is in `FIGURES`.

    Raises
    ------
    InvalidInputError
        If a name is unknown.

    Examples
    --------
    >>> check_figures(["cumulative_flow", "deployments"])
    ['cumulative_flow', 'deployments']
    """
    for name in names:
        if name not in FIGURES:
            raise InvalidInputError(unknown_name_message("figure", name, FIGURES))
    return list(names)


def draw_figures(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> dict[str, Any]:
    """Simulate one replication and return its figures as JSON for the browser.

    Parameters
    ----------
    scenario : Scenario
        Scenario to simulate.
    seed, replication : int
        Its random numbers.
    names : sequence of str
        Keys of `FIGURES`.

    Returns
    -------
    dict
        `figures` (each with `name`, `title`, `svg`, `text` and `table` as HTML), `weeks` (length of the run) and `replication`.

    Raises
    ------
    InvalidInputError
        If a name is unknown.
    """
    log = simulate(scenario, seed=seed, replication=replication)
    figures = [_figure_json(name, log) for name in check_figures(names)]
    return {"figures": figures, "weeks": log.attrs["horizon"] / HOURS_PER_WEEK, "replication": replication}


def _figure_json(name: str, log: pd.DataFrame) -> dict[str, str]:
    """Return one figure with text and the first 40 rows of its table."""
    title, draw = FIGURES[name]
    part = svg_figure(name.replace("_", ""), lambda: _figure(draw(log)))
    table = part.table.head(MOST_ROWS).to_html(border=0, index=False, float_format="{:.4g}".format, na_rep="-")
    more = len(part.table) - MOST_ROWS
    note = f"<p>The table shows the first {MOST_ROWS} of {len(part.table)} rows.</p>" if more > 0 else ""
    return {"name": name, "title": title, "svg": part.svg, "text": part.text, "table": table + note}


def _figure(artist: Artist) -> Figure:
    """Return the figure that an artist belongs to."""
    figure = (
        artist if isinstance(artist, Figure) else artist.get_figure(root=True) if isinstance(artist, Axes) else None
    )
    if figure is None:
        raise TypeError(f"expected a Figure or Axes from a plot function, got {type(artist).__name__}")
    return figure
