"""Sensitivity: KPIs over ranges of parameters, effects of practices, Shapley shares, and a tornado diagram."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from devopssim.errors import InvalidInputError
from devopssim.kpis import Kpi
from devopssim.plots.axes import (
    LOG_CURVES_FROM,
    axis_label,
    difference_axis,
    difference_unit,
    direction,
    log_durations,
    value_axis,
)
from devopssim.plots.canvas import axes, halo, kpi_named, nothing, of_kpi, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREEN, GREY, OCHRE, VERMILION, ink, on
from devopssim.scenario import parameters
from devopssim.wording import (
    amount,
    difference_text,
    effects_text,
    number,
    rows_of,
    setting_text,
    shapley_text,
    sweep_map_text,
    sweep_text,
    tornado_text,
    unit_for,
    with_interval,
)

if TYPE_CHECKING:
    from devopssim.experiment import Factorial, Sensitivity, Sweep

MOST_BARS: Final = 14
VERDICT_COLOURS: Final = {"better": GREEN, "worse": VERMILION}
SCALE: Final = LinearSegmentedColormap.from_list("devopssim", ["#f4e7b2", "#5fae8b", "#27607f", "#2b1d4f"])
"""From low to high; lightness falls monotonically, so that the scale also works in grey."""


def sweep_curve(sweep: "Sweep", kpi: str, *, ax: Axes | None = None) -> Axes:
    """Draw a KPI over one parameter: the mean at each value, with its confidence band.

    Parameters
    ----------
    sweep : Sweep
        Result of `experiment.sweep` over one parameter.
    kpi : str
        Name of a KPI that the sweep measured.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the sweep varies two parameters, or the KPI is unknown or was not measured.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, experiment, vary
    >>> short = vary(DEVOPS, {"years": 0.1})
    >>> result = experiment.sweep(short, {"team.developers": [3, 6]}, 2, kpis=["wip"], progress=False)
    >>> [label.get_text() for label in sweep_curve(result, "wip", ax=Figure().subplots()).get_xticklabels()]
    ['3', '6']
    """
    names = _parameters(sweep)
    if len(names) != 1:
        raise InvalidInputError(f"this sweep goes over {' and '.join(names)}; draw it with plots.sweep_map.")
    ax = axes(ax)
    declaration, table = kpi_named(kpi), of_kpi(sweep.estimates, kpi)
    if not np.isfinite(table["estimate"]).any():
        return nothing(ax, f"{declaration.title}: no data")
    scale = _height(ax, table, declaration)
    settings = table[names[0]]
    x = np.arange(len(table)) if settings.dtype.kind not in "if" else settings.to_numpy(float)
    values = table[["estimate", "low", "high"]] / scale
    ax.fill_between(x, values["low"], values["high"], color=BLUE, alpha=0.22, linewidth=0)
    ax.plot(x, values["estimate"], color=BLUE, linewidth=1.8, marker="o", markersize=6)
    for end in (0, len(table) - 1):
        label = amount(float(table["estimate"].iloc[end]), declaration.unit)
        halo(
            ax.annotate(
                label,
                (x[end], values["estimate"].iloc[end]),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=ink(),
            )
        )
    ax.set_xticks(x, [setting_text(setting) for setting in settings])
    ax.margins(x=0.08)
    ax.set_xlabel(_parameter(names[0]))
    tidy(ax)
    set_description(ax, sweep_text(table, names[0], declaration), table.drop(columns="kpi"))
    return ax


def sweep_map(sweep: "Sweep", kpi: str, *, ax: Axes | None = None) -> Axes:
    """Draw a KPI over two parameters: a coloured cell for each pair of values, with the number in it.

    Parameters
    ----------
    sweep : Sweep
        Result of `experiment.sweep` over two parameters.
    kpi : str
        Name of a KPI that the sweep measured.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Returns
    -------
    Axes
        Colours follow the logarithm if the values differ by more than a factor of 30.

    Raises
    ------
    InvalidInputError
        If the sweep varies one parameter, or the KPI is unknown or was not measured.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, experiment, vary
    >>> points = {"team.developers": [3, 6], "practices.testing": [0, 1]}
    >>> result = experiment.sweep(vary(DEVOPS, {"years": 0.1}), points, 2, kpis=["wip"], progress=False)
    >>> len(sweep_map(result, "wip", ax=Figure().subplots()).texts)
    4
    """
    names = _parameters(sweep)
    if len(names) != 2:
        raise InvalidInputError(f"this sweep goes over {names[0]} only; draw it with plots.sweep_curve.")
    ax = axes(ax, (8.0, 4.8))
    declaration, table = kpi_named(kpi), of_kpi(sweep.estimates, kpi)
    grid = table.pivot(index=names[1], columns=names[0], values="estimate")
    values = grid.to_numpy(float)
    if not np.isfinite(values).any():
        return nothing(ax, f"{declaration.title}: no data")
    low, high = np.nanmin(values), np.nanmax(values)
    height = np.log(values) if low > 0 and high / low > LOG_CURVES_FROM else values
    span = (np.nanmax(height) - np.nanmin(height)) or 1.0
    shade = (height - np.nanmin(height)) / span
    ax.pcolormesh(
        np.arange(values.shape[1] + 1) - 0.5,
        np.arange(values.shape[0] + 1) - 0.5,
        np.ma.masked_invalid(shade),
        cmap=SCALE,
        vmin=0,
        vmax=1,
    )
    for (row, column), value in np.ndenumerate(values):
        fill = SCALE(shade[row, column]) if np.isfinite(value) else (0.5, 0.5, 0.5, 1.0)
        ax.text(
            column,
            row,
            amount(float(value), declaration.unit) if np.isfinite(value) else "-",
            ha="center",
            va="center",
            fontsize=9,
            color=on(_hex(fill)),
        )
    ax.set_xticks(range(len(grid.columns)), [setting_text(setting) for setting in grid.columns])
    ax.set_yticks(range(len(grid.index)), [setting_text(setting) for setting in grid.index])
    ax.set(xlabel=_parameter(names[0]), ylabel=_parameter(names[1]))
    ax.set_title(axis_label(declaration.title, declaration.unit) + direction(declaration.better))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    set_description(ax, sweep_map_text(table, (names[0], names[1]), declaration), table.drop(columns="kpi"))
    return ax


def effects(factorial: "Factorial", kpi: str, *, most: int = MOST_BARS, ax: Axes | None = None) -> Axes:
    """Draw the effects of practices on a KPI, largest first: main effects filled, interactions of two hollow.

    Parameters
    ----------
    factorial : Factorial
        Result of `experiment.factorial`.
    kpi : str
        Name of a KPI that the experiment measured.
    most : int
        Largest number of bars.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the KPI is unknown or was not measured.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, experiment, plots, vary
    >>> short = vary(DEVOPS, {"years": 0.1})
    >>> result = experiment.factorial(short, ["testing", "delivery"], 2, kpis=["wip"], progress=False)
    >>> sorted(plots.describe(effects(result, "wip", ax=Figure().subplots())).table["effect"])
    ['delivery', 'testing', 'testing x delivery']
    """
    declaration, table = kpi_named(kpi), of_kpi(factorial.effects, kpi)
    table = (
        table.reindex(table["estimate"].abs().sort_values(ascending=False, kind="stable").index)
        .head(most)
        .reset_index(drop=True)
    )
    ax = axes(ax, (8.4, 1.3 + 0.32 * len(table)))
    if not np.isfinite(table["estimate"]).any():
        return nothing(ax, f"{declaration.title}: a combination has no data")
    _bars(
        ax,
        table,
        table["effect"].str.replace(" x ", " \N{MULTIPLICATION SIGN} "),
        declaration,
        hollow=(table["order"] > 1).to_numpy(),
    )
    ax.set_title(f"{declaration.title}: what each practice changes{direction(declaration.better)}")
    set_description(ax, effects_text(table, declaration), table.drop(columns="kpi"))
    return ax


def shapley(factorial: "Factorial", kpi: str, *, ax: Axes | None = None) -> Axes:
    """Draw each practice's Shapley share of the difference between no practice and all of them.

    Parameters
    ----------
    factorial : Factorial
        Result of `experiment.factorial`.
    kpi : str
        Name of a KPI that the experiment measured.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the KPI is unknown or was not measured.

    References
    ----------
    L. S. Shapley, A value for n-person games, *Contributions to the Theory of Games* II (1953).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, experiment, plots, vary
    >>> short = vary(DEVOPS, {"years": 0.1})
    >>> result = experiment.factorial(short, ["testing", "delivery"], 2, kpis=["wip"], progress=False)
    >>> sorted(plots.describe(shapley(result, "wip", ax=Figure().subplots())).table["practice"])
    ['delivery', 'testing']
    """
    declaration, table = kpi_named(kpi), of_kpi(factorial.shapley, kpi)
    whole = float(table["estimate"].sum())
    table = table.sort_values("estimate", key=np.abs, ascending=False, kind="stable").reset_index(drop=True)
    ax = axes(ax, (8.4, 1.3 + 0.34 * len(table)))
    if not np.isfinite(table["estimate"]).any():
        return nothing(ax, f"{declaration.title}: a combination has no data")
    shares = [
        f"{name}  {100 * share:z.0f} %".replace("-", "\N{MINUS SIGN}") if np.isfinite(share) else str(name)
        for name, share in zip(table["practice"], table["share"], strict=True)
    ]
    _bars(ax, table, pd.Series(shares), declaration)
    ax.set_title(
        f"{declaration.title}: shares of the whole {difference_text(whole, declaration)}{direction(declaration.better)}"
    )
    set_description(ax, shapley_text(table, whole, declaration), table.drop(columns="kpi"))
    return ax


def tornado(sensitivity: "Sensitivity", kpi: str, *, most: int = MOST_BARS, ax: Axes | None = None) -> Axes:
    """Draw how far a KPI moves when each parameter is lowered and raised, the widest swing on top.

    Behind its name stands how well the parameter's default is known: measured, derived or assumed.

    Parameters
    ----------
    sensitivity : Sensitivity
        Result of `experiment.sensitivity`.
    kpi : str
        Name of a KPI that the analysis measured.
    most : int
        Largest number of bars.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the KPI is unknown or was not measured.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, experiment, vary
    >>> short, names = vary(DEVOPS, {"years": 0.1}), ["team.developers", "team.testers"]
    >>> result = experiment.sensitivity(short, ["wip"], names=names, replications=2, progress=False)
    >>> len(tornado(result, "wip", ax=Figure().subplots()).get_yticks())
    2
    """
    declaration, table = kpi_named(kpi), of_kpi(sensitivity.tornado, kpi).head(most)
    ax = axes(ax, (9.0, 1.4 + 0.32 * len(table)))
    if table.empty or not table[["at_low", "at_high"]].notna().to_numpy().any():
        return nothing(ax, f"{declaration.title}: no parameter moves it")
    unit, scale = difference_unit(table[["at_low", "at_high"]].abs().max().max(), declaration.unit)
    for index, row in enumerate(rows_of(table)):
        for value, setting, colour in ((row.at_low, row.low_setting, OCHRE), (row.at_high, row.high_setting, BLUE)):
            if not np.isfinite(value):
                continue
            ax.barh(-index, value / scale, height=0.7, color=colour, linewidth=0, alpha=0.9)
            ax.annotate(
                number(setting), (value / scale, -index), xytext=(4 if value >= 0 else -4, 0), textcoords="offset points",
                ha="left" if value >= 0 else "right", va="center", fontsize=8, color=ink(),
            )  # fmt: skip
    ax.axvline(0, color=ink(), linewidth=1)
    ax.set_yticks(-np.arange(len(table)), list(table["parameter"] + " (" + table["grade"] + ")"))
    ax.margins(x=0.12)
    _difference_axis(ax, declaration, unit)
    ax.set_title(f"{declaration.title}: what moves it, {100 * sensitivity.change:g} % lower (ochre) and higher (blue)")
    set_description(ax, tornado_text(table, sensitivity.change, declaration), table.drop(columns="kpi"))
    return ax


def _bars(ax: Axes, table: pd.DataFrame, names: "pd.Series[str]", kpi: Kpi, hollow: np.ndarray | None = None) -> None:
    """Draw a bar with its interval for each row and write both as text; green is better, red worse, grey unclear."""
    unit, scale = difference_unit(table[["estimate", "low", "high"]].abs().max().max(), kpi.unit)
    for index, row in enumerate(rows_of(table)):
        colour = VERDICT_COLOURS.get(row.verdict, GREY)
        faded = hollow is not None and hollow[index]
        ax.barh(
            -index,
            row.estimate / scale,
            height=0.66,
            color="none" if faded else colour,
            edgecolor=colour,
            linewidth=1.6,
        )
        if np.isfinite(row.low):
            ax.plot([row.low / scale, row.high / scale], [-index, -index], color=ink(), linewidth=1.4)
        ax.annotate(
            with_interval(row.estimate, row.low, row.high, kpi.unit, sign=True), (1, -index), xycoords=ax.get_yaxis_transform(),
            xytext=(8, 0), textcoords="offset points", va="center", fontsize=8.5, color=ink(), annotation_clip=False,
        )  # fmt: skip
    ax.axvline(0, color=ink(), linewidth=1)
    ax.set_yticks(-np.arange(len(table)), list(names))
    ax.set_ylim(-len(table) + 0.4, 0.6)
    _difference_axis(ax, kpi, unit)


def _difference_axis(ax: Axes, kpi: Kpi, unit: str) -> None:
    """Make x an axis of differences."""
    difference_axis(ax.xaxis, kpi.unit, unit)
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _height(ax: Axes, table: pd.DataFrame, kpi: Kpi) -> float:
    """Set the y-axis and return the factor from the KPI's unit to the axis unit."""
    estimates = table["estimate"].dropna()
    ax.set_title(axis_label(kpi.title, kpi.unit) + direction(kpi.better))
    if kpi.unit == "h" and (estimates > 0).all() and estimates.max() / estimates.min() > LOG_CURVES_FROM:
        log_durations(ax.yaxis, float(estimates.min()), float(estimates.max()))
        return 1.0
    top = float(table[["estimate", "high"]].max().max())
    unit = unit_for(top) if kpi.unit == "h" else None
    scale = unit.hours if unit else 1.0
    if unit:
        ax.set_ylabel(unit.name)
    ax.set_ylim(0, (top or 1.0) / scale * 1.18)
    value_axis(ax.yaxis, kpi.unit)
    return scale


def _parameters(sweep: "Sweep") -> list[str]:
    """Return the names of the parameters that the sweep varies."""
    return list(next(iter(sweep.points.values())))


def _parameter(name: str) -> str:
    """Return the axis label of a parameter: name, unit, meaning."""
    declaration = parameters()[name]
    return f"{name}{f' ({declaration.unit})' if declaration.unit else ''}\n{declaration.meaning}"


def _hex(colour: tuple[float, float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])
