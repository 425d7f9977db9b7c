"""DORA's levels: where scenarios lie among the bands of a year's report, metric by metric."""

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from devopssim.events import HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment import level_tables
from devopssim.kpis import KPIS, REPORTS_WITHOUT_LEVELS, Band, Cluster, clusters, dora_kpis
from devopssim.plots.axes import axis_label, log_durations, percent_axis
from devopssim.plots.canvas import halo, panels, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import colour_of, faint, marker_of
from devopssim.wording import amount

if TYPE_CHECKING:
    from devopssim.experiment import Result

EDGES: Final[dict[str, tuple[float, float]]] = {
    "h": (0.1, 2 * HOURS_PER_YEAR),
    "per week": (0.01, HOURS_PER_WEEK),
    "share": (-0.02, 1.02),
}
"""Least range of an axis, by unit; open bands end at the edge of the axis."""


def dora_levels(data: "Result | pd.DataFrame", *, year: int = 2019) -> Figure:
    """Draw DORA's metrics as strips with the bands of each level and a marker for each scenario; return the figure.

    Bands overlap and leave gaps because the reports do; metrics may disagree on the level. The report of 2025 has no levels: its five strips
    say what it publishes of each metric.

    Parameters
    ----------
    data : Result or DataFrame
        Result of a comparison (its means over the replications), or what `kpis.table(log)` returns.
    year : int
        Year of the DORA report.

    Raises
    ------
    InvalidInputError
        If the year has no report, or a KPI is missing.

    References
    ----------
    DORA, *Accelerate State of DevOps*, report of the year.

    Examples
    --------
    >>> from devopssim import DEVOPS, kpis, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> len(dora_levels(kpis.table(log), year=2019).axes), len(dora_levels(kpis.table(log), year=2025).axes)
    (4, 5)
    """
    report = REPORTS_WITHOUT_LEVELS.get(year)
    levels = () if report else clusters(year)
    tables = level_tables(data, year=year)
    metrics = list(next(iter(tables.values())).index)
    figure, grid = panels(len(metrics), 1, (8.6, len(metrics) * (1.25 + 0.22 * len(tables))))
    for ax, kpi, metric in zip(grid, metrics, dora_kpis(year), strict=True):
        _strip(ax, kpi, metric, levels, {name: float(table.loc[kpi, "value"]) for name, table in tables.items()})
        if report:
            ax.set_xlabel(f"{year}: no levels; {report.published[metric]}", fontsize=8)
    rows = [table.reset_index().assign(scenario=name) for name, table in tables.items()]
    summary = "; ".join(f"{name + ': ' if name else ''}{_in_words(table)}" for name, table in tables.items())
    title = f"DORA's five metrics of {year}. {report.note}" if report else f"DORA's levels of {year}."
    set_description(figure, f"{title} {summary}.", pd.concat(rows, ignore_index=True))
    return figure


def _in_words(table: pd.DataFrame) -> str:
    """Return each metric's value and, where the report has levels, its level."""
    levels = "" if table.attrs["note"] else " ({level})"
    return ", ".join(
        f"{KPIS[str(kpi)].title.lower()} {amount(row.value, row.unit)}{levels.format(level=row.level)}"
        for kpi, row in table.iterrows()
    )


def _strip(ax: Axes, kpi: str, metric: str, levels: tuple[Cluster, ...], values: dict[str, float]) -> None:
    """Draw one metric: bands as bars, one lane a level, and a line for each scenario."""
    declaration = KPIS[kpi]
    low, high = _scale(ax, declaration.unit, [value for value in values.values() if math.isfinite(value)])
    for lane, cluster in enumerate(levels):
        _band(ax, len(levels) - 1 - lane, cluster.band(metric), (low, high), cluster.band_text(metric))
    heights = len(levels)
    for index, (name, value) in enumerate(values.items()):
        if not math.isfinite(value):
            continue
        at, top = min(max(value, low), high), heights - 0.1 + 0.95 * (len(values) - 1 - index)
        colour = colour_of(name, index)
        ax.plot([at, at], [-0.5, top], color=colour, linewidth=1.8)
        ax.plot([at], [top], color=colour, marker=marker_of(name, index), markersize=7, clip_on=False)
        label = f"{name} {amount(value, declaration.unit)}".strip()
        right = _share_of_axis(ax, at) > 0.7
        offset: dict[str, Any] = {
            "xytext": (-8 if right else 8, 0),
            "textcoords": "offset points",
            "ha": "right" if right else "left",
        }
        halo(ax.annotate(label, (at, top), va="center", fontsize=9, fontweight="bold", **offset))
    ax.set_ylim(-0.6, heights + 0.95 * len(values) - 0.4)
    ax.set_yticks(range(len(levels)), [cluster.level for cluster in levels][::-1])
    ax.set_title(axis_label(declaration.title, declaration.unit))
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)


def _band(ax: Axes, lane: int, band: Band, edges: tuple[float, float], label: str) -> None:
    """Draw the band of one level; a band that is a single number becomes a diamond."""
    start, end = max(band[0], edges[0]), min(band[1], edges[1])
    if start == end:
        ax.plot([start], [lane], marker="D", color=faint(), markersize=7)
        ax.annotate(label, (start, lane), xytext=(8, 0), textcoords="offset points", va="center", fontsize=8)
        return
    ax.barh(lane, end - start, left=start, height=0.78, color=faint(), alpha=0.4, linewidth=0)
    middle = math.sqrt(start * end) if ax.get_xscale() == "log" else (start + end) / 2
    halo(ax.text(middle, lane, label, ha="center", va="center", fontsize=8, zorder=4), width=1.2)


def _scale(ax: Axes, unit: str, values: list[float]) -> tuple[float, float]:
    """Set the axis by unit and return its limits; values beyond the usual edges widen it."""
    low, high = EDGES[unit]
    low, high = (
        min([low, *(value / 1.3 for value in values if value > 0)]),
        max([high, *(value * 1.3 for value in values if unit != "share")]),
    )
    if unit == "h":
        log_durations(ax.xaxis, low, high, ("1 min", "1 hour", "1 day", "1 week", "1 month", "6 months", "3 years"))
    elif unit == "share":
        ax.set_xlim(low, high)
        percent_axis(ax.xaxis)
    else:
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        ticks = {
            2 * HOURS_PER_WEEK / HOURS_PER_YEAR: "2 a year",
            HOURS_PER_WEEK / HOURS_PER_MONTH: "1 a month",
            1.0: "1 a week",
            HOURS_PER_WEEK / HOURS_PER_DAY: "1 a day",
            HOURS_PER_WEEK: "1 an hour",
        }
        ax.xaxis.set_major_locator(FixedLocator([at for at in ticks if low <= at <= high]))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: ticks.get(at, f"{at:g}")))
    left, right = ax.get_xlim()
    return left, right


def _share_of_axis(ax: Axes, at: float) -> float:
    """Return a position as a fraction of the axis, to choose the side of its label."""
    left, right = ax.transAxes.inverted().transform(ax.transData.transform([(at, 0), (at, 0)]))[:, 0]
    return float(min(left, right))
