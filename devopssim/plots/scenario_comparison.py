"""Scenarios side by side: estimates and paired differences of an experiment's result, with confidence intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from devopssim.errors import InvalidInputError
from devopssim.experiment import CLEAR
from devopssim.plots.axes import (
    LOG_MARKERS_FROM,
    axis_label,
    difference_axis,
    difference_unit,
    direction,
    log_durations,
    value_axis,
)
from devopssim.plots.canvas import axes, bare, kpi_named, names_of, nothing, of_kpi, panels, tidy
from devopssim.plots.descriptions import describe, set_description
from devopssim.plots.theme import colour_of, ink, marker_of
from devopssim.wording import Unit, differences_text, estimates_text, unit_for, with_interval

if TYPE_CHECKING:
    from devopssim.experiment import Result

USUAL_KPIS: Final = (
    "lead_time",
    "cycle_time",
    "lead_time_for_changes",
    "deployment_frequency",
    "change_failure_rate",
    "mttr",
)
"""KPIs that comparisons show by default."""


def comparison(result: "Result", kpi: str, *, ax: Axes | None = None) -> Axes:
    """Draw one KPI of each scenario: a marker at the mean over the replications, a bar for its interval, both as text.

    Parameters
    ----------
    result : Result
        Result of a comparison.
    kpi : str
        Name of a KPI that the comparison measured.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Returns
    -------
    Axes
        Logarithmic if the values differ by more than a factor of 15; shares stay linear.

    Raises
    ------
    InvalidInputError
        If the KPI is unknown or was not measured.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, compare, vary
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip"], progress=False)
    >>> comparison(result, "wip", ax=Figure().subplots()).get_title()
    'Work in progress (items) (less is better)'
    """
    declaration = kpi_named(kpi)
    table = of_kpi(result.estimates, kpi).set_index("scenario").loc[list(result.scenarios)]
    ax = axes(ax, (6.4, 0.9 + 0.45 * len(table)))
    if not np.isfinite(table["estimate"]).any():
        return nothing(ax, f"{declaration.title}: no data")
    _value_scale(ax, table[["estimate", "low", "high"]].to_numpy(), declaration.unit)
    for index, (name, row) in enumerate(table.iterrows()):
        label = with_interval(row["estimate"], row["low"], row["high"], declaration.unit)
        _dot(ax, len(table) - 1 - index, (row["estimate"], row["low"], row["high"]), label, name=str(name), index=index)
    ax.set_yticks(range(len(table)), [str(name) for name in table.index][::-1])
    ax.set_ylim(-0.6, len(table) - 0.25)
    ax.set_title(axis_label(declaration.title, declaration.unit) + direction(declaration.better))
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    set_description(ax, estimates_text(result, declaration), table.reset_index().drop(columns=["kpi"]))
    return ax


def comparisons(result: "Result", kpis: Sequence[str] = USUAL_KPIS) -> Figure:
    """Draw several KPIs of each scenario, one panel a KPI, and return the figure; see `comparison`.

    Parameters
    ----------
    result : Result
        Result of a comparison.
    kpis : sequence of str
        Names of KPIs that the comparison measured.

    Raises
    ------
    InvalidInputError
        If a KPI is unknown or was not measured.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip", "throughput"], progress=False)
    >>> len(comparisons(result, ["wip", "throughput"]).axes)
    2
    """
    kpis = names_of(kpis)
    rows = -(-len(kpis) // 2)
    figure, grid = panels(rows, 2, (11.0, rows * (1.0 + 0.42 * len(result.scenarios))))
    for kpi, ax in zip(kpis, grid, strict=False):
        comparison(result, kpi, ax=ax)
    for ax in grid[len(kpis) :]:
        bare(ax)
    table = result.estimates[result.estimates["kpi"].isin(list(kpis))].reset_index(drop=True)
    set_description(figure, " ".join(describe(ax).text for ax in grid[: len(kpis)]), table)
    return figure


def differences(result: "Result", kpi: str, *, ax: Axes | None = None) -> Axes:
    """Draw the paired differences of one KPI between scenarios, with confidence intervals.

    A marker is filled if the interval excludes 0, hollow if it contains 0: the replications disagree on the direction.

    Parameters
    ----------
    result : Result
        Result of a comparison of at least two scenarios.
    kpi : str
        Name of a KPI that the comparison measured.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the KPI is unknown or was not measured, or the result has one scenario.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import AGILE, DEVOPS, compare, vary
    >>> scenarios = {"agile": vary(AGILE, {"years": 0.1}), "devops": vary(DEVOPS, {"years": 0.1})}
    >>> result = compare(scenarios, 2, kpis=["wip"], progress=False)
    >>> differences(result, "wip", ax=Figure().subplots()).get_xlabel()
    'difference (items)'
    """
    declaration = kpi_named(kpi)
    if len(result.scenarios) == 1:
        raise InvalidInputError(
            f"this experiment has one scenario, {next(iter(result.scenarios))!r}; a difference needs two: compare it with another."
        )
    table = of_kpi(result.differences, kpi)
    ax = axes(ax, (6.4, 1.1 + 0.45 * len(table)))
    if not np.isfinite(table["difference"]).any():
        return nothing(ax, f"{declaration.title}: no difference to draw")
    unit, scale = difference_unit(float(table[["low", "high", "difference"]].abs().max().max()), declaration.unit)
    names = []
    for index, row in table.iterrows():
        label = with_interval(row["difference"], row["low"], row["high"], declaration.unit, sign=True)
        names.append(f"{row['scenario']} - {row['baseline']}".replace("-", "\N{MINUS SIGN}"))
        at = len(table) - 1 - int(str(index))
        values = (row["difference"] / scale, row["low"] / scale, row["high"] / scale)
        _dot(ax, at, values, label, name=str(row["scenario"]), index=at, filled=row["verdict"] in CLEAR)
    ax.axvline(0, color=ink(), linewidth=1)
    ax.set_yticks(range(len(table)), names[::-1])
    ax.set_ylim(-0.6, len(table) - 0.25)
    ax.margins(x=0.06)
    difference_axis(ax.xaxis, declaration.unit, unit)
    ax.set_title(f"{declaration.title}: paired difference")
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    set_description(ax, differences_text(result, declaration), table.drop(columns=["kpi"]))
    return ax


def _dot(
    ax: Axes,
    y: float,
    values: tuple[float, float, float],
    label: str,
    *,
    name: str,
    index: int,
    filled: bool = True,
) -> None:
    """Draw a marker with its interval and write both as text at the right edge."""
    estimate, low, high = values
    colour = colour_of(name, index)
    if np.isfinite(low) and np.isfinite(high):
        ax.plot([low, high], [y, y], color=colour, linewidth=3, alpha=0.6, solid_capstyle="round")
    ax.plot(
        [estimate], [y], marker=marker_of(name, index), color=colour, markersize=8, linestyle="",
        markerfacecolor=colour if filled else "none", markeredgewidth=1.6,
    )  # fmt: skip
    ax.annotate(
        label,
        (1, y),
        xycoords=ax.get_yaxis_transform(),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color=ink(),
        annotation_clip=False,
    )


def _value_scale(ax: Axes, values: np.ndarray, unit: str) -> None:
    """Set the x-axis: logarithmic for values far apart, otherwise from 0."""
    finite = values[np.isfinite(values)]
    positive = finite[finite > 0]
    least, most = (float(positive.min()), float(positive.max())) if len(positive) else (0.0, 0.0)
    logarithmic = len(positive) == len(finite) and most / max(least, 1e-12) > LOG_MARKERS_FROM and unit != "share"
    if logarithmic and unit == "h":
        log_durations(ax.xaxis, least / 1.8, most * 1.8)
    elif logarithmic:
        ax.set_xscale("log")
        ax.set_xlim(least / 2.5, most * 2.5)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}"))
    else:
        name, scale = unit_for(most) if unit == "h" else Unit(unit, 1.0)
        low, high = min(0.0, float(finite.min())), most or 1.0
        ax.set_xlim(low - 0.04 * (high - low), high + 0.06 * (high - low))
        if unit == "h":
            ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at / scale:g}"))
            ticks = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low / scale, high / scale)
            ax.xaxis.set_major_locator(FixedLocator([at * scale for at in ticks if low <= at * scale <= high]))
            ax.set_xlabel(name)
        value_axis(ax.xaxis, unit)
