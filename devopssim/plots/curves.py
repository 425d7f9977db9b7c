"""KPIs over time: of one log, or of many replications with a band."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from devopssim.kpis import Kpi
from devopssim.plots.axes import LOG_CURVES_FROM, axis_label, clock_axis, log_durations, value_axis
from devopssim.plots.canvas import Label, axes, bare, kpi_named, label_right, names_of, nothing, panels, tidy
from devopssim.plots.descriptions import describe, set_description
from devopssim.plots.theme import BLUE, colour_of
from devopssim.wording import curves_text, unit_for

if TYPE_CHECKING:
    from devopssim.experiment import Result

CURVES: Final = ("lead_time", "deployment_frequency", "change_failure_rate", "mttr", "wip", "throughput")


class Curve(NamedTuple):
    """One line of a KPI's figure.

    Attributes
    ----------
    name : str
        Name of the scenario; `""` for a log.
    colour : str
        Colour of line and band.
    table : DataFrame
        Columns `time` (hours), `mean`, `low`, `high`; NaN where the line has a gap, NaN bounds without a band.
    """

    name: str
    colour: str
    table: pd.DataFrame
    """Columns time (hours), mean, low, high."""


def kpi_curve(
    data: "pd.DataFrame | Result", kpi: str, *, window: str = "28D", step: str = "7D", ax: Axes | None = None
) -> Axes:
    """Draw a KPI over time: of one log, or of each scenario of a result with a pointwise confidence band.

    A curve has a gap where fewer than half of the replications had something to count, since a mean of few misleads.

    Parameters
    ----------
    data : DataFrame or Result
        Event log, or a result whose comparison asked for curves (`compare(..., curves=["lead_time"])`).
    kpi : str
        Name of the KPI.
    window : str
        Time that each point looks back over. Ignored for a result, whose curves have their own.
    step : str
        Distance between points. Ignored for a result.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Returns
    -------
    Axes
        Hours get a logarithmic axis if the largest mean exceeds 30 times the smallest.

    Raises
    ------
    InvalidInputError
        If the KPI is unknown.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.2}), seed=1)
    >>> kpi_curve(log, "wip", ax=Figure().subplots()).get_title()
    'Work in progress (items)'
    """
    ax = axes(ax)
    declaration = kpi_named(kpi)
    curves = [curve for curve in curves_of(data, declaration, window, step) if curve.table["mean"].notna().any()]
    if not curves:
        return nothing(ax, f"{declaration.title}: no data, or the run is shorter than the window")
    everything = pd.concat([curve.table for curve in curves])
    unit = clock_axis(ax, 0.0, float(everything["time"].max()))
    scale = _heights(ax, everything, declaration)
    labels = []
    for curve in curves:
        time, table = curve.table["time"].to_numpy() / unit.hours, curve.table
        band = table["low"].notna().to_numpy()
        if band.any():
            ax.fill_between(
                time,
                table["low"] / scale,
                table["high"] / scale,
                where=list(band),
                color=curve.colour,
                alpha=0.22,
                linewidth=0,
            )
        alone = table["mean"].notna().to_numpy() & ~_has_neighbour(table["mean"].notna().to_numpy())
        ax.plot(time, table["mean"] / scale, color=curve.colour, linewidth=1.8)
        ax.plot(time[alone], table["mean"][alone] / scale, color=curve.colour, linestyle="", marker="o", markersize=4)
        if curve.name:
            labels.append(Label(float(table["mean"].dropna().iloc[-1]) / scale, curve.name, curve.colour))
    label_right(ax, labels)
    tidy(ax)
    tables = [curve.table.assign(scenario=curve.name) for curve in curves]
    by_name = {curve.name: curve.table for curve in curves}
    text = curves_text(declaration, by_name, window if isinstance(data, pd.DataFrame) else "", unit_name=unit.name)
    set_description(ax, text, pd.concat(tables, ignore_index=True))
    return ax


def kpi_curves(
    data: "pd.DataFrame | Result", kpis: Sequence[str] = (), *, window: str = "28D", step: str = "7D"
) -> Figure:
    """Draw several KPIs over time, one panel a KPI, and return the figure; see `kpi_curve`.

    Parameters
    ----------
    data : DataFrame or Result
        Event log, or a result whose comparison asked for curves.
    kpis : sequence of str
        Names; default: six KPIs of flow and delivery for a log, all measured curves for a result.
    window, step : str
        As for `kpi_curve`.

    Examples
    --------
    >>> from devopssim import DEVOPS, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.2}), seed=1)
    >>> figure = kpi_curves(log, ["wip", "throughput"])
    >>> len(figure.axes)
    2
    """
    if kpis:
        chosen = names_of(kpis)
    else:
        chosen = list(CURVES) if isinstance(data, pd.DataFrame) else list(dict.fromkeys(data.curves["kpi"]))
    rows = max(1, -(-len(chosen) // 2))
    figure, grid = panels(rows, 2, (11.0, 2.7 * rows))
    for kpi, ax in zip(chosen, grid, strict=False):
        kpi_curve(data, kpi, window=window, step=step, ax=ax)
    for ax in grid[len(chosen) :]:
        bare(ax)
    descriptions = [describe(ax) for ax in grid[: len(chosen)]]
    tables = [description.table.assign(kpi=kpi) for kpi, description in zip(chosen, descriptions, strict=True)]
    text = " ".join(description.text for description in descriptions) or "Nothing to draw."
    set_description(figure, text, pd.concat(tables, ignore_index=True) if tables else pd.DataFrame())
    return figure


def curves_of(data: "pd.DataFrame | Result", kpi: Kpi, window: str = "28D", step: str = "7D") -> list[Curve]:
    """Return the curves that `kpi_curve` draws.

    Parameters
    ----------
    data : DataFrame or Result
        Event log, or a result whose comparison asked for curves.
    kpi : Kpi
        The KPI.
    window, step : str
        As for `kpi_curve`.

    Returns
    -------
    list of Curve
        One for a log, one for each scenario of a result.

    Examples
    --------
    >>> from devopssim import DEVOPS, simulate, vary
    >>> [curve] = curves_of(simulate(vary(DEVOPS, {"years": 0.2}), seed=1), kpi_named("wip"))
    >>> list(curve.table.columns)
    ['time', 'mean', 'low', 'high']
    """
    if isinstance(data, pd.DataFrame):
        from devopssim.kpis import kpi_curve as measured  # noqa: PLC0415 - it shares its name with the figure

        series = measured(data, kpi.name, window=window, step=step)
        table = pd.DataFrame(
            {"time": series.index.to_numpy(float), "mean": series.to_numpy(), "low": np.nan, "high": np.nan}
        )
        return [Curve("", BLUE, table)]
    curve_table = data.curves[data.curves["kpi"] == kpi.name].copy()
    few = curve_table["replications"] * 2 < data.replications
    curve_table.loc[few, ["mean", "low", "high"]] = np.nan
    return [
        Curve(
            name,
            colour_of(name, index),
            curve_table[curve_table["scenario"] == name][["time", "mean", "low", "high"]].reset_index(drop=True),
        )
        for index, name in enumerate(data.scenarios)
    ]


def _heights(ax: Axes, everything: pd.DataFrame, kpi: Kpi) -> float:
    """Set the y-axis; return the factor from the KPI's unit to the axis unit."""
    means = everything["mean"].dropna()
    ax.set_title(axis_label(kpi.title, kpi.unit))
    positive = means[means > 0]
    if kpi.unit == "h" and len(positive) and positive.max() / positive.min() > LOG_CURVES_FROM:
        log_durations(ax.yaxis, float(positive.min()), float(everything[["mean", "high"]].max().max()))
        return 1.0
    top = float(everything[["mean", "high"]].max().max()) or 1.0
    if kpi.unit == "share":
        top = min(1.0, top)
    unit = unit_for(top) if kpi.unit == "h" else None
    scale = unit.hours if unit else 1.0
    if unit:
        ax.set_title(f"{kpi.title} ({unit.name})")
    ax.set_ylim(0, top / scale * 1.08)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    value_axis(ax.yaxis, kpi.unit)
    return scale


def _has_neighbour(observed: np.ndarray) -> np.ndarray:
    """Return for each point whether the one before or after it is observed; lone points get a marker."""
    left, right = np.roll(observed, 1), np.roll(observed, -1)
    if len(observed):
        left[0] = right[-1] = False
    return np.asarray(left | right)
